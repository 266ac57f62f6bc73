"""Forecast the series of a history file from several origins: the work of `forecast_file`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecasting.computations.history_file import HistoryFile, SeriesHistory, window
from forecasting.core import ForecastParams, ForecastResult, HistoryData, HorizonData, forecast
from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.wall_clock import BoolArray, FloatArray, WallClockGrid

DECIMALS = 4


@dataclass(frozen=True)
class FileForecastParams:
    """What the command was asked for."""

    interval_minutes: int
    tz: ZoneInfo
    days: int
    history_days: int | None
    quantiles: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"Expected --days >= 1, got {self.days}.")
        if self.history_days is not None and self.history_days < 1:
            raise ValueError(f"Expected --history-days >= 1, got {self.history_days}.")
        if not self.quantiles:
            raise ValueError("Expected at least one quantile.")

    @property
    def engine(self) -> ForecastParams:
        """Parameters of the engine; its quantiles rise."""
        return ForecastParams(quantiles=tuple(sorted({float(text) for text in self.quantiles})))


@dataclass(frozen=True)
class OriginForecast:
    """Rows of one origin, and how many series were forecast."""

    rows: pd.DataFrame
    forecast_series: int


def forecast_history(
    history: HistoryFile, origins: tuple[datetime, ...], params: FileForecastParams
) -> Iterator[OriginForecast]:
    """One table per origin, in the order given."""
    for origin in origins:
        yield _forecast_origin(history, origin, params)


def _forecast_origin(
    history: HistoryFile, origin: datetime, params: FileForecastParams
) -> OriginForecast:
    first, days = _history_span(history, origin, params)
    data, horizon = _engine_input(history, origin, params, first, days)
    result = forecast(history=data, horizon=horizon, params=params.engine)
    grid = WallClockGrid(origin.date(), params.days, params.tz, params.interval_minutes)
    tables = [
        _table(series.name, row, origin, result, grid, params)
        for row, series in enumerate(history.series)
    ]
    return OriginForecast(
        rows=pd.concat(tables, ignore_index=True),
        forecast_series=sum(not outcome.is_refused for outcome in result.outcomes),
    )


def _history_span(
    history: HistoryFile, origin: datetime, params: FileForecastParams
) -> tuple[date, int]:
    """First date and number of whole dates before the origin's date that may be used."""
    earliest = min(series.first_date for series in history.series)
    first = earliest
    if params.history_days is not None:
        first = max(earliest, (origin - timedelta(days=params.history_days)).date())
    days = (origin.date() - first).days
    return (first, days) if days >= 1 else (origin.date() - timedelta(days=1), 1)


def _engine_input(
    history: HistoryFile, origin: datetime, params: FileForecastParams, first: date, days: int
) -> tuple[HistoryData, HorizonData]:
    """Arrays of all series on the dates used, with repeated labels brought to one hour."""
    past = WallClockGrid(first, days, params.tz, params.interval_minutes)
    repeats = np.maximum(past.repeats, 1)
    ahead = np.arange(days, days + params.days)
    label = (origin.hour * 60 + origin.minute) // params.interval_minutes
    offered, masks, future, aht, today = [], [], [], [], []
    for series in history.series:
        volumes = window(series, series.volumes, first_date=first, days=days, fill=np.nan)
        rows = window(series, series.has_row * 1.0, first_date=first, days=days, fill=0.0)
        handle = None
        if series.aht_seconds is not None:
            handle = window(series, series.aht_seconds, first_date=first, days=days, fill=np.nan)
        _forget_before_window(origin, params, first, [volumes, rows, handle])
        slots = open_slots(rows > 0)
        weekday = np.arange(days) % DAYS_PER_WEEK
        offered.append(volumes / repeats)
        masks.append(slots[weekday] & (past.repeats > 0))
        future.append(slots[ahead % DAYS_PER_WEEK])
        aht.append(handle)
        today.append(_today(series, origin, label))
    data = HistoryData(
        offered=np.stack(offered),
        open_mask=np.stack(masks),
        first_date=first,
        interval_minutes=params.interval_minutes,
        aht_seconds=np.stack([item for item in aht if item is not None])
        if history.has_aht
        else None,
    )
    horizon = HorizonData(
        open_mask=np.stack(future), today_offered=np.stack(today) if label else None
    )
    return data, horizon


