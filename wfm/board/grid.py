"""The board's time: quarter hours of the period, where predictions begin, and the columns shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from staffing.core.board_people import Slots
from wfm.timeline import Interval, day_bounds

SLOT_MINUTES = 15
SLOT_SECONDS = SLOT_MINUTES * 60
SLOT_HOURS = SLOT_MINUTES / 60
LONGEST_DAYS = 35
"""Of a period, and from now to its start, over which deferred work is followed."""
AHEAD_DAYS = 14
"""So far at least deferred work is followed, whatever part of it is shown."""
MOST_INTERVAL_DAYS = 7


class Granularity(StrEnum):
    """What a column of the board is."""

    DAY = "day"
    INTERVAL = "interval"


@dataclass(frozen=True)
class Column:
    """One day or interval of the period, and its slots."""

    starts_at: datetime
    ends_at: datetime
    first: int
    last: int


@dataclass(frozen=True)
class BoardGrid:
    """Quarter hours from the earlier of now and the period's start to two weeks on, or its end.

    Attributes:
        period: What is shown.
        slots: All quarter hours that are looked at.
        origin: The slot from which on the future is predicted: now, or the start of a period that
            is over (what was to be expected of it) or too far ahead.
        first: First slot of the period.
        last: The slot after the period.

    """

    period: Interval
    slots: Slots
    origin: int
    first: int
    last: int

    @property
    def shown(self) -> slice:
        """Return the slots of the period."""
        return slice(self.first, self.last)

    @property
    def ends_at(self) -> datetime:
        """Return the instant after the last one looked at."""
        return self.moment(self.slots.count)

    @property
    def starts_at(self) -> datetime:
        """Return the first instant looked at."""
        return self.moment(0)

    def moment(self, slot: int) -> datetime:
        """Return the start of a slot."""
        return datetime.fromtimestamp(self.slots.first + slot * self.slots.step, tz=UTC)

    def slot(self, moment: datetime) -> int:
        """Return the slot that holds a moment, clipped to the grid."""
        place = (int(moment.timestamp()) - self.slots.first) // self.slots.step
        return min(max(place, 0), self.slots.count)


def board_grid(*, starts_on: date, ends_on: date, timezone: str, at: datetime) -> BoardGrid:
    """Return the grid of local dates [starts_on, ends_on], both included, as it is at a moment."""
    period = Interval(
        day_bounds(starts_on, timezone).starts_at, day_bounds(ends_on, timezone).ends_at
    )
    now = int(at.timestamp()) // SLOT_SECONDS * SLOT_SECONDS
    start, end = int(period.starts_at.timestamp()), int(period.ends_at.timestamp())
    is_ahead = now < end and start - now <= timedelta(days=LONGEST_DAYS).total_seconds()
    origin = now if is_ahead else start
    first = min(origin, start)
    until = max(end, origin + int(timedelta(days=AHEAD_DAYS).total_seconds()))
    slots = Slots(first=first, step=SLOT_SECONDS, count=(until - first) // SLOT_SECONDS)
    return BoardGrid(
        period=period,
        slots=slots,
        origin=(origin - first) // SLOT_SECONDS,
        first=(start - first) // SLOT_SECONDS,
        last=(end - first) // SLOT_SECONDS,
    )


def board_columns(
    grid: BoardGrid, *, granularity: Granularity, timezone: str, minutes: int
) -> tuple[Column, ...]:
    """Return the period's local days (23 to 25 hours), or its intervals of so many minutes."""
    edges = [grid.period.starts_at]
    if granularity is Granularity.DAY:
        while edges[-1] < grid.period.ends_at:
            edges.append(_next_midnight(edges[-1], timezone))
    else:
        step = timedelta(minutes=minutes)
        while edges[-1] < grid.period.ends_at:
            edges.append(min(edges[-1] + step, grid.period.ends_at))
    return tuple(
        Column(start, end, grid.slot(start), grid.slot(end)) for start, end in pairwise(edges)
    )


def _next_midnight(moment: datetime, timezone: str) -> datetime:
    return day_bounds(moment.astimezone(ZoneInfo(timezone)).date(), timezone).ends_at


def edges_of(columns: tuple[Column, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return first and last slots of the columns."""
    return (
        np.array([column.first for column in columns], dtype=np.int64),
        np.array([column.last for column in columns], dtype=np.int64),
    )
