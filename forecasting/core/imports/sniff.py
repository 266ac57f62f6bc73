"""Find out how a text file is written: encoding, delimiter, header, order of dates, decimals."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 40
HEADER_SEARCH_ROWS = 15
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TRIPLE = re.compile(r"^\s*(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})\b")


class UnreadableText(ValueError):  # noqa: N818 - reads as what was found
    """The bytes are no text in a known encoding."""


@dataclass(frozen=True)
class DateOrder:
    """How dates are written, or that the file leaves it open."""

    order: str | None
    """`ymd`, `dmy`, `mdy`, or None = ask."""


def sniff_encoding(sample: bytes) -> str:
    """Name of the encoding: by mark, by zero bytes, UTF-8 if valid, GB18030 if Chinese, else 1252."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if sample[1::2].count(0) > len(sample) // 5:
        return "utf-16-le"
    if sample[::2].count(0) > len(sample) // 5:
        return "utf-16-be"
    if b"\0" in sample:
        raise UnreadableText("This is no text file: it holds zero bytes.")
    if _decodes(sample, "utf-8"):
        return "utf-8"
    if _decodes(sample, "gb18030") and _looks_chinese(_cut(sample).decode("gb18030", "ignore")):
        return "gb18030"
    return "cp1252"


def _cut(sample: bytes) -> bytes:
    """The sample up to its last line break, so that no character is cut in two."""
    end = sample.rfind(b"\n")
    return sample if end < 0 else sample[:end]


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        _cut(sample).decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(text: str) -> bool:
    """Most characters beyond ASCII are common ideographs or full-width forms."""
    beyond = [char for char in text if ord(char) > 127]
    common = [
        char for char in beyond if "\u4e00" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"
    ]
    return bool(beyond) and len(common) >= 0.8 * len(beyond)


def sniff_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that splits most lines into the same number (> 1) of cells."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines[:SAMPLE_LINES], delimiter=delimiter)]
        if not counts:
            continue
        width = max(set(counts), key=counts.count)
        score = (width - 1) * counts.count(width) / len(counts)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Index of the header: the first row of words as wide as the table.

    Reports often begin with a title and a date line; they have fewer cells.
    """
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows[:HEADER_SEARCH_ROWS]]
    widest = max(widths, default=0)
    for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        words = sum(not _is_value(cell) for cell in row if cell.strip())
        if widths[index] >= max(2, 0.6 * widest) and words >= max(2, 0.7 * widths[index]):
            return index
    return 0


def _is_value(cell: str) -> bool:
    """Whether a cell is a number, a date or a time rather than a word."""
    text = cell.strip()
    return bool(text) and not re.search(r"[^\W\d_]{2,}", text) and bool(re.search(r"\d", text))


def sniff_date_order(texts: Iterable[str]) -> DateOrder:
    """Order of day, month and year from the values; None where every one could be read both ways."""
    seen_both_ways = False
    for text in texts:
        match = _TRIPLE.match(text)
        if match is None:
            continue
        first, second, third = match.groups()
        if len(first) == 4:
            return DateOrder("ymd")
        if len(third) < 4 and int(first) > 31:
            return DateOrder("ymd")
        if int(first) > 12:
            return DateOrder("dmy")
        if int(second) > 12:
            return DateOrder("mdy")
        seen_both_ways = seen_both_ways or first != second
    return DateOrder(None if seen_both_ways else "ymd")


def sniff_decimal(texts: Iterable[str]) -> str | None:
    """Decimal sign `.` or `,`; None where commas could be thousands or decimals."""
    ambiguous = False
    for raw in texts:
        text = raw.strip().lstrip("-")
        if re.fullmatch(r"\d+,(\d{1,2}|\d{4,})", text) or re.fullmatch(
            r"\d{1,3}(\.\d{3})+,\d+", text
        ):
            return ","
        if re.fullmatch(r"\d+\.(\d{1,2}|\d{4,})", text) or re.fullmatch(
            r"\d{1,3}(,\d{3})+\.\d+", text
        ):
            return "."
        if re.fullmatch(r"\d{1,3}(,\d{3}){2,}", text):
            return "."
        ambiguous = ambiguous or bool(re.fullmatch(r"\d{1,3}[,]\d{3}", text))
    return None if ambiguous else "."
