"""Prediction intervals: negative binomial for small counts, conformal scores for larger ones.

The variance of a cell is mean + dispersion × mean², dispersion by horizon bucket from the backtest.
Cells of at least five contacts take the quantiles of their standardized backtest residuals (split
conformal prediction, Vovk et al. 2005), shrunk to the gamma shape where few days stand behind them;
smaller cells take exact negative binomial quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtri, stdtrit

from forecasting.core.accuracy import SMALL_MEAN
from forecasting.core.selection import BUCKET_NAMES, bucket_index
from forecasting.core.wall_clock import FloatArray, IntArray

SMALL_COUNTS = 16
LARGEST_SMALL_COUNT = 60
POISSON_DISPERSION = 1e-4
LARGEST_DISPERSION = 25.0
LARGEST_SKEW = 1.0
LARGEST_ROOT_DISPERSION = 1.5
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
    level = _level_dispersion(predicted, actual, weight, buckets)
    dispersion = _cell_dispersion(predicted, actual, weight, level, buckets)
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
    return np.asarray(np.einsum("oqd,db->bq", values, indicator, optimize=True))


def _level_dispersion(
    predicted: FloatArray, actual: FloatArray, weight: FloatArray, buckets: IntArray
) -> FloatArray:
    means = (predicted * weight).sum(axis=-1)
    excess = ((actual - predicted) * weight).sum(axis=-1) ** 2 - means
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


def _cell_dispersion(
    predicted: FloatArray,
    actual: FloatArray,
    weight: FloatArray,
    level: FloatArray,
    buckets: IntArray,
) -> FloatArray:
    """Level dispersion plus what single intervals scatter beyond it."""
    of_day = np.moveaxis(level[buckets], 0, 1)[None, :, :, None]
    excess = ((actual - predicted) ** 2 - predicted - of_day * predicted**2) * weight
    exposure = ((predicted**2) * weight).sum(axis=(0, 2, 3))
    extra = excess.sum(axis=(0, 2, 3)) / np.maximum(exposure, 1e-9)
    return np.asarray(
        np.clip(level + np.maximum(extra, 0.0), POISSON_DISPERSION, LARGEST_DISPERSION)
    )


def gamma_means(centre: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Mean of the gamma-shaped law whose median, but for counting noise, is the centre.

    The median of a gamma variable lies about a third of its dispersion below its mean.
    """
    return np.asarray(centre * (1.0 + np.minimum(dispersion, LARGEST_SKEW) / 3.0))


def _ninth(mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """A ninth of the relative variance; beyond LARGEST_ROOT_DISPERSION the cube root says nothing."""
    spread = np.minimum(dispersion, LARGEST_ROOT_DISPERSION)
    return np.asarray((1.0 / np.maximum(mean, 1e-9) + spread) / 9.0)


def normal_scores(values: FloatArray, centre: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Where a value lies in its gamma-shaped distribution, on the normal scale.

    Wilson & Hilferty (1931): the cube root of a gamma variable is nearly normal.
    """
    mean = gamma_means(centre, dispersion)
    ninth = _ninth(mean, dispersion)
    root = np.cbrt(np.maximum(values, 0.0) / np.maximum(mean, 1e-9))
    return np.asarray((root - 1.0 + ninth) / np.sqrt(ninth))


def from_scores(scores: FloatArray, centre: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Inverse of normal_scores."""
    mean = gamma_means(centre, dispersion)
    ninth = _ninth(mean, dispersion)
    root = 1.0 - ninth + scores * np.sqrt(ninth)
    return np.asarray(mean * np.maximum(root, 0.0) ** 3)


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
    of_day = np.moveaxis(dispersion[buckets], 0, 1)[None, :, :, None]
    residuals = normal_scores(actual, predicted, of_day)
    usable = (weight > 0) & (predicted >= SMALL_MEAN)
    for queue in range(queues):
        chosen = usable[:, queue]
        days = float(chosen.any(axis=-1).sum())
        own = _shrunk(residuals[:, queue][chosen], days, normal, quantiles)
        for bucket in range(len(BUCKET_NAMES)):
            here = chosen & (buckets == bucket)[None, :, None]
            days = float(here.any(axis=-1).sum())
            scores[:, bucket, queue] = _shrunk(residuals[:, queue][here], days, own, quantiles)
    return scores


def _shrunk(
    residuals: FloatArray, days: float, prior: FloatArray, quantiles: tuple[float, ...]
) -> FloatArray:
    """Empirical quantiles, alike on both sides, leaning on a prior worth SHRINK_DAYS days.

    Both sides share the absolute residuals: the median stays where the mean puts it, which a few
    correlated days must not move, and the widths rest on twice the data.
    """
    if residuals.size == 0:
        return prior
    sides = 2.0 * np.array(quantiles) - 1.0
    inside = np.minimum(np.abs(sides) * (1.0 + 0.5 / days), 1.0)
    empirical = np.sign(sides) * np.quantile(np.abs(residuals), inside)
    return np.asarray((days * empirical + SHRINK_DAYS * prior) / (days + SHRINK_DAYS))


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
    bands = np.empty((len(quantiles), *mean.shape))
    for index in range(len(quantiles)):
        score = spread.scores[index][buckets].T[:, :, None]
        bands[index] = from_scores(score, mean, dispersion[:, :, None])
    _fill_small_counts(bands, mean, dispersion, quantiles)
    bands *= mean > 0
    return np.maximum.accumulate(bands, axis=0)


def _fill_small_counts(
    bands: FloatArray, mean: FloatArray, dispersion: FloatArray, quantiles: tuple[float, ...]
) -> None:
    """Overwrite cells of small mean with negative binomial quantiles.

    Args:
        bands: quantile × queue × day × label, changed in place.
        mean: queue × day × label.
        dispersion: queue × day.
        quantiles: rising shares.
    """
    for queue in range(mean.shape[0]):
        for value in np.unique(dispersion[queue]):
            days = np.flatnonzero(dispersion[queue] == value)
            cells = mean[queue, days]
            small = cells < SMALL_MEAN
            if not small.any():
                continue
            for index, share in enumerate(quantiles):
                steps = small_count_steps(float(value), share)
                block = bands[index, queue, days]
                block[small] = np.searchsorted(steps, cells[small], side="left")
                bands[index, queue, days] = block


def small_count_steps(dispersion: float, share: float) -> FloatArray:
    """Means at which the quantile of a negative binomial steps from k to k + 1.

    P(X <= k) falls as the mean grows; the step is where it equals `share`, from the inverse
    incomplete beta function (gamma for Poisson).
    """
    steps = _steps(dispersion, share, SMALL_COUNTS)
    if steps[-1] < SMALL_MEAN:
        steps = _steps(dispersion, share, LARGEST_SMALL_COUNT)
    return steps


def _steps(dispersion: float, share: float, size: int) -> FloatArray:
    counts = np.arange(size)
    if dispersion <= POISSON_DISPERSION:
        return np.asarray(gammaincinv(counts + 1, 1.0 - share), dtype=np.float64)
    success = betaincinv(1.0 / dispersion, counts + 1, share)
    return np.asarray((1.0 / np.maximum(success, 1e-300) - 1.0) / dispersion, dtype=np.float64)


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
