"""The job behind a requirement run: queue by queue, with progress, cancel and checkpoint."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from staffing import queries
from staffing.computations.deferred_queue import staff_deferred_queue
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
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

LONGEST_INTERVAL_MINUTES = 60


def compute_requirement(ctx: JobContext) -> dict[str, Any]:
    """Staff every queue of the run; a worker that takes over goes on where the last one was."""
    run, queues = _load(ctx)
    done = set(ctx.checkpoint.get("done", []))
    for number, queue in enumerate(queues):
        ctx.raise_if_cancelled()
        ctx.progress(
            number / len(queues),
            _("%(queue)s (%(number)s of %(count)s)")
            % {"queue": queue, "number": number + 1, "count": len(queues)},
        )
        if queue.pk in done:
            continue
        result = _staff(run, queue)
        with ctx.publishing():
            if isinstance(result, QueueRequirement):
                save_queue_requirement(run=run, queue=queue, result=result)
            else:
                save_refusal(run=run, queue=queue, reason=result)
        done.add(queue.pk)
        ctx.save_checkpoint({"done": sorted(done)})
    return _finish(ctx, run)


def _load(ctx: JobContext) -> tuple[RequirementRun, list[Queue]]:
    with system_tenant():
        found = RequirementRun.objects.filter(pk=ctx.params["run_id"])
        run = found.select_related("forecast_run", "created_by").first()
        if run is None:
            raise JobRefused(
                _("Requirement #%(pk)s no longer exists.") % {"pk": ctx.params["run_id"]}
            )
        queues = Queue.objects.filter(pk__in=run.parameters["queue_ids"])
        return run, list(queues.select_related("work_type").order_by("pk"))


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
            inputs = queries.queue_inputs(run.forecast_run, queue)
            if model == DEFERRED:
                return staff_deferred_queue(queue, inputs, run=run.forecast_run, params=params)
            return staff_live_queue(
                queue, inputs, model=model, params=params, before=run.forecast_run.origin_at
            )
        except (QueueRefused, UnableToChoose) as refusal:
            return str(refusal)


def _finish(ctx: JobContext, run: RequirementRun) -> dict[str, Any]:
    """Write the run's summary; publish when that was asked for."""
    with ctx.publishing():
        results = list(RequirementQueueResult.objects.filter(run=run))
        staffed = [result for result in results if not result.is_refused]
        summary = {
            "queues": len(staffed),
            "refused": len(results) - len(staffed),
            "required_hours": round(sum(result.required_hours for result in staffed), 2),
            "paid_hours": round(sum(result.paid_hours for result in staffed), 2),
        }
        run.summary = summary
        run.save(update_fields=["summary"])
        if run.parameters["publish_when_done"] and staffed and not run.is_published:
            publish_requirement(
                run=run, published_at=now(), published_by=run.created_by, by_own_job=True
            )
    return {"run_id": run.pk, **summary}
