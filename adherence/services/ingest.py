"""Take events: idempotent, in any order, late or twice; what cannot be taken is kept aside."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from adherence.services.days import mark_days
from adherence.services.feeds import LATE_AFTER, hear
from adherence.services.live import refresh_live
from adherence.services.quarantine import QuarantineReason, Refusal, keep_aside, release
from wfm.org.models import ActivityCode, Agent, AgentSourceKey

MAX_FUTURE = timedelta(minutes=5)
MAX_AGE = timedelta(days=30)

INSERT_SQL = """
INSERT INTO adherence_activityevent (agent_id, occurred_at, activity_code_id, source, event_uid,
    sequence, received_at, device_at, is_late, raw)
SELECT new.agent_id, new.occurred_at, new.code_id, %(source)s, new.event_uid, new.sequence,
    %(received_at)s, new.device_at, new.is_late, new.raw::jsonb
FROM unnest(%(agents)s::bigint[], %(occurred)s::timestamptz[], %(codes)s::bigint[],
    %(uids)s::text[], %(sequences)s::bigint[], %(devices)s::timestamptz[], %(late)s::boolean[],
    %(raws)s::text[])
    AS new(agent_id, occurred_at, code_id, event_uid, sequence, device_at, is_late, raw)
ON CONFLICT (source, event_uid) DO NOTHING
RETURNING event_uid
"""


class EventKind(StrEnum):
    """What an event says."""

    STATE = "state"
    LOGIN = "login"
    RESYNC = "resync"
    LOGOUT = "logout"
    HEARTBEAT = "heartbeat"


class EventStatus(StrEnum):
    """What has become of an event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, kw_only=True)
class IncomingEvent:
    """One event as its source tells it.

    `agent_key` is the source's name for the agent, else the employee number; `agent_id` instead
    where we know the person (the portal). `malformed` says what is wrong with its form.
    """

    event_uid: str = ""
    agent_key: str = ""
    agent_id: int | None = None
    occurred_at: datetime | None = None
    kind: EventKind = EventKind.STATE
    code: str = ""
    sequence: int = 0
    device_at: datetime | None = None
    malformed: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EventOutcome:
    """What has become of one event of a batch."""

    event_uid: str
    status: EventStatus
    is_late: bool = False
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class _Accepted:
    event: IncomingEvent
    agent_id: int
    code_id: int | None
    occurred_at: datetime
    is_late: bool


def ingest_events(
    *,
    events: Sequence[IncomingEvent],
    source: str,
    received_at: datetime,
    processed_at: datetime | None = None,
) -> list[EventOutcome]:
    """Store a batch in one transaction and bring the live rows of its agents up to date.

    The same (source, event_uid) is taken once, however often it comes. The order of arrival plays
    no part. Late events mark the days that they change. Outcomes follow the order of `events`.
    `processed_at` is given where a batch is taken later than it was received.
    """
    at = processed_at or received_at
    named = [_named(event) for event in events]
    with transaction.atomic():
        judged = _judge(named, source, received_at)
        accepted = [item for item in judged if isinstance(item, _Accepted)]
        refused = [item for item in judged if isinstance(item, Refusal)]
        stored = _store(accepted, source, received_at)
        keep_aside(refusals=refused, source=source, received_at=received_at)
        spoken_for = hear(
            source=source,
            moments={
                event.occurred_at
                for event in named
                if event.occurred_at and event.occurred_at <= received_at + MAX_FUTURE
            },
            received_at=received_at,
        )
        fresh = [item for item in accepted if item.event.event_uid in stored]
        if fresh:
            release(source=source, event_uids=sorted(stored), at=at)
            mark_days(spans=[(item.agent_id, item.occurred_at, None) for item in fresh], at=at)
        refresh_live(agent_ids=sorted({item.agent_id for item in fresh} | spoken_for), at=at)
    return _outcomes(judged, stored)


def _named(event: IncomingEvent) -> IncomingEvent:
    """Give an event without uid one from its content, so that a repeat is recognised."""
    if event.event_uid:
        return event
    content = json.dumps(event.raw, sort_keys=True, default=str).encode()
    uid = f"sha256:{hashlib.sha256(content).hexdigest()[:40]}"
    return IncomingEvent(
        **{
            **event.__dict__,
            "event_uid": uid,
            "malformed": event.malformed or _("It has no event_uid."),
        }
    )


