"""Published shifts around the days of a version, and shifts that it must keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from scheduling.core.data import FixedShift
from scheduling.models import ScheduleVersion, Shift, ShiftActivity
from scheduling.queries.solve_input.axis import Axis
from scheduling.queries.solve_input.skills import skills_by_agent


def published_outside(version: ScheduleVersion, axis: Axis) -> dict[int, list[Shift]]:
    """Published shifts of other days near the week, by agent: they bind rest and runs of days."""
    near = Shift.objects.filter(
        is_published=True,
        ends_at__gt=axis.starts_at - timedelta(days=8),
        starts_at__lt=axis.moment(axis.slots) + timedelta(days=1),
    ).exclude(operational_date__gte=version.starts_on, operational_date__lt=version.ends_on)
    by_agent: dict[int, list[Shift]] = defaultdict(list)
    for shift in near.order_by("starts_at"):
        by_agent[shift.agent_id].append(shift)
    return by_agent


def carried(
    axis: Axis, outside: Mapping[int, list[Shift]], skills: Sequence[str]
) -> tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]:
    """Skills and working slots of shifts of other days that reach into the axis."""
    reaching = [
        shift.pk
        for shifts in outside.values()
        for shift in shifts
        if shift.ends_at > axis.starts_at and shift.starts_at < axis.moment(axis.slots)
    ]
    own = skills_by_agent(axis.first_date)
    slots: dict[tuple[int, int], list[int]] = defaultdict(list)
    rows = ShiftActivity.objects.filter(shift__in=reaching, activity_code__is_work=True)
    for shift_id, agent_id, starts_at, ends_at in rows.values_list(
        "shift_id", "shift__agent_id", "starts_at", "ends_at"
    ):
        first, last = max(0, axis.slot(starts_at)), min(axis.slots, axis.end_slot(ends_at))
        slots[shift_id, agent_id].extend(range(first, last))
    return tuple(
        (tuple(s for s in own.get(agent_id, ()) if s in skills), tuple(sorted(held)))
        for (_, agent_id), held in sorted(slots.items())
        if held
    )


def previous_run_days(version: ScheduleVersion, shifts: Sequence[Shift]) -> int:
    worked = {shift.operational_date for shift in shifts}
    run, day = 0, version.starts_on - timedelta(days=1)
    while day in worked:
        run, day = run + 1, day - timedelta(days=1)
    return run


def locked_shifts(version: ScheduleVersion, axis: Axis) -> dict[int, tuple[FixedShift, ...]]:
    """Shifts of the version that this one is based on and that the planner has locked."""
    if version.based_on_id is None:
        return {}
    locked = Shift.objects.filter(version=version.based_on_id, is_locked=True)
    working: dict[int, list[int]] = defaultdict(list)
    rows = ShiftActivity.objects.filter(shift__in=locked, activity_code__is_work=True)
    for shift_id, starts_at, ends_at in rows.values_list("shift_id", "starts_at", "ends_at"):
        working[shift_id].extend(range(axis.slot(starts_at), axis.end_slot(ends_at)))
    found: dict[int, list[FixedShift]] = defaultdict(list)
    for shift in locked.order_by("starts_at"):
        day = (shift.operational_date - axis.first_date).days
        if 0 <= day < axis.days:
            found[shift.agent_id].append(
                FixedShift(
                    day=day,
                    start_slot=axis.slot(shift.starts_at),
                    end_slot=axis.end_slot(shift.ends_at),
                    working_slots=tuple(s for s in working[shift.pk] if 0 <= s < axis.slots),
                    paid_minutes=shift.paid_minutes,
                    in_office=shift.place == "OFFICE",
                )
            )
    return {agent_id: tuple(shifts) for agent_id, shifts in found.items()}
