"""The pools of a run: queues that were staffed apart are staffed together where that saves hours."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from staffing import queries
from staffing.computations.blend_figures import blended_figures, blended_queues
from staffing.computations.pool_inputs import Grid, Member, member_of, pool_of
from staffing.computations.refused import QueueRefused
from staffing.computations.split_days import DayPlanner, forget_days
from staffing.computations.split_pools import split_pool
from staffing.core.blending import MOST_FINISHED_FIRST, Outcome, PoolPlan, plan_pool
from staffing.core.blending import Pool as CorePool
from staffing.models import (
    Pool,
    PoolOutcome,
    PoolQueue,
    RequirementQueueResult,
    RequirementRun,
    SkillGroup,
)
from staffing.queries.skill_groups import groups_of
from staffing.services.pool_results import blended_pool_ids, save_blended_pool, save_pool_apart
from wfm.jobs.queue_run import QueueRun
from wfm.org.tenancy import system_tenant

BEFORE_POOLS = 0.9
"""Progress of a run with pools when all its queues are staffed by themselves."""


def leave_room_for_pools(work: QueueRun[RequirementRun]) -> QueueRun[RequirementRun]:
    """Return the work with a part of its progress left for the pools, where it has queues of some."""
    with system_tenant():
        has_pools = bool(queries.pools_of_queues([queue.pk for queue in work.queues]))
    return replace(work, share=BEFORE_POOLS) if has_pools else work


def blend_pools(work: QueueRun[RequirementRun]) -> None:
    """Plan every pool of which the run has queues; each is written whole, or not at all."""
    run = work.run
    with system_tenant():
        pools = queries.pools_of_queues([queue.pk for queue in work.queues])
        done = blended_pool_ids(run)
    for number, (pool_id, members) in enumerate(pools.items()):
        if pool_id not in done:
            _blend(work, members, _Progress(work, members[0].pool, number, len(pools)))
        # What became of the pool is written: days of it that were planned by skill are of no more use.
        forget_days(work.ctx, members[0].pool)


@dataclass
class _Progress:
    """How far the pools of a run are; asks before every step whether to stop."""

    work: QueueRun[RequirementRun]
    pool: Pool
    number: int
    count: int
    steps: int = 0

    @property
    def begins(self) -> float:
        """The job's progress where this pool begins: after the queues, and the pools before it."""
        return self._after(self.number)

    @property
    def ends(self) -> float:
        """The job's progress where it is done."""
        return self._after(self.number + 1)

    def step(self) -> None:
        """Tell of one more interval that is lived through, or a few simulated days."""
        self.work.ctx.raise_if_cancelled()
        self.steps += 1
        words = _("Pool %(pool)s (%(number)s of %(count)s), step %(step)s")
        named = {"pool": self.pool, "number": self.number + 1, "count": self.count}
        self.work.ctx.progress(self.begins, words % (named | {"step": self.steps}))

    def _after(self, pools: int) -> float:
        return self.work.share + (1.0 - self.work.share) * pools / self.count


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
        reason = _split(work, live, groups, queue_ids, notes, progress=progress)
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
    live: list[Member],
    groups: list[SkillGroup],
    queue_ids: list[int],
    notes: list[str],
    *,
    progress: _Progress,
) -> str:
    """Staff the live queues by the groups of people who can do them; return why not, if not."""
    pool = progress.pool
    planner = DayPlanner(work.ctx, pool, begins=progress.begins, ends=progress.ends)
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
            figures=blended_figures(pool, core, grid, plan, live + deferred),
            queues=list(blended_queues(core, grid, plan, live, deferred)),
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
