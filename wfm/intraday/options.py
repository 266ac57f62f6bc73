"""What to do about a window, and what each of it brings: tried on the staffing engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from adherence.models import MeasureKind
from staffing.core.kernels import FloatArray
from wfm.board.board import predicted_lines
from wfm.board.grid import SLOT_HOURS, SLOT_SECONDS, BoardGrid
from wfm.board.lines import Source
from wfm.intraday.changes import changed
from wfm.intraday.core.options import (
    Option,
    OptionKind,
    Person,
    brought_over,
    moved_breaks,
    overtime,
    time_off,
)
from wfm.intraday.day import Day, QueueDay
from wfm.intraday.people import people_with
from wfm.org.models import Agent, Queue

MOST_TRIED = 3
"""Of each kind so many are tried, those that promise most."""
SPARE_PEOPLE = 0.9
"""Nearly one: parts of a person are a matter of chance."""
MOST_WORTH = 4.0
"""Of an hour's value: beyond it one person more makes no difference."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of slots of the day."""

    first: int
    end: int

    def seconds(self, grid: BoardGrid) -> tuple[int, int]:
        """Return its bounds in seconds since 1970."""
        start = grid.slots.first
        return start + self.first * SLOT_SECONDS, start + self.end * SLOT_SECONDS


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an option brings.

    Attributes:
        intervals: Person-intervals more on the queue inside the window.
        level_before: Service expected there; of a deferred queue over all that is followed.
        level_after: The same with it.
        at_risk_before: Contacts or items beyond what the goal allows, of all queues it touches.
        at_risk_after: The same with it.
        other_before: Service of the queue that gives somebody; None where none or several do.
        other_after: The same with it.
        cost: Pay more, below 0 for pay saved.
        saved: Cost of the risk that it takes away, over all queues it touches.

    """

    intervals: float
    level_before: float | None
    level_after: float | None
    at_risk_before: float
    at_risk_after: float
    other_before: float | None
    other_after: float | None
    cost: float
    saved: float

    @property
    def worth(self) -> float:
        """What is gained by it."""
        return self.saved - self.cost

    def as_json(self) -> dict[str, float | None]:
        """For the row of an accepted one."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """An option with its effect, as it is offered."""

    option: Option
    kind: MeasureKind
    queue: Queue
    other_queue: Queue | None
    agent: Agent
    effect: Effect


def suggestions(day: Day, queue_day: QueueDay, span: Span) -> list[Suggestion]:
    """Return what can be done about a window, what is worth most first."""
    tried = _promising(day, queue_day, span, options_for(day, queue_day, span))
    return _offered(day, queue_day, span, tried, least_worth=0.0)


def time_off_suggestions(day: Day, queue_day: QueueDay, span: Span) -> list[Suggestion]:
    """Return who could go home early in a window with people to spare, the most money first."""
    found = time_off_options(day, queue_day, span)
    found.sort(key=lambda option: (option.cost, option.key))
    return _offered(day, queue_day, span, found[: 2 * MOST_TRIED], least_worth=0.0)


def time_off_options(day: Day, queue_day: QueueDay, span: Span) -> list[Option]:
    """Return who could go home early, the effect not yet known."""
    window, now = span.seconds(day.grid), int(day.ask.at.timestamp())
    room = _spare(queue_day)

    def spare(first: int, last: int) -> float:
        return _least(room, first, last, day.grid) - SPARE_PEOPLE

    queue = queue_day.queue.pk
    return [
        option
        for person in _people(day, queue_day, span)
        for option in time_off(person, queue=queue, window=window, now=now, spare=spare)
    ]


def options_for(day: Day, queue_day: QueueDay, span: Span) -> list[Option]:
    """Return everything that could be done, its effect not yet known."""
    window, now = span.seconds(day.grid), int(day.ask.at.timestamp())
    queue = queue_day.queue.pk
    worth = _worth(queue_day)
    spares = {found.queue.pk: _spare(found) for found in day.all_queues}

    def weight(first: int, last: int) -> float:
        return _total(worth, first, last, day.grid)

    def spare(other: int, first: int, last: int) -> float:
        room = spares.get(other)
        return -1.0 if room is None else _least(room, first, last, day.grid) - SPARE_PEOPLE

    found: list[Option] = []
    for person in _people(day, queue_day, span):
        if queue_day.queue.is_live:
            found += moved_breaks(person, queue=queue, window=window, now=now, weight=weight)
        found += overtime(person, queue=queue, window=window, now=now)
        found += brought_over(person, queue=queue, window=window, now=now, spare=spare)
    return found


def _people(day: Day, queue_day: QueueDay, span: Span) -> list[Person]:
    """Return who has the skill and a shift near the window, but for those something is accepted of."""
    grid = day.grid
    margin = 2 * 60 * 60 // SLOT_SECONDS
    taken = {measure.agent_id for measure in day.measures}
    people = people_with(
        principal=day.ask.principal,
        skill_id=queue_day.queue.skill_id,
        starts_at=grid.moment(span.first - margin),
        ends_at=grid.moment(span.end + margin),
        at=day.ask.at,
    )
    return [person for person in people if person.agent not in taken]


def _worth(queue_day: QueueDay) -> FloatArray:
    """Return what a person more is worth for a slot: most where most is late, little where one is over."""
    line = queue_day.line
    difference = np.nan_to_num(line.of("difference_hours")) / SLOT_HOURS
    at_risk, counted = np.nan_to_num(line.of("at_risk")), np.nan_to_num(line.of("counted"))
    late = np.divide(at_risk, counted, out=np.zeros_like(at_risk), where=counted > 0.0)
    calm = np.clip(1.0 - difference, 0.0, None)
    share = np.where(at_risk > 0, np.maximum(1.0, -difference) + late, calm)
    asked = np.isfinite(line.of("to_schedule_hours"))
    return np.where(asked, np.minimum(share, MOST_WORTH), 0.0) * queue_day.hour_value * SLOT_HOURS


def _spare(queue_day: QueueDay) -> FloatArray:
    """Return the people whom a queue has to give, by slot."""
    line = queue_day.line
    transferable = np.nan_to_num(line.of("transferable_hours")) / SLOT_HOURS
    if not queue_day.queue.is_live:
        return np.asarray(transferable)
    difference = np.nan_to_num(line.of("difference_hours"), nan=-1.0) / SLOT_HOURS
    calm = np.nan_to_num(line.of("at_risk")) <= 0
    return np.where(calm, np.maximum(transferable, difference), 0.0)


def _slots(first: int, last: int, grid: BoardGrid) -> slice:
    start = (first - grid.slots.first) // SLOT_SECONDS
    end = -(-(last - grid.slots.first) // SLOT_SECONDS)
    return slice(max(start, 0), min(max(end, 0), grid.slots.count))


def _total(values: FloatArray, first: int, last: int, grid: BoardGrid) -> float:
    part = _slots(first, last, grid)
    return float(values[part].mean() * (last - first) / SLOT_SECONDS) if values[part].size else 0.0


def _least(values: FloatArray, first: int, last: int, grid: BoardGrid) -> float:
    part = _slots(first, last, grid)
    return float(values[part].min()) if values[part].size else 0.0


def _promising(day: Day, queue_day: QueueDay, span: Span, found: Iterable[Option]) -> list[Option]:
    """Return the few of each kind that promise most: worth of the work inside the window less pay."""
    worth = _worth(queue_day)
    queue = queue_day.queue.pk

    def promise(option: Option) -> float:
        gained = sum(
            stretch.people * _total(worth, stretch.starts_at, stretch.ends_at, day.grid)
            for stretch in option.changes
            if stretch.queue == queue
        )
        return gained - option.cost

    by_kind: dict[OptionKind, list[Option]] = {}
    for option in sorted(found, key=lambda option: (-promise(option), option.key)):
        by_kind.setdefault(option.kind, []).append(option)
    return [
        option
        for options in by_kind.values()
        for option in _of_different_people(options)[:MOST_TRIED]
    ]


def _of_different_people(options: Sequence[Option]) -> list[Option]:
    found: dict[int, Option] = {}
    for option in options:
        found.setdefault(option.person.agent, option)
    return list(found.values())


def _offered(
    day: Day, queue_day: QueueDay, span: Span, tried: Sequence[Option], *, least_worth: float
) -> list[Suggestion]:
    agents = Agent.objects.in_bulk({option.person.agent for option in tried})
    queues = {found.queue.pk: found.queue for found in day.all_queues}
    found = [
        Suggestion(
            option=option,
            kind=measure_kind(option, queue_day.queue, queues),
            queue=queue_day.queue,
            other_queue=queues.get(option.other_queue or 0),
            agent=agents[option.person.agent],
            effect=effect_of(day, queue_day, span, option),
        )
        for option in tried
    ]
    kept = [item for item in found if item.effect.worth > least_worth]
    return sorted(kept, key=lambda item: (-item.effect.worth, item.option.key))


def measure_kind(option: Option, queue: Queue, queues: dict[int, Queue]) -> MeasureKind:
    """Return what the option is called: deferred work waits, is pulled forward, or people change."""
    if option.kind is not OptionKind.BRING_OVER:
        return MeasureKind(option.kind.value)
    other = queues[option.other_queue or 0]
    if other.is_live == queue.is_live:
        return MeasureKind.PEOPLE_OVER
    return MeasureKind.PULL_WORK if other.is_live else MeasureKind.DEFER_WORK


def together(
    day: Day, queue_day: QueueDay, span: Span, offered: Sequence[Suggestion]
) -> tuple[list[Suggestion], Effect] | None:
    """Return the best for each person and what these bring at once; None for fewer than two.

    It is not the sum of them: where few are missing, each person more leaves less to gain for the
    next; where many are, two do more than twice as much as one.
    """
    best: dict[int, Suggestion] = {}
    for item in offered:
        best.setdefault(item.agent.pk, item)
    chosen = list(best.values())
    if len(chosen) < 2:
        return None
    return chosen, effect_of(day, queue_day, span, *(item.option for item in chosen))


def effect_of(day: Day, queue_day: QueueDay, span: Span, *options: Option) -> Effect:
    """Predict the queues that these options touch again, all of them done, and compare."""
    grid = day.grid
    changes = [(option.person, stretch) for option in options for stretch in option.changes]
    stretches = [stretch for _person, stretch in changes]
    other = day.inputs.having(changed(day.inputs.people, changes, grid))
    touched = {stretch.queue for stretch in stretches if stretch.queue is not None}
    sources = _with_their_pools(day.inputs.sources, touched)
    after = {line.queue.pk: line for line in predicted_lines(other, sources, other.on_queue)}
    before = [found for found in day.all_queues if found.queue.pk in after]
    later = [replace(found, line=after[found.queue.pk]) for found in before]
    mine = replace(queue_day, line=after[queue_day.queue.pk])
    givers = {option.other_queue for option in options if option.other_queue is not None}
    giver = next((found for found in before if givers == {found.queue.pk}), None)
    first, last = span.seconds(grid)
    seconds = sum(
        stretch.people * max(0, min(last, stretch.ends_at) - max(first, stretch.starts_at))
        for stretch in stretches
        if stretch.queue == queue_day.queue.pk
    )
    return Effect(
        intervals=seconds / (queue_day.queue.interval_minutes * 60),
        level_before=_level(queue_day, span),
        level_after=_level(mine, span),
        at_risk_before=sum(found.at_risk_ahead() for found in before),
        at_risk_after=sum(found.at_risk_ahead() for found in later),
        other_before=None if giver is None else giver.level_ahead(),
        other_after=None
        if giver is None
        else replace(giver, line=after[giver.queue.pk]).level_ahead(),
        cost=sum(option.cost for option in options),
        saved=sum(found.risk_cost_ahead() for found in before)
        - sum(found.risk_cost_ahead() for found in later),
    )


def _with_their_pools(sources: Sequence[Source], touched: set[int]) -> list[Source]:
    """Return these queues and all that share people with them: they are predicted together."""
    pools = {s.pool.pk for s in sources if s.queue.pk in touched and s.pool is not None}
    plans = {s.plan.pk for s in sources if s.queue.pk in touched and s.plan is not None}
    return [
        source
        for source in sources
        if source.queue.pk in touched
        or (source.pool is not None and source.pool.pk in pools)
        or (source.plan is not None and source.plan.pk in plans)
    ]


def _level(queue_day: QueueDay, span: Span) -> float | None:
    if queue_day.queue.is_live:
        return queue_day.level_between(span.first, span.end)
    return queue_day.level_ahead()
