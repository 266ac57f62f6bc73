"""Store events once: their keys first, then the rows whose keys are new, in one statement."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from adherence.models import EventKey, EventKind

# The keys are inserted in one order by everyone, so that two batches that share events wait for
# each other instead of blocking each other; the second then finds them taken.
STORE_SQL = """
WITH new AS MATERIALIZED (
    SELECT * FROM ROWS FROM (
        unnest(%(keys)s::uuid[]), unnest(%(agents)s::bigint[]), unnest(%(occurred)s::timestamptz[]),
        unnest(%(codes)s::bigint[]), unnest(%(uids)s::text[]), unnest(%(kinds)s::text[]),
        unnest(%(sequences)s::bigint[]), unnest(%(devices)s::timestamptz[]),
        unnest(%(late)s::boolean[]), unnest(%(reasons)s::text[]), unnest(%(channels)s::text[]),
        unnest(%(received)s::timestamptz[]), json_array_elements(%(raws)s::json))
    AS new(key, agent_id, occurred_at, code_id, event_uid, kind, sequence, device_at, is_late, reason,
        channel, received_at, raw)
), taken AS (
    INSERT INTO adherence_eventkey (id, taken_on)
    SELECT key, %(taken_on)s FROM new ORDER BY key ON CONFLICT DO NOTHING RETURNING id
), stored AS (
    INSERT INTO adherence_activityevent (agent_id, occurred_at, activity_code_id, source, event_uid,
        sequence, received_at, device_at, is_late, kind, reason, channel, raw)
    SELECT agent_id, occurred_at, code_id, %(source)s, event_uid, sequence, received_at,
        device_at, is_late, kind, reason, channel, raw::jsonb
    FROM new JOIN taken ON taken.id = new.key
)
SELECT id::text FROM taken
"""
encode_json = json.JSONEncoder(default=str, separators=(",", ":")).encode
ROWS_AT_ONCE = 5000


@dataclass(kw_only=True, slots=True)
class EventRow:
    """An event ready to be stored. Not frozen: thousands are made each second."""

    agent_id: int
    occurred_at: datetime
    code_id: int | None
    event_uid: str
    kind: str = EventKind.STATE.value
    sequence: int = 0
    device_at: datetime | None = None
    is_late: bool = False
    reason: str = ""
    channel: str = ""
    received_at: datetime | None = None
    """None: when its batch was received."""
    raw: Any = None


def event_key(source: str, event_uid: str) -> str:
    """Return the key of an event as the hexadecimal digits of a UUID (see migration 0006)."""
    return hashlib.sha256(f"{source}\x1f{event_uid}".encode()).hexdigest()[:32]


def taken_before(*, source: str, event_uids: Collection[str]) -> set[str]:
    """Return those of these uids that have been taken and are remembered."""
    uid_of = {uuid.UUID(event_key(source, uid)): uid for uid in event_uids}
    if not uid_of:
        return set()
    found = EventKey.objects.filter(pk__in=list(uid_of)).values_list("pk", flat=True)
    return {uid_of[key] for key in found}


def store_events(*, rows: Iterable[EventRow], source: str, received_at: datetime) -> set[str]:
    """Insert the events that have not been taken before; return their uids.

    Of several rows with one uid the first counts. A batch with the same events that another
    transaction holds at this moment waits for its end.
    """
    unique: dict[str, EventRow] = {}
    for row in rows:
        unique.setdefault(row.event_uid, row)
    found = list(unique.values())
    taken: set[str] = set()
    for start in range(0, len(found), ROWS_AT_ONCE):
        taken |= _store(found[start : start + ROWS_AT_ONCE], source, received_at)
    return taken


def _store(rows: Sequence[EventRow], source: str, received_at: datetime) -> set[str]:
    uids = [row.event_uid for row in rows]
    keys = [event_key(source, uid) for uid in uids]
    with connection.cursor() as cursor:
        cursor.execute(
            STORE_SQL,
            {
                "source": source,
                "taken_on": received_at.date(),
                "keys": array_text(keys),
                "agents": array_text([row.agent_id for row in rows]),
                "occurred": array_text([row.occurred_at.isoformat() for row in rows]),
                "codes": array_text([row.code_id for row in rows]),
                "uids": uids,
                "kinds": array_text([row.kind for row in rows]),
                "sequences": array_text([row.sequence for row in rows]),
                "devices": array_text(
                    [row.device_at.isoformat() if row.device_at else None for row in rows]
                ),
                "late": array_text([row.is_late for row in rows]),
                "received": array_text(
                    [(row.received_at or received_at).isoformat() for row in rows]
                ),
                "reasons": [row.reason for row in rows],
                "channels": [row.channel for row in rows],
                "raws": encode_json([row.raw or {} for row in rows]),
            },
        )
        fresh = {key.replace("-", "") for (key,) in cursor.fetchall()}
    return {uid for uid, key in zip(uids, keys, strict=True) if key in fresh}


def array_text(values: Iterable[object]) -> str:
    """Write values without quotes, commas or blanks as PostgreSQL's text of an array.

    One string is sent ten times faster than a list, which is adapted value by value. Only for
    numbers, instants, booleans and names of ours, never for text that comes from outside.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
