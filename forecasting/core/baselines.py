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
    x = _last_weeks(volumes, origin)
    weights = np.arange(1, x.shape[1] + 1)[None, :, None] * _last_weeks(trust, origin)
    seen = _last_weeks(known, origin) * weights[..., None]
    exposure = seen.sum(axis=1)
    seen *= x
    with np.errstate(invalid="ignore"):
        return np.where(exposure > 0, seen.sum(axis=1) / exposure, np.nan)


def seasonal_naive(
    *, volumes: FloatArray, known: FloatArray, trust: FloatArray, origin: int
) -> FloatArray:
    """The latest known same weekday and label, at most six weeks old (queue × slot × label)."""
    x = _last_weeks(volumes, origin)
    seen = _last_weeks(known, origin) > 0
    seen &= (_last_weeks(trust, origin) > 0)[..., None]
    latest = np.full((x.shape[0], DAYS_PER_WEEK, x.shape[3]), np.nan)
    for week in range(x.shape[1]):
        np.copyto(latest, x[:, week], where=seen[:, week])
    return latest


def _last_weeks(values: FloatArray, origin: int) -> FloatArray:
    """The last MEAN_WEEKS weeks before the origin as queue × week × slot × …."""
    first = max(0, origin - MEAN_WEEKS * DAYS_PER_WEEK)
    return whole_weeks(values[:, first:], origin - first)


def seasonal_naive_scale(volumes: FloatArray, known: FloatArray) -> FloatArray:
    """Mean absolute error of the one-week lag in sample, per queue; NaN without a pair."""
    if volumes.shape[1] <= DAYS_PER_WEEK:
        return np.full(volumes.shape[0], np.nan)
    pairs = (known[:, DAYS_PER_WEEK:] > 0) & (known[:, :-DAYS_PER_WEEK] > 0)
    gaps = np.abs(volumes[:, DAYS_PER_WEEK:] - volumes[:, :-DAYS_PER_WEEK]) * pairs
    counts = pairs.sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, gaps.sum(axis=(1, 2)) / np.maximum(counts, 1), np.nan)
