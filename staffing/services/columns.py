"""Whole columns of numbers into a staging table: COPY in its binary form, without a word per value.

The format is PostgreSQL's own (its manual, "COPY", "Binary Format"): a header, then for each row the
number of fields and each field after its length, all with the highest byte first, then -1.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection

from forecasting.services.staging import Staging

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
FORMATS = {"timestamptz": ">i8", "bigint": ">i8", "double precision": ">f8", "boolean": "u1"}
POSTGRES_EPOCH = np.datetime64("2000-01-01", "us")


def copy_columns(staging: Staging, columns: Mapping[str, np.ndarray[Any, Any]]) -> int:
    """Append rows, given by column, to a staging table; return how many.

    NaN stays NaN there: the length of a field may not differ from row to row. Whoever reads on turns it
    into NULL (`nan_to_null`).
    """
    rows = next(iter(columns.values())).size
    parts = [("fields", ">i2")]
    for name, kind in staging.columns.items():
        parts += [(f"{name} length", ">i4"), (name, FORMATS[kind])]
    table = np.empty(rows, dtype=parts)
    table["fields"] = len(staging.columns)
    for name, kind in staging.columns.items():
        table[f"{name} length"] = np.dtype(FORMATS[kind]).itemsize
        values = columns[name]
        if kind == "timestamptz":
            values = (values.astype("datetime64[us]") - POSTGRES_EPOCH).astype(np.int64)
        table[name] = values
    buffer = io.BytesIO(HEADER + table.tobytes() + END)
    names = ", ".join(staging.columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {staging.name} ({names}) FROM STDIN (FORMAT binary)", buffer)
    return rows


def nan_to_null(staging: Staging) -> str:
    """Return the table's columns for a SELECT, NaN as NULL."""
    return ", ".join(
        f"nullif({name}, 'NaN')" if kind == "double precision" else name
        for name, kind in staging.columns.items()
    )
