"""From cells to records: each row is read by its mapping, and what is wrong becomes a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from forecasting.core.imports.fields import FIELDS, Reading
from forecasting.core.imports.values import (
    UnreadableValue,
    combine,
    is_missing,
    parse_clock,
    parse_date,
    parse_instant,
    parse_number,
    parse_seconds,
    parse_start,
)

LISTED_PER_CODE = 20
LARGEST_COUNT = 2_000_000_000
TOTAL_WORDS = ("total", "summary", "totals", "sum", "grand total", "合计", "总计", "小计")


@dataclass(frozen=True)
class Mapping:
    """How a file is to be read."""

    kind: str
    columns: dict[str, int]
    header_row: int = 0
    date_order: str = "ymd"
    decimal: str = "."
    split_coarse: bool = False


@dataclass(frozen=True)
class Finding:
    """What is wrong with, or worth knowing about, a line."""

    line: int | None
    code: str
    message: str
    is_error: bool = True


@dataclass
class Findings:
    """All findings counted, the first ones of each kind kept."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: list[Finding] = field(default_factory=list)
    errors: int = 0

    def add(self, line: int | None, code: str, message: str, *, is_error: bool = True) -> None:
        """Count one more; keep it if it is among the first of its kind."""
        self.counts[code] += 1
        self.errors += is_error
        if self.counts[code] <= LISTED_PER_CODE:
            self.listed.append(Finding(line, code, message, is_error))


@dataclass(frozen=True)
class Record:
    """One row as understood: moments are naive wall clock, or aware where the file had an offset."""

    line: int
    queue: str | None
    moments: dict[str, datetime | None]
    numbers: dict[str, float | None]
    texts: dict[str, str]
    length_minutes: int | None = None


Cell = Any
Row = tuple[int, Sequence[Cell]]


def read_records(rows: Iterable[Row], mapping: Mapping, findings: Findings) -> Iterator[Record]:
    """Read every row after the header; blank and total rows are left out, errors become findings."""
    for line, cells in rows:
        if all(_text(cell).strip() == "" for cell in cells):
            continue
        if _is_total(cells):
            findings.add(line, "total_row", "A row of totals was left out.", is_error=False)
            continue
        record = _record(line, cells, mapping, findings)
        if record is not None:
            yield record


def _is_total(cells: Sequence[Cell]) -> bool:
    first = next((_text(cell).strip().lower() for cell in cells if _text(cell).strip()), "")
    return first.rstrip(":") in TOTAL_WORDS


def _record(
    line: int, cells: Sequence[Cell], mapping: Mapping, findings: Findings
) -> Record | None:
    moments: dict[str, datetime | None] = {}
    numbers: dict[str, float | None] = {}
    texts: dict[str, str] = {}
    length: int | None = None
    before = findings.errors
    for spec in FIELDS[mapping.kind]:
        column = mapping.columns.get(spec.key)
        if column is None or spec.reading in (Reading.DATE, Reading.CLOCK):
            continue
        cell = cells[column] if column < len(cells) else ""
        try:
            if spec.reading is Reading.TEXT:
                texts[spec.key] = _text(cell).strip()
            elif spec.reading is Reading.MOMENT:
                moments[spec.key], found = _moment(cell, mapping, spec.key)
                length = found if found is not None else length
            else:
                numbers[spec.key] = _number(cell, spec.reading, mapping)
        except UnreadableValue as error:
            findings.add(line, f"unreadable_{spec.key}", f"{spec.key}: {error}")
    if "date" in mapping.columns and "time" in mapping.columns:
        try:
            moments["starts_at"], length = _date_and_time(cells, mapping)
        except UnreadableValue as error:
            findings.add(line, "unreadable_starts_at", f"starts_at: {error}")
    _check_counts(line, numbers, findings)
    if findings.errors > before:
        return None
    queue = texts.pop("queue", None)
    return Record(line, queue, moments, numbers, texts, length)


def _check_counts(line: int, numbers: dict[str, float | None], findings: Findings) -> None:
    for key, value in numbers.items():
        if value is None:
            continue
        if value < 0:
            findings.add(line, "negative", f"{key} is {value:g}; expected 0 or more.")
        elif value > LARGEST_COUNT:
            findings.add(line, "too_large", f"{key} is {value:g}; that cannot be right.")


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _moment(cell: Cell, mapping: Mapping, key: str) -> tuple[datetime | None, int | None]:
    if isinstance(cell, datetime):
        return cell if cell.tzinfo is None else cell.astimezone(UTC), None
    text = _text(cell)
    if is_missing(text):
        return None, None
    if key != "starts_at":  # items and contacts come at any second
        return parse_instant(text, mapping.date_order), None
    return parse_start(text, mapping.date_order)


def _date_and_time(cells: Sequence[Cell], mapping: Mapping) -> tuple[datetime, int | None]:
    day_cell, clock_cell = cells[mapping.columns["date"]], cells[mapping.columns["time"]]
    day = day_cell.date() if isinstance(day_cell, datetime) else None
    if day is None:
        day = (
            day_cell
            if hasattr(day_cell, "year")
            else parse_date(_text(day_cell), mapping.date_order)
        )
    if isinstance(clock_cell, time | datetime):
        return combine(day, clock_cell.hour * 60 + clock_cell.minute), None
    if isinstance(clock_cell, timedelta):
        return combine(day, round(clock_cell.total_seconds() / 60)), None
    if isinstance(clock_cell, float) and 0 <= clock_cell < 1:
        return combine(day, round(clock_cell * 1440)), None
    start, end = parse_clock(_text(clock_cell))
    return combine(day, start), None if end is None else end - start


def _number(cell: Cell, reading: Reading, mapping: Mapping) -> float | None:
    if isinstance(cell, bool):
        raise UnreadableValue(f"{cell!r} is no number.")
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    if isinstance(cell, time):
        return cell.hour * 3600.0 + cell.minute * 60.0 + cell.second
    if reading is Reading.COUNT:
        value = parse_number(_text(cell), mapping.decimal)
        if value is not None and value != round(value):
            raise UnreadableValue(f"{_text(cell)!r} is no whole number.")
        return value
    return parse_seconds(_text(cell), mapping.decimal)
