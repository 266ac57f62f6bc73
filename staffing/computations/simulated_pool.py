"""A pool of a run as the simulator takes it: the people that were planned, and who meets them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.simulate_deferred import Goals, deferred_work, kept_goals, version_rows
from staffing.computations.simulated_people import (
    PooledPeople,
    deferred_ranks,
    groups_of_people,
    is_interruptible,
)
from staffing.core.blending_trial import stream_of
from staffing.core.definitions import DEFAULT_SHORT_SECONDS
from staffing.core.kernels import FloatArray
from staffing.core.simulation_pool import DeferredStream, LiveStream, SimulatedPool
from staffing.models import RequirementPoolResult, RequirementQueueResult, RequirementSimulation
from staffing.queries.run_rows import RunRows, run_rows
from staffing.queries.simulations import WARM_UP
from wfm.jobs.runner import JobRefused
from wfm.org.calendars import business_calendar
from wfm.org.models import Queue
from wfm.timeline import local_dates

Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class PoolMember:
    """A queue of the pool over the simulated intervals.

    Attributes:
        queue: The queue.
        goals: Its goals as the run kept them.
        version: Which of them holds in each interval.
        dates: The queue's local dates.
        is_counted: Whether the interval lies on a day that was asked for.
        said_level: What the run says; NaN where nothing is offered or due.

    """

    queue: Queue
    goals: Goals
    version: NDArray[np.intp]
    dates: Dates
    is_counted: NDArray[np.bool_]
    said_level: FloatArray

    def goal(self, name: str) -> list[Any]:
        """Return one fact of the goal in each interval."""
        facts = [goal[name] for _day, goal in self.goals]
        return [facts[number] for number in self.version.tolist()]


@dataclass(frozen=True)
class LivedPool:
    """What is lived through, and the queues of it in the order of the simulator."""

    simulated: SimulatedPool
    starts_at: NDArray[np.int64]
    """Epoch seconds."""
    live: list[PoolMember]
    deferred: list[PoolMember]

    @property
    def events(self) -> float:
        """Contacts and items of one repeat."""
        pool = self.simulated
        rates = sum(float(queue.arrival_rate.sum()) for queue in pool.live)
        rates += sum(float(queue.arrival_rate.sum()) for queue in pool.deferred)
        return rates * pool.interval_seconds


@dataclass(frozen=True)
class _Window:
    """The simulated part of the pool's own intervals, some hours like its first before it.

    Attributes:
        starts_at: Epoch seconds of every simulated interval.
        step: Seconds of an interval.
        first: The pool's interval at which it begins, after the lead.
        last: The one after its end.
        lead: Intervals like the first that warm live queues in the middle of their hours.

    """

    starts_at: NDArray[np.int64]
    step: int
    first: int
    last: int
    lead: int

    def put(self, rows: RunRows, values: FloatArray, *, empty: float) -> FloatArray:
        """Return a queue's values on the window."""
        begins = int(rows.starts_at[0].astype(np.int64))
        place = (self.starts_at[self.lead] - begins) // self.step + np.arange(
            self.last - self.first
        )
        inside = (place >= 0) & (place < values.size)
        own = np.where(inside, values[np.clip(place, 0, values.size - 1)], empty)
        return np.concatenate([np.full(self.lead, own[0]), own])

    def people(self, values: list[float]) -> FloatArray:
        """Return the plan's people on the window."""
        own = np.array(values, dtype=np.float64)[self.first : self.last]
        return np.concatenate([np.full(self.lead, own[0]), own])


def lived_pool(simulation: RequirementSimulation, pool: RequirementPoolResult) -> LivedPool:
    """Return the pool with the people and the rules of the run's plan, up to the last day asked for.

    With deferred queues it begins where the run does, with their opening backlog; else two hours
    before the first day asked for.
    """
    results = {
        result.queue_id: result
        for result in RequirementQueueResult.objects.filter(run=simulation.run).select_related(
            "queue__work_type"
        )
    }
    ids = [row["id"] for row in pool.figures["queues"]]
    chosen = [results[pk] for pk in ids if pk in results]
    rows = {result.queue_id: _rows(simulation, result.queue) for result in chosen}
    live = [result for result in chosen if result.queue.is_live]
    deferred = [result for result in chosen if not result.queue.is_live]
    window = _window(simulation, pool, live, deferred)
    members = {
        result.queue_id: _member(simulation, result, rows[result.queue_id], window)
        for result in chosen
    }
    streams = [_live(members[row.queue_id], row, rows[row.queue_id], window) for row in live]
    works = [_deferred(simulation, pool, row, rows[row.queue_id], window) for row in deferred]
    ranks = deferred_ranks(pool, len(works)) if works else []
    live_ids = [row.queue_id for row in live]
    simulated = SimulatedPool(
        interval_seconds=float(window.step),
        groups=groups_of_people(pool, _people(pool, window), live_ids, deferred=len(works)),
        live=streams,
        deferred=[replace(work, rank=rank) for work, rank in zip(works, ranks, strict=True)],
    )
    return LivedPool(
        simulated,
        window.starts_at,
        [members[row.queue_id] for row in live],
        [members[row.queue_id] for row in deferred],
    )


