"""Which rules one agent's shifts break: for marks on a draft that a planner edits by hand.

Works on instants, shares no code with the solver, and judges any shifts, legal or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

TEXTS: Mapping[str, str] = {
    "overlap": "Overlaps another shift of the same person.",
    "rest": "Only %(hours).1f h of rest before this shift; the contract asks for %(least).1f h.",
    "days": "%(days)d days in this week; the contract allows %(most)d.",
    "too_few_days": "%(days)d days in this week; the contract asks for %(least)d.",
    "minutes": "%(hours).1f paid hours in this week; the contract allows %(most).1f.",
    "too_few_minutes": "%(hours).1f paid hours in this week; the contract asks for %(least).1f.",
    "consecutive": "Day %(days)d in a row; the contract allows %(most)d.",
    "time_off": "Lies in granted time off.",
    "availability": "Lies outside the hours in which this person can work.",
    "length": "A shift of %(hours).1f h is none of the contract's.",
    "start": "Starts outside the hours in which the contract's shifts start.",
    "skill": "Serves a queue whose skill this person does not have.",
    "seat": "No desk is free at the site for the whole shift.",
}


@dataclass(frozen=True, kw_only=True)
class PlannedShift:
    """A shift to judge; `number` is the caller's name for it."""

    number: int
    operational_date: date
    starts_at: datetime
    ends_at: datetime
    paid_minutes: int
    start_minute: int = 0
    queue_skills: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What binds the agent in the judged week."""

    week_starts_on: date
    week_ends_on: date
    days_per_week: tuple[int, int]
    paid_minutes_per_week: tuple[int, int]
    max_consecutive_days: int
    min_rest_minutes: int
    length_minutes: frozenset[int] = frozenset()
    """Legal lengths; empty for any."""
    start_minutes: Sequence[tuple[int, int]] = ()
    """Legal stretches of starts on the wall clock; empty for any."""
    skills: frozenset[int] = frozenset()
    time_off: Sequence[tuple[datetime, datetime]] = ()
    open_by_date: Mapping[date, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    """Where a shift of this operational day may lie; a day without entry is open all day."""
    credited_days: int = 0
    credited_minutes: int = 0


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One broken rule; `shift` is None for a rule about the whole week."""

    code: str
    shift: int | None = None
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The English sentence."""
        return TEXTS[self.code] % self.values


def rule_marks(
    shifts: Sequence[PlannedShift], limits: Limits, *, around: Sequence[PlannedShift] = ()
) -> list[Mark]:
    """Judge the week's shifts; `around` are published shifts of the days before and after."""
    week = sorted(shifts, key=lambda s: s.starts_at)
    everything = sorted([*week, *around], key=lambda s: s.starts_at)
    own = {shift.number for shift in week}
    return [
        *(mark for mark in _pairs(everything, limits) if mark.shift in own),
        *(mark for mark in _runs(everything, limits) if mark.shift in own),
        *_each(week, limits),
        *_whole_week(week, limits),
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
        if limits.length_minutes and minutes not in limits.length_minutes:
            yield Mark(code="length", shift=shift.number, values={"hours": minutes / 60})
        if limits.start_minutes and not any(
            low <= shift.start_minute <= high for low, high in limits.start_minutes
        ):
            yield Mark(code="start", shift=shift.number)
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


def _whole_week(shifts: Sequence[PlannedShift], limits: Limits) -> Iterator[Mark]:
    inside = [
        s for s in shifts if limits.week_starts_on <= s.operational_date < limits.week_ends_on
    ]
    days = len({s.operational_date for s in inside}) + limits.credited_days
    minutes = sum(s.paid_minutes for s in inside) + limits.credited_minutes
    least_days, most_days = limits.days_per_week
    least, most = limits.paid_minutes_per_week
    if days > most_days:
        yield Mark(code="days", values={"days": days, "most": most_days})
    if days < least_days:
        yield Mark(code="too_few_days", values={"days": days, "least": least_days})
    if minutes > most:
        yield Mark(code="minutes", values={"hours": minutes / 60, "most": most / 60})
    if minutes < least:
        yield Mark(code="too_few_minutes", values={"hours": minutes / 60, "least": least / 60})
