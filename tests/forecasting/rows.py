"""Histories to forecast from, and jobs without Celery."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from forecasting import computations
from forecasting.models import WorkItem
from forecasting.services import ActualRow, record_actuals
from wfm.jobs.models import Job
from wfm.jobs.runner import run as run_job
from wfm.org.calendars import business_calendar
from wfm.org.tenancy import system_tenant

ORIGIN = datetime(2026, 3, 16, tzinfo=UTC)  # a Monday
HANDLERS = {
    "forecasting.clear_replaced": computations.clear_replaced_forecasts,
    "forecasting.refresh_today": computations.refresh_today_job,
    "forecasting.compute_forecast": computations.compute_forecast,
    "forecasting.import_history": computations.import_history,
    "forecasting.score_snapshots": computations.score_snapshots,
}


def add_history(queue, *, days=42, until=ORIGIN, per_interval=20.0, seed=1, aht_seconds=200.0):
    """Poisson volumes in the open intervals of the days before `until`; weekends are quieter."""
    rng = np.random.default_rng(seed)
    step = timedelta(minutes=queue.interval_minutes)
    count = int(timedelta(days=days) / step)
    starts = [until - timedelta(days=days) + index * step for index in range(count)]
    instants = np.array([start.replace(tzinfo=None) for start in starts], dtype="datetime64[s]")
    is_open = business_calendar(queue).open_mask(instants)
    rows = []
    for start, opened in zip(starts, is_open, strict=True):
        volume = int(rng.poisson(per_interval * (0.5 if start.weekday() > 4 else 1.0)))
        if opened:
            rows.append(
                ActualRow(
                    queue.pk, start, volume, answered=volume, handle_seconds=volume * aht_seconds
                )
            )
    record_actuals(rows=rows)


def add_items(queue, *, days=42, until=ORIGIN, per_day=40, seed=2):
    """Items of deferred work, arriving at any hour."""
    rng = np.random.default_rng(seed)
    items = []
    for day in range(days):
        start = until - timedelta(days=days - day)
        for number in range(int(rng.poisson(per_day))):
            arrived = start + timedelta(seconds=int(rng.integers(86_400)))
            items.append(
                WorkItem(
                    queue=queue,
                    external_id=f"{day}-{number}",
                    arrived_at=arrived,
                    due_at=arrived + timedelta(days=1),
                )
            )
    WorkItem.objects.bulk_create(items)


def finish(job):
    """Run a started job here and return it as it ended."""
    run_job(job.pk, HANDLERS[job.kind])
    with system_tenant():
        return Job.objects.get(pk=job.pk)


def on(day, hour=0, minute=0):
    """An instant in UTC."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(
        hours=hour, minutes=minute
    )
