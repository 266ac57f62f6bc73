"""Read a CSV file as columns of categories: what the file format allows, and where it breaks."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

from forecasting.core.wall_clock import BoolArray, IntArray

FIRST_DATA_LINE = 2
LINES_NAMED = 5
GZIP_MAGIC = b"\x1f\x8b"


class HistoryFileError(ValueError):
    """The file breaks a rule; the sentence names the rule and the first lines."""


@dataclass(frozen=True)
class CsvTable:
    """All columns of a file by position, and the line on which each row begins."""

    header: tuple[str, ...]
    columns: tuple[pd.Series, ...]
    lines: IntArray

    def column(self, name: str) -> pd.Series:
        """The column of this name."""
        return self.columns[self.header.index(name)]


def read_csv_table(path: Path, *, wanted: Sequence[str]) -> CsvTable:
    """Read the whole file; refuses rows with more fields than the header and repeated columns."""
    try:
        header = _header(path)
        twice = [name for name in wanted if header.count(name) > 1]
        if twice:
            raise HistoryFileError(f"The header of {path.name} names {', '.join(twice)} twice.")
        table = _parsed(path, len(header))
    except FileNotFoundError as error:
        raise HistoryFileError(f"There is no file {path}.") from error
    except (
        UnicodeError, csv.Error, pd.errors.ParserError, OSError, EOFError, zlib.error,
    ) as error:  # fmt: skip
        reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise HistoryFileError(
            f"{path.name} cannot be read as a UTF-8 CSV file: {reason}"
        ) from error
    columns = tuple(table[name] for name in table)
    lines = _lines(columns)
    for extra in columns[len(header) :]:
        _refuse_wider(lines[_has_text(extra)])
    return CsvTable(header=header, columns=columns[: len(header)], lines=lines)


def _header(path: Path) -> tuple[str, ...]:
    with _opened(path) as file:
        first = next(csv.reader(file), None)
    if first is None:
        raise HistoryFileError(f"{path.name} holds no rows.")
    if not any(name.strip() for name in first):
        raise HistoryFileError(f"The first line of {path.name} must name its columns.")
    return tuple(name.strip().lstrip("\ufeff") for name in first)


def _opened(path: Path) -> TextIO:
    """The text of the file, which may be compressed whatever it is called."""
    if _is_gzip(path):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC


def _parsed(path: Path, fields: int) -> pd.DataFrame:
    """The rows; commas at the end of lines make further columns, blank ones only."""
    try:
        return _read(path, fields + 1)
    except pd.errors.ParserError:
        wider, most = _wider_rows(path, fields)
        _refuse_wider(np.array(wider, dtype=np.int64))
        if most <= fields + 1:
            raise
        return _read(path, most)


def _read(path: Path, fields: int) -> pd.DataFrame:
    return pd.read_csv(
        path,
        header=None,
        skiprows=1,
        names=[str(position) for position in range(fields)],
        dtype="category",
        keep_default_na=False,
        encoding="utf-8-sig",
        compression="gzip" if _is_gzip(path) else None,
        skip_blank_lines=False,
        index_col=False,
        low_memory=False,
    )


def _wider_rows(path: Path, fields: int) -> tuple[list[int], int]:
    """Lines of rows with text beyond the header's columns, and the most fields of any row."""
    lines: list[int] = []
    most = begins = 0
    with _opened(path) as file:
        rows = csv.reader(file)
        for row in rows:
            if any(text.strip() for text in row[fields:]):
                lines.append(begins + 1)
            most, begins = max(most, len(row)), rows.line_num
    return lines, most


def _refuse_wider(lines: IntArray) -> None:
    if lines.size:
        raise HistoryFileError(
            "A row has more fields than the header; quote numbers and names that hold a comma "
            f"({named_lines(lines)})."
        )


def _has_text(values: pd.Series) -> BoolArray:
    filled = np.array([bool(str(text).strip()) for text in values.cat.categories], dtype=bool)
    return np.asarray(np.append(filled, [False])[values.cat.codes.to_numpy()])


def _lines(columns: tuple[pd.Series, ...]) -> IntArray:
    """Line on which each row begins: a quoted field may go over several."""
    rows = len(columns[0])
    lines = np.arange(FIRST_DATA_LINE, rows + FIRST_DATA_LINE)
    for values in columns:
        breaks = np.array([_breaks(str(text)) for text in values.cat.categories], dtype=np.int64)
        if breaks.any():
            inside = np.append(breaks, [0])[values.cat.codes.to_numpy()]
            lines = lines + np.cumsum(inside) - inside
    return lines


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def named_lines(lines: IntArray) -> str:
    """The first five lines, and how many more there are."""
    ordered = np.sort(lines)
    first = ", ".join(str(line) for line in ordered[:LINES_NAMED])
    more = f" and {ordered.size - LINES_NAMED} more" if ordered.size > LINES_NAMED else ""
    return f"line{'s' * (ordered.size > 1)} {first}{more}"
