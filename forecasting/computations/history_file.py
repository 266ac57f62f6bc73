"""Read a history file (`series,timestamp,volume[,aht]`) into dates × labels per series.

Every rule of the file format is kept here: what is refused is refused with the first five lines
named, what is ignored is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecasting.core.wall_clock import (
    MINUTES_PER_DAY,
    BoolArray,
    FloatArray,
    IntArray,
    WallClockGrid,
    labels_per_day,
)

TIMESTAMP_PATTERN = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?"
MISSING = ["", "NaN", "nan", "NA", "N/A", "null"]
LINES_NAMED = 5


class HistoryFileError(ValueError):
    """The file breaks a rule; the sentence names the rule and the first lines."""


@dataclass(frozen=True)
class SeriesHistory:
    """One series on its wall clock, from the date of its first row to that of its last."""

    name: str
    first_date: date
    volumes: FloatArray
    """Date × label; a repeated label holds the sum of both hours; NaN is missing."""
    has_row: BoolArray
    """Date × label: the file holds a row, even one without a value."""
    aht_seconds: FloatArray | None


@dataclass(frozen=True)
class HistoryFile:
    """All series of a file in order of first appearance."""

    series: tuple[SeriesHistory, ...]
    warnings: tuple[str, ...]
    has_aht: bool


def read_history_file(
    path: Path, *, interval_minutes: int, tz: ZoneInfo, names: tuple[str, ...] = ()
) -> HistoryFile:
    """Read and check the whole file; raises HistoryFileError on the first broken rule."""
    labels_per_day(interval_minutes)
    rows = _read_rows(path)
    _check_timestamps(rows)
    _check_numbers(rows)
    known = list(dict.fromkeys(rows["series"]))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise HistoryFileError(f"The file holds no series {', '.join(map(repr, unknown))}.")
    wanted = [name for name in known if not names or name in names]
    warnings: list[str] = []
    groups = dict(tuple(rows.groupby("series", sort=False)))
    series = tuple(
        _series(str(name), groups[name], interval_minutes, tz, warnings) for name in wanted
    )
    return HistoryFile(series=series, warnings=tuple(warnings), has_aht="aht" in rows)


def _read_rows(path: Path) -> pd.DataFrame:
    """Text columns with the line number of each row."""
    try:
        rows = pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            compression="gzip" if path.suffix == ".gz" else None,
            skip_blank_lines=False,
        )
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        raise HistoryFileError(
            f"{path.name} cannot be read as a UTF-8 CSV file: {error}"
        ) from error
    rows.columns = [str(name).strip() for name in rows.columns]
    missing = [name for name in ("series", "timestamp", "volume") if name not in rows]
    if missing:
        raise HistoryFileError(f"The header of {path.name} lacks {', '.join(missing)}.")
    kept = [name for name in ("series", "timestamp", "volume", "aht") if name in rows]
    rows = rows[kept].copy()
    rows["line"] = np.arange(2, len(rows) + 2)
    rows = rows[(rows["series"] != "") | (rows["timestamp"] != "")].reset_index(drop=True)
    if rows.empty:
        raise HistoryFileError(f"{path.name} holds no rows.")
    return rows


def _refuse(sentence: str, rows: pd.DataFrame, bad: pd.Series | BoolArray) -> None:
    """Raise with the first lines when any row is bad."""
    lines = rows.loc[bad, "line"]
    if len(lines):
        first = ", ".join(str(line) for line in lines.head(LINES_NAMED))
        more = f" and {len(lines) - LINES_NAMED} more" if len(lines) > LINES_NAMED else ""
        raise HistoryFileError(f"{sentence} (lines {first}{more}).")


def _check_timestamps(rows: pd.DataFrame) -> None:
    """Parse wall-clock timestamps; offsets and other forms are refused."""
    text = rows["timestamp"].str.strip()
    offset = text.str.contains(r"\d(?:Z|[+-]\d{2}:?\d{2})$", regex=True) & ~text.str.fullmatch(
        TIMESTAMP_PATTERN
    )
    _refuse("Timestamps are wall clock of --timezone and carry no offset", rows, offset)
    _refuse(
        "Expected timestamps like 2018-05-07T09:30", rows, ~text.str.fullmatch(TIMESTAMP_PATTERN)
    )
    parsed = pd.to_datetime(
        text.str.replace("T", " ").str.slice(0, 19), format="mixed", errors="coerce"
    )
    _refuse("These timestamps are no dates of the calendar", rows, parsed.isna())
    rows["at"] = parsed


def _check_numbers(rows: pd.DataFrame) -> None:
    """Parse volumes and AHT; a blank is missing, anything else must be a number >= 0."""
    for name in ("volume", "aht"):
        if name not in rows:
            continue
        text = rows[name].str.strip()
        blank = text.isin(MISSING)
        values = pd.to_numeric(text.where(~blank), errors="coerce")
        _refuse(f"Expected a number in {name}", rows, ~blank & ~np.isfinite(values))
        _refuse(f"A negative {name} is refused", rows, values < 0)
        rows[name] = values


def _series(
    name: str, rows: pd.DataFrame, interval_minutes: int, tz: ZoneInfo, warnings: list[str]
) -> SeriesHistory:
    """Put one series on its grid."""
    rows = rows.sort_values(["at", "line"], kind="stable").reset_index(drop=True)
    step = _step_minutes(rows, interval_minutes)
    days_at = rows["at"].dt.normalize()
    minutes = (rows["at"].dt.hour * 60 + rows["at"].dt.minute).to_numpy()
    off_grid = (minutes % step != 0) | (rows["at"].dt.second.to_numpy() != 0)
    _refuse(f"Rows of {name!r} lie off the grid of {step} minutes", rows, off_grid)
    first = days_at.iloc[0].date()
    days = (days_at.iloc[-1].date() - first).days + 1
    grid = WallClockGrid(first, days, tz, step)
    position = (days_at - days_at.iloc[0]).dt.days.to_numpy() * grid.labels + minutes // step
    repeats = grid.repeats.reshape(-1)
    skipped = repeats[position] == 0
    if skipped.any():
        lines = ", ".join(str(line) for line in rows.loc[skipped, "line"].head(LINES_NAMED))
        warnings.append(
            f"{int(skipped.sum())} rows of {name!r} lie in an hour that the clock skipped "
            f"and were ignored (lines {lines})."
        )
        rows, position = rows[~skipped].reset_index(drop=True), position[~skipped]
    order = rows.groupby(position).cumcount().to_numpy()
    _refuse(f"Rows of {name!r} stand twice for one interval", rows, order >= repeats[position])
    return _fold(name, rows, position, grid, interval_minutes)


def _step_minutes(rows: pd.DataFrame, interval_minutes: int) -> int:
    """Step of a series: its most common gap where finer than the interval, else the interval."""
    gaps = np.diff(np.unique(rows["at"].to_numpy())).astype("timedelta64[s]").astype(np.int64) // 60
    gaps = gaps[gaps > 0]
    if gaps.size == 0 or interval_minutes == MINUTES_PER_DAY == int(gaps.min()):
        return interval_minutes
    if interval_minutes < MINUTES_PER_DAY and int(gaps.min()) > interval_minutes:
        _refuse(
            f"Rows are {int(gaps.min())} minutes apart, coarser than --interval {interval_minutes}",
            rows,
            np.ones(len(rows), dtype=bool),
        )
    values, counts = np.unique(gaps, return_counts=True)
    common = int(values[counts.argmax()])
    finer = common < interval_minutes and interval_minutes % common == 0
    return common if finer else interval_minutes


def _fold(
    name: str, rows: pd.DataFrame, position: IntArray, grid: WallClockGrid, interval_minutes: int
) -> SeriesHistory:
    """Sum rows into intervals; an interval that is only partly filled is missing."""
    cells = grid.days * grid.labels
    volumes = rows["volume"].to_numpy(dtype=np.float64)
    total = np.zeros(cells)
    np.add.at(total, position, volumes)
    present = np.bincount(position, minlength=cells) > 0
    parts = interval_minutes // grid.interval_minutes
    needed = (grid.repeats.reshape(-1) > 0).reshape(grid.days, -1, parts)
    there = present.reshape(grid.days, -1, parts)
    has_row = np.asarray(there.any(axis=-1))
    full = (there | ~needed).all(axis=-1) & has_row
    sums = np.where(there, total.reshape(there.shape), 0.0).sum(axis=-1)
    return SeriesHistory(
        name=name,
        first_date=grid.first_date,
        volumes=np.where(full, sums, np.nan),
        has_row=has_row,
        aht_seconds=_fold_aht(rows, position, there.shape) if "aht" in rows else None,
    )


def _fold_aht(rows: pd.DataFrame, position: IntArray, shape: tuple[int, ...]) -> FloatArray:
    """Mean AHT per interval weighted by volume; NaN where no row with volume has one."""
    aht = rows["aht"].to_numpy(dtype=np.float64)
    weight = np.where(np.isfinite(aht), np.nan_to_num(rows["volume"].to_numpy()), 0.0)
    cells = int(np.prod(shape))
    seconds, contacts = np.zeros(cells), np.zeros(cells)
    np.add.at(seconds, position, np.nan_to_num(aht) * weight)
    np.add.at(contacts, position, weight)
    seconds, contacts = seconds.reshape(shape).sum(axis=-1), contacts.reshape(shape).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.where(contacts > 0, seconds / np.maximum(contacts, 1e-9), np.nan)


def window(
    series: SeriesHistory, values: FloatArray, *, first_date: date, days: int, fill: float
) -> FloatArray:
    """The dates [first_date, first_date + days) of a date × label array, `fill` outside it."""
    result = np.full((days, values.shape[1]), fill, dtype=np.float64)
    offset = (first_date - series.first_date).days
    low, high = max(0, -offset), min(days, len(values) - offset)
    if low < high:
        result[low:high] = values[offset + low : offset + high]
    return result
