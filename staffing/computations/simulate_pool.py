"""A pooled queue's simulation: its whole pool is lived through, every queue's level is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.simulated_pool import LivedPool, PoolMember, lived_pool
from staffing.computations.simulated_spread import reached, rounded, spread
from staffing.core.definitions import ServiceLevel
from staffing.core.kernels import FloatArray
from staffing.core.simulated_levels import level_sums, share
from staffing.core.simulation_pool import PoolCounts, simulate_pool
from staffing.core.simulation_pool_state import ARRIVED, DONE, DUE, ON_TIME
from staffing.models import RequirementPoolResult, RequirementQueueResult, RequirementSimulation
from staffing.queries.live import FAMILY
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.tenancy import system_tenant

MOST_AT_ONCE = 20
EVENTS_AT_ONCE = 1_000_000.0
"""Contacts and items between two looks at whether somebody cancelled: about a second."""


@dataclass
class _Sums:
    """What the repeats of one queue add up to."""

    member: PoolMember
    by_repeat: list[tuple[FloatArray, FloatArray]] = field(default_factory=list)
    """Good and counted of a part of the repeats: repeat x day."""
    by_interval: list[FloatArray] = field(default_factory=list)
    """Good, counted and open items, over a part of the repeats: 3 x interval."""
    refusal: str = ""

    @property
    def days(self) -> NDArray[np.datetime64]:
        """The local days that are counted."""
        return np.unique(self.member.dates[self.member.is_counted])

    def add(self, good: FloatArray, counted: FloatArray, open_items: FloatArray) -> None:
        """Add repeat x interval counts."""
        is_day = self.member.dates[:, None] == self.days[None, :]
        is_day &= self.member.is_counted[:, None]
        self.by_repeat.append((good @ is_day, counted @ is_day))
        self.by_interval.append(
            np.stack([part.sum(axis=0) for part in (good, counted, open_items)])
        )


def pool_figures(
    ctx: JobContext, simulation: RequirementSimulation, result: RequirementQueueResult
) -> dict[str, Any]:
    """Return how the level of the queue is spread when its whole pool is lived through.

    Under `pool` it tells the same of every queue of the pool.
    """
    with system_tenant():
        pool = RequirementPoolResult.objects.select_related("pool").get(
            pk=result.detail["pool"]["result"]
        )
        lived = lived_pool(simulation, pool)
    sums = _live_through(ctx, simulation, lived)
    found = {item.member.queue.pk: _figures(item, simulation, lived) for item in sums}
    own = found[simulation.queue_id]
    refusal = next(item.refusal for item in sums if item.member.queue.pk == simulation.queue_id)
    if refusal:
        raise JobRefused(refusal)
    if own["mean"] is None:
        raise JobRefused(
            _("Nothing is offered on these days; choose others.")
            if simulation.queue.is_live
            else _("Nothing is due on these days; choose others.")
        )
    queues = [
        {"queue": pk} | {name: value for name, value in row.items() if name != "intervals"}
        for pk, row in found.items()
    ]
    return own | {"pool": {"result": pool.pk, "queues": queues}}


def _live_through(
    ctx: JobContext, simulation: RequirementSimulation, lived: LivedPool
) -> list[_Sums]:
    """Live through the pool, a part of the repeats at a time; the job can stop in between."""
    sums = [_Sums(member) for member in [*lived.live, *lived.deferred]]
    at_once = int(np.clip(EVENTS_AT_ONCE / max(lived.events, 1.0), 1, MOST_AT_ONCE))
    for first in range(0, simulation.repeats, at_once):
        ctx.raise_if_cancelled()
        ctx.progress(
            first / simulation.repeats,
            _("the whole pool, repeat %(number)s of %(count)s")
            % {"number": first + 1, "count": simulation.repeats},
        )
        repeats = min(at_once, simulation.repeats - first)
        counts = simulate_pool(lived.simulated, days=repeats, seed=(simulation.seed, first))
        _add(sums, counts, live=len(lived.live))
    return sums


def _add(sums: list[_Sums], counts: PoolCounts, *, live: int) -> None:
    for place, item in enumerate(sums):
        if place < live:
            parts = _live_sums(item, counts.live[:, :, place])
            item.add(*parts, np.zeros_like(parts[0]))
            continue
        own = counts.deferred[:, :, place - live]
        open_items = np.cumsum(own[..., ARRIVED] - own[..., DONE], axis=1)
        item.add(own[..., ON_TIME], own[..., DUE], open_items)


def _live_sums(item: _Sums, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return numerator and denominator of the level, by the definition of each interval's goal."""
    good, counted = np.zeros(counts.shape[:2]), np.zeros(counts.shape[:2])
    for number, (_day, goal) in enumerate(item.member.goals):
        rows = np.flatnonzero(item.member.version == number)
        definition = ServiceLevel(goal["metric_key"].removeprefix(FAMILY))
        try:
            good[:, rows], counted[:, rows] = level_sums(counts[:, rows], definition)
        except ValueError as error:
            item.refusal = str(error)
    return good, counted


def _figures(item: _Sums, simulation: RequirementSimulation, lived: LivedPool) -> dict[str, Any]:
    """Return the spread of one queue's level over the period, each day and each interval."""
    member = item.member
    good, counted = (np.concatenate([part[n] for part in item.by_repeat]) for n in (0, 1))
    by_interval = np.sum(item.by_interval, axis=0)
    levels = np.array(member.goal("level"), dtype=np.float64)
    goals = [float(levels[member.is_counted & (member.dates == day)].max()) for day in item.days]
    judged = [reached(good[:, n], counted[:, n], level=level) for n, level in enumerate(goals)]
    every = np.concatenate(judged) if judged else np.zeros(0)
    whole = good.sum(axis=1), counted.sum(axis=1)
    goal = max(goals, default=1.0)
    backlog = by_interval[2] / simulation.repeats
    rows = np.flatnonzero(member.is_counted)
    intervals: dict[str, Any] = {
        "starts_at": lived.starts_at[rows].tolist(),
        "level": rounded(share(by_interval[0][rows], by_interval[1][rows])),
        "said": rounded(member.said_level[rows]),
        "goal": levels[rows].tolist(),
    }
    figures: dict[str, Any] = {
        "definition": _definition(member),
        "goal": goal,
        **spread(*whole),
        "reached_share": float(every.mean()) if every.size else None,
        "days": [
            _day(item, (good[:, n], counted[:, n]), judged[n], n, goals[n], backlog)
            for n in range(len(goals))
        ],
        "intervals": intervals,
    }
    if not member.queue.is_live:
        part = reached(*whole, level=goal)
        figures["period_reached_share"] = float(part.mean()) if part.size else None
        intervals["backlog"] = np.round(backlog[rows], 2).tolist()
    return figures


def _day(
    item: _Sums,
    sums: tuple[FloatArray, FloatArray],
    judged: FloatArray,
    number: int,
    goal: float,
    backlog: FloatArray,
) -> dict[str, Any]:
    day = item.days[number]
    line: dict[str, Any] = {
        "day": str(day),
        "goal": goal,
        **spread(*sums),
        "reached_share": float(judged.mean()) if judged.size else None,
    }
    if not item.member.queue.is_live:
        last = np.flatnonzero(item.member.is_counted & (item.member.dates == day))[-1]
        line |= {"due_items": float(sums[1].mean()), "backlog_items": float(backlog[last])}
    return line


def _definition(member: PoolMember) -> str:
    if not member.queue.is_live:
        return "deferred"
    key: str = member.goal("metric_key")[int(np.argmax(member.is_counted))]
    return key.removeprefix(FAMILY)
