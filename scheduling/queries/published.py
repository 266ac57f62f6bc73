"""What is published of some people around some days, and which rules a change of it would break."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F

from scheduling.core.mark_diff import new_marks
from scheduling.core.rule_marks import Limits, Mark, PlannedShift, rule_marks
from scheduling.models import (
    RequestPolicy,
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftActivity,
)
from scheduling.queries.marks import AROUND, agent_limits, planned_shifts
from scheduling.queries.policies import policy_for
from scheduling.queries.solve_input import assigned_between
from wfm.org.models import AgentAssignment, SeatPool

WEEK = timedelta(weeks=1)
REACH = timedelta(weeks=3)
"""Weekends worked count for so long."""
REACHING = frozenset({"overlap", "rest", "consecutive", "weekends"})
"""Rules that a change may break outside its own week."""


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """Published shifts of people, and what binds them in the weeks that a change touches."""

    weeks: Sequence[tuple[date, date]]
    limits: Mapping[tuple[int, date], Limits]
    """By agent and first day of the week."""
    planned: Mapping[int, Sequence[PlannedShift]]
    assignments: Mapping[int, AgentAssignment]
    policies: dict[int, RequestPolicy] = field(default_factory=dict)
    """Read once per team."""

    def policy(self, agent_id: int) -> RequestPolicy:
        """How requests of the agent's team are reviewed."""
        row = self.assignments[agent_id]
        if row.team_id not in self.policies:
            self.policies[row.team_id] = policy_for(row)
        return self.policies[row.team_id]

    def zone(self, agent_id: int) -> ZoneInfo:
        """The zone of the agent's site."""
        return ZoneInfo(self.assignments[agent_id].team.site.timezone)

    def knows(self, agent_id: int) -> bool:
        """The agent belongs to a team in these weeks."""
        return agent_id in self.assignments

    def broken(
        self, agent_id: int, after: Sequence[PlannedShift], *, ignored: Collection[str] = ()
    ) -> list[Mark]:
        """Rules that the agent's shifts would break and do not break now."""
        before = self.planned.get(agent_id, ())
        found: list[Mark] = []
        for first, last in self.weeks:
            limits = self.limits[agent_id, first]
            old, new = (_judged(shifts, limits, first, last) for shifts in (before, after))
            found += [m for m in new_marks(old, new, ignored=ignored) if m not in found]
        return found


def _judged(shifts: Sequence[PlannedShift], limits: Limits, first: date, last: date) -> list[Mark]:
    """Marks of the week, and of later days those of rules that reach so far."""
    inside = [s for s in shifts if first <= s.operational_date < last]
    outside = [s for s in shifts if not first <= s.operational_date < last]
    near = [s for s in outside if first - AROUND <= s.operational_date < last + AROUND]
    marks = rule_marks(inside, limits, around=near)
    far = replace(limits, ends_on=last + REACH, rotation={}, time_off=(), open_by_date={})
    later = [s for s in shifts if s.operational_date >= first]
    earlier = [s for s in shifts if first - AROUND <= s.operational_date < first]
    reaching = rule_marks(later, far, around=earlier)
    return marks + [m for m in reaching if m.code in REACHING and m not in marks]


def rule_book(*, agent_ids: Collection[int], days: Collection[date]) -> RuleBook:
    """Read what is needed to judge a change of these agents' shifts on these operational days."""
    versions = {day: version_of_day(day) for day in sorted(days)}
    shadows: dict[date, ScheduleVersion] = {}
    for day, version in versions.items():
        shadow = _week_of(day, version)
        shadows[shadow.starts_on] = shadow
    first = min(shadows) - AROUND
    last = max(shadow.ends_on for shadow in shadows.values()) + max(REACH, AROUND)
    limits: dict[tuple[int, date], Limits] = {}
    assignments: dict[int, AgentAssignment] = {}
    for starts_on, shadow in shadows.items():
        own = {
            row.agent_id: row
            for row in assigned_between(shadow.starts_on, shadow.ends_on, agent_ids=agent_ids)
            if row.agent.is_active
        }
        assignments |= own
        for agent_id, found in agent_limits(shadow, own).items():
            limits[agent_id, starts_on] = found
    known = {
        agent_id
        for agent_id in assignments
        if all((agent_id, starts_on) in limits for starts_on in shadows)
    }
    zones = {agent_id: assignments[agent_id].team.site.timezone for agent_id in known}
    rows = Shift.objects.filter(
        is_published=True,
        agent__in=known,
        operational_date__gte=first,
        operational_date__lt=last,
    )
    return RuleBook(
        weeks=[(s.starts_on, s.ends_on) for _, s in sorted(shadows.items())],
        limits=limits,
        planned=planned_shifts(rows, zones),
        assignments={agent_id: assignments[agent_id] for agent_id in known},
    )


def version_of_day(day: date) -> ScheduleVersion | None:
    """The published version whose shifts are in force on a day; the latest of several."""
    return (
        ScheduleVersion.objects.filter(
            status=ScheduleStatus.PUBLISHED, starts_on__lte=day, ends_on__gt=day
        )
        .order_by(F("published_at").desc(nulls_last=True), "-pk")
        .first()
    )


def _week_of(day: date, version: ScheduleVersion | None) -> ScheduleVersion:
    """The week of the version that holds the day, as a version of its own that is not saved."""
    if version is None:
        monday = day - timedelta(days=day.weekday())
        return ScheduleVersion(starts_on=monday, ends_on=monday + WEEK, timezone="UTC")
    first = version.starts_on + (day - version.starts_on) // WEEK * WEEK
    return ScheduleVersion(
        starts_on=first,
        ends_on=min(first + WEEK, version.ends_on),
        timezone=version.timezone,
        parameters=version.parameters,
    )


def has_free_seat(
    *, site_id: int, starts_at: datetime, ends_at: datetime, but_of: Collection[int] = ()
) -> bool:
    """A desk of the site is free for the whole stretch; a site without seat pools has no limit."""
    day = starts_at.date()
    pools = SeatPool.objects.filter(site=site_id, starts_on__lte=day)
    open_pools = [p.seats for p in pools if p.ends_on is None or p.ends_on > day]
    if not open_pools:
        return True
    seated = (
        Shift.objects.filter(
            is_published=True,
            site=site_id,
            place="OFFICE",
            starts_at__lt=ends_at,
            ends_at__gt=starts_at,
        )
        .exclude(pk__in=but_of)
        .values_list("starts_at", "ends_at")
    )
    spans = list(seated)
    moments = [starts_at, *(begins for begins, _ in spans if begins > starts_at)]
    busiest = max(sum(low <= moment < high for low, high in spans) for moment in moments)
    return busiest < sum(open_pools)


def activities_of(shift_ids: Collection[int]) -> dict[int, list[ShiftActivity]]:
    """Activities by shift, in order of time."""
    found: dict[int, list[ShiftActivity]] = {pk: [] for pk in shift_ids}
    for row in ShiftActivity.objects.filter(shift__in=shift_ids).order_by("starts_at"):
        found[row.shift_id].append(row)
    return found
