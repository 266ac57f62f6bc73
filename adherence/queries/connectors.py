"""Connectors: how they are, and whom they know."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from adherence.models import ActivityEvent, Connector, QuarantinedEvent
from wfm.org.models import Agent, AgentSourceKey


@dataclass(frozen=True)
class ConnectorHealth:
    """A connector with what matters about it now."""

    connector: Connector
    last_heard_at: datetime | None
    events_today: int
    quarantined: int
    is_silent: bool
    """It has a limit and has been silent for longer."""


def connector_health(
    connectors: QuerySet[Connector], *, day_starts_at: datetime, at: datetime
) -> list[ConnectorHealth]:
    """How connectors are; events are those that happened since the day began."""
    rows = list(connectors.select_related("feed").order_by("name", "pk"))
    sources = [row.source for row in rows]
    # Counted by when they happened: that is what the table of events is kept by.
    events = ActivityEvent.objects.filter(
        source__in=sources, occurred_at__gte=day_starts_at, occurred_at__lt=at + timedelta(hours=1)
    )
    today = _counts(events)
    waiting = _counts(QuarantinedEvent.objects.filter(source__in=sources, resolved_at=None))
    return [
        ConnectorHealth(
            connector=row,
            last_heard_at=row.feed.last_heard_at,
            events_today=today[row.source],
            quarantined=waiting[row.source],
            is_silent=_is_silent(row, at),
        )
        for row in rows
    ]


def _counts(rows: QuerySet[Any]) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list("source").annotate(Count("pk"))))


def _is_silent(connector: Connector, at: datetime) -> bool:
    limit = connector.feed.silence_limit_seconds
    if limit is None or not connector.is_active:
        return False
    heard = connector.feed.last_heard_at
    return heard is None or at - heard > timedelta(seconds=limit)


def known_agent_keys(*, source: str, keys: Collection[str]) -> set[str]:
    """Which of these keys name an agent in this source: by key, else by employee number."""
    own = AgentSourceKey.objects.filter(source=source, key__in=keys).values_list("key", flat=True)
    numbers = Agent.objects.filter(employee_number__in=keys).values_list(
        "employee_number", flat=True
    )
    return {*own, *numbers}
