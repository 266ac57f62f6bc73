"""The job behind a forecast run: batch by batch, with progress, cancel and checkpoint."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from forecasting.computations.batch import Batch, Plan, gather, plan_batches
from forecasting.computations.queue_forecast import forecast_batch
from forecasting.computations.start_input import with_starting_plans
from forecasting.models import ForecastQueueResult, ForecastRun, SpecialDay
from forecasting.services import Outcome, freeze_snapshots, publish_forecast, save_outcomes
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

QUEUES_PER_WRITE = 16
"""Queues written in one transaction; a cancel takes effect between two of them."""


def compute_forecast(ctx: JobContext) -> dict[str, Any]:
    """Forecast every queue of the run; a worker that takes over goes on where the last one was."""
    run, queues = _load(ctx)
    done = set(ctx.checkpoint.get("done", []))
    plan = _plan(run, [queue for queue in queues if queue.pk not in done])
    if plan.refusals:
        _save(ctx, run, list(plan.refusals), len(queues))
    for batch in plan.batches:
        _say(ctx, batch, len(queues))
        outcomes = _forecast(batch)
        for start in range(0, len(outcomes), QUEUES_PER_WRITE):
            _save(ctx, run, outcomes[start : start + QUEUES_PER_WRITE], len(queues))
    return _finish(ctx, run)


def _load(ctx: JobContext) -> tuple[ForecastRun, list[Queue]]:
    with system_tenant():
        run = ForecastRun.objects.filter(pk=ctx.params["run_id"]).first()
        if run is None:
            raise JobRefused(_("Forecast #%(pk)s no longer exists.") % {"pk": ctx.params["run_id"]})
        wanted = run.parameters["queue_ids"]
        found = Queue.objects.filter(pk__in=wanted).select_related("work_type").order_by("pk")
        return run, list(found)


def _plan(run: ForecastRun, queues: list[Queue]) -> Plan:
    with system_tenant():
        return plan_batches(
            queues,
            origin_at=run.origin_at,
            days=run.parameters["days"],
            history_days=run.parameters.get("history_days"),
        )


def _say(ctx: JobContext, batch: Batch, count: int) -> None:
    """Name the batch in hand."""
    ctx.raise_if_cancelled()
    first = len(ctx.checkpoint.get("done", [])) + 1
    words = _("%(queue)s (%(number)s of %(count)s)") % {
        "queue": batch.queues[0],
        "number": first,
        "count": count,
    }
    if len(batch.queues) > 1:
        words = _("%(first)s to %(last)s (queues %(from)s–%(to)s of %(count)s)") % {
            "first": batch.queues[0],
            "last": batch.queues[-1],
            "from": first,
            "to": first + len(batch.queues) - 1,
            "count": count,
        }
    ctx.progress((first - 1) / count, words)


def _forecast(batch: Batch) -> list[Outcome]:
    """Every queue of the batch with its forecast, or the sentence that refuses it."""
    with system_tenant():
        given = gather(batch)
    return list(zip(batch.queues, forecast_batch(batch, given), strict=True))


def _save(ctx: JobContext, run: ForecastRun, outcomes: list[Outcome], count: int) -> None:
    """Write these queues and note in the same transaction that they are done."""
    ctx.raise_if_cancelled()
    outcomes = with_starting_plans(run, outcomes)
    done = {*ctx.checkpoint.get("done", []), *(queue.pk for queue, _made in outcomes)}
    with ctx.publishing():
        save_outcomes(run=run, outcomes=outcomes)
        if run.parameters.get("freeze"):
            freeze_snapshots(run=run, outcomes=outcomes)
        ctx.save_checkpoint({"done": sorted(done)})
    ctx.progress(len(done) / count)


def _finish(ctx: JobContext, run: ForecastRun) -> dict[str, Any]:
    """Write the run's summary; publish when that was asked for."""
    with ctx.publishing():
        results = ForecastQueueResult.objects.filter(run=run)
        refused = results.filter(flag=ForecastQueueResult.Flag.REFUSED).count()
        summary = {
            "queues": results.count() - refused,
            "refused": refused,
            "last_special_day": SpecialDay.objects.order_by("-pk")
            .values_list("pk", flat=True)
            .first()
            or 0,
        }
        run.summary = summary
        run.save(update_fields=["summary"])
        if run.parameters.get("publish_when_done") and summary["queues"] and not run.is_published:
            publish_forecast(
                run=run, published_at=now(), published_by=run.created_by, by_own_job=True
            )
    return {"run_id": run.pk, **summary}
