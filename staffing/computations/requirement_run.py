"""The job behind a requirement run: queue by queue, with progress, cancel and checkpoint."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from staffing import queries
from staffing.computations.blend_pools import blend_pools
from staffing.computations.deferred_queue import staff_deferred_queue
from staffing.computations.linked_arrivals import Arrivals, arrivals_of_run, in_feeding_order
from staffing.computations.live_queue import LivePlanning, known_patience
from staffing.computations.refused import QueueRefused
from staffing.core.model_choice import DEFERRED, UnableToChoose
from staffing.core.params import RequirementParams
from staffing.models import RequirementQueueResult, RequirementRun
from staffing.queries.callbacks import callback_offers
from staffing.queries.links import queues_with_links
from staffing.services import (
    QueueRequirement,
    publish_requirement,
    save_queue_requirement,
    save_refusal,
)
from wfm.jobs.queue_run import QueueRun, queue_run
from wfm.jobs.runner import JobCancelled, JobContext, LostLease
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

LONGEST_INTERVAL_MINUTES = 60
AHEAD = 2  # queues that are planned or read while earlier ones are written


def compute_requirement(ctx: JobContext) -> dict[str, Any]:
    """Staff every queue of the run, each after those that feed it.

    A worker that takes over goes on where the last one was: what it finds done is written. While the
    database reads and writes, the next live queues are planned.
    """
    work = queue_run(ctx, RequirementRun.objects.select_related("forecast_run"))
    run = work.run
    with system_tenant():
        remaining = in_feeding_order(run, work.remaining())
        fed = queues_with_links()
    in_hand: deque[_InHand] = deque()
    with ThreadPoolExecutor(max_workers=1) as planner:
        try:
            for queue in remaining:
                if queue.pk in fed:
                    _write(work, in_hand, left=0)
                work.take_up([queue])
                result = _staff(run, queue, planner=planner, is_fed=queue.pk in fed)
                in_hand.append(_InHand(queue, result))
                _write(work, in_hand, left=AHEAD)
        except (JobCancelled, LostLease):
            planner.shutdown(cancel_futures=True)
            raise
        except Exception:
            # The next attempt need not do again what is planned.
            _write(work, in_hand, left=0)
            raise
        _write(work, in_hand, left=0)
    blend_pools(work)
    return work.finish(summarize=_summary, publish=publish_requirement)


@dataclass(frozen=True)
class _InHand:
    """A queue that is being planned; its requirement, or the sentence that refuses it."""

    queue: Queue
    result: Future[QueueRequirement | str]


def _write(work: QueueRun[RequirementRun], in_hand: deque[_InHand], *, left: int) -> None:
    """Write what is in hand in its order, until so many queues are left."""
    while len(in_hand) > left:
        done = in_hand.popleft()
        result = done.result.result()
        with work.writing([done.queue]):
            if isinstance(result, QueueRequirement):
                save_queue_requirement(run=work.run, queue=done.queue, result=result)
            else:
                save_refusal(run=work.run, queue=done.queue, reason=result)


def _staff(
    run: RequirementRun, queue: Queue, *, planner: ThreadPoolExecutor, is_fed: bool
) -> Future[QueueRequirement | str]:
    """Read what the queue is staffed from, and let a live one be planned meanwhile.

    The planner's thread computes and asks the database nothing.
    """
    if queue.interval_minutes > LONGEST_INTERVAL_MINUTES:
        reason = _(
            "%(queue)s is forecast by the day; requirements need intervals of an hour or less."
        )
        return _settled(reason % {"queue": queue})
    params = RequirementParams.from_json(run.parameters)
    with system_tenant():
        try:
            model = queries.queue_model(queue, params)
            arrivals = _arrivals(run, queue, is_fed=is_fed)
            if model == DEFERRED:
                result = staff_deferred_queue(
                    queue, arrivals.inputs, backlog_at=arrivals.begins_at, params=params
                )
                return _settled(replace(result, detail=arrivals.noted(result.detail)))
            patience = known_patience(queue, model=model, before=run.forecast_run.origin_at)
            offers = callback_offers(queue, arrivals.inputs.dates)
        except (QueueRefused, UnableToChoose) as refusal:
            return _settled(str(refusal))
    live = LivePlanning(queue, arrivals.inputs, model, params, patience, offers)
    return planner.submit(copy_context().run, _plan_live, live, arrivals)


def _arrivals(run: RequirementRun, queue: Queue, *, is_fed: bool) -> Arrivals:
    if is_fed:
        return arrivals_of_run(run, queue)
    return Arrivals(queries.queue_inputs(run.forecast_run, queue))


def _plan_live(live: LivePlanning, arrivals: Arrivals) -> QueueRequirement | str:
    try:
        result = live.plan()
    except QueueRefused as refusal:
        return str(refusal)
    return replace(result, detail=arrivals.noted(result.detail))


def _settled(result: QueueRequirement | str) -> Future[QueueRequirement | str]:
    future: Future[QueueRequirement | str] = Future()
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
