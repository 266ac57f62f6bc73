"""Record single contacts with a keyed hash of their customer, and count them by interval."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from forecasting.core.actual_row import ActualRow
from forecasting.core.imports.contacts import ContactRow
from forecasting.core.wall_clock import WallClockGrid
from forecasting.models import ImportBatch, IntervalActual
from forecasting.queries.calendars import open_labels
from forecasting.queries.contacts import contact_bounds, contact_counts
from forecasting.services.actuals import RecordResult, record_actuals
from forecasting.services.staging import Staging
from wfm.org.models import Queue

COLUMNS = {"queue_id": "bigint", "arrived_at": "timestamptz", "customer_hash": "text"}
HASH_BYTES = 16
NEVER = datetime.max.replace(tzinfo=UTC)
# Queue by queue, so that the index of queue and time leads to what is old.
FORGET_SQL = """
DELETE FROM forecasting_contactrecord WHERE id IN (
    SELECT old.id FROM org_queue AS queue,
    LATERAL (SELECT id FROM forecasting_contactrecord
             WHERE queue_id = queue.id AND arrived_at < %s) AS old
    LIMIT %s
)
"""


def hash_customer(customer: str, *, client_id: int) -> bytes:
    """A keyed hash: equal for equal customers of a client, not to be undone without the key.

    The same person has another hash with each client, so that their rows cannot be joined. The key
    is this purpose's own: it outlives a change of the one that signs sessions.
    """
    text = f"{client_id}:{customer.strip().lower()}"
    return hmac.new(settings.CONTACT_KEY.encode(), text.encode(), sha256).digest()[:HASH_BYTES]


def stage_contacts(rows: Sequence[ContactRow]) -> int:
    """Fill the staging table."""
    staging = Staging("staged_contacts", COLUMNS)
    return staging.copy((row.queue_id, row.arrived_at, row.customer_hash.hex()) for row in rows)


def compare_staged_contacts() -> RecordResult:
    """What staged contacts would add."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE kept.id IS NULL), count(kept.id)"
            " FROM staged_contacts staged LEFT JOIN forecasting_contactrecord kept"
            " ON kept.queue_id = staged.queue_id AND kept.arrived_at = staged.arrived_at"
            " AND kept.customer_hash = decode(staged.customer_hash, 'hex')"
        )
        inserted, unchanged = cursor.fetchone()
    return RecordResult(inserted=inserted, changed=0, unchanged=unchanged)


@transaction.atomic
def record_contacts(*, rows: Sequence[ContactRow], batch: ImportBatch | None) -> RecordResult:
    """Add contacts that are new, then count the intervals that they span anew.

    An open interval between the first and the last contact of the file that has none is a zero.
    Before the first contact that was kept until now numbers are never lowered: the contacts behind
    them may have been deleted.
    """
    total = stage_contacts(rows)
    kept = contact_bounds(sorted({row.queue_id for row in rows}), before=NEVER)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO forecasting_contactrecord (queue_id, arrived_at, customer_hash)"
            " SELECT queue_id, arrived_at, decode(customer_hash, 'hex') FROM staged_contacts"
            " ON CONFLICT DO NOTHING"
        )
        inserted = cursor.rowcount
    spans: dict[int, tuple[datetime, datetime]] = {}
    for row in rows:
        first, last = spans.get(row.queue_id, (row.arrived_at, row.arrived_at))
        spans[row.queue_id] = min(first, row.arrived_at), max(last, row.arrived_at)
    for queue in Queue.objects.filter(pk__in=list(spans)):
        counted = _intervals(queue, *spans[queue.pk])
        earliest = kept[queue.pk][0] if queue.pk in kept else NEVER
        record_actuals(rows=_never_lower(counted, before=earliest), batch=batch)
    return RecordResult(inserted=inserted, changed=0, unchanged=total - inserted)


def _intervals(queue: Queue, first: datetime, last: datetime) -> list[ActualRow]:
    """Every interval from the one of the first contact to that of the last, counted."""
    zone = ZoneInfo(queue.timezone)
    begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    grid = WallClockGrid(begin, (end - begin).days + 1, zone, queue.interval_minutes)
    starts = grid.starts_at.astype(np.int64)
    counts = contact_counts(queue, grid=grid)
    is_open = grid.pick(open_labels(queue, grid) * 1.0) > 0
    step = timedelta(minutes=queue.interval_minutes).total_seconds()
    inside = (starts + step > first.timestamp()) & (starts <= last.timestamp())
    return [
        ActualRow(queue.pk, datetime.fromtimestamp(int(start), tz=UTC), int(count))
        for start, count, opened, chosen in zip(starts, counts, is_open, inside, strict=True)
        if chosen and (opened or count)
    ]


def _never_lower(rows: list[ActualRow], *, before: datetime) -> list[ActualRow]:
    """Leave out intervals from before then that are recorded with more contacts."""
    if not rows:
        return rows
    recorded = dict(
        IntervalActual.objects.filter(
            queue=rows[0].queue_id,
            starts_at__gte=rows[0].starts_at,
            starts_at__lte=rows[-1].starts_at,
            starts_at__lt=before,
        ).values_list("starts_at", "offered")
    )
    return [row for row in rows if row.offered >= recorded.get(row.starts_at, 0)]


def forget_contacts(*, before: datetime, limit: int) -> int:
    """Delete up to so many single contacts from before then; their counts by interval stay."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SQL, [before, limit])
        return int(cursor.rowcount)
