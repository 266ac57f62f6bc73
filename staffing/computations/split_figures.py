"""What a run writes of a pool that is split over its groups: heads of each group and each queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from staffing.computations.pool_inputs import Grid, Member
from staffing.computations.split_notes import DayMiss
from staffing.core.blending_path import PoolTraffic
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.multi_skill import MultiSkillDay, MultiSkillPlan
from staffing.core.multi_skill_split import heads_by_queue
from staffing.core.shrinkage import required_fte
from staffing.models import Pool, SkillGroup
from staffing.services.pool_results import BlendedQueue, PoolFigures


@dataclass
class SplitSums:
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

    @classmethod
    def empty(cls, groups: int, queues: int, size: int) -> SplitSums:
        """Return the sums of no day."""
        return cls(
            heads=np.zeros((groups, size), dtype=np.int64),
            over_cap=np.zeros((groups, size), dtype=np.int64),
            pooled=np.zeros(size),
            by_queue=np.zeros((queues, size), dtype=np.int64),
            levels=np.full((queues, size), np.nan),
            good=np.zeros(queues),
            counted=np.zeros(queues),
            goals=np.zeros(queues),
        )

    def add(self, day: MultiSkillDay, plan: MultiSkillPlan, rows: NDArray[Any], first: int) -> None:
        """Put a day's own intervals in their place, and add its contacts up by queue."""
        own = rows[first:]
        self.heads[:, own] = plan.heads[:, first:]
        self.over_cap[:, own] = plan.over_cap[:, first:]
        self.pooled[own] = plan.pooled[first:]
        self.by_queue[:, own] = heads_by_queue(day, plan.heads)[:, first:]
        self.levels[:, own] = plan.levels[:, first:]
        offered = np.array([queue.arrival_rate for queue in day.queues])[:, first:]
        known = np.isfinite(plan.levels[:, first:])
        self.good += (offered * np.nan_to_num(plan.levels[:, first:])).sum(axis=1)
        self.counted += (offered * known).sum(axis=1)
        self.goals += (offered * known * day.goals[:, first:]).sum(axis=1)
        self.simulated_days = plan.simulated_days


def _share(good: float, counted: float) -> float | None:
    return float(good / counted) if counted > 0.0 else None


def split_figures(
    sums: SplitSums,
    pool: Pool,
    groups: Sequence[SkillGroup],
    grid: Grid,
    live: list[Member],
    traffic: PoolTraffic,
) -> PoolFigures:
    """Return the pool's people together and apart, and the rules and ranks they were planned by."""
    hours = grid.step_seconds / 3600
    agents = sums.heads.sum(axis=0)
    separate = np.sum([grid.put(member, member.separate.agents, 0.0) for member in live], axis=0)
    people_hours = float(agents.sum()) * hours
    return PoolFigures(
        required_hours=people_hours,
        separate_hours=float(separate.sum()) * hours,
        figures={
            "step_minutes": grid.step_seconds // 60,
            "is_interruptible": pool.is_interruptible,
            "deferred_in_order": pool.deferred_in_order,
            "pooled_hours": float(sums.pooled.sum()) * hours,
            "live_hours": people_hours,
            "new_hours": 0.0,
            "idle_used_hours": 0.0,
            "deferred_hours": 0.0,
            "occupancy_rate": None,
            "simulated_days": sums.simulated_days,
            "misses": [miss.as_json(live) for miss in sums.misses],
            "groups": list(_groups(sums, groups, hours)),
            "queues": [_queue_figures(sums, place, member) for place, member in enumerate(live)],
            "intervals": _intervals(sums, grid, separate, traffic),
        },
    )


def _groups(
    sums: SplitSums, groups: Sequence[SkillGroup], hours: float
) -> Iterator[dict[str, Any]]:
    """Yield of each group its heads, and in which order it takes its queues."""
    for row, heads, over in zip(groups, sums.heads, sums.over_cap, strict=True):
        queues = list(row.queues.all())
        yield {
            "name": row.name,
            "max_agents": row.max_agents,
            "queue_ids": [item.member.queue_id for item in queues],
            "ranks": [item.rank for item in queues],
            "hours": float(heads.sum()) * hours,
            "most": int(heads.max(initial=0)),
            "over_most": int(over.max(initial=0)),
            "heads": heads.tolist(),
        }


def _intervals(
    sums: SplitSums, grid: Grid, separate: FloatArray, traffic: PoolTraffic
) -> dict[str, list[Any]]:
    agents = sums.heads.sum(axis=0)
    busy = (traffic.arrival_rate * traffic.aht_seconds).sum(axis=1)
    nothing = [0] * grid.size
    return {
        "starts_at": grid.moments.astype("datetime64[s]").astype(np.int64).tolist(),
        "agents": agents.tolist(),
        "live_agents": agents.tolist(),
        "new_agents": nothing,
        "reserve_agents": nothing,
        "pooled_agents": sums.pooled.tolist(),
        "separate_agents": separate.tolist(),
        "live_busy": np.round(busy, 3).tolist(),
        "deferred_busy": nothing,
    }


def _queue_figures(sums: SplitSums, place: int, member: Member) -> dict[str, Any]:
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


def split_queues(sums: SplitSums, grid: Grid, live: list[Member]) -> Iterator[BlendedQueue]:
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
