"""One queue's forecast: rows → arrays → engine → arrays by instant."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.computations.driver_input import DriverInput, best_driver
from forecasting.core import ForecastParams, ForecastResult, HistoryData, HorizonData, forecast
from forecasting.core.special_days import horizon_factors, learn_mask
from forecasting.core.wall_clock import FloatArray, WallClockGrid
from forecasting.models import ForecastQueueResult
from forecasting.services import QueueForecast
from wfm.org.models import Queue

LONGEST_HISTORY_DAYS = 1_100
QUANTILES = (0.1, 0.5, 0.9)


class QueueRefused(ValueError):  # noqa: N818 - reads as what happened
    """This queue cannot be forecast; the sentence says why."""


@dataclass(frozen=True)
class Span:
    """The local dates that a forecast uses and makes."""

    first: date
    history_days: int
    gap_days: int
    """Dates between the last recorded one and the first to forecast."""
    days: int

    @property
    def horizon_first(self) -> date:
        """The date after the history."""
        return self.first + timedelta(days=self.history_days)


def forecast_queue(
    queue: Queue, *, origin_at: datetime, days: int, history_days: int | None = None
) -> QueueForecast:
    """Forecast the local dates from the origin's date on; raises QueueRefused with a sentence."""
    span = _span(queue, origin_at, days, history_days)
    special = [queries.special_dates(queue)]
    cells = queries.queue_cells(
        queue, first_date=span.first, days=span.history_days, before=origin_at
    )
    driver = best_driver(queue, span.first, span.history_days, span.gap_days + days, origin_at)
    history = HistoryData(
        offered=cells.offered[None],
        open_mask=queries.open_labels(queue, cells.grid)[None],
        first_date=span.first,
        interval_minutes=queue.interval_minutes,
        aht_seconds=cells.aht_seconds[None],
        learn_mask=learn_mask(special, span.first, span.history_days),
        day_factors=None if driver is None else driver.past[None],
    )
    ahead = WallClockGrid(
        span.horizon_first, span.gap_days + days, ZoneInfo(queue.timezone), queue.interval_minutes
    )
    factors = horizon_factors(history=history, special=special, days=ahead.days)
    if driver is not None:
        factors = factors * driver.future[None]
    horizon = HorizonData(
        open_mask=queries.open_labels(queue, ahead)[None],
        day_factors=factors,
        today_offered=_today(queue, span, ahead, origin_at),
    )
    result = forecast(
        history=history,
        horizon=horizon,
        params=ForecastParams(quantiles=QUANTILES, measures_coverage=True),
    )
    if result.outcomes[0].is_refused:
        raise QueueRefused(result.outcomes[0].reason)
    return _by_instant(queue, span, ahead, result, driver)


def _span(queue: Queue, origin_at: datetime, days: int, history_days: int | None) -> Span:
    bounds = queries.history_bounds(queue, before=origin_at)
    if bounds is None:
        raise QueueRefused(_("There is no history of %(queue)s; import some.") % {"queue": queue})
    today = origin_at.astimezone(ZoneInfo(queue.timezone)).date()
    limit = min(history_days or LONGEST_HISTORY_DAYS, LONGEST_HISTORY_DAYS)
    first = max(bounds[0], today - timedelta(days=limit))
    last = min(bounds[1], today - timedelta(days=1))
    if last < first:
        raise QueueRefused(
            _("The history of %(queue)s lies outside the last %(days)s days or holds only today.")
            % {"queue": queue, "days": limit}
        )
    return Span(
        first=first,
        history_days=(last - first).days + 1,
        gap_days=(today - last).days - 1,
        days=days,
    )


def _today(
    queue: Queue, span: Span, ahead: WallClockGrid, origin_at: datetime
) -> FloatArray | None:
    """What is known of the first horizon date when it is under way."""
    if span.gap_days:
        return None
    cells = queries.queue_cells(queue, first_date=ahead.first_date, days=1, before=origin_at)
    whole = cells.grid.starts_at + np.timedelta64(queue.interval_minutes * 60, "s")
    known_until = np.datetime64(int(origin_at.timestamp()), "s")
    ended = cells.grid.fold((whole <= known_until) * 1.0) >= np.maximum(cells.grid.repeats, 1)
    today = np.where(ended[0], cells.offered[0], np.nan)
    return today[None] if np.isfinite(today).any() else None


def _by_instant(
    queue: Queue,
    span: Span,
    ahead: WallClockGrid,
    result: ForecastResult,
    driver: DriverInput | None,
) -> QueueForecast:
    """Cut the gap off and go from labels to instants; closed instants are 0."""
    skipped = int((ahead.positions < span.gap_days * ahead.labels).sum())
    mean = ahead.pick(result.mean[0])[skipped:]
    bands = ahead.pick(result.quantiles[:, 0])[:, skipped:]
    aht = np.full(mean.size, np.nan)
    if result.aht_seconds is not None:
        aht = ahead.pick(result.aht_seconds[0])[skipped:]
    is_open = ahead.pick(queries.open_labels(queue, ahead) * 1.0)[skipped:] > 0
    from_history = bool(np.isfinite(aht).any())
    aht = np.where(is_open, np.where(np.isfinite(aht), aht, queue.default_aht_seconds), np.nan)
    outcome = result.outcomes[0]
    return QueueForecast(
        starts_at=ahead.starts_at[skipped:],
        mean=np.where(is_open, mean, 0.0),
        quantiles=np.where(is_open, bands, 0.0),
        aht_seconds=aht,
        is_open=is_open,
        flag=ForecastQueueResult.Flag(outcome.flag.upper()),
        method=outcome.method or "",
        reason=_reason(outcome.reason, span, driver),
        measures=_measures(result),
        backtest={"scores": [asdict(score) for score in outcome.scores]},
        components=_components(span, result, driver, aht_from_history=from_history),
    )


def _reason(reason: str, span: Span, driver: DriverInput | None) -> str:
    parts = [reason]
    if driver is not None:
        parts.extend([driver.sentence, _("The backtests knew the driver's true values.")])
    if span.gap_days:
        parts.append(
            _("The last recorded day lies %(days)s days before the forecast.")
            % {"days": span.gap_days + 1}
        )
    return " ".join(parts)


def _measures(result: ForecastResult) -> dict[str, float | None]:
    outcome = result.outcomes[0]
    overall = {score.method: score for score in outcome.scores if score.horizon == "all"}
    chosen, naive = overall[outcome.method or ""], overall["seasonal_naive"]
    return {
        "wape": chosen.wape,
        "bias": chosen.bias,
        "mase": chosen.mase,
        "coverage": outcome.coverage,
        "wape_seasonal_naive": naive.wape,
        "wape_noise_floor": outcome.noise_floor,
    }


def _components(
    span: Span, result: ForecastResult, driver: DriverInput | None, *, aht_from_history: bool
) -> dict[str, Any]:
    doubtful = np.flatnonzero(result.day_weights[0] < 0.5)
    return {
        "history_first": span.first.isoformat(),
        "history_last": (span.horizon_first - timedelta(days=1)).isoformat(),
        "outlier_days": [(span.first + timedelta(days=int(day))).isoformat() for day in doubtful],
        "driver": None if driver is None else driver.as_json(),
        "aht": "history" if aht_from_history else "default",
    }
