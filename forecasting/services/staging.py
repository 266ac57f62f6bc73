"""COPY into a temporary staging table: COPY into a table with row-level security is refused."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

CHUNK_ROWS = 20_000
NULL = r"\N"


class Staging:
    """A temporary table of this transaction, filled by COPY."""

    def __init__(self, name: str, columns: dict[str, str]) -> None:
        """Create it empty; names are our own identifiers, never a person's text."""
        self.name = name
        self.columns = columns
        definition = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ({definition}) ON COMMIT DROP")

    def copy(self, rows: Iterable[Sequence[Any]]) -> int:
        """Append rows in chunks; return how many."""
        total = 0
        buffer = io.StringIO()
        for row in rows:
            buffer.write("\t".join(_text(value) for value in row))
            buffer.write("\n")
            total += 1
            if total % CHUNK_ROWS == 0:
                self._flush(buffer)
                buffer = io.StringIO()
        self._flush(buffer)
        return total

    def _flush(self, buffer: io.StringIO) -> None:
        buffer.seek(0)
        names = ", ".join(self.columns)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {self.name} ({names}) FROM STDIN", buffer)


def _text(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is unknown
        return NULL
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("\t", "\\t")
        return escaped.replace("\n", "\\n").replace("\r", "\\r")
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)
