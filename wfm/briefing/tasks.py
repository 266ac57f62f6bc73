"""Celery's entrances of the briefing: one call each."""

from celery import shared_task
from django.utils.timezone import now

from wfm.briefing.mail import send_due


@shared_task(name="briefing.send_due")
def send_due_briefings(**_: object) -> None:
    """Send the briefings whose local time has come."""
    send_due(at=now())
