"""The forecast of a batch of queues: arrays in, engine, numbers by instant out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from forecasting.computations.batch import Batch, BatchInput, Span, gather, plan_batches
from forecasting.computations.driver_input import DriverInput
from forecasting.computations.repeat_forecast import RepeatShare, repeat_share
from forecasting.core import ForecastParams, ForecastResult, QueueOutcome, forecast
from forecasting.core.make_up_days import like_weekdays_by_queue
from forecasting.models import ForecastQueueResult
from forecasting.services import ForecastDays, QueueForecast
from wfm.org.models import Queue

QUANTILES = (0.1, 0.5, 0.9)
"""Kept of every forecast; a run may ask for others beside them."""


class QueueRefused(ValueError):  # noqa: N818 - reads as what happened
    """This queue cannot be forecast; the sentence says why."""


def forecast_queue(
    queue: Queue, *, origin_at: datetime, days: int, history_days: int | None = None
) -> QueueForecast:
    """Forecast one queue; raises QueueRefused with a sentence."""
    plan = plan_batches([queue], origin_at=origin_at, days=days, history_days=history_days)
    for _queue, sentence in plan.refusals:
        raise QueueRefused(sentence)
    batch = plan.batches[0]
    result = forecast_batch(batch, gather(batch))[0]
    if isinstance(result, str):
        raise QueueRefused(result)
    return result


def forecast_batch(
    batch: Batch, given: BatchInput, *, asked: Sequence[float] = ()
) -> list[QueueForecast | str]:
    """Forecast the local dates from the origin's date on, in the order of the batch's queues.

    A queue that the engine refuses has the sentence in its place. `asked` are quantiles beside
    those that are always kept.
    """
    levels = all_levels(asked)
    result = forecast(
        history=given.history,
        horizon=given.horizon,
        params=ForecastParams(
            quantiles=levels,
            measures_coverage=True,
            judged_band=(QUANTILES[0], QUANTILES[-1]),
        ),
    )
    result = like_weekdays_by_queue(result, given.make_up)
    ahead, span = batch.ahead, batch.span
    skipped = int((ahead.positions < span.gap_days * ahead.labels).sum())
    is_open = ahead.pick(given.horizon.open_mask * 1.0)[:, skipped:] > 0
    mean = np.where(is_open, ahead.pick(result.mean)[:, skipped:], 0.0)
    bands = np.where(is_open, ahead.pick(result.quantiles)[:, :, skipped:], 0.0)
    aht = _aht(batch, result, is_open, skipped)
    found: list[QueueForecast | str] = []
    for row, (outcome, driver) in enumerate(zip(result.outcomes, given.drivers, strict=True)):
        if outcome.is_refused:
            found.append(outcome.reason)
            continue
        queue = batch.queues[row]
        repeats = _repeats(row, queue, given)
        from_history = bool(np.isfinite(aht[row]).any())
        found.append(
            QueueForecast(
                starts_at=ahead.starts_at[skipped:],
                mean=mean[row],
                quantiles=bands[places_of(QUANTILES, levels), row],
                asked_quantiles=bands[places_of(asked, levels), row],
                aht_seconds=_with_default(aht[row], is_open[row], queue.default_aht_seconds),
                is_open=is_open[row],
                flag=ForecastQueueResult.Flag(outcome.flag.upper()),
                method=outcome.method or "",
                reason=_reason(outcome.reason, span, driver),
                measures=_measures(outcome),
                backtest={
                    "scores": [asdict(score) for score in outcome.scores],
                    "days": _backtest_days(span, result, row),
                },
                components=_facts(span, result, row, driver, aht_from_history=from_history)
                | {"repeats": None if repeats is None else repeats.as_json()},
                repeat_mean=None
                if repeats is None
                else mean[row] * ahead.pick(repeats.shares)[skipped:],
                days=_days(span, result, row),
            )
        )
    return found


def all_levels(asked: Sequence[float]) -> tuple[float, ...]:
    """The quantiles that are always kept and those asked for, rising."""
    return tuple(sorted({*QUANTILES, *asked}))


def places_of(wanted: Sequence[float], levels: Sequence[float]) -> list[int]:
    """Where these quantiles stand among all."""
    return [levels.index(level) for level in wanted]


def _repeats(row: int, queue: Queue, given: BatchInput) -> RepeatShare | None:
    """The part of customers who call again, where the source tells the customer."""
    split = given.splits.get(queue.pk)
    return None if split is None else repeat_share(row, given, split)


def _aht(batch: Batch, result: ForecastResult, is_open: Any, skipped: int) -> Any:
    if result.aht_seconds is None:
        return np.full(is_open.shape, np.nan)
    return batch.ahead.pick(result.aht_seconds)[:, skipped:]


def _with_default(aht: Any, is_open: Any, default_seconds: float) -> Any:
    """Learnt handle times, the queue's own where none is known, NaN while closed."""
    return np.where(is_open, np.where(np.isfinite(aht), aht, default_seconds), np.nan)


def _reason(reason: str, span: Span, driver: DriverInput | None) -> str:
    parts = [reason]
    if driver is not None:
        parts.append(driver.sentence)
    if span.gap_days:
        parts.append(
            _("The last recorded day lies %(days)s days before the forecast.")
            % {"days": span.gap_days + 1}
        )
    return " ".join(parts)


def _measures(outcome: QueueOutcome) -> dict[str, float | None]:
    overall = {score.method: score for score in outcome.scores if score.horizon == "all"}
    chosen, naive = overall[outcome.method or ""], overall["seasonal_naive"]
    return {
        "wape": chosen.wape,
        "bias": chosen.bias,
        "mase": chosen.mase,
        "coverage": outcome.coverage,
        "wape_seasonal_naive": naive.wape,
        "wape_noise_floor": outcome.noise_floor,
        "dispersion": outcome.dispersion,
        "improvable": outcome.improvable,
    }


def _backtest_days(span: Span, result: ForecastResult, row: int) -> dict[str, Any]:
    """Expected and actual contacts of each day after each origin of the backtest."""
    expected, actual = result.backtest_totals[:, row]
    origins = [span.first + timedelta(days=int(index)) for index in result.backtest_origins]
    return {
        "origins": [origin.isoformat() for origin in origins[: len(expected)]],
        "expected": _rounded(expected),
        "actual": _rounded(actual),
    }


def _rounded(values: Any) -> list[list[float | None]]:
    return [
        [round(value, 1) if np.isfinite(value) else None for value in row]
        for row in values.tolist()
    ]


def _facts(
    span: Span,
    result: ForecastResult,
    row: int,
    driver: DriverInput | None,
    *,
    aht_from_history: bool,
) -> dict[str, Any]:
    doubtful = np.flatnonzero(result.day_weights[row] < 0.5)
    return {
        "history_first": span.first.isoformat(),
        "history_last": (span.horizon_first - timedelta(days=1)).isoformat(),
        "outlier_days": [(span.first + timedelta(days=int(day))).isoformat() for day in doubtful],
        "driver": None if driver is None else driver.as_json(),
        "aht": "history" if aht_from_history else "default",
        "intraday": result.outcomes[row].memory,
    }


def _days(span: Span, result: ForecastResult, row: int) -> ForecastDays:
    """The factors of each local date, without the gap."""
    first_date = span.horizon_first + timedelta(days=span.gap_days)
    return result.components.days_of(row, first_date=first_date, skipped_days=span.gap_days)
