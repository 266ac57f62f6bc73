"""Take events: idempotent, in any order, late or twice; what cannot be taken is kept aside.

Intake stores and marks, nothing else: who stands where now is the keeper's work (services.keeper).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from adherence.models import EventKind, EventSource
from adherence.queries.names import Names, codes_of_logins, read_names
from adherence.queries.retention import oldest_computable
from adherence.services.closings import hold_closings, withdraw_overtaken
from adherence.services.days import mark_old_events
from adherence.services.event_store import EventRow, encode_json, store_events, taken_before
from adherence.services.incoming import IncomingEvent
from adherence.services.marks import LATE_AFTER, mark_events
from adherence.services.quarantine import QuarantineReason, Refusal, keep_aside, release
from adherence.services.storable import storable

MAX_FUTURE = timedelta(minutes=5)
MAX_AGE = timedelta(days=30)
_WITHOUT_CODE = frozenset({EventKind.LOGOUT, EventKind.HEARTBEAT})


class EventStatus(StrEnum):
    """What has become of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


@dataclass(slots=True)
class EventOutcome:
    """What has become of one event of a batch."""

    event_uid: str
    status: EventStatus
    is_late: bool = False
    reason_code: str = ""
    reason: str = ""


Judged = EventRow | Refusal | IncomingEvent


def ingest_events(
    *,
    events: Sequence[IncomingEvent],
    source: str,
    received_at: datetime,
    processed_at: datetime | None = None,
    taken_by_id: int | None = None,
) -> list[EventOutcome]:
    """Store a batch in one transaction and mark its agents for the keeper.

    The same (source, event_uid) is taken once, however often it comes. The order of arrival plays
    no part. Late events mark the days that they change. Outcomes follow the order of `events`.
    `processed_at` is given where a batch is taken later than it was received, with whoever had it
    taken: what is older than 30 days then corrects its days in their name, and what is too old for
    its days to be computed waits on.
    """
    named = [event if event.event_uid else _named(event) for event in storable(events)]
    with transaction.atomic():
        judged = judge_events(named, source, received_at)
        if processed_at is not None:
            judged = [_still_computable(item, processed_at) for item in judged]
        rows = [item for item in judged if isinstance(item, EventRow)]
        again = _repeats(judged, source)
        refusals = [
            item for item in judged if isinstance(item, Refusal) and item.event_uid not in again
        ]
        telling = [row for row in rows if processed_at is not None or _may_contradict(row, source)]
        if telling:
            hold_closings()
        stored = store_events(rows=rows, source=source, received_at=received_at)
        if refusals:
            keep_aside(refusals=refusals, source=source, received_at=received_at)
        if stored or again:
            release(
                source=source, event_uids=sorted(stored | again), at=processed_at or received_at
            )
        latest = received_at + MAX_FUTURE
        fresh = [(row.agent_id, row.occurred_at) for row in rows if row.event_uid in stored]
        fresh += withdraw_overtaken(
            [(row.agent_id, row.occurred_at) for row in telling if row.event_uid in stored]
        )
        if processed_at is not None:
            fresh = _correct_old(fresh, source, received_at, processed_at, taken_by_id)
        mark_events(
            source=source,
            changed=fresh,
            heard=[
                item.occurred_at
                for item in named
                if item.occurred_at and item.occurred_at <= latest
            ],
            received_at=processed_at or received_at,
        )
    return _outcomes(judged, stored, again)


def _may_contradict(row: EventRow, source: str) -> bool:
    """Whether it may show that a closing by rule was wrong; see `services.closings`."""
    return source != EventSource.RULE and (row.is_late or row.kind == EventKind.LOGOUT)


def _repeats(judged: Sequence[Judged], source: str) -> set[str]:
    """The uids of refused events that were taken when they first came.

    A repeat is a repeat, though its code or agent may have gone meanwhile. What is malformed is
    none: it does not say what was said then.
    """
    refused = {item.event_uid for item in judged if isinstance(item, Refusal)}
    refused -= {item.event_uid for item in judged if _is_malformed(item)}
    return taken_before(source=source, event_uids=refused) if refused else set()


def _is_malformed(item: Judged) -> bool:
    return isinstance(item, Refusal) and item.reason_code == QuarantineReason.MALFORMED


def _still_computable(item: Judged, at: datetime) -> Judged:
    """Refuse an event whose days have lost their other events while it waited."""
    if not isinstance(item, EventRow):
        return item
    if item.occurred_at.astimezone(UTC).date() >= oldest_computable(at):
        return item
    sentence = _("It says %(occurred)s; the events around that day are no longer kept.") % {
        "occurred": item.occurred_at.isoformat()
    }
    return Refusal(item.event_uid, QuarantineReason.TOO_OLD, sentence, item.raw)


def _correct_old(
    fresh: list[tuple[int, datetime]],
    source: str,
    received_at: datetime,
    at: datetime,
    by_id: int | None,
) -> list[tuple[int, datetime]]:
    """Mark the days of what is older than 30 days by now, with who and why; return the others."""
    old = [(agent_id, moment) for agent_id, moment in fresh if moment < at - MAX_AGE]
    if not old:
        return fresh
    why = _("Events of %(source)s received on %(day)s could be taken only now.") % {
        "source": source,
        "day": received_at.date().isoformat(),
    }
    mark_old_events(old, at=at, by_id=by_id, why=why)
    return [pair for pair in fresh if pair[1] >= at - MAX_AGE]


