"""What the pages say about a job beyond its row."""

from datetime import datetime
from typing import Any

from wfm.jobs.models import Job, JobStatus
from wfm.org.access import access_of

# Below this share the pace is not known well enough to promise a time.
_KNOWN_FROM = 0.05


def seconds_left(job: Job, *, at: datetime) -> float | None:
    """Return the time left at the pace so far; None while nothing can be said."""
    if job.status != JobStatus.RUNNING or job.started_at is None or job.progress < _KNOWN_FROM:
        return None
    return (at - job.started_at).total_seconds() * (1 - job.progress) / job.progress


def seconds_taken(job: Job, *, at: datetime) -> float | None:
    """Return how long it ran, or has run so far."""
    if job.started_at is None:
        return None
    return ((job.finished_at or at) - job.started_at).total_seconds()


def may_cancel(job: Job, *, principal: Any) -> bool:
    """Tell whether this person may stop the job: one's own, or any with the permission."""
    if not job.is_open:
        return False
    is_own = job.created_by_id is not None and job.created_by_id == getattr(principal, "pk", None)
    return is_own or access_of(principal).can("job.cancel")


def readable(value: Any) -> str:
    """Return a parameter or result in words: lists and pairs without brackets, nothing as a dash."""
    if value is None or value in ({}, [], ""):
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {readable(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(readable(part) for part in value)
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
