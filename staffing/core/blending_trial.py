"""A pool's plan tried on simulated days: whether deferred work is in time when idle time comes by chance.

What idle time carries is a mean; in truth it comes in bursts, and nobody knows which item lasts how
long. So a plan is lived through by the simulator of pools before it is taken.
"""

from dataclasses import dataclass

import numpy as np

from staffing.core.blending_path import PoolTraffic
from staffing.core.blending_work import DeferredMember
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation import OFFERED, SERVED_WITHIN
from staffing.core.simulation_pool import (
    AgentGroup,
    DeferredStream,
    LiveStream,
    PoolCounts,
    SimulatedPool,
    simulate_pool,
)
from staffing.core.simulation_pool_state import DUE, ON_TIME

EVENTS = 250_000
LEAST_REPEATS, MOST_REPEATS = 10, 300
SEED = 20_030_501


@dataclass(frozen=True)
class Trial:
    """What simulated days give.

    Attributes:
        live_levels: Of each live queue: answered within T over offered.
        deferred_levels: Of each deferred queue: done in time over due.
        on_time_items: Deferred queue x interval in which they are due, per repeat.
        due_items: Likewise.

    """

    live_levels: FloatArray
    deferred_levels: FloatArray
    on_time_items: FloatArray
    due_items: FloatArray


def try_plan(
    traffic: PoolTraffic,
    members: list[DeferredMember],
    *,
    agents: IntArray,
    reserve: IntArray,
    is_interruptible: bool,
) -> Trial:
    """Live through the plan as often as its volume asks for."""
    group = AgentGroup(
        live_ranks=np.arange(traffic.arrival_rate.shape[1]),
        serves_deferred=np.ones(len(members), dtype=bool),
        agents=agents,
        reserve=reserve,
    )
    deferred = [stream_of(member.demand, is_interruptible=is_interruptible) for member in members]
    pool = SimulatedPool(traffic.interval_seconds, [group], _live(traffic), deferred)
    events = float(traffic.arrival_rate.sum()) * traffic.interval_seconds
    events += sum(float(member.demand.items.sum()) for member in members)
    repeats = int(np.clip(EVENTS / max(events, 1.0), LEAST_REPEATS, MOST_REPEATS))
    return _trial(simulate_pool(pool, days=repeats, seed=SEED), repeats)


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


def stream_of(demand: DeferredDemand, *, is_interruptible: bool) -> DeferredStream:
    """Return a deferred queue as the simulator takes it; backlog item by item."""
    backlog = demand.backlog
    counts = np.rint(backlog.items).astype(np.int64)
    first = demand.first_due_seconds.reshape(-1, demand.slices)
    last = demand.last_due_seconds.reshape(-1, demand.slices)
    return DeferredStream(
        arrival_rate=demand.items / demand.step_seconds,
        due_seconds=(first[:, 0] + last[:, -1]) / 2.0,
        aht_seconds=demand.aht_seconds,
        given_ready_seconds=np.zeros(int(counts.sum())),
        given_due_seconds=np.repeat(backlog.due_seconds, counts),
        given_aht_seconds=backlog.aht_seconds,
        handling_spread=demand.handling_spread,
        is_interruptible=is_interruptible,
    )


def _trial(counts: PoolCounts, repeats: int) -> Trial:
    live = counts.live.sum(axis=(0, 1))
    due = counts.deferred[..., DUE].sum(axis=0).T
    on_time = counts.deferred[..., ON_TIME].sum(axis=0).T
    totals = due.sum(axis=1)
    return Trial(
        live_levels=_share(live[:, SERVED_WITHIN], live[:, OFFERED]),
        deferred_levels=_share(on_time.sum(axis=1), totals),
        on_time_items=on_time / repeats,
        due_items=due / repeats,
    )


def _share(good: FloatArray, total: FloatArray) -> FloatArray:
    return np.divide(good, total, out=np.ones(good.shape), where=total > 0.0)
