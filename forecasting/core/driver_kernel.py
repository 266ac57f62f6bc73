"""Lag kernels: how the effect of one unit of a driver spreads over the following days.

Gamma densities cut into whole days: non-negative, smooth, summing to 1, from the same day to about
a month. Lags within a day are not resolved: an hourly driver counts by its daily sum.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
from scipy.special import gammainc

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import FloatArray

LONGEST_LAG_DAYS = 75
MEAN_LAGS_DAYS: tuple[float, ...] = (
    0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 18.0, 23.0, 30.0,
)  # fmt: skip
SHAPES: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
EXACT_LAGS = 15
"""So many lags from the same day on are tried as one day exactly, too."""


def lag_kernel(mean_lag_days: float, shape: float) -> FloatArray:
    """Weights of lags 0, 1, 2, … days, summing to 1; a mean lag of 0 is the same day."""
    if mean_lag_days < 0 or shape <= 0:
        raise ValueError(
            f"Expected a mean lag >= 0 and a shape > 0, got {mean_lag_days} and {shape}."
        )
    if mean_lag_days == 0:
        return np.asarray(np.eye(1, LONGEST_LAG_DAYS + 1)[0])
    edges = np.concatenate([[0.0], np.arange(LONGEST_LAG_DAYS + 1) + 0.5])
    weights = np.diff(gammainc(shape, edges * shape / mean_lag_days))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


@lru_cache(maxsize=16)
def kernel_family(longest_mean_days: float, *, is_coarse: bool = False) -> FloatArray:
    """Kernels to try (kernel × lag): exactly 0, 1, 2, … days, then gammas of mean lag × shape.

    The coarse family holds a quarter of the gammas, for tests that need many trials.
    """
    lags, shapes = MEAN_LAGS_DAYS, SHAPES
    if is_coarse:
        lags, shapes = MEAN_LAGS_DAYS[1::2], SHAPES[::2]
    lags = tuple(lag for lag in lags if lag <= longest_mean_days)
    exact = np.eye(min(EXACT_LAGS, int(longest_mean_days) + 1), LONGEST_LAG_DAYS + 1)
    return np.stack([*exact, *(lag_kernel(*each) for each in product(lags, shapes))])


def filled(values: FloatArray) -> FloatArray:
    """Unknown days as the mean of their weekday; 0 where the weekday never had a value."""
    result = values.astype(np.float64)
    for slot in range(DAYS_PER_WEEK):
        days = result[slot::DAYS_PER_WEEK]
        known = np.isfinite(days)
        days[~known] = days[known].mean() if known.any() else 0.0
    return result


def smeared(values: FloatArray, kernels: FloatArray) -> FloatArray:
    """The driver spread over the following days by each kernel (kernel × day).

    Days before the first one are taken to repeat the first four weeks, weekday by weekday.
    """
    lags = kernels.shape[1] - 1
    whole = min(values.size // DAYS_PER_WEEK * DAYS_PER_WEEK, 4 * DAYS_PER_WEEK)
    usual = (
        values[:whole].reshape(-1, DAYS_PER_WEEK).mean(axis=0)
        if whole
        else np.full(DAYS_PER_WEEK, values.mean())
    )
    before = usual[np.arange(-lags, 0) % DAYS_PER_WEEK]
    padded = np.concatenate([before, values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, lags + 1)
    return np.asarray(kernels[:, ::-1] @ windows.T, dtype=np.float64)
