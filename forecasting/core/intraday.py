"""The rest of a day that is under way: what came so far corrects it, less the further away.

A label's relative deviation from its forecast is taken as the sum of a part that lasts all day, a
part that fades over some hours, and noise of its own beyond Poisson. `learn_memory` measures the
three on past days; `rest_of_day` is their best linear prediction from the labels seen so far (simple
kriging; Cressie, Statistics for Spatial Data, 1993, ch. 3), so that a quiet queue moves little, a
loud morning counts fully, and the bands narrow by as much as the morning tells.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.fft import irfft, rfft
from scipy.special import nbdtrik

from forecasting.core.accuracy import SMALL_MEAN
from forecasting.core.silence import silenced
from forecasting.core.wall_clock import BoolArray, FloatArray

FADING_HOURS = (0.75, 1.5, 3.0, 6.0)
"""Time constants that are tried for the part that fades."""
USUAL_DAY_VARIANCE = 0.006
USUAL_FADING_VARIANCE = 0.004
USUAL_FADING_HOURS = 3.0
PRIOR_DAYS = 7.0
"""How many days the usual values count for."""
LEAST_DISPERSION = 1e-6
CLIPPED_SCORE = 3.0
WIDEST_ERROR = 2.0
LARGEST_VARIANCE = 1.0
FACTOR_BOUNDS = (0.1, 10.0)
FEW_EXPECTED = 1e-9
DAY_HOURS = 24.0
STRETCHES = 4
SURPRISING_SCORE = 3.0
LIKELY_SCORE = 1.5
"""How far off, in standard deviations, a surprising day is taken to be among days of its kind."""


@dataclass(frozen=True)
class IntradayMemory:
    """What a morning says about the afternoon, per queue: variances relative to the mean²."""

    day_variance: FloatArray
    """Of the part that lasts all day."""
    fading_variance: FloatArray
    """Of the part that fades."""
    fading_hours: FloatArray
    """Time constant of its fading."""
    own_variance: FloatArray
    """Of each label alone, beyond Poisson."""

    def of(self, queue: int) -> dict[str, float]:
        """The values of one queue by name."""
        return {field.name: float(getattr(self, field.name)[queue]) for field in fields(self)}

    @classmethod
    def usual(cls, queues: int) -> IntradayMemory:
        """For queues without past forecasts."""
        return cls(
            day_variance=np.full(queues, USUAL_DAY_VARIANCE),
            fading_variance=np.full(queues, USUAL_FADING_VARIANCE),
            fading_hours=np.full(queues, USUAL_FADING_HOURS),
            own_variance=np.zeros(queues),
        )


@dataclass(frozen=True)
class RestOfDay:
    """How the labels of the day move; 1 where a label is known already."""

    factor: FloatArray
    """Queue × label: multiplier of the forecast mean."""
    dispersion_before: FloatArray
    """Queue × label: variance beyond Poisson as a fraction of mean², before and after."""
    dispersion_after: FloatArray
    silenced: BoolArray
    """Queue × label: nothing was recorded although much was due; not taken for demand."""


def learn_memory(
    *, predicted: FloatArray, actual: FloatArray, weight: FloatArray
) -> IntradayMemory:
    """Measure the memory of each queue on past days.

    Args:
        predicted: day × queue × label, forecasts made before each day began.
        actual: what came.
        weight: 1 where open and known, 0 elsewhere.
    """
    labels = predicted.shape[-1]
    mean = predicted * weight
    error = (actual - predicted) * weight
    error = np.clip(error, -_widest(mean), _widest(mean))
    excess = _lagged_products(error)
    excess[:, 0] -= mean.sum(axis=(0, 2))
    exposure = _lagged_products(mean)
    seen = (weight.sum(axis=-1) > 0).sum(axis=0)
    covariance = _with_prior(excess, exposure, seen, labels)
    total = exposure.sum(axis=1, keepdims=True)
    return _fit(covariance, np.where(total > 0, exposure / np.maximum(total, 1e-12), 1.0), labels)


def rest_of_day(*, mean: FloatArray, today: FloatArray, memory: IntradayMemory) -> RestOfDay:
    """Correct the labels of the day that are not known yet.

    Args:
        mean: queue × label, the forecast of the day; 0 where closed.
        today: contacts so far, NaN where not known yet. Closed labels are ignored.
        memory: what the past says about mornings and afternoons.
    """
    labels = mean.shape[1]
    seen = np.isfinite(today) & (mean > FEW_EXPECTED)
    spread = memory.day_variance + memory.fading_variance + memory.own_variance
    outage = silenced(due=np.where(seen, mean, 0.0), came=today, spread=spread)
    seen &= ~outage
    memory = _surprised(memory, mean * seen, np.where(seen, today, 0.0))
    covariance = _covariance(memory, labels)
    before = covariance[:, 0, 0] + memory.own_variance
    noise = memory.own_variance[:, None] + 1.0 / np.maximum(mean, FEW_EXPECTED)
    diagonal = np.where(seen, noise, 1.0)
    inner = covariance * (seen[:, :, None] & seen[:, None, :])
    inner[:, np.arange(labels), np.arange(labels)] += diagonal
    ratio = np.where(seen, np.nan_to_num(today) / np.maximum(mean, FEW_EXPECTED) - 1.0, 0.0)
    bound = CLIPPED_SCORE * np.sqrt(covariance[:, 0, 0][:, None] + noise)
    ratio = np.clip(ratio, -bound, bound)
    told = covariance * seen[:, None, :]
    solved = np.linalg.solve(
        inner, np.concatenate([ratio[:, :, None], told.swapaxes(1, 2)], axis=2)
    )
    shift = np.einsum("qls,qs->ql", told, solved[:, :, 0])
    known_part = np.einsum("qls,qsl->ql", told, solved[:, :, 1:])
    after = np.maximum(before[:, None] - known_part, LEAST_DISPERSION)
    factor = np.clip(1.0 + shift, *FACTOR_BOUNDS)
    # A label that was known stays; a closed one has no factor.
    return RestOfDay(
        factor=np.where(np.isfinite(today) | (mean <= FEW_EXPECTED), 1.0, factor),
        dispersion_before=np.maximum(np.repeat(before[:, None], labels, axis=1), LEAST_DISPERSION),
        dispersion_after=after,
        silenced=outage,
    )


def _surprised(memory: IntradayMemory, expected: FloatArray, came: FloatArray) -> IntradayMemory:
    """A day-long variance that allows for what all of the day so far says.

    A past without such days must not explain away a day on which every stretch so far brought
    twice the forecast. The stretches are quarters of the volume expected so far; their median
    deviation counts where it lies beyond SURPRISING_SCORE, so that one stretch alone, an outage or
    a spike, changes nothing.
    """
    total = expected.sum(axis=1, keepdims=True)
    reached = (np.cumsum(expected, axis=1) - expected / 2) / np.maximum(total, FEW_EXPECTED)
    stretch = np.minimum((reached * STRETCHES).astype(np.int64), STRETCHES - 1)
    member = stretch[:, :, None] == np.arange(STRETCHES)
    due = np.einsum("ql,qls->qs", expected, member)
    ratio = np.einsum("ql,qls->qs", came, member) / np.maximum(due, FEW_EXPECTED) - 1.0
    noise = 1.0 / np.maximum(due, FEW_EXPECTED) + memory.own_variance[:, None]
    usual = (memory.day_variance + memory.fading_variance)[:, None]
    typical = np.median(ratio, axis=1)
    beyond = np.abs(ratio) > SURPRISING_SCORE * np.sqrt(usual + noise)
    same = (np.sign(ratio) == np.sign(typical)[:, None]).all(axis=1)
    surprising = same & (beyond.sum(axis=1) > STRETCHES // 2) & (due > 0).all(axis=1)
    wide = np.clip((typical / LIKELY_SCORE) ** 2, memory.day_variance, LARGEST_VARIANCE)
    return replace(memory, day_variance=np.where(surprising, wide, memory.day_variance))


def moved_bands(
    *,
    quantiles: FloatArray,
    levels: tuple[float, ...],
    mean: FloatArray,
    rest: RestOfDay,
) -> FloatArray:
    """The bands around the corrected mean, narrower by what the day told.

    Args:
        quantiles: quantile × queue × label, of the forecast before the day began.
        levels: their shares, rising.
        mean: the forecast before the day began.
        rest: how the day goes on.
    """
    corrected = mean * rest.factor
    before, after = _ninth(mean, rest.dispersion_before), _ninth(corrected, rest.dispersion_after)
    moved = np.empty(quantiles.shape)
    for index, share in enumerate(levels):
        root = np.cbrt(quantiles[index] / np.maximum(mean, FEW_EXPECTED))
        score = (root - 1.0 + before) / np.sqrt(before)
        large = corrected * np.maximum(1.0 - after + score * np.sqrt(after), 0.0) ** 3
        small = _count_quantile(share, corrected, rest.dispersion_after)
        moved[index] = np.where(corrected < SMALL_MEAN, small, large)
    return np.maximum.accumulate(moved * (mean > FEW_EXPECTED), axis=0)


def _ninth(mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """A ninth of the squared coefficient of variation (Wilson & Hilferty, 1931)."""
    return np.asarray((1.0 / np.maximum(mean, FEW_EXPECTED) + dispersion) / 9.0)


def _count_quantile(share: float, mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Quantile of a negative binomial of that mean and dispersion."""
    size = 1.0 / np.maximum(dispersion, LEAST_DISPERSION)
    steps = nbdtrik(share, size, size / (size + np.maximum(mean, FEW_EXPECTED)))
    return np.ceil(np.maximum(np.nan_to_num(steps), 0.0))


