"""Read and check the columns of a CSV file; what breaks a rule is refused with its first lines.

Columns are read as categories: the same timestamps, names and counts come back again and again, so
that each different text is parsed once however many rows hold it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.computations.csv_table import HistoryFileError, named_lines, read_csv_table
from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray

TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
OFFSET = re.compile(r".*[0-9]\s*(Z|UTC|GMT|[+-][0-9]{1,2}(:?[0-9]{2})?)", re.IGNORECASE)
LARGEST_NUMBER = 1e12
"""Beyond it sums of squares lose their digits, and nothing that people do comes so often."""
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none"})
YES = frozenset({"1", "1.0", "true", "yes"})
NO = MISSING | {"0", "0.0", "false", "no"}
FIRST_YEAR = 1900
LAST_YEAR = 2199
"""Dates of other years are typing errors, and some time zones hold none."""
SECONDS_PER_DAY = 86_400
LONGEST_SPAN_DAYS = 40 * 365
"""Rows farther apart are dated wrongly, and their dates would fill the memory."""


@dataclass(frozen=True)
class TextColumn:
    """A column as codes into its different texts; -1 stands for a field that the row lacks."""

    codes: IntArray
    texts: tuple[str, ...]

    def spread(self, values: np.ndarray, *, blank: float | bool) -> np.ndarray:
        """One value per row from one value per different text."""
        return np.append(values, np.asarray([blank], dtype=values.dtype))[self.codes]

    def pick(self, rows: np.ndarray) -> TextColumn:
        """The same column on some rows."""
        return TextColumn(codes=self.codes[rows], texts=self.texts)

    def stripped(self) -> TextColumn:
        """The same without blanks around the texts; texts that become equal share a code."""
        first: dict[str, int] = {}
        codes = [first.setdefault(text.strip(), len(first)) for text in self.texts]
        return TextColumn(
            codes=np.append(np.array(codes, dtype=np.int64), [-1])[self.codes], texts=tuple(first)
        )

    def is_blank(self) -> BoolArray:
        """True on rows without text."""
        return self.spread(
            np.array([not text.strip() for text in self.texts], dtype=bool), blank=True
        )


@dataclass(frozen=True)
class CsvRows:
    """The wanted columns of a file and the line of each row."""

    file_name: str
    columns: dict[str, TextColumn]
    lines: IntArray

    def pick(self, rows: np.ndarray) -> CsvRows:
        """Some of the rows."""
        columns = {name: column.pick(rows) for name, column in self.columns.items()}
        return CsvRows(file_name=self.file_name, columns=columns, lines=self.lines[rows])


def read_csv_rows(path: Path, *, required: tuple[str, ...], optional: tuple[str, ...]) -> CsvRows:
    """Read the wanted columns as text; other columns and blank lines are left out."""
    table = read_csv_table(path, wanted=(*required, *optional))
    lacking = [name for name in required if name not in table.header]
    if lacking:
        raise HistoryFileError(
            f"The header of {path.name} lacks {', '.join(lacking)}; the names of its columns are "
            "separated by commas."
        )
    wanted = [name for name in (*required, *optional) if name in table.header]
    rows = CsvRows(
        file_name=path.name,
        columns={name: _text_column(table.column(name)) for name in wanted},
        lines=table.lines,
    )
    blank = np.logical_and.reduce([column.is_blank() for column in rows.columns.values()])
    rows = rows.pick(np.flatnonzero(~blank)) if blank.any() else rows
    if not rows.lines.size:
        raise HistoryFileError(f"{path.name} holds no rows.")
    return rows


def _text_column(values: pd.Series) -> TextColumn:
    return TextColumn(
        codes=values.cat.codes.to_numpy().astype(np.int64),
        texts=tuple(str(text) for text in values.cat.categories),
    )


def refuse(sentence: str, lines: IntArray, bad: BoolArray) -> None:
    """Raise with the first lines when any row is bad."""
    if bad.any():
        raise HistoryFileError(f"{sentence} ({named_lines(lines[bad])}).")


def refuse_far_dates(whose: str, seconds: IntArray, lines: IntArray) -> None:
    """Refuse dates that lie too far from the others (wall clock since 1970, rising)."""
    days = seconds // SECONDS_PER_DAY
    if days[-1] - days[0] > LONGEST_SPAN_DAYS:
        refuse(
            f"The {whose} lie {(days[-1] - days[0]) // 365} years apart; look at the year of these",
            lines,
            np.abs(days - np.median(days)) > LONGEST_SPAN_DAYS / 2,
        )


def parse_timestamps(rows: CsvRows, name: str = "timestamp") -> IntArray:
    """Wall-clock seconds since 1970 of every row; offsets and other forms are refused."""
    column = rows.columns[name]
    texts = [text.strip() for text in column.texts]
    well_formed = np.array([TIMESTAMP.fullmatch(text) is not None for text in texts], dtype=bool)
    with_offset = np.array(
        [
            not good and OFFSET.fullmatch(text) is not None and ":" in text
            for text, good in zip(texts, well_formed, strict=True)
        ],
        dtype=bool,
    )
    refuse(
        "Timestamps are wall clock of --timezone and carry no offset",
        rows.lines,
        column.spread(with_offset, blank=False),
    )
    refuse(
        "Expected timestamps like 2018-05-07T09:30",
        rows.lines,
        ~column.spread(well_formed, blank=False),
    )
    iso = [text[:10] + " " + (text[11:] + ":00")[:8] for text in texts]
    parsed = pd.to_datetime(
        pd.Series(iso, dtype="str"), format="%Y-%m-%d %H:%M:%S", errors="coerce"
    )
    refuse(
        "These timestamps are no dates of the calendar",
        rows.lines,
        column.spread(parsed.isna().to_numpy(dtype=bool), blank=True),
    )
    years = parsed.dt.year.fillna(FIRST_YEAR).to_numpy()
    refuse(
        f"Expected dates of the years {FIRST_YEAR} to {LAST_YEAR}",
        rows.lines,
        column.spread((years < FIRST_YEAR) | (years > LAST_YEAR), blank=False),
    )
    seconds = parsed.to_numpy().astype("datetime64[s]").astype(np.int64)
    return column.spread(seconds, blank=0)


def parse_numbers(rows: CsvRows, name: str, *, may_be_negative: bool = False) -> FloatArray:
    """Numbers of a column, NaN where missing; anything else is refused."""
    column = rows.columns[name]
    texts = pd.Series([text.strip() for text in column.texts], dtype="str")
    blank = texts.str.lower().isin(MISSING).to_numpy(dtype=bool)
    values = pd.to_numeric(texts.mask(blank), errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~blank & ~np.isfinite(values)
    refuse(f"Expected a number in {name}", rows.lines, column.spread(wrong, blank=False))
    with np.errstate(invalid="ignore"):
        negative = (values < 0) & (not may_be_negative)
    with np.errstate(invalid="ignore"):
        huge = np.abs(values) > LARGEST_NUMBER
    refuse(
        f"No {name} can be larger than {LARGEST_NUMBER:.0e}",
        rows.lines,
        column.spread(huge, blank=False),
    )
    refuse(f"A negative {name} is refused", rows.lines, column.spread(negative, blank=False))
    return column.spread(values + 0.0, blank=np.nan)


def parse_flags(rows: CsvRows, name: str) -> BoolArray:
    """True on rows with 1, false on rows with 0 or nothing; anything else is refused."""
    column = rows.columns[name]
    texts = [text.strip().lower() for text in column.texts]
    wrong = np.array([text not in YES and text not in NO for text in texts], dtype=bool)
    refuse(f"Expected 1 or 0 in {name}", rows.lines, column.spread(wrong, blank=False))
    yes = np.array([text in YES for text in texts], dtype=bool)
    return np.asarray(column.spread(yes, blank=False))
