"""One week of days in the office as a model for CP-SAT: who sits where on which day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from scheduling.core.office_days import OfficeShift

# Steps of money, the dearest shift at most so many; what must not happen where it can be helped is dearer.
STEPS = 10**4
TRAVEL = 1
MISSING_DAY = 10**8
MISSING_WANTED = 10**7
MISSING_ACTIVITY = 10**6


@dataclass(frozen=True, kw_only=True, eq=False)
class OfficeWeek:
    """What binds the days in the office of one week."""

    shifts: Sequence[OfficeShift]
    """Shifts that may be worked in the office or at home."""
    free: Mapping[str, NDArray[np.int64]]
    """Desks left per site and slot."""
    asked: Mapping[int, tuple[int, int]]
    """Per agent the least and most days in the office beside those that are fixed."""
    travellers: frozenset[int] = frozenset()
    """Agents who come in for activities only."""
    activities: Mapping[str, Mapping[int, Sequence[int]]] = field(default_factory=dict)
    """Per activity and day the positions of its attendants' shifts."""
    teams: Mapping[str, tuple[int, Mapping[int, Sequence[int]]]] = field(default_factory=dict)
    """Per team its days a week and for each day the positions of its members' shifts."""


@dataclass(frozen=True, kw_only=True)
class OfficeChoice:
    """Positions of the shifts in the office and the day of each activity and team."""

    chosen: frozenset[int]
    activity_days: Mapping[str, int]
    team_days: Mapping[str, tuple[int, ...]]
    is_proven: bool


def cheapest_days(week: OfficeWeek) -> frozenset[int] | None:
    """Everyone's cheapest days, where desks suffice for them and nothing links people; else None."""
    if week.activities or week.teams:
        return None
    chosen: set[int] = set()
    by_agent: dict[int, list[int]] = defaultdict(list)
    for place, shift in enumerate(week.shifts):
        if shift.fits and shift.agent not in week.travellers:
            by_agent[shift.agent].append(place)
    for agent, places in by_agent.items():
        low, high = week.asked[agent]
        ranked = sorted(places, key=lambda n: (not week.shifts[n].wanted, week.shifts[n].loss, n))
        wanted = sum(week.shifts[n].wanted for n in places)
        chosen.update(ranked[: min(high, max(low, wanted))])
    return frozenset(chosen) if _seated(week, chosen) else None


def _seated(week: OfficeWeek, chosen: set[int]) -> bool:
    taken = {site: np.zeros(len(row), dtype=np.int64) for site, row in week.free.items()}
    for place in chosen:
        shift = week.shifts[place]
        if shift.site in taken:
            taken[shift.site][shift.present] += 1
    return all((taken[site] <= np.maximum(week.free[site], 0)).all() for site in taken)


def desk_rows(
    shifts: Sequence[OfficeShift], free: NDArray[np.int64], places: Sequence[int]
) -> list[tuple[tuple[int, ...], int]]:
    """Who is present at once, and the fewest desks meanwhile; only where desks could run out."""
    present: dict[int, list[int]] = defaultdict(list)
    for place in places:
        for slot in shifts[place].present:
            present[int(slot)].append(place)
    rows = []
    for members, slots in groupby(sorted(present), key=lambda slot: tuple(present[slot])):
        desks = max(0, min(int(free[slot]) for slot in slots))
        if desks < len(members):
            rows.append((members, desks))
    return rows


class OfficeModel:
    """Variables, rules and cost of one week."""

    def __init__(self, week: OfficeWeek) -> None:
        """Write the model."""
        self.week, self.cp = week, cp_model.CpModel()
        self.cost: list[tuple[cp_model.IntVar, int]] = []
        self.sits = {
            place: self.cp.new_bool_var(f"sits{place}")
            for place, shift in enumerate(week.shifts)
            if shift.fits
        }
        dearest = max((week.shifts[place].loss for place in self.sits), default=0.0) or 1.0
        for place, variable in self.sits.items():
            steps = round(week.shifts[place].loss / dearest * STEPS)
            self.cost.append((variable, steps + TRAVEL))
        self.meets: dict[str, dict[int, cp_model.IntVar]] = {}
        self.team_days: dict[str, dict[int, cp_model.IntVar]] = {}
        self._limit_desks()
        self._keep_ratios()
        self._want_days()
        self._share_team_days()
        self._meet_in_office()
        self.cp.minimize(sum(variable * price for variable, price in self.cost))

    def _limit_desks(self) -> None:
        """Ensures that no site seats more people at once than it has desks."""
        for site, free in self.week.free.items():
            here = [place for place in self.sits if self.week.shifts[place].site == site]
            for members, desks in desk_rows(self.week.shifts, free, here):
                self.cp.add(sum(self.sits[place] for place in members) <= desks)

    def _keep_ratios(self) -> None:
        """Ensures the most days in the office, and the least as far as desks and hours allow."""
        by_agent: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for place, variable in self.sits.items():
            by_agent[self.week.shifts[place].agent].append(variable)
        for agent, variables in by_agent.items():
            low, high = self.week.asked[agent]
            if high < len(variables):
                self.cp.add(sum(variables) <= high)
            if low > 0:
                missing = self.cp.new_int_var(0, low, "")
                self.cp.add(sum(variables) + missing >= low)
                self.cost.append((missing, MISSING_DAY))

    def _want_days(self) -> None:
        """Ensures that days meant for the office are spent there where a desk is free."""
        for place, variable in self.sits.items():
            if self.week.shifts[place].wanted:
                self.cost.append((variable, -MISSING_WANTED))

    def _share_team_days(self) -> None:
        """Ensures that a team has its days in common."""
        for team, (count, days) in self.week.teams.items():
            together = {day: self.cp.new_bool_var(f"{team} {day}") for day in days}
            self.team_days[team] = together
            self.cp.add(sum(together.values()) == min(count, len(days)))
            for day, places in days.items():
                for place in places:
                    missing = self.cp.new_bool_var("")
                    if place in self.sits:
                        self.cp.add(self.sits[place] + missing >= together[day])
                        self.cost.append((missing, MISSING_WANTED))

    def _meet_in_office(self) -> None:
        """Ensures that all attendants of an activity that needs the office are there on its day."""
        for key, days in self.week.activities.items():
            meets = {day: self.cp.new_bool_var(f"{key} {day}") for day in days}
            self.meets[key] = meets
            missing = self.cp.new_bool_var("")
            self.cp.add(sum(meets.values()) + missing == 1)
            self.cost.append((missing, MISSING_ACTIVITY))
            for day, places in days.items():
                for place in places:
                    if place in self.sits:
                        self.cp.add(self.sits[place] >= meets[day])

    def solve(self, *, effort: float, seed: int) -> OfficeChoice | None:
        """The best days within the counted effort; None where not one choice was found."""
        solver = cp_model.CpSolver()
        solver.parameters.max_deterministic_time = effort
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.linearization_level = 2
        status = solver.solve(self.cp)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return None
        return OfficeChoice(
            chosen=frozenset(p for p, variable in self.sits.items() if solver.value(variable)),
            activity_days={
                key: day
                for key, days in self.meets.items()
                for day, variable in days.items()
                if solver.value(variable)
            },
            team_days={
                team: tuple(day for day, variable in days.items() if solver.value(variable))
                for team, days in self.team_days.items()
            },
            is_proven=status == cp_model.OPTIMAL,
        )
