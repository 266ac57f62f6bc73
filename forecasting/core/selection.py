"""Weights of members from their backtest errors, shrunk where evidence is thin."""

from __future__ import annotations

import numpy as np

from forecasting.core.wall_clock import FloatArray

BUCKET_EDGES_DAYS = (0, 1, 3, 7, 14, 28)
"""First day of each horizon bucket, counted from the origin; the last one is open-ended."""
BUCKET_NAMES = ("day 1", "days 2-3", "days 4-7", "days 8-14", "days 15-28", "day 29 on")
LEVEL_SHRINK_DAYS = 4.0
LEVEL_POWER = 2.0
LEVEL_FLOOR_SHARE = 0.02
VARIANT_TEMPERATURE = 0.01
SWITCH_MARGIN = 0.98
"""A simpler method replaces the blend only if its WAPE is at least 2 % lower."""


def bucket_of(day: int) -> int:
    """Horizon bucket of a day counted from 0 at the origin."""
    return int(np.searchsorted(BUCKET_EDGES_DAYS, day, side="right")) - 1


def bucket_index(days: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Horizon bucket of each of the first `days` days."""
    return np.searchsorted(BUCKET_EDGES_DAYS, np.arange(days), side="right") - 1


def variant_weights(errors: FloatArray) -> FloatArray:
    """Softmin over axis 0 of absolute errors relative to the best one."""
    best = np.maximum(errors.min(axis=0, keepdims=True), 1e-9)
    weights = np.exp(-(errors / best - 1) / VARIANT_TEMPERATURE)
    return np.asarray(weights / weights.sum(axis=0, keepdims=True))


def level_weights(errors: FloatArray, day_counts: FloatArray) -> FloatArray:
    """Weights of level members per horizon bucket: inverse squared mean error.

    Args:
        errors: member × bucket × queue, summed squared errors.
        day_counts: bucket × queue, days behind each sum.

    A bucket with few days leans on the queue's error over all buckets.
    """
    total_days = np.maximum(day_counts.sum(axis=0), 1e-9)
    overall = errors.sum(axis=1, keepdims=True) / total_days
    scores = (errors + LEVEL_SHRINK_DAYS * overall) / (day_counts + LEVEL_SHRINK_DAYS)
    floor = LEVEL_FLOOR_SHARE * overall.mean(axis=0, keepdims=True) + 1e-9
    weights = (scores + floor) ** -LEVEL_POWER
    return np.asarray(weights / weights.sum(axis=0, keepdims=True))
