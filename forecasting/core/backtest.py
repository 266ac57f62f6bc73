"""Rolling-origin backtest: every method forecasts pasts it has not seen, and is scored.

Weights used at one origin come from the errors at the other origins, so that the score of the
blend is not read off the data that chose it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core import baselines
from forecasting.core.cleaning import OUTLIER_WEIGHT
from forecasting.core.data import DAYS_PER_WEEK, LEAST_HISTORY_DAYS, ForecastParams
from forecasting.core.fitting import Fit, fit_at
from forecasting.core.levels import HALF_LIVES_DAYS, MEMBERS
from forecasting.core.profiles import LONG_DAYS, LONG_VARIANTS, RATE_VARIANTS
from forecasting.core.selection import (
    BACKTEST_SPAN_DAYS,
    BUCKET_NAMES,
    bucket_index,
    level_weights,
    variant_weights,
)
from forecasting.core.wall_clock import FloatArray, IntArray

BLEND = "discounted_blend"
SMOOTHING = "profile_smoothing"
WEEKDAY_MEAN = "weekday_mean"
SEASONAL_NAIVE = "seasonal_naive"
METHODS = (BLEND, SMOOTHING, WEEKDAY_MEAN, SEASONAL_NAIVE)
SMOOTHING_MEMBER = HALF_LIVES_DAYS.index(14.0)
SHAPE_DAYS = 28
"""Days after an origin on which profiles are compared."""
SHARED_SHARE = 0.8
"""Part of the best member's error on a day that no member is blamed for."""


@dataclass(frozen=True)
class LearningData:
    """Arrays of one chunk of queues, ready for fitting (see fitting.fit_at)."""

    volumes: FloatArray
    known: FloatArray
    trust: FloatArray
    factors: FloatArray
    told_factors: FloatArray | None = None
    """Queue × origin × day from the origin on: factors as known then; None: as they came."""

    def fit(self, origin: int) -> Fit:
        """Fit all queues on the days before the origin."""
        return fit_at(
            volumes=self.volumes,
            known=self.known,
            trust=self.trust,
            factors=self.factors,
            origin=origin,
            variants=RATE_VARIANTS + LONG_VARIANTS * (self.volumes.shape[1] >= LONG_DAYS),
        )


@dataclass(frozen=True)
class Weights:
    """How the blend mixes: variant × queue and member × bucket × queue."""

    variants: FloatArray
    levels: FloatArray


@dataclass(frozen=True)
class Backtest:
    """Forecasts and actuals at all origins; day axis counts from the origin."""

    predicted: FloatArray
    """Method × origin × queue × day × label."""
    actual: FloatArray
    """Origin × queue × day × label."""
    weight: FloatArray
    """Same shape: 1 where scored, 0 where closed, missing, or beyond the history."""
    weights: Weights
    """From all origins: for the forecast itself."""
    mean_ratios: FloatArray
    """Origin × queue: mean over the robust centre that the blend predicts."""

    @property
    def days(self) -> int:
        """Days of the longest horizon scored."""
        return int(self.actual.shape[2])


def origins_of(days: int, params: ForecastParams) -> IntArray:
    """Origins spread over the last sixteen weeks, the first after two weeks of history."""
    last = days - 1
    first = min(last, max(LEAST_HISTORY_DAYS, days - BACKTEST_SPAN_DAYS))
    spread = np.linspace(first, last, params.backtest_origins).round().astype(np.int64)
    return np.unique(spread)


def run_backtest(data: LearningData, final: Fit, params: ForecastParams) -> Backtest:
    """Forecast from every origin with every method and keep what a score or a band needs."""
    days = data.volumes.shape[1]
    origins = origins_of(days, params)
    horizon = min(params.backtest_days, int(days - origins[0]))
    fits = [data.fit(int(origin)) for origin in origins]
    clean = final.day_weights[:, -days:]
    actual, weight = _windows(data, origins, horizon, clean)
    variant_errors = np.stack(
        [_variant_errors(fit, y, w) for fit, y, w in zip(fits, actual, weight, strict=True)]
    )
    factors = np.stack([_day_factors(data, int(origin), horizon) for origin in origins])
    level_errors, day_counts = _level_errors(fits, actual, weight, factors)
    predicted = np.empty((len(METHODS), *actual.shape))
    for index, fit in enumerate(fits):
        others = np.arange(len(fits)) != index if len(fits) > 1 else np.ones(1, dtype=bool)
        weights = Weights(
            variants=variant_weights(variant_errors[others].sum(axis=0)),
            levels=level_weights(
                level_errors[others].sum(axis=0),
                day_counts[others].sum(axis=0),
                final.levels.available,
            ),
        )
        origin = int(origins[index])
        method_forecasts(data, fit, weights, origin, horizon, out=predicted[:, index])
        told = _told_factors(data, index, origin, horizon)
        if (told != 1.0).any():
            predicted[:, index] *= told
    return Backtest(
        predicted=predicted,
        actual=actual,
        weight=weight,
        mean_ratios=np.stack([fit.mean_ratios for fit in fits]),
        weights=Weights(
            variants=variant_weights(variant_errors.sum(axis=0)),
            levels=level_weights(
                level_errors.sum(axis=0), day_counts.sum(axis=0), final.levels.available
            ),
        ),
    )


