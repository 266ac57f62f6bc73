"""Scores of predictions: sums over cells that add up over origins and series of a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.forecasting.cases import QUANTILES, Case

HORIZONS = {"next day": (0, 1), "days 1-14": (0, 14), "days 29-56": (28, 56)}
LARGE_MEAN = 5.0

Sums = dict[str, float]
Scores = dict[str, Sums]
"""Horizon → sums; a horizon that a case does not reach is absent."""


@dataclass(frozen=True)
class Prediction:
    """Mean (dates × labels) and, where the method has them, quantiles (axis 0: QUANTILES)."""

    mean: np.ndarray
    quantiles: np.ndarray | None = None

    @property
    def median(self) -> np.ndarray:
        """What WAPE judges."""
        return self.mean if self.quantiles is None else self.quantiles[1]


def score(case: Case, prediction: Prediction) -> Scores:
    """Sums of one case by horizon, over open cells with a known actual."""
    found = {}
    for horizon, (first, last) in HORIZONS.items():
        part = slice(first, last)
        use = case.future_mask[part] & np.isfinite(case.future[part])
        if not use.any():
            continue
        found[horizon] = _sums(
            actual=case.future[part][use],
            mean=prediction.mean[part][use],
            median=prediction.median[part][use],
            quantiles=None
            if prediction.quantiles is None
            else prediction.quantiles[:, part][:, use],
        )
    return found


def _sums(
    *, actual: np.ndarray, mean: np.ndarray, median: np.ndarray, quantiles: np.ndarray | None
) -> Sums:
    sums = {
        "cells": float(actual.size),
        "actual": float(actual.sum()),
        "error": float(np.abs(median - actual).sum()),
        "bias": float((mean - actual).sum()),
    }
    if quantiles is None:
        return sums
    shares = np.array(QUANTILES)[:, None]
    gaps = actual - quantiles
    large = mean >= LARGE_MEAN
    low, high, seen = quantiles[0][large], quantiles[-1][large], actual[large]
    ends = (seen == low) | (seen == high)
    inside = (seen > low) & (seen < high)
    return sums | {
        "pinball": float(np.maximum(shares * gaps, (shares - 1) * gaps).mean(axis=0).sum()),
        "inside": float(inside.sum() + 0.5 * ends.sum()),
        "large": float(large.sum()),
    }


def total(scores: Iterable[Sums]) -> Sums:
    """The sums of several cases together."""
    found: Sums = {}
    for one in scores:
        for key, value in one.items():
            found[key] = found.get(key, 0.0) + value
    return found


def wape(sums: Sums) -> float:
    """Absolute error over volume."""
    return sums["error"] / max(sums["actual"], 1e-9)


def bias(sums: Sums) -> float:
    """Signed error of the mean over volume."""
    return sums["bias"] / max(sums["actual"], 1e-9)


def coverage(sums: Sums) -> float:
    """Share of large cells inside the 80 % band; NaN without any."""
    return sums["inside"] / sums["large"] if sums.get("large") else float("nan")


def geometric_mean(ratios: Iterable[float]) -> float:
    """Geometric mean of positive ratios; NaN of none."""
    values = np.array(list(ratios))
    return float(np.exp(np.log(values).mean())) if values.size else float("nan")


def best(sums_by_method: Mapping[str, Sums], measure: str) -> str | None:
    """The method with the least error (or pinball loss) of those that have it."""
    known = {name: sums[measure] for name, sums in sums_by_method.items() if measure in sums}
    return min(known, key=lambda name: known[name]) if known else None
