"""Start the work on a finished schedule: prices of rules, the curve of changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.models import ScheduleVersion
from scheduling.queries.after import KIND_OF_CURVE, KIND_OF_PRICES
from scheduling.queries.versions import has_shifts
from scheduling.services.errors import UnableToSolve
from scheduling.services.reoptimise_options import ReoptimiseOptions
from wfm.jobs.models import Job, WorkerQueue
from wfm.jobs.services import start_job
from wfm.org.models import User


@transaction.atomic
def start_rule_prices(*, version: ScheduleVersion, created_by: User | None) -> Job:
    """Ring a worker to price the rules of a version."""
    _check(version)
    return start_job(
        kind=KIND_OF_PRICES,
        title=_("Prices of rules of schedule #%(pk)s") % {"pk": version.pk},
        params={"version_id": version.pk},
        queue=WorkerQueue.SOLVES,
        created_by=created_by,
        result_url=reverse("schedule-rule-prices", args=[version.pk]),
    )


@transaction.atomic
def start_reoptimise(
    *,
    version: ScheduleVersion,
    options: ReoptimiseOptions,
    at: datetime,
    created_by: User | None,
) -> Job:
    """Ring a worker to plan a version again; the curve is the job's result."""
    _check(version)
    try:
        options.change_prices()
    except (TypeError, ValueError) as error:
        raise UnableToSolve(str(error)) from error
    return start_job(
        kind=KIND_OF_CURVE,
        title=_("Plan schedule #%(pk)s again") % {"pk": version.pk},
        params={"version_id": version.pk, "at": at.isoformat(), **options.as_params()},
        queue=WorkerQueue.SOLVES,
        created_by=created_by,
        result_url=reverse("schedule-reoptimise", args=[version.pk]),
    )


def _check(version: ScheduleVersion) -> None:
    if not has_shifts(version):
        raise UnableToSolve(_("This version has no shifts yet."))
