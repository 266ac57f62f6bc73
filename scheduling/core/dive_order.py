"""Who is planned first when a week is dived: kinds of agents, their turns and how little choice they have."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.core.day_sets import open_sets
from scheduling.core.tour_facts import HEAD, LONGEST, POSSIBLE, TAIL
from scheduling.core.tour_tables import WEEKDAYS
from scheduling.core.tours import TourModel
from scheduling.core.week_programme import Hull, WeekProgramme

FEW_SETS = 0.4
"""Part of the sets of days of a contract up to which an agent's own are few."""
MANY_TIGHT = 0.1
"""Part of the people who have few, from which on these have a turn of their own."""
LAST_TURN = 3


class Around(NamedTuple):
    """What an agent's other weeks leave to one week."""

    run_before: int = 0
    """Days in a row worked just before."""
    run_after: int = 0
    may_work_weekend: bool = True
    earliest_start: int = 0
    """Slot from which rest allows a start on the first day."""
    latest_end: int = 1 << 30
    """Slot until which rest allows a shift of the last day to go on."""
    sure_start: int = 0
    """Slot from which a start leaves rest whichever start the day before gets."""
    sure_end: int = 1 << 30
    """Slot until which a shift leaves rest whichever start the day after gets."""


class PlanOrder:
    """Kinds, turns and choice of the classes of a week."""

    def __init__(
        self,
        programme: WeekProgramme,
        around: Mapping[int, Around],
        members: Mapping[int, Sequence[int]],
    ) -> None:
        """Look at the classes with the members who are to be planned."""
        self.programme, self.around = programme, around
        self.kinds = {n: self._kind(n) for n in members}
        """By class: what its week looks like; those whose weeks look the same differ in other weeks."""
        self.turns = self._turns(members)
        """By class: who is planned first. Those who may work more or less, while others can make up for it, then
        those who have few sets of days to choose from, where these are many."""
        self._sets: dict[tuple[bytes, Around], float] = {}

    def _turns(self, members: Mapping[int, Sequence[int]]) -> dict[int, int]:
        hulls = {
            n: hull for group in self.programme.groups for hull in group.hulls for n in hull.classes
        }
        tight = {n for n in hulls if self._is_tight(n)}
        people = sum(len(members[n]) for n in hulls)
        many = sum(len(members[n]) for n in tight) >= MANY_TIGHT * people
        return {n: _turn(hull, is_tight=many and n in tight) for n, hull in hulls.items()}

    def _is_tight(self, number: int) -> bool:
        group, week = self.programme.pricer.classes[number], self.programme.week
        every = group.model.weeks.of_mask[week] > POSSIBLE
        own = open_sets(group.model, week, group.closed_days)
        return bool(own.sum() < FEW_SETS * every.sum())

    def _kind(self, number: int) -> bytes:
        group, week = self.programme.pricer.classes[number], self.programme.week
        model, first = group.model, self.programme.first_day
        days = slice(first, first + self.programme.days)
        closed = [day in group.closed_days for day in range(days.start, days.stop)]
        limits = model.week_range(week, hours=False)
        parts = [
            repr((model.contract.name, model.first_place, limits, closed)).encode(),
            model.by_day[days].tobytes(),
            model.start_table[days].tobytes(),
            model.weeks.of_mask[week].tobytes(),
            model.weeks.of_state[week].tobytes(),
            model.fixed_kinds[days].tobytes(),
        ]
        return b"|".join(parts)

    def tightness(self, number: int, agent: int) -> float:
        """How few sets of days are left to an agent, as a logarithm."""
        key = self.kinds[number], self.around[agent]
        if key not in self._sets:
            group = self.programme.pricer.classes[number]
            legal = open_sets(group.model, self.programme.week, group.closed_days)
            legal &= goes_with(group.model, self.around[agent])
            self._sets[key] = -float(np.log(max(1, int(legal.sum()))))
        return self._sets[key]


def _turn(hull: Hull, *, is_tight: bool) -> int:
    return (0 if hull.is_flexible else 2) + (0 if is_tight else 1)


def goes_with(model: TourModel, around: Around) -> NDArray[np.bool_]:
    """[set of days] whether it goes with an agent's other weeks."""
    most = model.limits.most_in_row
    head = np.where(HEAD == WEEKDAYS, WEEKDAYS + around.run_after, HEAD)
    may = (most >= LONGEST) & ((HEAD == 0) | (around.run_before + head <= most))
    may &= (TAIL == 0) | (TAIL + around.run_after <= most)
    if not around.may_work_weekend:
        may &= model.weeks.weekend == 0
    return np.asarray(may)