def _widest(mean: FloatArray) -> FloatArray:
    """Largest error of a label that is taken at its word: outages and spikes say little else."""
    return np.asarray(mean * WIDEST_ERROR + CLIPPED_SCORE * np.sqrt(mean))


def _lagged_products(values: FloatArray) -> FloatArray:
    """Sum over days of the products of labels 0, 1, 2, … apart (queue × lag)."""
    labels = values.shape[-1]
    spectrum = rfft(values, 2 * labels, axis=-1)
    power = (np.abs(spectrum) ** 2).sum(axis=0)
    return np.asarray(irfft(power, 2 * labels, axis=-1)[:, :labels])


def _with_prior(
    excess: FloatArray, exposure: FloatArray, days: FloatArray, labels: int
) -> FloatArray:
    """Covariance by lag, leaning on the usual one where few days were seen."""
    hours = np.arange(labels) * DAY_HOURS / labels
    usual = USUAL_DAY_VARIANCE + USUAL_FADING_VARIANCE * np.exp(-hours / USUAL_FADING_HOURS)
    lent = (PRIOR_DAYS / np.maximum(days, 1e-3))[:, None] * exposure + 1e-12
    return np.asarray((excess + lent * usual) / (exposure + lent))


def _fit(covariance: FloatArray, exposure: FloatArray, labels: int) -> IntradayMemory:
    """The three variances and the fading that come nearest to the covariances by lag."""
    queues = covariance.shape[0]
    best = np.full(queues, np.inf)
    day, fading, hours = np.zeros(queues), np.zeros(queues), np.full(queues, FADING_HOURS[0])
    for constant in FADING_HOURS:
        shape = np.exp(-np.arange(1, labels) * DAY_HOURS / labels / constant)
        level, slope, misfit = _two_parts(covariance[:, 1:], exposure[:, 1:], shape)
        better = misfit < best
        day, fading = np.where(better, level, day), np.where(better, slope, fading)
        hours = np.where(better, constant, hours)
        best = np.where(better, misfit, best)
    day = np.clip(day, 0.0, LARGEST_VARIANCE)
    fading = np.clip(fading, 0.0, LARGEST_VARIANCE)
    own = np.clip(covariance[:, 0] - day - fading, 0.0, LARGEST_VARIANCE)
    return IntradayMemory(day, fading, hours, own)


