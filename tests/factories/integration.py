"""Webhooks, news and links with sensible defaults; name only what decides the test."""

from datetime import UTC, datetime
from itertools import count

from tests.factories.org import make_user
from wfm.integration.models import KnowledgeLink
from wfm.integration.services.news import NewsInput, publish_news
from wfm.integration.services.webhooks import EndpointInput, create_webhook, send_test

_numbers = count(1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_webhook(*, owner=None, at=LONG_AGO, **fields):
    """An endpoint with one test message that waits; its secret is forgotten."""
    number = next(_numbers)
    defaults = {"name": f"Webhook {number}", "url": "https://receiver.example/hook"}
    made = create_webhook(wanted=EndpointInput(**defaults | fields), owner=owner, at=at)
    send_test(endpoint=made.endpoint, at=at)
    return made.endpoint


def make_news(*, by=None, at=LONG_AGO, **fields):
    """An entry that has long been shown."""
    defaults = {"title": f"News {next(_numbers)}", "body": "Words.", "starts_at": at}
    return publish_news(wanted=NewsInput(**defaults | fields), by=by or make_user("admin"), at=at)


def make_link(**fields):
    """A link to knowledge."""
    number = next(_numbers)
    defaults = {"title": f"Link {number}", "url": f"https://wiki.example/{number}"}
    return KnowledgeLink.objects.create(**defaults | fields)
