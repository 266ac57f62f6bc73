"""The forecast of many queues at once: check, backtest, choose, forecast, band."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.aht import aht_forecast
from forecasting.core.backtest import (
    METHODS,
    Backtest,
    LearningData,
    method_forecasts,
    origins_of,
    run_backtest,
)
from forecasting.core.bands import held_out_coverage, learn_spread, quantile_bands
from forecasting.core.baselines import seasonal_naive_scale
from forecasting.core.components import split_components
from forecasting.core.data import (
    ForecastParams,
    ForecastResult,
    HistoryData,
    HorizonData,
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
class _Chunk:
    """The forecast of a few queues."""

    base: FloatArray
    """Mean of ordinary days: without drivers, special days and today's correction."""
    mean: FloatArray
    bands: FloatArray
    day_weights: FloatArray
    outcomes: list[QueueOutcome]
    totals: FloatArray | None = None
    """Expected and actual contacts by queue × origin × day of the backtest."""


def forecast(
    *, history: HistoryData, horizon: HorizonData, params: ForecastParams | None = None
) -> ForecastResult:
    """Forecast every queue for every date × label of the horizon.

    The horizon starts on the date after the last one of the history. Where that first date is
    already under way, `horizon.today_offered` holds what is known and only the labels still open
    (NaN) are corrected by it. Closed cells are 0, their AHT is NaN; a refused queue is NaN.
    """
    params = params or ForecastParams()
    _check_horizon(history, horizon)
    _check_told(history, params)
    queues, labels = history.queues, history.labels
    mean = np.zeros((queues, horizon.days, labels))
    base = np.zeros(mean.shape)
    bands = np.zeros((len(params.quantiles), queues, horizon.days, labels))
    weights = np.ones((queues, history.days))
    outcomes: list[QueueOutcome] = []
    totals: dict[int, FloatArray] = {}
    for start in range(0, queues, params.queues_per_chunk):
        chosen = np.arange(start, min(start + params.queues_per_chunk, queues))
        part = _forecast_chunk(history, horizon, params, chosen)
        mean[chosen], base[chosen] = part.mean, part.base
        bands[:, chosen], weights[chosen] = part.bands, part.day_weights
        outcomes.extend(part.outcomes)
        if part.totals is not None:
            totals[start] = part.totals
    refused = np.array([outcome.is_refused for outcome in outcomes], dtype=bool)
    mean[refused] = np.nan
    bands[:, refused] = np.nan
    return ForecastResult(
        mean=mean,
        quantiles=bands,
        aht_seconds=_aht(history, horizon),
        outcomes=tuple(outcomes),
        components=split_components(base=base, mean=mean, horizon=horizon),
        day_weights=weights,
        backtest_totals=_joined(totals, queues),
        backtest_origins=origins_of(history.days, params),
    )


def _check_horizon(history: HistoryData, horizon: HorizonData) -> None:
    """Refuse a horizon that does not belong to the history."""
    shape = (history.queues, horizon.days, history.labels)
    for name, wanted in (
        ("open_mask", shape),
        ("day_factors", shape[:2]),
        ("special_factors", shape),
        ("special_variances", shape[:2]),
        ("today_offered", (shape[0], shape[2])),
    ):
        value = getattr(horizon, name)
        if value is not None and value.shape != wanted:
            raise ValueError(f"Expected horizon.{name} of shape {wanted}, got {value.shape}.")
        if (
            name.endswith(("factors", "variances"))
            and value is not None
            and not np.isfinite(value).all()
        ):
            raise ValueError(f"Expected finite numbers in horizon.{name}.")


def _check_told(history: HistoryData, params: ForecastParams) -> None:
    """Refuse factors that were told at other origins than those of the backtest."""
    if history.told_factors is None:
        return
    origins = origins_of(history.days, params)
    wanted = (history.queues, len(origins), history.days - int(origins[0]))
    if history.told_factors.shape != wanted:
        raise ValueError(
            f"Expected history.told_factors of shape {wanted}, got {history.told_factors.shape}."
        )


def _joined(parts: dict[int, FloatArray], queues: int) -> FloatArray:
    """Totals of all chunks by their first queue; NaN for chunks of refused queues."""
    shape = next((part.shape[2:] for part in parts.values()), (0, 0))
    joined = np.full((2, queues, *shape), np.nan)
    for start, part in parts.items():
        joined[:, start : start + part.shape[1]] = part
    return joined


