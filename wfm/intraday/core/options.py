"""What can be done with one person's shift to help an interval at risk. Moments are seconds since 1970.

Each option names stretches of work that come and go; what that does to service is for the staffing
engines to say.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

STEP = 900
"""Breaks move and shifts grow by whole quarters of an hour."""
NOTICE = 900
"""Nobody is asked to do anything that begins sooner."""
HOUR = 3600
MOST_EXTRA = 2 * HOUR
LEAST_FREE = HOUR
LONGEST_SHIFT = 12 * HOUR
BETWEEN_BREAKS = 1800
FROM_THE_EDGE = HOUR
AROUND = HOUR
"""Where no rule of the contract speaks of a break: so far from where it was, and from the ends."""


class OptionKind(StrEnum):
    """What can be done."""

    MOVE_BREAK = "MOVE_BREAK"
    OVERTIME = "OVERTIME"
    TIME_OFF = "TIME_OFF"
    BRING_OVER = "BRING_OVER"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One activity of a shift; work may be on a queue."""

    starts_at: int
    ends_at: int
    code: int
    is_work: bool
    queue: int | None = None

    @property
    def seconds(self) -> int:
        """Its length."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, kw_only=True)
class BreakWindow:
    """A break of this code and length may begin from `earliest` to `latest` after the shift does."""

    code: int
    seconds: int
    earliest: int
    latest: int


@dataclass(frozen=True, kw_only=True)
class Person:
    """One published shift of somebody, and how far it may move.

    Attributes:
        agent: Who.
        shift: Which shift.
        parts: Its activities in order of time.
        team: Their team.
        skills: What they can do.
        free_from: No work before it: rest after the shift before.
        free_until: No work after it: rest before the next one.
        windows: Where the contract lets breaks lie.
        pay: Of an hour.
        premium: Of overtime, a share of the pay.

    """

    agent: int
    shift: int
    parts: tuple[Part, ...]
    team: int | None
    skills: frozenset[int]
    free_from: int
    free_until: int
    windows: tuple[BreakWindow, ...] = ()
    pay: float = 0.0
    premium: float = 0.0

    @property
    def starts_at(self) -> int:
        """Start of the shift."""
        return self.parts[0].starts_at

    @property
    def ends_at(self) -> int:
        """End of the shift."""
        return self.parts[-1].ends_at

    def queue_at(self, moment: int) -> int | None:
        """The queue worked on at a moment."""
        return next(
            (p.queue for p in self.parts if p.is_work and p.starts_at <= moment < p.ends_at), None
        )


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Work on a queue that comes (+1) or goes (-1)."""

    starts_at: int
    ends_at: int
    queue: int | None
    people: int


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something that one person can do.

    Attributes:
        kind: What.
        person: Whose shift.
        starts_at: When: of the break in its new place, of the work more, less, or elsewhere.
        ends_at: Until when.
        changes: Work that comes and goes.
        moved_from: Where the break was.
        other_queue: From where somebody comes.
        cost: Money more, below 0 for money saved.

    """

    kind: OptionKind
    person: Person
    starts_at: int
    ends_at: int
    changes: tuple[Stretch, ...]
    moved_from: int | None = None
    other_queue: int | None = None
    cost: float = 0.0
    key: tuple[str, int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Name it."""
        key = (self.kind.value, self.person.agent, self.starts_at, self.ends_at)
        object.__setattr__(self, "key", key)


Weight = Callable[[int, int], float]
"""What a person more on the queue is worth between two moments."""


def moved_breaks(
    person: Person, *, queue: int, window: tuple[int, int], now: int, weight: Weight
) -> Iterator[Option]:
    """Yield the best legal move out of the window of each break that interrupts work on the queue."""
    for place, part in enumerate(person.parts):
        if part.is_work or not 0 < place < len(person.parts) - 1:
            continue
        before, after = person.parts[place - 1], person.parts[place + 1]
        if queue not in {before.queue, after.queue} or not (before.is_work and after.is_work):
            continue
        if part.ends_at <= window[0] or part.starts_at >= window[1]:
            continue
        if part.starts_at < now + NOTICE:
            continue
        best = _best_place(person, part, queue, now, weight)
        if best is not None:
            yield _moved(person, part, best, queue)


def _best_place(person: Person, part: Part, queue: int, now: int, weight: Weight) -> int | None:
    """Return where a break costs least; None where it lies best."""
    gained = weight(part.starts_at, part.ends_at)
    best: tuple[float, int, int] | None = None
    for start in _legal_starts(person, part, queue, now):
        net = gained - weight(start, start + part.seconds)
        candidate = (-net, abs(start - part.starts_at), start)
        if net > 0 and (best is None or candidate < best):
            best = candidate
    return None if best is None else best[2]


def _legal_starts(person: Person, part: Part, queue: int, now: int) -> Iterator[int]:
    """Yield other starts of a break: in its rule's window, inside work on this queue, off others."""
    own = [w for w in person.windows if (w.code, w.seconds) == (part.code, part.seconds)]
    begins, ends = person.starts_at, person.ends_at
    spans = [(begins + w.earliest, begins + w.latest) for w in own]
    if not spans:
        earliest = max(part.starts_at - AROUND, begins + FROM_THE_EDGE)
        latest = min(part.starts_at + AROUND, ends - FROM_THE_EDGE - part.seconds)
        spans = [(earliest, latest)]
    others = [p for p in person.parts if not p.is_work and p is not part]
    for first, last in spans:
        start = max(first, _up(now + NOTICE))
        while start <= last:
            end = start + part.seconds
            clear = all(
                end + BETWEEN_BREAKS <= other.starts_at or start >= other.ends_at + BETWEEN_BREAKS
                for other in others
            )
            if clear and _overlap(start, end, part) == 0 and _works_on(person, start, end, queue):
                yield start
            start += STEP


