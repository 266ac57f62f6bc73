"""Record what happened: intervals are added or corrected, never doubled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from django.db import connection, transaction

from forecasting.core.actual_row import ActualRow
from forecasting.models import ImportBatch
from forecasting.services.staging import Staging

COLUMNS = {
    "queue_id": "bigint",
    "starts_at": "timestamptz",
    "offered": "integer",
    "answered": "integer",
    "abandoned": "integer",
    "answered_within": "integer",
    "abandoned_within": "integer",
    "short_abandoned": "integer",
    "threshold_seconds": "integer",
    "wait_seconds_answered": "double precision",
    "wait_seconds_total": "double precision",
    "handle_seconds": "double precision",
    "is_volume_simulated": "boolean",
    "is_service_simulated": "boolean",
}
KEYS = ("queue_id", "starts_at")
VALUES = tuple(name for name in COLUMNS if name not in KEYS)


@dataclass(frozen=True)
class RecordResult:
    """What the rows changed."""

    inserted: int
    changed: int
    unchanged: int
    notes: tuple[str, ...] = ()
    """What else becomes of the history, in sentences."""


@transaction.atomic
def record_actuals(*, rows: Iterable[ActualRow], batch: ImportBatch | None = None) -> RecordResult:
    """Add intervals that are new and correct those that differ; the same rows twice change nothing.

    Two rows for one queue and start are refused by the database. A field that is unknown here
    keeps what was known before, so that volumes and waits may come from different sources.
    """
    total = stage_actuals(rows)
    with connection.cursor() as cursor:
        cursor.execute(_upsert_sql(), [None if batch is None else batch.pk])
        inserted = changed = 0
        for (is_new,) in cursor.fetchall():
            inserted += is_new
            changed += not is_new
    return RecordResult(inserted=inserted, changed=changed, unchanged=total - inserted - changed)


def compare_staged() -> RecordResult:
    """What staged rows would change, without changing it."""
    differs = " OR ".join(
        f"coalesce(staged.{name}, kept.{name}) IS DISTINCT FROM kept.{name}" for name in VALUES
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FILTER (WHERE kept.id IS NULL),
                   count(*) FILTER (WHERE kept.id IS NOT NULL AND ({differs})), count(*)
            FROM staged_actuals staged
            LEFT JOIN forecasting_intervalactual kept USING (queue_id, starts_at)
            """  # noqa: S608 - only our own column names
        )
        inserted, changed, total = cursor.fetchone()
    return RecordResult(inserted=inserted, changed=changed, unchanged=total - inserted - changed)


def stage_actuals(rows: Iterable[ActualRow]) -> int:
    """Fill the staging table for compare_staged."""
    names = [field.name for field in fields(ActualRow)]
    staging = Staging("staged_actuals", {name: COLUMNS[name] for name in names})
    return staging.copy(astuple(row) for row in rows)


def _upsert_sql() -> str:
    names = ", ".join(COLUMNS)
    updates = ", ".join(
        f"{name} = coalesce(EXCLUDED.{name}, forecasting_intervalactual.{name})" for name in VALUES
    )
    before = ", ".join(f"forecasting_intervalactual.{name}" for name in VALUES)
    after = ", ".join(
        f"coalesce(EXCLUDED.{name}, forecasting_intervalactual.{name})" for name in VALUES
    )
    return f"""
        INSERT INTO forecasting_intervalactual ({names}, batch_id)
        SELECT {names}, %s FROM staged_actuals
        ON CONFLICT (queue_id, starts_at) DO UPDATE SET {updates}, batch_id = EXCLUDED.batch_id
        WHERE ({before}) IS DISTINCT FROM ({after})
        RETURNING (xmax = 0)
    """  # noqa: S608 - only our own column names
