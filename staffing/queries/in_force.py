"""The requirement in force: per queue and instant the newest published run that covers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from wfm.org.in_force import RunsInForce, stretch_columns

# A requirement covers what its forecast covers of the queue.
CANDIDATES_SQL = """
SELECT result.queue_id, run.id AS run_id, result.id AS result_id, run.published_at,
       tstzrange(coalesce(own.starts_at, forecast.starts_at),
                 coalesce(own.ends_at, forecast.ends_at)) AS covered
FROM staffing_requirementrun AS run
JOIN forecasting_forecastrun AS forecast ON forecast.id = run.forecast_run_id
JOIN staffing_requirementqueueresult AS result ON result.run_id = run.id
LEFT JOIN forecasting_forecastqueueresult AS own
  ON own.run_id = forecast.id AND own.queue_id = result.queue_id
WHERE run.published_at IS NOT NULL AND forecast.starts_at < %s AND forecast.ends_at > %s
  AND NOT result.is_refused
"""
# The update of the day stands before the number it corrects.
PEOPLE_SQL = """
SELECT row.queue_id, queue.interval_minutes, extract(epoch FROM row.starts_at)::bigint,
       CASE WHEN row.is_open THEN coalesce(today.required_fte, row.required_fte) END
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(run_id, queue_id, starts_at, ends_at)
JOIN staffing_requirementinterval AS row
  ON row.run_id = wanted.run_id AND row.queue_id = wanted.queue_id
 AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at
JOIN org_queue AS queue ON queue.id = row.queue_id
LEFT JOIN staffing_intradayrequirement AS today
  ON today.queue_id = row.queue_id AND today.starts_at = row.starts_at
 AND today.run_id = row.run_id
ORDER BY row.queue_id, row.starts_at
"""

REQUIREMENTS = RunsInForce(CANDIDATES_SQL, "staffing_requirementinterval")
DAY_REQUIREMENTS = RunsInForce(CANDIDATES_SQL, "staffing_intradayrequirement")
"""What the updates of the day say of them."""
in_force, in_force_on, in_force_at = REQUIREMENTS.between, REQUIREMENTS.on, REQUIREMENTS.at


def people_in_force(
    queue_ids: Sequence[int] | None, *, starts_at: datetime, ends_at: datetime
) -> list[tuple[int, int, int, float | None]]:
    """Queue, minutes, epoch second and people to schedule of every interval; None while closed.

    The rest of today is as the update of the day has it.
    """
    found = in_force(queue_ids, starts_at=starts_at, ends_at=ends_at)
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_SQL, stretch_columns(found))
        return list(cursor.fetchall())
