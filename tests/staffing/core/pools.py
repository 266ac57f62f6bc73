"""Pools of queues for tests, their queues staffed apart; `pools_lived` lives through their plans."""

from dataclasses import dataclass, field, replace

import numpy as np

from staffing.core.blending import Pool, PoolRules
from staffing.core.blending_path import PoolTraffic
from staffing.core.blending_work import DeferredMember
from staffing.core.deferred_demand import DeferredDemand, OpeningBacklog, slices_of
from staffing.core.deferred_plan import DeferredGoal, plan_deferred
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.goals import Goals
from staffing.core.live import LiveQueue
from staffing.core.plan_shape import PlanShape
from staffing.core.traffic import Traffic
from staffing.core.transient import LivePath, required_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY

DAY = 86_400
WEEKDAY_CURVE = (0.5, 0.8, 1.0, 1.1, 1.05, 0.9, 0.85, 0.9, 0.95, 0.9, 0.75, 0.6)


def double_peak(hours, *, opens, closes):
    """Share of the peak by hour of the day: a high morning, a lower afternoon."""
    middle = (hours - opens) / (closes - opens)
    shape = np.interp(middle, np.linspace(0.0, 1.0, len(WEEKDAY_CURVE)), WEEKDAY_CURVE)
    return np.where((hours >= opens) & (hours < closes), shape / max(WEEKDAY_CURVE), 0.0)


def surge(hours, *, opens, closes):
    """Quiet but for two hours at noon."""
    shape = np.where((hours >= 12) & (hours < 14), 1.0, 0.35)
    return np.where((hours >= opens) & (hours < closes), shape, 0.0)


@dataclass(frozen=True)
class Live:
    """A live queue of a case."""

    peak_erlangs: float
    aht: float = 300.0
    patience: float = 120.0
    level: float = 0.8
    threshold: float = 20.0
    opens: float = 8.0
    closes: float = 20.0
    curve: object = double_peak
    min_agents: int = 0


@dataclass(frozen=True)
class Deferred:
    """A deferred queue of a case; due in business hours of its own."""

    items_per_day: float
    aht: float = 480.0
    due_hours: float = 4.0
    level: float = 0.95
    opens: float = 8.0
    closes: float = 18.0
    backlog: int = 0
    min_agents: int = 0


@dataclass(frozen=True)
class Case:
    """A pool, some days long."""

    name: str
    live: tuple[Live, ...]
    deferred: tuple[Deferred, ...]
    days: int = 2
    minutes: int = 30
    cap: float = 0.85
    give: float = 0.005
    is_interruptible: bool = False
    shape: PlanShape = PlanShape.SHAPED
    seed: int = 1
    notes: str = ""
    extra: dict = field(default_factory=dict)

    @property
    def step(self):
        return self.minutes * 60

    @property
    def hours(self):
        count = self.days * 24 * 60 // self.minutes
        return (np.arange(count) * self.minutes / 60) % 24

    def erlangs(self, queue):
        shape = queue.curve(self.hours, opens=queue.opens, closes=queue.closes)
        return queue.peak_erlangs * shape


def separate_live(case, queue):
    """People of a live queue by itself."""
    load = case.erlangs(queue)
    rows = np.flatnonzero(load > 0.0)
    agents = np.zeros(load.size)
    patience = np.full(rows.size, queue.patience)
    traffic = Traffic(load[rows], np.full(rows.size, queue.aht), patience)
    goals = Goals.same(rows.size, level=queue.level, threshold_seconds=queue.threshold)
    model = Model.C if np.isnan(queue.patience) else Model.A
    begins = np.where(np.diff(rows, prepend=-5) == 1, CONTINUES, OPENS_EMPTY)
    path = LivePath(traffic, float(case.step), begins)
    steady = LiveQueue(traffic, model).required(goals)
    agents[rows] = required_transient(path, goals=goals, guess=steady)
    return np.maximum(agents, _least(case, queue))


