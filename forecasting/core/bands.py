"""Prediction intervals: negative binomial for small counts, conformal scores for larger ones.

The variance of a cell is mean + dispersion × mean², dispersion by horizon bucket from the backtest.
Cells of at least five contacts take the quantiles of their standardized backtest residuals (split
conformal prediction, Vovk et al. 2005), shrunk to the gamma shape where few days stand behind them;
smaller cells take exact negative binomial quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import ndtri, stdtrit

from forecasting.core.accuracy import SMALL_MEAN
from forecasting.core.gamma_law import from_roots, gamma_means, ninth_of, normal_scores
from forecasting.core.selection import BUCKET_NAMES, bucket_index
from forecasting.core.small_counts import POISSON_DISPERSION, fill_small_counts
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

LARGEST_DISPERSION = 25.0
SHRINK_DAYS = 6.0
LEAST_FREEDOM = 2.0
LEVEL_CAUTION = 0.4
USUAL_GROWTH = (0.5, 0.65, 0.75, 0.9, 1.0, 1.2)
"""Level dispersion of each horizon bucket over that of all, as a queue of few days is thought to have it."""
UNSEEN_GROWTH = 1.4
"""Level dispersion of a horizon bucket beyond the backtest, over that of the bucket before."""


@dataclass(frozen=True)
class Spread:
    """Dispersion and residual quantiles learnt from one backtest."""

    level_dispersion: FloatArray
    """Bucket × queue: relative variance of whole days beyond counting noise."""
    dispersion: FloatArray
    """Bucket × queue: relative variance of intervals beyond counting noise."""
    scores: FloatArray
    """Quantile × bucket × queue: standardized residuals on the normal scale."""


def learn_spread(
    *, predicted: FloatArray, actual: FloatArray, weight: FloatArray, quantiles: tuple[float, ...]
) -> Spread:
    """Learn the spread from backtest arrays (origin × queue × day × label)."""
    buckets = bucket_index(actual.shape[2])
    sums = _day_sums(predicted, actual, weight)
    level = _level_dispersion(sums, buckets)
    dispersion = _cell_dispersion(sums, level, buckets)
    scores = _conformal_scores(predicted, actual, weight, dispersion, buckets, quantiles)
    widened = level * (small_sample_growth(weight, buckets) - 1.0) * LEVEL_CAUTION
    return Spread(
        level_dispersion=level,
        dispersion=np.minimum(dispersion + widened, LARGEST_DISPERSION),
        scores=scores,
    )


def small_sample_growth(weight: FloatArray, buckets: IntArray) -> FloatArray:
    """How much wider a variance from few stretches of days must be taken (bucket × queue).

    The days of a stretch share one level, so that a bucket rests on as many draws as stretches of
    its own length were scored, at most one an origin: Student's t takes the place of the normal law.
    """
    scored = (weight.sum(axis=-1) > 0) * 1.0
    growth = np.ones((len(BUCKET_NAMES), weight.shape[1]))
    for bucket in np.unique(buckets):
        days = scored[:, :, buckets == bucket]
        width = max(days.shape[2], 1)
        origins = days.any(axis=2).sum(axis=0)
        draws = np.minimum(origins, days.sum(axis=(0, 2)) / width)
        free = np.maximum(draws - 1.0, LEAST_FREEDOM)
        growth[bucket] = (stdtrit(free, 0.9) / ndtri(0.9)) ** 2
    unseen = np.setdiff1d(np.arange(len(BUCKET_NAMES)), np.unique(buckets))
    growth[unseen] = growth[: int(buckets.max()) + 1][-1]
    return growth


def _by_bucket(values: FloatArray, buckets: IntArray) -> FloatArray:
    """Sum of origin × queue × day values per bucket × queue."""
    indicator = np.eye(len(BUCKET_NAMES))[buckets]
    return np.asarray((values.sum(axis=0) @ indicator).T)


@dataclass(frozen=True)
class _DaySums:
    """Sums over the scored cells of each origin × queue × day."""

    due: FloatArray
    came: FloatArray
    squared_due: FloatArray
    squared_gap: FloatArray


def _day_sums(predicted: FloatArray, actual: FloatArray, weight: FloatArray) -> _DaySums:
    """Sum origin by origin, so that what is worked on stays in the processor's cache."""
    sums = _DaySums(*(np.empty(actual.shape[:3]) for _ in range(4)))
    for origin, (due, came, scored) in enumerate(zip(predicted, actual, weight, strict=True)):
        counted = due * scored
        sums.due[origin] = counted.sum(axis=-1)
        sums.squared_due[origin] = np.einsum("qdl,qdl->qd", counted, due)
        sums.came[origin] = np.einsum("qdl,qdl->qd", came, scored)
        gaps = came - due
        np.multiply(gaps, scored, out=counted)
        sums.squared_gap[origin] = np.einsum("qdl,qdl->qd", counted, gaps)
    return sums


