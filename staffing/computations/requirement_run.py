"""The job behind a requirement run: queue by queue, with progress, cancel and checkpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from staffing import queries
from staffing.computations.deferred_queue import staff_deferred_queue
from staffing.computations.linked_arrivals import arrivals_of_run, in_feeding_order
from staffing.computations.live_queue import staff_live_queue
from staffing.computations.refused import QueueRefused
from staffing.core.model_choice import DEFERRED, UnableToChoose
from staffing.core.params import RequirementParams
from staffing.models import RequirementQueueResult, RequirementRun
from staffing.services import (
    QueueRequirement,
    publish_requirement,
    save_queue_requirement,
    save_refusal,
)
from wfm.jobs.queue_run import queue_run
from wfm.jobs.runner import JobContext
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

LONGEST_INTERVAL_MINUTES = 60


def compute_requirement(ctx: JobContext) -> dict[str, Any]:
    """Staff every queue of the run, each after those that feed it.

    A worker that takes over goes on where the last one was: what it finds done is written.
    """
    work = queue_run(ctx, RequirementRun.objects.select_related("forecast_run"))
    run = work.run
    with system_tenant():
        remaining = in_feeding_order(run, work.remaining())
    for queue in remaining:
        work.take_up([queue])
        result = _staff(run, queue)
        with work.writing([queue]):
            if isinstance(result, QueueRequirement):
                save_queue_requirement(run=run, queue=queue, result=result)
            else:
                save_refusal(run=run, queue=queue, reason=result)
    return work.finish(summarize=_summary, publish=publish_requirement)


def _staff(run: RequirementRun, queue: Queue) -> QueueRequirement | str:
    """Return the queue's requirement, or the sentence that refuses it."""
    params = RequirementParams.from_json(run.parameters)
    if queue.interval_minutes > LONGEST_INTERVAL_MINUTES:
        return _(
            "%(queue)s is forecast by the day; requirements need intervals of an hour or less."
        ) % {"queue": queue}
    with system_tenant():
        try:
            model = queries.queue_model(queue, params)
            arrivals = arrivals_of_run(run, queue)
            if model == DEFERRED:
                result = staff_deferred_queue(
                    queue, arrivals.inputs, backlog_at=run.forecast_run.starts_at, params=params
                )
            else:
                result = staff_live_queue(
                    queue,
                    arrivals.inputs,
                    model=model,
                    params=params,
                    before=run.forecast_run.origin_at,
                )
            return replace(result, detail=arrivals.noted(result.detail))
        except (QueueRefused, UnableToChoose) as refusal:
            return str(refusal)


def _summary(run: RequirementRun) -> dict[str, Any]:
    results = RequirementQueueResult.objects.filter(run=run)
    staffed = list(results.with_numbers())
    return {
        "queues": len(staffed),
        "refused": results.count() - len(staffed),
        "required_hours": round(sum(result.required_hours for result in staffed), 2),
        "paid_hours": round(sum(result.paid_hours for result in staffed), 2),
    }
