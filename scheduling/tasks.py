"""Celery: id in, one call."""

from celery import shared_task

from scheduling import computations, computations_after
from wfm.jobs.runner import run


@shared_task(name="scheduling.solve_week")
def solve_week(*, job_id: int, **_: object) -> None:
    """Solve a draft version."""
    run(job_id, computations.solve_week)


@shared_task(name="scheduling.price_rules")
def price_rules(*, job_id: int, **_: object) -> None:
    """Price the rules of a version."""
    run(job_id, computations_after.price_rules)


@shared_task(name="scheduling.reoptimise")
def reoptimise(*, job_id: int, **_: object) -> None:
    """Draw the curve of changes against shortage of a version."""
    run(job_id, computations_after.reoptimise_version)
