"""Tables of what people do."""

from adherence.models.connector import (
    Connector,
    ConnectorKind,
    DateOrder,
    StateMapping,
    StateMeaning,
)
from adherence.models.day import AdherenceDay, AdherenceException, ExceptionStatus, PendingDay
from adherence.models.event import ActivityEvent, EventSource, QuarantinedEvent
from adherence.models.feed import EventFeed, FeedHeartbeat
from adherence.models.live import AgentLive, LiveFlag

__all__ = [
    "ActivityEvent",
    "AdherenceDay",
    "AdherenceException",
    "AgentLive",
    "Connector",
    "ConnectorKind",
    "DateOrder",
    "EventFeed",
    "EventSource",
    "ExceptionStatus",
    "FeedHeartbeat",
    "LiveFlag",
    "PendingDay",
    "QuarantinedEvent",
    "StateMapping",
    "StateMeaning",
]
