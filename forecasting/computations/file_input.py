"""From the series of a history file to the engine's arrays at one origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from forecasting.computations.file_drivers import file_drivers
from forecasting.computations.folding import folded
from forecasting.computations.history_file import HistoryFile, SeriesHistory
from forecasting.core import HistoryData, HorizonData
from forecasting.core.data import DAYS_PER_WEEK, LEAST_HISTORY_DAYS
from forecasting.core.make_up_days import MakeUpDays, make_up_days
from forecasting.core.opening import open_slots
from forecasting.core.special_days import (
    SpecialDate,
    SpecialFactors,
    horizon_factors,
    learn_mask,
)
from forecasting.core.wall_clock import BoolArray, FloatArray, WallClockGrid

if TYPE_CHECKING:
    from forecasting.computations.forecast_file import FileForecastParams


@dataclass(frozen=True)
class FileInput:
    """Engine input of the series that share their first date."""

    indexes: tuple[int, ...]
    """Positions of the series in the file."""
    history: HistoryData
    horizon: HorizonData
    open_mask: BoolArray
    """Where the horizon is open, make-up workdays included."""
    make_up: MakeUpDays
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _SeriesInput:
    """Arrays of one series; the past by date × label, brought to one hour where a label repeats."""

    offered: FloatArray
    open_mask: BoolArray
    slots: BoolArray
    aht_seconds: FloatArray | None
    today: FloatArray


def engine_inputs(
    history: HistoryFile, origin: datetime, params: FileForecastParams
) -> Iterator[FileInput]:
    """One input per first date that series have in the window; a series never hangs on others."""
    groups: dict[date, list[int]] = {}
    for index, series in enumerate(history.series):
        groups.setdefault(_first_date(series, origin, params), []).append(index)
    for first, indexes in groups.items():
        yield _group_input(history, indexes, first, origin, params)


def _first_date(series: SeriesHistory, origin: datetime, params: FileForecastParams) -> date:
    """First date that counts; the day before the origin when there is none.

    Closed days in front of the first row belong to the least history: two whole weeks of a queue
    that works from Monday to Friday begin with a weekend when the origin is one.
    """
    first = min(series.first_date, origin.date() - timedelta(days=LEAST_HISTORY_DAYS))
    if params.history_days is not None:
        first = max(first, (origin - timedelta(days=params.history_days)).date())
    return min(first, origin.date() - timedelta(days=1))


def _group_input(
    history: HistoryFile,
    indexes: list[int],
    first: date,
    origin: datetime,
    params: FileForecastParams,
) -> FileInput:
    days = (origin.date() - first).days
    past = WallClockGrid(first, days, params.tz, params.interval_minutes)
    inputs = [_series_input(history.series[index], past, origin, params) for index in indexes]
    make_up = make_up_days(params.calendar, origin.date(), params.days)
    special = [] if params.calendar is None else params.calendar.special_dates(before=origin.date())
    data = HistoryData(
        offered=np.stack([item.offered for item in inputs]),
        open_mask=np.stack([item.open_mask for item in inputs]),
        first_date=first,
        interval_minutes=params.interval_minutes,
        aht_seconds=_stacked_aht(inputs),
        learn_mask=learn_mask([special] * len(inputs), first, days) if special else None,
    )
    names = [history.series[index].name for index in indexes]
    driven = file_drivers(data, names, params.drivers, origin, make_up.days, special)
    data = replace(data, day_factors=driven.past, told_factors=driven.told)
    unusual = _special_factors(data, special, make_up.days)
    slots = np.stack([item.slots for item in inputs])
    future = slots[:, np.arange(days, days + make_up.days) % DAYS_PER_WEEK]
    horizon = HorizonData(
        open_mask=future,
        day_factors=driven.future,
        mean_factors=driven.mean,
        special_factors=None if unusual is None else unusual.factors,
        special_variances=None if unusual is None else unusual.variances,
        today_offered=np.stack([item.today for item in inputs])
        if params.label_of(origin)
        else None,
    )
    return FileInput(
        indexes=tuple(indexes),
        history=data,
        horizon=horizon,
        open_mask=make_up.applied(future, axis=1),
        make_up=make_up,
        notes=driven.notes,
    )


def _special_factors(
    data: HistoryData, special: list[SpecialDate], days: int
) -> SpecialFactors | None:
    """What holidays do on the dates ahead; None without any."""
    if not special:
        return None
    return horizon_factors(history=data, special=[special] * data.queues, days=days)


def _stacked_aht(inputs: list[_SeriesInput]) -> FloatArray | None:
    known = [item.aht_seconds for item in inputs if item.aht_seconds is not None]
    return np.stack(known) if known else None


def _series_input(
    series: SeriesHistory, past: WallClockGrid, origin: datetime, params: FileForecastParams
) -> _SeriesInput:
    """Only rows before the origin and within the history's days."""
    cells = folded(
        series,
        first_date=past.first_date,
        days=past.days,
        interval_minutes=params.interval_minutes,
        tz=params.tz,
        known_minutes=_known_of_first_date(past.first_date, origin, params),
    )
    slots = open_slots(cells.has_row, past.repeats > 0)
    weekday = np.arange(past.days) % DAYS_PER_WEEK
    return _SeriesInput(
        offered=cells.volumes / np.maximum(past.repeats, 1),
        open_mask=slots[weekday] & (past.repeats > 0),
        slots=slots,
        aht_seconds=cells.aht_seconds,
        today=_today(series, cells.step_slots, past.days, origin, params),
    )


def _known_of_first_date(first: date, origin: datetime, params: FileForecastParams) -> slice | None:
    """Minutes of the first date that lie in the window of --history-days."""
    if params.history_days is None:
        return None
    begins = origin - timedelta(days=params.history_days)
    return slice(_minute_of(origin), None) if begins.date() == first else None


def _today(
    series: SeriesHistory,
    step_slots: BoolArray,
    days: int,
    origin: datetime,
    params: FileForecastParams,
) -> FloatArray:
    """What is known of the origin's own date, per hour of the clock; NaN from the origin on."""
    cells = folded(
        series,
        first_date=origin.date(),
        days=1,
        interval_minutes=params.interval_minutes,
        tz=params.tz,
        known_minutes=slice(0, _minute_of(origin) or None),
        step_slots=np.roll(step_slots, -(days % DAYS_PER_WEEK), axis=0),
    )
    today = cells.volumes[0]
    today[params.label_of(origin) :] = np.nan
    grid = WallClockGrid(origin.date(), 1, params.tz, params.interval_minutes)
    return np.asarray(today / np.maximum(grid.repeats[0], 1))


def _minute_of(at: datetime) -> int:
    return at.hour * 60 + at.minute
