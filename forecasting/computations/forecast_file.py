"""Forecast the series of a history file from several origins: the work of `forecast_file`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecasting.computations.driver_file import DriverFile
from forecasting.computations.file_input import FileInput, engine_inputs
from forecasting.computations.file_refusals import refused_flag
from forecasting.computations.history_file import HistoryFile, SeriesHistory
from forecasting.core import ForecastParams, ForecastResult, forecast
from forecasting.core.make_up_days import like_weekdays
from forecasting.core.special_days import SpecialCalendar
from forecasting.core.wall_clock import FloatArray, IntArray, WallClockGrid, labels_per_day

DECIMALS = 4
LONGEST_HORIZON_DAYS = 3_660
STAMP = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class FileForecastParams:
    """What the command was asked for."""

    interval_minutes: int
    tz: ZoneInfo
    days: int
    history_days: int | None
    quantiles: tuple[str, ...]
    calendar: SpecialCalendar | None = None
    drivers: DriverFile | None = None

    def __post_init__(self) -> None:
        labels_per_day(self.interval_minutes)
        if not 1 <= self.days <= LONGEST_HORIZON_DAYS:
            raise ValueError(
                f"Expected --days >= 1 and <= {LONGEST_HORIZON_DAYS}, got {self.days}."
            )
        if self.history_days is not None and self.history_days < 1:
            raise ValueError(f"Expected --history-days >= 1, got {self.history_days}.")
        if not self.quantiles:
            raise ValueError("Expected at least one quantile.")

    @property
    def engine(self) -> ForecastParams:
        """Parameters of the engine; its quantiles rise."""
        return ForecastParams(quantiles=tuple(sorted({float(text) for text in self.quantiles})))

    def label_of(self, origin: datetime) -> int:
        """Label of the day that an origin starts with."""
        return (origin.hour * 60 + origin.minute) // self.interval_minutes


@dataclass(frozen=True)
class OriginForecast:
    """Rows of one origin, how many series were forecast, and what is to be said of them."""

    rows: pd.DataFrame
    forecast_series: int
    notes: tuple[str, ...]


def forecast_history(
    history: HistoryFile, origins: tuple[datetime, ...], params: FileForecastParams
) -> Iterator[OriginForecast]:
    """One table per origin, in the order given."""
    for origin in origins:
        yield _forecast_origin(history, origin, params)


def _forecast_origin(
    history: HistoryFile, origin: datetime, params: FileForecastParams
) -> OriginForecast:
    """Forecast all series from one origin; those that share their first date go together."""
    hours = WallClockGrid(origin.date(), params.days, params.tz, params.interval_minutes).repeats
    tables: dict[int, pd.DataFrame] = {}
    notes: list[str] = []
    forecast_series = 0
    for part in engine_inputs(history, origin, params):
        result = _forecast_part(part, params)
        notes.extend(part.notes)
        for row, index in enumerate(part.indexes):
            series = history.series[index]
            tables[index] = _table(series, row, origin, result, part, hours, params)
        forecast_series += sum(not outcome.is_refused for outcome in result.outcomes)
    rows = pd.concat([tables[index] for index in sorted(tables)], ignore_index=True)
    return OriginForecast(rows=rows, forecast_series=forecast_series, notes=tuple(notes))


def _forecast_part(part: FileInput, params: FileForecastParams) -> ForecastResult:
    """The engine's forecast, make-up workdays taken from the weekday that they stand for."""
    result = forecast(history=part.history, horizon=part.horizon, params=params.engine)
    return like_weekdays(result, part.make_up)


def _table(
    series: SeriesHistory,
    row: int,
    origin: datetime,
    result: ForecastResult,
    part: FileInput,
    hours: IntArray,
    params: FileForecastParams,
) -> pd.DataFrame:
    """Output rows of one series; a refused one has a single row without numbers."""
    outcome = result.outcomes[row]
    columns = _columns(result, params)
    if outcome.is_refused:
        blank = {
            "origin": origin.strftime(STAMP),
            "series": series.name,
            "timestamp": "",
            "flag": refused_flag(outcome, series, part.history, row),
        }
        return pd.DataFrame([blank], columns=columns)
    start, days = params.label_of(origin), params.days
    levels = params.engine.quantiles
    table: dict[str, object] = {
        "origin": origin.strftime(STAMP),
        "series": series.name,
        "timestamp": _stamps(origin, params)[start:],
        "mean": _column(result.mean[row, :days] * hours, start),
    }
    if result.aht_seconds is not None:
        is_open = part.open_mask[row, :days] & (hours > 0)
        table["aht"] = _column(np.where(is_open, result.aht_seconds[row, :days], np.nan), start)
    for text in params.quantiles:
        band = result.quantiles[levels.index(float(text)), row, :days]
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


def _stamps(origin: datetime, params: FileForecastParams) -> list[str]:
    """Wall-clock text of every label of the horizon."""
    labels = [
        f"T{minute // 60:02d}:{minute % 60:02d}"
        for minute in range(0, 1440, params.interval_minutes)
    ]
    first = origin.date()
    dates = [(first + timedelta(days=day)).isoformat() for day in range(params.days)]
    return [day + label for day in dates for label in labels]
