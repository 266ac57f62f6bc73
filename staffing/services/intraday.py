"""The requirement of the rest of today: the latest one of each interval."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from forecasting.services.staging import Staging
from staffing.models import IntradayRequirement
from staffing.services.columns import copy_columns, nan_to_null
from staffing.services.runs import COLUMN_NAMES, INTERVAL_COLUMNS, QueueRequirement
from wfm.org.models import Queue

KEPT = timedelta(days=14)
UPSERT_SQL = """
INSERT INTO staffing_intradayrequirement
    (queue_id, run_id, known_until, forecast_made_at, {names})
SELECT %s, %s, %s, %s, {values} FROM staged_today ORDER BY starts_at
ON CONFLICT (queue_id, starts_at) DO UPDATE SET
    run_id = excluded.run_id, known_until = excluded.known_until,
    forecast_made_at = excluded.forecast_made_at, {updates}
"""


@transaction.atomic
def save_day_requirement(
    *,
    queue: Queue,
    run_id: int,
    result: QueueRequirement,
    intervals: int,
    known_until: datetime,
    forecast_made_at: datetime,
) -> int:
    """Write the first so many intervals over earlier ones; old days are cleared away."""
    staging = Staging("staged_today", INTERVAL_COLUMNS)
    written = copy_columns(staging, result.columns(intervals))
    updates = ", ".join(
        f"{name} = excluded.{name}" for name in INTERVAL_COLUMNS if name != "starts_at"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT_SQL.format(names=COLUMN_NAMES, values=nan_to_null(staging), updates=updates),
            [queue.pk, run_id, known_until, forecast_made_at],
        )
    IntradayRequirement.objects.filter(queue=queue, starts_at__lt=known_until - KEPT).delete()
    return written
