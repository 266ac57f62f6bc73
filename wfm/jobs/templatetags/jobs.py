"""Filters of the job pages; `{% load jobs %}`."""

from typing import Any

from django import template
from django.utils.timezone import now

from wfm.jobs import progress
from wfm.jobs.models import Job, JobStatus

register = template.Library()
_TONES = {
    JobStatus.RUNNING: "accent",
    JobStatus.SUCCEEDED: "goal",
    JobStatus.FAILED: "under",
    JobStatus.CANCELLED: "warn",
}
_LETTERS = {
    JobStatus.QUEUED: "…",
    JobStatus.RUNNING: "▸",
    JobStatus.SUCCEEDED: "✓",
    JobStatus.FAILED: "!",
    JobStatus.CANCELLED: "×",
}


@register.filter
def may_cancel(job: Job, person: Any) -> bool:
    """Tell whether the person may stop the job."""
    return progress.may_cancel(job, principal=person)


@register.filter
def seconds_left(job: Job) -> float | None:
    """Return the time left at the pace so far."""
    return progress.seconds_left(job, at=now())


@register.filter
def seconds_taken(job: Job) -> float | None:
    """Return how long it ran."""
    return progress.seconds_taken(job, at=now())


@register.filter
def job_tone(job: Job) -> str:
    """Return the badge's tone."""
    return _TONES.get(JobStatus(job.status), "")


@register.filter
def job_letter(job: Job) -> str:
    """Return the badge's letter."""
    return _LETTERS[JobStatus(job.status)]


@register.filter
def peak_mib(job: Job) -> float | None:
    """Return the peak memory in MiB."""
    return None if job.peak_rss_kib is None else job.peak_rss_kib / 1024
