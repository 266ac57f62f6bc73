"""Sums over queues: the mean adds up exactly, the band by how queues erred together.

Arrivals of different queues are independent given their rates, but their rates move together: a
storm or a mailing reaches all queues of a client. The relative covariance of daily errors in the
backtests, pooled over all pairs of a group, measures just that: chance is independent and cancels
from products of two queues' errors. It holds for intervals, too, because what moves together moves
whole days. The variance of a sum is then

    sum of variances + covariance × ((sum of means)² - sum of squared means).
"""

from __future__ import annotations

import numpy as np

from forecasting.core.wall_clock import FloatArray

NORMAL_90 = 1.2815515655446004
"""90 % quantile of the standard normal."""
SHRINK_DAYS = 5.0
"""Days without any covariance mixed into the measured one."""


def day_totals(predicted: FloatArray, actual: FloatArray, weight: FloatArray) -> FloatArray:
    """Expected and actual contacts of the scored cells of a backtest, by queue × origin × day.

    All arguments are origin × queue × day × label. NaN where nothing was scored.
    """
    scored = (weight > 0) * 1.0
    is_any = scored.any(axis=-1)
    sums = [
        np.where(is_any, np.einsum("oqdl,oqdl->oqd", scored, values), np.nan)
        for values in (predicted, actual)
    ]
    return np.stack(sums).swapaxes(1, 2)


def shared_covariance(expected: FloatArray, actual: FloatArray) -> float:
    """Relative covariance of the queues' daily errors, pooled over pairs; never below 0.

    Both arguments are queue × day with NaN for unknown. Days known of fewer than two queues say
    nothing. Shrunk to none when days are few.
    """
    known = np.isfinite(expected) & np.isfinite(actual)
    days = known.sum(axis=0) > 1
    if not days.any():
        return 0.0
    mean = np.where(known, expected, 0.0)[:, days]
    error = np.where(known, actual - expected, 0.0)[:, days]
    # A lasting bias of a queue is no common movement: take each queue's own out.
    share = error.sum(axis=1, keepdims=True) / np.maximum(mean.sum(axis=1, keepdims=True), 1e-9)
    error = error - share * mean
    together = (error.sum(axis=0) ** 2 - (error**2).sum(axis=0)).sum()
    weight = (mean.sum(axis=0) ** 2 - (mean**2).sum(axis=0)).sum()
    if weight <= 0:
        return 0.0
    trust = days.sum() / (days.sum() + SHRINK_DAYS)
    return float(max(0.0, together / weight) * trust)


def variance_of_band(low: FloatArray, high: FloatArray) -> FloatArray:
    """Variance of an interval whose 80 % band is known."""
    return np.asarray(((high - low) / (2 * NORMAL_90)) ** 2)


def variance_of_sum(
    *,
    mean: FloatArray,
    square: FloatArray,
    variance: FloatArray,
    covariance: float,
) -> FloatArray:
    """Variance of sums over queues.

    Args:
        mean: sums of means.
        square: sums of squared means.
        variance: sums of variances.
        covariance: relative covariance between queues.
    """
    return np.asarray(variance + covariance * np.maximum(mean**2 - square, 0.0))


def day_dispersion(expected: FloatArray, actual: FloatArray) -> float:
    """Over-dispersion of one queue's days: variance beyond Poisson as a fraction of mean²."""
    known = np.isfinite(expected) & np.isfinite(actual) & (expected > 0)
    if not known.any():
        return 0.0
    mean, came = expected[known], actual[known]
    excess = ((came - mean) ** 2 - mean).sum()
    return float(max(0.0, excess / (mean**2).sum()))


def band_of_sum(*, mean: FloatArray, variance: FloatArray, normal: float) -> FloatArray:
    """Quantile of a sum with this mean and variance, as of a gamma distribution.

    Wilson & Hilferty (1931): the cube root of a gamma variable is nearly normal. `normal` is the
    quantile of the standard normal, 0 for the median.
    """
    safe = np.maximum(mean, 1e-9)
    shape = safe**2 / np.maximum(variance, 1e-12)
    ninth = 1.0 / (9.0 * np.maximum(shape, 1e-6))
    root = np.maximum(1.0 - ninth + normal * np.sqrt(ninth), 0.0)
    return np.where(mean > 0, safe * root**3, 0.0)
