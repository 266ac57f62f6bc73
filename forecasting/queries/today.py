"""The day that is under way: published forecasts and updates of many queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from forecasting.core.wall_clock import FloatArray, IntArray
from forecasting.models import ForecastQueueResult
from forecasting.queries.in_force import in_force_at
from wfm.org.binary_copy import read_columns
from wfm.org.models import Queue
from wfm.timeline import day_bounds

INTERVALS_SQL = """
SELECT row.queue_id, extract(epoch FROM row.starts_at)::bigint, row.mean, row.quantile_10,
       row.quantile_50, row.quantile_90, row.final_mean
FROM unnest(%s::bigint[], %s::bigint[]) AS wanted(queue_id, run_id)
JOIN forecasting_forecastinterval AS row
  ON row.run_id = wanted.run_id AND row.queue_id = wanted.queue_id
WHERE row.starts_at >= %s AND row.starts_at < %s AND row.is_open
"""
KNOWN_SQL = """
SELECT queue_id, run_id, max(known_until) FROM forecasting_intradayforecast
WHERE queue_id = ANY(%s) AND starts_at >= %s
GROUP BY queue_id, run_id
"""
UPDATES_SQL = """
SELECT extract(epoch FROM starts_at)::bigint, mean, quantile_10, quantile_50, quantile_90
FROM forecasting_intradayforecast
WHERE queue_id = %s AND run_id = %s AND starts_at >= %s AND starts_at < %s
ORDER BY starts_at
"""
LATEST_SQL = """
SELECT DISTINCT ON (queue_id) queue_id, run_id, known_until, made_at
FROM forecasting_intradayforecast
WHERE queue_id = ANY(%s) AND starts_at >= %s AND starts_at < %s
ORDER BY queue_id, made_at DESC
"""
DAY = timedelta(days=1)
TYPES = ("bigint", "bigint", *("float8",) * 5)


@dataclass(frozen=True)
class PublishedToday:
    """The published forecast that covers a queue's day, and what its mornings say."""

    run_id: int
    origin_at: datetime
    memory: dict[str, Any] | None


def published_today(
    at: datetime, *, queue_ids: Sequence[int] | None = None
) -> dict[int, PublishedToday]:
    """The forecast in force at an instant, by queue; JSON is read of those alone."""
    current = in_force_at(at, queue_ids=queue_ids)
    results = ForecastQueueResult.objects.filter(
        pk__in=[stretch.result_id for stretch in current.values()]
    ).order_by()
    rows = results.values_list("pk", "run__origin_at", "components__intraday")
    found = {pk: (origin_at, memory) for pk, origin_at, memory in rows}
    return {
        queue_id: PublishedToday(stretch.run_id, *found[stretch.result_id])
        for queue_id, stretch in current.items()
    }


@dataclass(frozen=True)
class LatestUpdate:
    """The newest update of a queue's day."""

    run_id: int
    known_until: datetime
    made_at: datetime


def latest_updates(at: datetime) -> dict[int, LatestUpdate]:
    """The newest update of today by queue, of the forecast that is in force; others are over."""
    current = in_force_at(at)
    with connection.cursor() as cursor:
        cursor.execute(LATEST_SQL, [list(current), at - DAY, at + DAY])
        found = {row[0]: LatestUpdate(*row[1:]) for row in cursor.fetchall()}
    return {pk: update for pk, update in found.items() if update.run_id == current[pk].run_id}


def day_forecasts(
    queues: Sequence[Queue],
    published: dict[int, PublishedToday],
    *,
    on_date: date,
    instants: IntArray,
) -> FloatArray:
    """Mean, 10 %, 50 %, 90 % and final mean by queue × instant of a local date; 0 where closed."""
    bounds = day_bounds(on_date, queues[0].timezone)
    ids = np.array([queue.pk for queue in queues], dtype=np.int64)
    runs = [published[queue.pk].run_id for queue in queues]
    columns = read_columns(
        INTERVALS_SQL, [ids.tolist(), runs, bounds.starts_at, bounds.ends_at], types=TYPES
    )
    order = np.argsort(ids)
    row = order[np.searchsorted(ids[order], columns[0])]
    place = np.searchsorted(instants, columns[1])
    values = np.zeros((5, len(queues), instants.size))
    for number in range(5):
        values[number][row, place] = columns[2 + number]
    return values


def known_until(queues: Sequence[Queue], *, since: datetime) -> dict[tuple[int, int], datetime]:
    """How far the updates of a day have come, by queue and run."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_SQL, [[queue.pk for queue in queues], since])
        return {(queue_id, run_id): until for queue_id, run_id, until in cursor.fetchall()}


def day_updates(
    queue: Queue, *, run_id: int, on_date: date
) -> dict[datetime, tuple[float, float, float, float]]:
    """Mean, 10 %, 50 % and 90 % of the intervals of a local date, updated from this forecast.

    What was made from a forecast that another one has replaced since is left out.
    """
    bounds = day_bounds(on_date, queue.timezone)
    with connection.cursor() as cursor:
        cursor.execute(UPDATES_SQL, [queue.pk, run_id, bounds.starts_at, bounds.ends_at])
        return {
            datetime.fromtimestamp(epoch, tz=bounds.starts_at.tzinfo): (mean, low, middle, high)
            for epoch, mean, low, middle, high in cursor.fetchall()
        }