def _rows(simulation: RequirementSimulation, queue: Queue) -> RunRows:
    rows = run_rows(simulation.run, queue)
    step = np.timedelta64(queue.interval_minutes, "m")
    if not rows.starts_at.size or np.any(np.diff(rows.starts_at) != step):
        raise JobRefused(
            _("Parts of this requirement were deleted since; simulate a newer requirement.")
        )
    return rows


def _window(
    simulation: RequirementSimulation,
    pool: RequirementPoolResult,
    live: list[RequirementQueueResult],
    deferred: list[RequirementQueueResult],
) -> _Window:
    starts = np.array(pool.figures["intervals"]["starts_at"], dtype=np.int64)
    step = int(pool.figures["step_minutes"]) * 60
    before = int(WARM_UP.total_seconds()) // step
    dates = local_dates(starts.astype("datetime64[s]"), simulation.queue.timezone)
    first, last = 0, int(np.searchsorted(dates, np.datetime64(simulation.ends_on), side="right"))
    if not deferred:
        own = int(np.searchsorted(dates, np.datetime64(simulation.starts_on)))
        first = max(own - before, 0)
    lead = before if first == 0 and _is_open_around(live, int(starts[0]), step) else 0
    earlier = starts[first] - step * np.arange(lead, 0, -1)
    return _Window(np.r_[earlier, starts[first:last]], step, first, last, lead)


def _is_open_around(live: list[RequirementQueueResult], begins: int, step: int) -> bool:
    """Tell whether a live queue is in the middle of its hours where the run begins."""
    around = np.array([begins - step, begins]).astype("datetime64[s]")
    return any(bool(business_calendar(row.queue).open_mask(around).all()) for row in live)


def _member(
    simulation: RequirementSimulation,
    result: RequirementQueueResult,
    rows: RunRows,
    window: _Window,
) -> PoolMember:
    goals = kept_goals(result)
    dates = local_dates(window.starts_at.astype("datetime64[s]"), result.queue.timezone)
    asked = np.isin(dates, np.array(simulation.days, dtype="datetime64[D]"))
    asked[: window.lead] = False
    return PoolMember(
        queue=result.queue,
        goals=goals,
        version=version_rows(dates, goals),
        dates=dates,
        is_counted=asked,
        said_level=window.put(rows, rows.said_level, empty=np.nan),
    )


def _live(
    member: PoolMember, result: RequirementQueueResult, rows: RunRows, window: _Window
) -> LiveStream:
    patience = result.detail.get("patience", {}).get("seconds")
    size = window.starts_at.size
    return LiveStream(
        # Who takes a callback is work of the queue that makes it.
        arrival_rate=window.put(rows, rows.offered - rows.callbacks, empty=0.0) / window.step,
        aht_seconds=window.put(rows, rows.aht_seconds, empty=1.0),
        patience_seconds=np.full(size, np.nan if patience is None else patience),
        threshold_seconds=np.array(member.goal("threshold_seconds"), dtype=np.float64),
        short_seconds=DEFAULT_SHORT_SECONDS,
    )


def _deferred(
    simulation: RequirementSimulation,
    pool: RequirementPoolResult,
    result: RequirementQueueResult,
    rows: RunRows,
    window: _Window,
) -> DeferredStream:
    """Return a deferred queue; its clock is moved to that of the window."""
    _facts, demand = deferred_work(simulation.run, result.queue, rows, kept_goals(result))
    own = stream_of(demand, is_interruptible=is_interruptible(pool))
    moved = float(rows.starts_at[0].astype(np.int64) - window.starts_at[0])
    arrivals = window.put(rows, own.arrival_rate, empty=0.0)
    arrivals[: window.lead] = 0.0
    given = own.given_due_seconds
    windows = own.open_windows
    return replace(
        own,
        arrival_rate=arrivals,
        due_seconds=window.put(rows, own.due_seconds, empty=0.0) + moved,
        last_due_seconds=None
        if own.last_due_seconds is None
        else window.put(rows, own.last_due_seconds, empty=0.0) + moved,
        aht_seconds=window.put(rows, own.aht_seconds, empty=1.0),
        given_ready_seconds=own.given_ready_seconds + moved,
        # What is overdue where the run begins is late in any case.
        given_due_seconds=np.where(given > 0.0, given + moved, given),
        open_windows=None if windows is None else windows + moved,
    )


def _people(pool: RequirementPoolResult, window: _Window) -> PooledPeople:
    """Return the plan's people on the window; nobody does deferred work in the hours before it."""
    intervals, split = pool.figures["intervals"], pool.figures.get("groups")
    agents, reserve = window.people(intervals["agents"]), window.people(intervals["reserve_agents"])
    reserve[: window.lead] = agents[: window.lead]
    by_group = None if split is None else [window.people(group["heads"]) for group in split]
    return PooledPeople(agents, reserve, by_group)
