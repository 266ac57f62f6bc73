"""The job behind a forecast run: batch by batch, with progress, cancel and checkpoint."""

from __future__ import annotations

from typing import Any

from forecasting.computations.batch import Batch, Plan, gather, plan_batches
from forecasting.computations.queue_forecast import forecast_batch
from forecasting.computations.start_input import with_starting_plans
from forecasting.models import ForecastQueueResult, ForecastRun, SpecialDay
from forecasting.services import Outcome, freeze_snapshots, publish_forecast, save_outcomes
from wfm.jobs.queue_run import QueueRun, queue_run
from wfm.jobs.runner import JobContext
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

QUEUES_PER_WRITE = 16
"""Queues written in one transaction; a cancel takes effect between two of them."""


def compute_forecast(ctx: JobContext) -> dict[str, Any]:
    """Forecast every queue of the run; a worker that takes over goes on where the last one was."""
    work = queue_run(ctx, ForecastRun.objects.all())
    plan = _plan(work.run, work.remaining())
    if plan.refusals:
        _save(work, list(plan.refusals))
    for batch in plan.batches:
        work.take_up(batch.queues)
        outcomes = _forecast(batch, work.run)
        for start in range(0, len(outcomes), QUEUES_PER_WRITE):
            _save(work, outcomes[start : start + QUEUES_PER_WRITE])
    return work.finish(summarize=_summary, publish=publish_forecast)


def _plan(run: ForecastRun, queues: list[Queue]) -> Plan:
    with system_tenant():
        return plan_batches(queues, origin_at=run.origin_at, days=run.parameters["days"])


def _forecast(batch: Batch, run: ForecastRun) -> list[Outcome]:
    """Every queue of the batch with its forecast, or the sentence that refuses it."""
    with system_tenant():
        given = gather(batch)
    made = forecast_batch(batch, given, asked=run.asked_levels)
    return list(zip(batch.queues, made, strict=True))


def _save(work: QueueRun[ForecastRun], outcomes: list[Outcome]) -> None:
    """Write these queues."""
    run = work.run
    outcomes = with_starting_plans(run, outcomes)
    with work.writing(queue for queue, _made in outcomes):
        save_outcomes(run=run, outcomes=outcomes)
        if run.parameters.get("freeze"):
            freeze_snapshots(run=run, outcomes=outcomes)


def _summary(run: ForecastRun) -> dict[str, Any]:
    results = ForecastQueueResult.objects.filter(run=run)
    forecast = results.with_numbers().count()
    special_days = SpecialDay.objects.order_by("-pk").values_list("pk", flat=True)
    return {
        "queues": forecast,
        "refused": results.count() - forecast,
        "last_special_day": special_days.first() or 0,
    }