def _works_on(person: Person, start: int, end: int, queue: int) -> bool:
    """Tell whether the person works on this queue through a stretch."""
    seconds = sum(
        _overlap(start, end, part) for part in person.parts if part.is_work and part.queue == queue
    )
    return seconds == end - start


def _overlap(start: int, end: int, part: Part) -> int:
    return max(0, min(end, part.ends_at) - max(start, part.starts_at))


def _up(moment: int) -> int:
    return -(-moment // STEP) * STEP


def _moved(person: Person, part: Part, start: int, queue: int) -> Option:
    end = start + part.seconds
    return Option(
        kind=OptionKind.MOVE_BREAK,
        person=person,
        starts_at=start,
        ends_at=end,
        moved_from=part.starts_at,
        changes=(
            Stretch(starts_at=part.starts_at, ends_at=part.ends_at, queue=queue, people=1),
            Stretch(starts_at=start, ends_at=end, queue=queue, people=-1),
        ),
    )


def overtime(person: Person, *, queue: int, window: tuple[int, int], now: int) -> Iterator[Option]:
    """Yield a later end and an earlier start that reach into the window."""
    length = person.ends_at - person.starts_at
    most = min(MOST_EXTRA, LONGEST_SHIFT - length)
    end = min(window[1], person.ends_at + most, person.free_until)
    if window[0] - STEP <= person.ends_at < window[1] and person.ends_at >= now:
        yield from _extra(person, person.ends_at, end, queue)
    start = max(window[0], person.starts_at - most, person.free_from, _up(now + 2 * NOTICE))
    if window[0] < person.starts_at <= window[1] + STEP:
        yield from _extra(person, start, person.starts_at, queue)


def _extra(person: Person, start: int, end: int, queue: int) -> Iterator[Option]:
    if end - start < STEP:
        return
    hours = (end - start) / HOUR
    yield Option(
        kind=OptionKind.OVERTIME,
        person=person,
        starts_at=start,
        ends_at=end,
        changes=(Stretch(starts_at=start, ends_at=end, queue=queue, people=1),),
        cost=hours * person.pay * (1.0 + person.premium),
    )


def brought_over(
    person: Person,
    *,
    queue: int,
    window: tuple[int, int],
    now: int,
    spare: Callable[[int, int, int], float],
) -> Iterator[Option]:
    """Yield the longest stretch of work on each other queue, inside the window, that can be spared.

    Args:
        person: Who has the skill of the queue.
        queue: That needs people.
        window: When.
        now: Nobody changes sooner than a quarter of an hour on.
        spare: People that a queue has to give between two moments.

    """
    first = max(window[0], _up(now + NOTICE))
    for part in person.parts:
        if not part.is_work or part.queue is None or part.queue == queue:
            continue
        start, end = max(part.starts_at, first), min(part.ends_at, window[1])
        best = _longest(start, end, partial(_can_spare, spare, part.queue))
        if best is None:
            continue
        yield Option(
            kind=OptionKind.BRING_OVER,
            person=person,
            starts_at=best[0],
            ends_at=best[1],
            other_queue=part.queue,
            changes=(
                Stretch(starts_at=best[0], ends_at=best[1], queue=part.queue, people=-1),
                Stretch(starts_at=best[0], ends_at=best[1], queue=queue, people=1),
            ),
        )


def _can_spare(spare: Callable[[int, int, int], float], queue: int, first: int, last: int) -> bool:
    return spare(queue, first, last) > 0


def time_off(
    person: Person,
    *,
    queue: int,
    window: tuple[int, int],
    now: int,
    spare: Callable[[int, int], float],
) -> Iterator[Option]:
    """Yield an earlier end, of an hour or more, over which the queue has somebody to spare."""
    last = person.parts[-1]
    if not last.is_work or last.queue != queue or not window[0] < last.ends_at <= window[1]:
        return
    start = max(last.starts_at, window[0], _up(now + NOTICE))
    while start < last.ends_at and spare(start, last.ends_at) <= 0:
        start += STEP
    if last.ends_at - start < LEAST_FREE:
        return
    yield Option(
        kind=OptionKind.TIME_OFF,
        person=person,
        starts_at=start,
        ends_at=last.ends_at,
        changes=(Stretch(starts_at=start, ends_at=last.ends_at, queue=queue, people=-1),),
        cost=-(last.ends_at - start) / HOUR * person.pay,
    )


def _longest(start: int, end: int, fits: Callable[[int, int], bool]) -> tuple[int, int] | None:
    """Return the longest run of quarters that fit, the first of equals; None for less than one."""
    best: tuple[int, int] | None = None
    run = start
    moment = start
    while moment < end:
        after = min(moment + STEP, end)
        if not fits(moment, after):
            run = after
        elif best is None or after - run > best[1] - best[0]:
            best = (run, after)
        moment = after
    return best if best is not None and best[1] - best[0] >= STEP else None