def _level_dispersion(sums: _DaySums, buckets: IntArray) -> FloatArray:
    means = sums.due
    excess = (sums.came - means) ** 2 - means
    numerator, denominator = _by_bucket(excess, buckets), _by_bucket(means**2, buckets)
    overall = numerator.sum(axis=0) / np.maximum(denominator.sum(axis=0), 1e-9)
    scored_days = np.maximum((means > 0).sum(axis=(0, 2)), 1)
    lent = SHRINK_DAYS * denominator.sum(axis=0) / scored_days
    usual = np.multiply.outer(USUAL_GROWTH, overall)
    shrunk = (numerator + lent * usual) / np.maximum(denominator + lent, 1e-9)
    grown = np.maximum(shrunk, 0.0)
    for bucket in range(1, len(BUCKET_NAMES)):
        unseen = denominator[bucket] <= 0
        grown[bucket] = np.where(unseen, UNSEEN_GROWTH * grown[bucket - 1], grown[bucket])
    rising = np.maximum.accumulate(grown, axis=0)
    return np.asarray(np.clip(rising, 0.0, LARGEST_DISPERSION))


def _cell_dispersion(sums: _DaySums, level: FloatArray, buckets: IntArray) -> FloatArray:
    """Level dispersion plus what single intervals scatter beyond it."""
    excess = sums.squared_gap - sums.due - level[buckets].T * sums.squared_due
    exposure = sums.squared_due.sum(axis=(0, 2))
    extra = excess.sum(axis=(0, 2)) / np.maximum(exposure, 1e-9)
    return np.asarray(
        np.clip(level + np.maximum(extra, 0.0), POISSON_DISPERSION, LARGEST_DISPERSION)
    )


def _conformal_scores(
    predicted: FloatArray,
    actual: FloatArray,
    weight: FloatArray,
    dispersion: FloatArray,
    buckets: IntArray,
    quantiles: tuple[float, ...],
) -> FloatArray:
    """Residual quantiles per bucket × queue, shrunk to the queue's own and to the normal law."""
    queues = actual.shape[1]
    normal = ndtri(np.array(quantiles))
    scores = np.empty((len(quantiles), len(BUCKET_NAMES), queues))
    usable = (predicted >= SMALL_MEAN) & (weight > 0)
    days: FloatArray = np.asarray(usable.any(axis=-1), dtype=np.float64)
    stretches = [(bucket, np.flatnonzero(buckets == bucket)) for bucket in np.unique(buckets)]
    for queue in range(queues):
        own = {
            bucket: _residuals(predicted, actual, usable, queue, there, dispersion[bucket, queue])
            for bucket, there in stretches
        }
        every = np.concatenate(list(own.values()))
        prior = _shrunk(every, days[:, queue].sum(), normal, quantiles)
        scores[:, :, queue] = prior[:, None]
        for bucket, there in stretches:
            seen = days[:, queue, there[0] : there[-1] + 1].sum()
            scores[:, bucket, queue] = _shrunk(own[bucket], seen, prior, quantiles)
    return scores


def _residuals(
    predicted: FloatArray,
    actual: FloatArray,
    usable: BoolArray,
    queue: int,
    days: IntArray,
    dispersion: float,
) -> FloatArray:
    """Sizes of a queue's standardized residuals on consecutive days."""
    there = np.s_[:, queue, days[0] : days[-1] + 1]
    chosen = usable[there]
    return np.abs(
        normal_scores(actual[there][chosen], predicted[there][chosen], np.asarray(dispersion))
    )