def _named(event: IncomingEvent) -> IncomingEvent:
    """Give an event without uid one from its content, so that a repeat is recognised."""
    content = encode_json(sorted(event.raw.items(), key=lambda item: str(item[0])))
    uid = f"sha256:{hashlib.sha256(content.encode()).hexdigest()[:40]}"
    return replace(event, event_uid=uid, malformed=event.malformed or _("It has no event_uid."))


def judge_events(
    events: Sequence[IncomingEvent], source: str, received_at: datetime
) -> list[Judged]:
    """Return a row or a refusal per event; heartbeats come back as they are."""
    names = read_names(
        source=source, agent_keys={event.agent_key for event in events if event.agent_key}
    )
    judged: list[Judged] = []
    logins: list[EventRow] = []
    late_before = received_at - LATE_AFTER
    for event in events:
        agent_id = event.agent_id or names.agents.get(event.agent_key)
        refusal = _refusal(event, agent_id, names, received_at)
        if refusal is not None:
            judged.append(refusal)
        elif event.kind == EventKind.HEARTBEAT:
            judged.append(event)
        else:
            assert agent_id is not None
            assert event.occurred_at is not None
            row = EventRow(
                agent_id=agent_id,
                occurred_at=event.occurred_at,
                code_id=None if event.kind == EventKind.LOGOUT else names.codes.get(event.code),
                event_uid=event.event_uid,
                kind=event.kind.value,
                sequence=event.sequence,
                device_at=event.device_at,
                is_late=event.occurred_at < late_before,
                reason=event.reason,
                channel=event.channel,
                raw=event.raw,
            )
            judged.append(row)
            if event.kind == EventKind.LOGIN and not event.code:
                logins.append(row)
    return _with_codes(judged, logins, events) if logins else judged


def _with_codes(
    judged: list[Judged], logins: list[EventRow], events: Sequence[IncomingEvent]
) -> list[Judged]:
    """Give log-ins that name no code the one that is planned, or the first work code."""
    codes = codes_of_logins([(row.agent_id, row.occurred_at) for row in logins])
    for row, code_id in zip(logins, codes, strict=True):
        row.code_id = code_id
    if None not in codes:
        return judged
    sentence = _("It logs in without a code, and there is no work code.")
    unknown = {id(row) for row in logins if row.code_id is None}
    return [
        Refusal(event.event_uid, QuarantineReason.UNKNOWN_CODE, sentence, event.raw)
        if id(item) in unknown
        else item
        for item, event in zip(judged, events, strict=True)
    ]


def _refusal(
    event: IncomingEvent, agent_id: int | None, names: Names, received_at: datetime
) -> Refusal | None:
    """Why an event cannot be taken, or None."""
    found = _fault_of_form(event, received_at)
    if found is None and event.kind != EventKind.HEARTBEAT:
        if agent_id is None:
            sentence = _("No agent is called %(key)r by this source.") % {"key": event.agent_key}
            found = (QuarantineReason.UNKNOWN_AGENT, sentence)
        elif event.kind not in _WITHOUT_CODE and event.code not in names.codes:
            if event.kind == EventKind.LOGIN and not event.code:
                return None
            sentence = _("There is no activity code %(code)r.") % {"code": event.code}
            found = (QuarantineReason.UNKNOWN_CODE, sentence)
        elif event.not_offered:
            sentence = _("The portal does not offer the activity code %(code)r.")
            found = (QuarantineReason.NOT_OFFERED, sentence % {"code": event.code})
    return Refusal(event.event_uid, *found, event.raw) if found else None


def _fault_of_form(
    event: IncomingEvent, received_at: datetime
) -> tuple[QuarantineReason, str] | None:
    if event.malformed or event.occurred_at is None:
        return QuarantineReason.MALFORMED, event.malformed or _("It has no occurred_at.")
    if received_at - MAX_AGE <= event.occurred_at <= received_at + MAX_FUTURE:
        return None
    occurred = {"occurred": event.occurred_at.isoformat()}
    if event.occurred_at > received_at:
        sentence = _("It says %(occurred)s, more than 5 minutes after we received it.") % occurred
        return QuarantineReason.FUTURE, sentence
    sentence = _("It says %(occurred)s, more than 30 days before we received it.") % occurred
    return QuarantineReason.TOO_OLD, sentence


def _outcomes(judged: Sequence[Judged], stored: set[str], again: set[str]) -> list[EventOutcome]:
    left = set(stored)
    outcomes = []
    for item in judged:
        uid = item.event_uid
        if isinstance(item, EventRow):
            is_new = uid in left
            left.discard(uid)
            status = EventStatus.ACCEPTED if is_new else EventStatus.DUPLICATE
            outcomes.append(EventOutcome(uid, status, is_late=item.is_late))
        elif isinstance(item, Refusal) and uid in again:
            outcomes.append(EventOutcome(uid, EventStatus.DUPLICATE))
        elif isinstance(item, Refusal):
            outcomes.append(
                EventOutcome(
                    uid,
                    EventStatus.QUARANTINED,
                    reason_code=item.reason_code,
                    reason=item.reason,
                )
            )
        else:
            outcomes.append(EventOutcome(uid, EventStatus.ACCEPTED))
    return outcomes
