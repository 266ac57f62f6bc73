"""Forecasting on arrays: no Django, no clock, no I/O.

    result = forecast(history=HistoryData(...), horizon=HorizonData(...))

turns the past of many queues (queues × local dates × labels, in the wall clock of each) into mean,
quantiles and AHT for the dates that follow, with one outcome per queue that says which method was
chosen in the backtest and why.
"""

from forecasting.core.data import (
    ForecastParams,
    ForecastResult,
    HistoryData,
    HorizonData,
    MethodScore,
    QueueOutcome,
)
from forecasting.core.day_factors import Components
from forecasting.core.opening import open_slots


def forecast(
    *, history: HistoryData, horizon: HorizonData, params: ForecastParams | None = None
) -> ForecastResult:
    """Forecast every queue for every date × label of the horizon; see engine.forecast."""
    from forecasting.core.engine import (  # noqa: PLC0415 - scipy stays out of web processes
        forecast as run_engine,
    )

    return run_engine(history=history, horizon=horizon, params=params)


__all__ = [
    "Components",
    "ForecastParams",
    "ForecastResult",
    "HistoryData",
    "HorizonData",
    "MethodScore",
    "QueueOutcome",
    "forecast",
    "open_slots",
]
