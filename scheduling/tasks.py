"""Celery: id in, one call."""

from celery import shared_task
from django.utils.timezone import now

from scheduling import computations, computations_after
from scheduling.services.open_shifts import award_due
from scheduling.services.swaps import lapse_swaps
from wfm.jobs.runner import run
from wfm.org.tenancy import system_tenant


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


@shared_task(name="scheduling.close_requests")
def close_requests(**_: object) -> None:
    """Give offers that have closed for bids, and let swaps lapse whose shift has begun."""
    with system_tenant():
        award_due(at=now())
        lapse_swaps(at=now())
