"""Who of the demo's people is off when, and when they cannot work. Pure, seeded by person and week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from wfm.demo.operation import SEED
from wfm.demo.people import Person

STREAM_OFF = 41
STREAM_AVAILABLE = 42
PAID_MINUTES_PER_DAY = 450


@dataclass(frozen=True)
class Absence:
    """Whole days off, [starts_on, ends_on), approved or only asked for."""

    person: Person
    starts_on: date
    ends_on: date
    is_approved: bool


@dataclass(frozen=True)
class WeekdayLimit:
    """A weekday on which someone can work only between two minutes, or not at all (None)."""

    person: Person
    weekday: int
    span: tuple[int, int] | None


def absences(people: Sequence[Person], *, monday: date) -> list[Absence]:
    """Return the time off of one week: 3 % are away all week, 5.5 % for a day, a few more have asked."""
    found = []
    for place, person in enumerate(people):
        rng = np.random.default_rng([SEED, STREAM_OFF, monday.toordinal(), place])
        draw, weekday = rng.random(), int(rng.integers(0, 5))
        day = monday + timedelta(days=weekday)
        if person.is_demo_agent:
            continue
        if draw < 0.03:
            found.append(Absence(person, monday, monday + timedelta(days=7), is_approved=True))
        elif draw < 0.09:
            found.append(Absence(person, day, day + timedelta(days=1), is_approved=draw < 0.085))
    return found


def weekday_limits(people: Sequence[Person]) -> list[WeekdayLimit]:
    """Return when people cannot work: a third of the part-timers have half days, some no Saturdays."""
    found = []
    for place, person in enumerate(people):
        rng = np.random.default_rng([SEED, STREAM_AVAILABLE, place])
        draw = rng.random()
        if person.contract == "part" and draw < 0.35:
            span = (420, 840) if draw < 0.18 else (720, 1380)
            found += [WeekdayLimit(person, weekday, span) for weekday in range(5)]
        elif person.contract in {"full", "long"} and draw < 0.15:
            found.append(WeekdayLimit(person, 5, None))
    return found
