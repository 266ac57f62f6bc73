"""Tables of what people do."""

from adherence.models.day import AdherenceDay, AdherenceException, ExceptionStatus
from adherence.models.event import ActivityEvent, EventSource, QuarantinedEvent
from adherence.models.live import AgentLive, LiveFlag

__all__ = [
    "ActivityEvent",
    "AdherenceDay",
    "AdherenceException",
    "AgentLive",
    "EventSource",
    "ExceptionStatus",
    "LiveFlag",
    "QuarantinedEvent",
]
