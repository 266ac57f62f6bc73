"""Quantiles of cells of few contacts: exact ones of the negative binomial law."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, gammaincinv

from forecasting.core.accuracy import SMALL_MEAN
from forecasting.core.wall_clock import FloatArray

FIRST_STEPS = 6
"""Steps that are looked at first; twice as many until they reach SMALL_MEAN."""
POISSON_DISPERSION = 1e-4


def fill_small_counts(
    bands: FloatArray, mean: FloatArray, dispersion: FloatArray, quantiles: tuple[float, ...]
) -> None:
    """Overwrite cells of small mean with negative binomial quantiles.

    Args:
        bands: quantile × queue × day × label, changed in place.
        mean: queue × day × label.
        dispersion: queue × day.
        quantiles: rising shares.
    """
    for queue in range(mean.shape[0]):
        for value in np.unique(dispersion[queue]):
            days = np.flatnonzero(dispersion[queue] == value)
            day, label = np.nonzero(mean[queue, days] < SMALL_MEAN)
            if not day.size:
                continue
            cells = mean[queue, days[day], label]
            for index, share in enumerate(quantiles):
                steps = small_count_steps(float(value), share)
                bands[index, queue, days[day], label] = np.searchsorted(steps, cells, side="left")


def small_count_steps(dispersion: float, share: float) -> FloatArray:
    """Means at which the quantile of a negative binomial steps from k to k + 1.

    P(X <= k) falls as the mean grows; the step is where it equals `share`, from the inverse
    incomplete beta function (gamma for Poisson).
    """
    steps = _steps(dispersion, share, FIRST_STEPS)
    while steps[-1] < SMALL_MEAN:
        steps = _steps(dispersion, share, 2 * steps.size)
    return steps


def _steps(dispersion: float, share: float, size: int) -> FloatArray:
    counts = np.arange(size)
    if dispersion <= POISSON_DISPERSION:
        return np.asarray(gammaincinv(counts + 1, 1.0 - share), dtype=np.float64)
    success = betaincinv(1.0 / dispersion, counts + 1, share)
    return np.asarray((1.0 / np.maximum(success, 1e-300) - 1.0) / dispersion, dtype=np.float64)
