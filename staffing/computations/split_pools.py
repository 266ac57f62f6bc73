"""A pool whose people can do some of its queues only: heads of each group, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from staffing.computations.pool_inputs import Grid, Member, pool_of
from staffing.computations.refused import QueueRefused
from staffing.computations.split_days import DayPlanner
from staffing.computations.split_notes import (
    DayMiss,
    misses_of_day,
    note_costlier,
    notes_of_caps,
    notes_of_misses,
)
from staffing.core.blending_path import PoolTraffic
from staffing.core.definitions import ServiceLevel
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.multi_skill import MultiSkillDay, MultiSkillPlan, SkillGroup, SkillQueue
from staffing.core.multi_skill_split import heads_by_queue
from staffing.core.shrinkage import required_fte
from staffing.models import Pool, RequirementRun
from staffing.models import SkillGroup as SkillGroupRow
from staffing.services.pool_results import BlendedQueue, PoolFigures
from wfm.org.tenancy import system_tenant
from wfm.timeline import local_dates

LEAD_SECONDS = 2 * 3600
"""Where queues are open before midnight, a day is simulated from so long before."""
LEVEL, CODE, ASA, ABANDONMENT, OCCUPANCY = range(5)  # columns of PoolTraffic.goals
THRESHOLD, SHORT = 0, 1  # and of its thresholds


@dataclass(frozen=True)
class SplitPool:
    """A pool split over its groups: what is written of it."""

    figures: PoolFigures
    queues: list[BlendedQueue]
    notes: list[str]

    @property
    def reason_apart(self) -> str:
        """Return why the queues stay apart; empty where the groups need no more hours."""
        together, apart = self.figures.required_hours, self.figures.separate_hours
        return note_costlier(together, apart) if together > apart else ""


@dataclass
class _Sums:
    """What the days add up to, on the pool's grid."""

    heads: IntArray
    over_cap: IntArray
    pooled: FloatArray
    by_queue: IntArray
    levels: FloatArray
    good: FloatArray
    counted: FloatArray
    goals: FloatArray
    simulated_days: int = 0
    misses: list[DayMiss] = field(default_factory=list)


def split_pool(
    run: RequirementRun,
    pool: Pool,
    live: list[Member],
    groups: Sequence[SkillGroupRow],
    *,
    planner: DayPlanner,
) -> SplitPool:
    """Split the live queues' people over the groups; the planner may stop it at any moment.

    Raises QueueRefused or ValueError with the sentence where the groups cannot do the queues.
    """
    with system_tenant():
        core, grid = pool_of(run, pool, live, [])
    _refuse_virtual(core.traffic, live)
    skills = [_group(row, live) for row in groups]
    sums = _empty(len(groups), len(live), grid.size)
    days = list(_days(grid, live[0], core.traffic))
    for number, (rows, first) in enumerate(days):
        day = _day(core.traffic, live, grid, rows, skills)
        plan = planner.plan(day, number=number, count=len(days))
        _add(sums, day, plan, rows, first)
        sums.misses += misses_of_day(plan, rows, first, grid)
    notes = notes_of_misses(sums.misses, live)
    notes += notes_of_caps(sums.over_cap, groups, grid, live[0])
    return SplitPool(
        figures=_figures(sums, groups, grid, live, core.traffic),
        queues=list(_queues(sums, grid, live)),
        notes=notes,
    )


def _group(row: SkillGroupRow, live: list[Member]) -> SkillGroup:
    ranks = {item.member.queue_id: item.rank for item in row.queues.all()}
    own = [ranks.get(member.queue.pk, 0) - 1 for member in live]
    return SkillGroup(row.name, np.array(own, dtype=np.int64), row.max_agents)


