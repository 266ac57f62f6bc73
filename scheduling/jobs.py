"""Start the long work of this room: version, job and outbox row in one transaction."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.models import ScheduleVersion
from scheduling.services.versions import SolveOptions, create_version
from staffing.models import RequirementRun
from wfm.jobs.models import WorkerQueue
from wfm.jobs.services import start_job
from wfm.org.models import User


@transaction.atomic
def start_solve(
    *,
    requirement_run: RequirementRun | None,
    starts_on: date,
    ends_on: date,
    timezone: str,
    created_by: User | None,
    time_limit_seconds: float = 60,
    options: SolveOptions | None = None,
) -> ScheduleVersion:
    """Create a draft of the days and ring a worker; `version.job` shows the progress.

    `options` stands above `time_limit_seconds`.
    """
    version = create_version(
        requirement_run=requirement_run,
        starts_on=starts_on,
        ends_on=ends_on,
        timezone=timezone,
        options=options or SolveOptions(time_limit_seconds=time_limit_seconds),
        created_by=created_by,
    )
    last = ends_on - timedelta(days=1)
    version.job = start_job(
        kind="scheduling.solve_week",
        title=_("Schedule %(first)s to %(last)s") % {"first": starts_on, "last": last},
        params={"version_id": version.pk},
        queue=WorkerQueue.SOLVES,
        created_by=created_by,
        result_url=reverse("schedule-version", args=[version.pk]),
    )
    version.save(update_fields=["job"])
    return version
