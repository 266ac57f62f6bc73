"""Start the long work of this room: run or batch, job and outbox row in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext as _

from forecasting.models import ForecastRun, ImportBatch, ImportStatus
from forecasting.models.snapshot import KEPT_DAYS
from forecasting.services.runs import DEFAULT_HORIZON_DAYS, create_forecast_run
from wfm.jobs.models import Job, WorkerQueue
from wfm.jobs.services import start_job
from wfm.org.models import Queue, User

LATE_IMPORT_DAYS = 3


@transaction.atomic
def start_forecast(
    *,
    queues: Sequence[Queue],
    origin_at: datetime,
    created_by: User | None,
    days: int = DEFAULT_HORIZON_DAYS,
    publish_when_done: bool = False,
    freeze: bool = False,
    quantiles: Sequence[float] = (),
) -> ForecastRun:
    """Create a run of these queues and ring a worker; `run.job` shows the progress.

    `freeze`: keep the system's numbers of the days that accuracy is measured on. `quantiles`:
    shares to keep of every interval beside 0.1, 0.5 and 0.9.
    """
    run = create_forecast_run(
        queues=queues,
        days=days,
        origin_at=origin_at,
        created_by=created_by,
        publish_when_done=publish_when_done,
        freeze=freeze,
        quantiles=quantiles,
    )
    title = _("Forecast of %(count)s queues for %(days)s days") % {
        "count": len(queues),
        "days": days,
    }
    if len(queues) == 1:
        title = _("Forecast of %(queue)s for %(days)s days") % {"queue": queues[0], "days": days}
    run.job = start_job(
        kind="forecasting.compute_forecast",
        title=title,
        params={"run_id": run.pk},
        queue=WorkerQueue.FORECASTS,
        created_by=created_by,
        result_url=reverse("forecast-run", args=[run.pk]),
    )
    run.save(update_fields=["job"])
    return run


@transaction.atomic
def start_today_refresh(*, created_by: User | None) -> Job:
    """Ring a worker that forecasts the rest of today anew for all queues."""
    return start_job(
        kind="forecasting.refresh_today",
        title=_("Update of the rest of today"),
        params={},
        queue=WorkerQueue.DEFAULT,
        created_by=created_by,
        result_url=reverse("forecast-today"),
    )


@transaction.atomic
def start_scoring(*, first: date, last: date, at: datetime, created_by: User | None = None) -> Job:
    """Ring a worker that scores the frozen forecasts of these days, and of days imported since.

    A late file changes days that were scored before; they are scored again while their frozen
    forecasts are kept.
    """
    late = ImportBatch.objects.filter(
        status=ImportStatus.DONE, created_at__gte=at - timedelta(days=LATE_IMPORT_DAYS)
    )
    begin = late.aggregate(first=Min("starts_at"))["first"]
    if begin is not None:
        first = min(first, max(begin.date(), at.date() - timedelta(days=KEPT_DAYS)))
    return start_job(
        kind="forecasting.score_snapshots",
        title=_("Accuracy of the forecasts of %(first)s to %(last)s")
        % {"first": first, "last": last},
        params={"first": first.isoformat(), "last": last.isoformat(), "at": at.isoformat()},
        queue=WorkerQueue.FORECASTS,
        created_by=created_by,
        result_url=reverse("forecast-accuracy"),
    )


@transaction.atomic
def start_clearing(
    *, at: datetime, kept_run_ids: Collection[int] = (), created_by: User | None = None
) -> Job:
    """Ring a worker that deletes what newer forecasts have replaced; named runs stay whole."""
    return start_job(
        kind="forecasting.clear_replaced",
        title=_("Deletion of replaced forecasts"),
        params={"at": at.isoformat(), "kept_run_ids": sorted(kept_run_ids)},
        queue=WorkerQueue.FORECASTS,
        created_by=created_by,
        result_url=reverse("forecast"),
    )


@transaction.atomic
def start_import(*, batch: ImportBatch, apply: bool, created_by: User | None) -> ImportBatch:
    """Ring a worker that reads the batch's file: to record its rows, or only to check them."""
    batch.job = start_job(
        kind="forecasting.import_history",
        title=(_("Import of %(file)s") if apply else _("Check of %(file)s"))
        % {"file": batch.file_name},
        params={"batch_id": batch.pk, "apply": apply},
        queue=WorkerQueue.DEFAULT,
        created_by=created_by,
        result_url=reverse("history-import", args=[batch.pk]),
    )
    batch.save(update_fields=["job"])
    return batch
