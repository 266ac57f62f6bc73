"""Writes of the adherence room: one function, one use case, one transaction.

For other rooms and the demo: `ingest_events(events=…, source=…, received_at=…)`.
"""

from adherence.services.bus import changes_since
from adherence.services.busy_cases import (
    UnableToClose,
    assign_busy_case,
    close_busy_case,
    follow_busy,
    reopen_busy_case,
)
from adherence.services.days import mark_current, mark_days, recompute_days, recompute_pending
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
from adherence.services.marks import impacts_now, marks_now
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
from adherence.services.portal import Tap, record_taps
from adherence.services.tick import close_forgotten, follow_plans, tick

__all__ = [
    "EventKind",
    "EventOutcome",
    "EventStatus",
    "IncomingEvent",
    "NotTheAuthor",
    "NoteTarget",
    "NoteWords",
    "Tap",
    "UnableToApprove",
    "UnableToClose",
    "UnableToNote",
    "UnableToSend",
    "approve_exception",
    "assign_busy_case",
    "changes_since",
    "close_busy_case",
    "close_forgotten",
    "delete_note",
    "edit_note",
    "follow_busy",
    "follow_plans",
    "impacts_now",
    "ingest_events",
    "mark_current",
    "mark_days",
    "marks_now",
    "read_live",
    "recompute_days",
    "recompute_pending",
    "record_taps",
    "refresh_due",
    "refresh_live",
    "reopen_busy_case",
    "send_message",
    "tick",
    "withdraw_exception",
    "write_note",
]
