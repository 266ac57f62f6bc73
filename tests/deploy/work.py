"""What a planner would start, run with the variables of the compose file's web service.

Prints one line of JSON: how each job ended, and on which worker.
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from forecasting.jobs import start_forecast  # noqa: E402 - Django first
from forecasting.models import ForecastInterval  # noqa: E402
from reporting.jobs import start_sla_results  # noqa: E402
from tests.factories.org import make_queue  # noqa: E402
from tests.forecasting.rows import ORIGIN, add_history  # noqa: E402
from wfm.jobs.models import OPEN_STATUSES, Job  # noqa: E402
from wfm.org.tenancy import system_tenant  # noqa: E402

WAIT_SECONDS = 150


def main() -> None:
    with system_tenant():
        queue = make_queue(opening=((540, 1020),), interval_minutes=30)
        add_history(queue)
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=7)
        last = ORIGIN.date() - timedelta(days=1)
        report = start_sla_results(first=last - timedelta(days=6), last=last, as_of=ORIGIN)
    forecast_job, report_job = finished(run.job_id), finished(report.pk)
    with system_tenant():
        rows = ForecastInterval.objects.filter(run=run).count()
    json.dump(
        {
            "forecast": {
                "status": forecast_job.status,
                "owner": forecast_job.owner,
                "error": forecast_job.error,
                "rows": rows,
            },
            "report": {
                "status": report_job.status,
                "owner": report_job.owner,
                "error": report_job.error,
            },
        },
        sys.stdout,
    )


def finished(job_id: int) -> Job:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        with system_tenant():
            job = Job.objects.get(pk=job_id)
        if job.status not in OPEN_STATUSES or time.monotonic() > deadline:
            return job
        time.sleep(0.2)


if __name__ == "__main__":
    main()
