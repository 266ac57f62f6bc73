"""Updates of the day under way: the latest one of each interval, written in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction

from forecasting.core.wall_clock import FloatArray, InstantArray, IntArray
from forecasting.models import IntradayForecast
from forecasting.services.staging import Staging
from wfm.org.binary_copy import write_columns

KEPT_DAYS = 14
COLUMNS = {
    "queue_id": "bigint",
    "starts_at": "timestamptz",
    "run_id": "bigint",
    "mean": "float8",
    "quantile_10": "float8",
    "quantile_50": "float8",
    "quantile_90": "float8",
    "known_until": "timestamptz",
}
UPSERT_SQL = """
INSERT INTO forecasting_intradayforecast
    (queue_id, starts_at, run_id, mean, quantile_10, quantile_50, quantile_90, known_until, made_at)
SELECT queue_id, starts_at, run_id, mean, quantile_10, quantile_50, quantile_90, known_until, %s
FROM staged_intraday
ON CONFLICT (queue_id, starts_at) DO UPDATE SET
    run_id = excluded.run_id, mean = excluded.mean, quantile_10 = excluded.quantile_10,
    quantile_50 = excluded.quantile_50, quantile_90 = excluded.quantile_90,
    known_until = excluded.known_until, made_at = excluded.made_at
"""


@dataclass(frozen=True)
class DayUpdate:
    """Remaining intervals of several queues, one entry per interval."""

    queue_id: IntArray
    starts_at: InstantArray
    run_id: IntArray
    mean: FloatArray
    quantiles: FloatArray
    """10 %, 50 % and 90 % × entry."""
    known_until: InstantArray


@transaction.atomic
def save_day_updates(*, updates: Sequence[DayUpdate], made_at: datetime) -> int:
    """Write the updates over earlier ones; old days are cleared away. Returns the intervals."""
    if not updates:
        return 0
    Staging("staged_intraday", COLUMNS)
    rows = 0
    for update in updates:
        values = [
            update.queue_id,
            update.starts_at.astype("datetime64[s]"),
            update.run_id,
            update.mean,
            *update.quantiles,
            update.known_until.astype("datetime64[s]"),
        ]
        rows += write_columns(
            "staged_intraday",
            {
                name: (kind, column)
                for (name, kind), column in zip(COLUMNS.items(), values, strict=True)
            },
        )
    with connection.cursor() as cursor:
        cursor.execute(UPSERT_SQL, [made_at])
    ids = np.unique(np.concatenate([update.queue_id for update in updates])).tolist()
    IntradayForecast.objects.filter(
        queue__in=ids, starts_at__lt=made_at - timedelta(days=KEPT_DAYS)
    ).delete()
    return rows
