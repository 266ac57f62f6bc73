"""Writes of the adherence room: one function, one use case, one transaction.

For other rooms and the demo: `ingest_events(events=…, source=…, received_at=…)`.
"""

from adherence.services.days import mark_days, recompute_days, recompute_pending
from adherence.services.ingest import (
    EventKind,
    EventOutcome,
    EventStatus,
    IncomingEvent,
    ingest_events,
)
from adherence.services.live import read_live, refresh_due, refresh_live

__all__ = [
    "EventKind",
    "EventOutcome",
    "EventStatus",
    "IncomingEvent",
    "ingest_events",
    "mark_days",
    "read_live",
    "recompute_days",
    "recompute_pending",
    "refresh_due",
    "refresh_live",
]
