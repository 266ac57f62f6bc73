"""The part of a forecast that comes from customers who call again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings

from forecasting.computations.batch import BatchInput
from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.repeats import Kernel, estimate_kernel, repeat_days, repeat_shares
from forecasting.core.wall_clock import FloatArray
from forecasting.queries import ContactSplit


@dataclass(frozen=True)
class RepeatShare:
    """The part of each date × label of the horizon that repeats make up."""

    shares: FloatArray
    kernel: Kernel
    window_days: int

    def as_json(self) -> dict[str, Any]:
        """What the run keeps of it."""
        first_day, last_day = self.kernel.usual_days
        return {
            "window_days": self.window_days,
            "repeats_per_first": round(self.kernel.repeats_per_first, 4),
            "first_day": first_day,
            "last_day": last_day,
            "shares": self.kernel.shares.round(5).tolist(),
        }


def repeat_share(row: int, given: BatchInput, split: ContactSplit) -> RepeatShare | None:
    """Forecast first contacts by the engine and repeats as their lagged share; None without any.

    The two are forecast apart; what they say of each interval is how they share the forecast of
    the queue, so that their sum is that forecast exactly.
    """
    first_mean = _forecast_first(row, given, split)
    if first_mean is None:
        return None
    first_days = split.first.sum(axis=1)
    kernel = estimate_kernel(first_days=first_days, lag_counts=split.lag_counts)
    by_day = repeat_days(kernel=kernel, past_first=first_days, future_first=first_mean.sum(axis=1))
    shares = repeat_shares(
        first_mean=first_mean,
        repeats_by_day=by_day,
        past_first=split.first,
        past_repeat=split.repeat,
    )
    return RepeatShare(shares=shares, kernel=kernel, window_days=settings.REPEAT_WINDOW_DAYS)


def _forecast_first(row: int, given: BatchInput, split: ContactSplit) -> FloatArray | None:
    """Date × label of the engine's forecast of first contacts, told all that the queue's own was.

    A driver (claims, a mailing) moves first contacts as it moves the queue; those who call again
    follow them by their own lag.
    """
    history, horizon = given.history, given.horizon
    first = split.first

    def own(values: FloatArray | None) -> FloatArray | None:
        return None if values is None else values[row : row + 1]

    recorded = np.isfinite(history.offered[row])
    today = own(horizon.today_offered)
    result = forecast(
        history=HistoryData(
            offered=np.where(recorded, first, np.nan)[None],
            open_mask=history.open_mask[row : row + 1],
            first_date=history.first_date,
            interval_minutes=history.interval_minutes,
            learn_mask=None if history.learn_mask is None else history.learn_mask[row : row + 1],
            day_factors=own(history.day_factors),
            told_factors=own(history.told_factors),
        ),
        horizon=HorizonData(
            open_mask=horizon.open_mask[row : row + 1],
            day_factors=own(horizon.day_factors),
            mean_factors=own(horizon.mean_factors),
            special_factors=own(horizon.special_factors),
            special_variances=own(horizon.special_variances),
            today_offered=None if today is None else today * _first_share(split),
        ),
        params=ForecastParams(quantiles=(0.5,)),
    )
    if result.outcomes[0].is_refused:
        return None
    return np.asarray(result.mean[0])


def _first_share(split: ContactSplit) -> float:
    """The share of past contacts that were first ones; today's are not told apart yet."""
    first, repeat = float(np.nansum(split.first)), float(np.nansum(split.repeat))
    return first / max(first + repeat, 1.0)
