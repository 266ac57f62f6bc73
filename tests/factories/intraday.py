"""Rows of the day in hand; name only what decides the test."""

from datetime import UTC, datetime
from itertools import count

from adherence import models

_numbers = count(1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make_alert(queue=None, *, at=NOON, **fields):
    """An open alert about a queue."""
    number = next(_numbers)
    defaults = {
        "kind": models.AlertKind.SERVICE_AT_RISK,
        "scope_key": f"queue:{queue.pk}" if queue else f"test:{number}",
        "queue": queue,
        "client": queue.client if queue else None,
        "site": queue.site if queue else None,
        "status": models.AlertStatus.OPEN,
        "value": 0.1,
        "worst_value": 0.1,
        "threshold": 0.05,
        "detail": {"level": 0.7, "goal": 0.8},
        "began_at": at,
        "opened_at": at,
        "last_seen_at": at,
        "handed_on_at": at,
    }
    return models.Alert.objects.create(**defaults | fields)


def make_duty(user=None, *, role=None, **fields):
    return models.Responsibility.objects.create(user=user, role=role, **fields)


def make_playbook(*steps, **fields):
    book = models.Playbook.objects.create(**{"name": f"Playbook {next(_numbers)}"} | fields)
    for place, text in enumerate(steps or ("Call the partner",), start=1):
        models.PlaybookStep.objects.create(playbook=book, position=place, text=text)
    return book
