"""Measures of a forecast against what came: WAPE, bias, MASE, coverage, and the noise floor."""

from __future__ import annotations

import numpy as np

from forecasting.core.wall_clock import BoolArray, FloatArray

SMALL_MEAN = 5.0
"""Contacts from which a band is judged by its ends and learnt from residuals."""
LARGE_MEAN = 200.0
POISSON_TERMS = 400
LOG_FACTORIALS = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, POISSON_TERMS)))])


def wape(forecast: FloatArray, actual: FloatArray, scored: BoolArray) -> float | None:
    """Sum of absolute errors over sum of actuals; None where nothing came."""
    total = float(actual[scored].sum())
    return float(np.abs(forecast[scored] - actual[scored]).sum()) / total if total > 0 else None


def bias(forecast: FloatArray, actual: FloatArray, scored: BoolArray) -> float | None:
    """Sum of errors (forecast - actual) over sum of actuals; None where nothing came."""
    total = float(actual[scored].sum())
    return float((forecast[scored] - actual[scored]).sum()) / total if total > 0 else None


def mase(
    forecast: FloatArray, actual: FloatArray, scored: BoolArray, naive_scale: float
) -> float | None:
    """Mean absolute error over that of the one-week lag in sample (Hyndman & Koehler 2006)."""
    if not scored.any() or not np.isfinite(naive_scale) or naive_scale <= 0:
        return None
    return float(np.abs(forecast[scored] - actual[scored]).mean()) / naive_scale


def coverage(
    lower: FloatArray, upper: FloatArray, actual: FloatArray, scored: BoolArray
) -> float | None:
    """Share of actuals inside [lower, upper]; one on an end counts half."""
    if not scored.any():
        return None
    y, low, high = actual[scored], lower[scored], upper[scored]
    inside = (y > low) & (y < high)
    on_end = (y == low) | (y == high)
    return float((inside + 0.5 * on_end).mean())


def poisson_mean_deviation(mean: FloatArray) -> FloatArray:
    """Mean absolute deviation of a Poisson variable from its mean.

    2 exp(-m) m^(k + 1) / k! with k = floor(m) (De Moivre); sqrt(2 m / pi) above LARGE_MEAN.
    """
    m = np.maximum(np.asarray(mean, dtype=np.float64), 0.0)
    whole = np.floor(np.minimum(m, LARGE_MEAN)).astype(np.int64)
    safe = np.maximum(np.minimum(m, LARGE_MEAN), 1e-300)
    exact = 2.0 * np.exp(-safe + (whole + 1) * np.log(safe) - LOG_FACTORIALS[whole])
    return np.where(m > LARGE_MEAN, np.sqrt(2.0 * m / np.pi), np.where(m > 0, exact, 0.0))


def noise_floor(mean: FloatArray, scored: BoolArray) -> float | None:
    """WAPE that remains under Poisson arrivals when the mean is known exactly."""
    total = float(mean[scored].sum())
    return float(poisson_mean_deviation(mean[scored]).sum()) / total if total > 0 else None
