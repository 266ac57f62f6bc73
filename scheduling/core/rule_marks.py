"""Which rules one agent's shifts break: for marks on a draft that a planner edits by hand.

Works on instants, shares no code with the solver, and judges any shifts, legal or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from scheduling.core.mark_types import TEXTS, Limits, Mark, PlannedShift
from scheduling.core.week_marks import week_marks

__all__ = ["TEXTS", "Limits", "Mark", "PlannedShift", "rule_marks"]


def rule_marks(
    shifts: Sequence[PlannedShift], limits: Limits, *, around: Sequence[PlannedShift] = ()
) -> list[Mark]:
    """Judge the weeks' shifts; `around` are published shifts of the days before and after."""
    week = sorted(shifts, key=lambda s: s.starts_at)
    everything = sorted([*week, *around], key=lambda s: s.starts_at)
    own = {shift.number for shift in week}
    return [
        *(mark for mark in _pairs(everything, limits) if mark.shift in own),
        *(mark for mark in _runs(everything, limits) if mark.shift in own),
        *_each(week, limits),
        *week_marks(week, limits),
    ]


def _pairs(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    latest_end: datetime | None = None
    for shift in shifts:
        if latest_end is not None:
            rest = shift.starts_at - latest_end
            if rest < timedelta(0):
                yield Mark(code="overlap", shift=shift.number)
            elif rest < timedelta(minutes=limits.min_rest_minutes):
                values = {
                    "hours": rest.total_seconds() / 3600,
                    "least": limits.min_rest_minutes / 60,
                }
                yield Mark(code="rest", shift=shift.number, values=values)
        latest_end = max(latest_end or shift.ends_at, shift.ends_at)


def _runs(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    first_of_day: dict[date, PlannedShift] = {}
    for shift in shifts:
        first_of_day.setdefault(shift.operational_date, shift)
    run = 0
    previous: date | None = None
    for day in sorted(first_of_day):
        run = run + 1 if previous is not None and day - previous == timedelta(days=1) else 1
        previous = day
        if run > limits.max_consecutive_days:
            values = {"days": run, "most": limits.max_consecutive_days}
            yield Mark(code="consecutive", shift=first_of_day[day].number, values=values)


def _each(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    for shift in shifts:
        minutes = round((shift.ends_at - shift.starts_at).total_seconds() / 60)
        lengths = limits.split_minutes if shift.is_split else limits.length_minutes
        if limits.length_minutes and minutes not in lengths:
            yield Mark(code="length", shift=shift.number, values={"hours": minutes / 60})
        if limits.start_minutes and not any(
            low <= shift.start_minute <= high for low, high in limits.start_minutes
        ):
            yield Mark(code="start", shift=shift.number)
        if shift.is_split and not limits.agrees_to_splits:
            yield Mark(code="consent", shift=shift.number)
        if limits.rotation.get(shift.operational_date) == "O":
            yield Mark(code="rotation_off", shift=shift.number)
        if shift.queue_skills - limits.skills:
            yield Mark(code="skill", shift=shift.number)
        if _touches(shift, limits.time_off):
            yield Mark(code="time_off", shift=shift.number)
        if not _is_open(shift, limits.open_by_date):
            yield Mark(code="availability", shift=shift.number)


def _touches(shift: PlannedShift, stretches: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(
        starts_at < shift.ends_at and shift.starts_at < ends_at for starts_at, ends_at in stretches
    )


def _is_open(
    shift: PlannedShift, open_by_date: Mapping[date, Sequence[tuple[datetime, datetime]]]
) -> bool:
    stretches = open_by_date.get(shift.operational_date)
    return stretches is None or any(
        starts_at <= shift.starts_at and shift.ends_at <= ends_at
        for starts_at, ends_at in stretches
    )
