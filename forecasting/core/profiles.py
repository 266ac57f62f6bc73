"""Weekday × label rates: discounted sums per slot, pooled between like weekdays, smoothed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import FloatArray

Variants = tuple[tuple[float, int], ...]
RATE_VARIANTS: Variants = ((3.0, 2), (8.0, 0), (8.0, 1), (8.0, 4), (26.0, 0), (26.0, 3))
"""Half-life in weeks and smoothing passes of each profile variant."""
LONG_VARIANTS: Variants = ((104.0, 0), (104.0, 2))
"""Profile variants that join where a year of history gives them something to rest on."""
LONG_DAYS = 364
FIRST_VARIANTS: Variants = ((8.0, 1),)
"""What cells are judged against before they are weighted."""
WEEKDAY_HALF_LIFE_WEEKS = 8.0
WEEKDAY_LIKENESS = 0.5
FIRST_OF_PAIR, SECOND_OF_PAIR = np.triu_indices(DAYS_PER_WEEK, 1)


def slot_rates(
    x: FloatArray,
    seen: FloatArray,
    weights: FloatArray,
    exposure: FloatArray,
    *,
    totals: FloatArray,
    variants: Variants,
) -> FloatArray:
    """Rates of every variant (variant × queue × slot × label), like weekdays sharing their volume.

    Args:
        x: queue × slot × week × label, contacts.
        seen: the same shape, how far each cell counts.
        weights: queue × week × slot, trust in each day.
        exposure: the same shape, level times day factor of each day.
        totals: the same shape, contacts of each day.
        variants: half-life in weeks and smoothing passes of each variant.
    """
    ages = np.arange(x.shape[2])[::-1].astype(float)
    rates = _rate_variants(x, seen, weights, exposure, ages, variants)
    rates *= weekday_scales(rates.mean(axis=0), totals, seen, weights, exposure, ages)[..., None]
    return rates


def day_sums(values: FloatArray) -> FloatArray:
    """Sums over the labels (queue × week × slot) of queue × slot × week × label."""
    return (values @ np.ones(values.shape[-1])).swapaxes(1, 2)


def slot_sums(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted sums over the weeks.

    Args:
        values: queue × slot × week × label.
        weights: set × queue × week × slot.

    Returns set × queue × slot × label; one matrix product serves all sets of weights.
    """
    sums = weights.transpose(1, 3, 0, 2) @ values
    return sums.transpose(2, 0, 1, 3)


def slot_dues(seen: FloatArray, rates: FloatArray) -> FloatArray:
    """Volume due on each day at these rates (queue × week × slot)."""
    return (seen @ rates[..., None])[..., 0].swapaxes(1, 2)


def weekday_scales(
    base: FloatArray,
    came: FloatArray,
    seen: FloatArray,
    weights: FloatArray,
    exposure: FloatArray,
    ages: FloatArray,
) -> FloatArray:
    """Factor on each weekday's daily volume that lets weekdays of like volume lean on each other.

    Weekdays lend each other their mean ratio of observed to expected volume in proportion to
    exp(-excess), excess being how far their squared difference lies above its own variance.
    Returns queue × slot.
    """
    expected = slot_dues(seen, base) * exposure
    weight = weights * (0.5 ** (ages / WEEKDAY_HALF_LIFE_WEEKS))[None, :, None] * expected
    ratio = np.where(expected > 0, came / np.maximum(expected, 1e-9), 1.0)
    count = weight.sum(axis=1)
    days = count**2 / np.maximum((weight**2).sum(axis=1), 1e-9)
    mean = (ratio * weight).sum(axis=1) / np.maximum(count, 1e-9)
    free = (count * (1.0 - 1.0 / np.maximum(days, 1.5))).sum(axis=1)
    spread = ((ratio - mean[:, None]) ** 2 * weight).sum(axis=(1, 2)) / np.maximum(free, 1e-9)
    variance = spread[:, None] / np.maximum(days, 0.5)
    usual = base.sum(axis=-1)
    totals = usual * np.where(count > 0, mean, 1.0)
    logs = np.log(np.maximum(totals, 1e-9))
    gaps = (logs[:, :, None] - logs[:, None, :]) ** 2
    excess = gaps / np.maximum(variance[:, :, None] + variance[:, None, :], 1e-9) - 1.0
    lent = np.exp(-WEEKDAY_LIKENESS * np.maximum(excess, 0.0)) * days[:, None, :]
    lent *= (totals > 0)[:, :, None] & (totals > 0)[:, None, :]
    pooled = (lent * totals[:, None, :]).sum(axis=-1) / np.maximum(lent.sum(axis=-1), 1e-9)
    return np.where(usual > 0, pooled / np.maximum(usual, 1e-9), 1.0)


