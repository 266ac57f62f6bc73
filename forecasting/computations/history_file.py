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
    parse_numbers,
    parse_timestamps,
    read_csv_rows,
    refuse,
    refuse_far_dates,
)
from forecasting.computations.csv_table import HistoryFileError, named_lines
from forecasting.computations.row_steps import coarser_dates, date_steps
from forecasting.core.wall_clock import (
    MINUTES_PER_DAY,
    BoolArray,
    FloatArray,
    IntArray,
    WallClockGrid,
    labels_per_day,
)

EPOCH = date(1970, 1, 1)
NAMES_SHOWN = 5


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

    Its rows may be finer than the interval asked for: arrays are date × step of the finest rows.
    """

    name: str
    first_date: date
    step_minutes: int
    date_minutes: IntArray
    """Minutes that a row stands for, by date: the finest step or a multiple."""
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
    """The series of a file that were asked for, in order of first appearance."""

    series: tuple[SeriesHistory, ...]
    warnings: tuple[str, ...]

    all_names: tuple[str, ...]
    """Of the series that were left out, too; in no order."""


def read_history_file(
    path: Path, *, interval_minutes: int, tz: ZoneInfo, names: tuple[str, ...] = ()
) -> HistoryFile:
    """Read and check the whole file; raises HistoryFileError on the first broken rule."""
    labels_per_day(interval_minutes)
    rows = read_csv_rows(path, required=("series", "timestamp", "volume"), optional=("aht",))
    warnings: list[str] = []
    found = split_series(rows, names)
    series = tuple(_series(item, interval_minutes, tz, warnings) for item in found)
    every = rows.columns["series"].stripped().texts
    return HistoryFile(series=series, warnings=tuple(warnings), all_names=every)


def split_series(rows: CsvRows, names: tuple[str, ...]) -> list[SeriesRows]:
    """The series named (all without names) in order of first appearance, each in order of time."""
    seconds = parse_timestamps(rows)
    volumes = parse_numbers(rows, "volume")
    aht = parse_numbers(rows, "aht") if "aht" in rows.columns else None
    series = rows.columns["series"].stripped()
    codes, texts = series.codes, series.texts
    refuse("A row needs the name of its series", rows.lines, series.is_blank())
    present, first_row = np.unique(codes, return_index=True)
    in_order = present[np.argsort(first_row)]
    names = tuple(name.strip() for name in names)
    unknown = sorted(set(names) - {texts[code] for code in in_order})
    if unknown:
        known = ", ".join(repr(texts[code]) for code in in_order[:NAMES_SHOWN])
        more = ", …" if in_order.size > NAMES_SHOWN else ""
        raise HistoryFileError(
            f"The file holds no series {', '.join(map(repr, unknown))}; it holds {known}{more}."
        )
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
    refuse_far_dates(f"rows of {rows.name!r}", rows.seconds, rows.lines)
    minutes = np.unique(rows.seconds // 60)
    _refuse_coarser(rows, minutes, interval_minutes)
    steps = date_steps(minutes, interval_minutes)
    days = rows.seconds // SECONDS_PER_DAY
    of_row = steps.at(days)
    for step in np.unique(of_row):
        refuse(
            f"Rows of {rows.name!r} lie off the grid of {step} minutes",
            rows.lines,
            (of_row == step) & (rows.seconds % SECONDS_PER_DAY % (step * 60) != 0),
        )
    first_day = int(days[0])
    first, count = EPOCH + timedelta(days=first_day), int(days[-1]) - first_day + 1
    repeats = _repeats(rows, of_row, first, tz)
    skipped = repeats == 0
    if skipped.any():
        warnings.append(
            f"Rows of {rows.name!r} in an hour that the clock skipped were ignored "
            f"({named_lines(rows.lines[skipped])})."
        )
        rows, repeats = rows.pick(~skipped), repeats[~skipped]
    position = (rows.seconds - first_day * SECONDS_PER_DAY) // (steps.finest * 60)
    starts = np.searchsorted(position, position, side="left")
    refuse(
        f"Rows of {rows.name!r} stand twice for one interval",
        rows.lines,
        np.arange(position.size) - starts >= repeats,
    )
    shape = (count, MINUTES_PER_DAY // steps.finest)
    of_date = steps.at(first_day + np.arange(count))
    return _on_steps(rows, position, shape, first_date=first, date_minutes=of_date)


def _repeats(rows: SeriesRows, of_row: IntArray, first: date, tz: ZoneInfo) -> IntArray:
    """How often the clock runs through the step of each row."""
    since_first = rows.seconds - (first - EPOCH).days * SECONDS_PER_DAY
    days = int(since_first[-1] // SECONDS_PER_DAY) + 1
    repeats = np.ones(of_row.size, dtype=np.int64)
    for step in np.unique(of_row):
        chosen = of_row == step
        grid = WallClockGrid(first, days, tz, int(step)).repeats.reshape(-1)
        repeats[chosen] = grid[since_first[chosen] // (step * 60)]
    return repeats


def _refuse_coarser(rows: SeriesRows, minutes: IntArray, interval_minutes: int) -> None:
    """Refuse rows that stand for more than an interval.

    Every gap is a multiple of more than the interval, unless they may be of a queue that opens for
    one interval a day, or on some days a week; or stretches of dates show such gaps only.
    """
    gaps = np.diff(minutes)
    if not gaps.size:
        return
    common = int(np.gcd.reduce(gaps))
    once_a_day = common % MINUTES_PER_DAY == 0 and minutes[0] % MINUTES_PER_DAY != 0
    coarse = np.ones(rows.lines.size, dtype=bool)
    apart = int(gaps.min())
    if interval_minutes >= min(common, MINUTES_PER_DAY) or once_a_day:
        days, apart = coarser_dates(minutes, interval_minutes)
        coarse = np.isin(rows.seconds // SECONDS_PER_DAY, days)
    refuse(
        f"Rows of {rows.name!r} are {apart} minutes apart, coarser than --interval "
        f"{interval_minutes}",
        rows.lines,
        coarse,
    )


def _on_steps(
    rows: SeriesRows,
    position: IntArray,
    shape: tuple[int, int],
    *,
    first_date: date,
    date_minutes: IntArray,
) -> SeriesHistory:
    """Sum the rows of each step (date × step)."""

    def summed(weights: FloatArray | None) -> FloatArray:
        found = np.bincount(position, weights=weights, minlength=shape[0] * shape[1])
        return np.asarray(found.reshape(shape), dtype=np.float64)

    there = summed(None) > 0
    seconds = handled = None
    if rows.aht_seconds is not None:
        known = np.where(np.isfinite(rows.aht_seconds), np.nan_to_num(rows.volumes), 0.0)
        seconds = summed(np.nan_to_num(rows.aht_seconds) * known)
        handled = summed(known)
    return SeriesHistory(
        name=rows.name,
        first_date=first_date,
        step_minutes=MINUTES_PER_DAY // shape[1],
        date_minutes=date_minutes,
        volumes=np.where(there, summed(rows.volumes), np.nan),
        has_row=there,
        seconds=seconds,
        handled=handled,
    )
