"""Plans of pools lived through by the simulator, with the same contacts with and without deferred work."""

from dataclasses import dataclass

import numpy as np

from staffing.core.blending import Outcome, Pool, PoolPlan, plan_pool
from staffing.core.simulation import OFFERED, SERVED_WITHIN
from staffing.core.simulation_pool import (
    AgentGroup,
    DeferredStream,
    LiveStream,
    SimulatedPool,
    simulate_pool,
)
from staffing.core.simulation_pool_state import DUE, ON_ITEMS, ON_LIVE, ON_TIME
from tests.staffing.core.pools import DAY, Case, demand_of, pool_of


@dataclass(frozen=True)
class Lived:
    """A case, its plan, and what simulated days give.

    Attributes:
        live_levels: Of each live queue.
        deferred_levels: Of each deferred queue, of the items due in the period.
        wanted: Of each deferred queue: its goal, or the ceiling that no staffing can exceed.
        drop: Of each live queue: level without deferred work less that with it, paired by contact.
        drop_error: Standard errors of those.
        drop_by_interval: Interval x live queue, likewise; NaN where hardly anybody calls.
        drop_error_by_interval: Standard errors of those.
        over_cap: By interval: busy share above the cap, or above live contacts alone where these
            keep people busier.
        busy_rate: Of the people's time.

    """

    case: Case
    pool: Pool
    plan: PoolPlan
    live_levels: np.ndarray
    deferred_levels: np.ndarray
    wanted: np.ndarray
    drop: np.ndarray
    drop_error: np.ndarray
    drop_by_interval: np.ndarray
    drop_error_by_interval: np.ndarray
    over_cap: np.ndarray
    busy_rate: float

    @property
    def is_blended(self):
        """Whether the queues are staffed together."""
        return self.plan.outcome is Outcome.BLENDED

    @property
    def below(self):
        """By how much the worst queue misses its goal or the ceiling."""
        live = [queue.level for queue in self.case.live] - self.live_levels
        return float(np.concatenate([live, self.wanted - self.deferred_levels]).max())


def lived(case, *, repeats, seed=7):
    """Plan a case and live through it; queues that stay apart with the people they have apart."""
    pool = pool_of(case)
    plan = plan_pool(pool)
    if plan.outcome is Outcome.BLENDED:
        groups = [_everybody(case, plan.agents, plan.reserve_agents)]
        alone = [_everybody(case, plan.live_agents, np.zeros(plan.agents.size), deferred=0)]
    else:
        groups, alone = _apart(pool), _apart(pool)[: len(case.live)]
    counts = _simulated(case, groups, case.deferred, repeats=repeats, seed=seed)
    before = _simulated(case, _without(alone), (), repeats=repeats, seed=seed)
    drop, error = _drop(before.live.sum(axis=1), counts.live.sum(axis=1))
    by_interval, errors = _drop(before.live, counts.live)
    few = counts.live[..., OFFERED].mean(axis=0) < 1.0
    live = counts.live.sum(axis=(0, 1))
    deferred = counts.deferred.sum(axis=(0, 1))
    busy = counts.busy_seconds[..., [ON_LIVE, ON_ITEMS]].mean(axis=0).sum(axis=1) / case.step
    there = np.sum([group.agents for group in groups], axis=0)
    busy = busy / np.maximum(there, 1.0)[:, np.newaxis]
    return Lived(
        case=case,
        pool=pool,
        plan=plan,
        live_levels=live[:, SERVED_WITHIN] / live[:, OFFERED],
        deferred_levels=deferred[:, ON_TIME] / np.maximum(deferred[:, DUE], 1.0),
        wanted=np.array([min(m.level, m.demand.ceiling_level()) for m in pool.deferred]),
        drop=drop,
        drop_error=error,
        drop_by_interval=np.where(few, np.nan, by_interval),
        drop_error_by_interval=errors,
        over_cap=busy.sum(axis=1) - np.maximum(case.cap, busy[:, 0]),
        busy_rate=float((busy.sum(axis=1) * there).sum() / there.sum()),
    )


def _everybody(case, agents, reserve, deferred=None):
    return AgentGroup(
        live_ranks=np.arange(len(case.live)),
        serves_deferred=np.ones(len(case.deferred) if deferred is None else deferred, dtype=bool),
        agents=agents,
        reserve=reserve,
    )


def _apart(pool):
    """Each queue with its own people."""
    queues, works = pool.separate_live.shape[1], len(pool.deferred)
    own = [*pool.separate_live.T, *(member.separate_agents for member in pool.deferred)]
    return [
        AgentGroup(
            live_ranks=np.where(np.arange(queues) == place, 0, -1),
            serves_deferred=np.arange(works) == place - queues,
            agents=agents.astype(np.int64),
            reserve=np.zeros(agents.size),
        )
        for place, agents in enumerate(own)
    ]


def _without(groups):
    nothing = np.zeros(0, dtype=bool)
    return [AgentGroup(g.live_ranks, nothing, g.agents, g.reserve) for g in groups]


def _simulated(case, groups, works, *, repeats, seed):
    """Live through the case: contacts are drawn first, the same whatever else there is."""
    size = case.hours.size
    live = [
        LiveStream(
            case.erlangs(queue) / queue.aht,
            np.full(size, queue.aht),
            np.full(size, queue.patience),
            np.full(size, queue.threshold),
        )
        for queue in case.live
    ]
    deferred = [_stream(case, queue) for queue in works]
    pool = SimulatedPool(float(case.step), groups, live, deferred)
    return simulate_pool(pool, days=repeats, seed=seed)


def _stream(case, queue):
    demand = demand_of(case, queue)
    backlog, count = demand.backlog, demand.backlog.items.astype(int)
    days = np.arange(case.days)[:, np.newaxis] * DAY
    return DeferredStream(
        arrival_rate=demand.items / case.step,
        due_seconds=demand.first_due_seconds.reshape(-1, demand.slices)[:, 0],
        last_due_seconds=demand.last_due_seconds.reshape(-1, demand.slices)[:, -1],
        aht_seconds=demand.aht_seconds,
        given_ready_seconds=np.zeros(count.sum()),
        given_due_seconds=np.repeat(backlog.due_seconds, count),
        given_aht_seconds=queue.aht,
        is_interruptible=case.is_interruptible,
        open_windows=days + np.array([queue.opens, queue.closes]) * 3600.0,
    )


def _drop(before, after):
    """Return the fall of the level and its standard error, of days that are alike but for the work."""
    offered = before[..., OFFERED]
    assert (offered == after[..., OFFERED]).all()
    fall = before[..., SERVED_WITHIN] - after[..., SERVED_WITHIN]
    total = np.maximum(offered.sum(axis=0), 1.0)
    mean = fall.sum(axis=0) / total
    rest = fall - mean * offered
    return mean, np.sqrt((rest**2).sum(axis=0)) / total
