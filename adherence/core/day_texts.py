"""A day's cells and deviations as JSON texts, written for all days in one pass.

A day's text is cut out of one long text, so that no Python object is made per cell.
"""

import json
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Deviations, Ints
from adherence.core.groups import StateGroup

_CUT = "\0"  # JSON escapes it, so no text holds one
_GROUPS = [group.name for group in StateGroup]


def matrix_texts(seconds: Ints, keys: Sequence[str]) -> list[bytes]:
    """Write `{"key of the planned code": {"GROUP": seconds}}` per day; cells of zero are left out.

    `seconds[day, code, group]` has one more code at the end, time without plan, as `keys` has.
    """
    days, codes, groups = seconds.shape
    cell = np.flatnonzero(seconds)
    day, kind = cell // (codes * groups), cell % (codes * groups)
    begins_day = np.ones(len(cell), np.bool_)
    begins_day[1:] = day[1:] != day[:-1]
    begins_code = np.ones(len(cell), np.bool_)
    begins_code[1:] = kind[1:] // groups != kind[:-1] // groups
    quoted = [json.dumps(key) for key in keys]
    heads = [
        [f'}}}}{_CUT}{{{key}: {{"{group}": ' for key in quoted for group in _GROUPS],
        [f'}}, {key}: {{"{group}": ' for key in quoted for group in _GROUPS],
        [f', "{group}": ' for _key in quoted for group in _GROUPS],
    ]
    variant = np.where(begins_day, 0, np.where(begins_code, 1, 2))
    head = _picked([*heads[0], *heads[1], *heads[2]], variant * (codes * groups) + kind)
    whole = _woven(head, _numbers(seconds.reshape(-1)[cell]))
    return _cut_up(whole, end="}}", rows=day[begins_day], count=days, empty=b"{}")


def stretch_texts(found: Deviations, keys: Sequence[str], *, days: int) -> list[bytes]:
    """Write the deviations of each day as a JSON list, those within tolerance included."""
    begins_day = np.ones(len(found.window), np.bool_)
    begins_day[1:] = found.window[1:] != found.window[:-1]
    heads = [', {"starts_at": "', f']{_CUT}[{{"starts_at": "']
    starts_at: list[str] = np.datetime_as_string(found.starts_at.astype("datetime64[s]")).tolist()
    tails = [
        f', "planned": {json.dumps(key)}, "group": "{group}", "counts": {counts}}}'
        for key in keys
        for group in _GROUPS
        for counts in ("false", "true")
    ]
    tail = (found.code * len(_GROUPS) + found.first_group) * 2 + found.counts
    whole = _woven(
        _picked(heads, begins_day.astype(np.int64)),
        starts_at,
        ['+00:00", "seconds": '] * len(starts_at),
        _numbers(found.ends_at - found.starts_at),
        _picked(tails, tail),
    )
    return _cut_up(whole, end="]", rows=found.window[begins_day], count=days, empty=b"[]")


def _picked(texts: Sequence[str], rows: NDArray[np.int64]) -> list[str]:
    return list(map(texts.__getitem__, rows.tolist()))


def _numbers(values: Ints) -> list[str]:
    return list(map(str, values.tolist()))


def _woven(*columns: list[str]) -> str:
    """Row by row, the columns of a row one after the other."""
    return "".join(chain.from_iterable(zip(*columns, strict=True)))


def _cut_up(whole: str, *, end: str, rows: Ints, count: int, empty: bytes) -> list[bytes]:
    """The text of each day; a cut stands before each, after the end of the one before it."""
    texts = [empty] * count
    if not whole:
        return texts
    pieces = f"{whole}{end}".encode().split(_CUT.encode())[1:]
    if len(rows) == count:
        return pieces
    for row, piece in zip(rows.tolist(), pieces, strict=True):
        texts[row] = piece
    return texts
