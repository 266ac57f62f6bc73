"""The job behind a forecast run: queue by queue, with progress, cancel and checkpoint."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from forecasting.computations.queue_forecast import QueueRefused, forecast_queue
from forecasting.models import ForecastQueueResult, ForecastRun, SpecialDay
from forecasting.services import (
    QueueForecast,
    publish_forecast,
    save_queue_forecast,
    save_refusal,
)
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant


def compute_forecast(ctx: JobContext) -> dict[str, Any]:
    """Forecast every queue of the run; a worker that takes over goes on where the last one was."""
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
        result = _forecast(run, queue)
        with ctx.publishing():
            if isinstance(result, QueueForecast):
                save_queue_forecast(run=run, queue=queue, result=result)
            else:
                save_refusal(run=run, queue=queue, reason=result)
        done.add(queue.pk)
        ctx.save_checkpoint({"done": sorted(done)})
    return _finish(ctx, run)


def _load(ctx: JobContext) -> tuple[ForecastRun, list[Queue]]:
    with system_tenant():
        run = ForecastRun.objects.filter(pk=ctx.params["run_id"]).first()
        if run is None:
            raise JobRefused(_("Forecast #%(pk)s no longer exists.") % {"pk": ctx.params["run_id"]})
        wanted = run.parameters["queue_ids"]
        found = Queue.objects.filter(pk__in=wanted).select_related("work_type").order_by("pk")
        return run, list(found)


def _forecast(run: ForecastRun, queue: Queue) -> QueueForecast | str:
    """The queue's forecast, or the sentence that refuses it."""
    with system_tenant():
        try:
            return forecast_queue(
                queue,
                origin_at=run.origin_at,
                days=run.parameters["days"],
                history_days=run.parameters.get("history_days"),
            )
        except QueueRefused as refusal:
            return str(refusal)


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
