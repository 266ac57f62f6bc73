"""Office and home as the solver takes them: ratios, days of teams, hours, rooms, what gets done there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import AgentRules, Horizon, Span, WorkMode
from scheduling.core.office_days import OfficeTeam
from scheduling.models import (
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    SiteOffice,
    TeamOfficeRule,
    TeamPlace,
)
from scheduling.queries.solve_input.axis import Axis
from scheduling.queries.solve_input.free_time import wall_slot
from wfm.org.models import AgentAssignment
from wfm.timeline import day_bounds

DAYS_PER_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class OfficeInput:
    """What the rows say about offices."""

    rates: Mapping[str, float]
    spans: Mapping[str, tuple[Span, ...]]
    rooms: Mapping[str, NDArray[np.int64]]
    teams: tuple[OfficeTeam, ...]


def office_input(
    axis: Axis, assignments: Sequence[AgentAssignment], horizons: Mapping[str, Horizon]
) -> OfficeInput:
    """Offices of the sites of these people."""
    sites = {row.team.site_id: row.team.site.timezone for row in assignments}
    return OfficeInput(
        rates={
            str(row.site_id): row.productive_rate
            for row in SiteOffice.objects.filter(site__in=sites)
        },
        spans=_hours(axis, sites, horizons),
        rooms=_rooms(axis, sites),
        teams=_common_days(axis, assignments),
    )


def _hours(
    axis: Axis, sites: Mapping[int, str], horizons: Mapping[str, Horizon]
) -> dict[str, tuple[Span, ...]]:
    found: dict[str, list[Span]] = {}
    for row in OfficeHours.objects.filter(site__in=sites).order_by("site", "weekday"):
        spans = found.setdefault(str(row.site_id), [])
        horizon = horizons[sites[row.site_id]]
        for day in range(axis.days):
            if axis.date(day).weekday() == row.weekday:
                first = wall_slot(horizon, day, row.opens_minute)
                end = min(axis.slots, wall_slot(horizon, day, row.closes_minute))
                spans.append((first, end))
    return {site: tuple(sorted(spans)) for site, spans in found.items()}


def _rooms(axis: Axis, sites: Mapping[int, str]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, NDArray[np.int64]] = {}
    for room in MeetingRoom.objects.filter(site__in=sites):
        row = found.setdefault(str(room.site_id), np.zeros(axis.slots, dtype=np.int64))
        zone = sites[room.site_id]
        first = max(0, axis.slot(day_bounds(room.starts_on, zone).starts_at))
        last = axis.slots
        if room.ends_on is not None:
            last = max(0, min(last, axis.slot(day_bounds(room.ends_on, zone).starts_at)))
        row[first:last] += 1
    return found


# -- people --------------------------------------------------------------------------------------


def with_places(
    agents: Sequence[AgentRules], axis: Axis, assignments: Sequence[AgentAssignment]
) -> tuple[AgentRules, ...]:
    """The agents with their ratio of office and home and the days of their team."""
    by_contract: dict[int, HybridRatio] = {}
    by_agent: dict[int, HybridRatio] = {}
    for ratio in HybridRatio.objects.all():
        if ratio.agent_id is not None:
            by_agent[ratio.agent_id] = ratio
        elif ratio.employment_contract_id is not None:
            by_contract[ratio.employment_contract_id] = ratio
    rules: dict[int, list[TeamOfficeRule]] = defaultdict(list)
    for rule in TeamOfficeRule.objects.all():
        rules[rule.team_id].append(rule)
    return tuple(
        _with_place(
            agent,
            row,
            axis,
            (
                by_agent.get(row.agent_id) or by_contract.get(row.employment_contract_id),
                rules[row.team_id],
            ),
        )
        for agent, row in zip(agents, assignments, strict=True)
    )


def _with_place(
    agent: AgentRules,
    row: AgentAssignment,
    axis: Axis,
    found: tuple[HybridRatio | None, Sequence[TeamOfficeRule]],
) -> AgentRules:
    if agent.work_mode != WorkMode.HYBRID:
        return agent
    ratio, rules = found
    contract = row.employment_contract
    most = row.office_days_per_week
    asked = (
        (min(most, contract.days_per_week_min), most)
        if ratio is None
        else (ratio.office_days_min, ratio.office_days_max)
    )
    office, home = (
        frozenset(
            day
            for rule in rules
            if rule.place == place
            for day in range(axis.days)
            if str(axis.date(day).weekday()) in rule.weekdays
            and holds_in_week(rule, axis.date(day))
        )
        for place in (TeamPlace.OFFICE, TeamPlace.HOME)
    )
    return replace(agent, office_days_per_week=asked, office_days=office - home, home_days=home)


def holds_in_week(rule: TeamOfficeRule, day: date) -> bool:
    """True where the rule holds in the week of this day."""
    if rule.cycle_weeks == 1 or rule.cycle_starts_on is None:
        return True
    monday = day - timedelta(days=day.weekday())
    first = rule.cycle_starts_on - timedelta(days=rule.cycle_starts_on.weekday())
    return (monday - first).days // DAYS_PER_WEEK % rule.cycle_weeks == 0


def _common_days(axis: Axis, assignments: Sequence[AgentAssignment]) -> tuple[OfficeTeam, ...]:
    """Teams whose common days the solver chooses, with the weeks of the axis in which they do."""
    members: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(assignments):
        if row.work_mode == WorkMode.HYBRID:
            members[row.team_id].append(number)
    weeks = range(-(-axis.days // DAYS_PER_WEEK))
    return tuple(
        OfficeTeam(
            key=str(rule.team_id),
            members=tuple(members[rule.team_id]),
            days_per_week=rule.common_days,
            weeks=frozenset(
                week for week in weeks if holds_in_week(rule, axis.date(DAYS_PER_WEEK * week))
            ),
        )
        for rule in TeamOfficeRule.objects.filter(common_days__gt=0).order_by("pk")
        if members[rule.team_id]
    )
