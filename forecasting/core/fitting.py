"""Fit of all queues at one origin: weekday × interval rates and the level of each member.

The volume of a cell is level(day) × rate(weekday, label) × day factor. Rates are discounted means of
the observed cells after the level of their day is divided out, pooled between weekdays of like
shape and smoothed along the day where counts are low. The level is a discounted Gamma-Poisson mean
of observed over expected contacts, at several half-lives (West & Harrison, Bayesian Forecasting and
Dynamic Models, ch. 10: discounting of conjugate counts), so that missing cells simply carry no
exposure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.cleaning import OUTLIER_WEIGHT, cell_weights, day_weights
from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.levels import Levels, learn_levels
from forecasting.core.wall_clock import FloatArray

Variants = tuple[tuple[float, int], ...]
RATE_HALF_LIFE_WEEKS = 8.0
RATE_VARIANTS: Variants = ((3.0, 2), (8.0, 0), (8.0, 1), (8.0, 4), (26.0, 0), (26.0, 3))
"""Half-life in weeks and smoothing passes of each profile variant."""
LONG_VARIANTS: Variants = ((104.0, 0), (104.0, 2))
"""Profile variants that join where a year of history gives them something to rest on."""
LONG_DAYS = 364
FIRST_VARIANTS: Variants = ((8.0, 1),)
"""What cells are judged against before they are weighted."""
LOCAL_LEVEL_HALF_LIFE_DAYS = 6.0
WEEKDAY_HALF_LIFE_WEEKS = 8.0
MEAN_PRIOR_DAYS = 5.0
MEAN_RATIO_RANGE = (0.8, 2.0)
WEEKDAY_LIKENESS = 1.0


@dataclass(frozen=True)
class Fit:
    """What one origin knows: rates by profile variant and levels by member."""

    rates: FloatArray
    """Variant × queue × slot × label; slot 0 is the weekday of the origin."""
    levels: Levels
    """Members of the level; their days count from the first day of the padded history."""
    day_weights: FloatArray
    """Queue × day (front-padded to whole weeks)."""
    mean_ratios: FloatArray
    """Per queue: mean over the robust centre that rates and levels describe."""


def whole_weeks(values: FloatArray, origin: int) -> FloatArray:
    """The days before the origin as queue × week × slot × …, padded in front with zeros."""
    past = values[:, :origin]
    missing = -origin % DAYS_PER_WEEK
    pad = [(0, 0), (missing, 0)] + [(0, 0)] * (values.ndim - 2)
    padded = np.pad(past, pad) if missing else past
    return padded.reshape(values.shape[0], -1, DAYS_PER_WEEK, *values.shape[2:])


def fit_at(
    *,
    volumes: FloatArray,
    known: FloatArray,
    trust: FloatArray,
    factors: FloatArray,
    origin: int,
    variants: Variants = RATE_VARIANTS,
) -> Fit:
    """Fit all queues on the days before `origin`.

    Args:
        volumes: queue × day × label, 0 where not known.
        known: the same shape, 1 where open and observed.
        trust: queue × day, 0 for days that must not be learnt from.
        factors: queue × day multipliers (drivers); 1 is ordinary.
        origin: index of the first day that is not known.
        variants: half-life in weeks and smoothing passes of each profile variant.
    """
    x = whole_weeks(volumes, origin)
    seen = whole_weeks(known, origin)
    trusted = whole_weeks(trust, origin)
    factor = whole_weeks(factors, origin)
    totals = x.sum(axis=-1)
    ages = np.arange(x.shape[1])[::-1].astype(float)
    weights = trusted
    discount = 0.5 ** (ages / RATE_HALF_LIFE_WEEKS)
    level = np.ones(totals.shape)
    for _ in range(2):
        base = _rates(x, seen, weights * discount[None, :, None], level * factor)
        expected = np.einsum("qnil,qil->qni", seen, base, optimize=True) * factor
        weights = trusted * day_weights(totals, expected)
        level = _local_levels(totals, expected, weights)
    exposure = level * factor
    first = _final_rates(x, seen, weights, exposure, ages, variants=FIRST_VARIANTS)
    trust = cell_weights(x, seen, first.mean(axis=0)[:, None] * exposure[..., None])
    volumes_of_days = totals
    whole = seen
    x, seen = x * trust, seen * trust
    rates = _final_rates(x, seen, weights, exposure, ages, variants=variants)
    base = rates.mean(axis=0)
    totals = x.sum(axis=-1)
    expected = np.einsum("qnil,qil->qni", seen, base, optimize=True) * factor
    due = np.einsum("qnil,qil->qni", whole, base, optimize=True) * exposure
    return Fit(
        rates=rates,
        levels=learn_levels(*(part.reshape(len(x), -1) for part in (totals, expected, weights))),
        day_weights=weights.reshape(len(x), -1),
        mean_ratios=_mean_ratios(volumes_of_days, due, weights),
    )


def _rates(
    x: FloatArray, seen: FloatArray, weights: FloatArray, exposure: FloatArray
) -> FloatArray:
    """Discounted mean volume of each slot × label at level 1 (queue × slot × label)."""
    counts = np.einsum("qnil,qni->qil", x, weights, optimize=True)
    exposures = np.einsum("qnil,qni->qil", seen, weights * exposure, optimize=True)
    return np.asarray(counts / np.maximum(exposures, 1e-9))


def _mean_ratios(totals: FloatArray, expected: FloatArray, weights: FloatArray) -> FloatArray:
    """Volume of all days but outliers over what the robust fit makes of them, per queue.

    Rates and levels are near medians where days or cells scatter to one side; staffing needs means.
    """
    ordinary = weights > OUTLIER_WEIGHT
    came = (totals * ordinary).sum(axis=(1, 2))
    due = (expected * ordinary).sum(axis=(1, 2))
    prior = MEAN_PRIOR_DAYS * due / np.maximum(ordinary.sum(axis=(1, 2)), 1)
    ratio = (came + prior) / np.maximum(due + prior, 1e-9)
    return np.where(due > 0, np.clip(ratio, *MEAN_RATIO_RANGE), 1.0)


def _local_levels(totals: FloatArray, expected: FloatArray, weights: FloatArray) -> FloatArray:
    """Level around each day: two-sided discounted ratio of observed to expected."""
    queues = totals.shape[0]
    days = totals.shape[1] * totals.shape[2]
    gaps = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    kernel = 0.5 ** (gaps / LOCAL_LEVEL_HALF_LIFE_DAYS)
    weight = weights.reshape(queues, days)
    observed = (totals.reshape(queues, days) * weight) @ kernel
    exposure = (expected.reshape(queues, days) * weight) @ kernel
    mean = expected.reshape(queues, days).mean(axis=1, keepdims=True)
    prior = np.maximum(mean, 1e-9)
    return np.asarray(((observed + prior) / (exposure + prior)).reshape(totals.shape))


def _final_rates(
    x: FloatArray,
    seen: FloatArray,
    weights: FloatArray,
    exposure: FloatArray,
    ages: FloatArray,
    *,
    variants: Variants,
) -> FloatArray:
    """Rates of every variant, at daily volumes that like weekdays share."""
    rates = _rate_variants(x, seen, weights, exposure, ages, variants)
    scales = weekday_scales(rates.mean(axis=0), x, seen, weights, exposure, ages)
    return rates * scales[..., None]


def weekday_scales(
    base: FloatArray,
    x: FloatArray,
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
    expected = np.einsum("qnil,qil->qni", seen, base, optimize=True) * exposure
    weight = weights * (0.5 ** (ages / WEEKDAY_HALF_LIFE_WEEKS))[None, :, None] * (expected > 0)
    ratio = np.where(expected > 0, x.sum(axis=-1) / np.maximum(expected, 1e-9), 1.0)
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
    variants = []
    cache: dict[float, tuple[FloatArray, FloatArray]] = {}
    for half_life, passes in wanted:
        if half_life not in cache:
            weight = weights * (0.5 ** (ages / half_life))[None, :, None]
            counts = np.einsum("qnil,qni->qil", x, weight, optimize=True)
            exposures = np.einsum("qnil,qni->qil", seen, weight * exposure, optimize=True)
            cache[half_life] = pool_like_weekdays(counts, exposures)
        counts, exposures = cache[half_life]
        variants.append(smooth_labels(counts, exposures, passes))
    return np.stack(variants)


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
    pair_noise = noise[:, :, None] + noise[:, None, :]
    pooled = (shapes[:, :, None, :] + shapes[:, None, :, :]) / 2
    gaps = (shapes[:, :, None, :] - shapes[:, None, :, :]) ** 2
    labels = np.maximum((pooled > 0).sum(axis=-1), 1)
    distance = (gaps / np.maximum(pooled, 1e-12)).sum(axis=-1) / labels / pair_noise
    likeness = np.exp(-2.0 * np.maximum(distance - 1.0, 0.0))
    likeness *= (sizes > 0)[:, :, None] & (sizes > 0)[:, None, :]
    lent = np.einsum("qij,qjl->qil", likeness, counts, optimize=True)
    scaled = exposures * daily
    lent_exposure = np.einsum("qij,qjl->qil", likeness, scaled, optimize=True)
    return lent * 1.0, np.where(daily > 0, lent_exposure / np.maximum(daily, 1e-9), exposures)


def smooth_labels(counts: FloatArray, exposures: FloatArray, passes: int) -> FloatArray:
    """Rates after `passes` of the kernel 1-2-1 on counts and exposures; closed labels lend nothing."""
    for _ in range(passes):
        counts = _kernel_pass(counts)
        exposures = _kernel_pass(exposures)
    return counts / np.maximum(exposures, 1e-9) * (exposures > 1e-9)


def _kernel_pass(values: FloatArray) -> FloatArray:
    smoothed = values / 2
    smoothed[..., 1:] += values[..., :-1] / 4
    smoothed[..., :-1] += values[..., 1:] / 4
    smoothed[..., 0] += values[..., 0] / 4
    smoothed[..., -1] += values[..., -1] / 4
    return smoothed
