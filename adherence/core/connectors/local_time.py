"""Local times to instants. A time that occurs twice or never is decided by evidence or not at all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from adherence.core.connectors.event import Fault

MAX_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class LocalTime:
    """A reading of the source's wall clock, in the order in which the source wrote it."""

    wall: datetime
    agent_key: str
    sequence: int | None = None


@dataclass(frozen=True)
class Resolved:
    """The instant of a local time, or why there is none."""

    at: datetime | None
    fault: Fault | None = None
    candidates: tuple[datetime, ...] = ()


def possible_instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the instants at which the wall clock showed this: one, two, or none."""
    found = set()
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            found.add(instant)
    return tuple(sorted(found))


def resolve(
    times: Sequence[LocalTime],
    *,
    zone: ZoneInfo,
    received_at: datetime,
    max_delay_seconds: int | None = None,
) -> list[Resolved]:
    """Return the instant of each local time.

    A time that occurs twice is decided where one of its two instants has not yet come, or is
    longer ago than the source promises to take; else where the agent's own times, in the source's
    order, step back once: before the step it was the first hour, after it the second. Otherwise it
    stays undecided, with both instants.
    """
    possible = [possible_instants(time.wall, zone) for time in times]
    sensible = [_arrivable(found, received_at, max_delay_seconds) for found in possible]
    by_agent: defaultdict[str, list[int]] = defaultdict(list)
    for index, time in enumerate(times):
        by_agent[time.agent_key].append(index)
    hours: dict[int, int] = {}
    for rows in by_agent.values():
        hours |= _by_order(rows, times, possible)
    return [
        _decided(possible[index], sensible[index], hours.get(index)) for index in range(len(times))
    ]


def _decided(
    possible: tuple[datetime, ...], sensible: tuple[datetime, ...], hour: int | None
) -> Resolved:
    if not possible:
        return Resolved(None, Fault.TIME_NEVER)
    if len(sensible) == 1:
        return Resolved(sensible[0])
    if hour is not None:
        return Resolved(possible[hour])
    return Resolved(None, Fault.TIME_TWICE, possible)


def _arrivable(
    possible: tuple[datetime, ...], received_at: datetime, max_delay_seconds: int | None
) -> tuple[datetime, ...]:
    """Return those instants that can have been told by now."""
    kept = tuple(found for found in possible if found <= received_at + MAX_AHEAD)
    if max_delay_seconds is not None:
        earliest = received_at - timedelta(seconds=max_delay_seconds)
        kept = tuple(found for found in kept if found >= earliest)
    return kept or possible


def _by_order(
    rows: list[int], times: Sequence[LocalTime], possible: Sequence[tuple[datetime, ...]]
) -> dict[int, int]:
    """Decide one agent's times that occur twice, night by night, by where the clock steps back."""
    ordered = _ascending(rows, times, possible)
    nights: defaultdict[date, list[int]] = defaultdict(list)
    for row in ordered:
        if len(possible[row]) == 2:
            nights[times[row].wall.date()].append(row)
    decided: dict[int, int] = {}
    for twice in nights.values():
        steps = [
            place
            for place, (before, after) in enumerate(pairwise(twice), start=1)
            if times[after].wall < times[before].wall
        ]
        if len(steps) == 1:
            decided |= {row: int(place >= steps[0]) for place, row in enumerate(twice)}
    return decided


def _ascending(
    rows: list[int], times: Sequence[LocalTime], possible: Sequence[tuple[datetime, ...]]
) -> list[int]:
    """Return the rows from the earliest to the latest; none where their order shows no direction.

    The direction is told by sequence numbers, else by times that occur once: two times within the
    doubled hour alone could be either a step back or a list that begins with the newest.
    """
    if all(times[row].sequence is not None for row in rows):
        return sorted(rows, key=lambda row: (times[row].sequence or 0, row))
    directions = {
        times[after].wall > times[before].wall
        for before, after in pairwise(rows)
        if times[after].wall != times[before].wall
        and not len(possible[before]) == len(possible[after]) == 2
    }
    if len(directions) != 1:
        return []
    return rows if directions == {True} else rows[::-1]
