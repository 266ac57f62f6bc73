"""Read a history file (`series,timestamp,volume[,aht]`) into dates × labels per series.

Every rule of the file format is kept here: what is refused is refused with the first five lines
named, what is ignored is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.computations.csv_rows import (
    SECONDS_PER_DAY,
    CsvRows,
    HistoryFileError,
    named_lines,
    parse_numbers,
    parse_timestamps,
    read_csv_rows,
    refuse,
)
from forecasting.core.wall_clock import (
    MINUTES_PER_DAY,
    BoolArray,
    FloatArray,
    IntArray,
    WallClockGrid,
    labels_per_day,
)

EPOCH = date(1970, 1, 1)
FINER_SHARE = 0.15
"""A series has the finer step that at least this share of its gaps show."""


@dataclass(frozen=True)
class SeriesRows:
    """Rows of one series in order of time (and of lines within one time)."""

    name: str
    seconds: IntArray
    """Wall clock since 1970."""
    volumes: FloatArray
    aht_seconds: FloatArray | None
    lines: IntArray

    def pick(self, rows: np.ndarray) -> SeriesRows:
        """Some of the rows."""
        return SeriesRows(
            name=self.name,
            seconds=self.seconds[rows],
            volumes=self.volumes[rows],
            aht_seconds=None if self.aht_seconds is None else self.aht_seconds[rows],
            lines=self.lines[rows],
        )


@dataclass(frozen=True)
class SeriesHistory:
    """One series on its wall clock, from the date of its first row to that of its last.

    Its rows may be finer than the interval asked for: arrays are date × step of the rows.
    """

    name: str
    first_date: date
    step_minutes: int
    volumes: FloatArray
    """Sum of the rows of a step (of both hours of a repeated one); NaN without a value."""
    has_row: BoolArray
    """The file holds a row, even one without a value."""
    seconds: FloatArray | None
    """Handle time of the contacts whose AHT is known; None in a file without AHT."""
    handled: FloatArray | None
    """Those contacts."""


@dataclass(frozen=True)
class HistoryFile:
    """All series of a file in order of first appearance."""

    series: tuple[SeriesHistory, ...]
    warnings: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the series."""
        return tuple(item.name for item in self.series)


def read_history_file(
    path: Path, *, interval_minutes: int, tz: ZoneInfo, names: tuple[str, ...] = ()
) -> HistoryFile:
    """Read and check the whole file; raises HistoryFileError on the first broken rule."""
    labels_per_day(interval_minutes)
    rows = read_csv_rows(path, required=("series", "timestamp", "volume"), optional=("aht",))
    warnings: list[str] = []
    found = split_series(rows, names)
    series = tuple(_series(item, interval_minutes, tz, warnings) for item in found)
    return HistoryFile(series=series, warnings=tuple(warnings))


def split_series(rows: CsvRows, names: tuple[str, ...]) -> list[SeriesRows]:
    """The series named (all without names) in order of first appearance, each in order of time."""
    seconds = parse_timestamps(rows)
    volumes = parse_numbers(rows, "volume")
    aht = parse_numbers(rows, "aht") if "aht" in rows.columns else None
    codes = rows.columns["series"].codes
    refuse("A row needs the name of its series", rows.lines, rows.columns["series"].is_blank())
    present, first_row = np.unique(codes, return_index=True)
    in_order = present[np.argsort(first_row)]
    texts = rows.columns["series"].texts
    unknown = sorted(set(names) - {texts[code] for code in in_order})
    if unknown:
        raise HistoryFileError(f"The file holds no series {', '.join(map(repr, unknown))}.")
    order = np.lexsort((rows.lines, seconds, codes))
    starts = np.searchsorted(codes[order], in_order, side="left")
    ends = np.searchsorted(codes[order], in_order, side="right")
    whole = SeriesRows("", seconds, volumes, aht, rows.lines)
    found = []
    for code, start, end in zip(in_order, starts, ends, strict=True):
        if not names or texts[code] in names:
            part = whole.pick(order[start:end])
            found.append(
                SeriesRows(texts[code], part.seconds, part.volumes, part.aht_seconds, part.lines)
            )
    return found


def _series(
    rows: SeriesRows, interval_minutes: int, tz: ZoneInfo, warnings: list[str]
) -> SeriesHistory:
    """Put one series on its grid."""
    step = step_minutes(rows, interval_minutes)
    refuse(
        f"Rows of {rows.name!r} lie off the grid of {step} minutes",
        rows.lines,
        rows.seconds % SECONDS_PER_DAY % (step * 60) != 0,
    )
    days = rows.seconds // SECONDS_PER_DAY
    first_day = int(days[0])
    grid = WallClockGrid(EPOCH + timedelta(days=first_day), int(days[-1]) - first_day + 1, tz, step)
    position = (rows.seconds - first_day * SECONDS_PER_DAY) // (step * 60)
    repeats = grid.repeats.reshape(-1)
    skipped = repeats[position] == 0
    if skipped.any():
        warnings.append(
            f"Rows of {rows.name!r} in an hour that the clock skipped were ignored "
            f"({named_lines(rows.lines[skipped])})."
        )
        rows, position = rows.pick(~skipped), position[~skipped]
    starts = np.searchsorted(position, position, side="left")
    refuse(
        f"Rows of {rows.name!r} stand twice for one interval",
        rows.lines,
        np.arange(position.size) - starts >= repeats[position],
    )
    return _on_steps(rows, position, grid)


def step_minutes(rows: SeriesRows, interval_minutes: int) -> int:
    """Step of a series: the finest one that its gaps show often, else the interval.

    Single rows off the grid do not make a finer step. Rows whose every gap is a multiple of more
    than the interval are coarser and refused, unless they may be a queue that opens for one
    interval a day, or on some days a week.
    """
    gaps = np.diff(np.unique(rows.seconds // 60))
    if gaps.size == 0:
        return interval_minutes
    common = int(np.gcd.reduce(gaps))
    once_a_day = common % MINUTES_PER_DAY == 0 and rows.seconds[0] % SECONDS_PER_DAY != 0
    if interval_minutes < min(common, MINUTES_PER_DAY) and not once_a_day:
        refuse(
            f"Rows of {rows.name!r} are {int(gaps.min())} minutes apart, coarser than "
            f"--interval {interval_minutes}",
            rows.lines,
            np.ones(rows.lines.size, dtype=bool),
        )
    values, counts = np.unique(gaps[gaps < interval_minutes], return_counts=True)
    often = counts >= FINER_SHARE * gaps.size
    divides = interval_minutes % np.maximum(values, 1) == 0
    finer = values[often & divides]
    return int(finer[0]) if finer.size else interval_minutes


def _on_steps(rows: SeriesRows, position: IntArray, grid: WallClockGrid) -> SeriesHistory:
    """Sum the rows of each step."""

    def summed(weights: FloatArray | None) -> FloatArray:
        found = np.bincount(position, weights=weights, minlength=grid.days * grid.labels)
        return np.asarray(found.reshape(grid.days, grid.labels), dtype=np.float64)

    there = summed(None) > 0
    seconds = handled = None
    if rows.aht_seconds is not None:
        known = np.where(np.isfinite(rows.aht_seconds), np.nan_to_num(rows.volumes), 0.0)
        seconds = summed(np.nan_to_num(rows.aht_seconds) * known)
        handled = summed(known)
    return SeriesHistory(
        name=rows.name,
        first_date=grid.first_date,
        step_minutes=grid.interval_minutes,
        volumes=np.where(there, summed(rows.volumes), np.nan),
        has_row=there,
        seconds=seconds,
        handled=handled,
    )