def _refuse_virtual(traffic: PoolTraffic, live: list[Member]) -> None:
    code = list(ServiceLevel).index(ServiceLevel.VIRTUAL)
    for place, member in enumerate(live):
        if (traffic.goals[:, place, CODE] == code).any():
            raise QueueRefused(
                _(
                    "The goal of %(queue)s is of service_level.virtual, which cannot be counted on"
                    " single contacts; choose another definition to staff it by skills."
                )
                % {"queue": member.queue}
            )


def _days(grid: Grid, member: Member, traffic: PoolTraffic) -> Iterator[tuple[NDArray[Any], int]]:
    """Yield each local day's rows and how many of them only lead up to it."""
    dates = local_dates(grid.moments, member.queue.timezone)
    lead = LEAD_SECONDS // grid.step_seconds
    for date in np.unique(dates):
        own = np.flatnonzero(dates == date)
        before = own[0]
        is_open = before > 0 and traffic.arrival_rate[before - 1].any()
        first = min(lead, int(before)) if is_open else 0
        yield np.arange(before - first, own[-1] + 1), first


def _day(
    traffic: PoolTraffic,
    live: list[Member],
    grid: Grid,
    rows: NDArray[Any],
    groups: list[SkillGroup],
) -> MultiSkillDay:
    return MultiSkillDay(
        float(grid.step_seconds),
        [_queue(traffic, member, place, grid, rows) for place, member in enumerate(live)],
        groups,
    )


def _queue(
    traffic: PoolTraffic, member: Member, place: int, grid: Grid, rows: NDArray[Any]
) -> SkillQueue:
    rate, aht = traffic.arrival_rate[rows, place], traffic.aht_seconds[rows, place]
    codes = traffic.goals[rows, place, CODE]
    known = codes[np.isfinite(codes)]
    definition = list(ServiceLevel)[int(known[0])] if known.size else SkillQueue.definition
    short = traffic.thresholds[rows, place, SHORT]
    short = short[np.isfinite(short)]
    is_open = grid.put(member, member.inputs.is_open.astype(np.float64), 0.0)[rows]
    return SkillQueue(
        name=str(member.queue),
        erlangs=rate * aht,
        aht_seconds=aht,
        patience_seconds=traffic.patience_seconds[rows, place],
        level=traffic.goals[rows, place, LEVEL],
        threshold_seconds=traffic.thresholds[rows, place, THRESHOLD],
        min_agents=is_open * member.queue.min_agents,
        definition=definition,
        short_seconds=float(short[0]) if short.size else SkillQueue.short_seconds,
        max_asa_seconds=traffic.goals[rows, place, ASA],
        max_abandonment_rate=traffic.goals[rows, place, ABANDONMENT],
        max_occupancy_rate=traffic.goals[rows, place, OCCUPANCY],
    )


def _empty(groups: int, queues: int, size: int) -> _Sums:
    return _Sums(
        heads=np.zeros((groups, size), dtype=np.int64),
        over_cap=np.zeros((groups, size), dtype=np.int64),
        pooled=np.zeros(size),
        by_queue=np.zeros((queues, size), dtype=np.int64),
        levels=np.full((queues, size), np.nan),
        good=np.zeros(queues),
        counted=np.zeros(queues),
        goals=np.zeros(queues),
    )


def _add(
    sums: _Sums, day: MultiSkillDay, plan: MultiSkillPlan, rows: NDArray[Any], first: int
) -> None:
    """Put a day's own intervals in their place, and add its contacts up by queue."""
    own = rows[first:]
    sums.heads[:, own] = plan.heads[:, first:]
    sums.over_cap[:, own] = plan.over_cap[:, first:]
    sums.pooled[own] = plan.pooled[first:]
    sums.by_queue[:, own] = heads_by_queue(day, plan.heads)[:, first:]
    sums.levels[:, own] = plan.levels[:, first:]
    offered = np.array([queue.arrival_rate for queue in day.queues])[:, first:]
    known = np.isfinite(plan.levels[:, first:])
    sums.good += (offered * np.nan_to_num(plan.levels[:, first:])).sum(axis=1)
    sums.counted += (offered * known).sum(axis=1)
    sums.goals += (offered * known * day.goals[:, first:]).sum(axis=1)
    sums.simulated_days = plan.simulated_days


