"""Which rules the shifts of a version break, as the planner's grid shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
    SplitShiftConsent,
    TimeOff,
    TimeOffStatus,
)
from scheduling.models.rotation import OFF
from scheduling.queries.rotations import rotation_letters
from scheduling.queries.solve_input import (
    assigned_between,
    credited_weeks,
    minutes_left_of_periods,
    touches_day,
)
from scheduling.queries.weekends import worked_weekends
from scheduling.queries.wishes import split_shift_ids
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
        for row in assigned_between(version.starts_on, version.ends_on, agent_ids=agent_ids)
    }
    around = Shift.objects.filter(
        is_published=True,
        agent__in=assignments,
        operational_date__gte=version.starts_on - AROUND,
        operational_date__lt=version.ends_on + AROUND,
    ).exclude(operational_date__gte=version.starts_on, operational_date__lt=version.ends_on)
    zones = {agent_id: row.team.site.timezone for agent_id, row in assignments.items()}
    limits = agent_limits(version, assignments)
    judged = planned_shifts(own, zones)
    neighbours = planned_shifts(around, zones)
    return {
        agent_id: rule_marks(
            judged.get(agent_id, ()), limits[agent_id], around=neighbours.get(agent_id, ())
        )
        for agent_id in assignments
    }


def worked_by_agent(version: ScheduleVersion) -> dict[int, list[PlannedShift]]:
    """The version's shifts by agent, as rules and money read them."""
    own = Shift.objects.filter(version=version)
    agents = set(own.values_list("agent_id", flat=True))
    assignments = assigned_between(version.starts_on, version.ends_on, agent_ids=agents)
    return planned_shifts(own, {row.agent_id: row.team.site.timezone for row in assignments})


def planned_shifts(rows: object, zones: Mapping[int, str]) -> dict[int, list[PlannedShift]]:
    """Shifts by agent as rules read them; `zones` are those of the agents' sites."""
    shifts = list(rows)  # type: ignore[call-overload]
    skills: dict[int, set[int]] = defaultdict(set)
    served = ShiftActivity.objects.filter(shift__in=[s.pk for s in shifts], queue__isnull=False)
    for shift_id, skill_id in served.values_list("shift_id", "queue__skill_id").distinct():
        skills[shift_id].add(skill_id)
    split = split_shift_ids([s.pk for s in shifts])
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
                is_split=shift.pk in split,
            )
        )
    return found


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """Rows about all people, by agent or contract."""

    templates: Mapping[int, list[ShiftTemplate]]
    skills: Mapping[int, set[int]]
    time_off: Mapping[int, list[TimeOff]]
    open_hours: Mapping[int, dict[date, Sequence[tuple[datetime, datetime]]]]
    letters: Mapping[int, str]
    saturdays: Mapping[int, set[date]]
    consents: Collection[int]
    periods: Mapping[int, tuple[int, int]]


def agent_limits(
    version: ScheduleVersion, assignments: Mapping[int, AgentAssignment]
) -> dict[int, Limits]:
    """What binds each agent on the days of the version, which need not be saved."""
    templates: dict[int, list[ShiftTemplate]] = defaultdict(list)
    for template in ShiftTemplate.objects.filter(is_active=True):
        templates[template.employment_contract_id].append(template)
    skills: dict[int, set[int]] = defaultdict(set)
    valid = AgentSkill.objects.filter(agent__in=assignments, starts_on__lt=version.ends_on)
    for agent_id, skill_id in valid.filter(
        Q(ends_on=None) | Q(ends_on__gt=version.starts_on)
    ).values_list("agent_id", "skill_id"):
        skills[agent_id].add(skill_id)
    facts = _Facts(
        templates=templates,
        skills=skills,
        time_off=_time_off(version, assignments),
        open_hours=_open_hours(version, assignments),
        letters=rotation_letters(
            list(assignments.values()), first=version.starts_on, last=version.ends_on
        ),
        saturdays=_worked_saturdays(version, assignments),
        consents=_consents(version, assignments),
        periods=_periods(version, assignments),
    )
    return {agent_id: _limits_of(row, version, facts) for agent_id, row in assignments.items()}


def _limits_of(row: AgentAssignment, version: ScheduleVersion, facts: _Facts) -> Limits:
    contract, agent_id = row.employment_contract, row.agent_id
    own = facts.templates.get(contract.pk, [])
    off = facts.time_off.get(agent_id, [])
    letters = facts.letters.get(agent_id, "")
    days, minutes = credited_weeks(
        off, row, first=version.starts_on, last=version.ends_on, letters=letters
    )
    band = version.parameters.get("start_band_minutes")
    return Limits(
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        days_per_week=(contract.days_per_week_min, contract.days_per_week_max),
        paid_minutes_per_week=(contract.weekly_minutes_min, contract.weekly_minutes_max),
        max_consecutive_days=contract.max_consecutive_days,
        min_rest_minutes=contract.min_rest_minutes,
        length_minutes=frozenset(m for t in own if not t.is_split for m in t.spans_minutes),
        split_minutes=frozenset(m for t in own if t.is_split for m in t.spans_minutes),
        start_minutes=[(t.earliest_start_minute, t.latest_start_minute) for t in own],
        skills=frozenset(facts.skills.get(agent_id, ())),
        time_off=[(row.starts_at, row.ends_at) for row in off],
        open_by_date=facts.open_hours.get(agent_id, {}),
        credited_days=days,
        credited_minutes=minutes,
        consecutive_days_off=contract.consecutive_days_off,
        max_weekends_in_4_weeks=contract.max_weekends_in_4_weeks,
        worked_saturdays=frozenset(facts.saturdays.get(agent_id, ())),
        max_split_shifts_per_week=contract.max_split_shifts_per_week,
        agrees_to_splits=agent_id in facts.consents,
        start_band_minutes=band
        if contract.start_band_minutes is None
        else contract.start_band_minutes,
        paid_minutes_per_period=facts.periods.get(agent_id),
        rotation={
            version.starts_on + timedelta(days=n): letter
            for n, letter in enumerate(letters)
            if letter == OFF
            or not touches_day(off, version.starts_on + timedelta(days=n), row.team.site.timezone)
        },
    )


def _worked_saturdays(
    version: ScheduleVersion, assignments: Mapping[int, AgentAssignment]
) -> dict[int, set[date]]:
    """Weekends worked in the three weeks before, as published."""
    people = list(assignments.values())
    return worked_weekends(people, before=version.starts_on, weeks=4)


def _consents(version: ScheduleVersion, assignments: Mapping[int, AgentAssignment]) -> set[int]:
    rows = SplitShiftConsent.objects.filter(
        agent__in=assignments, starts_on__lte=version.starts_on
    ).filter(Q(ends_on=None) | Q(ends_on__gte=version.ends_on))
    return set(rows.values_list("agent_id", flat=True))


def _periods(
    version: ScheduleVersion, assignments: Mapping[int, AgentAssignment]
) -> dict[int, tuple[int, int]]:
    return minutes_left_of_periods(list(assignments.values()), version)


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
