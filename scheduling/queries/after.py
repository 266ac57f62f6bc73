"""Jobs on a finished schedule and what they found."""

from __future__ import annotations

from typing import Any

from scheduling.models import ScheduleVersion
from wfm.jobs.models import Job, JobStatus

KIND_OF_PRICES = "scheduling.price_rules"
KIND_OF_CURVE = "scheduling.reoptimise"


def latest_job(version: ScheduleVersion, kind: str) -> Job | None:
    """The newest job of a kind about a version, open or done."""
    return Job.objects.filter(kind=kind, params__version_id=version.pk).order_by("-pk").first()


def latest_result(version: ScheduleVersion, kind: str) -> Job | None:
    """The newest job of a kind that has found something."""
    jobs = Job.objects.filter(kind=kind, params__version_id=version.pk, status=JobStatus.SUCCEEDED)
    return jobs.order_by("-pk").first()


def is_current(version: ScheduleVersion, result: dict[str, Any]) -> bool:
    """True where the version was not edited since."""
    return bool(result.get("revision") == version.revision)
