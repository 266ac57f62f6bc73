"""The requirement in force: per queue and instant the newest published run that covers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from wfm.org.in_force import Stretch, stretches
from wfm.org.models import Queue
from wfm.timeline import day_bounds

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
ROWS_SQL = """
SELECT row.id
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(run_id, queue_id, starts_at, ends_at)
JOIN staffing_requirementinterval AS row
  ON row.run_id = wanted.run_id AND row.queue_id = wanted.queue_id
 AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at
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


def in_force(
    queue_ids: Sequence[int] | None, *, starts_at: datetime, ends_at: datetime
) -> list[Stretch]:
    """Which run is in force when in [starts_at, ends_at), by queue and time; None: all queues."""
    candidates = CANDIDATES_SQL
    params: list[Any] = [ends_at, starts_at]
    if queue_ids is not None:
        candidates, params = f"{candidates} AND result.queue_id = ANY(%s)", [*params, [*queue_ids]]
    return stretches(candidates, params, starts_at=starts_at, ends_at=ends_at)


def in_force_on(queue: Queue, *, first_date: date, last_date: date) -> list[Stretch]:
    """Which run is in force when on a queue's own dates, both included."""
    return in_force(
        [queue.pk],
        starts_at=day_bounds(first_date, queue.timezone).starts_at,
        ends_at=day_bounds(last_date, queue.timezone).ends_at,
    )


def rows_in_force(found: Sequence[Stretch]) -> RawSQL:
    """The ids of the intervals of these stretches, for a filter by `pk__in`."""
    return RawSQL(ROWS_SQL, _columns(found))  # noqa: S611 - a constant of this module


def people_in_force(
    *, starts_at: datetime, ends_at: datetime
) -> list[tuple[int, int, int, float | None]]:
    """Queue, minutes, epoch second and people to schedule of every interval; None while closed.

    The rest of today is as the update of the day has it.
    """
    found = in_force(None, starts_at=starts_at, ends_at=ends_at)
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_SQL, _columns(found))
        return list(cursor.fetchall())


def _columns(found: Sequence[Stretch]) -> list[list[Any]]:
    names = ("run_id", "queue_id", "starts_at", "ends_at")
    return [[getattr(stretch, name) for stretch in found] for name in names]
