"""The sweeper's task."""

from celery import shared_task
from django.utils.timezone import now

from wfm.jobs import services
from wfm.org.tenancy import system_tenant


@shared_task(name="jobs.sweep")
def sweep(**_: object) -> None:
    """Ring what is due and what was left behind."""
    with system_tenant():
        services.sweep_jobs(at=now())
