"""Rows that staffing starts from: a published forecast, history, open items, shrinkage."""

from datetime import UTC, datetime, timedelta

from forecasting.models import (
    ForecastInterval,
    ForecastQueueResult,
    ForecastRun,
    IntervalActual,
    WorkItem,
)
from staffing.computations import compute_requirement
from staffing.core.params import RequirementParams
from staffing.models import RequirementQueueResult, ShrinkageProfile, ShrinkageRate
from staffing.services import create_requirement_run
from tests.factories.org import LONG_AGO, make_activity_code
from wfm.jobs.models import Job
from wfm.jobs.runner import run as run_job
from wfm.jobs.services import start_job
from wfm.org.tenancy import system_tenant

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def make_forecast(
    queues, *, offered=60.0, aht_seconds=240.0, starts_at=MONDAY, days=1, is_published=True
):
    """A forecast with the same volume in each interval of each queue."""
    ends_at = starts_at + timedelta(days=days)
    run = ForecastRun.objects.create(
        origin_at=starts_at,
        starts_at=starts_at,
        ends_at=ends_at,
        parameters={"queue_ids": [queue.pk for queue in queues]},
        published_at=starts_at if is_published else None,
    )
    for queue in queues:
        add_forecast_queue(run, queue, offered=offered, aht_seconds=aht_seconds)
    return run


def add_forecast_queue(run, queue, *, offered, aht_seconds=240.0):
    """`offered`: a number, or a function of the interval's start."""
    step = timedelta(minutes=queue.interval_minutes)
    count = round((run.ends_at - run.starts_at) / step)
    starts = [run.starts_at + step * index for index in range(count)]
    ForecastQueueResult.objects.create(run=run, queue=queue, method="mean")
    ForecastInterval.objects.bulk_create(
        ForecastInterval(
            run=run,
            queue=queue,
            starts_at=at,
            mean=(volume := offered(at) if callable(offered) else offered),
            quantile_10=volume,
            quantile_50=volume,
            quantile_90=volume,
            final_mean=volume,
            aht_seconds=aht_seconds,
        )
        for at in starts
    )


def add_open_items(
    queue, *, due_at, count, arrived_at=MONDAY - timedelta(days=3), completed_at=None
):
    start = WorkItem.objects.filter(queue=queue).count()
    WorkItem.objects.bulk_create(
        WorkItem(
            queue=queue,
            external_id=f"{queue.pk}-{start + number}",
            arrived_at=arrived_at,
            due_at=due_at,
            completed_at=completed_at,
        )
        for number in range(count)
    )


def add_history(queue, *, wait_seconds_total, abandoned, at=MONDAY - timedelta(days=2)):
    IntervalActual.objects.create(
        queue=queue,
        starts_at=at,
        offered=abandoned * 10,
        abandoned=abandoned,
        wait_seconds_total=wait_seconds_total,
    )


def make_shrinkage(queue, *rates, starts_on=LONG_AGO, ends_on=None):
    """Rates are (share, is_scheduled)."""
    profile = ShrinkageProfile.objects.create(
        queue=queue, name="Usual", starts_on=starts_on, ends_on=ends_on
    )
    for rate, is_scheduled in rates:
        ShrinkageRate.objects.create(
            profile=profile,
            activity_code=make_activity_code(),
            rate=rate,
            is_scheduled=is_scheduled,
        )
    return profile


def start_without_ringing(forecast, monkeypatch, **params):
    """A run and its job, which no worker hears of."""
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    with system_tenant():
        run = create_requirement_run(
            forecast_run=forecast, params=RequirementParams(**params), created_by=None
        )
        run.job = start_job(
            kind="staffing.compute_requirement", title="Requirement", params={"run_id": run.pk}
        )
        run.save(update_fields=["job"])
    return run


def compute(run):
    """Run the job here, as a worker would; return the job."""
    run_job(run.job_id, compute_requirement)
    with system_tenant():
        return Job.objects.get(pk=run.job_id)


def result_of(run, queue):
    with system_tenant():
        return RequirementQueueResult.objects.select_related("run", "queue__work_type").get(
            run=run, queue=queue
        )
