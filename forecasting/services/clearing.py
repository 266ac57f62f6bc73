"""Delete what newer forecasts have replaced, and drafts that nobody published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from forecasting.models import ForecastQueueResult
from forecasting.queries.clearing import needed_spans, span_of
from forecasting.queries.in_force import FORECASTS
from wfm.org.clearing import Clearable, clear, clearable, locked_results

DAYS_SQL = """
DELETE FROM forecasting_forecastday AS row
USING unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[])
      AS gone(run_id, queue_id, first_date, after)
WHERE row.run_id = gone.run_id AND row.queue_id = gone.queue_id
  AND row.date >= gone.first_date AND row.date < gone.after
"""


@transaction.atomic
def clear_replaced(*, result_ids: Sequence[int], at: datetime, settled: datetime) -> int:
    """Delete the intervals and factors of these results that nothing needs; return how many rows.

    `settled`: late numbers of what ended before that have come.
    """
    results = ForecastQueueResult.objects.select_related("queue")
    spans = {result: span_of(result) for result in locked_results(results, result_ids)}
    if not spans:
        return 0
    needed = needed_spans(spans, at=at, settled=settled)
    found = list(clearable(spans, FORECASTS, needed=needed))
    _delete_days(found)
    return clear(found, FORECASTS, at=at)


def _delete_days(found: Sequence[Clearable[ForecastQueueResult]]) -> None:
    """Delete the factors of dates that are wholly gone."""
    gone = []
    for item in found:
        zone = ZoneInfo(item.result.queue.timezone)
        for part in item.gone:
            # A date that is only cut into keeps its factors.
            first = (part.starts_at.astimezone(zone) + timedelta(days=1, microseconds=-1)).date()
            gone.append((part, first, part.ends_at.astimezone(zone).date()))
    with connection.cursor() as cursor:
        cursor.execute(
            DAYS_SQL,
            [
                [part.run_id for part, _first, _after in gone],
                [part.queue_id for part, _first, _after in gone],
                [first for _part, first, _after in gone],
                [after for _part, _first, after in gone],
            ],
        )
