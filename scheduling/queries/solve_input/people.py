"""Who is scheduled and what binds each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from scheduling.core.data import AgentRules, Horizon, WorkMode
from scheduling.models import ScheduleVersion, Shift
from scheduling.queries.solve_input.axis import Axis
from scheduling.queries.solve_input.free_time import (
    availability_by_weekday,
    credited_time,
    granted_time_off,
    open_spans,
)
from scheduling.queries.solve_input.published import locked_shifts, previous_run_days
from scheduling.queries.solve_input.skills import skills_by_agent
from wfm.org.models import AgentAssignment
from wfm.timeline import Interval


def assigned_on(day: date) -> list[AgentAssignment]:
    """Whoever works here on the first day, by agent; one row each (the table excludes overlaps)."""
    return list(
        AgentAssignment.objects.effective_on(day)
        .filter(agent__is_active=True)
        .select_related("agent", "team__site", "employment_contract")
        .order_by("agent_id")
    )


def agent_rules(
    version: ScheduleVersion,
    axis: Axis,
    horizons: Mapping[str, Horizon],
    assignments: Sequence[AgentAssignment],
    outside: Mapping[int, list[Shift]],
) -> tuple[AgentRules, ...]:
    skills = skills_by_agent(version.starts_on)
    availability = availability_by_weekday(version)
    time_off = granted_time_off(axis)
    fixed = locked_shifts(version, axis)
    found = []
    for row in assignments:
        zone, contract = row.team.site.timezone, row.employment_contract
        shifts = outside.get(row.agent_id, [])
        off = time_off.get(row.agent_id, [])
        credited_days, credited_minutes = credited_time(
            off, row, first=version.starts_on, last=version.ends_on
        )
        rest = timedelta(minutes=contract.min_rest_minutes)
        busy = [Interval(s.starts_at - rest, s.ends_at + rest) for s in shifts]
        busy += [Interval(o.starts_at, o.ends_at) for o in off]
        limits = availability.get(row.agent_id, {})
        days = range(axis.days)
        found.append(
            AgentRules(
                key=str(row.agent_id),
                contract=str(contract.pk),
                skills=skills.get(row.agent_id, ()),
                spans=tuple(
                    open_spans(
                        axis, horizons[zone], day, limits.get(axis.date(day).weekday()), busy
                    )
                    for day in days
                ),
                fixed=fixed.get(row.agent_id, ()),
                previous_run_days=previous_run_days(version, shifts),
                credited_days=(credited_days,),
                credited_minutes=(credited_minutes,),
                work_mode=WorkMode(row.work_mode),
                site=str(row.team.site_id),
                zone=zone,
            )
        )
    return tuple(found)