def _shrunk(
    sizes: FloatArray, days: float, prior: FloatArray, quantiles: tuple[float, ...]
) -> FloatArray:
    """Empirical quantiles, alike on both sides, leaning on a prior worth SHRINK_DAYS days.

    Both sides share the absolute residuals: the median stays where the mean puts it, which a few
    correlated days must not move, and the widths rest on twice the data.
    """
    if sizes.size == 0:
        return prior
    sides = 2.0 * np.array(quantiles) - 1.0
    inside = np.minimum(np.abs(sides) * (1.0 + 0.5 / days), 1.0)
    empirical = np.sign(sides) * _sample_quantiles(sizes, np.where(sides == 0.0, 1.0, inside))
    return np.asarray((days * empirical + SHRINK_DAYS * prior) / (days + SHRINK_DAYS))


def _sample_quantiles(values: FloatArray, shares: FloatArray) -> FloatArray:
    """Quantiles of a sample, straight between its values (as np.quantile, without its overhead)."""
    position = shares * (values.size - 1)
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, values.size - 1)
    ordered = np.partition(values, np.unique(np.concatenate([low, high])))
    return np.asarray(ordered[low] + (ordered[high] - ordered[low]) * (position - low))


def quantile_bands(
    *,
    mean: FloatArray,
    spread: Spread,
    quantiles: tuple[float, ...],
    extra_dispersion: FloatArray | None = None,
) -> FloatArray:
    """Quantiles of every cell (quantile × queue × day × label), in order and >= 0.

    Args:
        mean: queue × day × label, the centre of each cell.
        spread: what the backtest says.
        quantiles: rising shares.
        extra_dispersion: queue × day, relative variance that the backtest knows nothing of.
    """
    buckets = bucket_index(mean.shape[1])
    dispersion = spread.dispersion[buckets].T
    if extra_dispersion is not None:
        dispersion = np.minimum(dispersion + extra_dispersion, LARGEST_DISPERSION)
    of_day = dispersion[:, :, None]
    average = gamma_means(mean, of_day)
    ninth = ninth_of(average, of_day)
    width = np.sqrt(ninth)
    bands = np.empty((len(quantiles), *mean.shape))
    for index, band in enumerate(bands):
        np.multiply(spread.scores[index][buckets].T[:, :, None], width, out=band)
        from_roots(band, ninth, average)
    fill_small_counts(bands, mean, dispersion, quantiles)
    bands *= mean > 0
    for below, band in pairwise(bands):
        np.maximum(below, band, out=band)
    return bands


def held_out_coverage(
    *, predicted: FloatArray, actual: FloatArray, weight: FloatArray, quantiles: tuple[float, ...]
) -> FloatArray:
    """Share of actuals between the outer quantiles, per queue; NaN where none can be judged.

    Bands learnt on every other origin judge the origins between, and the other way round. Judged
    are cells of at least SMALL_MEAN: the ends of a band of small counts hold much of the chance.
    """
    inside = np.zeros(actual.shape[1])
    count = np.zeros(actual.shape[1])
    for parity in (0, 1):
        judged = np.arange(actual.shape[0]) % 2 == parity
        if judged.all() or not judged.any():
            continue
        spread = learn_spread(
            predicted=predicted[~judged],
            actual=actual[~judged],
            weight=weight[~judged],
            quantiles=quantiles,
        )
        for origin in np.flatnonzero(judged):
            bands = quantile_bands(mean=predicted[origin], spread=spread, quantiles=quantiles)
            hit = (actual[origin] > bands[0]) & (actual[origin] < bands[-1])
            edge = (actual[origin] == bands[0]) | (actual[origin] == bands[-1])
            scored = (weight[origin] > 0) & (predicted[origin] >= SMALL_MEAN)
            inside += ((hit + 0.5 * edge) * scored).sum(axis=(1, 2))
            count += scored.sum(axis=(1, 2))
    return np.where(count > 0, inside / np.maximum(count, 1.0), np.nan)
