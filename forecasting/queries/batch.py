"""What happened in many queues at once: one query per table, straight into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Exists, OuterRef

from forecasting.core.wall_clock import BoolArray, FloatArray, IntArray, WallClockGrid
from forecasting.models import IntervalActual
from wfm.org.binary_copy import read_columns
from wfm.org.models import Queue
from wfm.timeline import day_bounds

# The items of a queue are counted in steps that fit every wall clock: offsets from UTC are
# multiples of a quarter hour, so a step never straddles two labels or two local dates.
ITEM_STEP_SECONDS = 900

LIVE_SQL = """
SELECT queue_id, extract(epoch FROM starts_at)::bigint, offered::float8,
       coalesce(answered, offered)::float8, coalesce(handle_seconds, 'NaN')
FROM forecasting_intervalactual
WHERE queue_id = ANY(%s) AND starts_at >= %s AND starts_at < %s
"""
ITEMS_SQL = f"""
SELECT queue_id, floor(extract(epoch FROM arrived_at) / {ITEM_STEP_SECONDS})::bigint
                 * {ITEM_STEP_SECONDS} AS step,
       count(*)::float8, count(handle_seconds)::float8, coalesce(sum(handle_seconds), 'NaN')
FROM forecasting_workitem
WHERE queue_id = ANY(%s) AND arrived_at >= %s AND arrived_at < %s
GROUP BY queue_id, step
"""  # noqa: S608 - our own number
BOUNDS_SQL = """
SELECT queue.id,
       (SELECT {moment} FROM {table} WHERE queue_id = queue.id AND {moment} < %s
        ORDER BY {moment} LIMIT 1),
       (SELECT {moment} FROM {table} WHERE queue_id = queue.id AND {moment} < %s
        ORDER BY {moment} DESC LIMIT 1)
FROM unnest(%s::bigint[]) AS queue(id)
"""
LAST_ARRIVALS_SQL = """
SELECT queue.id, item.arrived_at
FROM unnest(%s::bigint[]) AS queue(id),
LATERAL (SELECT arrived_at FROM forecasting_workitem
         WHERE queue_id = queue.id AND arrived_at < %s
         ORDER BY arrived_at DESC LIMIT 1) AS item
