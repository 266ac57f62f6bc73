"""Level members: how a queue's daily volume may go on from the origin.

Every member is a path of multiples of the weekday's usual volume. Plain members stay at a
discounted Gamma-Poisson mean of observed over expected contacts, at several half-lives (West &
Harrison, Bayesian Forecasting and Dynamic Models, ch. 10: discounting of conjugate counts), so that
missing cells simply carry no exposure; days before a lasting step are read at the level after it. Trend members add half of the recent slope, damped (Assimakopoulos
& Nikolopoulos 2000 halve it; Gardner & McKenzie 1985 damp it). Yearly members follow the modes of the year,
once a year of history shows them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.cleaning import OUTLIER_WEIGHT, robust_log_ratios
from forecasting.core.level_steps import step_factors
from forecasting.core.wall_clock import FloatArray, IntArray

HALF_LIVES_DAYS = (1.5, 3.0, 7.0, 14.0, 28.0, 70.0)
TREND_BASES = (2, 4)
"""Plain members (by position) that a trend starts from."""
YEAR_BASES = (3, 5)
"""Plain members (by position) that are also computed free of the season."""
MEMBERS = len(HALF_LIVES_DAYS) + len(TREND_BASES) + len(YEAR_BASES)
PRIOR_DAYS = 0.25
TREND_HALF_LIFE_DAYS = 14.0
TREND_SHARE = 0.5
TREND_DAMPING = 0.95
LARGEST_SLOPE = 0.02
"""Per day, on the log scale."""
YEAR_DAYS = 365.2425
YEAR_MODES = 4
LEAST_YEAR_DAYS = 350
YEAR_AMPLITUDE = 0.15
"""Prior standard deviation of the first mode on the log scale; mode k has a k-th of it."""
NOISE_INFLATION = 7.0
"""Days of a week are not independent: a day's residual counts as this fraction of a new one."""


@dataclass(frozen=True)
class Levels:
    """What the days before an origin say about the level."""

    start: FloatArray
    """Member × queue: level at the origin."""
    slope: FloatArray
    """Member × queue: log change of the first day, before damping; 0 for plain members."""
    season: FloatArray
    """Queue × coefficient of the yearly modes; 0 where a year is not yet known."""
    available: FloatArray
    """Member × queue: 0 where a member has nothing of its own to say."""

    def paths(self, first_day: int, days: int) -> FloatArray:
        """Level of each member on the days from the origin on (member × queue × day).

        Args:
            first_day: index of the origin on the axis that the modes were fitted on.
            days: length of the paths.
        """
        ahead = np.arange(1, days + 1)
        damped = TREND_DAMPING * (1 - TREND_DAMPING**ahead) / (1 - TREND_DAMPING)
        paths = self.start[:, :, None] * np.exp(self.slope[:, :, None] * damped)
        paths[-len(YEAR_BASES) :] *= season_factors(self.season, first_day + np.arange(days))
        return np.asarray(paths)


def learn_levels(totals: FloatArray, expected: FloatArray, weights: FloatArray) -> Levels:
    """Learn every member.

    Args:
        totals: queue × day, observed volume of the days before the origin.
        expected: the same shape, what the weekday brings at level 1; 0 where nothing was open.
        weights: the same shape, trust in each day.
    """
    queues, days = totals.shape
    season, known = yearly_modes(totals, expected, weights)
    factor = season_factors(season, np.arange(days))
    # A season comes back: only what it does not explain is a step.
    expected = expected * step_factors(totals, expected * factor, weights)
    plain = discounted_levels(totals, expected, weights)
    slopes = recent_slopes(totals, expected, weights)
    free = discounted_levels(totals, expected * factor, weights)
    trends, years = list(TREND_BASES), list(YEAR_BASES)
    start = np.concatenate([plain, plain[trends], free[years]])
    slope = np.zeros((MEMBERS, queues))
    slope[len(plain) : len(plain) + len(trends)] = TREND_SHARE * slopes
    available = np.ones((MEMBERS, queues))
    available[-len(years) :] = known
    return Levels(start=start, slope=slope, season=season, available=available)


