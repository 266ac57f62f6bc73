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
from forecasting.core.engine import forecast

__all__ = [
    "ForecastParams",
    "ForecastResult",
    "HistoryData",
    "HorizonData",
    "MethodScore",
    "QueueOutcome",
    "forecast",
]