def _rate_variants(
    x: FloatArray,
    seen: FloatArray,
    weights: FloatArray,
    exposure: FloatArray,
    ages: FloatArray,
    wanted: Variants,
) -> FloatArray:
    """Rates of every variant: half-life, pooling between like weekdays, smoothing along the day."""
    half_lives = sorted({half_life for half_life, _ in wanted})
    discounts = 0.5 ** (ages / np.array(half_lives)[:, None])
    weight = weights * discounts[:, None, :, None]
    counts, exposures = slot_sums(x, weight), slot_sums(seen, weight * exposure)
    together = (-1, *counts.shape[2:])
    pooled, lent = pool_like_weekdays(counts.reshape(together), exposures.reshape(together))
    pooled, lent = pooled.reshape(counts.shape), lent.reshape(counts.shape)
    rates = np.empty((len(wanted), *counts.shape[1:]))
    for variant, (half_life, passes) in enumerate(wanted):
        chosen = half_lives.index(half_life)
        rates[variant] = smooth_labels(pooled[chosen], lent[chosen], passes)
    return rates


def pool_like_weekdays(counts: FloatArray, exposures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lend each weekday the shape of weekdays that look alike, at its own daily volume.

    Likeness is exp(-excess), excess being how far the chi-square distance per label of two shapes
    lies above what counting noise explains.
    """
    rates = counts / np.maximum(exposures, 1e-9)
    daily = rates.sum(axis=-1, keepdims=True)
    shapes = rates / np.maximum(daily, 1e-9)
    sizes = counts.sum(axis=-1)
    noise = 1.0 / np.maximum(sizes, 1.0)
    pair_noise = noise[:, FIRST_OF_PAIR] + noise[:, SECOND_OF_PAIR]
    filled = (shapes > 0) * 1.0
    of_day = filled.sum(axis=-1)
    both = (filled @ filled.swapaxes(1, 2))[:, FIRST_OF_PAIR, SECOND_OF_PAIR]
    labels = np.maximum(of_day[:, FIRST_OF_PAIR] + of_day[:, SECOND_OF_PAIR] - both, 1)
    distance = np.empty(labels.shape)
    for apart in range(1, DAYS_PER_WEEK):
        pairs = apart == SECOND_OF_PAIR - FIRST_OF_PAIR
        distance[:, pairs] = _chi_square(shapes[:, :-apart], shapes[:, apart:])
    excess = np.maximum(distance / labels / pair_noise - 1.0, 0.0)
    likeness = np.zeros((len(counts), DAYS_PER_WEEK, DAYS_PER_WEEK))
    likeness[:, FIRST_OF_PAIR, SECOND_OF_PAIR] = np.exp(-2.0 * excess)
    likeness += likeness.swapaxes(1, 2) + np.eye(DAYS_PER_WEEK)
    likeness *= (sizes > 0)[:, :, None] & (sizes > 0)[:, None, :]
    lent = likeness @ counts
    lent_exposure = likeness @ (exposures * daily)
    return lent, np.where(daily > 0, lent_exposure / np.maximum(daily, 1e-9), exposures)


def _chi_square(first: FloatArray, second: FloatArray) -> FloatArray:
    """Squared differences of shapes over their means, summed over the labels."""
    gaps = first - second
    gaps *= gaps
    usual = first + second
    usual *= 0.5
    np.maximum(usual, 1e-12, out=usual)
    gaps /= usual
    return np.asarray(gaps.sum(axis=-1))


def smooth_labels(counts: FloatArray, exposures: FloatArray, passes: int) -> FloatArray:
    """Rates after `passes` of the kernel 1-2-1 on counts and exposures; closed labels lend nothing."""
    if passes:
        kernel = smoothing_kernel(counts.shape[-1], passes)
        counts, exposures = counts @ kernel, exposures @ kernel
    rates = counts / np.maximum(exposures, 1e-9)
    unseen = exposures <= 1e-9
    if unseen.any():
        rates[unseen] = 0.0
    return np.asarray(rates)


@lru_cache(maxsize=64)
def smoothing_kernel(labels: int, passes: int) -> FloatArray:
    """`passes` of the kernel 1-2-1 along the day as a matrix; the ends keep what falls over them."""
    once = (np.eye(labels) * 2 + np.eye(labels, k=1) + np.eye(labels, k=-1)) / 4
    once[0, 0] += 0.25
    once[-1, -1] += 0.25
    return np.asarray(np.linalg.matrix_power(once, passes))
