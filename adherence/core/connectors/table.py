"""Tables of events: how they are written is found out, the columns by their headings."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adherence.core.connectors.event import Problem, UnreadableBody
from adherence.core.connectors.json_body import clean
from forecasting.core.imports.sniff import (
    UnreadableText,
    find_header,
    sniff_delimiter,
    sniff_encoding,
)

SAMPLE_BYTES = 65_536
MAX_ROWS = 20_000


@dataclass(frozen=True)
class Table:
    """Rows of a table by heading, with the line that each stood on."""

    headings: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    encoding: str
    delimiter: str


def read_table(body: bytes) -> Table:
    """Read delimited text with a heading; raises UnreadableBody."""
    if not body.strip():
        raise UnreadableBody(Problem.EMPTY)
    text, encoding = _text(body)
    lines = text.splitlines()
    try:
        delimiter = sniff_delimiter([line for line in lines[:200] if line.strip()])
        cells = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise UnreadableBody(Problem.TABLE, what=str(error)) from error
    start = find_header(cells)
    headings = tuple(_distinct(cells[start])) if cells else ()
    if len(headings) < 2:
        raise UnreadableBody(Problem.NO_HEADER)
    body_rows = cells[start + 1 :]
    if len(body_rows) > MAX_ROWS:
        raise UnreadableBody(Problem.TOO_MANY, most=MAX_ROWS)
    rows = tuple(
        {heading: clean(cell) for heading, cell in zip(headings, row, strict=False)}
        for row in body_rows
    )
    return Table(headings, rows, encoding, delimiter)


def choose_columns(
    headings: Sequence[str], *, known: Mapping[str, Sequence[str]], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Return role -> heading: as chosen, else by the words that sources use.

    Raises UnreadableBody where a chosen heading is not there.
    """
    by_word = {_bare(heading): heading for heading in reversed(headings)}
    found = {}
    for role, words in known.items():
        wanted = chosen.get(role, "")
        if wanted:
            if _bare(wanted) not in by_word:
                raise UnreadableBody(Problem.COLUMN, name=wanted, there=", ".join(headings))
            found[role] = by_word[_bare(wanted)]
            continue
        match = next((by_word[_bare(word)] for word in words if _bare(word) in by_word), None)
        if match is not None and match not in found.values():
            found[role] = match
    return found


def _text(body: bytes) -> tuple[str, str]:
    try:
        encoding = sniff_encoding(body[:SAMPLE_BYTES])
        return body.decode(encoding), encoding
    except UnreadableText as error:
        raise UnreadableBody(Problem.ENCODING, position=body.find(b"\0")) from error
    except UnicodeDecodeError as error:
        raise UnreadableBody(Problem.ENCODING, position=error.start) from error


def _distinct(headings: Sequence[str]) -> list[str]:
    found: list[str] = []
    for place, heading in enumerate(headings, start=1):
        name = str(clean(heading)).lstrip("\ufeff") or f"#{place}"
        found.append(name if name not in found else f"{name} #{place}")
    return found


def _bare(heading: str) -> str:
    """Headings are compared without case, spaces and punctuation."""
    return "".join(char for char in heading.casefold() if char.isalnum())
