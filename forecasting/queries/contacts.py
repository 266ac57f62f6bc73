"""Single contacts as arrays: how many, which of them first, and how long repeats take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection

from forecasting.core.wall_clock import FloatArray, WallClockGrid
from wfm.org.binary_copy import read_columns
from wfm.org.models import Queue
from wfm.timeline import day_bounds

COUNT_SQL = """
SELECT extract(epoch FROM arrived_at)::bigint, count(*)::bigint
FROM forecasting_contactrecord
WHERE queue_id = %s AND arrived_at >= %s AND arrived_at < %s GROUP BY 1
"""
# Contacts of the staging table that are not kept yet, each of them once.
STAGED_SQL = """
SELECT extract(epoch FROM arrived_at)::bigint, count(*)::bigint FROM (
    SELECT arrived_at, decode(customer_hash, 'hex') FROM staged_contacts WHERE queue_id = %s
    EXCEPT
    SELECT arrived_at, customer_hash FROM forecasting_contactrecord
    WHERE queue_id = %s AND arrived_at >= %s AND arrived_at < %s
) AS added GROUP BY 1
"""
BOUNDS_SQL = """
SELECT queue.id, earliest.arrived_at, latest.arrived_at
FROM unnest(%s::bigint[]) AS queue(id),
LATERAL (SELECT arrived_at FROM forecasting_contactrecord
         WHERE queue_id = queue.id AND arrived_at < %s
         ORDER BY arrived_at LIMIT 1) AS earliest,
LATERAL (SELECT arrived_at FROM forecasting_contactrecord
         WHERE queue_id = queue.id AND arrived_at < %s
         ORDER BY arrived_at DESC LIMIT 1) AS latest
"""
# A chain begins with the last contact that is no repeat; contacts of the window before the grid
# are read, too, so that its first days know what came before.
SPLIT_SQL = """
WITH marked AS (
    SELECT customer_hash, arrived_at,
           coalesce(arrived_at - lag(arrived_at) OVER chain <= %s, false) AS is_repeat
    FROM forecasting_contactrecord
    WHERE queue_id = %s AND arrived_at >= %s AND arrived_at < %s
    WINDOW chain AS (PARTITION BY customer_hash ORDER BY arrived_at)
), rooted AS (
    SELECT arrived_at, is_repeat,
           max(arrived_at) FILTER (WHERE NOT is_repeat)
               OVER (PARTITION BY customer_hash ORDER BY arrived_at) AS first_at
    FROM marked
)
SELECT extract(epoch FROM arrived_at)::bigint, is_repeat::int::bigint,
       ((arrived_at AT TIME ZONE %s)::date - (first_at AT TIME ZONE %s)::date)::bigint
FROM rooted WHERE arrived_at >= %s
"""


@dataclass(frozen=True)
class ContactSplit:
    """First contacts and repeats by date × label, and repeats by days after their first."""

    first: FloatArray
    repeat: FloatArray
    lag_counts: FloatArray

    def known_within(self, first_day: int, last_day: int) -> ContactSplit:
        """The same with the days outside unknown: no contact of them is kept."""
        first, repeat = self.first.copy(), self.repeat.copy()
        for counts in (first, repeat):
            counts[: max(first_day, 0)] = np.nan
            counts[last_day + 1 :] = np.nan
        return ContactSplit(first=first, repeat=repeat, lag_counts=self.lag_counts)


def contact_bounds(
    queue_ids: Sequence[int], *, before: datetime
) -> dict[int, tuple[datetime, datetime]]:
    """First and last single contact that is kept, by queue; queues without any are absent."""
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS_SQL, [[*queue_ids], before, before])
        return {queue_id: (first, last) for queue_id, first, last in cursor.fetchall()}


def contact_counts(queue: Queue, *, grid: WallClockGrid) -> FloatArray:
    """Contacts of each instant of a grid."""
    return _by_instant(COUNT_SQL, [queue.pk, *_period(grid)], grid)


def staged_counts(queue: Queue, *, grid: WallClockGrid) -> FloatArray:
    """Contacts of each instant of a grid that the staging table would add."""
    return _by_instant(STAGED_SQL, [queue.pk, queue.pk, *_period(grid)], grid)


def _by_instant(sql: str, params: Sequence[object], grid: WallClockGrid) -> FloatArray:
    epoch, count = read_columns(sql, [*params], types=("bigint", "bigint"))
    starts = grid.starts_at.astype(np.int64)
    place = np.searchsorted(starts, epoch, side="right") - 1
    return np.bincount(place, count, starts.size).astype(np.float64)


def contact_split(
    queue: Queue, *, grid: WallClockGrid, before: datetime, window_days: int
) -> ContactSplit:
    """First contacts and repeats on the dates of a grid that came before an instant."""
    starts_at, ends_at = _period(grid)
    window = timedelta(days=window_days)
    params = [
        window, queue.pk, starts_at - window, min(ends_at, before),
        queue.timezone, queue.timezone, starts_at,
    ]  # fmt: skip
    epoch, is_repeat, lag = read_columns(SPLIT_SQL, params, types=("bigint", "bigint", "bigint"))
    starts = grid.starts_at.astype(np.int64)
    place = grid.positions[np.searchsorted(starts, epoch, side="right") - 1]
    shape = (grid.days, grid.labels)
    size = grid.days * grid.labels
    again = is_repeat > 0
    return ContactSplit(
        first=np.bincount(place[~again], minlength=size).astype(np.float64).reshape(shape),
        repeat=np.bincount(place[again], minlength=size).astype(np.float64).reshape(shape),
        lag_counts=np.bincount(np.minimum(lag[again], grid.days)).astype(np.float64),
    )


def _period(grid: WallClockGrid) -> tuple[datetime, datetime]:
    zone = str(grid.tz)
    last = grid.first_date + timedelta(days=grid.days - 1)
    return day_bounds(grid.first_date, zone).starts_at, day_bounds(last, zone).ends_at
