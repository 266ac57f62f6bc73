"""What happened, as arrays on the queue's wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Max, Min

from forecasting.core.wall_clock import FloatArray, WallClockGrid
from forecasting.models import IntervalActual, WorkItem
from forecasting.queries.batch import last_arrivals
from wfm.org.models import Queue
from wfm.timeline import day_bounds
from wfm.timeline.grid import Instants

LIVE_SQL = """
SELECT extract(epoch FROM starts_at)::bigint, offered, coalesce(answered, offered),
       handle_seconds
FROM forecasting_intervalactual
WHERE queue_id = %s AND starts_at >= %s AND starts_at < %s
"""
ITEMS_SQL = """
SELECT floor(extract(epoch FROM arrived_at) / %s)::bigint * %s, count(*),
       count(handle_seconds), sum(handle_seconds)
FROM forecasting_workitem
WHERE queue_id = %s AND arrived_at >= %s AND arrived_at < %s
GROUP BY 1
"""
LIVE_DAYS_SQL = """
SELECT (starts_at AT TIME ZONE %s)::date, sum(offered), count(*), bool_or(is_volume_simulated)
FROM forecasting_intervalactual
WHERE queue_id = %s AND starts_at >= %s AND starts_at < %s
GROUP BY 1 ORDER BY 1
"""
ITEM_DAYS_SQL = """
SELECT (arrived_at AT TIME ZONE %s)::date, count(*), count(*), bool_or(is_simulated)
FROM forecasting_workitem
WHERE queue_id = %s AND arrived_at >= %s AND arrived_at < %s
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class QueueCells:
    """Volumes and handle times of one queue on dates × labels; NaN where nothing is recorded."""

    grid: WallClockGrid
    offered: FloatArray
    aht_seconds: FloatArray


@dataclass(frozen=True)
class DailyVolume:
    """What one local date brought."""

    on_date: date
    offered: int
    rows: int
    is_simulated: bool


def counts_items(queue: Queue) -> bool:
    """Whether the queue's arrivals are its work items: deferred, without interval rows."""
    return not queue.is_live and not IntervalActual.objects.filter(queue=queue).exists()


def history_bounds(queue: Queue, *, before: datetime) -> tuple[date, date] | None:
    """First and last local date with data before an instant; None without any."""
    if counts_items(queue):
        items = WorkItem.objects.filter(queue=queue, arrived_at__lt=before)
        found = items.aggregate(first=Min("arrived_at"), last=Max("arrived_at"))
    else:
        rows = IntervalActual.objects.filter(queue=queue, starts_at__lt=before)
        found = rows.aggregate(first=Min("starts_at"), last=Max("starts_at"))
    if found["first"] is None:
        return None
    zone = ZoneInfo(queue.timezone)
    return found["first"].astimezone(zone).date(), found["last"].astimezone(zone).date()


def arrivals_known_until(queue: Queue) -> datetime | None:
    """End of the last interval with data."""
    if counts_items(queue):
        last = WorkItem.objects.filter(queue=queue).aggregate(last=Max("arrived_at"))["last"]
        return None if last is None else last + timedelta(seconds=1)
    last = IntervalActual.objects.filter(queue=queue).aggregate(last=Max("starts_at"))["last"]
    return None if last is None else last + timedelta(minutes=queue.interval_minutes)


def queue_cells(queue: Queue, *, first_date: date, days: int, before: datetime) -> QueueCells:
    """Volumes and AHT of consecutive local dates, only from intervals before an instant."""
    grid = WallClockGrid(first_date, days, ZoneInfo(queue.timezone), queue.interval_minutes)
    starts_at = day_bounds(first_date, queue.timezone).starts_at
    ends_at = min(day_bounds(first_date + timedelta(days=days - 1), queue.timezone).ends_at, before)
    from_items = counts_items(queue)
    rows = _cell_rows(queue, starts_at, ends_at, from_items=from_items)
    epochs = grid.starts_at.astype(np.int64)
    offered = np.full(epochs.size, np.nan)
    seconds = np.full(epochs.size, np.nan)
    last = last_arrivals([queue.pk], before=ends_at).get(queue.pk) if from_items else None
    if last is not None:  # of the time after the last item nothing is known
        offered[epochs <= int(last.timestamp())] = 0.0
    if rows.size:
        index = np.searchsorted(epochs, rows[:, 0].astype(np.int64), side="right") - 1
        offered[index] = rows[:, 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            seconds[index] = np.where(rows[:, 2] > 0, rows[:, 3] / rows[:, 2], np.nan)
    return QueueCells(
        grid=grid,
        offered=grid.fold(offered) / np.maximum(grid.repeats, 1),
        aht_seconds=_fold_mean(grid, seconds),
    )


def arrivals_between(
    queue: Queue, *, starts_at: datetime, ends_at: datetime
) -> tuple[Instants, FloatArray]:
    """Starts of the intervals in which something came, in order, and how much; items counted."""
    rows = _cell_rows(queue, starts_at, ends_at, from_items=counts_items(queue))
    rows = rows[rows[:, 1] > 0.0]
    rows = rows[np.argsort(rows[:, 0])]
    return rows[:, 0].astype(np.int64).astype("datetime64[s]"), rows[:, 1]


def _cell_rows(
    queue: Queue, starts_at: datetime, ends_at: datetime, *, from_items: bool
) -> FloatArray:
    """Epoch, volume, handled and handle seconds per interval, as floats (NULL → NaN)."""
    with connection.cursor() as cursor:
        if from_items:
            step = queue.interval_minutes * 60
            cursor.execute(ITEMS_SQL, [step, step, queue.pk, starts_at, ends_at])
        else:
            cursor.execute(LIVE_SQL, [queue.pk, starts_at, ends_at])
        return np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 4)


def _fold_mean(grid: WallClockGrid, values: FloatArray) -> FloatArray:
    """Mean over the instants of each label; NaN where none is known."""
    known = np.isfinite(values)
    total = grid.fold(np.where(known, values, 0.0))
    count = grid.fold(known.astype(np.float64))
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def daily_volumes(queue: Queue, *, first_date: date, last_date: date) -> list[DailyVolume]:
    """Volumes by local date from first to last, both included; dates without data are absent."""
    starts_at = day_bounds(first_date, queue.timezone).starts_at
    ends_at = day_bounds(last_date, queue.timezone).ends_at
    sql = ITEM_DAYS_SQL if counts_items(queue) else LIVE_DAYS_SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, [queue.timezone, queue.pk, starts_at, ends_at])
        return [
            DailyVolume(on_date=day, offered=int(offered), rows=rows, is_simulated=simulated)
            for day, offered, rows, simulated in cursor.fetchall()
        ]


def daily_totals(queue: Queue, *, first_date: date, days: int, before: datetime) -> FloatArray:
    """Contacts per local date (NaN = nothing recorded), only whole dates before an instant."""
    last_date = first_date + timedelta(days=days - 1)
    totals = np.full(days, np.nan)
    for day in daily_volumes(queue, first_date=first_date, last_date=last_date):
        if day_bounds(day.on_date, queue.timezone).ends_at <= before.astimezone(UTC):
            totals[(day.on_date - first_date).days] = day.offered
    return totals
