"""How well a queue is forecast: by horizon, with each change by hand, and what a backtest is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.core.data import ForecastParams
from forecasting.core.scoring import pooled
from forecasting.core.selection import BACKTEST_SPAN_DAYS, SWITCH_MARGIN
from forecasting.models import Override, OverrideScore
from forecasting.views.words import LEAD_HORIZONS
from wfm.org.models import Queue
from wfm.web.formats import percent


def accuracy_context(
    queue: Queue, overrides: QuerySet[Override], *, before: datetime
) -> dict[str, Any]:
    """What came against the frozen forecasts of a queue, and against each override of a page."""
    realized = queries.realized_accuracy(queue, before=before)
    rows = [{"horizon": LEAD_HORIZONS[key], "score": score} for key, score in realized]
    if len(rows) > 1:
        total = pooled(score for _key, score in realized)
        rows.append({"horizon": LEAD_HORIZONS["all"], "score": total})
    log = list(overrides.select_related("score").order_by("-created_at"))
    judged = [score for score in map(score_of, log) if score is not None]
    return {
        "realized": rows,
        "realized_weeks": queries.ACCURACY_WEEKS,
        "overrides": log,
        "judged": len(judged),
        "helped": sum(score.helped for score in judged),
        "saved": sum(score.gain for score in judged),
    }


def score_of(override: Override) -> OverrideScore | None:
    """What it did; None until its time has come."""
    found: OverrideScore | None = getattr(override, "score", None)
    return found


def backtest_words() -> str:
    """What the backtest of a queue is, with the numbers that the engine goes by."""
    return _(
        "Forecasts of the past from up to %(origins)s origins of the last %(weeks)s weeks, each "
        "without what came after. A simpler method is used only where it is at least %(margin)s "
        "better."
    ) % {
        "origins": ForecastParams().backtest_origins,
        "weeks": BACKTEST_SPAN_DAYS // 7,
        "margin": percent(1 - SWITCH_MARGIN, 0),
    }


def backtest_errors_words() -> str:
    """What the errors of a table of queues are, and what the noise floor is."""
    return _(
        "Errors per interval in rolling backtests of the last %(weeks)s weeks. The noise floor is "
        "what chance alone brings: a short period can lie below it, on average no forecast does."
    ) % {"weeks": BACKTEST_SPAN_DAYS // 7}
