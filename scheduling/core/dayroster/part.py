"""A part of the problem: some people, some of their days; everything else stays as it is."""

from dataclasses import dataclass

import numpy as np

from scheduling.core.dayroster.data import (
    OFF,
    BoolArray,
    FloatArray,
    IntArray,
    Roster,
    RosterData,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """What is free and what is not. Costs are those of the whole problem."""

    people: tuple[int, ...]
    """Employees with at least one free day."""
    required: IntArray
    """Days x shifts that are left to them."""
    free: BoolArray
    """Employees x days; rows of the others count for nothing."""
    fixed: Roster
    """Employees x days: what holds where a day is not free."""
    base_cost: int
    """Wishes of everyone else, and of these when they never work."""

    @property
    def is_whole(self) -> bool:
        """Everything is free."""
        return bool(self.free.all())

    def is_all_free(self, person: int) -> bool:
        """Every day of this person is free."""
        return bool(self.free[person].all())

    def fits(self, owners: IntArray, tours: Roster) -> BoolArray:
        """Return which tours of these people keep what is fixed."""
        mine = np.zeros(len(self.free), dtype=np.bool_)
        mine[list(self.people)] = True
        kept = (tours == self.fixed[owners]) | self.free[owners]
        fitting: BoolArray = mine[owners] & kept.all(axis=1)
        return fitting


def whole_part(data: RosterData) -> Part:
    """Return the part in which everything is free."""
    size = (len(data.employees), data.days)
    return Part(
        people=tuple(range(size[0])),
        required=data.required,
        free=np.ones(size, dtype=np.bool_),
        fixed=np.full(size, OFF, dtype=np.int16),
        base_cost=int(data.wish_base.sum()),
    )


def part_of(data: RosterData, roster: Roster, free: BoolArray) -> Part:
    """Return the part in which these days are free and the others as in the roster."""
    people = np.flatnonzero(free.any(axis=1))
    others = np.setdiff1d(np.arange(len(free)), people)
    rest = roster[others]
    return Part(
        people=tuple(people.tolist()),
        required=data.required - data.counts(rest),
        free=free,
        fixed=roster,
        base_cost=int(data.wish_base[people].sum())
        + sum(data.tour_cost(person, roster[person]) for person in others.tolist()),
    )


def narrowed(part: Part, tours: Roster, keep: BoolArray) -> Part:
    """Return the part in which, beyond what is fixed, the days of `keep` are as in `tours`."""
    return Part(
        people=part.people,
        required=part.required,
        free=part.free & ~keep,
        fixed=np.where(part.free & keep, tours, part.fixed).astype(np.int16),
        base_cost=part.base_cost,
    )


def marginal_costs(data: RosterData, counts: IntArray) -> FloatArray:
    """Cost of one more person on each day and shift where so many are there."""
    return np.where(counts < data.required, -data.under_cost, data.over_cost).astype(np.float64)
