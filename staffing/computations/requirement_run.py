"""The job behind a requirement run: queues together, with progress, cancel and checkpoint."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _

from staffing import queries
from staffing.computations.blend_pools import blend_pools, leave_room_for_pools
from staffing.computations.deferred_queue import staff_deferred_queue
from staffing.computations.linked_arrivals import (
    Arrivals,
    ReadQueues,
    arrivals_of_run,
    in_feeding_order,
    read_queues,
)
from staffing.computations.live_queue import LivePlanning, checked_patience, gives_up
from staffing.computations.queue_line import (
    QUEUES_AT_ONCE,
    Planned,
    QueueLine,
    batches,
    is_fed_by,
    planners,
)
from staffing.computations.refused import QueueRefused
from staffing.core.model_choice import DEFERRED, UnableToChoose
from staffing.core.params import RequirementParams
from staffing.core.patience import PatienceEstimate
from staffing.models import RequirementQueueResult, RequirementRun
from staffing.queries.callbacks import offers_on
from staffing.queries.links import sources_by_target
from staffing.services import QueueRequirement, publish_requirement
from wfm.jobs.queue_run import queue_run
from wfm.jobs.runner import JobCancelled, JobContext, LostLease
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)
LONGEST_INTERVAL_MINUTES = 60
LEFT = QUEUES_AT_ONCE // 2  # queues that are planned while the next ones are read


def compute_requirement(ctx: JobContext) -> dict[str, Any]:
    """Staff every queue of the run, each after those that feed it.

    A worker that takes over goes on where the last one was: what it finds done is written. While the
    database reads and writes, live queues are planned on every core.
    """
    work = leave_room_for_pools(
        queue_run(ctx, RequirementRun.objects.select_related("forecast_run"))
    )
    run, line, pool = work.run, QueueLine(work), planners()
    with system_tenant():
        remaining, sources = in_feeding_order(run, work.remaining()), sources_by_target()
    try:
        for batch in batches(run, remaining, sources):
            if any(is_fed_by(queue, line.queues, sources) for queue in batch):
                line.write(left=0)
            work.take_up(batch, in_hand=len(line.waiting))
            facts = _read(run, batch)
            for queue in batch:
                ctx.raise_if_cancelled()
                line.add(queue, _staff(run, queue, facts=facts, planner=pool))
            line.write(left=LEFT)
        line.write(left=0)
    except (JobCancelled, LostLease, DatabaseError):
        raise
    except Exception:
        _keep_what_is_planned(line, run)
        raise
    finally:
        # What is in hand after a cancel ends by itself: it only computes, and nobody writes it.
        pool.shutdown(wait=False, cancel_futures=True)
    blend_pools(work)
    return work.finish(summarize=_summary, publish=publish_requirement)


def _keep_what_is_planned(line: QueueLine, run: RequirementRun) -> None:
    """Write what the next attempt need not do again; a fault in that hides no other."""
    try:
        line.write(left=0)
    except (JobCancelled, LostLease):
        raise
    except Exception:
        logger.exception("Unable to keep what was planned of requirement %s.", run.pk)


@dataclass(frozen=True)
class _Facts:
    """What a batch of queues is staffed from.

    Attributes:
        params: Of the run.
        models: Of each queue, or the sentence that refuses one.
        read: Forecast, settings and links.
        patience: Measured, of the queues whose customers give up.

    """

    params: RequirementParams
    models: dict[int, str | UnableToChoose]
    read: ReadQueues
    patience: dict[int, PatienceEstimate]


def _read(run: RequirementRun, queues: Sequence[Queue]) -> _Facts:
    """Read what these queues are staffed from, in as many queries for one as for hundreds."""
    params = RequirementParams.from_json(run.parameters)
    models = {queue.pk: _model(queue, params) for queue in queues}
    impatient = [
        queue.pk
        for queue in queues
        if isinstance(model := models[queue.pk], str) and gives_up(queue, model)
    ]
    with system_tenant():
        return _Facts(
            params=params,
            models=models,
            read=read_queues(run, queues),
            patience=queries.measured_patience_of(impatient, before=run.forecast_run.origin_at),
        )


def _model(queue: Queue, params: RequirementParams) -> str | UnableToChoose:
    try:
        return queries.queue_model(queue, params)
    except UnableToChoose as refusal:
        return refusal


def _staff(run: RequirementRun, queue: Queue, *, facts: _Facts, planner: Executor) -> Planned:
    """Let a live queue be planned by a thread, which asks the database nothing; plan others here."""
    if queue.interval_minutes > LONGEST_INTERVAL_MINUTES:
        reason = _(
            "%(queue)s is forecast by the day; requirements need intervals of an hour or less."
        )
        return _settled(reason % {"queue": queue})
    model = facts.models[queue.pk]
    if isinstance(model, UnableToChoose):
        return _settled(str(model))
    asks = model == DEFERRED or facts.read.feeds[queue.pk]
    try:
        with system_tenant() if asks else nullcontext():
            arrivals = arrivals_of_run(run, queue, facts.read)
            if model == DEFERRED:
                return _settled(_deferred(queue, arrivals, facts.params))
        live = _live(queue, model, arrivals, facts)
    except QueueRefused as refusal:
        return _settled(str(refusal))
    return planner.submit(copy_context().run, _plan_live, live, arrivals)


def _deferred(queue: Queue, arrivals: Arrivals, params: RequirementParams) -> QueueRequirement:
    result = staff_deferred_queue(
        queue, arrivals.inputs, backlog_at=arrivals.begins_at, params=params
    )
    return replace(result, detail=arrivals.noted(result.detail))


def _live(queue: Queue, model: str, arrivals: Arrivals, facts: _Facts) -> LivePlanning:
    inputs, patience = arrivals.inputs, None
    if gives_up(queue, model):
        patience = checked_patience(queries.patience_in_use(queue, facts.patience[queue.pk]))
    offers = offers_on(facts.read.settings[queue.pk].offers, inputs.dates)
    return LivePlanning(queue, inputs, model, facts.params, patience, offers)


def _plan_live(live: LivePlanning, arrivals: Arrivals) -> QueueRequirement | str:
    try:
        result = live.plan()
    except QueueRefused as refusal:
        return str(refusal)
    return replace(result, detail=arrivals.noted(result.detail))


def _settled(result: QueueRequirement | str) -> Planned:
    future: Planned = Future()
    future.set_result(result)
    return future


def _summary(run: RequirementRun) -> dict[str, Any]:
    results = RequirementQueueResult.objects.filter(run=run)
    staffed = list(results.with_numbers())
    return {
        "queues": len(staffed),
        "refused": results.count() - len(staffed),
        "required_hours": round(sum(result.required_hours for result in staffed), 2),
        "paid_hours": round(sum(result.paid_hours for result in staffed), 2),
    }
