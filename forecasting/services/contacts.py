"""Record single contacts with a keyed hash of their customer, and count them by interval."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import connection, transaction

from forecasting.core.imports.contacts import ContactRow
from forecasting.models import ImportBatch
from forecasting.services.actuals import RecordResult, record_actuals
from forecasting.services.recounts import staged_recounts
from forecasting.services.runs import lock_queues
from forecasting.services.staging import Staging

COLUMNS = {"queue_id": "bigint", "arrived_at": "timestamptz", "customer_hash": "text"}
HASH_BYTES = 16
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
    """What staged contacts would add, and what becomes of the intervals that they span."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE kept.id IS NULL), count(kept.id)"
            " FROM staged_contacts staged LEFT JOIN forecasting_contactrecord kept"
            " ON kept.queue_id = staged.queue_id AND kept.arrived_at = staged.arrived_at"
            " AND kept.customer_hash = decode(staged.customer_hash, 'hex')"
        )
        inserted, unchanged = cursor.fetchone()
    notes = [note for recount in staged_recounts() for note in recount.notes]
    return RecordResult(inserted=inserted, changed=0, unchanged=unchanged, notes=tuple(notes))


@transaction.atomic
def record_contacts(*, rows: Sequence[ContactRow], batch: ImportBatch | None) -> RecordResult:
    """Add contacts that are new, and count them in the intervals that they span.

    Raises UnableToImport where nobody can tell any more whether they are counted already.
    """
    # Two files of one queue, one after the other: each counts what the other one added.
    lock_queues({row.queue_id for row in rows})
    total = stage_contacts(rows)
    recounts = staged_recounts()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO forecasting_contactrecord (queue_id, arrived_at, customer_hash)"
            " SELECT queue_id, arrived_at, decode(customer_hash, 'hex') FROM staged_contacts"
            " ON CONFLICT DO NOTHING"
        )
        inserted = cursor.rowcount
    for recount in recounts:
        record_actuals(rows=recount.rows, batch=batch)
    return RecordResult(
        inserted=inserted,
        changed=0,
        unchanged=total - inserted,
        notes=tuple(note for recount in recounts for note in recount.notes),
    )


def forget_contacts(*, before: datetime, limit: int) -> int:
    """Delete up to so many single contacts from before then; their counts by interval stay."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SQL, [before, limit])
        return int(cursor.rowcount)
