"""Rows to arrays: binary COPY of integer columns, read without a Python object per value."""

from collections.abc import Mapping
from typing import Any

from adherence.core.data import Ints
from wfm.org.binary_copy import read_columns


def copy_integers(select: str, params: Mapping[str, Any], *, columns: int) -> list[Ints]:
    """Return the columns of a SELECT, all of which must be bigint and never NULL."""
    return read_columns(select, params, types=["bigint"] * columns)
