"""What a run writes of a pool that is staffed together: its people, and each queue's part of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from staffing.computations.pool_inputs import Grid, Member, least_people
from staffing.core.arrival_figures import SERVED, SERVED_WAIT
from staffing.core.blending import Pool, PoolPlan
from staffing.core.kernels import FloatArray
from staffing.core.shrinkage import required_fte
from staffing.models import Pool as PoolRow
from staffing.services.pool_results import BlendedQueue, PoolFigures


def blended_figures(
    row: PoolRow, core: Pool, grid: Grid, plan: PoolPlan, members: list[Member]
) -> PoolFigures:
    """Return the pool's people together and apart, and the rules they were planned by."""
    hours = grid.step_seconds / 3600
    busy = plan.live_busy + plan.worked_agents.sum(axis=0)
    worked = np.minimum(plan.worked_agents.sum(axis=0), plan.usable_agents)
    idle_used = np.maximum(worked - plan.new_agents, 0.0)
    intervals = {
        "starts_at": grid.moments.astype("datetime64[s]").astype(np.int64).tolist(),
        "agents": plan.agents.tolist(),
        "live_agents": plan.live_agents.tolist(),
        "new_agents": plan.new_agents.tolist(),
        "reserve_agents": np.round(plan.reserve_agents, 3).tolist(),
        "separate_agents": core.separate_agents.tolist(),
        "live_busy": np.round(plan.live_busy, 3).tolist(),
        "deferred_busy": np.round(worked, 3).tolist(),
    }
    there = float(plan.agents.sum())
    return PoolFigures(
        required_hours=there * hours,
        separate_hours=float(core.separate_agents.sum()) * hours,
        figures={
            "step_minutes": grid.step_seconds // 60,
            "is_interruptible": core.rules.is_interruptible,
            "deferred_in_order": row.deferred_in_order,
            "live_hours": float(plan.live_agents.sum()) * hours,
            "new_hours": float(plan.new_agents.sum()) * hours,
            "idle_used_hours": float(idle_used.sum()) * hours,
            "deferred_hours": float(worked.sum()) * hours,
            "occupancy_rate": float(busy.sum()) / there if there else None,
            "queues": [
                {
                    "id": member.queue.pk,
                    "separate_hours": member.result.required_hours,
                    "separate_level": member.result.service_level,
                    "separate_agents": member.separate.agents.tolist(),
                }
                for member in members
            ],
            "intervals": intervals,
        },
    )


def blended_queues(
    core: Pool, grid: Grid, plan: PoolPlan, live: list[Member], deferred: list[Member]
) -> Iterator[BlendedQueue]:
    """Give every queue its heads: whole people that add up to the pool's, none below its minimum."""
    least_live = np.array([least_people(member, grid) for member in live])
    least = np.array([least_people(member, grid) for member in deferred]).reshape(-1, grid.size)
    for_deferred = np.maximum(plan.new_agents, least.sum(axis=0).astype(np.int64))
    heads_live = _shared(plan.agents - for_deferred, core.separate_live.T, least_live)
    busy = plan.live_busy + plan.worked_agents.sum(axis=0)
    occupancy = np.divide(busy, plan.agents, out=np.full(busy.shape, np.nan), where=plan.agents > 0)
    for place, member in enumerate(live):
        level, asa, gone = _live_figures(core, plan, place)
        offered = core.traffic.arrival_rate[:, place]
        known = ~np.isnan(level) & (offered > 0.0)
        total = float(offered[known].sum())
        overall = float((level * offered)[known].sum()) / total if total else None
        figures = {
            "required_agents": heads_live[place],
            "service_level": level,
            "asa_seconds": asa,
            "abandonment_rate": gone,
            "occupancy_rate": occupancy,
        }
        yield _blended(member, grid, figures, overall)
    if not deferred:
        return
    weights = np.array(
        [
            worked + 1e-6 * member.separate_agents
            for worked, member in zip(plan.worked_agents, core.deferred, strict=True)
        ]
    )
    heads = _shared(for_deferred, weights, least)
    assert plan.trial is not None
    for place, member in enumerate(deferred):
        due, on_time = plan.trial.due_items[place], plan.trial.on_time_items[place]
        level = np.divide(on_time, due, out=np.full(due.shape, np.nan), where=due > 0.0)
        figures = {
            "required_agents": heads[place],
            "service_level": level,
            "occupancy_rate": occupancy,
        }
        yield _blended(member, grid, figures, float(plan.trial.deferred_levels[place]))


def _blended(
    member: Member, grid: Grid, figures: dict[str, FloatArray], overall: float | None
) -> BlendedQueue:
    own = {name: grid.take(member, values) for name, values in figures.items()}
    agents, shrinkage = own["required_agents"], member.inputs.shrinkage
    hours = grid.step_seconds / 3600
    return BlendedQueue(
        queue=member.queue,
        starts_at=member.separate.starts_at,
        figures=own | {"required_fte": required_fte(agents, shrinkage.unscheduled_rate)},
        required_hours=float(agents.sum()) * hours,
        paid_hours=float(required_fte(agents, shrinkage.total_rate).sum()) * hours,
        overall_level=overall,
    )


def _live_figures(
    core: Pool, plan: PoolPlan, place: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return level, mean wait of the answered and share that gives up, of one live queue."""
    rates = core.traffic.arrival_rate
    asa, gone = np.full(rates.shape[0], np.nan), np.full(rates.shape[0], np.nan)
    for index in np.flatnonzero(rates[:, place] > 0.0).tolist():
        row = int((rates[index, :place] > 0.0).sum())
        if row >= plan.walk.figures[index].shape[0]:
            continue
        figures = plan.walk.figures[index][row]
        served = figures[SERVED]
        asa[index] = figures[SERVED_WAIT] / served if served > 0.0 else np.nan
        if not np.isnan(core.traffic.patience_seconds[index, place]):
            gone[index] = 1.0 - served
    return plan.walk.levels[:, place], asa, gone


def _shared(
    total: np.ndarray[tuple[int], np.dtype[np.int64]], weights: FloatArray, least: FloatArray
) -> FloatArray:
    """Share whole people: to each queue its least, the others by what it weighs beyond that.

    The largest remainders come first; the shares add up.
    """
    whole_least = np.ceil(least)
    weights, total = np.maximum(weights - least, 0.0), total - whole_least.sum(axis=0)
    sums = weights.sum(axis=0)
    even = np.full(weights.shape, 1.0 / weights.shape[0])
    share = np.divide(weights, sums, out=even, where=sums > 0.0) * total
    whole = np.floor(share + 1e-9)
    rest = np.argsort(np.argsort(-(share - whole), axis=0, kind="stable"), axis=0, kind="stable")
    missing = total - whole.sum(axis=0)
    return np.asarray(whole_least + whole + (rest < missing))
