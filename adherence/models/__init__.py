"""Tables of what people do."""

from adherence.models.activity_time import ActivityTime
from adherence.models.day import (
    AdherenceDay,
    AdherenceException,
    ChangeKind,
    DayCorrection,
    ExceptionStatus,
    PendingDay,
)
from adherence.models.event import ActivityEvent, EventSource, QuarantinedEvent
from adherence.models.feed import EventFeed, FeedHeartbeat
from adherence.models.live import AgentLive, LiveFlag

__all__ = [
    "ActivityEvent",
    "ActivityTime",
    "AdherenceDay",
    "AdherenceException",
    "AgentLive",
    "ChangeKind",
    "DayCorrection",
    "EventFeed",
    "EventSource",
    "ExceptionStatus",
    "FeedHeartbeat",
    "LiveFlag",
    "PendingDay",
    "QuarantinedEvent",
]
