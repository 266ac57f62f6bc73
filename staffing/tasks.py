"""Celery: id in, one call."""

from celery import shared_task

from staffing import computations
from wfm.jobs.runner import run


@shared_task(name="staffing.compute_requirement")
def compute_requirement(*, job_id: int, **_: object) -> None:
    """Compute a requirement run."""
    run(job_id, computations.compute_requirement)


@shared_task(name="staffing.clear_replaced")
def clear_replaced(*, job_id: int, **_: object) -> None:
    """Delete what newer requirements have replaced."""
    run(job_id, computations.clear_replaced_requirements)


@shared_task(name="staffing.simulate_requirement")
def simulate_requirement(*, job_id: int, **_: object) -> None:
    """Live through the days of a requirement many times."""
    run(job_id, computations.simulate_requirement)


@shared_task(name="staffing.follow_today_tick")
def follow_today_tick(**_: object) -> None:
    """Staff the rest of today anew where its forecast was updated; beat rings."""
    computations.follow_today_now()