def demand_of(case, queue):
    """The work of a deferred queue, due in so many of its own business hours."""
    slices = case.hours.size * slices_of(case.step)
    length = case.days * DAY / slices
    starts = np.arange(slices) * length
    is_open = ((starts / 3600) % 24 >= queue.opens) & ((starts / 3600) % 24 < queue.closes)
    edges = np.arange(slices + 1) * length
    clock = np.concatenate([[0.0], np.cumsum(is_open * length)])
    ends = edges[1:][is_open]

    def due(moments):
        wanted = np.interp(moments, edges, clock) + queue.due_hours * 3600
        return np.where(
            wanted > clock[-1], edges[-1] + DAY, np.interp(wanted, clock[1:][is_open], ends)
        )

    arriving = (case.hours >= 7) & (case.hours < 19)
    items = np.where(arriving, queue.items_per_day / (arriving.sum() / case.days), 0.0)
    backlog = OpeningBacklog.none()
    if queue.backlog:
        at = due(np.linspace(0.0, 10 * 3600.0, 5))
        backlog = OpeningBacklog(np.full(5, queue.backlog / 5), at, queue.aht, 0.0)
    return DeferredDemand(
        step_seconds=case.step,
        items=items,
        aht_seconds=np.full(items.size, queue.aht),
        open_seconds=is_open * length,
        first_due_seconds=due(starts),
        last_due_seconds=due(starts + length * (1 - 1e-9)),
        backlog=backlog,
    )


def member_of(case, queue):
    """The deferred queue, staffed by itself under the pool's cap."""
    demand = demand_of(case, queue)
    plan = plan_deferred(
        replace(demand, occupancy_cap=case.cap),
        goal=DeferredGoal(level=queue.level, min_agents=queue.min_agents, shape=case.shape),
    )
    return DeferredMember(
        demand, queue.level, plan.required_agents, plan.level, min_agents=queue.min_agents
    )


def pool_of(case):
    """The case as `plan_pool` takes it."""
    size, queues = case.hours.size, len(case.live)

    def column(make):
        return np.column_stack([make(queue) for queue in case.live]) if queues else empty

    empty = np.zeros((size, 0))
    rate = column(lambda queue: case.erlangs(queue) / queue.aht)
    members = [member_of(case, queue) for queue in case.deferred]
    thresholds = np.zeros((size, queues, 2))
    goals = np.full((size, queues, 5), np.nan)
    for place, queue in enumerate(case.live):
        thresholds[:, place] = (queue.threshold, np.nan)
        definition = list(ServiceLevel).index(ServiceLevel.ANSWERED_OVER_OFFERED)
        goals[:, place, :2] = (queue.level, definition)
    traffic = PoolTraffic(
        arrival_rate=rate,
        aht_seconds=column(lambda queue: np.full(size, queue.aht)),
        patience_seconds=column(lambda queue: np.full(size, queue.patience)),
        thresholds=thresholds,
        goals=goals,
        item_aht_seconds=_item_aht(members, size),
        is_steady_before=False,
        interval_seconds=float(case.step),
        least_agents=least_agents(case),
    )
    rules = PoolRules(case.cap, case.give, case.is_interruptible, case.shape)
    return Pool(traffic, column(lambda queue: separate_live(case, queue)), members, rules)


def least_agents(case):
    """The minimums of the live queues that are open, added up."""
    return np.sum([_least(case, queue) for queue in case.live], axis=0, dtype=np.int64)


def _least(case, queue):
    return queue.min_agents * ((case.hours >= queue.opens) & (case.hours < queue.closes))


def _item_aht(members, size):
    busy, done = np.zeros(size), np.zeros(size)
    for member in members:
        work = (member.demand.items * member.demand.aht_seconds).sum()
        aht = member.demand.aht_seconds.mean()
        busy += (member.open_share > 0.0) * work
        done += (member.open_share > 0.0) * work / aht
    return np.divide(busy, done, out=np.full(size, np.nan), where=done > 0.0)
