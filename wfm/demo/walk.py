"""A day of the whole operation in one run: demand, plan and people in, states and figures out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.demo.day import DayParams, PlannedShift, positions
from wfm.demo.floor import Line, StateChange, Task, run_floor
from wfm.demo.history import LiveHistory
from wfm.demo.live import LiveDay, LiveParams, count_intervals, day_contacts
from wfm.demo.queueing import Contacts


@dataclass(frozen=True)
class Demand:
    """What comes to a live queue on its local days."""

    queue: str
    params: LiveParams
    days: Sequence[LiveDay]


@dataclass(frozen=True)
class Walk:
    """What happened on the floor, and each live queue's intervals of arrival.

    `done` holds the moment (epoch seconds) at which an item of (queue, reference) was completed.
    """

    changes: tuple[StateChange, ...]
    intervals: Mapping[str, LiveHistory]
    done: Mapping[tuple[str, str], float]

    def states_at(self, second: float) -> dict[str, str]:
        """Return the code that each agent is in at a moment; who is out is left out."""
        found: dict[str, str | None] = {}
        for change in self.changes:
            if change.second > second:
                break
            found[change.agent_number] = change.code
        return {number: code for number, code in found.items() if code is not None}


def walk_day(
    shifts: Sequence[PlannedShift],
    demands: Sequence[Demand],
    tasks: Sequence[Task],
    *,
    since: float,
    seed: int,
    params: DayParams | None = None,
) -> Walk:
    """Let the people of the published shifts serve what comes from `since` (epoch seconds) on."""
    chosen = params or DayParams()
    there = [place for shift in shifts for place in positions(shift, params=chosen)]
    drawn = {demand.queue: _drawn(demand, since=since, seed=seed) for demand in demands}
    lines = [
        Line(
            demand.queue,
            drawn[demand.queue][0],
            demand.params.after_share,
            demand.params.concurrency,
        )
        for demand in demands
    ]
    run = run_floor(there, lines, tasks)
    intervals = {}
    for demand in demands:
        contacts, place = drawn[demand.queue]
        starts = _starts(demand)
        outcome = run.outcomes[demand.queue]
        counted = count_intervals(
            demand.params, contacts, outcome.wait_seconds, outcome.answered, place, len(starts)
        )
        intervals[demand.queue] = LiveHistory(starts, counted)
    return Walk(run.changes, intervals, run.done)


def _starts(demand: Demand) -> np.ndarray:
    parts = [day.starts for day in demand.days]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _drawn(demand: Demand, *, since: float, seed: int) -> tuple[Contacts, np.ndarray]:
    """Return the contacts that come from a moment on, with the place of their interval."""
    if not demand.days:
        nothing = np.zeros(0)
        return Contacts(nothing, nothing, nothing), np.zeros(0, dtype=np.int64)
    parts = [day_contacts(demand.params, day, seed=seed) for day in demand.days]
    sizes = np.cumsum([0] + [len(day.starts) for day in demand.days])
    place = np.concatenate([part[1] + at for part, at in zip(parts, sizes[:-1], strict=True)])
    arrived, handle, patience = (
        np.concatenate([getattr(part[0], name) for part in parts])
        for name in ("arrived", "handle_seconds", "patience_seconds")
    )
    keep = arrived >= since
    return Contacts(arrived[keep], handle[keep], patience[keep]), place[keep]
