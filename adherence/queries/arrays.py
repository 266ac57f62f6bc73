"""Rows to arrays: binary COPY of integer columns, read without a Python object per value."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from adherence.core.data import Ints
from wfm.org.binary_copy import read_columns

_EPOCH_SECONDS = int(np.datetime64("2000-01-01", "s").astype(np.int64))
_MICROSECONDS = 1_000_000


def copy_integers(
    select: str,
    params: Mapping[str, Any] | Sequence[Any],
    *,
    columns: int,
    instants: Collection[int] = (),
) -> list[Ints]:
    """Return the columns of a SELECT, all of which must be bigint and never NULL.

    The columns numbered in `instants` are timestamptz; they come as whole seconds since 1970,
    rounded down. PostgreSQL sends them as they are stored, which costs it nothing.
    """
    found = read_columns(select, params, types=["bigint"] * columns)
    return [
        np.floor_divide(column, _MICROSECONDS) + _EPOCH_SECONDS if place in instants else column
        for place, column in enumerate(found)
    ]
