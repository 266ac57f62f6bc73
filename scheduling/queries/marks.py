"""Which rules the shifts of a version break, as the planner's grid shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from scheduling.core.rule_marks import Limits, Mark, PlannedShift, rule_marks
from scheduling.models import (
    Availability,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftTemplate,
    TimeOff,
    TimeOffStatus,
)
from scheduling.queries.solve_input import credited_time
from wfm.org.models import AgentAssignment, AgentSkill
from wfm.timeline import Interval, day_bounds

AROUND = timedelta(days=8)


def marks_by_agent(
    version: ScheduleVersion, *, agent_ids: Collection[int] | None = None
) -> dict[int, list[Mark]]:
    """Broken rules of the version's agents; of these agents only where they are named."""
    own = Shift.objects.filter(version=version)
    if agent_ids is None:
        agent_ids = set(own.values_list("agent_id", flat=True))
    own = own.filter(agent__in=agent_ids)
    assignments = {
        row.agent_id: row
        for row in AgentAssignment.objects.effective_on(version.starts_on)
        .filter(agent__in=agent_ids)
        .select_related("team__site", "employment_contract")
    }
    around = Shift.objects.filter(
        is_published=True,
        agent__in=assignments,
        operational_date__gte=version.starts_on - AROUND,
        operational_date__lt=version.ends_on + AROUND,
    ).exclude(operational_date__gte=version.starts_on, operational_date__lt=version.ends_on)
    zones = {agent_id: row.team.site.timezone for agent_id, row in assignments.items()}
    judged = _planned(own, zones)
    neighbours = _planned(around, zones)
    limits = _limits(version, assignments)
    return {
        agent_id: rule_marks(
            judged.get(agent_id, ()), limits[agent_id], around=neighbours.get(agent_id, ())
        )
        for agent_id in assignments
    }


def _planned(rows: object, zones: Mapping[int, str]) -> dict[int, list[PlannedShift]]:
    shifts = list(rows)  # type: ignore[call-overload]
    skills: dict[int, set[int]] = defaultdict(set)
    served = ShiftActivity.objects.filter(shift__in=[s.pk for s in shifts], queue__isnull=False)
    for shift_id, skill_id in served.values_list("shift_id", "queue__skill_id").distinct():
        skills[shift_id].add(skill_id)
    found: dict[int, list[PlannedShift]] = defaultdict(list)
    for shift in shifts:
        local = shift.starts_at.astimezone(ZoneInfo(zones.get(shift.agent_id, "UTC")))
        found[shift.agent_id].append(
            PlannedShift(
                number=shift.pk,
                operational_date=shift.operational_date,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                paid_minutes=shift.paid_minutes,
                start_minute=local.hour * 60 + local.minute,
                queue_skills=frozenset(skills[shift.pk]),
            )
        )
    return found


def _limits(
    version: ScheduleVersion, assignments: Mapping[int, AgentAssignment]
) -> dict[int, Limits]:
    templates: dict[int, list[ShiftTemplate]] = defaultdict(list)
    for template in ShiftTemplate.objects.filter(is_active=True):
        templates[template.employment_contract_id].append(template)
    skills: dict[int, set[int]] = defaultdict(set)
    valid = AgentSkill.objects.filter(agent__in=assignments, starts_on__lt=version.ends_on)
    for agent_id, skill_id in valid.filter(
        Q(ends_on=None) | Q(ends_on__gt=version.starts_on)
    ).values_list("agent_id", "skill_id"):
        skills[agent_id].add(skill_id)
    time_off = _time_off(version, assignments)
    open_hours = _open_hours(version, assignments)
    found = {}
    for agent_id, row in assignments.items():
        contract, own = row.employment_contract, templates[row.employment_contract_id]
        credited_days, credited_minutes = credited_time(
            time_off.get(agent_id, []), row, first=version.starts_on, last=version.ends_on
        )
        found[agent_id] = Limits(
            week_starts_on=version.starts_on,
            week_ends_on=version.ends_on,
            days_per_week=(contract.days_per_week_min, contract.days_per_week_max),
            paid_minutes_per_week=(contract.weekly_minutes_min, contract.weekly_minutes_max),
            max_consecutive_days=contract.max_consecutive_days,
            min_rest_minutes=contract.min_rest_minutes,
            length_minutes=frozenset(m for t in own for m in _lengths(t)),
            start_minutes=[(t.earliest_start_minute, t.latest_start_minute) for t in own],
            skills=frozenset(skills[agent_id]),
            time_off=[(off.starts_at, off.ends_at) for off in time_off.get(agent_id, [])],
            open_by_date=open_hours.get(agent_id, {}),
            credited_days=credited_days,
            credited_minutes=credited_minutes,
        )
    return found


def _lengths(template: ShiftTemplate) -> range:
    return range(
        template.length_min_minutes,
        template.length_max_minutes + 1,
        template.length_step_minutes,
    )


def _time_off(
    version: ScheduleVersion, assignments: Mapping[int, AgentAssignment]
) -> dict[int, list[TimeOff]]:
    week = Interval(
        day_bounds(version.starts_on, version.timezone).starts_at - timedelta(days=1),
        day_bounds(version.ends_on, version.timezone).starts_at + timedelta(days=1),
    )
    rows = TimeOff.objects.filter(
        agent__in=assignments,
        status=TimeOffStatus.APPROVED,
        starts_at__lt=week.ends_at,
        ends_at__gt=week.starts_at,
    )
    found: dict[int, list[TimeOff]] = defaultdict(list)
    for row in rows:
        found[row.agent_id].append(row)
    return found


def _open_hours(
    version: ScheduleVersion, assignments: Mapping[int, AgentAssignment]
) -> dict[int, dict[date, Sequence[tuple[datetime, datetime]]]]:
    """By agent and date where shifts may lie; only weekdays that have a row."""
    found: dict[int, dict[date, list[tuple[datetime, datetime]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    days = [
        version.starts_on + timedelta(days=n)
        for n in range((version.ends_on - version.starts_on).days)
    ]
    for row in Availability.objects.filter(agent__in=assignments):
        zone = assignments[row.agent_id].team.site.timezone
        for day in days:
            in_force = (row.starts_on is None or row.starts_on <= day) and (
                row.ends_on is None or day < row.ends_on
            )
            if day.weekday() != row.weekday or not in_force:
                continue
            stretches = found[row.agent_id][day]
            if row.is_available:
                midnight = day_bounds(day, zone).starts_at
                stretches.append(
                    (
                        midnight + timedelta(minutes=row.starts_minute),
                        midnight + timedelta(minutes=row.ends_minute),
                    )
                )
    return {agent_id: dict(by_date) for agent_id, by_date in found.items()}
