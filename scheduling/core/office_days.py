"""Which days hybrid people spend in the office: ratios, teams, desks and meetings that need it.

A shift keeps its hours wherever it is worked; the office costs a desk in every slot in which the shift is present
(the gap of a split shift holds none) and what gets done less there. So the days in the office go to the days on
which a slot is worth least. Weeks are planned one after another: ratios count by week, and a night shift
into the next week keeps its desk there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import AgentRules, FloatingActivity, ScheduleData, WorkMode
from scheduling.core.findings import Finding, Severity

if TYPE_CHECKING:
    from scheduling.core.tours import Tour

DAYS_PER_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class OfficeTeam:
    """People who spend so many days a week in the office together."""

    key: str
    members: tuple[int, ...]
    days_per_week: int
    weeks: frozenset[int] | None = None
    """Weeks in which it does so; None for all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OfficeShift:
    """A shift that may be worked in the office."""

    agent: int
    day: int
    site: str
    present: NDArray[np.int64]
    working: NDArray[np.int64]
    loss: float
    """Money that working it in the office costs."""
    fits: bool
    """The office is open all through it and nothing keeps the person at home."""
    must: bool = False
    """In the office whatever it costs: the person never works from home, or the shift is locked there."""
    wanted: bool = False
    """A day that the person spends in the office if a desk is free, for example the team's."""


@dataclass(frozen=True, kw_only=True)
class OfficeConflict:
    """A week in which someone is on fewer days in the office than agreed, and why."""

    agent: int
    week: int
    missing_days: int
    """Days in the office that are missing."""
    lacks_desk: bool
    """More shifts could be worked in the office if desks were free."""


@dataclass(frozen=True, kw_only=True)
class OfficePlan:
    """Who is in the office on which days."""

    in_office: frozenset[tuple[int, int]]
    """Agent and day."""
    cost: float = 0.0
    conflicts: tuple[OfficeConflict, ...] = ()
    findings: tuple[Finding, ...] = ()
    activity_days: Mapping[str, int] = field(default_factory=dict)
    """The day for which each activity that needs the office found all its attendants there."""
    team_days: Mapping[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)
    """Days of each team in each week."""


def shift_slots(tour: Tour, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Present and working slots of one shift of a tour."""
    shift = tour.shifts[number]
    rows = (tour.present, tour.working)
    return tuple(row[(row >= shift.start_slot) & (row < shift.end_slot)] for row in rows)  # type: ignore[return-value]


def office_shifts(
    data: ScheduleData, tours: Sequence[Tour | None], worths: Sequence[NDArray[np.float64]]
) -> list[OfficeShift]:
    """Every shift with what the office would cost it.

    Args:
        data: rules of agents, hours of offices and what a slot there gets done.
        tours: everyone's tour.
        worths: per agent what one person with their skills saves in each slot.
    """
    found = []
    opened = {site: open_slots(data, site) for site in {a.site for a in data.agents}}
    for number, (agent, tour) in enumerate(zip(data.agents, tours, strict=True)):
        if tour is None:
            continue
        fixed = {shift.day: shift for shift in agent.fixed}
        always = agent.work_mode == WorkMode.OFFICE
        for place, shift in enumerate(tour.shifts):
            present, working = shift_slots(tour, place)
            locked = fixed.get(shift.day) if shift.shape is None else None
            inside = bool(opened[agent.site][present].all())
            worth = np.maximum(worths[number][working], 0.0).sum()
            found.append(
                OfficeShift(
                    agent=number,
                    day=shift.day,
                    site=agent.site,
                    present=present,
                    working=working,
                    loss=0.0 if always else (1.0 - data.office_rate_of(agent)) * float(worth),
                    fits=_may_sit(agent, shift.day) and inside and locked is None,
                    must=(always and inside and locked is None)
                    or (locked is not None and locked.in_office),
                    wanted=agent.work_mode == WorkMode.HYBRID and shift.day in agent.office_days,
                )
            )
    return found


def _may_sit(agent: AgentRules, day: int) -> bool:
    return day not in agent.home_days


def open_slots(data: ScheduleData, site: str) -> NDArray[np.bool_]:
    """Slots in which the office is open; a site without hours always is."""
    if site not in data.office_spans:
        return np.ones(data.horizon.slots, dtype=bool)
    row = np.zeros(data.horizon.slots, dtype=bool)
    for first, end in data.office_spans[site]:
        row[first:end] = True
    return row


def free_desks(
    data: ScheduleData, shifts: Sequence[OfficeShift], in_office: set[tuple[int, int]] | None = None
) -> dict[str, NDArray[np.int64]]:
    """Desks left per site and slot by those who must sit there and those already placed."""
    free = {site: np.asarray(row, dtype=np.int64).copy() for site, row in data.seats.items()}
    for shift in shifts:
        sits = shift.must or (in_office is not None and (shift.agent, shift.day) in in_office)
        if sits and shift.site in free:
            free[shift.site][shift.present] -= 1
    return free


def asked_days(agent: AgentRules, *, week: int, worked: int) -> tuple[int, int]:
    """Least and most days in the office of a week; granted time off excuses what it takes away."""
    if agent.work_mode != WorkMode.HYBRID or agent.office_days_per_week is None:
        return 0, DAYS_PER_WEEK
    low, high = agent.office_days_per_week
    if week < len(agent.credited_days) and agent.credited_days[week]:
        low = min(low, worked)
    return low, high


def common_days(
    activity: FloatingActivity,
    *,
    numbers: Mapping[str, int],
    by_agent: Mapping[int, Sequence[OfficeShift]],
    slots: int,
    interval_minutes: int,
) -> dict[int, list[OfficeShift]]:
    """Days on which all attendants work long enough at the same time, with their shifts."""
    rows = [by_agent.get(numbers.get(key, -1), ()) for key in activity.attendants]
    if not rows or not all(rows):
        return {}
    length = -(-activity.minutes // interval_minutes)
    window = np.zeros(slots, dtype=bool)
    for first, end in activity.spans:
        window[first:end] = True
    found = {}
    for day in sorted(set.intersection(*({s.day for s in row} for row in rows))):
        here = [next(s for s in row if s.day == day) for row in rows]
        if not all(s.fits or s.must for s in here):
            continue
        both = window.copy()
        for shift in here:
            both &= np.isin(np.arange(slots), shift.working)
        if longest_run(both) >= length:
            found[day] = here
    return found


def longest_run(row: NDArray[np.bool_]) -> int:
    """Length of the longest stretch of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def quota_finding(data: ScheduleData, conflict: OfficeConflict, *, least: int) -> Finding:
    """Person, rule and the smallest relaxation of a ratio that is not met."""
    possible = least - conflict.missing_days
    return Finding(
        code="office_days_desk" if conflict.lacks_desk else "office_days_few",
        severity=Severity.WARNING,
        subject=data.agents[conflict.agent].key,
        values={"week": conflict.week + 1, "least": least, "possible": possible},
    )
