"""What is judged by hand: shifts, limits, and the marks that come of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

TEXTS: Mapping[str, str] = {
    "overlap": "Overlaps another shift of the same person.",
    "rest": "Only %(hours).1f h of rest before this shift; the contract asks for %(least).1f h.",
    "days": "%(days)d days in the week of %(week)s; the contract allows %(most)d.",
    "too_few_days": "%(days)d days in the week of %(week)s; the contract asks for %(least)d.",
    "minutes": "%(hours).1f paid hours in the week of %(week)s; the contract allows %(most).1f.",
    "too_few_minutes": (
        "%(hours).1f paid hours in the week of %(week)s; the contract asks for %(least).1f."
    ),
    "consecutive": "Day %(days)d in a row; the contract allows %(most)d.",
    "time_off": "Lies in granted time off.",
    "availability": "Lies outside the hours in which this person can work.",
    "length": "A shift of %(hours).1f h is none of the contract's.",
    "start": "Starts outside the hours in which the contract's shifts start.",
    "skill": "Serves a queue whose skill this person does not have.",
    "days_off_together": (
        "At most %(days)d days off together in the week of %(week)s; the contract asks for %(least)d."
    ),
    "weekends": (
        "Work on %(weekends)d of the four weekends up to %(weekend)s; the contract allows %(most)d."
    ),
    "splits": "%(splits)d split shifts in the week of %(week)s; the contract allows %(most)d.",
    "consent": "A split shift, to which this person has not agreed.",
    "rotation_off": "The rotation makes this a day off.",
    "rotation_work": "The rotation makes %(day)s a day of work.",
    "band": (
        "Starts vary by %(hours).1f h in the week of %(week)s; at most %(most).1f h are allowed."
    ),
    "period_minutes": (
        "%(hours).1f paid hours; the period of account leaves at most %(most).1f for these days."
    ),
    "period_too_few": (
        "%(hours).1f paid hours; the period of account asks for %(least).1f on these days."
    ),
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
    is_split: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What binds the agent in the judged weeks [starts_on, ends_on)."""

    starts_on: date
    ends_on: date
    days_per_week: tuple[int, int]
    paid_minutes_per_week: tuple[int, int]
    max_consecutive_days: int
    min_rest_minutes: int
    length_minutes: frozenset[int] = frozenset()
    """Legal lengths; empty for any."""
    split_minutes: frozenset[int] = frozenset()
    """Legal lengths of split shifts, their gaps included."""
    start_minutes: Sequence[tuple[int, int]] = ()
    """Legal stretches of starts on the wall clock; empty for any."""
    skills: frozenset[int] = frozenset()
    time_off: Sequence[tuple[datetime, datetime]] = ()
    open_by_date: Mapping[date, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    """Where a shift of this operational day may lie; a day without entry is open all day."""
    credited_days: Sequence[int] = ()
    credited_minutes: Sequence[int] = ()
    """Granted time off counts towards each week; () for none."""
    consecutive_days_off: int = 1
    max_weekends_in_4_weeks: int | None = None
    worked_saturdays: frozenset[date] = frozenset()
    """Saturdays of the weekends with work before the judged days."""
    max_split_shifts_per_week: int | None = None
    agrees_to_splits: bool = True
    start_band_minutes: int | None = None
    paid_minutes_per_period: tuple[int, int] | None = None
    """Of all judged days together, after what the rest of the period has used."""
    rotation: Mapping[date, str] = field(default_factory=dict)
    """W and O by date: days of work and days off."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One broken rule; `shift` is None for a rule about a week or more."""

    code: str
    shift: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The English sentence."""
        return TEXTS[self.code] % self.values
