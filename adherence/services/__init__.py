"""Writes of the adherence room: one function, one use case, one transaction.

For other rooms and the demo: `ingest_events(events=…, source=…, received_at=…)`.
"""

from adherence.models import EventKind
from adherence.services.bus import changes_since
from adherence.services.busy_cases import (
    UnableToClose,
    assign_busy_case,
    close_busy_case,
    follow_busy,
    reopen_busy_case,
)
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
from adherence.services.event_store import EventRow, store_events
from adherence.services.exceptions import (
    UnableToApprove,
    approve_exception,
    withdraw_exception,
)
from adherence.services.floor_marks import impacts_now, marks_now
from adherence.services.incoming import IncomingEvent
from adherence.services.ingest import (
    EventOutcome,
    EventStatus,
    ingest_events,
)
from adherence.services.keeper import Keeper, keep_once
from adherence.services.live import compute_live, live_now, read_live, refresh_live
from adherence.services.marks import mark_agents
from adherence.services.messages import UnableToSend, send_message
from adherence.services.notes import (
    NoteTarget,
    NoteWords,
    NotTheAuthor,
    UnableToNote,
    delete_note,
    edit_note,
    write_note,
)
from adherence.services.partitions import keep_partitions
from adherence.services.portal import Tap, record_taps
from adherence.services.shrinkage import (
    CauseChoice,
    UnableToTakeOver,
    default_is_scheduled,
    rate_changes,
    take_over_shrinkage,
)
from adherence.services.tick import close_forgotten, follow_plans

__all__ = [
    "AGENT_DAYS_AT_ONCE",
    "EVENTS",
    "MANUAL",
    "CauseChoice",
    "ChangeCause",
    "EventKind",
    "EventOutcome",
    "EventRow",
    "EventStatus",
    "IncomingEvent",
    "Keeper",
    "NotTheAuthor",
    "NoteTarget",
    "NoteWords",
    "Tap",
    "UnableToApprove",
    "UnableToClose",
    "UnableToNote",
    "UnableToSend",
    "UnableToTakeOver",
    "approve_exception",
    "assign_busy_case",
    "changes_since",
    "close_busy_case",
    "close_forgotten",
    "compute_live",
    "default_is_scheduled",
    "delete_note",
    "edit_note",
    "follow_busy",
    "follow_plans",
    "impacts_now",
    "independent_parts",
    "ingest_events",
    "keep_once",
    "keep_partitions",
    "live_now",
    "mark_agent_days",
    "mark_agents",
    "mark_current",
    "mark_days",
    "marks_now",
    "rate_changes",
    "read_live",
    "recompute_days",
    "recompute_pending",
    "record_taps",
    "refresh_live",
    "reopen_busy_case",
    "send_message",
    "store_events",
    "take_over_shrinkage",
    "withdraw_exception",
    "write_note",
]
