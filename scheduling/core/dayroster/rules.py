"""One employee's rules as numbers for the compiled programme."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scheduling.core.dayroster.data import (
    DAYS_PER_WEEK,
    OFF,
    SATURDAY,
    SUNDAY,
    BoolArray,
    FloatArray,
    IntArray,
    RosterData,
    Tour,
)
from scheduling.core.dayroster.kernels import (
    COUNTS_WEEKENDS,
    FIRST_DAY,
    LEAST_UNITS,
    MOST_RUNNING,
    MOST_UNITS,
    OFF_STATES,
    START_RUN,
    WEEKENDS,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """Shifts that the programme may take for each other: same class, length and counter."""

    group_of: IntArray
    units: IntArray
    classes: IntArray
    counters: IntArray
    counted: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Days:
    """The days that one run of the programme looks at, `first` up to `end`."""

    first: int
    end: int
    cost: FloatArray
    """Days x shifts; infinite where it may not be worked."""
    may_rest: BoolArray
    is_free: BoolArray
    limits: IntArray
    """How often each shift may be worked on free days."""
    sizes: IntArray
    outside_cost: float
    fixed: Tour
    is_whole: bool


class Rules:
    """The rules of one employee."""

    def __init__(self, data: RosterData, number: int) -> None:
        self.data = data
        self.employee = person = data.employees[number]
        days, weeks = data.days, data.days // DAYS_PER_WEEK
        self.allowed = tuple(
            shift
            for shift, most in enumerate(person.most_of_shift)
            if most > 0 and person.most_days_running > 0
        )
        self.limits = np.minimum(np.array(person.most_of_shift, dtype=np.int64), days)
        unit = math.gcd(*(data.shifts[shift].minutes for shift in self.allowed)) or 1
        self.units = np.array([shift.minutes // unit for shift in data.shifts], dtype=np.int64)
        self.may_work = np.zeros((days, len(data.shifts)), dtype=np.bool_)
        self.may_work[:, list(self.allowed)] = True
        self.may_work[sorted(person.days_off)] = False
        off_states = min(max(1, person.least_days_off), days + 1)
        counts_weekends = person.most_weekends < weeks
        self.sizes = np.array(
            [
                off_states,
                max(1, min(person.most_days_running, days)),
                min(person.least_days_running, days + 1),
                person.most_weekends + 1 if counts_weekends else 1,
                weeks,
                -(-person.least_minutes // unit),
                person.most_minutes // unit,
                0,
                off_states - 1,
                int(counts_weekends),
            ],
            dtype=np.int64,
        )
        self._groups: dict[frozenset[int], Groups] = {}

    @cached_property
    def classes(self) -> tuple[IntArray, BoolArray]:
        """Class of each shift by what it forbids on the day after, and what may follow each class."""
        allowed, bans = set(self.allowed), list[frozenset[int]]()
        class_of = np.full(len(self.data.shifts), -1)
        for shift in self.allowed:
            ban = self.data.shifts[shift].banned_next & allowed
            if ban not in bans:
                bans.append(ban)
            class_of[shift] = bans.index(ban)
        follows = np.zeros((1 + len(bans), len(self.data.shifts)), dtype=np.bool_)
        follows[:, list(self.allowed)] = True
        for number, ban in enumerate(bans):
            follows[1 + number, sorted(ban)] = False
        return class_of, follows

    def groups(self, counted: frozenset[int]) -> Groups:
        """Group the shifts where these are counted."""
        if counted not in self._groups:
            order, keys = tuple(sorted(counted)), list[tuple[int, int, int]]()
            group_of = np.full(len(self.data.shifts), -1)
            for shift in self.allowed:
                counter = order.index(shift) if shift in counted else -1
                key = (int(self.units[shift]), int(self.classes[0][shift]), counter)
                if key not in keys:
                    keys.append(key)
                group_of[shift] = keys.index(key)
            table = np.array(keys, dtype=np.int64).reshape(-1, 3)
            units, classes, counters = (table[:, place].copy() for place in range(3))
            self._groups[counted] = Groups(
                group_of=group_of,
                units=units,
                classes=classes,
                counters=counters,
                counted=order,
            )
        return self._groups[counted]

    def all_days(self, cost: FloatArray) -> Days:
        """Return the whole horizon."""
        free = np.ones(self.data.days, dtype=np.bool_)
        return Days(
            first=0,
            end=self.data.days,
            cost=np.where(self.may_work, cost, np.inf),
            may_rest=free,
            is_free=free,
            limits=self.limits,
            sizes=self.sizes,
            outside_cost=0.0,
            fixed=np.full(self.data.days, OFF, dtype=np.int16),
            is_whole=True,
        )

    def days_around(self, cost: FloatArray, free: BoolArray, fixed: Tour) -> Days:
        """Return the days from the first free one to where the last one has no effect any more.

        That is the first day of the second run after it: how long the first may be depends on the
        free days, all that follows does not.
        """
        works = fixed != OFF
        first, end = int(np.argmax(free)), len(free) - int(np.argmax(free[::-1]))
        if end < len(free):
            changes = np.flatnonzero(works[end:] != works[end])
            end = end + int(changes[0]) + 1 if len(changes) else len(free)
        inside = slice(first, end)
        held = works & ~free
        outside = held.copy()
        outside[inside] = False
        days = np.flatnonzero(held)
        masked = np.where(self.may_work & free[:, None], cost, np.inf)
        masked[days, fixed[days]] = cost[days, fixed[days]]
        return Days(
            first=first,
            end=end,
            cost=masked[inside],
            may_rest=(free | ~works)[inside],
            is_free=free[inside],
            limits=self.limits - np.bincount(fixed[held], minlength=len(self.limits)),
            sizes=self._sizes_around(fixed, outside, first, end),
            outside_cost=float(cost[outside, fixed[outside]].sum()),
            fixed=fixed,
            is_whole=False,
        )

    def _sizes_around(self, fixed: Tour, outside: BoolArray, first: int, end: int) -> IntArray:
        sizes = self.sizes.copy()
        used = int(self.units[fixed[outside]].sum())
        sizes[LEAST_UNITS] -= used
        sizes[MOST_UNITS] -= used
        sizes[FIRST_DAY] = first
        sizes[START_RUN] = self._run_before(fixed, first)
        if sizes[COUNTS_WEEKENDS]:
            begun = self._weekends_begun(fixed)
            left = int(sizes[WEEKENDS]) - 1 - int(begun[:first].sum() + begun[end:].sum())
            most = len({day // DAYS_PER_WEEK for day in range(first, end) if day % 7 >= SATURDAY})
            sizes[COUNTS_WEEKENDS] = int(left < most)
            sizes[WEEKENDS] = max(0, left) + 1 if left < most else 1
        return sizes

    def weekends_worked(self, tour: Tour) -> int:
        """Return how many weekends have a shift."""
        return int(self._weekends_begun(tour).sum())

    def _weekends_begun(self, tour: Tour) -> BoolArray:
        """Return the days that make a weekend a worked one."""
        days, works = np.arange(len(tour)), tour != OFF
        before = np.concatenate(([False], works[:-1]))
        begins = (days % 7 == SATURDAY) | ((days % 7 == SUNDAY) & ~before)
        begun: BoolArray = works & begins & (days < len(tour) // DAYS_PER_WEEK * DAYS_PER_WEEK)
        return begun

    def _run_before(self, tour: Tour, day: int) -> int:
        off_states = int(self.sizes[OFF_STATES])
        if day == 0:
            return off_states - 1
        works = tour[:day] != OFF
        others = np.flatnonzero(works != works[-1])
        size = day - 1 - int(others[-1]) if len(others) else day
        if not works[-1]:
            return off_states - 1 if not len(others) else min(size, off_states) - 1
        shift_class = int(self.classes[0][tour[day - 1]])
        return off_states + shift_class * int(self.sizes[MOST_RUNNING]) + size - 1
