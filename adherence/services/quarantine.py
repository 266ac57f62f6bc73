"""Events that could not be taken are kept whole, counted, and tried again when mended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from adherence.services.event_store import encode_json
from wfm.integration.services import record_change

KEEP_SQL = """
INSERT INTO adherence_quarantinedevent (source, event_uid, reason_code, reason, raw, received_at,
    times_seen)
SELECT %(source)s, new.event_uid, new.reason_code, new.reason, new.raw::jsonb, %(received_at)s,
    new.times_seen
FROM unnest(%(uids)s::text[], %(codes)s::text[], %(reasons)s::text[], %(raws)s::text[],
    %(counts)s::int[]) AS new(event_uid, reason_code, reason, raw, times_seen)
ON CONFLICT (source, event_uid) DO UPDATE SET
    times_seen = adherence_quarantinedevent.times_seen + excluded.times_seen,
    reason_code = excluded.reason_code, reason = excluded.reason, raw = excluded.raw,
    resolved_at = NULL, resolved_by_id = NULL, resolution = ''
RETURNING reason_code, xmax = 0
"""
RELEASE_SQL = """
UPDATE adherence_quarantinedevent SET resolved_at = %(at)s
WHERE source = %(source)s AND event_uid = ANY(%(uids)s::text[]) AND resolved_at IS NULL
"""


class QuarantineReason(StrEnum):
    """Why an event could not be taken."""

    MALFORMED = "malformed"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_CODE = "unknown_code"
    NOT_OFFERED = "not_offered"
    FUTURE = "future"
    TOO_OLD = "too_old"


@dataclass(frozen=True)
class Refusal:
    """One event that cannot be taken."""

    event_uid: str
    reason_code: QuarantineReason
    reason: str
    raw: dict[str, Any]


def keep_aside(*, refusals: Sequence[Refusal], source: str, received_at: datetime) -> None:
    """Keep the events; one that comes again counts up.

    What is new is told to other systems as one change, with the counts by reason.
    """
    latest = {refusal.event_uid: refusal for refusal in refusals}
    if not latest:
        return
    counts = dict.fromkeys(latest, 0)
    for refusal in refusals:
        counts[refusal.event_uid] += 1
    uids = sorted(latest)
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_SQL,
            {
                "source": source,
                "received_at": received_at,
                "uids": uids,
                "codes": [latest[uid].reason_code.value for uid in uids],
                "reasons": [latest[uid].reason for uid in uids],
                "raws": [encode_json(latest[uid].raw) for uid in uids],
                "counts": [counts[uid] for uid in uids],
            },
        )
        by_reason = Counter(code for code, is_new in cursor.fetchall() if is_new)
    if by_reason:
        record_change(
            kind="adherence.quarantined",
            key=f"event-source:{source}",
            payload={
                "source": source,
                "count": by_reason.total(),
                "by_reason": by_reason,
                "received_at": received_at,
            },
        )


def release(*, source: str, event_uids: Sequence[str], at: datetime) -> None:
    """Mark events resolved that have been taken after all."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE_SQL, {"source": source, "uids": list(event_uids), "at": at})
