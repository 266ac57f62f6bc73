"""A driver's own future: what is known or typed stays, the rest is forecast by the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecasting.core.data import (
    DAYS_PER_WEEK,
    LEAST_HISTORY_DAYS,
    ForecastParams,
    HistoryData,
    HorizonData,
)
from forecasting.core.engine import forecast
from forecasting.core.special_days import SpecialDate, horizon_factors, learn_mask
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

DAY_MINUTES = 1440
A_MONDAY = date(2024, 1, 1)
"""Weekdays are told apart by their distance from the end, so that any date will do."""


@dataclass(frozen=True)
class DriverDates:
    """The dates of a driver's days, and those that are special where its contacts arrive.

    An office that rests on the holidays of the line it drives will rest on the coming ones, too.
    What a planner typed of the line, or its being closed, says nothing of the driver: its own past
    tells what such days do to it.
    """

    first_date: date = A_MONDAY
    special: tuple[SpecialDate, ...] = ()

    def learnt(self) -> list[SpecialDate]:
        """The special dates without what holds for the line alone."""
        return [replace(item, is_closed=False, scale=None) for item in self.special]


ORDINARY_DATES = DriverDates()


@dataclass(frozen=True)
class _Unfinished:
    """A driver whose days from `unknown_from` on hold gaps that a forecast must fill."""

    values: FloatArray
    unknown_from: int
    events: FloatArray
    """What rare events bring on each day of which nothing is known, on average."""

    @property
    def past(self) -> FloatArray:
        """What its forecast may learn from."""
        return self.values[: self.unknown_from]

    @property
    def ahead_days(self) -> int:
        """Days to forecast."""
        return self.values.size - self.unknown_from

    def fill(self, predicted: FloatArray, event_mean: float = 0.0) -> None:
        """Put the forecast where nothing is known."""
        ahead = self.values[self.unknown_from :]
        is_known = np.isfinite(ahead)
        ahead[:] = np.where(is_known, ahead, predicted[: ahead.size])
        self.events[self.unknown_from :] = np.where(is_known, 0.0, event_mean)


@dataclass(frozen=True)
class Completed:
    """Drivers on every past and future day."""

    values: Mapping[str, FloatArray]
    """What is known, and what an ordinary day is forecast to bring."""
    events: Mapping[str, FloatArray]
    """What rare events add to the mean of days that are forecast."""

    def means(self) -> dict[str, FloatArray]:
        """The values with what events bring on average."""
        return {name: values + self.events[name] for name, values in self.values.items()}


def completed(
    drivers: Mapping[str, FloatArray], *, days: int, dates: DriverDates = ORDINARY_DATES
) -> Completed:
    """The drivers with every unknown day after the last known past one filled by a forecast.

    The past ends before `days`; its last days are unknown where the driver comes late. Days known
    without a gap from there on are history of the forecast; later known days replace it.
    """
    result: dict[str, FloatArray] = {
        name: values.astype(np.float64) for name, values in drivers.items()
    }
    events = _fill(list(result.values()), [days] * len(result), dates)
    return Completed(values=result, events=dict(zip(result, events, strict=True)))


def as_told(
    values: FloatArray, *, days: int, origins: IntArray, dates: DriverDates = ORDINARY_DATES
) -> list[FloatArray]:
    """One driver's past as it could have been told at each origin.

    What is known of the days after the last one of the history is taken to have been known of the
    days after every origin, and what came late now, late then; the rest is forecast from before.

    Args:
        values: the driver on the days of the history and on those ahead; NaN where unknown.
        days: number of days of the history.
        origins: indexes into them.
        dates: the dates of the values.
    """
    known_ahead = np.isfinite(values[days:])
    recorded = np.flatnonzero(np.isfinite(values[:days]))
    late_days = days - 1 - int(recorded[-1]) if recorded.size else 0
    told: list[FloatArray] = []
    for origin in origins:
        hidden = np.full(days - int(origin), not known_ahead.all())
        near = min(hidden.size, known_ahead.size)
        hidden[:near] = ~known_ahead[:near]
        seen = values[:days].astype(np.float64)
        seen[origin:][hidden] = np.nan
        seen[max(int(origin) - late_days, 0) : origin] = np.nan
        told.append(seen)
    _fill(told, [int(origin) for origin in origins], dates)
    return told


def _fill(
    series: Sequence[FloatArray], ends: Sequence[int], dates: DriverDates
) -> list[FloatArray]:
    """Forecast in place what is unknown of each series from the end of its past on.

    A series of which nothing was known by then stays as it is. Returns what rare events bring on
    each of the forecast days.
    """
    unfinished = []
    events: list[FloatArray] = [np.zeros(values.size) for values in series]
    for values, end, rare in zip(series, ends, events, strict=True):
        recorded = np.flatnonzero(np.isfinite(values[:end]))
        if not recorded.size:
            continue
        last = int(recorded[-1])
        unknown = np.flatnonzero(~np.isfinite(values[last:]))
        if unknown.size:
            unfinished.append(_Unfinished(values, last + int(unknown[0]), rare))
    long = [item for item in unfinished if item.unknown_from >= LEAST_HISTORY_DAYS]
    if long:
        for item, predicted, mean in zip(long, *_daily_forecasts(long, dates), strict=True):
            item.fill(predicted, float(mean))
    for item in unfinished:
        if item.unknown_from < LEAST_HISTORY_DAYS:
            item.fill(np.full(item.ahead_days, np.nanmean(item.past)))
    return events


def _daily_forecasts(
    unfinished: Sequence[_Unfinished], dates: DriverDates
) -> tuple[FloatArray, FloatArray]:
    """Ordinary days from each one's first unknown day on (driver × day), and the mean of events.

    All are forecast at once: their pasts end on one day, the shorter ones begin later.
    """
    days = max(item.unknown_from for item in unfinished)
    horizon = max(item.ahead_days for item in unfinished)
    past = np.full((len(unfinished), days), np.nan)
    for row, item in enumerate(unfinished):
        past[row, days - item.unknown_from :] = item.past
    with np.errstate(invalid="ignore"):
        low = np.minimum(np.nanmin(past, axis=1, keepdims=True), 0.0)
    begun = np.cumsum(np.isfinite(past), axis=1) > 0
    learn = np.ones(past.shape, dtype=bool)
    factors = np.ones((len(unfinished), horizon, 1))
    for row, item in enumerate(unfinished):
        mask, ahead = _specials(item, float(low[row, 0]), dates)
        learn[row, days - item.unknown_from :] = mask
        factors[row, : item.ahead_days] = ahead
    result = forecast(
        history=HistoryData(
            offered=(past - low)[:, :, None],
            open_mask=begun[:, :, None],
            first_date=A_MONDAY,
            interval_minutes=DAY_MINUTES,
            learn_mask=learn,
        ),
        horizon=HorizonData(
            open_mask=np.ones((len(past), horizon, 1), dtype=bool), special_factors=factors
        ),
        params=ForecastParams(quantiles=(0.5,)),
    )
    mean = result.mean[:, :, 0] + low
    usual = np.nanmean(past, axis=1, keepdims=True)
    is_forecast = np.isfinite(mean)
    events = _event_means(past - low, result.day_weights, learn) * is_forecast.all(axis=1)
    return np.where(is_forecast, mean, usual), events


def _specials(item: _Unfinished, low: float, dates: DriverDates) -> tuple[BoolArray, FloatArray]:
    """Past days to learn from, and what special days ahead do to the driver (date × 1).

    A special day of the past without a value tells nothing: it may not have been written down.
    """
    special = dates.learnt()
    mask = learn_mask([special], dates.first_date, item.unknown_from)
    if not special:
        return mask[0], np.ones((item.ahead_days, 1))
    found = horizon_factors(
        history=HistoryData(
            offered=(item.past - low)[None, :, None],
            open_mask=np.isfinite(item.past)[None, :, None],
            first_date=dates.first_date,
            interval_minutes=DAY_MINUTES,
        ),
        special=[special],
        days=item.ahead_days,
    )
    return mask[0], found.factors[0]


def _event_means(past: FloatArray, day_weights: FloatArray, learn: BoolArray) -> FloatArray:
    """What the days that the engine took for outliers brought beyond the others, per day.

    To a queue they are accidents; of a driver they are mailings, campaigns and storms that will
    come again on days that nobody knows.
    """
    counted = np.isfinite(past) & learn
    weights = np.where(counted, day_weights, 0.0)
    values = np.where(counted, past, 0.0)
    beyond = np.zeros(past.shape)
    for slot in range(DAYS_PER_WEEK):
        same = slice(slot, None, DAYS_PER_WEEK)
        known = np.maximum(weights[:, same].sum(axis=1, keepdims=True), 1e-9)
        usual = (weights[:, same] * values[:, same]).sum(axis=1, keepdims=True) / known
        beyond[:, same] = (1.0 - day_weights[:, same]) * (values[:, same] - usual)
    brought = np.where(counted, beyond, 0.0).sum(axis=1)
    return np.asarray(brought / np.maximum(counted.sum(axis=1), 1))
