"""One team for live and deferred queues: idle time is used first, then only new hours.

The live queues are staffed together, served in the order of their priorities. Their idle time carries
deferred work as far as each live queue loses no more than it may give (`blending_path`) and nobody is
busier than the cap. What is not done by its due time that way asks for new hours, the least of the
asked shape; those who come for them serve all queues too, so that each brings more than itself. A plan
that needs as many hours as the queues apart is dropped for these.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from staffing.core.blending_path import (
    PoolTraffic,
    Walk,
    least_live_agents,
    nothing,
    walk_blended,
    walk_interruptible,
    walk_live,
)
from staffing.core.blending_trial import Trial, try_plan
from staffing.core.blending_work import (
    DeferredMember,
    Spent,
    does_what_arrives,
    in_time,
    people_for_the_rest,
    rounded_up,
    spend,
)
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.plan_shape import PlanShape

TURNS, MOST_TURNS = 5, 8
"""Plans lived through; more only while none has kept every goal."""
THINNED = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)
MORE, LESS = 0.08, -0.06
MOST_FINISHED_FIRST = 150
"""People at once for whom work that is finished first can be planned: one look at an interval with more
takes longer than a planner waits (docs/benchmarks/staffing.md); work that gives way has no such limit.
"""
LEAST_GAIN, MOST_GAIN = 0.1, 2.0
"""Bounds of what a further person is taken to bring, as a share of what was taken before."""


class Outcome(StrEnum):
    """What became of a pool."""

    BLENDED = "blended"
    NO_GAIN = "no_gain"  # together they need no less than apart
    NOT_FOUND = "not_found"  # no number of people together keeps every queue's goals


@dataclass(frozen=True)
class PoolRules:
    """How a pool works.

    Attributes:
        max_occupancy_rate: Busy share of the people's time, live and deferred, at most.
        live_give_rate: By how much deferred work may lower a live queue's level.
        is_interruptible: A live contact pushes an item aside, which goes on later.
        shape: Of the new hours.

    """

    max_occupancy_rate: float
    live_give_rate: float
    is_interruptible: bool
    shape: PlanShape


@dataclass(frozen=True)
class PoolPlan:
    """People of a pool and what they achieve, by interval.

    Attributes:
        outcome: Whether the queues are staffed together.
        agents: People of the pool.
        live_agents: Of those, what the live queues need together.
        new_agents: The rest: new hours for deferred work.
        reserve_agents: Idle people kept back from deferred work.
        usable_agents: Mean people that deferred work could have.
        worked_agents: Deferred queue x interval: mean people on its items as expected.
        live_busy: Mean people on live contacts.
        alone_levels: Interval x live queue: without deferred work.
        walk: The live queues with deferred work.
        trial: All queues on simulated days; None where nothing was blended.

    """

    outcome: Outcome
    agents: IntArray
    live_agents: IntArray
    new_agents: IntArray
    reserve_agents: FloatArray | IntArray
    usable_agents: FloatArray
    worked_agents: FloatArray
    live_busy: FloatArray
    alone_levels: FloatArray
    walk: Walk
    trial: Trial | None


@dataclass(frozen=True)
class Pool:
    """A pool's queues.

    Attributes:
        traffic: The live ones, best priority first.
        separate_live: Interval x live queue: people each needs by itself.
        deferred: The deferred ones.
        rules: How they work together.

    """

    traffic: PoolTraffic
    separate_live: FloatArray
    deferred: Sequence[DeferredMember]
    rules: PoolRules

    @property
    def separate_agents(self) -> FloatArray:
        """Return the people of all queues apart."""
        total = self.separate_live.sum(axis=1)
        for member in self.deferred:
            total = total + member.separate_agents
        return np.asarray(total)


def plan_pool(pool: Pool, *, on_step: Callable[[], None] = nothing) -> PoolPlan:
    """Return the least people with whom the queues of the pool keep their goals together.

    `on_step` is called before every interval that is lived through and every few simulated days; what
    it raises ends the plan.
    """
    live_agents = _live_agents(pool, on_step)
    if live_agents is None:
        return _apart(pool, Outcome.NOT_FOUND)
    alone = walk_live(pool.traffic, live_agents, on_step=on_step)
    if not pool.deferred:
        return _checked(pool, _plan_without(pool, live_agents, alone))
    found = _Blending(pool, live_agents, alone, on_step).plan()
    return _apart(pool, Outcome.NOT_FOUND) if found is None else _checked(pool, found)


def _live_agents(pool: Pool, on_step: Callable[[], None]) -> IntArray | None:
    apart: IntArray = pool.separate_live.sum(axis=1).astype(np.int64)
    if pool.separate_live.shape[1] < 2:
        return apart
    found: IntArray | None = least_live_agents(pool.traffic, apart, on_step=on_step)
    return found


def _checked(pool: Pool, plan: PoolPlan) -> PoolPlan:
    """Drop a plan that saves nothing."""
    if float(plan.agents.sum()) >= float(pool.separate_agents.sum()) - 1e-9:
        return _apart(pool, Outcome.NO_GAIN)
    return plan


def _apart(pool: Pool, outcome: Outcome) -> PoolPlan:
    size, queues = pool.separate_live.shape
    live = pool.separate_live.sum(axis=1).astype(np.int64)
    agents = pool.separate_agents.astype(np.int64)
    unknown = np.full((size, queues), np.nan)
    return PoolPlan(
        outcome=outcome,
        agents=agents,
        live_agents=live,
        new_agents=agents - live,
        reserve_agents=live.copy(),
        usable_agents=np.zeros(size),
        worked_agents=np.zeros((len(pool.deferred), size)),
        live_busy=np.zeros(size),
        alone_levels=unknown,
        walk=Walk.empty(pool.traffic),
        trial=None,
    )


def _plan_without(pool: Pool, agents: IntArray, alone: Walk) -> PoolPlan:
    """Return the plan of a pool without deferred queues."""
    return PoolPlan(
        outcome=Outcome.BLENDED,
        agents=agents,
        live_agents=agents,
        new_agents=np.zeros_like(agents),
        reserve_agents=np.zeros_like(agents),
        usable_agents=np.zeros(agents.size),
        worked_agents=np.zeros((0, agents.size)),
        live_busy=alone.live_busy,
        alone_levels=alone.levels,
        walk=alone,
        trial=None,
    )


@dataclass(frozen=True)
class _Capacity:
    """What deferred work can have with so many people, in seconds per interval."""

    agents: IntArray
    walk: Walk
    seconds: FloatArray


@dataclass(frozen=True)
class _Found:
    """So many people and what came of them."""

    there: _Capacity
    spent: Spent
    trial: Trial
    is_in_time: bool
    holds: bool

    @property
    def hours(self) -> float:
        """People summed over the intervals."""
        return float(self.there.agents.sum())


@dataclass
class _Blending:
    """The search for the least new hours."""

    pool: Pool
    live_agents: IntArray
    alone: Walk
    on_step: Callable[[], None]

    def __post_init__(self) -> None:
        self.held: list[_Found] = []
        self.step = self.pool.traffic.interval_seconds
        shares = np.array([member.open_share for member in self.pool.deferred])
        self.open_share = shares.max(axis=0)
        least = np.array(
            [
                (share > 0.0) * m.min_agents
                for share, m in zip(shares, self.pool.deferred, strict=True)
            ]
        ).sum(axis=0)
        promised = np.ceil(self.pool.traffic.least_agents + least)
        self.least_new = np.maximum(promised - self.live_agents, 0.0).astype(np.int64)

    def capacity(self, new_agents: IntArray) -> _Capacity:
        """Live through the days with so many more people."""
        rules, traffic = self.pool.rules, self.pool.traffic
        agents = self.live_agents + new_agents
        if rules.is_interruptible:
            walk = walk_interruptible(
                traffic, agents, cap=rules.max_occupancy_rate, on_step=self.on_step
            )
        else:
            walk = walk_blended(
                traffic,
                agents,
                least_levels=self.alone.levels - rules.live_give_rate,
                cap=rules.max_occupancy_rate,
                on_step=self.on_step,
            )
        room = np.maximum(rules.max_occupancy_rate * agents - walk.live_busy, 0.0)
        usable = np.minimum(walk.items, room) * self.open_share
        return _Capacity(agents, walk, usable * self.step)

    def plan(self) -> PoolPlan | None:
        """Return the plan with the fewest hours among those tried; None where none holds.

        The least of many is likely one whose simulated days were kind: it has to hold on other days.
        """
        base = self.capacity(self.least_new)
        if not self._found(base).holds:
            if self.pool.rules.shape is PlanShape.FLAT:
                self._least_flat()
            else:
                self._least_shaped(base)
        for found in sorted(self.held, key=lambda held: held.hours):
            trial = self._trial(found.there, confirms=True)
            if in_time(self.pool.deferred, trial.deferred_levels, trial.deferred_errors):
                return self._result(replace(found, trial=trial))
        return None

    def _found(self, there: _Capacity) -> _Found:
        """Tell whether so many people do: what is expected gets done, and in time by chance too."""
        members = self.pool.deferred
        trial = self._trial(there)
        spent = spend(members, there.seconds, 1.0)
        timely = in_time(members, trial.deferred_levels, trial.deferred_errors)
        found = _Found(there, spent, trial, timely, timely and does_what_arrives(members, spent))
        if found.holds:
            self.held.append(found)
        return found

    def _trial(self, there: _Capacity, *, confirms: bool = False) -> Trial:
        return try_plan(
            self.pool.traffic,
            list(self.pool.deferred),
            agents=there.agents,
            reserve=there.agents - there.walk.floor,
            is_interruptible=self.pool.rules.is_interruptible,
            confirms=confirms,
            on_step=self.on_step,
        )

    def _least_flat(self) -> None:
        """Try for the least team of new people in all hours of the deferred queues."""
        is_open = (self.open_share > 0.0).astype(np.int64)
        most = int(self.pool.separate_agents.max(initial=0.0)) + 1
        best: _Found | None = None
        low, high = 0, 1
        while best is None and low < most:
            found = self._found(self.capacity(high * is_open + self.least_new))
            if found.holds:
                best = found
            else:
                low, high = high, 2 * high
        while best is not None and high - low > 1:
            middle = (low + high) // 2
            found = self._found(self.capacity(middle * is_open + self.least_new))
            if found.holds:
                best, high = found, middle
            else:
                low = middle

    def _least_shaped(self, base: _Capacity) -> None:
        """Try for the least new people along the due times that turned up.

        Each is first taken to bring the cap of her time. What she brings indeed, more where idle time
        is pooled and less where items would be in hand when live work needs all, is put in its place;
        and the work is taken to be more than expected while simulated days are late, less while not.
        """
        each = self.pool.rules.max_occupancy_rate * self.open_share * self.step
        self._try_thinned()
        scale = 1.0
        for turn in range(MOST_TURNS):
            exact = people_for_the_rest(
                self.pool.deferred, base_seconds=base.seconds, each_seconds=each, scale=scale
            )
            new_agents = rounded_up(exact).astype(np.int64)
            found = self._found(self.capacity(new_agents + self.least_new))
            if turn + 1 >= TURNS and self.held:
                break
            scale += LESS if found.holds else (0.0 if found.is_in_time else MORE)
            each = (each + self._gained(base, found.there, new_agents, each)) / 2.0

    def _try_thinned(self) -> None:
        """Try the people whom the deferred queues need apart, made fewer as long as that holds."""
        apart = np.sum([member.separate_agents for member in self.pool.deferred], axis=0)
        for share in THINNED:
            new_agents = rounded_up(np.where(self.open_share > 0.0, apart * share, 0.0))
            found = self._found(self.capacity(new_agents.astype(np.int64) + self.least_new))
            if not found.is_in_time:
                break

    def _gained(
        self, base: _Capacity, there: _Capacity, new_agents: IntArray, each: FloatArray
    ) -> FloatArray:
        """Return what each further person turned out to bring; their mean where nobody came."""
        more, came = there.seconds - base.seconds, (new_agents > 0) & (each > 0.0)
        expected = new_agents * each
        mean = float(more[came].sum()) / max(float(expected[came].sum()), 1e-9)
        ratio = np.full(each.size, mean)
        np.divide(more, expected, out=ratio, where=came)
        return np.asarray(each * np.clip(ratio, LEAST_GAIN, MOST_GAIN))

    def _result(self, found: _Found) -> PoolPlan:
        there = found.there
        return PoolPlan(
            outcome=Outcome.BLENDED,
            agents=there.agents,
            live_agents=self.live_agents,
            new_agents=there.agents - self.live_agents,
            reserve_agents=there.agents - there.walk.floor,
            usable_agents=there.seconds / self.step,
            worked_agents=found.spent.worked_seconds / self.step,
            live_busy=there.walk.live_busy,
            alone_levels=self.alone.levels,
            walk=there.walk,
            trial=found.trial,
        )
