"""The days of a pool by skill, one after the other: kept as they are planned, stopped at once."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.core.kernels import FloatArray
from staffing.core.multi_skill import GoalKind, Miss, MultiSkillDay, MultiSkillPlan
from staffing.core.multi_skill_plan import plan_multi_skill
from staffing.models import Pool
from wfm.compiled import SOURCES
from wfm.jobs.runner import JobContext

KEPT = "pool_days"


class DayPlanner:
    """Plans the days of a pool.

    A planned day is kept with the job: a worker that takes over plans the others. It is known by all
    that it was planned from, so that a group changed meanwhile is planned anew, as are all days when
    the product was updated. The days move the job's progress from `begins` to `ends`.
    """

    def __init__(self, ctx: JobContext, pool: Pool, *, begins: float, ends: float) -> None:
        self._ctx, self._pool = ctx, pool
        self._begins, self._ends = begins, ends

    def plan(self, day: MultiSkillDay, *, number: int, count: int) -> MultiSkillPlan:
        """Return the plan of a day; raise JobCancelled, within a second, when asked to stop."""
        self._ctx.raise_if_cancelled()
        words = _("Pool %(pool)s by skills, day %(number)s of %(count)s")
        share = self._begins + (self._ends - self._begins) * number / count
        self._ctx.progress(
            share, words % {"pool": self._pool, "number": number + 1, "count": count}
        )
        name = digest_of(day)
        kept = self._kept().get(name)
        if kept is not None:
            return plan_from_json(kept)
        plan = plan_multi_skill(day, watch=self._ctx.raise_if_cancelled)
        self._keep(self._kept() | {name: plan_as_json(plan)})
        return plan

    def _kept(self) -> dict[str, Any]:
        return dict(self._ctx.checkpoint.get(KEPT, {}).get(str(self._pool.pk), {}))

    def _keep(self, days: dict[str, Any]) -> None:
        pools = self._ctx.checkpoint.get(KEPT, {}) | {str(self._pool.pk): days}
        self._ctx.save_checkpoint({**self._ctx.checkpoint, KEPT: pools})


def forget_days(ctx: JobContext, pool: Pool) -> None:
    """Let the days of a pool go, where any are kept: what became of the pool is written."""
    pools = dict(ctx.checkpoint.get(KEPT, {}))
    if pools.pop(str(pool.pk), None) is not None:
        ctx.save_checkpoint({**ctx.checkpoint, KEPT: pools})


def digest_of(day: MultiSkillDay) -> str:
    """Return a short name of all that a day is planned from, and of the code that plans it."""
    found = hashlib.sha256(f"{SOURCES} {day.interval_seconds}".encode())
    for queue in day.queues:
        for value in asdict(queue).values():
            found.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    for group in day.groups:
        found.update(repr((group.name, group.ranks.tolist(), group.cap)).encode())
    return found.hexdigest()[:24]


def plan_as_json(plan: MultiSkillPlan) -> dict[str, Any]:
    """Return a plan as it is kept; the digits are those it has."""
    return {
        "pooled": plan.pooled.tolist(),
        "separate": plan.separate.tolist(),
        "heads": plan.heads.tolist(),
        "over_cap": plan.over_cap.tolist(),
        "levels": _or_none(plan.levels),
        "queue_levels": _or_none(plan.queue_levels),
        "queue_goals": _or_none(plan.queue_goals),
        "simulated_days": plan.simulated_days,
        "misses": [
            asdict(miss) | {"kind": miss.kind.value, "intervals": miss.intervals.tolist()}
            for miss in plan.misses
        ],
    }


def plan_from_json(kept: dict[str, Any]) -> MultiSkillPlan:
    """Return a plan that was kept."""
    return MultiSkillPlan(
        pooled=np.array(kept["pooled"], dtype=np.float64),
        separate=np.array(kept["separate"], dtype=np.float64),
        heads=np.array(kept["heads"], dtype=np.int64),
        over_cap=np.array(kept["over_cap"], dtype=np.int64),
        levels=np.array(kept["levels"], dtype=np.float64),
        queue_levels=np.array(kept["queue_levels"], dtype=np.float64),
        queue_goals=np.array(kept["queue_goals"], dtype=np.float64),
        simulated_days=kept["simulated_days"],
        misses=[
            Miss(
                **miss
                | {
                    "kind": GoalKind(miss["kind"]),
                    "intervals": np.array(miss["intervals"], dtype=np.int64),
                }
            )
            for miss in kept["misses"]
        ],
    )


def _or_none(values: FloatArray) -> Any:
    """Return numbers as lists; JSON has no NaN, and None comes back as one."""
    return np.where(np.isnan(values), None, values).tolist()  # type: ignore[call-overload]
