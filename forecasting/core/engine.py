"""The forecast of many queues at once: check, forecast a few at a time, join, split into components."""

from __future__ import annotations

import numpy as np

from forecasting.core.aht import aht_forecast
from forecasting.core.backtest import origins_of
from forecasting.core.chunk import forecast_chunk
from forecasting.core.components import split_components
from forecasting.core.data import (
    ForecastParams,
    ForecastResult,
    HistoryData,
    HorizonData,
    QueueOutcome,
)
from forecasting.core.wall_clock import FloatArray


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
        part = forecast_chunk(history, horizon, params, chosen)
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
        ("mean_factors", shape[:2]),
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
