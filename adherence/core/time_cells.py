"""What a second was planned for and what became of it, packed into one number.

Stored days keep pairs of such a number and its seconds; PostgreSQL sums equal numbers up without
knowing what they mean. The layouts are stored: change them only with a new version of the rows.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints

MOST_CODES = 1 << 16
MOST_QUEUES = 1 << 25

Bools = NDArray[np.bool_]


class Kind(IntEnum):
    """What became of a second. The first six are the state groups."""

    AVAILABLE = 0
    HANDLING = 1
    BUSY = 2
    AWAY = 3
    OFFLINE = 4
    """A declared state of that group, or logged off where the plan lets one be."""
    NOT_SEEN = 5
    ABSENT = 6
    """No state, in a stretch of the plan in which the agent was never there."""
    LATE = 7
    LEFT_EARLY = 8
    LOGGED_OFF = 9
    """No state, between two states of the same stretch."""
    EXCUSED = 10
    """No state, and an approved exception."""
    TIME_OFF = 11
    """No state, inside approved time off; the code is that of the time off."""


ON_POSITION = (Kind.AVAILABLE, Kind.HANDLING)
PRESENT = (*ON_POSITION, Kind.BUSY, Kind.AWAY)
UNRECORDED = (Kind.ABSENT, Kind.LATE, Kind.LEFT_EARLY, Kind.LOGGED_OFF)
"""Planned and paid, and nothing says what it was: no state, no exception, no time off."""


class Reason(IntEnum):
    """Why paid time was not available for work."""

    AVAILABLE = 0
    """It was."""
    PLANNED = 1
    """The schedule placed something else there (break, meeting, training)."""
    OTHER = 2
    """Planned on position; the agent declared something else (technical trouble, a long break)."""
    ABSENT = 3
    LATE = 4
    LEFT_EARLY = 5
    LOGGED_OFF = 6
    EXCUSED = 7
    TIME_OFF = 8
    """Off at short notice: inside approved time off, but still planned."""
    NOT_SEEN = 9
    PLANNED_OFF = 10
    """Paid time off that the schedule has left free. Never stored: see `queries.time_off`."""


@dataclass(frozen=True)
class DayCells:
    """Queue, planned code, actual code (database ids, 0: none) and what became of the seconds."""

    queue: Ints
    planned: Ints
    is_paid: Bools
    is_position: Bools
    actual: Ints
    kind: Ints

    def packed(self) -> Ints:
        """One number each: queue 25 bits, planned 16, paid 1, on position 1, actual 16, kind 4."""
        flags = self.is_paid.astype(np.int64) << 1 | self.is_position.astype(np.int64)
        return self.queue << 38 | self.planned << 22 | flags << 20 | self.actual << 4 | self.kind

    @classmethod
    def unpacked(cls, cells: Ints) -> Self:
        """What the numbers mean."""
        return cls(
            queue=cells >> 38,
            planned=cells >> 22 & (MOST_CODES - 1),
            is_paid=(cells >> 21 & 1).astype(np.bool_),
            is_position=(cells >> 20 & 1).astype(np.bool_),
            actual=cells >> 4 & (MOST_CODES - 1),
            kind=cells & 15,
        )

    @property
    def is_planned(self) -> Bools:
        """Inside the plan."""
        return self.planned > 0

    def is_kind(self, *kinds: Kind) -> Bools:
        """Which cells are of these kinds."""
        return np.isin(self.kind, [int(kind) for kind in kinds])

    def reasons(self) -> tuple[Ints, Ints]:
        """Why the seconds were not available, and by which code; for paid planned cells."""
        on = self.is_kind(*ON_POSITION)
        seen = ~self.is_kind(Kind.NOT_SEEN)
        never_there = self.is_kind(Kind.ABSENT, Kind.LATE, Kind.LEFT_EARLY)
        off = self.is_kind(Kind.TIME_OFF)
        placed = ~self.is_position & ~never_there & ~off
        reason = np.select(
            [~seen, on, placed, off, self.kind >= Kind.ABSENT],
            [
                np.full(len(on), int(Reason.NOT_SEEN)),
                np.full(len(on), int(Reason.AVAILABLE)),
                np.full(len(on), int(Reason.PLANNED)),
                np.full(len(on), int(Reason.TIME_OFF)),
                self.kind - (Kind.ABSENT - Reason.ABSENT),
            ],
            default=int(Reason.OTHER),
        )
        code = np.where(reason == Reason.PLANNED, self.planned, 0)
        named = (reason == Reason.OTHER) | (reason == Reason.TIME_OFF)
        return reason, np.where(named, self.actual, code)


@dataclass(frozen=True)
class HourCells:
    """Queue, local hour of the week (0: Monday 00:00, in the queue's zone), reason and its code."""

    queue: Ints
    week_hour: Ints
    reason: Ints
    code: Ints

    def packed(self) -> Ints:
        """One number each: queue 25 bits, hour of the week 8, reason 4, code 16."""
        return self.queue << 28 | self.week_hour << 20 | self.reason << 16 | self.code

    @classmethod
    def unpacked(cls, cells: Ints) -> Self:
        """What the numbers mean."""
        return cls(
            queue=cells >> 28,
            week_hour=cells >> 20 & 255,
            reason=cells >> 16 & 15,
            code=cells & (MOST_CODES - 1),
        )
