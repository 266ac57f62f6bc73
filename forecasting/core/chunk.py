"""The forecast of a few queues, as many as fit the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.backtest import (
    METHODS,
    Backtest,
    LearningData,
    method_forecasts,
    run_backtest,
)
from forecasting.core.bands import Spread, held_out_coverage, learn_spread, quantile_bands
from forecasting.core.baselines import seasonal_naive_scale
from forecasting.core.data import (
    ForecastParams,
    HistoryData,
    HorizonData,
    MethodScore,
    QueueOutcome,
)
from forecasting.core.intraday import (
    IntradayMemory,
    learn_memory,
    moved_bands,
    rest_of_day,
)
from forecasting.core.outages import outages
from forecasting.core.outcome import (
    flag_of,
    pick_method,
    queue_outcome,
    refusal,
    score_methods,
    sum_backtest,
)
from forecasting.core.totals import day_totals
from forecasting.core.wall_clock import FloatArray, IntArray

MEMORY_DAYS = 3
"""First days of each backtest that tell what a morning says about the afternoon."""


@dataclass(frozen=True)
class Chunk:
    """The forecast of a few queues."""

    base: FloatArray
    """Mean of ordinary days: without drivers, special days and today's correction."""
    mean: FloatArray
    bands: FloatArray
    day_weights: FloatArray
    outcomes: list[QueueOutcome]
    totals: FloatArray | None = None
    """Expected and actual contacts by queue × origin × day of the backtest."""


@dataclass(frozen=True)
class _Judged:
    """The backtest of each queue's own method: origin × queue × day × label."""

    predicted: FloatArray
    actual: FloatArray
    weight: FloatArray


def forecast_chunk(
    history: HistoryData, horizon: HorizonData, params: ForecastParams, chosen: IntArray
) -> Chunk:
    """Forecast a few queues: backtest, choose, forecast, band, correct today."""
    flags = [flag_of(history, int(queue)) for queue in chosen]
    if all(flag.startswith("refused") for flag in flags):
        return _nothing(history, horizon, params, flags)
    data = _learning_data(history, chosen)
    final = data.fit(history.days)
    backtest = run_backtest(data, final, params)
    scales = seasonal_naive_scale(data.volumes, data.known)
    sums = sum_backtest(backtest)
    scores = [score_methods(sums, row, float(scales[row])) for row in range(len(chosen))]
    picks = np.array([pick_method(row) for row in scores])
    every = method_forecasts(data, final, backtest.weights, history.days, horizon.days)
    usual = np.maximum(every[picks, np.arange(len(chosen))], 0.0) * horizon.open_mask[chosen]
    ratios = np.where(picks == 0, final.mean_ratios, 1.0)[:, None, None]
    centre = _with_factors(usual, horizon, chosen)
    judged = _Judged(_picked(backtest, picks), backtest.actual, backtest.weight)
    spread = learn_spread(**vars(judged), quantiles=params.quantiles)
    bands = _bands(centre, spread, horizon, params, chosen)
    memory = _correct_today(centre, bands, horizon, params, chosen, judged)
    base, mean = usual * ratios, centre * ratios
    if horizon.mean_factors is not None:
        mean *= horizon.mean_factors[chosen][:, :, None]
    outcomes = _outcomes(flags, scores, picks, mean, spread, judged, params)
    if memory is not None:
        outcomes = [replace(outcome, memory=memory.of(row)) for row, outcome in enumerate(outcomes)]
    _settle_constants(base, mean, bands, outcomes, history, chosen)
    return Chunk(
        base=base,
        mean=mean,
        bands=bands,
        day_weights=final.day_weights[:, -history.days :],
        outcomes=outcomes,
        totals=day_totals(**vars(judged)),
    )


def _with_factors(usual: FloatArray, horizon: HorizonData, chosen: IntArray) -> FloatArray:
    """The centre of ordinary days times what drivers and special days do."""
    centre = usual.copy()
    if horizon.day_factors is not None:
        centre *= horizon.day_factors[chosen][:, :, None]
    if horizon.special_factors is not None:
        centre *= horizon.special_factors[chosen]
    return centre


def _bands(
    centre: FloatArray,
    spread: Spread,
    horizon: HorizonData,
    params: ForecastParams,
    chosen: IntArray,
) -> FloatArray:
    unsure = None if horizon.special_variances is None else horizon.special_variances[chosen]
    return quantile_bands(
        mean=centre, spread=spread, quantiles=params.quantiles, extra_dispersion=unsure
    )


