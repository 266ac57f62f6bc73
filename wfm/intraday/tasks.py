"""Celery's entrances of the day in hand: one call each."""

from celery import shared_task
from django.utils.timezone import now

from wfm.intraday.watch import watch as watch_day


@shared_task(name="intraday.watch")
def watch(**_: object) -> None:
    """Raise, keep and end alerts; start playbooks."""
    watch_day(at=now())