def _judge(
    events: Sequence[IncomingEvent], source: str, received_at: datetime
) -> list[_Accepted | Refusal | IncomingEvent]:
    """Accepted or refused per event; heartbeats come back as they are."""
    agents = _agents(events, source)
    codes = dict(ActivityCode.objects.filter(is_active=True).values_list("key", "pk"))
    judged: list[_Accepted | Refusal | IncomingEvent] = []
    for event in events:
        agent_id = event.agent_id or agents.get(event.agent_key)
        refusal = _refusal(event, agent_id, codes, received_at)
        if refusal is not None:
            judged.append(refusal)
        elif event.kind == EventKind.HEARTBEAT:
            judged.append(event)
        else:
            assert agent_id is not None
            assert event.occurred_at is not None
            judged.append(
                _Accepted(
                    event=event,
                    agent_id=agent_id,
                    code_id=None if event.kind == EventKind.LOGOUT else codes[event.code],
                    occurred_at=event.occurred_at,
                    is_late=received_at - event.occurred_at > LATE_AFTER,
                )
            )
    return judged


def _refusal(
    event: IncomingEvent, agent_id: int | None, codes: dict[str, int], received_at: datetime
) -> Refusal | None:
    """Why an event cannot be taken, or None."""
    found = _fault_of_form(event, received_at)
    if found is None and event.kind != EventKind.HEARTBEAT:
        if agent_id is None:
            sentence = _("No agent is called %(key)r by this source.") % {"key": event.agent_key}
            found = (QuarantineReason.UNKNOWN_AGENT, sentence)
        elif event.kind != EventKind.LOGOUT and event.code not in codes:
            sentence = _("There is no activity code %(code)r.") % {"code": event.code}
            found = (QuarantineReason.UNKNOWN_CODE, sentence)
    return Refusal(event.event_uid, *found, event.raw) if found else None


def _fault_of_form(
    event: IncomingEvent, received_at: datetime
) -> tuple[QuarantineReason, str] | None:
    if event.malformed or event.occurred_at is None:
        return QuarantineReason.MALFORMED, event.malformed or _("It has no occurred_at.")
    occurred = {"occurred": event.occurred_at.isoformat()}
    if event.occurred_at > received_at + MAX_FUTURE:
        sentence = _("It says %(occurred)s, more than 5 minutes after we received it.") % occurred
        return QuarantineReason.FUTURE, sentence
    if event.occurred_at < received_at - MAX_AGE:
        sentence = _("It says %(occurred)s, more than 30 days before we received it.") % occurred
        return QuarantineReason.TOO_OLD, sentence
    return None


def _agents(events: Sequence[IncomingEvent], source: str) -> dict[str, int]:
    keys = {event.agent_key for event in events if event.agent_key}
    if not keys:
        return {}
    found = dict(
        Agent.objects.filter(employee_number__in=keys).values_list("employee_number", "pk")
    )
    own = AgentSourceKey.objects.filter(source=source, key__in=keys)
    return found | dict(own.values_list("key", "agent_id"))


def _store(accepted: list[_Accepted], source: str, received_at: datetime) -> set[str]:
    """Insert what is new; return its uids."""
    if not accepted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_SQL,
            {
                "source": source,
                "received_at": received_at,
                "agents": [item.agent_id for item in accepted],
                "occurred": [item.occurred_at for item in accepted],
                "codes": [item.code_id for item in accepted],
                "uids": [item.event.event_uid for item in accepted],
                "sequences": [item.event.sequence for item in accepted],
                "devices": [item.event.device_at for item in accepted],
                "late": [item.is_late for item in accepted],
                "raws": [json.dumps(item.event.raw, default=str) for item in accepted],
            },
        )
        return {uid for (uid,) in cursor.fetchall()}


def _outcomes(
    judged: list[_Accepted | Refusal | IncomingEvent], stored: set[str]
) -> list[EventOutcome]:
    left = set(stored)
    outcomes = []
    for item in judged:
        if isinstance(item, Refusal):
            outcome = EventOutcome(
                event_uid=item.event_uid,
                status=EventStatus.QUARANTINED,
                reason_code=item.reason_code,
                reason=item.reason,
            )
        elif isinstance(item, IncomingEvent):
            outcome = EventOutcome(item.event_uid, EventStatus.ACCEPTED)
        else:
            uid = item.event.event_uid
            is_new = uid in left
            left.discard(uid)
            status = EventStatus.ACCEPTED if is_new else EventStatus.DUPLICATE
            outcome = EventOutcome(uid, status, is_late=item.is_late)
        outcomes.append(outcome)
    return outcomes
