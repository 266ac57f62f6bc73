"""The file format of the Curtois and Qu rosters: sections of comma-separated lines, # for comments.

(T. Curtois and R. Qu, "Computational results on new staff scheduling benchmark instances", technical
report, University of Nottingham, 2014.)
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from scheduling.core.dayroster.data import (
    OFF,
    Employee,
    IntArray,
    InvalidRosterError,
    Roster,
    RosterData,
    ShiftType,
)

MOST_CELLS = 20_000_000
"""Employees x days x shifts that a file may ask for; the largest published one has 1.7 million."""


class Line(NamedTuple):
    """One line of a section."""

    number: int
    fields: tuple[str, ...]

    def whole(self, place: int, what: str) -> int:
        """Return a field as a whole number of at least 0."""
        text = self.text(place, what)
        text = "0" if text == "-0" else text  # published files have it
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise InvalidRosterError(
                f"Line {self.number}: expected {what} as a whole number of at least 0, got {text!r}."
            )
        return int(text)

    def text(self, place: int, what: str) -> str:
        """Return a field that must be there."""
        if place >= len(self.fields) or not self.fields[place]:
            raise InvalidRosterError(
                f"Line {self.number}: expected {what} in field {place + 1}, found none."
            )
        return self.fields[place]


class Names(NamedTuple):
    """Numbers of shifts and employees by their names."""

    shifts: dict[str, int]
    employees: dict[str, int]
    days: int

    def shift(self, line: Line, place: int) -> int:
        """Return the number of a shift."""
        return _known(self.shifts, line, place, "a shift of SECTION_SHIFTS")

    def employee(self, line: Line, place: int) -> int:
        """Return the number of an employee."""
        return _known(self.employees, line, place, "an employee of SECTION_STAFF")

    def day(self, line: Line, place: int) -> int:
        """Return a day within the horizon."""
        day = line.whole(place, "a day")
        if day >= self.days:
            raise InvalidRosterError(
                f"Line {line.number}: day {day} is outside the horizon of {self.days} days; the first is 0."
            )
        return day


def read_roster(text: str) -> RosterData:
    """Read one problem; `InvalidRosterError` says what is wrong and where."""
    sections = _sections(text)
    days = _horizon(sections)
    shifts = _shifts(sections["SECTION_SHIFTS"])
    names = Names({shift.name: n for n, shift in enumerate(shifts)}, {}, days)
    for line in _required(sections, "SECTION_STAFF"):
        name = line.text(0, "the name of an employee")
        if name in names.employees:
            raise InvalidRosterError(f"Line {line.number}: employee {name!r} is there twice.")
        names.employees[name] = len(names.employees)
    cells = days * len(shifts) * len(names.employees)
    if cells > MOST_CELLS:
        raise InvalidRosterError(
            f"Expected at most {MOST_CELLS:,} employees x days x shifts, got {cells:,}; "
            "split the file into departments or periods."
        )
    days_off = _days_off(sections["SECTION_DAYS_OFF"], names)
    required, under, over = _cover(sections["SECTION_COVER"], names)
    base, cost = _wishes(sections, names)
    return RosterData(
        days=days,
        shifts=shifts,
        employees=tuple(
            _employee(line, names, days_off[number])
            for number, line in enumerate(sections["SECTION_STAFF"])
        ),
        wish_cost=cost,
        wish_base=base,
        required=required,
        under_cost=under,
        over_cost=over,
    )


def write_assignments(data: RosterData, roster: Roster) -> dict[str, dict[str, str]]:
    """Return who works what: employee, day, shift."""
    return {
        employee.name: {
            str(day): data.shifts[shift].name
            for day, shift in enumerate(tour.tolist())
            if shift != OFF
        }
        for employee, tour in zip(data.employees, roster, strict=True)
    }


SECTIONS = (
    "SECTION_HORIZON",
    "SECTION_SHIFTS",
    "SECTION_STAFF",
    "SECTION_DAYS_OFF",
    "SECTION_SHIFT_ON_REQUESTS",
    "SECTION_SHIFT_OFF_REQUESTS",
    "SECTION_COVER",
)


def _sections(text: str) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    section = None
    for number, line in enumerate(_lines(text), start=1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION"):
            section = line
            if section not in SECTIONS or section in found:
                raise InvalidRosterError(
                    f"Line {number}: expected each of {', '.join(SECTIONS)} once, got {section!r}."
                )
            found[section] = []
        elif section is None:
            raise InvalidRosterError(
                f"Line {number}: expected a section such as SECTION_HORIZON first, got {line[:40]!r}."
            )
        else:
            found[section].append(Line(number, tuple(part.strip() for part in line.split(","))))
    for name in ("SECTION_HORIZON", "SECTION_SHIFTS", "SECTION_STAFF", "SECTION_COVER"):
        _required(found, name)
    return {name: found.get(name, []) for name in SECTIONS}


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines())


def _required(sections: dict[str, list[Line]], name: str) -> Sequence[Line]:
    lines = sections.get(name)
    if not lines:
        raise InvalidRosterError(f"Expected at least one line in {name}, found none.")
    return lines


def _known(names: dict[str, int], line: Line, place: int, what: str) -> int:
    name = line.text(place, what)
    if name not in names:
        raise InvalidRosterError(f"Line {line.number}: expected {what}, got {name!r}.")
    return names[name]


def _horizon(sections: dict[str, list[Line]]) -> int:
    lines = sections["SECTION_HORIZON"]
    days = lines[0].whole(0, "the number of days")
    if len(lines) > 1 or not 1 <= days <= 3660:
        raise InvalidRosterError(
            f"Line {lines[-1].number}: expected one horizon of 1 to 3660 days, got "
            f"{', '.join(line.fields[0] for line in lines)}."
        )
    return days


def _shifts(lines: Sequence[Line]) -> tuple[ShiftType, ...]:
    numbers: dict[str, int] = {}
    for line in lines:
        name = line.text(0, "the name of a shift")
        if name in numbers:
            raise InvalidRosterError(f"Line {line.number}: shift {name!r} is there twice.")
        numbers[name] = len(numbers)
    return tuple(_shift(line, numbers) for line in lines)


def _shift(line: Line, numbers: dict[str, int]) -> ShiftType:
    minutes = line.whole(1, "the length in minutes")
    if not 1 <= minutes <= 1440:
        raise InvalidRosterError(
            f"Line {line.number}: expected a shift of 1 to 1440 minutes, got {minutes}."
        )
    banned = [name for name in line.fields[2].split("|") if name] if len(line.fields) > 2 else []
    unknown = [name for name in banned if name not in numbers]
    if unknown:
        raise InvalidRosterError(
            f"Line {line.number}: {unknown[0]!r} may not follow, but is no shift of SECTION_SHIFTS."
        )
    return ShiftType(
        name=line.fields[0],
        minutes=minutes,
        banned_next=frozenset(numbers[name] for name in banned),
    )


def _employee(line: Line, names: Names, days_off: frozenset[int]) -> Employee:
    numbers = [
        line.whole(place, what)
        for place, what in enumerate(
            (
                "the most minutes",
                "the least minutes",
                "the most days in a row",
                "the least days in a row",
                "the least days off in a row",
                "the most weekends",
            ),
            start=2,
        )
    ]
    most, least, most_running, least_running, least_off, weekends = numbers
    if least > most:
        raise InvalidRosterError(
            f"Line {line.number}: {line.fields[0]} must work at least {least} and at most {most} minutes; "
            "lower the first or raise the second."
        )
    return Employee(
        name=line.fields[0],
        most_of_shift=_limits(line, names),
        most_minutes=most,
        least_minutes=least,
        most_days_running=most_running,
        least_days_running=least_running,
        least_days_off=least_off,
        most_weekends=weekends,
        days_off=days_off,
    )


def _limits(line: Line, names: Names) -> tuple[int, ...]:
    """Read `E=14|L=0`; a shift that is not named has no limit."""
    limits = [names.days] * len(names.shifts)
    for part in line.fields[1].split("|") if len(line.fields) > 1 and line.fields[1] else ():
        name, _, most = part.partition("=")
        if name not in names.shifts or not (most.isascii() and most.isdigit() and len(most) <= 9):
            raise InvalidRosterError(
                f"Line {line.number}: expected limits such as E=14|L=0 of known shifts, got {part!r}."
            )
        limits[names.shifts[name]] = int(most)
    return tuple(limits)


def _days_off(lines: Sequence[Line], names: Names) -> list[frozenset[int]]:
    found: list[set[int]] = [set() for _ in names.employees]
    for line in lines:
        employee = names.employee(line, 0)
        places = [place for place in range(1, len(line.fields)) if line.fields[place]]
        found[employee].update(names.day(line, place) for place in places)
    return [frozenset(days) for days in found]


def _wishes(sections: dict[str, list[Line]], names: Names) -> tuple[IntArray, IntArray]:
    base = np.zeros(len(names.employees), dtype=np.int64)
    cost = np.zeros((len(names.employees), names.days, len(names.shifts)), dtype=np.int64)
    for section, sign in (("SECTION_SHIFT_ON_REQUESTS", -1), ("SECTION_SHIFT_OFF_REQUESTS", 1)):
        for line in sections[section]:
            employee, day = names.employee(line, 0), names.day(line, 1)
            weight = line.whole(3, "the weight")
            cost[employee, day, names.shift(line, 2)] += sign * weight
            base[employee] += weight if sign < 0 else 0
    return base, cost


def _cover(lines: Sequence[Line], names: Names) -> tuple[IntArray, IntArray, IntArray]:
    tables: Any = np.zeros((3, names.days, len(names.shifts)), dtype=np.int64)
    seen: set[tuple[int, int]] = set()
    for line in lines:
        day, shift = names.day(line, 0), names.shift(line, 1)
        if (day, shift) in seen:
            raise InvalidRosterError(
                f"Line {line.number}: day {day}, shift {line.fields[1]!r} is there twice; keep one line."
            )
        seen.add((day, shift))
        for table, what in enumerate(("the requirement", "the weight for under", "for over")):
            tables[table, day, shift] = line.whole(2 + table, what)
    return tables[0], tables[1], tables[2]
