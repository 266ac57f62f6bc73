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
_INTEGER_OID = 23
_JSONB_VERSION = 1
_ELEMENTS = {"bigint[]": ("bigint", 20), "integer[]": ("integer", _INTEGER_OID)}


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


def write_columns(
    table: str, columns: Mapping[str, tuple[str, Array] | tuple[str, Sequence[bytes]]]
) -> int:
    """COPY arrays of one length into a table: column name → (type, values); return the rows.

    Instants (`timestamptz`) and dates are datetime64, `integer[]` the rows of a matrix, `jsonb` a
    list of encoded texts; arrays of different lengths (`bigint[]`, `integer[]`) are a list as
    `encoded_arrays` makes it. Nothing can be NULL.
    """
    texts = {
        name: (column[0], list(column[1]))
        for name, column in columns.items()
        if column[0] == "jsonb" or isinstance(column[1], list)
    }
    fixed = {name: column for name, column in columns.items() if name not in texts}
    arrays = [_wire(kind, np.asarray(values)) for kind, values in fixed.values()]
    fields: list[tuple[str, Any]] = [("count", ">i2")]
    for number, array in enumerate(arrays):
        fields += [(f"length_{number}", ">i4"), (f"value_{number}", array.dtype)]
    rows = np.zeros(len(arrays[0]), dtype=np.dtype(fields))
    rows["count"] = len(columns)
    for number, array in enumerate(arrays):
        rows[f"length_{number}"] = array.dtype.itemsize
        rows[f"value_{number}"] = array
    body = _with_texts(rows, list(texts.values())) if texts else rows.tobytes()
    buffer = BytesIO(_SIGNATURE + body + _TRAILER)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join([*fixed, *texts])}) FROM STDIN (FORMAT binary)", buffer
        )
    return len(rows)


def encoded_arrays(kind: str, values: Array, counts: NDArray[np.int64]) -> list[bytes]:
    """Cut values into one PostgreSQL array per row, of so many elements each, for `write_columns`."""
    element, oid = _ELEMENTS[kind]
    format_ = np.dtype(_FORMATS[element])
    body = np.zeros(len(values), dtype=[("length", ">i4"), ("value", format_)])
    body["length"], body["value"] = format_.itemsize, values
    heads = np.zeros(len(counts), dtype=">i4,>i4,>i4,>i4,>i4")
    heads["f0"], heads["f2"], heads["f3"], heads["f4"] = 1, oid, counts, 1
    whole, ends = body.tobytes(), np.cumsum(counts) * body.dtype.itemsize
    empty = np.array([0, 0, oid], ">i4").tobytes()
    starts = ends - counts * body.dtype.itemsize
    return [
        head + whole[start:end] if end > start else empty
        for head, start, end in zip(_slices(heads), starts.tolist(), ends.tolist(), strict=True)
    ]


def _with_texts(rows: Array, texts: Sequence[tuple[str, Any]]) -> bytes:
    """Each row's fixed part, then its texts with their lengths."""
    pieces: list[bytes] = [b""] * (len(rows) * (1 + 2 * len(texts)))
    step = 1 + 2 * len(texts)
    pieces[0::step] = _slices(rows)
    for number, (kind, column) in enumerate(texts):
        version = [("version", "u1")] if kind == "jsonb" else []
        heads = np.zeros(len(rows), dtype=[("length", ">i4"), *version])
        heads["length"] = np.fromiter(map(len, column), np.int64, len(rows)) + len(version)
        if version:
            heads["version"] = _JSONB_VERSION
        pieces[1 + 2 * number :: step] = _slices(heads)
        pieces[2 + 2 * number :: step] = column
    return b"".join(pieces)


def _slices(rows: Array) -> list[bytes]:
    whole, width = rows.tobytes(), rows.dtype.itemsize
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def _row(types: Sequence[str]) -> np.dtype[Any]:
    fields = [("count", ">i2")]
    for number, kind in enumerate(types):
        fields += [(f"length_{number}", ">i4"), (f"value_{number}", _FORMATS[kind])]
    return np.dtype(fields)


def _wire(kind: str, values: Array) -> Array:
    """The values as PostgreSQL takes them."""
    if kind == "date":
        days = values.astype("datetime64[D]") - _POSTGRES_EPOCH.astype("datetime64[D]")
        return np.asarray(days).astype(_FORMATS["integer"])
    if kind == "timestamptz":
        instants = values.astype("datetime64[us]") - _POSTGRES_EPOCH
        return np.asarray(instants).astype(np.int64).astype(_FORMATS["bigint"])
    if kind == "integer[]":
        return _wire_arrays(values)
    return values.astype(_FORMATS[kind])


def _wire_arrays(values: Array) -> Array:
    """Each row of a matrix as a one-dimensional array of integers."""
    item = np.dtype([("length", ">i4"), ("value", _FORMATS["integer"])])
    head = [(name, ">i4") for name in ("dimensions", "has_null", "type", "size", "first")]
    rows = np.zeros(len(values), dtype=np.dtype([*head, ("items", item, (values.shape[1],))]))
    rows["dimensions"] = 1
    rows["type"] = _INTEGER_OID
    rows["size"] = values.shape[1]
    rows["first"] = 1
    rows["items"]["length"] = 4
    rows["items"]["value"] = values
    return rows
