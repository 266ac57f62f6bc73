"""A pool's queues on one grid, as the core takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from staffing import queries
from staffing.computations.deferred_queue import deferred_demand
from staffing.computations.goal_rows import rows_by_goal
from staffing.computations.linked_arrivals import arrivals_of_run
from staffing.computations.live_queue import known_patience
from staffing.core.blending import Pool, PoolRules
from staffing.core.blending_path import PoolTraffic
from staffing.core.blending_work import DeferredMember
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.kernels import FloatArray
from staffing.core.params import RequirementParams
from staffing.core.transient import DEFINITION_CODES
from staffing.models import Pool as PoolRow
from staffing.models import RequirementQueueResult, RequirementRun
from staffing.queries.run_rows import RunRows, run_rows
from wfm.org.models import Queue

DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Member:
    """A queue of a pool with what it needs by itself.

    Attributes:
        queue: The queue.
        separate: Its rows as the run staffed it apart.
        inputs: What it was staffed from.
        result: What the run says of it.

    """

    queue: Queue
    separate: RunRows
    inputs: queries.QueueInputs
    result: RequirementQueueResult

    @property
    def step_seconds(self) -> int:
        """Return the length of an interval."""
        return self.queue.interval_minutes * 60


@dataclass(frozen=True)
class Grid:
    """The intervals that all queues of a pool have place on.

    Queues of other time zones begin their days at other moments.
    """

    starts_at: np.datetime64
    step_seconds: int
    size: int

    @classmethod
    def over(cls, members: list[Member]) -> Grid:
        """Return the grid from the first start to the last end."""
        step = members[0].step_seconds
        first = min(member.separate.starts_at[0] for member in members)
        last = max(member.separate.starts_at[-1] for member in members)
        return cls(first, step, int((last - first).astype(np.int64)) // step + 1)

    def offset(self, member: Member) -> int:
        """Return the place of the queue's first interval."""
        ahead = (member.separate.starts_at[0] - self.starts_at).astype(np.int64)
        return int(ahead) // self.step_seconds

    def put(self, member: Member, values: FloatArray, empty: float) -> FloatArray:
        """Return the queue's values on the grid."""
        whole = np.full(self.size, empty)
        first = self.offset(member)
        whole[first : first + values.size] = values
        return whole

    def take(self, member: Member, values: FloatArray) -> FloatArray:
        """Return the part of values on the grid that is the queue's own."""
        first = self.offset(member)
        return np.asarray(values[first : first + member.separate.starts_at.size])

    @property
    def moments(self) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        """Return the start of each interval."""
        return self.starts_at + np.arange(self.size) * np.timedelta64(self.step_seconds, "s")


def member_of(run: RequirementRun, queue: Queue, result: RequirementQueueResult) -> Member:
    """Return a queue that the run has staffed by itself."""
    return Member(queue, run_rows(run, queue), arrivals_of_run(run, queue).inputs, result)


def pool_of(
    run: RequirementRun, row: PoolRow, live: list[Member], deferred: list[Member]
) -> tuple[Pool, Grid]:
    """Return the pool as the core plans it, on its grid.

    Who takes a callback is not counted again: the queue that makes the callbacks has been staffed for
    them, as many as the live queue had by itself.
    """
    params = RequirementParams.from_json(run.parameters)
    grid = Grid.over(live + deferred)
    works = [
        _deferred_member(run, member, grid, params, rank=place if row.deferred_in_order else 0)
        for place, member in enumerate(deferred)
    ]
    traffic = _traffic(run, live, works, grid, params)
    separate = [grid.put(member, member.separate.agents, 0.0) for member in live]
    rules = PoolRules(
        max_occupancy_rate=row.max_occupancy_rate,
        live_give_rate=row.live_give_rate,
        is_interruptible=row.is_interruptible,
        shape=params.deferred_shape,
    )
    return Pool(traffic, np.column_stack(separate), works, rules), grid


