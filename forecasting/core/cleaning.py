"""Which past days to trust: outages, spikes and odd days count little, level shifts count fully."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

NEIGHBOR_WEEKS = 4
SUSPICIOUS_Z = 3.5
LEVEL_SHIFT_DAYS = 4
OUTLIER_WEIGHT = 0.02
HUBER_Z = 1.0
HUBER_CELL_Z = 1.5
LEAST_CELL_VARIANCE = 0.25
SPREAD_WEEKS = 6
SPREAD_LABELS = 32
SPREAD_FLOOR = 0.04
"""Least day-to-day spread (on log scale) taken for ordinary."""


def robust_log_ratios(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Log of observed over expected per day (any leading axes), NaN where nothing is expected.

    Half a contact is added to both so that an outage day is very low, not minus infinity.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.log((observed + 0.5) / (expected + 0.5))
    return np.where(expected > 0, ratios, np.nan)


def local_medians(values: FloatArray, half_width: int) -> FloatArray:
    """Median of the values within half_width along the last axis, ignoring NaN."""
    width, length = 2 * half_width + 1, values.shape[-1]
    known = np.isfinite(values)
    padded = np.full((*values.shape[:-1], length + 2 * half_width), np.inf)
    np.copyto(padded[..., half_width : half_width + length], values, where=known)
    # One array per place in the window, as whole arrays sort faster than many short windows.
    ordered = [padded[..., step : step + length].copy() for step in range(width)]
    spare = np.empty(values.shape)
    for low, high in sorting_pairs(width):
        np.minimum(ordered[low], ordered[high], out=spare)
        np.maximum(ordered[low], ordered[high], out=ordered[high])
        ordered[low], spare = spare, ordered[low]
    counts = np.zeros(values.shape, dtype=np.int64)
    for part in ordered:
        counts += np.isfinite(part)
    medians = ordered[half_width]
    for count in range(width):
        there = counts == count
        if there.any():
            below, above = ordered[max(count - 1, 0) // 2][there], ordered[count // 2][there]
            medians[there] = (below + above) / 2 if count else np.nan
    return medians


@lru_cache(maxsize=8)
def sorting_pairs(size: int) -> tuple[tuple[int, int], ...]:
    """Comparisons that sort any values (Batcher's merge exchange; Knuth, vol. 3, 5.2.2 M)."""
    pairs = []
    top = 1 << max(size - 1, 1).bit_length() - 1
    step = top
    while step > 0:
        stride, residue, distance = top, 0, step
        while True:
            pairs += [(i, i + distance) for i in range(size - distance) if i & step == residue]
            if stride == step:
                break
            distance, residue, stride = stride - step, step, stride // 2
        step //= 2
    return tuple(pairs)


def nan_median(values: FloatArray) -> FloatArray:
    """Median over the last axis without NaN; NaN where there is nothing (no warning)."""
    ordered = np.sort(values, axis=-1)
    counts = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum((counts - 1) // 2, 0), axis=-1)
    high = np.take_along_axis(ordered, np.minimum(counts // 2, values.shape[-1] - 1), axis=-1)
    return np.where(counts > 0, (low + high) / 2, np.nan)[..., 0]


def day_weights(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Weight of each day (queue × week × weekday): 1 ordinary, near 0 for an outlier.

    A day is judged by its ratio to what its weekday usually brings, against the same weekdays
    within four weeks and against the days around it. Runs of at least four suspicious days of the
    same sign are a new level and keep their weight.
    """
    queues, weeks, weekdays = observed.shape
    ratios = robust_log_ratios(observed, expected)
    by_weekday = np.swapaxes(ratios, 1, 2)
    medians = np.swapaxes(local_medians(by_weekday, NEIGHBOR_WEEKS), 1, 2)
    departures = (ratios - medians).reshape(queues, weeks * weekdays)
    shot_noise = 1.0 / np.maximum(expected.reshape(queues, -1), 0.5)
    spread = 1.4826 * nan_median(np.abs(departures))[:, None]
    spread = np.sqrt(np.maximum(np.nan_to_num(spread), SPREAD_FLOOR) ** 2 + shot_noise)
    z = np.nan_to_num(departures) / spread
    suspicious = np.abs(z) > SUSPICIOUS_Z
    lasting = _in_lasting_run(np.where(suspicious, np.sign(z), 0.0))
    # Huber (1964): a day counts less the farther it lies off, so that means act like medians.
    soft = np.minimum(1.0, HUBER_Z / np.maximum(np.abs(z), 1e-9))
    weights = np.where(suspicious, np.where(lasting, 1.0, OUTLIER_WEIGHT), soft)
    return np.asarray(weights.reshape(observed.shape))


def spread_cells(shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Cells that tell the spread: a third of the labels of the last weeks is plenty for a median."""
    return np.s_[:, :, -SPREAD_WEEKS:, :: max(1, shape[-1] // SPREAD_LABELS)]


def huber_weights(
    volumes: FloatArray, expected: FloatArray, dispersion: float
) -> tuple[IntArray, FloatArray]:
    """Cells of a queue that lie beyond HUBER_CELL_Z, and their Huber weights; all others have 1.

    The spread of a cell is its counting noise and the queue's median excess over it. Queues come
    one at a time so that their cells stay in the processor's cache.
    """
    square = HUBER_CELL_Z**2
    gaps = volumes - expected
    gaps *= gaps
    limits = expected * (dispersion * square)
    limits += square
    limits *= expected
    maybe = np.flatnonzero(gaps > limits)
    due, gap = expected.ravel()[maybe], gaps.ravel()[maybe]
    limit = square * (np.maximum(due, LEAST_CELL_VARIANCE) + dispersion * due * due)
    far = gap > limit
    return maybe[far], np.sqrt(limit[far] / gap[far])


def median_excess(gaps: FloatArray, seen: FloatArray, expected: FloatArray) -> FloatArray:
    """Median per queue of squared gap beyond counting noise, relative to volume²."""
    gaps, seen, expected = (part.reshape(len(part), -1) for part in (gaps, seen, expected))
    usable = (seen > 0) & (expected > 1)
    excess = np.where(usable, (gaps**2 - expected) / np.maximum(expected, 1e-9) ** 2, np.nan)
    return np.maximum(np.nan_to_num(nan_median(excess)), 0.0)


def _in_lasting_run(signs: FloatArray) -> BoolArray:
    """True on days inside a run of equal non-zero signs of at least LEVEL_SHIFT_DAYS."""
    rows, days = signs.shape
    inside = np.zeros((rows, days), dtype=bool)
    if days < LEVEL_SHIFT_DAYS:
        return inside
    starts = days - LEVEL_SHIFT_DAYS + 1
    run = signs[:, :starts].copy()
    for offset in range(1, LEVEL_SHIFT_DAYS):
        run += signs[:, offset : offset + starts]
    full = np.abs(run) == LEVEL_SHIFT_DAYS
    for offset in range(LEVEL_SHIFT_DAYS):
        inside[:, offset : offset + full.shape[1]] |= full
    return inside
