"""An event simulation of a pool: several queues and several groups of agents, one clock.

Single contacts of live queues and single items of deferred ones meet single agents, each of a group
that can do some of the queues. It shares no formula with the exact cores, as `simulation` does not.
The rules:

- An agent who becomes free takes the waiting contact of the group's best rank; at equal rank the one
  that has waited longest. Without any she is idle.
- A contact that arrives goes to the idle group with the fewest live queues; among such groups to
  the one whose longest idle agent has been idle longest. Nobody idle: it waits in order of arrival
  and hangs up when its patience ends.
- An idle agent takes the ready item that is due first, of the deferred queues of best rank that are
  open, if more than `reserve` agents of the group are idle, her included. A group without live queues
  needs no reserve. When a queue closes, no item of it is begun.
- Where items may be interrupted, a contact that finds nobody idle takes the agent whose item is due
  last; the item goes back with the work that is left. So do items, those due last, whenever fewer
  agents than the reserve would be idle: the reserve then bounds how many are busy at once.
- Agents whose shift ends finish what they have in hand, however late, and take nothing else (the
  idle leave first, then any of the busy); an item that may be interrupted goes back at once.
- After the last interval nothing arrives and no item is begun; who waits is answered by those there.

Contacts and items, with their patience and work, are drawn before the day begins: the same seed gives
the same contacts whoever is there to take them, and whatever else there is to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation_pool_run import simulate_days
from staffing.core.simulation_pool_state import NOBODY, PoolData

TRACE_COLUMNS = ("day", "agent", "group", "queue", "starts", "ends")
"""Columns of a trace; deferred queues are numbered on after the live ones."""


@dataclass(frozen=True)
class LiveStream:
    """A live queue, one element per interval; see simulation.SimulatedQueue."""

    arrival_rate: FloatArray
    aht_seconds: FloatArray
    patience_seconds: FloatArray
    """Mean patience, exponential; NaN where nobody hangs up."""
    threshold_seconds: FloatArray
    short_seconds: float = 5.0
    handling_spread: float = 1.0


def _no_items() -> FloatArray:
    return np.zeros(0)


@dataclass(frozen=True)
class DeferredStream:
    """A deferred queue: items drawn by interval, and items given one by one (the opening backlog).

    Attributes:
        arrival_rate: Items per second; each is ready as it arrives.
        due_seconds: When what arrives at the start of an interval is due, from the start of the
            horizon.
        aht_seconds: Mean work of an item that arrives in the interval.
        given_ready_seconds: When given items are ready; 0 or earlier is at once.
        given_due_seconds: When they are due; at 0 or before they are late already, not counted due.
        given_aht_seconds: Their mean work.
        handling_spread: See simulation.SimulatedQueue.
        is_interruptible: Whether a live contact may take the agent away from an item.
        open_windows: Moments from and to which its items are worked on; None is always.
        last_due_seconds: When what arrives at its end is due, and in proportion between; None is the
            same as at its start.
        rank: Of the deferred queues, the lowest is worked on first; at equal rank by due time.

    """

    arrival_rate: FloatArray
    due_seconds: FloatArray
    aht_seconds: FloatArray
    given_ready_seconds: FloatArray = field(default_factory=_no_items)
    given_due_seconds: FloatArray = field(default_factory=_no_items)
    given_aht_seconds: float = 0.0
    handling_spread: float = 1.0
    is_interruptible: bool = False
    open_windows: FloatArray | None = None
    last_due_seconds: FloatArray | None = None
    rank: int = 0


@dataclass(frozen=True)
class AgentGroup:
    """Agents who can do the same.

    Attributes:
        live_ranks: Per live queue the order in which it is taken, 0 first; -1 cannot.
        serves_deferred: Per deferred queue whether they can.
        agents: People on position per interval.
        reserve: Idle agents kept for live work per interval; see above. With a part of one, one more
            is kept for that share of the interval, at its begin.

    """

    live_ranks: IntArray
    serves_deferred: NDArray[np.bool_]
    agents: IntArray
    reserve: FloatArray | IntArray


@dataclass(frozen=True)
class SimulatedPool:
    """All that meets in a pool on a day, or on a longer horizon; intervals are equally long."""

    interval_seconds: float
    groups: Sequence[AgentGroup]
    live: Sequence[LiveStream] = ()
    deferred: Sequence[DeferredStream] = ()

    def __post_init__(self) -> None:
        if not self.groups:
            msg = "Expected at least one group of agents."
            raise ValueError(msg)
        if not self.live and not self.deferred:
            msg = "Expected at least one queue."
            raise ValueError(msg)
        sizes = {group.agents.size for group in self.groups}
        sizes |= {group.reserve.size for group in self.groups}
        sizes |= {queue.arrival_rate.size for queue in self.live}
        sizes |= {queue.arrival_rate.size for queue in self.deferred}
        if len(sizes) > 1:
            msg = f"Expected as many intervals everywhere, got {sorted(sizes)}."
            raise ValueError(msg)


@dataclass(frozen=True)
class PoolCounts:
    """What happened.

    Attributes:
        live: By day x interval of arrival x live queue x count (OFFERED ... STILL_THERE, named in
            `simulation` and `simulation_pool_state`).
        deferred: By day x interval x deferred queue x count (ARRIVED ... LEFT).
        busy_seconds: By day x interval x group x ON_LIVE, ON_ITEMS or OVERTIME; what is after the
            last interval does not count.
        trace: One row per stretch of work, TRACE_COLUMNS; empty unless asked for.

    """

    live: FloatArray
    deferred: FloatArray
    busy_seconds: FloatArray
    trace: FloatArray


def simulate_pool(
    pool: SimulatedPool, *, days: int, seed: int | Sequence[int], trace: bool = False
) -> PoolCounts:
    """Live through the horizon `days` times, each beginning with nobody in the live queues."""
    seeds = np.random.SeedSequence(seed).spawn(3)
    contacts, items, leavers = (np.random.default_rng(child) for child in seeds)
    found = simulate_days(pool_data(pool, keeps_log=trace), days, contacts, items, leavers)
    return PoolCounts(*found)


def pool_data(pool: SimulatedPool, *, keeps_log: bool = False) -> PoolData:
    """Return the pool as the compiled loops take it: one row per queue or group."""
    intervals = pool.groups[0].agents.size
    live, deferred, groups = pool.live, pool.deferred, pool.groups
    ranks = np.array([queue.rank for queue in deferred], dtype=np.int64)
    skills = [
        np.concatenate([group.live_ranks, np.where(group.serves_deferred, ranks, NOBODY)])
        for group in groups
    ]
    reserve = np.array([group.reserve for group in groups], dtype=np.float64)
    kept = np.floor(reserve + 1e-9)
    begins = np.arange(intervals) * float(pool.interval_seconds)
    return PoolData(
        interval_seconds=float(pool.interval_seconds),
        live=_table(
            [queue.arrival_rate for queue in live],
            [queue.aht_seconds for queue in live],
            [np.nan_to_num(queue.patience_seconds, nan=np.inf) for queue in live],
            [queue.threshold_seconds for queue in live],
            intervals=intervals,
        ),
        deferred=_table(
            [queue.arrival_rate for queue in deferred],
            [queue.aht_seconds for queue in deferred],
            [queue.due_seconds for queue in deferred],
            [
                queue.due_seconds if queue.last_due_seconds is None else queue.last_due_seconds
                for queue in deferred
            ],
            intervals=intervals,
        ),
        live_terms=_rows([(queue.short_seconds, queue.handling_spread) for queue in live], 2),
        deferred_terms=_rows(
            [
                (item.handling_spread, item.given_aht_seconds, item.is_interruptible)
                for item in deferred
            ],
            3,
        ),
        given=_given(deferred),
        skills=_rows(skills, len(live) + len(deferred)).astype(np.int64),
        staff=np.stack([[group.agents for group in groups], kept], axis=-1).astype(np.int64),
        more_until=begins + np.maximum(reserve - kept, 0.0) * pool.interval_seconds,
        turns=_turns(deferred),
        keeps_log=keeps_log,
    )


def _table(*parts: Sequence[FloatArray], intervals: int) -> FloatArray:
    """Return part x queue x interval, also where there is no queue."""
    return np.array(parts, dtype=np.float64).reshape(len(parts), -1, intervals)


def _rows(rows: Sequence[Sequence[float] | NDArray[np.int64]], width: int) -> FloatArray:
    return np.array(rows, dtype=np.float64).reshape(-1, width)


def _turns(deferred: Sequence[DeferredStream]) -> FloatArray:
    """Return when which queue opens or closes, by the clock; whoever closes first."""
    rows = []
    for number, queue in enumerate(deferred):
        if queue.open_windows is None:
            rows.append((0.0, number, 1.0))
            continue
        for opens, closes in queue.open_windows.tolist():
            rows += [(opens, number, 1.0), (closes, number, 0.0)]
    return _rows(sorted(rows, key=lambda row: (row[0], row[2])), 3)


def _given(deferred: Sequence[DeferredStream]) -> FloatArray:
    columns = [
        np.column_stack(
            [
                queue.given_ready_seconds,
                queue.given_due_seconds,
                np.full(queue.given_due_seconds.size, number),
            ]
        )
        for number, queue in enumerate(deferred)
    ]
    return np.concatenate([np.zeros((0, 3)), *columns])