def _traffic(
    run: RequirementRun,
    live: list[Member],
    works: list[DeferredMember],
    grid: Grid,
    params: RequirementParams,
) -> PoolTraffic:
    shape = (grid.size, len(live))
    rate, aht, patience = np.zeros(shape), np.ones(shape), np.full(shape, np.nan)
    thresholds, goals = np.full((*shape, 2), np.nan), np.full((*shape, 5), np.nan)
    steady, least = False, np.zeros(grid.size, dtype=np.int64)
    for place, member in enumerate(live):
        rows = member.separate
        stay = rows.offered - rows.callbacks
        rate[:, place] = grid.put(member, stay / grid.step_seconds, 0.0)
        least += least_people(member, grid).astype(np.int64)
        aht[:, place] = grid.put(member, rows.aht_seconds, 1.0)
        model = queries.queue_model(member.queue, params)
        known = known_patience(member.queue, model=model, before=run.forecast_run.origin_at)
        patience[:, place] = np.nan if known is None else (known.seconds or np.nan)
        steady |= grid.offset(member) == 0 and member.inputs.is_open_before
        first = grid.offset(member)
        for goal_row, intervals in rows_by_goal(member.inputs):
            goal = queries.live_goal(goal_row).over(intervals.size, min_agents=0)
            at = intervals + first
            thresholds[at, place] = np.column_stack([goal.threshold_seconds, goal.short_seconds])
            code = np.full(intervals.size, float(DEFINITION_CODES[goal.definition]))
            goals[at, place] = np.column_stack(
                [
                    goal.level,
                    code,
                    goal.max_asa_seconds,
                    goal.max_abandonment_rate,
                    goal.max_occupancy_rate,
                ]
            )
    return PoolTraffic(
        arrival_rate=rate,
        aht_seconds=aht,
        patience_seconds=patience,
        thresholds=thresholds,
        goals=goals,
        item_aht_seconds=_item_aht(works, grid.size),
        is_steady_before=steady,
        interval_seconds=float(grid.step_seconds),
        least_agents=least,
    )


def least_people(member: Member, grid: Grid) -> FloatArray:
    """Return the minimum of a queue where it is open: there it has people by itself."""
    is_open = grid.put(member, member.separate.agents, 0.0) > 0.0
    return np.where(is_open, float(member.queue.min_agents), 0.0)


def _item_aht(works: list[DeferredMember], size: int) -> FloatArray:
    """Mean handling time of an item in hand, weighed by the work of each queue that is open."""
    busy, done = np.zeros(size), np.zeros(size)
    for member in works:
        items, aht = member.demand.items, member.demand.aht_seconds
        work = float((items * aht).sum()) + 1.0
        mean = work / max(float(items.sum()), 1e-9) if items.sum() > 0.0 else float(aht.mean())
        busy += (member.open_share > 0.0) * work
        done += (member.open_share > 0.0) * work / mean
    return np.asarray(np.divide(busy, done, out=np.full(size, np.nan), where=done > 0.0))


def _deferred_member(
    run: RequirementRun, member: Member, grid: Grid, params: RequirementParams, *, rank: int
) -> DeferredMember:
    demand = deferred_demand(member.queue, member.inputs, params)
    level = max(goal.level for goal in member.inputs.goals)
    achieved = member.result.service_level
    return DeferredMember(
        demand=_on_grid(demand, member, grid),
        level=level,
        separate_agents=grid.put(member, member.separate.agents, 0.0),
        separate_level=1.0 if achieved is None else achieved,
        min_agents=member.queue.min_agents,
        rank=rank,
    )


def _on_grid(demand: DeferredDemand, member: Member, grid: Grid) -> DeferredDemand:
    """Return the demand with nothing before and after its own intervals."""
    ahead = grid.offset(member)
    after = grid.size - ahead - demand.items.size
    if ahead == 0 and after == 0:
        return demand
    seconds = ahead * grid.step_seconds
    slices = demand.slices

    def padded(values: FloatArray, each: int, *, moved: bool) -> FloatArray:
        first = np.arange(ahead * each) * demand.slice_seconds if moved else np.zeros(ahead * each)
        end = grid.size * grid.step_seconds + DAY_SECONDS
        last = np.full(after * each, end if moved else 0.0)
        return np.concatenate([first, values + (seconds if moved else 0.0), last])

    aht = np.concatenate(
        [
            np.full(ahead, demand.aht_seconds[0]),
            demand.aht_seconds,
            np.full(after, demand.aht_seconds[-1]),
        ]
    )
    backlog = replace(
        demand.backlog,
        due_seconds=demand.backlog.due_seconds + seconds,
        overdue_by_seconds=demand.backlog.overdue_by_seconds + seconds,
    )
    return replace(
        demand,
        items=padded(demand.items, 1, moved=False),
        aht_seconds=aht,
        open_seconds=padded(demand.open_seconds, slices, moved=False),
        first_due_seconds=padded(demand.first_due_seconds, slices, moved=True),
        last_due_seconds=padded(demand.last_due_seconds, slices, moved=True),
        backlog=backlog,
    )