def _share(good: float, counted: float) -> float | None:
    return float(good / counted) if counted > 0.0 else None


def _figures(
    sums: _Sums,
    groups: Sequence[SkillGroupRow],
    grid: Grid,
    live: list[Member],
    traffic: PoolTraffic,
) -> PoolFigures:
    hours = grid.step_seconds / 3600
    agents = sums.heads.sum(axis=0)
    separate = np.sum([grid.put(member, member.separate.agents, 0.0) for member in live], axis=0)
    busy = (traffic.arrival_rate * traffic.aht_seconds).sum(axis=1)
    nothing = [0] * grid.size
    return PoolFigures(
        required_hours=float(agents.sum()) * hours,
        separate_hours=float(separate.sum()) * hours,
        figures={
            "step_minutes": grid.step_seconds // 60,
            "pooled_hours": float(sums.pooled.sum()) * hours,
            "live_hours": float(agents.sum()) * hours,
            "new_hours": 0.0,
            "idle_used_hours": 0.0,
            "deferred_hours": 0.0,
            "occupancy_rate": None,
            "simulated_days": sums.simulated_days,
            "misses": [miss.as_json(live) for miss in sums.misses],
            "groups": [
                {
                    "name": row.name,
                    "max_agents": row.max_agents,
                    "queue_ids": [item.member.queue_id for item in row.queues.all()],
                    "hours": float(heads.sum()) * hours,
                    "most": int(heads.max(initial=0)),
                    "over_most": int(over.max(initial=0)),
                    "heads": heads.tolist(),
                }
                for row, heads, over in zip(groups, sums.heads, sums.over_cap, strict=True)
            ],
            "queues": [_queue_figures(sums, place, member) for place, member in enumerate(live)],
            "intervals": {
                "starts_at": grid.moments.astype("datetime64[s]").astype(np.int64).tolist(),
                "agents": agents.tolist(),
                "live_agents": agents.tolist(),
                "new_agents": nothing,
                "reserve_agents": nothing,
                "pooled_agents": sums.pooled.tolist(),
                "separate_agents": separate.tolist(),
                "live_busy": np.round(busy, 3).tolist(),
                "deferred_busy": nothing,
            },
        },
    )


def _queue_figures(sums: _Sums, place: int, member: Member) -> dict[str, Any]:
    known = sums.levels[place][np.isfinite(sums.levels[place])]
    return {
        "id": member.queue.pk,
        "name": str(member.queue),
        "goal": _share(sums.goals[place], sums.counted[place]),
        "level": _share(sums.good[place], sums.counted[place]),
        "worst_level": float(known.min()) if known.size else None,
        "separate_hours": member.result.required_hours,
        "separate_level": member.result.service_level,
        "separate_agents": member.separate.agents.tolist(),
        "levels": [
            None if np.isnan(level) else round(float(level), 5) for level in sums.levels[place]
        ],
    }


def _queues(sums: _Sums, grid: Grid, live: list[Member]) -> Iterator[BlendedQueue]:
    """Give every queue its heads: whole people that add up to the groups'."""
    hours = grid.step_seconds / 3600
    for place, member in enumerate(live):
        agents = grid.take(member, sums.by_queue[place].astype(np.float64))
        shrinkage = member.inputs.shrinkage
        yield BlendedQueue(
            queue=member.queue,
            starts_at=member.separate.starts_at,
            figures={
                "required_agents": agents,
                "required_fte": required_fte(agents, shrinkage.unscheduled_rate),
                "service_level": grid.take(member, sums.levels[place]),
            },
            required_hours=float(agents.sum()) * hours,
            paid_hours=float(required_fte(agents, shrinkage.total_rate).sum()) * hours,
            overall_level=_share(sums.good[place], sums.counted[place]),
        )