def _outcomes(
    flags: list[str],
    scores: list[list[MethodScore]],
    picks: IntArray,
    mean: FloatArray,
    spread: Spread,
    judged: _Judged,
    params: ForecastParams,
) -> list[QueueOutcome]:
    """What is said of each queue beside its numbers."""
    covered = np.full(len(flags), np.nan)
    if params.measures_coverage:
        band = params.judged_band or params.quantiles
        covered = held_out_coverage(**vars(judged), quantiles=band)
    return [
        queue_outcome(
            flag,
            scores[row],
            METHODS[picks[row]],
            mean[row],
            coverage=covered[row],
            dispersion=spread.dispersion[0, row],
        )
        for row, flag in enumerate(flags)
    ]


def _nothing(
    history: HistoryData, horizon: HorizonData, params: ForecastParams, flags: list[str]
) -> Chunk:
    """Zeros and refusals: there may be too few days for any array below."""
    mean = np.zeros((len(flags), horizon.days, history.labels))
    bands = np.zeros((len(params.quantiles), *mean.shape))
    weights = np.ones((len(flags), history.days))
    refusals = [refusal(flag) for flag in flags]
    return Chunk(base=mean.copy(), mean=mean, bands=bands, day_weights=weights, outcomes=refusals)


def _learning_data(history: HistoryData, chosen: IntArray) -> LearningData:
    """Zero-filled arrays of the chosen queues."""
    offered = history.offered[chosen]
    known = history.open_mask[chosen] & np.isfinite(offered)
    volumes = np.where(known, offered, 0.0)
    known &= ~outages(volumes, known * 1.0)
    shape = known.shape[:2]
    trust = np.ones(shape) if history.learn_mask is None else history.learn_mask[chosen] * 1.0
    factors = np.ones(shape) if history.day_factors is None else history.day_factors[chosen]
    return LearningData(
        volumes=volumes * known,
        known=known.astype(np.float64),
        trust=trust,
        factors=factors,
        told_factors=None if history.told_factors is None else history.told_factors[chosen],
    )


def _picked(backtest: Backtest, picks: IntArray) -> FloatArray:
    """Backtest forecasts of each queue's own method (origin × queue × day × label)."""
    if (picks == picks[0]).all():
        return np.asarray(backtest.predicted[picks[0]])
    return np.stack([backtest.predicted[pick, :, row] for row, pick in enumerate(picks)], axis=1)


def _memory(judged: _Judged) -> IntradayMemory:
    """What mornings said about afternoons in the first days of the backtests."""
    queues, labels = judged.actual.shape[1], judged.actual.shape[-1]
    predicted, actual, weight = (
        np.moveaxis(part[:, :, :MEMORY_DAYS], 2, 1).reshape(-1, queues, labels)
        for part in (judged.predicted, judged.actual, judged.weight)
    )
    return learn_memory(predicted=predicted, actual=actual, weight=weight)


def _correct_today(
    centre: FloatArray,
    bands: FloatArray,
    horizon: HorizonData,
    params: ForecastParams,
    chosen: IntArray,
    judged: _Judged,
) -> IntradayMemory | None:
    """Move the rest of a first day under way, and its bands, by what came so far.

    Returns what mornings say of afternoons where anybody asks.
    """
    if horizon.today_offered is None:
        return _memory(judged) if params.measures_coverage else None
    memory = _memory(judged)
    rest = rest_of_day(mean=centre[:, 0], today=horizon.today_offered[chosen], memory=memory)
    bands[:, :, 0] = moved_bands(
        quantiles=bands[:, :, 0], levels=params.quantiles, mean=centre[:, 0], rest=rest
    )
    centre[:, 0] *= rest.factor
    return memory


def _settle_constants(
    base: FloatArray,
    mean: FloatArray,
    bands: FloatArray,
    outcomes: list[QueueOutcome],
    history: HistoryData,
    chosen: IntArray,
) -> None:
    """A queue that never varied is forecast to stay as it was, without a band."""
    for row, queue in enumerate(chosen):
        if outcomes[row].flag == "constant":
            known = history.open_mask[queue] & np.isfinite(history.offered[queue])
            value = history.offered[queue][known][0]
            factor = mean[row] / np.where(base[row] > 0, base[row], np.inf)
            base[row] = np.where(base[row] > 0, value, 0.0)
            mean[row] = base[row] * factor
            bands[:, row] = mean[row]