def discounted_levels(observed: FloatArray, exposed: FloatArray, weights: FloatArray) -> FloatArray:
    """Gamma-Poisson level at the origin for every half-life, each resting on the slower one."""
    came, due = observed * weights, exposed * weights
    ages = np.arange(observed.shape[1])[::-1]
    open_days = np.maximum((due > 0).sum(axis=1), 1)
    prior = PRIOR_DAYS * np.maximum(due.sum(axis=1) / open_days, 1e-9)
    slower = np.ones(observed.shape[0])
    members = []
    for half_life in reversed(HALF_LIVES_DAYS):
        discount = 0.5 ** (ages / half_life)
        slower = (came @ discount + prior * slower) / (due @ discount + prior)
        members.append(slower)
    return np.stack(members[::-1])


def recent_slopes(observed: FloatArray, exposed: FloatArray, weights: FloatArray) -> FloatArray:
    """Discounted least-squares slope of the log ratio of observed to expected, per day."""
    days = np.arange(observed.shape[1]) - observed.shape[1] + 0.5
    ratios = np.nan_to_num(robust_log_ratios(observed, exposed))
    weight = _ordinary(weights) * exposed * 0.5 ** (-days / TREND_HALF_LIFE_DAYS)
    total = np.maximum(weight.sum(axis=1), 1e-9)
    day = (weight * days).sum(axis=1) / total
    level = (weight * ratios).sum(axis=1) / total
    gaps = days - day[:, None]
    spread = (weight * gaps**2).sum(axis=1)
    slope = (weight * gaps * (ratios - level[:, None])).sum(axis=1) / np.maximum(spread, 1e-9)
    return np.asarray(np.clip(slope, -LARGEST_SLOPE, LARGEST_SLOPE))


def _ordinary(weights: FloatArray) -> FloatArray:
    """Weights without the outliers: the logarithm of an outage would outweigh a month."""
    return np.where(weights > OUTLIER_WEIGHT, weights, 0.0)


def year_modes(days: IntArray) -> FloatArray:
    """Sines and cosines of the year at these days (day × 2 modes), smaller for the higher modes."""
    angle = 2 * np.pi * np.outer(days, np.arange(1, YEAR_MODES + 1)) / YEAR_DAYS
    scale = YEAR_AMPLITUDE / np.arange(1, YEAR_MODES + 1)
    return np.concatenate([np.sin(angle) * scale, np.cos(angle) * scale], axis=1)


def season_factors(season: FloatArray, days: IntArray) -> FloatArray:
    """Multiple of the usual volume that the modes give each day (queue × day)."""
    return np.asarray(np.exp(np.matmul(season, year_modes(days).T)))


def yearly_modes(
    observed: FloatArray, exposed: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Ridge estimate of the yearly modes with a level and a slope (queue × coefficient).

    Also returns 1 for each queue whose days span a year, 0 elsewhere: their modes are 0.
    """
    queues, days = observed.shape
    if days < LEAST_YEAR_DAYS:
        return np.zeros((queues, 2 * YEAR_MODES)), np.zeros(queues)
    seen = exposed > 0
    span = np.where(seen.any(axis=1), days - seen.argmax(axis=1), 0)
    ratios = np.nan_to_num(robust_log_ratios(observed, exposed))
    weight = _ordinary(weights) * seen
    time = np.arange(days) - days
    base = np.stack([np.ones(days), time / YEAR_DAYS], axis=1)
    features = np.concatenate([base, year_modes(np.arange(days))], axis=1)
    gram = np.einsum("di,qd,dj->qij", features, weight, features, optimize=True)
    moment = np.einsum("di,qd,qd->qi", features, weight, ratios, optimize=True)
    loose = np.linalg.solve(gram + 1e-6 * np.eye(features.shape[1]), moment[..., None])[..., 0]
    residual = ratios - np.matmul(loose, features.T)
    noise = (weight * residual**2).sum(axis=1) / np.maximum(weight.sum(axis=1), 1.0)
    penalty = np.ones(features.shape[1])
    penalty[:2] = (1e-6, 0.25)
    ridge = (NOISE_INFLATION * noise)[:, None, None] * np.diag(penalty)
    found = np.linalg.solve(gram + ridge + 1e-9 * np.eye(features.shape[1]), moment[..., None])
    known = (span >= LEAST_YEAR_DAYS) * 1.0
    return found[:, 2:, 0] * known[:, None], known
