"""Record deferred work: items are added or corrected by their id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple

from django.db import connection, transaction

from forecasting.core.imports.work_items import WorkItemRow
from forecasting.services.actuals import RecordResult
from forecasting.services.staging import Staging

COLUMNS = {
    "queue_id": "bigint",
    "external_id": "text",
    "arrived_at": "timestamptz",
    "due_at": "timestamptz",
    "completed_at": "timestamptz",
    "handle_seconds": "double precision",
    "is_simulated": "boolean",
}
NAMES = ", ".join(COLUMNS)
KEPT = ("arrived_at", "due_at", "completed_at", "handle_seconds", "is_simulated")


@transaction.atomic
def record_work_items(*, rows: Iterable[WorkItemRow]) -> RecordResult:
    """Add items that are new and correct those that differ; the same rows twice change nothing."""
    total = stage_work_items(rows)
    updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in KEPT)
    before = ", ".join(f"forecasting_workitem.{name}" for name in KEPT)
    after = ", ".join(f"EXCLUDED.{name}" for name in KEPT)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO forecasting_workitem ({NAMES}) SELECT {NAMES} FROM staged_items "  # noqa: S608 - our own names
            f"ON CONFLICT (queue_id, external_id) DO UPDATE SET {updates} "
            f"WHERE ({before}) IS DISTINCT FROM ({after}) RETURNING (xmax = 0)"
        )
        added = [is_new for (is_new,) in cursor.fetchall()]
    inserted = sum(added)
    changed = len(added) - inserted
    return RecordResult(inserted=inserted, changed=changed, unchanged=total - len(added))


def stage_work_items(rows: Iterable[WorkItemRow]) -> int:
    """Fill the staging table."""
    return Staging("staged_items", COLUMNS).copy(astuple(row) for row in rows)


def compare_staged_items() -> RecordResult:
    """What staged items would change, without changing it."""
    differs = " OR ".join(f"staged.{name} IS DISTINCT FROM kept.{name}" for name in KEPT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE kept.id IS NULL), "  # noqa: S608 - our own names
            f"count(*) FILTER (WHERE kept.id IS NOT NULL AND ({differs})), count(*) "
            "FROM staged_items staged "
            "LEFT JOIN forecasting_workitem kept USING (queue_id, external_id)"
        )
        inserted, changed, total = cursor.fetchone()
    return RecordResult(inserted=inserted, changed=changed, unchanged=total - inserted - changed)
