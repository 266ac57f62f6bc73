"""Celery's entrances: one call each."""

from celery import shared_task
from django.utils.timezone import now

from adherence import computations, services
from adherence.services import connectors
from wfm.jobs.runner import run
from wfm.org.tenancy import system_tenant


@shared_task(name="adherence.keep_partitions")
def keep_partitions(**_: object) -> None:
    """Make the partitions of the coming days, drop those that are too old."""
    with system_tenant():
        services.keep_partitions(at=now())


@shared_task(name="adherence.recompute_pending")
def recompute_pending(**_: object) -> None:
    """Compute the days that events, plans and exceptions have changed."""
    with system_tenant():
        services.recompute_pending(at=now())


@shared_task(name="adherence.mark_current")
def mark_current(**_: object) -> None:
    """Mark the days that are under way, so that their seconds follow the clock."""
    with system_tenant():
        services.mark_current(at=now())


@shared_task(name="adherence.retry_cured")
def retry_cured(**_: object) -> None:
    """Take events that waited for an agent, a code or a mapping that is there now."""
    with system_tenant():
        connectors.retry_cured(at=now())


@shared_task(name="adherence.recompute_days")
def recompute_days(*, job_id: int, **_: object) -> None:
    """Compute a period again for many agents."""
    run(job_id, computations.recompute_days)


@shared_task(name="adherence.follow_busy")
def follow_busy(**_: object) -> None:
    """Open and end cases of people who are busy for too long."""
    with system_tenant():
        services.follow_busy(at=now())


@shared_task(name="adherence.refresh_impacts")
def refresh_impacts(**_: object) -> None:
    """Compute what one agent more or fewer does to each queue now."""
    with system_tenant():
        computations.refresh_impacts(at=now())


@shared_task(name="adherence.refresh_trend")
def refresh_trend(**_: object) -> None:
    """Compute how busy people were at home and in the office."""
    with system_tenant():
        computations.refresh_trend(at=now())
