"""Celery: id in, one call."""

from celery import shared_task

from scheduling import computations
from wfm.jobs.runner import run


@shared_task(name="scheduling.solve_week")
def solve_week(*, job_id: int, **_: object) -> None:
    """Solve a draft version."""
    run(job_id, computations.solve_week)