def method_forecasts(
    data: LearningData,
    fit: Fit,
    weights: Weights,
    origin: int,
    days: int,
    *,
    out: FloatArray | None = None,
) -> FloatArray:
    """Every method's mean for the days after the origin, before day factors.

    Returns method × queue × day × label, in `out` where it is given.
    """
    if out is None:
        out = np.empty((len(METHODS), len(data.volumes), days, data.volumes.shape[2]))
    rates = np.einsum("pq,pqil->qil", weights.variants, fit.rates)
    paths = fit.levels.paths(fit.day_weights.shape[1], days)
    levels = np.einsum("mdq,mqd->qd", weights.levels[:, bucket_index(days)], paths)
    smoothing = fit.rates.mean(axis=0) * fit.levels.start[SMOOTHING_MEMBER][:, None, None]
    past = {
        "volumes": data.volumes,
        "known": data.known,
        "trust": data.trust[:, :origin] * (fit.day_weights[:, -origin:] > OUTLIER_WEIGHT),
        "origin": origin,
    }
    mean = baselines.weekday_mean(**past)  # type: ignore[arg-type]
    naive = baselines.seasonal_naive(**past)  # type: ignore[arg-type]
    mean = np.where(np.isfinite(mean), mean, smoothing)
    naive = np.where(np.isfinite(naive), naive, mean)
    for week in _weeks(days):
        there = slice(week.stop - week.start)
        np.multiply(rates[:, there], levels[:, week, None], out=out[0][:, week])
        for by_slot, method in zip((smoothing, mean, naive), out[1:], strict=True):
            method[:, week] = by_slot[:, there]
    return out


def _weeks(days: int) -> list[slice]:
    """The weeks that some days are made of; the last one may be short."""
    return [
        slice(first, min(first + DAYS_PER_WEEK, days)) for first in range(0, days, DAYS_PER_WEEK)
    ]


def _windows(
    data: LearningData, origins: IntArray, horizon: int, clean: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Actuals and scoring weights after each origin, zero-padded to one length."""
    queues, days, labels = data.volumes.shape
    actual = np.zeros((len(origins), queues, horizon, labels))
    weight = np.zeros(actual.shape)
    first = int(origins[0])
    trusted = (data.trust * (clean > OUTLIER_WEIGHT))[:, first:, None]
    scored = data.known[:, first:] * trusted
    for index, origin in enumerate(origins):
        length = min(horizon, days - int(origin))
        actual[index, :, :length] = data.volumes[:, origin : origin + length]
        weight[index, :, :length] = scored[:, origin - first : origin - first + length]
    return actual, weight


def _day_factors(data: LearningData, origin: int, horizon: int) -> FloatArray:
    """Queue × day factors after an origin as they came, 1 beyond the history."""
    return _padded(data.factors[:, origin : origin + horizon], horizon)


def _told_factors(data: LearningData, index: int, origin: int, horizon: int) -> FloatArray:
    """Queue × day × 1 factors after an origin as they were known then, 1 beyond the history."""
    if data.told_factors is None:
        return _day_factors(data, origin, horizon)[:, :, None]
    return _padded(data.told_factors[:, index, :horizon], horizon)[:, :, None]


def _padded(factors: FloatArray, horizon: int) -> FloatArray:
    padded = np.ones((factors.shape[0], horizon))
    padded[:, : factors.shape[1]] = factors
    return padded


def _variant_errors(fit: Fit, actual: FloatArray, weight: FloatArray) -> FloatArray:
    """Absolute error of each profile variant given the true day totals (variant × queue)."""
    actual, weight = actual[:, :SHAPE_DAYS], weight[:, :SHAPE_DAYS]
    weeks = _weeks(actual.shape[1])
    came = actual * weight
    totals = came.sum(axis=-1)
    errors = np.empty(fit.rates.shape[:2])
    shape = np.empty(actual.shape)
    for variant, rates in enumerate(fit.rates):
        for week in weeks:
            there = slice(week.stop - week.start)
            np.multiply(rates[:, there], weight[:, week], out=shape[:, week])
        shape *= (totals / np.maximum(shape.sum(axis=-1), 1e-9))[:, :, None]
        shape -= came
        errors[variant] = np.abs(shape, out=shape).sum(axis=(1, 2))
    return errors


def _level_errors(
    fits: list[Fit], actual: FloatArray, weight: FloatArray, factors: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Squared errors of day totals on the square-root scale, where noise is alike at any level.

    Members are judged by what they are for: factors (origin × queue × day) are those that came.
    Returns origin × member × bucket × queue, and days as origin × bucket × queue.
    """
    origins, queues, days, _ = actual.shape
    indicator = np.eye(len(BUCKET_NAMES))[bucket_index(days)]
    errors = np.empty((origins, MEMBERS, len(BUCKET_NAMES), queues))
    counts = np.empty((origins, len(BUCKET_NAMES), queues))
    for index, fit in enumerate(fits):
        usual = fit.rates.mean(axis=0)
        due = [
            np.einsum("qdl,qdl->qd", usual[:, : week.stop - week.start], weight[index][:, week])
            for week in _weeks(days)
        ]
        base = np.concatenate(due, axis=1) * factors[index]
        truth = np.sqrt(np.einsum("qdl,qdl->qd", actual[index], weight[index]))
        scored = (weight[index].sum(axis=-1) > 0).astype(float)
        paths = fit.levels.paths(fit.day_weights.shape[1], days)
        gaps = (np.sqrt(paths * base) - truth) ** 2
        gaps = gaps - SHARED_SHARE * gaps.min(axis=0)
        errors[index] = ((gaps * scored) @ indicator).swapaxes(1, 2)
        counts[index] = (scored @ indicator).T
    return errors, counts