def _forecast_chunk(
    history: HistoryData, horizon: HorizonData, params: ForecastParams, chosen: IntArray
) -> _Chunk:
    """Forecast a few queues."""
    flags = [flag_of(history, int(queue)) for queue in chosen]
    if all(flag.startswith("refused") for flag in flags):
        return _nothing(history, horizon, params, flags)
    data = _learning_data(history, chosen)
    final = data.fit(history.days)
    clean = final.day_weights[:, -history.days :]
    backtest = run_backtest(data, final, params)
    scales = seasonal_naive_scale(data.volumes, data.known)
    sums = sum_backtest(backtest)
    scores = [score_methods(sums, row, float(scales[row])) for row in range(len(chosen))]
    picks = np.array([pick_method(row) for row in scores])
    rows = np.arange(len(chosen))
    every = method_forecasts(data, final, backtest.weights, history.days, horizon.days)
    centre = np.maximum(every[picks, rows], 0.0) * horizon.open_mask[chosen]
    ratios = np.where(picks == 0, final.mean_ratios, 1.0)[:, None, None]
    base = centre * ratios
    if horizon.day_factors is not None:
        centre *= horizon.day_factors[chosen][:, :, None]
    if horizon.special_factors is not None:
        centre *= horizon.special_factors[chosen]
    judged = {
        "predicted": _picked(backtest, picks),
        "actual": backtest.actual,
        "weight": backtest.weight,
    }
    spread = learn_spread(**judged, quantiles=params.quantiles)
    covered = np.full(len(chosen), np.nan)
    if params.measures_coverage:
        covered = held_out_coverage(**judged, quantiles=params.quantiles)
    unsure = None if horizon.special_variances is None else horizon.special_variances[chosen]
    bands = quantile_bands(
        mean=centre, spread=spread, quantiles=params.quantiles, extra_dispersion=unsure
    )
    today = _today(horizon, chosen)
    memory = None
    if params.measures_coverage or today is not None:
        memory = _memory(backtest, picks)
    if memory is not None and today is not None:
        _correct_today(centre, bands, memory, today, params)
    mean = centre * ratios
    outcomes = [
        queue_outcome(
            flags[row],
            scores[row],
            METHODS[picks[row]],
            mean[row],
            coverage=covered[row],
            dispersion=spread.dispersion[0, row],
        )
        for row in range(len(chosen))
    ]
    if memory is not None:
        outcomes = [replace(outcome, memory=memory.of(row)) for row, outcome in enumerate(outcomes)]
    _settle_constants(base, mean, bands, outcomes, history, chosen)
    return _Chunk(
        base=base,
        mean=mean,
        bands=bands,
        day_weights=clean,
        outcomes=outcomes,
        totals=day_totals(**judged),
    )


def _nothing(
    history: HistoryData, horizon: HorizonData, params: ForecastParams, flags: list[str]
) -> _Chunk:
    """Zeros and refusals: there may be too few days for any array below."""
    mean = np.zeros((len(flags), horizon.days, history.labels))
    bands = np.zeros((len(params.quantiles), *mean.shape))
    weights = np.ones((len(flags), history.days))
    refusals = [refusal(flag) for flag in flags]
    return _Chunk(base=mean.copy(), mean=mean, bands=bands, day_weights=weights, outcomes=refusals)


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


def _today(horizon: HorizonData, chosen: IntArray) -> FloatArray | None:
    """What is known of the first date of these queues."""
    return None if horizon.today_offered is None else horizon.today_offered[chosen]


def _memory(backtest: Backtest, picks: IntArray) -> IntradayMemory:
    """What mornings said about afternoons in the first days of the backtests."""
    shape = (-1, len(picks), backtest.actual.shape[-1])
    first = np.moveaxis(_picked(backtest, picks)[:, :, :MEMORY_DAYS], 2, 1).reshape(shape)
    actual, weight = (
        np.moveaxis(part[:, :, :MEMORY_DAYS], 2, 1).reshape(shape)
        for part in (backtest.actual, backtest.weight)
    )
    return learn_memory(predicted=first, actual=actual, weight=weight)


def _correct_today(
    centre: FloatArray,
    bands: FloatArray,
    memory: IntradayMemory,
    today: FloatArray,
    params: ForecastParams,
) -> None:
    """Move the rest of the first day, and its bands, by what came so far."""
    rest = rest_of_day(mean=centre[:, 0], today=today, memory=memory)
    bands[:, :, 0] = moved_bands(
        quantiles=bands[:, :, 0], levels=params.quantiles, mean=centre[:, 0], rest=rest
    )
    centre[:, 0] *= rest.factor


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


def _aht(history: HistoryData, horizon: HorizonData) -> FloatArray | None:
    """AHT of the horizon, NaN in closed cells."""
    if history.aht_seconds is None:
        return None
    shape = history.offered.shape[:2]
    trust = np.ones(shape) if history.learn_mask is None else history.learn_mask * 1.0
    handled = np.where(history.known(), history.offered, 0.0)
    values = aht_forecast(
        aht_seconds=history.aht_seconds, handled=handled, trust=trust, days=horizon.days
    )
    return np.where(horizon.open_mask, values, np.nan)
