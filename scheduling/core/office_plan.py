"""Days in the office for everybody, week by week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData, WorkMode
from scheduling.core.findings import Finding, Severity
from scheduling.core.office_days import (
    DAYS_PER_WEEK,
    OfficeConflict,
    OfficePlan,
    OfficeShift,
    OfficeTeam,
    asked_days,
    common_days,
    free_desks,
    office_shifts,
    quota_finding,
)
from scheduling.core.office_model import OfficeChoice, OfficeModel, OfficeWeek, cheapest_days
from scheduling.core.office_relaxed import relaxed_days
from scheduling.core.tours import Tour

EFFORT_PER_THOUSAND_SHIFTS = 2.0
SMALL_WEEK = 1500


@dataclass(frozen=True, kw_only=True)
class OfficeParams:
    """How long CP-SAT may look at a week, in its counted seconds."""

    seed: int = 1
    effort: float | None = None
    """None: by the number of shifts."""


class _Planner:
    """Places week after week; later weeks find fewer desks where night shifts reach into them."""

    def __init__(
        self,
        data: ScheduleData,
        shifts: Sequence[OfficeShift],
        teams: Sequence[OfficeTeam],
        params: OfficeParams,
    ) -> None:
        self.data, self.shifts, self.teams, self.params = data, shifts, teams, params
        self.free = free_desks(data, shifts)
        self.in_office = {(s.agent, s.day) for s in shifts if s.must}
        self.cost = sum(s.loss for s in shifts if s.must)
        self.conflicts: list[OfficeConflict] = []
        self.findings: list[Finding] = []
        self.activity_days: dict[str, int] = {}
        self.team_days: dict[tuple[str, int], tuple[int, ...]] = {}
        self.by_agent: dict[int, list[OfficeShift]] = defaultdict(list)
        for shift in shifts:
            self.by_agent[shift.agent].append(shift)
        self.meetings = self._meetings()

    def _meetings(self) -> dict[str, dict[int, list[OfficeShift]]]:
        """Common days of the activities that need the office."""
        numbers = {agent.key: n for n, agent in enumerate(self.data.agents)}
        return {
            activity.key: common_days(
                activity,
                numbers=numbers,
                by_agent=self.by_agent,
                slots=self.data.horizon.slots,
                interval_minutes=self.data.horizon.interval_minutes,
            )
            for activity in self.data.activities
            if activity.needs_office
        }

    def run(self) -> OfficePlan:
        """Plan all weeks."""
        for week in range(self.data.weeks):
            self._plan(week)
        return OfficePlan(
            in_office=frozenset(self.in_office),
            cost=float(self.cost),
            conflicts=tuple(self.conflicts),
            findings=tuple(self.findings),
            activity_days=self.activity_days,
            team_days=self.team_days,
        )

    def _plan(self, number: int) -> None:
        days = range(number * DAYS_PER_WEEK, (number + 1) * DAYS_PER_WEEK)
        open_meetings = {
            key: {day: rows for day, rows in by_day.items() if day in days}
            for key, by_day in self.meetings.items()
            if key not in self.activity_days
        }
        open_meetings = {key: by_day for key, by_day in open_meetings.items() if by_day}
        movable = self._movable(days, open_meetings)
        week = self._week(number, movable, open_meetings, days)
        chosen = cheapest_days(week)
        if chosen is None:
            chosen = relaxed_days(week)
        if chosen is None:
            found = self._solve_linked(week) or self._solve(week, len(movable))
            chosen = found.chosen
            self.activity_days.update(found.activity_days)
            for team, common in found.team_days.items():
                self.team_days[team, number] = common
        for place in chosen:
            shift = movable[place]
            self.in_office.add((shift.agent, shift.day))
            self.cost += shift.loss
            if shift.site in self.free:
                self.free[shift.site][shift.present] -= 1
        self._tell(number, movable, chosen)

    def _solve_linked(self, week: OfficeWeek) -> OfficeChoice | None:
        """Large weeks: days for everybody as if nothing linked people, then the linked anew.

        None where the week is small, or where somebody would lack a day or an activity so.
        """
        tied = {
            week.shifts[place].agent
            for days in (*week.activities.values(), *(days for _, days in week.teams.values()))
            for places in days.values()
            for place in places
        }
        if len(week.shifts) <= SMALL_WEEK or len(tied) > len(week.asked) / 2:
            return None
        apart = replace(week, activities={}, teams={})
        chosen = cheapest_days(apart)
        chosen = relaxed_days(apart) if chosen is None else chosen
        if chosen is None:
            return None
        free = {site: row.copy() for site, row in week.free.items()}
        kept = {place for place in chosen if week.shifts[place].agent not in tied}
        for place in kept:
            shift = week.shifts[place]
            if shift.site in free:
                free[shift.site][shift.present] -= 1
        own = [place for place, shift in enumerate(week.shifts) if shift.agent in tied]
        number = {place: n for n, place in enumerate(own)}
        part = OfficeWeek(
            shifts=[week.shifts[place] for place in own],
            free=free,
            asked={agent: week.asked[agent] for agent in tied},
            travellers=week.travellers,
            activities={
                key: {day: [number[p] for p in places] for day, places in days.items()}
                for key, days in week.activities.items()
            },
            teams={
                key: (count, {day: [number[p] for p in places] for day, places in days.items()})
                for key, (count, days) in week.teams.items()
            },
        )
        found = self._solve(part, len(own))
        sits = [part.shifts[place].agent for place in found.chosen]
        lacks = any(
            sits.count(agent) < min(part.asked[agent][0], _fitting(part, agent)) for agent in tied
        )
        if lacks or len(found.activity_days) < len(week.activities):
            return None
        return replace(found, chosen=frozenset(kept | {own[place] for place in found.chosen}))

    def _solve(self, week: OfficeWeek, shifts: int) -> OfficeChoice:
        effort = self.params.effort or 1.0 + EFFORT_PER_THOUSAND_SHIFTS * shifts / 1000
        found = OfficeModel(week).solve(effort=effort, seed=self.params.seed)
        return found or OfficeChoice(
            chosen=frozenset(), activity_days={}, team_days={}, is_proven=False
        )

    def _movable(
        self, days: range, meetings: Mapping[str, Mapping[int, Sequence[OfficeShift]]]
    ) -> list[OfficeShift]:
        """Shifts of hybrid people, and of home workers on days on which they could meet others."""
        called = {
            (s.agent, s.day) for by_day in meetings.values() for row in by_day.values() for s in row
        }
        return [
            shift
            for shift in self.shifts
            if shift.day in days
            and not shift.must
            and (
                self.data.agents[shift.agent].work_mode == WorkMode.HYBRID
                or (shift.agent, shift.day) in called
            )
        ]

    def _week(
        self,
        number: int,
        movable: Sequence[OfficeShift],
        meetings: Mapping[str, Mapping[int, Sequence[OfficeShift]]],
        days: range,
    ) -> OfficeWeek:
        place = {(shift.agent, shift.day): n for n, shift in enumerate(movable)}
        agents = self.data.agents
        return OfficeWeek(
            shifts=movable,
            free=self.free,
            asked={agent: self._asked(agent, number) for agent in {s.agent for s in movable}},
            travellers=frozenset(
                s.agent for s in movable if agents[s.agent].work_mode != WorkMode.HYBRID
            ),
            activities={
                key: {
                    day: [place[s.agent, s.day] for s in row if (s.agent, s.day) in place]
                    for day, row in by_day.items()
                }
                for key, by_day in meetings.items()
            },
            teams={
                team.key: (
                    team.days_per_week,
                    {
                        day: [place[n, day] for n in team.members if (n, day) in place]
                        for day in days
                        if any((n, day) in place for n in team.members)
                    },
                )
                for team in self.teams
                if team.weeks is None or number in team.weeks
            },
        )

    def _asked(self, agent: int, week: int) -> tuple[int, int]:
        """Days still asked for beside those that are fixed."""
        worked = [s for s in self.by_agent[agent] if s.day // DAYS_PER_WEEK == week]
        low, high = asked_days(self.data.agents[agent], week=week, worked=len(worked))
        fixed = sum(s.must for s in worked)
        return max(0, low - fixed), max(0, high - fixed)

    def _tell(self, number: int, movable: Sequence[OfficeShift], chosen: frozenset[int]) -> None:
        """Note every ratio that is not met and every wished day without a desk."""
        sits: dict[int, int] = defaultdict(int)
        could: dict[int, int] = defaultdict(int)
        for place, shift in enumerate(movable):
            sits[shift.agent] += place in chosen
            could[shift.agent] += shift.fits
        hybrids = {s.agent for s in self.by_week(number)}
        for agent in sorted(hybrids):
            low, _high = self._asked(agent, number)
            if sits[agent] >= low:
                continue
            conflict = OfficeConflict(
                agent=agent,
                week=number,
                missing_days=low - sits[agent],
                lacks_desk=could[agent] > sits[agent],
            )
            self.conflicts.append(conflict)
            rule = self.data.agents[agent].office_days_per_week
            assert rule is not None
            self.findings.append(quota_finding(self.data, conflict, least=rule[0]))
        for place, shift in enumerate(movable):
            if (
                shift.wanted
                and place not in chosen
                and sits[shift.agent] < self._asked(shift.agent, number)[1]
            ):
                self.findings.append(self._wanted_finding(shift))

    def _wanted_finding(self, shift: OfficeShift) -> Finding:
        code = "office_day_desk" if shift.fits else "office_day_closed"
        return Finding(
            code=code,
            severity=Severity.WARNING,
            subject=self.data.agents[shift.agent].key,
            values={"day": shift.day + 1, "date": f"Day {shift.day + 1}"},
        )

    def by_week(self, number: int) -> list[OfficeShift]:
        """Shifts of hybrid people in a week."""
        return [
            s
            for s in self.shifts
            if s.day // DAYS_PER_WEEK == number
            and self.data.agents[s.agent].work_mode == WorkMode.HYBRID
        ]


def _fitting(week: OfficeWeek, agent: int) -> int:
    return sum(shift.agent == agent and shift.fits for shift in week.shifts)


def plan_office(
    data: ScheduleData,
    tours: Sequence[Tour | None],
    worths: Sequence[NDArray[np.float64]],
    *,
    teams: Sequence[OfficeTeam] = (),
    params: OfficeParams | None = None,
) -> OfficePlan:
    """Choose office or home for each agent-day; ratios are met in every week in which any choice can.

    Args:
        data: rules, desks and office hours.
        tours: everyone's tour; shifts stay as they are.
        worths: per agent what one person with their skills saves in each slot.
        teams: people who share days in the office.
        params: effort and seed.
    """
    shifts = office_shifts(data, tours, worths)
    return _Planner(data, shifts, teams, params or OfficeParams()).run()


def without_office(data: ScheduleData) -> bool:
    """True where nobody chooses between office and home."""
    return not any(agent.work_mode == WorkMode.HYBRID for agent in data.agents) and not any(
        activity.needs_office for activity in data.activities
    )


def as_home(data: ScheduleData) -> ScheduleData:
    """The data without office rules: for comparing what they cost."""
    agents = tuple(
        replace(agent, work_mode=WorkMode.HOME, office_days_per_week=None) for agent in data.agents
    )
    return replace(data, agents=agents, office_rate=1.0, office_rates={})
