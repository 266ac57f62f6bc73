"""How many people may be off: which limit is full for a request, and who is next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
Days = tuple[date, date | None]


@dataclass(frozen=True, kw_only=True)
class OffLimit:
    """Most people of a group who may be off on the days [starts_on, ends_on), in an interval of each."""

    key: int
    name: str
    most_people: int
    members: Mapping[int, Sequence[Days]]
    """Days on which each agent belongs to the group."""
    starts_on: date
    ends_on: date | None
    weekdays: str
    starts_minute: int
    ends_minute: int
    timezone: str

    def holds_for(self, agent_id: int, day: date) -> bool:
        """The limit counts the agent on that day."""
        return (
            self.starts_on <= day
            and (self.ends_on is None or day < self.ends_on)
            and str(day.weekday()) in self.weekdays
            and any(
                first <= day and (last is None or day < last)
                for first, last in self.members.get(agent_id, ())
            )
        )

    def windows(self, agent_id: int, span: Span) -> Iterator[tuple[date, Span]]:
        """Days on which the span counts against this limit, each with the interval counted."""
        zone = ZoneInfo(self.timezone)
        day, last = span[0].astimezone(zone).date(), span[1].astimezone(zone).date()
        while day <= last:
            window = (_wall(day, self.starts_minute, zone), _wall(day, self.ends_minute, zone))
            if self.holds_for(agent_id, day) and _touch(window, span):
                yield day, window
            day += timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Full:
    """A limit that is reached on a day."""

    limit: OffLimit
    day: date
    count: int


class OffBook:
    """Who is off, held against limits; granting adds to it."""

    def __init__(self, limits: Sequence[OffLimit], off: Mapping[int, Sequence[Span]]) -> None:
        self.limits = limits
        self._off = {agent_id: list(spans) for agent_id, spans in off.items()}
        self._counted: dict[tuple[int, date], frozenset[int]] = {}

    def add(self, agent_id: int, span: Span) -> None:
        """Somebody more is off."""
        self._off.setdefault(agent_id, []).append(span)
        for limit in self.limits:
            for day, _window in limit.windows(agent_id, span):
                self._counted.pop((limit.key, day), None)

    def full(self, agent_id: int, span: Span) -> list[Full]:
        """Limits that leave no place for the agent, each with its first such day."""
        found = []
        for limit in self.limits:
            for day, window in limit.windows(agent_id, span):
                count = len(self._people_off(limit, day, window) - {agent_id})
                if count >= limit.most_people:
                    found.append(Full(limit=limit, day=day, count=count))
                    break
        return found

    def places(self, item: Waiting) -> dict[int, frozenset[date]]:
        """Days on which a request wants a place, by limit."""
        found = {
            limit.key: frozenset(day for day, _ in limit.windows(item.agent_id, item.span))
            for limit in self.limits
        }
        return {key: days for key, days in found.items() if days}

    def _people_off(self, limit: OffLimit, day: date, window: Span) -> frozenset[int]:
        """People of the group who are off in the interval of the day; counted once."""
        key = (limit.key, day)
        if key not in self._counted:
            self._counted[key] = frozenset(
                agent_id
                for agent_id in limit.members.keys() & self._off.keys()
                if limit.holds_for(agent_id, day)
                and any(_touch(window, span) for span in self._off[agent_id])
            )
        return self._counted[key]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A request on the waitlist."""

    key: int
    agent_id: int
    span: Span
    asked_at: datetime
    here_since: date

    def order(self, rule: str) -> tuple[Any, ...]:
        """Its place by a limit's rule; the smaller goes first."""
        first = (self.here_since,) if rule == "SENIORITY" else ()
        return (*first, self.asked_at, self.key)


def next_to_grant(
    book: OffBook, waiting: Sequence[Waiting], rule_of: Callable[[int], str]
) -> Waiting | None:
    """The next request that fits; of those that want the same places the one the limit's rule puts first."""
    fitting = [item for item in waiting if not book.full(item.agent_id, item.span)]
    fitting.sort(key=lambda item: item.order("FIFO"))
    places = {item.key: book.places(item) for item in fitting}
    for item in fitting:
        if not any(_goes_before(other, item, places, rule_of) for other in fitting):
            return item
    return fitting[0] if fitting else None


def positions(
    book: OffBook, waiting: Sequence[Waiting], rule_of: Callable[[int], str]
) -> dict[int, int]:
    """Each request's position: one more than the requests before it that want the same full place."""
    places = {item.key: book.places(item) for item in waiting}
    found = {}
    for item in waiting:
        full = {reached.limit.key for reached in book.full(item.agent_id, item.span)}
        ahead = sum(_goes_before(other, item, places, rule_of, among=full) for other in waiting)
        found[item.key] = ahead + 1
    return found


def _goes_before(
    other: Waiting,
    item: Waiting,
    places: Mapping[int, Mapping[int, frozenset[date]]],
    rule_of: Callable[[int], str],
    *,
    among: Collection[int] | None = None,
) -> bool:
    """Some limit (of these) puts the other first, and both want one of its places on the same day."""
    theirs = places[other.key]
    return other.key != item.key and any(
        key in theirs
        and (among is None or key in among)
        and not days.isdisjoint(theirs[key])
        and other.order(rule_of(key)) < item.order(rule_of(key))
        for key, days in places[item.key].items()
    )


def _wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant at which the wall clock shows the minute; 1,440 is the next midnight."""
    moment = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return moment.astimezone(UTC)


def _touch(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
