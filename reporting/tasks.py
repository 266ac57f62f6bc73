"""Celery tasks: an id in, one call."""

from celery import shared_task

from reporting import computations
from wfm.jobs.runner import run


@shared_task(name="reporting.fill_sla_results")
def fill_sla_results(*, job_id: int, **_: object) -> None:
    """Fill SLA results as job `job_id` says."""
    run(job_id, computations.fill_sla_results)
