"""Binary COPY between PostgreSQL and NumPy, without a Python object per value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Array = NDArray[Any]

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_FORMATS = {"bigint": ">i8", "integer": ">i4", "float8": ">f8", "float4": ">f4", "boolean": "?"}
_NATIVE = {"bigint": "i8", "integer": "i4", "float8": "f8", "float4": "f4", "boolean": "?"}
_POSTGRES_EPOCH = np.datetime64("2000-01-01", "us")


def read_columns(
    select: str, params: Mapping[str, Any] | Sequence[Any], *, types: Sequence[str]
) -> list[Array]:
    """Return the columns of a SELECT, none of which may be NULL; types as PostgreSQL names them."""
    buffer = BytesIO()
    with connection.cursor() as cursor:
        query = cursor.mogrify(select, params).decode()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    row = _row(types)
    size = len(buffer.getbuffer()) - len(_SIGNATURE) - len(_TRAILER)
    if size % row.itemsize:
        raise ValueError(f"Expected columns {', '.join(types)}, none of them NULL, from: {select}")
    rows = np.frombuffer(buffer.getbuffer(), row, size // row.itemsize, len(_SIGNATURE))
    for number, kind in enumerate(types):
        if len(rows) and rows[f"length_{number}"][0] != np.dtype(_FORMATS[kind]).itemsize:
            raise ValueError(f"Expected {kind} as column {number + 1} of: {select}")
    return [rows[f"value_{number}"].astype(_NATIVE[kind]) for number, kind in enumerate(types)]


def write_columns(table: str, columns: Mapping[str, tuple[str, Array]]) -> int:
    """COPY arrays of one length into a table: column name → (type, values); return the rows.

    Instants (`timestamptz`) are datetime64. Nothing can be NULL.
    """
    kinds = [kind for kind, _values in columns.values()]
    arrays = [_wire(kind, values) for kind, values in columns.values()]
    wire = ["bigint" if kind == "timestamptz" else kind for kind in kinds]
    rows = np.zeros(len(arrays[0]), dtype=_row(wire))
    rows["count"] = len(arrays)
    for number, (kind, values) in enumerate(zip(wire, arrays, strict=True)):
        rows[f"length_{number}"] = np.dtype(_FORMATS[kind]).itemsize
        rows[f"value_{number}"] = values
    buffer = BytesIO(_SIGNATURE + rows.tobytes() + _TRAILER)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)", buffer
        )
    return len(rows)


def _row(types: Sequence[str]) -> np.dtype[Any]:
    fields = [("count", ">i2")]
    for number, kind in enumerate(types):
        fields += [(f"length_{number}", ">i4"), (f"value_{number}", _FORMATS[kind])]
    return np.dtype(fields)


def _wire(kind: str, values: Array) -> Array:
    if kind != "timestamptz":
        return values
    return (values.astype("datetime64[us]") - _POSTGRES_EPOCH).astype(np.int64)
