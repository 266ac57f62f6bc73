"""The breaks of a day placed anew: shifts stay, people keep their starts and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.core.reoptimise import cheapest_breaks
from scheduling.core.roster import Roster
from scheduling.core.tours import Tour

MOST_PASSES = 6


@dataclass(frozen=True, kw_only=True)
class MovedBreaks:
    """One shift whose breaks moved: offsets from its start, before and after."""

    agent: int
    day: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class BreakPlan:
    """The day with its breaks placed anew."""

    tours: tuple[Tour | None, ...]
    moved: tuple[MovedBreaks, ...]
    short_hours_before: float
    short_hours: float
    cost_before: float
    cost: float


def move_breaks(
    roster: Roster, *, day: int, now_slot: int = 0, least_saving: float = 0.0
) -> BreakPlan:
    """Place the breaks of a day where they cost least, agent after agent, until nobody gains.

    Args:
        roster: holds the schedule, and afterwards the plan.
        day: whose shifts.
        now_slot: breaks that begin before it stay, and none moves to before it.
        least_saving: money below which nobody's breaks are touched.

    """
    hours = roster.data.horizon.interval_minutes / 60
    before = tuple(roster.tours)
    cost, short = roster.cost(), float(roster.coverage.shortage().sum()) * hours
    agents = [
        agent
        for agent, tour in enumerate(before)
        if tour is not None and bool((tour.days == day).any())
    ]
    for _ in range(MOST_PASSES):
        changed = [_move(roster, agent, day, now_slot, least_saving) for agent in agents]
        if not any(changed):
            break
    return BreakPlan(
        tours=tuple(roster.tours),
        moved=_moved(before, roster.tours, day),
        short_hours_before=short,
        short_hours=float(roster.coverage.shortage().sum()) * hours,
        cost_before=cost,
        cost=roster.cost(),
    )


def _move(roster: Roster, agent: int, day: int, now_slot: int, least_saving: float) -> bool:
    tour = roster.tours[agent]
    assert tour is not None
    row = int(np.flatnonzero(tour.days == day)[0])
    number, start = int(tour.shape_numbers[row]), int(tour.starts[row])
    if number < 0:
        return False
    roster.take(agent)
    weights = roster.coverage.weights(roster.masks[agent])
    running = np.concatenate([[0.0], np.cumsum(weights)])
    best = list(cheapest_breaks(tour.model, number, start, running))
    for place, rule in enumerate(tour.model.shapes[number].breaks):
        present = int(tour.offsets[row, place])
        if start + present < now_slot:
            best[place] = present
        elif start + best[place] < now_slot:
            open_offsets = range(max(rule.earliest, now_slot - start), rule.latest + 1)
            best[place] = min(
                open_offsets,
                key=lambda o: running[start + o + rule.length] - running[start + o],
                default=present,
            )
    offsets = tour.offsets.copy()
    offsets[row, : len(best)] = best
    moved = Tour(
        tour.model,
        days=tour.days,
        shapes=tour.shape_numbers,
        starts=tour.starts,
        offsets=offsets,
        value=tour.value,
    )
    saved = float(weights[moved.working].sum()) - float(weights[tour.working].sum())
    roster.put(agent, moved if saved > max(least_saving, 1e-9) else tour)
    return saved > max(least_saving, 1e-9)


def _moved(
    before: Sequence[Tour | None], after: Sequence[Tour | None], day: int
) -> tuple[MovedBreaks, ...]:
    found = []
    for agent, (old, new) in enumerate(zip(before, after, strict=True)):
        if old is None or new is None or old is new:
            continue
        was = next(shift.breaks for shift in old.shifts if shift.day == day)
        now = next(shift.breaks for shift in new.shifts if shift.day == day)
        if was != now:
            found.append(MovedBreaks(agent=agent, day=day, before=was, after=now))
    return tuple(found)