"""
ROW_TYPES = ("bigint", "bigint", "float8", "float8", "float8")


@dataclass(frozen=True)
class BatchCells:
    """Volumes and handle times on queue × date × label; NaN where nothing is recorded."""

    grid: WallClockGrid
    offered: FloatArray
    aht_seconds: FloatArray


def item_queues(queues: Sequence[Queue]) -> frozenset[int]:
    """Ids of queues whose arrivals are their work items: deferred, without interval rows."""
    deferred = [queue.pk for queue in queues if not queue.is_live]
    if not deferred:
        return frozenset()
    recorded = Exists(IntervalActual.objects.filter(queue=OuterRef("pk")))
    found = Queue.objects.filter(pk__in=deferred).exclude(recorded)
    return frozenset(found.values_list("pk", flat=True))


def last_arrivals(queue_ids: Sequence[int], *, before: datetime) -> dict[int, datetime]:
    """When the last item of each queue arrived; the feed tells nothing of the time after it."""
    if not queue_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LAST_ARRIVALS_SQL, [[*queue_ids], before])
        return dict(cursor.fetchall())


def bounds_of(
    queues: Sequence[Queue], *, before: datetime, by_items: frozenset[int]
) -> dict[int, tuple[date, date]]:
    """First and last local date with data before an instant; queues without any are absent."""
    found: dict[int, tuple[date, date]] = {}
    zones = {queue.pk: ZoneInfo(queue.timezone) for queue in queues}
    sources = {
        ("forecasting_intervalactual", "starts_at"): set(zones) - by_items,
        ("forecasting_workitem", "arrived_at"): set(zones) & by_items,
    }
    for (table, moment), ids in sources.items():
        with connection.cursor() as cursor:
            sql = BOUNDS_SQL.format(table=table, moment=moment)
            cursor.execute(sql, [before, before, sorted(ids)])
            for pk, first, last in cursor.fetchall():
                if first is not None:
                    zone = zones[pk]
                    found[pk] = first.astimezone(zone).date(), last.astimezone(zone).date()
    return found


def cells_of(
    queues: Sequence[Queue], *, grid: WallClockGrid, before: datetime, by_items: frozenset[int]
) -> BatchCells:
    """Volumes and AHT on the dates of a grid, only from intervals that begin before an instant.

    All queues share the grid's zone and interval. A label that stands for two hours holds their
    mean, so that it is the volume of one hour; a label with an unknown hour is missing. Of a queue
    that is counted from its items nothing is known after the last one.
    """
    shape = (len(queues), grid.days, grid.labels)
    starts_at, ends_at = _period(grid, before)
    epochs = grid.starts_at.astype(np.int64)
    counts = np.zeros((3, len(queues), epochs.size))
    known = np.zeros((len(queues), epochs.size), dtype=bool)
    for sql, ids in ((LIVE_SQL, set()), (ITEMS_SQL, by_items)):
        rows = [
            number
            for number, queue in enumerate(queues)
            if (queue.pk in by_items) == (sql is ITEMS_SQL)
        ]
        if not rows:
            continue
        if ids:
            last = last_arrivals([queues[row].pk for row in rows], before=ends_at)
            for row in rows:
                if queues[row].pk in last:
                    known[row] = epochs <= int(last[queues[row].pk].timestamp())
        _add_rows(counts, known, sql, [starts_at, ends_at], queues, rows, epochs)
    return _as_cells(grid, counts, known, shape)


def _period(grid: WallClockGrid, before: datetime) -> tuple[datetime, datetime]:
    """The grid's stretch in UTC, cut off at `before`."""
    zone = str(grid.tz)
    last = grid.first_date + timedelta(days=grid.days - 1)
    starts_at = day_bounds(grid.first_date, zone).starts_at
    return starts_at, min(day_bounds(last, zone).ends_at, before)


def _add_rows(
    counts: FloatArray,
    known: BoolArray,
    sql: str,
    period: list[datetime],
    queues: Sequence[Queue],
    rows: list[int],
    epochs: IntArray,
) -> None:
    """Add the rows of these queues to volume, handled and handle seconds by queue × instant."""
    ids = np.array([queues[row].pk for row in rows], dtype=np.int64)
    order = np.argsort(ids)
    queue_id, epoch, offered, handled, seconds = read_columns(
        sql, [ids.tolist(), *period], types=ROW_TYPES
    )
    row = np.array(rows)[order][np.searchsorted(ids[order], queue_id)]
    place = np.searchsorted(epochs, epoch, side="right") - 1
    flat = row * epochs.size + place
    size = counts[0].size
    timed = np.isfinite(seconds) & (handled > 0)
    for target, values in enumerate(
        (offered, np.where(timed, handled, 0.0), np.where(timed, seconds, 0.0))
    ):
        counts[target] += np.bincount(flat, values, size).reshape(counts[target].shape)
    known[row, place] = True


def _as_cells(
    grid: WallClockGrid, counts: FloatArray, known: BoolArray, shape: tuple[int, int, int]
) -> BatchCells:
    """Instants to labels."""
    offered, handled, seconds = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        aht = np.where(handled > 0, seconds / handled, np.nan)
    if (grid.repeats == 1).all():  # no clock change: an instant is a label
        return BatchCells(
            grid=grid,
            offered=np.where(known, offered, np.nan).reshape(shape),
            aht_seconds=aht.reshape(shape),
        )
    timed = grid.fold((handled > 0) * 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return BatchCells(
            grid=grid,
            offered=grid.fold(np.where(known, offered, np.nan)) / np.maximum(grid.repeats, 1),
            aht_seconds=np.where(timed > 0, grid.fold(np.nan_to_num(aht)) / timed, np.nan),
        )
