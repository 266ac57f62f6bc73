"""Names of methods and horizons for people, and the backtest as rows of a table."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forecasting.models import ForecastQueueResult

METHODS: dict[str, Promise | str] = {
    "discounted_blend": _("level at several speeds × weekday profile"),
    "profile_smoothing": _("exponential smoothing × weekday profile"),
    "weekday_mean": _("mean of the last six same weekdays"),
    "seasonal_naive": _("same day of last week"),
}
HORIZONS: dict[str, Promise | str] = {
    "all": _("all"),
    "day 1": _("next day"),
    "days 2-3": _("days 2–3"),
    "days 4-7": _("days 4–7"),
    "days 8-14": _("days 8–14"),
    "days 15-28": _("days 15–28"),
    "day 29 on": _("day 29 on"),
}


def method_words(method: str) -> Promise | str:
    """A method's name in the person's language."""
    return METHODS.get(method, method)


def bucket_words(bucket: int) -> Promise | str:
    """A horizon bucket's name (index into selection.BUCKET_NAMES)."""
    return list(HORIZONS.values())[bucket + 1]


def score_rows(result: ForecastQueueResult) -> list[dict[str, Any]]:
    """One row per method: its overall scores and its WAPE by horizon."""
    scores = result.backtest.get("scores", [])
    horizons = [name for name in HORIZONS if any(score["horizon"] == name for score in scores)]
    rows = []
    for method, words in METHODS.items():
        by_horizon = {score["horizon"]: score for score in scores if score["method"] == method}
        if not by_horizon:
            continue
        rows.append(
            {
                "method": words,
                "is_chosen": method == result.method,
                "overall": by_horizon["all"],
                "wapes": [by_horizon[name]["wape"] for name in horizons if name != "all"],
            }
        )
    return rows


def horizon_headers(result: ForecastQueueResult) -> list[Promise | str]:
    """Headings of the WAPE columns of score_rows."""
    scores = result.backtest.get("scores", [])
    present = {score["horizon"] for score in scores}
    return [words for name, words in HORIZONS.items() if name in present and name != "all"]
