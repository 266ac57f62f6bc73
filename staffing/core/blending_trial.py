"""A pool's plan tried on simulated days: whether deferred work is in time when idle time comes by chance.

What idle time carries is a mean; in truth it comes in bursts, and nobody knows which item lasts how
long. So a plan is lived through by the simulator of pools before it is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffing.core.blending_path import PoolTraffic, nothing
from staffing.core.blending_work import DeferredMember
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation import OFFERED, SERVED_WITHIN
from staffing.core.simulation_pool import (
    AgentGroup,
    DeferredStream,
    LiveStream,
    SimulatedPool,
    simulate_pool,
)
from staffing.core.simulation_pool_state import DUE, ON_TIME

EVENTS, EVENTS_CONFIRMING = 1_000_000, 4_000_000
EVENTS_AT_ONCE = 50_000
LEAST_REPEATS, MOST_REPEATS = 10, 600
SEED, SEED_CONFIRMING = 20_030_501, 20_030_502
OPEN_GAP = 1e-6  # seconds


@dataclass(frozen=True)
class Trial:
    """What simulated days give.

    Attributes:
        live_levels: Of each live queue: answered within T over offered.
        deferred_levels: Of each deferred queue: done in time over due.
        deferred_errors: Standard errors of those.
        on_time_items: Deferred queue x interval in which they are due, per repeat.
        due_items: Likewise.

    """

    live_levels: FloatArray
    deferred_levels: FloatArray
    deferred_errors: FloatArray
    on_time_items: FloatArray
    due_items: FloatArray


def try_plan(
    traffic: PoolTraffic,
    members: list[DeferredMember],
    *,
    agents: IntArray,
    reserve: FloatArray | IntArray,
    is_interruptible: bool,
    confirms: bool = False,
    on_step: Callable[[], None] = nothing,
) -> Trial:
    """Live through the plan as often as its volume asks for, a few days at a time.

    What is chosen of many plans is confirmed on other days, and more of them.
    """
    group = AgentGroup(
        live_ranks=np.arange(traffic.arrival_rate.shape[1]),
        serves_deferred=np.ones(len(members), dtype=bool),
        agents=agents,
        reserve=reserve,
    )
    deferred = [
        stream_of(member.demand, is_interruptible=is_interruptible, rank=member.rank)
        for member in members
    ]
    pool = SimulatedPool(traffic.interval_seconds, [group], _live(traffic), deferred)
    wanted, seed = (EVENTS_CONFIRMING, SEED_CONFIRMING) if confirms else (EVENTS, SEED)
    events = float(traffic.arrival_rate.sum()) * traffic.interval_seconds
    events += sum(float(member.demand.items.sum()) for member in members)
    repeats = int(np.clip(wanted / max(events, 1.0), LEAST_REPEATS, MOST_REPEATS))
    at_once = max(int(EVENTS_AT_ONCE / max(events, 1.0)), 1)
    live, due, on_time = [], [], []
    for number, first in enumerate(range(0, repeats, at_once)):
        on_step()
        counts = simulate_pool(pool, days=min(at_once, repeats - first), seed=[seed, number])
        live.append(counts.live.sum(axis=(0, 1)))
        due.append(counts.deferred[..., DUE])
        on_time.append(counts.deferred[..., ON_TIME])
    return _trial(np.sum(live, axis=0), np.concatenate(due), np.concatenate(on_time))


def _live(traffic: PoolTraffic) -> list[LiveStream]:
    return [
        LiveStream(
            traffic.arrival_rate[:, queue],
            traffic.aht_seconds[:, queue],
            traffic.patience_seconds[:, queue],
            traffic.thresholds[:, queue, 0],
        )
        for queue in range(traffic.arrival_rate.shape[1])
    ]


def stream_of(demand: DeferredDemand, *, is_interruptible: bool, rank: int = 0) -> DeferredStream:
    """Return a deferred queue as the simulator takes it; backlog item by item."""
    backlog = demand.backlog
    counts = np.rint(backlog.items).astype(np.int64)
    first = demand.first_due_seconds.reshape(-1, demand.slices)
    last = demand.last_due_seconds.reshape(-1, demand.slices)
    return DeferredStream(
        arrival_rate=demand.items / demand.step_seconds,
        due_seconds=first[:, 0],
        last_due_seconds=last[:, -1],
        aht_seconds=demand.aht_seconds,
        given_ready_seconds=np.zeros(int(counts.sum())),
        given_due_seconds=np.repeat(backlog.due_seconds, counts),
        given_aht_seconds=backlog.aht_seconds,
        handling_spread=demand.handling_spread,
        is_interruptible=is_interruptible,
        open_windows=open_windows(demand),
        rank=rank,
    )


def open_windows(demand: DeferredDemand) -> FloatArray:
    """Return from when to when items are worked on; what is open of a slice is open at its begin."""
    begins = np.arange(demand.open_seconds.size) * demand.slice_seconds
    is_open = demand.open_seconds > 0.0
    opens, closes = begins[is_open], (begins + demand.open_seconds)[is_open]
    apart = opens[1:] - closes[:-1] > OPEN_GAP
    first, last = np.append(True, apart), np.append(apart, True)
    return np.column_stack([opens[first[: opens.size]], closes[last[: closes.size]]])


def _trial(live: FloatArray, due: FloatArray, on_time: FloatArray) -> Trial:
    """Return what simulated days give: `due` and `on_time` by repeat x interval x deferred queue."""
    due_of_repeat, good = due.sum(axis=1), on_time.sum(axis=1)
    totals = due_of_repeat.sum(axis=0)
    levels = _share(good.sum(axis=0), totals)
    rest = good - levels * due_of_repeat
    return Trial(
        live_levels=_share(live[:, SERVED_WITHIN], live[:, OFFERED]),
        deferred_levels=levels,
        deferred_errors=np.sqrt((rest**2).sum(axis=0)) / np.maximum(totals, 1.0),
        on_time_items=on_time.mean(axis=0).T,
        due_items=due.mean(axis=0).T,
    )


def _share(good: FloatArray, total: FloatArray) -> FloatArray:
    return np.divide(good, total, out=np.ones(good.shape), where=total > 0.0)
