"""Writes of the adherence room: one function, one use case, one transaction.

For other rooms and the demo: `ingest_events(events=…, source=…, received_at=…)`.
"""

from adherence.services.bus import changes_since
from adherence.services.causes import EVENTS, MANUAL, ChangeCause
from adherence.services.days import (
    AGENT_DAYS_AT_ONCE,
    independent_parts,
    mark_agent_days,
    mark_current,
    mark_days,
    recompute_days,
    recompute_pending,
)
from adherence.services.exceptions import (
    UnableToApprove,
    approve_exception,
    withdraw_exception,
)
from adherence.services.ingest import (
    EventKind,
    EventOutcome,
    EventStatus,
    IncomingEvent,
    ingest_events,
)
from adherence.services.live import read_live, refresh_due, refresh_live
from adherence.services.portal import Tap, record_taps
from adherence.services.shrinkage import (
    CauseChoice,
    UnableToTakeOver,
    default_is_scheduled,
    rate_changes,
    take_over_shrinkage,
)
from adherence.services.tick import close_forgotten, follow_plans, tick

__all__ = [
    "AGENT_DAYS_AT_ONCE",
    "EVENTS",
    "MANUAL",
    "CauseChoice",
    "ChangeCause",
    "EventKind",
    "EventOutcome",
    "EventStatus",
    "IncomingEvent",
    "Tap",
    "UnableToApprove",
    "UnableToTakeOver",
    "approve_exception",
    "changes_since",
    "close_forgotten",
    "default_is_scheduled",
    "follow_plans",
    "independent_parts",
    "ingest_events",
    "mark_agent_days",
    "mark_current",
    "mark_days",
    "rate_changes",
    "read_live",
    "recompute_days",
    "recompute_pending",
    "record_taps",
    "refresh_due",
    "refresh_live",
    "take_over_shrinkage",
    "tick",
    "withdraw_exception",
]
