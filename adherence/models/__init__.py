"""Tables of what people do."""

from adherence.models.busy_case import BusyCase, BusyOutcome, BusyRoute
from adherence.models.contact import AgentContact
from adherence.models.day import AdherenceDay, AdherenceException, ExceptionStatus, PendingDay
from adherence.models.event import ActivityEvent, EventSource, QuarantinedEvent
from adherence.models.feed import EventFeed, FeedHeartbeat
from adherence.models.live import AgentLive, LiveFlag
from adherence.models.note import Note, NoteKind

__all__ = [
    "ActivityEvent",
    "AdherenceDay",
    "AdherenceException",
    "AgentContact",
    "AgentLive",
    "BusyCase",
    "BusyOutcome",
    "BusyRoute",
    "EventFeed",
    "EventSource",
    "ExceptionStatus",
    "FeedHeartbeat",
    "LiveFlag",
    "Note",
    "NoteKind",
    "PendingDay",
    "QuarantinedEvent",
]
