"""The two methods planners know: mean of the same weekdays and the same day of last week."""

from __future__ import annotations

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.fitting import whole_weeks
from forecasting.core.wall_clock import FloatArray

MEAN_WEEKS = 6


def weekday_mean(
    *, volumes: FloatArray, known: FloatArray, trust: FloatArray, origin: int
) -> FloatArray:
    """Mean of the last six same weekdays, the latest counting six times the oldest.

    Returns queue × slot × label; slot 0 is the weekday of the origin. NaN where none is known.
    """
    x = whole_weeks(volumes, origin)[:, -MEAN_WEEKS:]
    weights = np.arange(1, x.shape[1] + 1)[None, :, None, None]
    seen = whole_weeks(known, origin)[:, -MEAN_WEEKS:] * weights
    seen = seen * whole_weeks(trust, origin)[:, -MEAN_WEEKS:, :, None]
    exposure = seen.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(exposure > 0, (x * seen).sum(axis=1) / exposure, np.nan)


def seasonal_naive(
    *, volumes: FloatArray, known: FloatArray, trust: FloatArray, origin: int
) -> FloatArray:
    """The latest known same weekday and label, at most six weeks old (queue × slot × label)."""
    x = whole_weeks(volumes, origin)[:, -MEAN_WEEKS:]
    seen = whole_weeks(known, origin)[:, -MEAN_WEEKS:] > 0
    seen = seen & (whole_weeks(trust, origin)[:, -MEAN_WEEKS:, :, None] > 0)
    latest = np.full((x.shape[0], DAYS_PER_WEEK, x.shape[3]), np.nan)
    for week in range(x.shape[1]):
        latest = np.where(seen[:, week], x[:, week], latest)
    return latest


def seasonal_naive_scale(volumes: FloatArray, known: FloatArray) -> FloatArray:
    """Mean absolute error of the one-week lag in sample, per queue; NaN without a pair."""
    if volumes.shape[1] <= DAYS_PER_WEEK:
        return np.full(volumes.shape[0], np.nan)
    pairs = (known[:, DAYS_PER_WEEK:] > 0) & (known[:, :-DAYS_PER_WEEK] > 0)
    gaps = np.abs(volumes[:, DAYS_PER_WEEK:] - volumes[:, :-DAYS_PER_WEEK]) * pairs
    counts = pairs.sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, gaps.sum(axis=(1, 2)) / np.maximum(counts, 1), np.nan)
