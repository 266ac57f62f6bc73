"""Tables of what people do."""

from adherence.models.activity_time import ActivityTime
from adherence.models.alert import (
    Alert,
    AlertKind,
    AlertLog,
    AlertOutcome,
    AlertRule,
    AlertStatus,
    AlertStep,
    Responsibility,
)
from adherence.models.briefing import BriefingSent, BriefingSubscription
from adherence.models.busy_case import BusyCase, BusyOutcome, BusyRoute
from adherence.models.connector import (
    Connector,
    ConnectorKind,
    DateOrder,
    StateMapping,
    StateMeaning,
)
from adherence.models.contact import AgentContact
from adherence.models.day import (
    AdherenceDay,
    AdherenceException,
    ChangeKind,
    DayCorrection,
    ExceptionStatus,
    PendingDay,
)
from adherence.models.event import ActivityEvent, EventKey, EventKind, EventSource, QuarantinedEvent
from adherence.models.feed import EventFeed, FeedAgent, FeedHeartbeat
from adherence.models.group_exception import GroupException, GroupScope
from adherence.models.live import AgentLive, FollowedPlan, LiveFlag, LiveMark, PendingSpan
from adherence.models.measure import Measure, MeasureKind, MeasureStatus
from adherence.models.note import Note, NoteKind
from adherence.models.playbook import (
    Playbook,
    PlaybookRun,
    PlaybookRunStep,
    PlaybookStep,
    RunOutcome,
)

__all__ = [
    "ActivityEvent",
    "ActivityTime",
    "AdherenceDay",
    "AdherenceException",
    "AgentContact",
    "AgentLive",
    "Alert",
    "AlertKind",
    "AlertLog",
    "AlertOutcome",
    "AlertRule",
    "AlertStatus",
    "AlertStep",
    "BriefingSent",
    "BriefingSubscription",
    "BusyCase",
    "BusyOutcome",
    "BusyRoute",
    "ChangeKind",
    "Connector",
    "ConnectorKind",
    "DateOrder",
    "DayCorrection",
    "EventFeed",
    "EventKey",
    "EventKind",
    "EventSource",
    "ExceptionStatus",
    "FeedAgent",
    "FeedHeartbeat",
    "FollowedPlan",
    "GroupException",
    "GroupScope",
    "LiveFlag",
    "LiveMark",
    "Measure",
    "MeasureKind",
    "MeasureStatus",
    "Note",
    "NoteKind",
    "PendingDay",
    "PendingSpan",
    "Playbook",
    "PlaybookRun",
    "PlaybookRunStep",
    "PlaybookStep",
    "QuarantinedEvent",
    "Responsibility",
    "RunOutcome",
    "StateMapping",
    "StateMeaning",
]
