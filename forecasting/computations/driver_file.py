"""Read a file of drivers (`[series,]driver,timestamp,value[,known_ahead]`) and sum it to days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.computations.csv_rows import (
    SECONDS_PER_DAY,
    CsvRows,
    parse_flags,
    parse_numbers,
    parse_timestamps,
    read_csv_rows,
    refuse,
    refuse_far_dates,
)
from forecasting.computations.csv_table import HistoryFileError, named_lines
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray, WallClockGrid

EPOCH = date(1970, 1, 1)
CLOCK_STEP_MINUTES = 5
SPARSE_SHARE = 0.5
"""A driver with rows on fewer of its days than this counts events: other days bring none."""


@dataclass(frozen=True)
class DriverRows:
    """One driver in order of time."""

    driver: str
    series: str | None
    """The series that it may move; None for all."""
    seconds: IntArray
    """Wall clock since 1970."""
    values: FloatArray
    known_ahead: BoolArray

    def by_day(self, *, first: date, days: int, origin: datetime, horizon_days: int) -> FloatArray:
        """Sums of the past days and of those ahead, NaN where unknown at the origin."""
        start = int((origin - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - wall clock
        counts = (self.seconds < start) | self.known_ahead
        return self._only(counts).daily_sums(start, first, days, horizon_days)

    def _only(self, counts: BoolArray) -> DriverRows:
        """Some rows: nothing of the others may show, not even how often they come."""
        return replace(
            self,
            seconds=self.seconds[counts],
            values=self.values[counts],
            known_ahead=self.known_ahead[counts],
        )

    def daily_sums(self, start: int, first: date, days: int, horizon_days: int) -> FloatArray:
        """Sums of all rows by day; the day of the start is whole or unknown."""
        position = self.seconds // SECONDS_PER_DAY - (first - EPOCH).days
        length = days + horizon_days
        if not position.size:
            return np.full(length, np.nan)
        used = (position >= 0) & (position < length) & np.isfinite(self.values)
        sums = np.bincount(position[used], weights=self.values[used], minlength=length)
        rows = np.bincount(position[used], minlength=length)
        missing = (position >= 0) & (position < length) & ~np.isfinite(self.values)
        blank = np.bincount(position[missing], minlength=length) > 0
        totals = np.where((rows > 0) & ~blank, sums, np.nan)
        if start % SECONDS_PER_DAY and rows[days] < self._rows_per_day():
            totals[days] = np.nan
        return self._zeros_between(totals, position, days)

    def _rows_per_day(self) -> float:
        """Usual rows of a day that has any."""
        _, rows = np.unique(self.seconds // SECONDS_PER_DAY, return_counts=True)
        return float(np.median(rows)) if rows.size else 1.0

    def _zeros_between(self, totals: FloatArray, position: IntArray, days: int) -> FloatArray:
        """Days without a row as zeros where the driver counts rare events."""
        span = int(position[-1] - position[0]) + 1
        if np.unique(position).size >= SPARSE_SHARE * span:
            return totals
        index = np.arange(totals.size)
        begun = index >= position[0]
        told = (index < days) | self.known_ahead[position >= days].any()
        return np.where(np.isnan(totals) & begun & told, 0.0, totals)


@dataclass(frozen=True)
class DriverFile:
    """All drivers of a file, and what is to be said of it."""

    drivers: tuple[DriverRows, ...]
    warnings: tuple[str, ...]

    def of_series(self, name: str) -> Iterator[DriverRows]:
        """The drivers of one series."""
        return (item for item in self.drivers if item.series in (None, name))


def read_driver_file(path: Path, *, tz: ZoneInfo) -> DriverFile:
    """Read and check the whole file; raises HistoryFileError on the first broken rule."""
    rows = read_csv_rows(
        path, required=("driver", "timestamp", "value"), optional=("series", "known_ahead")
    )
    seconds = parse_timestamps(rows)
    values = parse_numbers(rows, "value", may_be_negative=True)
    ahead = np.zeros(rows.lines.size, dtype=bool)
    if "known_ahead" in rows.columns:
        ahead = parse_flags(rows, "known_ahead")
    refuse("A row needs the name of its driver", rows.lines, rows.columns["driver"].is_blank())
    warnings: list[str] = []
    drivers = []
    for driver, series, chosen in _groups(rows, seconds):
        part = DriverRows(driver, series, seconds[chosen], values[chosen], ahead[chosen])
        drivers.append(_checked(part, rows.lines[chosen], tz, warnings))
    return DriverFile(
        drivers=tuple(item for item in drivers if item.seconds.size), warnings=tuple(warnings)
    )


def _groups(rows: CsvRows, seconds: IntArray) -> Iterator[tuple[str, str | None, IntArray]]:
    """Driver, series (None for all) and the rows of each in order of time."""
    drivers = rows.columns["driver"].stripped()
    series = rows.columns["series"].stripped() if "series" in rows.columns else None
    codes = drivers.codes * 1
    names: tuple[str, ...] = ()
    if series is not None:
        names = series.texts
        codes = drivers.codes * (len(names) + 1) + series.codes + 1
    different, first_row = np.unique(codes, return_index=True)
    order = np.lexsort((rows.lines, seconds, codes))
    for code in different[np.argsort(first_row)]:
        start, end = np.searchsorted(codes[order], [code, code + 1])
        row = order[start]
        name = names[series.codes[row]] if series is not None and series.codes[row] >= 0 else ""
        yield drivers.texts[drivers.codes[row]], name or None, order[start:end]


def _checked(part: DriverRows, lines: IntArray, tz: ZoneInfo, warnings: list[str]) -> DriverRows:
    """The rows without those in a skipped hour; rows that stand twice are refused."""
    refuse_far_dates(f"rows of driver {part.driver!r}", part.seconds, lines)
    first = EPOCH + timedelta(days=int(part.seconds[0] // SECONDS_PER_DAY))
    days = int(part.seconds[-1] // SECONDS_PER_DAY - part.seconds[0] // SECONDS_PER_DAY) + 1
    repeats = WallClockGrid(first, days, tz, CLOCK_STEP_MINUTES).repeats.reshape(-1)
    since_first = part.seconds - (first - EPOCH).days * SECONDS_PER_DAY
    hours = repeats[since_first // (CLOCK_STEP_MINUTES * 60)]
    if (hours == 0).any():
        warnings.append(
            f"Rows of driver {part.driver!r} in an hour that the clock skipped were ignored "
            f"({named_lines(lines[hours == 0])})."
        )
    order = np.arange(part.seconds.size) - np.searchsorted(part.seconds, part.seconds)
    refuse(
        f"Rows of driver {part.driver!r} stand twice for one time",
        lines,
        (hours > 0) & (order >= hours),
    )
    kept = hours > 0
    return DriverRows(
        part.driver, part.series, part.seconds[kept], part.values[kept], part.known_ahead[kept]
    )


def refuse_unknown_series(drivers: DriverFile, names: tuple[str, ...]) -> None:
    """Refuse drivers of which no row belongs to any series of the history."""
    if drivers.drivers and all(
        item.series is not None and item.series not in names for item in drivers.drivers
    ):
        known = ", ".join(sorted({repr(item.series) for item in drivers.drivers}))
        raise HistoryFileError(f"No driver belongs to a series of the history; they name {known}.")
