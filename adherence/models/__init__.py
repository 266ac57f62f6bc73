"""Tables of what people do."""

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
from adherence.models.connector import (
    Connector,
    ConnectorKind,
    DateOrder,
    StateMapping,
    StateMeaning,
)
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
from adherence.models.measure import Measure, MeasureKind, MeasureStatus
from adherence.models.playbook import (
    Playbook,
    PlaybookRun,
    PlaybookRunStep,
    PlaybookStep,
    RunOutcome,
)

__all__ = [
    "ActivityEvent",
    "AdherenceDay",
    "AdherenceException",
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
    "ChangeKind",
    "Connector",
    "ConnectorKind",
    "DateOrder",
    "DayCorrection",
    "EventFeed",
    "EventSource",
    "ExceptionStatus",
    "FeedHeartbeat",
    "LiveFlag",
    "Measure",
    "MeasureKind",
    "MeasureStatus",
    "PendingDay",
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
