"""How the levels of many simulated repeats are spread."""

from __future__ import annotations

import numpy as np

from staffing.core.kernels import FloatArray
from staffing.core.simulated_levels import share

LOW, HIGH = 0.05, 0.95


def spread(good: FloatArray, counted: FloatArray) -> dict[str, float | None]:
    """Return the level of all repeats together, and what nine of ten repeats lie between."""
    levels = share(good, counted)
    known = levels[np.isfinite(levels)]
    if known.size == 0:
        return {"mean": None, "low": None, "high": None}
    low, high = np.quantile(known, [LOW, HIGH])
    return {"mean": float(good.sum() / counted.sum()), "low": float(low), "high": float(high)}


def reached(good: FloatArray, counted: FloatArray, *, level: float) -> FloatArray:
    """Tell of each repeat on which anything counted whether the goal was reached (1) or not (0)."""
    levels = share(good, counted)
    return np.asarray(levels[np.isfinite(levels)] >= level, dtype=np.float64)


def rounded(values: FloatArray) -> list[float | None]:
    """Return the values to be kept, None where unknown."""
    return [None if np.isnan(value) else round(value, 5) for value in values.tolist()]
