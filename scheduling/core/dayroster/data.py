"""What a day roster is made from: shifts, employees, wishes and how many people a day needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Roster = NDArray[np.int16]
"""Employees x days: the number of the shift, or OFF."""
Tour = NDArray[np.int16]
"""Days of one employee."""

OFF = -1
DAYS_PER_WEEK = 7
SATURDAY, SUNDAY = 5, 6


class InvalidRosterError(ValueError):
    """The file is none or contradicts itself; the message names line, value and cure."""


@dataclass(frozen=True, kw_only=True)
class ShiftType:
    """One kind of shift."""

    name: str
    minutes: int
    banned_next: frozenset[int]
    """Shifts that may not be worked on the day after."""


@dataclass(frozen=True, kw_only=True)
class Employee:
    """The rules of one person."""

    name: str
    most_of_shift: tuple[int, ...]
    """How often they may work each shift."""
    most_minutes: int
    least_minutes: int
    most_days_running: int
    least_days_running: int
    least_days_off: int
    most_weekends: int
    days_off: frozenset[int]


@dataclass(frozen=True, kw_only=True, eq=False)
class RosterData:
    """A whole problem. The horizon starts on a Monday; all costs are whole numbers."""

    days: int
    shifts: tuple[ShiftType, ...]
    employees: tuple[Employee, ...]
    wish_cost: IntArray
    """Employees x days x shifts: what working this shift adds; wishes to work it count negative."""
    wish_base: IntArray
    """Per employee: the cost of wishes when not working at all."""
    required: IntArray
    """Days x shifts."""
    under_cost: IntArray
    over_cost: IntArray

    def cover_cost(self, counts: IntArray) -> int:
        """Cost of so many people on each day and shift."""
        short = np.maximum(self.required - counts, 0)
        idle = np.maximum(counts - self.required, 0)
        return int((self.under_cost * short + self.over_cost * idle).sum())

    def counts(self, roster: Roster) -> IntArray:
        """People on each day and shift."""
        found = np.zeros((self.days, len(self.shifts)), dtype=np.int64)
        people, days = np.nonzero(roster != OFF)
        np.add.at(found, (days, roster[people, days]), 1)
        return found

    def tour_cost(self, employee: int, tour: Tour) -> int:
        """Cost of one employee's wishes."""
        works = np.flatnonzero(tour != OFF)
        return int(self.wish_base[employee] + self.wish_cost[employee, works, tour[works]].sum())

    def penalty(self, roster: Roster) -> int:
        """Cost of a whole roster."""
        wishes = sum(self.tour_cost(number, tour) for number, tour in enumerate(roster))
        return wishes + self.cover_cost(self.counts(roster))
