"""Celery's entrances: one call each. Beat rings them; PostgreSQL says what is due."""

from celery import shared_task
from django.utils.timezone import now

from wfm.integration.services import clearing, deliveries, mail, news
from wfm.org.tenancy import system_tenant


@shared_task(name="integration.deliver_webhooks")
def deliver_webhooks(**_: object) -> None:
    """Hand new changes to the endpoints and send what is due."""
    deliveries.deliver_webhooks(at=now())


@shared_task(name="integration.send_notices")
def send_notices(**_: object) -> None:
    """Send e-mails about notices."""
    mail.send_due_notices(at=now())


@shared_task(name="integration.announce_news")
def announce_news(**_: object) -> None:
    """Tell people of news that begins to be shown."""
    with system_tenant():
        news.announce_news(at=now())


@shared_task(name="integration.clear")
def clear(**_: object) -> None:
    """Delete what is older than its retention."""
    clearing.clear_integration(at=now())
