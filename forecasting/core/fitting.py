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

from forecasting.core.cleaning import (
    OUTLIER_WEIGHT,
    day_weights,
    huber_weights,
    median_excess,
    spread_cells,
)
from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.discounting import around_sums
from forecasting.core.levels import Levels, learn_levels
from forecasting.core.profiles import (
    FIRST_VARIANTS,
    RATE_VARIANTS,
    Variants,
    day_sums,
    slot_dues,
    slot_rates,
    slot_sums,
)
from forecasting.core.wall_clock import FloatArray

RATE_HALF_LIFE_WEEKS = 8.0
LOCAL_LEVEL_HALF_LIFE_DAYS = 6.0
MEAN_PRIOR_DAYS = 3.0
MEAN_RATIO_RANGE = (0.8, 2.0)


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
    x = _by_slot(volumes, origin)
    seen = _by_slot(known, origin)
    trusted = whole_weeks(trust, origin)
    factor = whole_weeks(factors, origin)
    totals = day_sums(x)
    weights, level = _weights_and_level(x, seen, totals, trusted, factor)
    exposure = level * factor
    first = slot_rates(x, seen, weights, exposure, totals=totals, variants=FIRST_VARIANTS)
    usable, counted = _weighted_cells(x, seen, first.mean(axis=0), exposure)
    came = day_sums(usable)
    rates = slot_rates(usable, counted, weights, exposure, totals=came, variants=variants)
    base = rates.mean(axis=0)
    due = slot_dues(counted, base) * factor
    return Fit(
        rates=rates,
        levels=learn_levels(*(part.reshape(len(x), -1) for part in (came, due, weights))),
        day_weights=weights.reshape(len(x), -1),
        mean_ratios=_mean_ratios(
            totals, slot_dues(seen, base) * factor * _local_levels(came, due, weights), weights
        ),
    )


def _by_slot(values: FloatArray, origin: int) -> FloatArray:
    """The days before the origin as queue × slot × week × label, padded in front with zeros.

    In this order sums over weeks are matrix products.
    """
    queues, _, labels = values.shape
    missing = -origin % DAYS_PER_WEEK
    first = DAYS_PER_WEEK - missing if missing else 0
    ordered = np.empty((queues, DAYS_PER_WEEK, (origin + missing) // DAYS_PER_WEEK, labels))
    if missing:
        ordered[:, :missing, 0] = 0.0
        ordered[:, missing:, 0] = values[:, :first]
    whole = values[:, first:origin].reshape(queues, -1, DAYS_PER_WEEK, labels)
    ordered[:, :, (origin + missing) // DAYS_PER_WEEK - whole.shape[1] :] = whole.swapaxes(1, 2)
    return ordered


def _weighted_cells(
    x: FloatArray, seen: FloatArray, rates: FloatArray, exposure: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Contacts (in place) and exposure of every cell by its Huber weight."""
    of_day = exposure.swapaxes(1, 2)[..., None]
    some = spread_cells(x.shape)
    expected = rates[:, :, None, some[-1]] * of_day[:, :, some[2]]
    spread = median_excess(x[some] - expected, seen[some], expected)
    counted = seen.copy()
    for queue in range(len(x)):
        due = rates[queue, :, None] * of_day[queue]
        far, weights = huber_weights(x[queue], due, float(spread[queue]))
        x[queue].reshape(-1)[far] *= weights
        counted[queue].reshape(-1)[far] *= weights
    return x, counted


def _weights_and_level(
    x: FloatArray, seen: FloatArray, totals: FloatArray, trusted: FloatArray, factor: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Trust in each day and the level around it, each from the other (queue × week × slot)."""
    ages = np.arange(x.shape[2])[::-1]
    discount = (0.5 ** (ages / RATE_HALF_LIFE_WEEKS))[None, :, None]
    weights = trusted
    level: FloatArray = np.ones(totals.shape)
    for _ in range(2):
        weight = (weights * discount)[None]
        counts = slot_sums(x, weight)[0]
        exposures = slot_sums(seen, weight * (level * factor))[0]
        expected = slot_dues(seen, counts / np.maximum(exposures, 1e-9)) * factor
        weights = trusted * day_weights(totals, expected)
        level = _local_levels(totals, expected, weights)
    return weights, level


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
    weight = weights.reshape(queues, days)
    observed = around_sums(totals.reshape(queues, days) * weight, LOCAL_LEVEL_HALF_LIFE_DAYS)
    exposure = around_sums(expected.reshape(queues, days) * weight, LOCAL_LEVEL_HALF_LIFE_DAYS)
    mean = expected.reshape(queues, days).mean(axis=1, keepdims=True)
    prior = np.maximum(mean, 1e-9)
    return np.asarray(((observed + prior) / (exposure + prior)).reshape(totals.shape))
