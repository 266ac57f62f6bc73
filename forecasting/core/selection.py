"""Weights of members from their backtest errors, shrunk where evidence is thin."""

from __future__ import annotations

import numpy as np

from forecasting.core.wall_clock import FloatArray

BACKTEST_SPAN_DAYS = 112
"""Last days of the history over which the origins of the backtest are spread."""
BUCKET_EDGES_DAYS = (0, 1, 3, 7, 14, 28)
"""First day of each horizon bucket, counted from the origin; the last one is open-ended."""
BUCKET_NAMES = ("day 1", "days 2-3", "days 4-7", "days 8-14", "days 15-28", "day 29 on")
LEVEL_LENDING = 0.1
"""How much a day of one horizon bucket counts in the next one."""
LEVEL_PRIOR_DAYS = 0.5
LEVEL_POWER = 2.5
LEVEL_FLOOR = 0.02
VARIANT_TEMPERATURE = 0.005
LEAST_SHAPE_ERROR = 1e-3
"""Contacts; a queue with one label a day has no shape to be wrong about."""
SWITCH_MARGIN = 0.88
"""A simpler method replaces the blend only if its WAPE is at least 12 % lower."""


def bucket_index(days: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Horizon bucket of each of the first `days` days."""
    return np.searchsorted(BUCKET_EDGES_DAYS, np.arange(days), side="right") - 1


def variant_weights(errors: FloatArray) -> FloatArray:
    """Softmin over axis 0 of absolute errors relative to the best one."""
    best = errors.min(axis=0, keepdims=True)
    excess = (errors - best) / np.maximum(best, LEAST_SHAPE_ERROR)
    weights = np.exp(-excess / VARIANT_TEMPERATURE)
    return np.asarray(weights / weights.sum(axis=0, keepdims=True))


def level_weights(errors: FloatArray, day_counts: FloatArray, available: FloatArray) -> FloatArray:
    """Weights of level members per horizon bucket: inverse power of the relative error.

    Args:
        errors: member × bucket × queue, summed squared errors.
        day_counts: bucket × queue, days behind each sum.
        available: member × queue, 0 for members that must not count.

    Errors count relative to the mean of the members, so that buckets can lean on each other: each
    one on its neighbours, and all on LEVEL_PRIOR_DAYS days on which all members are equal.
    """
    mean = errors.mean(axis=0)
    days = day_counts * (mean > 0)
    relative = np.where(mean > 0, errors / np.maximum(mean, 1e-12), 1.0)
    steps = np.arange(len(BUCKET_NAMES))
    lent = LEVEL_LENDING ** np.abs(np.subtract.outer(steps, steps))
    evidence = lent @ (relative * days)
    prior = LEVEL_PRIOR_DAYS
    scores = (evidence + prior) / (lent @ days + prior)
    weights = np.maximum(scores, LEVEL_FLOOR) ** -LEVEL_POWER * available[:, None]
    return np.asarray(weights / weights.sum(axis=0, keepdims=True))
