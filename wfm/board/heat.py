"""The heat strip: a cell per queue or team and column, told by colour, pattern, letter and number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffing.core.kernels import FloatArray
from wfm.board.board import Board
from wfm.board.grid import Column, Granularity
from wfm.board.sums import Sums
from wfm.web import formats


class Show(StrEnum):
    """What the cells show."""

    DIFFERENCE = "difference"
    SERVICE = "service"
    TRANSFERABLE = "transferable"


SHOW_LABELS = {
    Show.DIFFERENCE: gettext_lazy("Difference"),
    Show.SERVICE: gettext_lazy("Service"),
    Show.TRANSFERABLE: gettext_lazy("Transferable"),
}
LETTERS = {
    "under-2": "−−",
    "under-1": "−",
    "goal": "=",
    "over-1": "+",
    "over-2": "++",
    "none": "·",
    "unknown": "–",
}
TONES = tuple(LETTERS)
SHORT = (0.05, 0.15)
"""Share of the hours to schedule that are missing: short, very short."""
OVER = (0.10, 0.25)
LATE = (0.01, 0.05)
"""Share of the contacts or items that are at risk."""
MUCH = 0.2
"""Share of the scheduled hours that is much to give."""
NOTHING = 1e-6


@dataclass(frozen=True)
class Cell:
    """One cell: its tone, the letter that says it without colour, and the number in words."""

    tone: str
    letter: str
    number: str
    words: str
    value: float | None


def queue_cells(sums: Sums, board: Board, show: Show) -> list[Cell]:
    """Return the cells of a queue."""
    if show is Show.SERVICE:
        return _cells(_service_tones(sums), sums.service_level, board, show)
    if show is Show.TRANSFERABLE:
        return _cells(_transferable_tones(sums), sums.of("transferable_hours"), board, show)
    tones = _difference_tones(sums)
    is_short = np.array([tone.startswith("under") for tone in tones])
    # Hours above at one time do not make up for hours short at another.
    values = np.where(is_short, -sums.of("short_hours"), sums.of("difference_hours"))
    return _cells(tones, values, board, show)


def team_cells(sums: Sums, board: Board, show: Show) -> list[Cell]:
    """Return the cells of a team: its part of the difference, the service or the hours to give."""
    if show is Show.SERVICE:
        return _cells(_service_tones(sums), sums.service_level, board, show)
    if show is Show.TRANSFERABLE:
        return _cells(
            _transferable_tones(sums), sums.of("transferable_hours"), board, Show.TRANSFERABLE
        )
    return _cells(_team_tones(sums), sums.of("difference_hours"), board, Show.DIFFERENCE)


def _cells(tones: Sequence[str], values: FloatArray, board: Board, show: Show) -> list[Cell]:
    found = []
    for column, tone, value in zip(board.columns, tones, values.tolist(), strict=True):
        number = _number(value, show)
        when = _when(column, board)
        found.append(
            Cell(
                tone=tone,
                letter=LETTERS[tone],
                number="" if tone in {"none", "unknown"} else number,
                words=f"{when}: {number}" if tone != "none" else f"{when}: {_('nothing to do')}",
                value=value if np.isfinite(value) else None,
            )
        )
    return found


def _number(value: float, show: Show) -> str:
    if show is Show.SERVICE:
        return formats.percent(value, 0)
    if show is Show.DIFFERENCE:
        return formats.signed(value, 1)
    return formats.number(value, 1)


def _when(column: Column, board: Board) -> str:
    zone = board.ask.timezone
    if board.ask.granularity is Granularity.DAY:
        return formats.local_day(column.starts_at, zone)
    return (
        f"{formats.local_clock(column.starts_at, zone)}–{formats.local_clock(column.ends_at, zone)}"
    )


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole; where there is no whole, all of it or nothing."""
    share = np.where(np.nan_to_num(part) > NOTHING, 1.0, 0.0)
    np.divide(np.nan_to_num(part), whole, out=share, where=np.nan_to_num(whole) > NOTHING)
    return share


def _pick(count: int, *rules: tuple[np.ndarray, str]) -> list[str]:
    """Return per column the tone of the first rule that holds."""
    found = np.full(count, TONES.index("goal"))
    for holds, tone in reversed(rules):
        found[holds] = TONES.index(tone)
    return [TONES[place] for place in found.tolist()]


def _is_idle(sums: Sums) -> np.ndarray:
    """Tell where nobody is asked for and nobody is there."""
    asked = np.nan_to_num(sums.of("to_schedule_hours"))
    there = np.nan_to_num(sums.of("scheduled_hours"))
    return np.asarray((asked < NOTHING) & (there < NOTHING))


def _difference_tones(sums: Sums) -> list[str]:
    difference = sums.of("difference_hours")
    short = _share(sums.of("short_hours"), sums.of("to_schedule_hours"))
    over = _share(difference, sums.of("to_schedule_hours"))
    return _pick(
        difference.size,
        (~np.isfinite(difference), "unknown"),
        (_is_idle(sums), "none"),
        (short >= SHORT[1], "under-2"),
        (short >= SHORT[0], "under-1"),
        (over >= OVER[1], "over-2"),
        (over >= OVER[0], "over-1"),
    )


def _team_tones(sums: Sums) -> list[str]:
    difference = sums.of("difference_hours")
    asked = sums.of("to_schedule_hours")
    short, over = _share(-difference, asked), _share(difference, asked)
    return _pick(
        difference.size,
        (_is_idle(sums), "none"),
        (short >= SHORT[1], "under-2"),
        (short >= SHORT[0], "under-1"),
        (over >= OVER[1], "over-2"),
        (over >= OVER[0], "over-1"),
    )


def _service_tones(sums: Sums) -> list[str]:
    level, counted = sums.service_level, sums.of("counted")
    risk = _share(sums.of("at_risk"), sums.of("counted"))
    return _pick(
        level.size,
        (_is_idle(sums) | (counted == 0.0), "none"),
        (~np.isfinite(counted), "unknown"),
        (risk >= LATE[1], "under-2"),
        (risk >= LATE[0], "under-1"),
    )


def _transferable_tones(sums: Sums) -> list[str]:
    hours = sums.of("transferable_hours")
    share = _share(hours, sums.of("scheduled_hours"))
    return _pick(
        hours.size,
        (_is_idle(sums), "none"),
        (~np.isfinite(hours), "unknown"),
        (share >= MUCH, "over-2"),
        (hours >= 0.05, "over-1"),
    )


@dataclass(frozen=True)
class Head:
    """A heading above some columns."""

    label: str
    span: int
    day: datetime | None = None
    """The day to open, where a column is a day."""
    is_now: bool = False


def heads(board: Board) -> list[Head]:
    """Return a heading per day, or per hour of the local clock where columns are intervals."""
    zone = board.ask.timezone
    if board.ask.granularity is Granularity.DAY:
        return [
            Head(
                formats.local_day(column.starts_at, zone),
                1,
                column.starts_at.astimezone(formats.zone_of(zone)),
                column.starts_at <= board.ask.at < column.ends_at,
            )
            for column in board.columns
        ]
    found: list[Head] = []
    keys: list[tuple[object, ...]] = []
    for column in board.columns:
        local = column.starts_at.astimezone(formats.zone_of(zone))
        key = (local.date(), local.hour, local.utcoffset())
        is_now = column.starts_at <= board.ask.at < column.ends_at
        if keys and keys[-1] == key:
            last = found[-1]
            found[-1] = Head(last.label, last.span + 1, None, last.is_now or is_now)
        else:
            keys.append(key)
            found.append(Head(f"{local:%H}", 1, None, is_now))
    return found