def _forget_before_window(
    origin: datetime, params: FileForecastParams, first: date, arrays: list[FloatArray | None]
) -> None:
    """Blank the labels of the first date that lie before a window which starts in mid-day."""
    if (
        params.history_days is None
        or (origin - timedelta(days=params.history_days)).date() != first
    ):
        return
    before = (origin.hour * 60 + origin.minute) // params.interval_minutes
    for index, values in enumerate(arrays):
        if values is not None:
            values[0, :before] = 0.0 if index == 1 else np.nan


def open_slots(has_row: BoolArray) -> BoolArray:
    """Weekday × label slots with a row in at least half of the weeks from the first row on.

    Slot 0 is the weekday of the first date of the array.
    """
    days, labels = has_row.shape
    slots = np.zeros((DAYS_PER_WEEK, labels), dtype=bool)
    with_rows = np.flatnonzero(has_row.any(axis=1))
    if with_rows.size == 0:
        return slots
    for slot in range(DAYS_PER_WEEK):
        dates = np.arange(slot, days, DAYS_PER_WEEK)
        used = dates[dates >= with_rows[0]]
        if used.size:
            slots[slot] = has_row[used].sum(axis=0) >= max(1.0, used.size / 2)
    return slots


def _today(series: SeriesHistory, origin: datetime, label: int) -> FloatArray:
    """What is known of the origin's own date, NaN from the origin on."""
    today = window(series, series.volumes, first_date=origin.date(), days=1, fill=np.nan)[0]
    today[label:] = np.nan
    return np.asarray(today)


def _table(
    name: str,
    row: int,
    origin: datetime,
    result: ForecastResult,
    grid: WallClockGrid,
    params: FileForecastParams,
) -> pd.DataFrame:
    """Output rows of one series; a refused one has a single row without numbers."""
    outcome = result.outcomes[row]
    stamp = origin.strftime("%Y-%m-%dT%H:%M")
    columns = _columns(result, params)
    if outcome.is_refused:
        blank = {"origin": stamp, "series": name, "timestamp": "", "flag": outcome.flag}
        return pd.DataFrame([blank], columns=columns)
    start = (origin.hour * 60 + origin.minute) // params.interval_minutes
    hours = grid.repeats
    levels = params.engine.quantiles
    table = {
        "origin": stamp,
        "series": name,
        "timestamp": _stamps(origin.date(), params)[start:],
        "mean": _column(result.mean[row] * hours, start),
    }
    if result.aht_seconds is not None:
        aht = np.where(result.mean[row] * hours > 0, result.aht_seconds[row], np.nan)
        table["aht"] = _column(aht, start)
    for text in params.quantiles:
        band = result.quantiles[levels.index(float(text)), row]
        table[f"q{text}"] = _column(band * hours, start)
    table["flag"] = outcome.flag
    return pd.DataFrame(table, columns=columns)


def _columns(result: ForecastResult, params: FileForecastParams) -> list[str]:
    aht = ["aht"] if result.aht_seconds is not None else []
    quantiles = [f"q{text}" for text in params.quantiles]
    return ["origin", "series", "timestamp", "mean", *aht, *quantiles, "flag"]


def _column(values: FloatArray, start: int) -> FloatArray:
    """Flat values from the origin's label on, rounded as printed."""
    return np.round(values.reshape(-1)[start:], DECIMALS)


def _stamps(first: date, params: FileForecastParams) -> list[str]:
    """Wall-clock text of every label of the horizon."""
    labels = [
        f"T{minute // 60:02d}:{minute % 60:02d}"
        for minute in range(0, 1440, params.interval_minutes)
    ]
    dates = [(first + timedelta(days=day)).isoformat() for day in range(params.days)]
    return [day + label for day in dates for label in labels]
