"""A lasting step at the end of the history: the days before it are read at the level after it.

Members of the level at long half-lives rest on months and follow a step for months; the backtest,
whose pasts lie before the step, would still choose them. So where the last days lie clearly on one side
and the four weeks before them on the other, the volume due on the days before is moved towards the
new level, the more the longer the step has lasted: a closure of some days may end, one of
weeks stays.
"""

from __future__ import annotations

import numpy as np

from forecasting.core.cleaning import OUTLIER_WEIGHT, nan_median, robust_log_ratios
from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

LEAST_STEP = 0.2
"""On log scale."""
LEAST_SCORE = 5.0
"""Size of the step in standard errors of the difference of the two means."""
SCREEN_SHARE = 0.7
SCREEN_DAYS = (4, 8, 16, 32)
STEP_DAYS = (4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 21, 24, 28, 32, 37, 42, 49, 56)
"""Ages of a step that are tried; younger ones may be outliers, older ones the members know."""
BEFORE_DAYS = 28
LEAST_BEFORE_DAYS = 10
SIDE_SHARE = 0.8
"""Part of the days that must lie on their own side of the middle."""
MOST_DRIFT = 0.5
"""Part of the step by which the days on either side of it may drift its way; a trend drifts by all."""
CORRELATION = 2.0
"""Errors of means of days in a row over those of independent days."""
LEAST_SCATTER = 0.03
UNTRUSTED_DAYS = 3.0
HALF_TRUST_DAYS = 4.0
"""A step of k days counts (k - UNTRUSTED_DAYS) / (k + HALF_TRUST_DAYS)."""


def step_factors(observed: FloatArray, exposed: FloatArray, weights: FloatArray) -> FloatArray:
    """Multiplier of what was due on each day that brings it to the level after the last step.

    Args:
        observed: queue × day, contacts.
        exposed: the same shape, what the weekday brings at level 1; 0 where nothing was open.
        weights: the same shape, trust in each day.

    Returns 1 everywhere where no step is found.
    """
    factors = np.ones(observed.shape)
    days = observed.shape[1]
    if days < STEP_DAYS[0] + LEAST_BEFORE_DAYS:
        return factors
    ratios = robust_log_ratios(observed, exposed)
    ordinary = np.isfinite(ratios) & (weights > OUTLIER_WEIGHT)
    ratios, counts = np.where(ordinary, ratios, 0.0), ordinary * 1.0
    scatter = _scatter(ratios, counts)
    rows = np.flatnonzero(_screened(ratios, counts, scatter))
    if rows.size == 0:
        return factors
    ages, sizes = _best_steps(ratios[rows], counts[rows], scatter[rows])
    for row, age, size in zip(rows, ages, sizes, strict=True):
        if age:
            trust = (age - UNTRUSTED_DAYS) / (age + HALF_TRUST_DAYS)
            factors[row, : days - age] = np.exp(-trust * size)
    return factors


def _screened(ratios: FloatArray, counts: FloatArray, scatter: FloatArray) -> BoolArray:
    """Queues whose last days may have stepped: a few ages, sizes and errors alone."""
    found = np.zeros(len(ratios), dtype=bool)
    for age in SCREEN_DAYS:
        if age + LEAST_BEFORE_DAYS <= ratios.shape[1]:
            size, score = _step_of(ratios, counts, scatter, age)[:2]
            found |= (np.abs(size) > LEAST_STEP * SCREEN_SHARE) & (
                score > LEAST_SCORE * SCREEN_SHARE
            )
    return found


def _best_steps(
    ratios: FloatArray, counts: FloatArray, scatter: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Age of the clearest step of each queue (0 for none), and its size on log scale."""
    best = np.full(len(ratios), LEAST_SCORE)
    ages, sizes = np.zeros(len(ratios), dtype=np.int64), np.zeros(len(ratios))
    for age in STEP_DAYS:
        if age + LEAST_BEFORE_DAYS > ratios.shape[1]:
            break
        size, score, middle = _step_of(ratios, counts, scatter, age)
        clear = (np.abs(size) > LEAST_STEP) & (score > best)
        clear &= _on_side(ratios, counts, size, middle, age)
        clear &= _drift(ratios, counts, size, age) < MOST_DRIFT * np.abs(size)
        best, ages = np.where(clear, score, best), np.where(clear, age, ages)
        sizes = np.where(clear, size, sizes)
    return ages, sizes


def _scatter(ratios: FloatArray, counts: FloatArray) -> FloatArray:
    """Robust spread of days from one week to the next, per queue."""
    both = (counts[:, DAYS_PER_WEEK:] > 0) & (counts[:, :-DAYS_PER_WEEK] > 0)
    change = np.abs(ratios[:, DAYS_PER_WEEK:] - ratios[:, :-DAYS_PER_WEEK])
    usual = nan_median(np.where(both, change, np.nan)) * 1.4826 / np.sqrt(2.0)
    return np.asarray(np.maximum(np.nan_to_num(usual, nan=np.inf), LEAST_SCATTER))


def _around(age: int, days: int) -> tuple[slice, slice]:
    """The days after a step so many days ago, and the four weeks before it."""
    return slice(days - age, days), slice(max(days - age - BEFORE_DAYS, 0), days - age)


def _step_of(
    ratios: FloatArray, counts: FloatArray, scatter: FloatArray, age: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Size, score and middle of a step so many days ago."""
    after, before = _around(age, ratios.shape[1])
    new, old = counts[:, after].sum(axis=1), counts[:, before].sum(axis=1)
    new_mean = _mean(ratios[:, after], counts[:, after])
    old_mean = _mean(ratios[:, before], counts[:, before])
    error = CORRELATION * scatter * np.sqrt(1 / np.maximum(new, 1.0) + 1 / np.maximum(old, 1.0))
    size = new_mean - old_mean
    usable = (new >= STEP_DAYS[0]) & (old >= LEAST_BEFORE_DAYS)
    return size, np.where(usable, np.abs(size) / error, 0.0), (new_mean + old_mean) / 2.0


def _on_side(
    ratios: FloatArray, counts: FloatArray, size: FloatArray, middle: FloatArray, age: int
) -> BoolArray:
    """Queues most of whose days lie on their own side of the middle, after and before the step."""
    beyond = np.sign(ratios - middle[:, None]) * np.sign(size)[:, None] * counts
    after, before = _around(age, ratios.shape[1])
    is_new = (beyond[:, after] > 0).sum(axis=1) >= SIDE_SHARE * counts[:, after].sum(axis=1)
    is_old = (beyond[:, before] < 0).sum(axis=1) >= SIDE_SHARE * counts[:, before].sum(axis=1)
    return np.asarray(is_new & is_old)


def _drift(ratios: FloatArray, counts: FloatArray, size: FloatArray, age: int) -> FloatArray:
    """How far the days after and before the step drift its way, from their first half to the second."""
    total = np.zeros(len(ratios))
    for side in _around(age, ratios.shape[1]):
        half = (side.start + side.stop) // 2
        early, late = slice(side.start, half), slice(half, side.stop)
        total += _mean(ratios[:, late], counts[:, late]) - _mean(ratios[:, early], counts[:, early])
    return np.asarray(total * np.sign(size))


def _mean(ratios: FloatArray, counts: FloatArray) -> FloatArray:
    return np.asarray(ratios.sum(axis=1) / np.maximum(counts.sum(axis=1), 1.0))
