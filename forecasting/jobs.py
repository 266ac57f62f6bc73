"""Start the long work of this room: run or batch, job and outbox row in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from forecasting.models import ForecastRun, ImportBatch
from forecasting.services.runs import DEFAULT_HORIZON_DAYS, create_forecast_run
from wfm.jobs.models import WorkerQueue
from wfm.jobs.services import start_job
from wfm.org.models import Queue, User


@transaction.atomic
def start_forecast(
    *,
    queues: Sequence[Queue],
    origin_at: datetime,
    created_by: User | None,
    days: int = DEFAULT_HORIZON_DAYS,
    publish_when_done: bool = False,
    history_days: int | None = None,
) -> ForecastRun:
    """Create a run of these queues and ring a worker; `run.job` shows the progress."""
    run = create_forecast_run(
        queues=queues,
        days=days,
        origin_at=origin_at,
        created_by=created_by,
        publish_when_done=publish_when_done,
        history_days=history_days,
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
