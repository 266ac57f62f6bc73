"""Tables of what people do."""

from adherence.models.day import AdherenceDay, AdherenceException, ExceptionStatus, PendingDay
from adherence.models.event import (
    ActivityEvent,
    EventKey,
    EventKind,
    EventSource,
    QuarantinedEvent,
)
from adherence.models.feed import EventFeed, FeedHeartbeat
from adherence.models.live import AgentLive, FollowedPlan, LiveFlag, LiveMark, PendingSpan

__all__ = [
    "ActivityEvent",
    "AdherenceDay",
    "AdherenceException",
    "AgentLive",
    "EventFeed",
    "EventKey",
    "EventKind",
    "EventSource",
    "ExceptionStatus",
    "FeedHeartbeat",
    "FollowedPlan",
    "LiveFlag",
    "LiveMark",
    "PendingDay",
    "PendingSpan",
    "QuarantinedEvent",
]
