"""A driver's own future: what is known or typed stays, the rest is forecast by the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from forecasting.core.data import (
    LEAST_HISTORY_DAYS,
    ForecastParams,
    HistoryData,
    HorizonData,
)
from forecasting.core.engine import forecast
from forecasting.core.wall_clock import FloatArray

DAY_MINUTES = 1440
A_MONDAY = date(2024, 1, 1)


def completed(
    drivers: Mapping[str, FloatArray], *, days: int, first_date: date | None = None
) -> dict[str, FloatArray]:
    """The drivers with every unknown day after the last known past one filled by a forecast.

    The past ends before `days`; its last days are unknown where the driver comes late. Days known
    without a gap from there on are history of the forecast; later known days replace it.
    """
    result: dict[str, FloatArray] = {
        name: values.astype(np.float64) for name, values in drivers.items()
    }
    groups: dict[int, list[str]] = {}
    for name, values in result.items():
        recorded = np.flatnonzero(np.isfinite(values[:days]))
        last = int(recorded[-1]) if recorded.size else days
        unknown = np.flatnonzero(~np.isfinite(values[last:]))
        if unknown.size:
            groups.setdefault(last + int(unknown[0]), []).append(name)
    for origin, names in groups.items():
        stacked = np.stack([result[name] for name in names])
        predicted = _daily_forecast(stacked, origin, first_date or A_MONDAY)
        for name, future in zip(names, predicted, strict=True):
            values = result[name]
            values[origin:] = np.where(np.isfinite(values[origin:]), values[origin:], future)
    return result


def _daily_forecast(values: FloatArray, origin: int, first_date: date) -> FloatArray:
    """Mean of the days from the origin on (driver × day), from the days before it."""
    past = values[:, :origin]
    horizon = values.shape[1] - origin
    with np.errstate(invalid="ignore"):
        low = np.minimum(np.nanmin(past, axis=1, keepdims=True), 0.0)
    begun = np.cumsum(np.isfinite(past), axis=1) > 0
    if origin < LEAST_HISTORY_DAYS:
        return np.asarray(np.repeat(np.nanmean(past, axis=1, keepdims=True), horizon, axis=1))
    result = forecast(
        history=HistoryData(
            offered=(past - low)[:, :, None],
            open_mask=begun[:, :, None],
            first_date=first_date,
            interval_minutes=DAY_MINUTES,
        ),
        horizon=HorizonData(open_mask=np.ones((len(values), horizon, 1), dtype=bool)),
        params=ForecastParams(quantiles=(0.5,)),
    )
    mean = result.mean[:, :, 0] + low
    usual = np.nanmean(past, axis=1, keepdims=True)
    return np.asarray(np.where(np.isfinite(mean), mean, usual))
