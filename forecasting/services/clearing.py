"""Delete what newer forecasts have replaced, and drafts that nobody published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from forecasting.models import ForecastQueueResult, ForecastRun
from forecasting.queries.clearing import Clearable, Retention, clearable

INTERVALS_SQL = """
DELETE FROM forecasting_forecastinterval AS row
USING unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
      AS gone(run_id, queue_id, starts_at, ends_at)
WHERE row.run_id = gone.run_id AND row.queue_id = gone.queue_id
  AND row.starts_at >= gone.starts_at AND row.starts_at < gone.ends_at
"""
DAYS_SQL = """
DELETE FROM forecasting_forecastday AS row
USING unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[])
      AS gone(run_id, queue_id, first_date, after)
WHERE row.run_id = gone.run_id AND row.queue_id = gone.queue_id
  AND row.date >= gone.first_date AND row.date < gone.after
"""


@transaction.atomic
def clear_replaced(*, result_ids: Sequence[int], at: datetime, retention: Retention) -> int:
    """Delete the intervals and factors of these results that nothing needs; return how many rows.

    The runs are locked meanwhile, so that no draft is published half deleted.
    """
    results = ForecastQueueResult.objects.filter(pk__in=result_ids).select_related("queue")
    runs = ForecastRun.objects.filter(queue_results__in=result_ids).distinct()
    locked = {
        run.pk: run
        for run in ForecastRun.objects.select_for_update(no_key=True)
        .filter(pk__in=list(runs.values_list("pk", flat=True)))
        .order_by("pk")
    }
    rows = list(results.order_by("pk"))
    for result in rows:
        result.run = locked[result.run_id]
    if not rows:
        return 0
    found = clearable(rows, at=at, retention=retention)
    deleted = _delete_intervals(found)
    _delete_days(found)
    for item in found:
        item.result.kept_until = item.kept_until
        if item.gone:
            item.result.cleared_at = at
    ForecastQueueResult.objects.bulk_update(rows, ["kept_until", "cleared_at"])
    return deleted


def _delete_intervals(found: Sequence[Clearable]) -> int:
    gone = [(item.result, span) for item in found for span in item.gone]
    with connection.cursor() as cursor:
        cursor.execute(
            INTERVALS_SQL,
            [
                [result.run_id for result, _span in gone],
                [result.queue_id for result, _span in gone],
                [begin for _result, (begin, _end) in gone],
                [end for _result, (_begin, end) in gone],
            ],
        )
        return int(cursor.rowcount)


def _delete_days(found: Sequence[Clearable]) -> None:
    """Delete the factors of dates that are wholly gone."""
    gone = []
    for item in found:
        zone = ZoneInfo(item.result.queue.timezone)
        for begin, end in item.gone:
            # A date that is only cut into keeps its factors.
            first = (begin.astimezone(zone) + timedelta(days=1, microseconds=-1)).date()
            gone.append((item.result, first, end.astimezone(zone).date()))
    with connection.cursor() as cursor:
        cursor.execute(
            DAYS_SQL,
            [
                [result.run_id for result, _first, _after in gone],
                [result.queue_id for result, _first, _after in gone],
                [first for _result, first, _after in gone],
                [after for _result, _first, after in gone],
            ],
        )