def _two_parts(
    covariance: FloatArray, weight: FloatArray, shape: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted least squares of covariance on 1 and shape, neither below 0, and the misfit."""
    total = np.maximum(weight.sum(axis=1), 1e-12)
    ones, cross, square = total, weight @ shape, weight @ shape**2
    of_one, of_shape = (weight * covariance).sum(axis=1), (weight * covariance) @ shape
    determinant = np.maximum(ones * square - cross**2, 1e-12)
    level = (square * of_one - cross * of_shape) / determinant
    slope = (ones * of_shape - cross * of_one) / determinant
    only_shape = np.maximum(of_shape / np.maximum(square, 1e-12), 0.0)
    only_one = np.maximum(of_one / ones, 0.0)
    slope_kept = np.where(level < 0, only_shape, np.where(slope < 0, 0.0, slope))
    level_kept = np.where(level < 0, 0.0, np.where(slope < 0, only_one, level))
    gaps = covariance - level_kept[:, None] - slope_kept[:, None] * shape
    return level_kept, slope_kept, np.asarray((weight * gaps**2).sum(axis=1))


def _covariance(memory: IntradayMemory, labels: int) -> FloatArray:
    """Queue × label × label: what two labels of a day share."""
    apart = np.abs(np.subtract.outer(np.arange(labels), np.arange(labels))) * DAY_HOURS / labels
    fading = np.exp(-apart / memory.fading_hours[:, None, None])
    return np.asarray(
        memory.day_variance[:, None, None] + memory.fading_variance[:, None, None] * fading
    )
