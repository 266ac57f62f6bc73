"""Rows to arrays: binary COPY of integer columns, read without a Python object per value."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from django.db import connection

from adherence.core.data import Ints

_HEADER_BYTES = 19
_TRAILER_BYTES = 2


def copy_integers(select: str, params: Mapping[str, Any], *, columns: int) -> list[Ints]:
    """Return the columns of a SELECT, all of which must be bigint and never NULL."""
    buffer = BytesIO()
    with connection.cursor() as cursor:
        query = cursor.mogrify(select, params).decode()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    row = [("count", ">i2")]
    for column in range(columns):
        row += [(f"length_{column}", ">i4"), (f"value_{column}", ">i8")]
    body = buffer.getvalue()[_HEADER_BYTES:-_TRAILER_BYTES]
    rows = np.frombuffer(body, dtype=row)
    if len(rows) and (rows["count"][0] != columns or rows["length_0"][0] != 8):
        raise ValueError(f"Expected {columns} bigint columns from: {select}")
    return [rows[f"value_{column}"].astype(np.int64) for column in range(columns)]
