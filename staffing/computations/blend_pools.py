"""The pools of a run: queues that were staffed apart are staffed together where that saves hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from staffing import queries
from staffing.computations.pool_inputs import Grid, Member, least_people, member_of, pool_of
from staffing.computations.refused import QueueRefused
from staffing.computations.split_days import DayPlanner
from staffing.computations.split_pools import split_pool
from staffing.core.arrival_figures import SERVED, SERVED_WAIT
from staffing.core.blending import MOST_FINISHED_FIRST, Outcome, PoolPlan, plan_pool
from staffing.core.blending import Pool as CorePool
from staffing.core.kernels import FloatArray
from staffing.core.shrinkage import required_fte
from staffing.models import (
    Pool,
    PoolOutcome,
    PoolQueue,
    RequirementQueueResult,
    RequirementRun,
    SkillGroup,
)
from staffing.queries.skill_groups import groups_of
from staffing.services.pool_results import (
    BlendedQueue,
    PoolFigures,
    blended_pool_ids,
    save_blended_pool,
    save_pool_apart,
)
from wfm.jobs.queue_run import QueueRun
from wfm.jobs.runner import JobContext
from wfm.org.tenancy import system_tenant

BEFORE_POOLS = 0.99
"""Progress of a run when all queues are staffed by themselves."""


def blend_pools(work: QueueRun[RequirementRun]) -> None:
    """Plan every pool of which the run has queues; each is written whole, or not at all."""
    run = work.run
    with system_tenant():
        pools = queries.pools_of_queues([queue.pk for queue in work.queues])
        done = blended_pool_ids(run)
    for number, (pool_id, members) in enumerate(pools.items()):
        if pool_id not in done:
            _blend(work, members, _Progress(work.ctx, members[0].pool, number, len(pools)))


@dataclass
class _Progress:
    """How far the pools of a run are; asks before every step whether to stop."""

    ctx: JobContext
    pool: Pool
    number: int
    count: int
    steps: int = 0

    def step(self) -> None:
        """Tell of one more interval that is lived through, or a few simulated days."""
        self.ctx.raise_if_cancelled()
        self.steps += 1
        words = _("Pool %(pool)s (%(number)s of %(count)s), step %(step)s")
        named = {"pool": self.pool, "number": self.number + 1, "count": self.count}
        done = BEFORE_POOLS + (1.0 - BEFORE_POOLS) * self.number / self.count
        self.ctx.progress(done, words % (named | {"step": self.steps}))


def _blend(work: QueueRun[RequirementRun], members: list[PoolQueue], progress: _Progress) -> None:
    run, writing = work.run, work.ctx.publishing
    pool = members[0].pool
    queue_ids = [member.queue_id for member in members]
    with system_tenant():
        chosen, notes = _chosen(run, members)
    live = [member for member in chosen if member.queue.is_live]
    deferred = [member for member in chosen if not member.queue.is_live]
    with system_tenant():
        groups = list(groups_of(pool))
    reason = _reason_apart(live, [] if groups else deferred)
    if groups and not reason:
        notes += [
            _(
                "%(queue)s is deferred and is staffed apart: groups of skills are of live queues, and"
                " their idle time is not used for it."
            )
            % {"queue": member.queue}
            for member in deferred
        ]
        reason = _split(work, pool, live, groups, queue_ids, notes)
        if not reason:
            return
    elif not reason:
        try:
            with system_tenant():
                core, grid = pool_of(run, pool, live, deferred)
            reason = _reason_too_large(core)
            if not reason:
                plan = plan_pool(core, on_step=progress.step)
        except (QueueRefused, ValueError) as error:
            reason = str(error)
    if reason:
        hours = _hours(chosen)
        with writing():
            save_pool_apart(
                run=run,
                pool=pool,
                queue_ids=queue_ids,
                outcome=PoolOutcome.LEFT,
                reason=" ".join([reason, *notes]),
                hours=hours,
            )
        return
    _write(run, pool, (queue_ids, notes), (core, grid, plan), (live, deferred), writing=writing)


def _split(
    work: QueueRun[RequirementRun],
    pool: Pool,
    live: list[Member],
    groups: list[SkillGroup],
    queue_ids: list[int],
    notes: list[str],
) -> str:
    """Staff the live queues by the groups of people who can do them; return why not, if not."""
    planner = DayPlanner(work.ctx, pool)
    try:
        split = split_pool(work.run, pool, live, groups, planner=planner)
    except (QueueRefused, ValueError) as error:
        return str(error)
    if split.reason_apart:
        return " ".join([split.reason_apart, *split.notes])
    with work.ctx.publishing():
        save_blended_pool(
            run=work.run,
            pool=pool,
            queue_ids=queue_ids,
            reason=" ".join([*split.notes, *notes]),
            figures=split.figures,
            queues=split.queues,
        )
    planner.forget()
    return ""


def _write(
    run: RequirementRun,
    pool: Pool,
    named: tuple[list[int], list[str]],
    planned: tuple[CorePool, Grid, PoolPlan],
    members: tuple[list[Member], list[Member]],
    *,
    writing: Callable[[], AbstractContextManager[object]],
) -> None:
    queue_ids, notes = named
    core, grid, plan = planned
    live, deferred = members
    with writing():
        if plan.outcome is not Outcome.BLENDED:
            save_pool_apart(
                run=run,
                pool=pool,
                queue_ids=queue_ids,
                outcome=PoolOutcome(plan.outcome.value),
                reason=" ".join(notes),
                hours=_hours(live + deferred),
            )
            return
        save_blended_pool(
            run=run,
            pool=pool,
            queue_ids=queue_ids,
            reason=" ".join(notes),
            figures=_figures(core, grid, plan, live + deferred),
            queues=list(_blended_queues(core, grid, plan, live, deferred)),
        )


def _chosen(run: RequirementRun, members: list[PoolQueue]) -> tuple[list[Member], list[str]]:
    """Return the queues that can be staffed together, and sentences on the others."""
    results = RequirementQueueResult.objects.filter(
        run=run, queue__in=[member.queue_id for member in members]
    )
    by_queue = {result.queue_id: result for result in results}
    chosen, notes = [], []
    for member in members:
        queue, result = member.queue, by_queue.get(member.queue_id)
        if result is None or result.is_refused:
            notes.append(_("%(queue)s was not staffed and is left out.") % {"queue": queue})
        elif queue.is_live and queue.work_type.concurrency > 1:
            notes.append(
                _(
                    "%(queue)s keeps its own people: who holds several contacts at once takes no"
                    " other work."
                )
                % {"queue": queue}
            )
        else:
            chosen.append(member_of(run, queue, result))
            if chosen[-1].separate.callbacks.any():
                notes.append(
                    _(
                        "Who takes a callback from %(queue)s is left to the queue that makes it, as"
                        " many as without the pool."
                    )
                    % {"queue": queue}
                )
    in_pool = PoolQueue.objects.filter(pool=members[0].pool).count()
    if in_pool > len(members):
        notes.append(
            _("%(count)s queues of the pool are not part of this requirement.")
            % {"count": in_pool - len(members)}
        )
    return chosen, notes


def _reason_apart(live: list[Member], deferred: list[Member]) -> str:
    """Return why these queues are not staffed together; empty where they can be."""
    if len(live) + len(deferred) < 2:
        return _("Fewer than two queues are left to be staffed together.")
    if not live:
        return _("No live queue is left whose idle time could carry the deferred work.")
    steps = {member.queue.interval_minutes for member in live + deferred}
    if len(steps) > 1:
        return _(
            "The queues have intervals of %(steps)s minutes; give them the same interval to staff"
            " them together."
        ) % {"steps": ", ".join(str(step) for step in sorted(steps))}
    return ""


def _reason_too_large(core: CorePool) -> str:
    """Return why work that is finished first is not planned for so many people; empty if it is."""
    people = int(core.separate_agents.max(initial=0.0))
    if core.rules.is_interruptible or not core.deferred or people <= MOST_FINISHED_FIRST:
        return ""
    return _(
        "Deferred work that is finished first is planned for at most %(most)s people at once, and"
        " these queues need %(people)s; let live contacts interrupt it, or make smaller pools."
    ) % {"most": MOST_FINISHED_FIRST, "people": people}


def _hours(members: list[Member]) -> float:
    return sum(member.result.required_hours for member in members)


def _figures(core: CorePool, grid: Grid, plan: PoolPlan, members: list[Member]) -> PoolFigures:
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


def _blended_queues(
    core: CorePool, grid: Grid, plan: PoolPlan, live: list[Member], deferred: list[Member]
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
    core: CorePool, plan: PoolPlan, place: int
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
