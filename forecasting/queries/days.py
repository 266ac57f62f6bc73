"""The history day by day: recorded, partly recorded, missing, closed or special."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from forecasting.core.wall_clock import WallClockGrid
from forecasting.models import SpecialDay
from forecasting.queries.actuals import counts_items, daily_volumes
from forecasting.queries.batch import ITEM_STEP_SECONDS
from forecasting.queries.calendars import open_labels
from wfm.org.models import Queue

OVERVIEW_SQL = """
SELECT queue_id, min(starts_at), max(starts_at), count(*), sum(offered),
       bool_or(is_volume_simulated), bool_or(is_service_simulated)
FROM forecasting_intervalactual WHERE queue_id = ANY(%s) GROUP BY queue_id
UNION ALL
SELECT item.queue_id, min(item.arrived_at), max(item.arrived_at), count(*), count(*),
       bool_or(item.is_simulated), bool_or(item.is_simulated)
FROM forecasting_workitem item
WHERE item.queue_id = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM forecasting_intervalactual seen
                  WHERE seen.queue_id = item.queue_id)
GROUP BY item.queue_id
"""


class DayState(Enum):
    """What is known of a local date."""

    RECORDED = "recorded"
    PARTIAL = "partial"
    MISSING = "missing"
    CLOSED = "closed"
    AHEAD = "ahead"


@dataclass(frozen=True)
class HistoryDay:
    """One local date of a queue."""

    on_date: date
    state: DayState
    offered: int | None
    missing_intervals: int
    is_simulated: bool
    special: SpecialDay | None


@dataclass(frozen=True)
class QueueOverview:
    """What the history holds of one queue."""

    queue: Queue
    first_at: datetime | None
    last_at: datetime | None
    offered: int
    rows: int
    is_volume_simulated: bool
    is_service_simulated: bool

    @property
    def mean_per_day(self) -> float | None:
        """Contacts per calendar day between first and last record."""
        if self.first_at is None or self.last_at is None:
            return None
        return self.offered / ((self.last_at - self.first_at).days + 1)


def queue_overviews(queues: Sequence[Queue]) -> list[QueueOverview]:
    """First and last record, rows and volume of each queue, in one query."""
    ids = [queue.pk for queue in queues]
    with connection.cursor() as cursor:
        cursor.execute(OVERVIEW_SQL, [ids, ids])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    empty = (None, None, 0, 0, False, False)
    found = []
    for queue in queues:
        first, last, count, offered, volume, service = rows.get(queue.pk, empty)
        found.append(
            QueueOverview(
                queue=queue,
                first_at=first,
                last_at=last,
                rows=count,
                offered=int(offered or 0),
                is_volume_simulated=bool(volume),
                is_service_simulated=bool(service),
            )
        )
    return found


def history_days(
    queue: Queue, *, first_date: date, last_date: date, at: datetime
) -> list[HistoryDay]:
    """Every local date from first to last, both included; dates after `at` are ahead."""
    days = (last_date - first_date).days + 1
    grid = WallClockGrid(first_date, days, ZoneInfo(queue.timezone), queue.interval_minutes)
    is_open = (open_labels(queue, grid) * grid.repeats).sum(axis=1)
    volumes = {
        day.on_date: day for day in daily_volumes(queue, first_date=first_date, last_date=last_date)
    }
    special = {
        day.date: day
        for day in SpecialDay.objects.filter(queue=queue, date__range=(first_date, last_date))
    }
    by_rows = not counts_items(queue)
    today = at.astimezone(ZoneInfo(queue.timezone)).date()
    found = []
    for index in range(days):
        on_date = first_date + timedelta(days=index)
        volume = volumes.get(on_date)
        rows = 0 if volume is None else volume.rows
        missing = max(0, int(is_open[index]) - rows) if by_rows and on_date < today else 0
        found.append(
            HistoryDay(
                on_date=on_date,
                state=_state(int(is_open[index]), rows, missing, is_ahead=on_date > today),
                offered=None if volume is None else volume.offered,
                missing_intervals=missing,
                is_simulated=volume is not None and volume.is_simulated,
                special=special.get(on_date),
            )
        )
    return found


def _state(open_intervals: int, rows: int, missing: int, *, is_ahead: bool) -> DayState:
    if rows:
        return DayState.PARTIAL if missing else DayState.RECORDED
    if is_ahead:
        return DayState.AHEAD
    return DayState.MISSING if open_intervals else DayState.CLOSED


def actual_series(queue: Queue, *, starts_at: datetime, ends_at: datetime) -> dict[int, float]:
    """Recorded volume by epoch second of the interval's start."""
    if not counts_items(queue):
        sql = (
            "SELECT extract(epoch FROM starts_at)::bigint, offered FROM forecasting_intervalactual "
            "WHERE queue_id = %s AND starts_at >= %s AND starts_at < %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [queue.pk, starts_at, ends_at])
            return {int(epoch): float(offered) for epoch, offered in cursor.fetchall()}
    sql = (
        f"SELECT floor(extract(epoch FROM arrived_at) / {ITEM_STEP_SECONDS})::bigint "  # noqa: S608 - our own number
        f"* {ITEM_STEP_SECONDS}, count(*) FROM forecasting_workitem "
        "WHERE queue_id = %s AND arrived_at >= %s AND arrived_at < %s GROUP BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [queue.pk, starts_at, ends_at])
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
    zone = ZoneInfo(queue.timezone)
    first, last = (moment.astimezone(zone).date() for moment in (starts_at, ends_at))
    grid = WallClockGrid(first, (last - first).days + 1, zone, queue.interval_minutes)
    starts = grid.starts_at.astype(np.int64)
    place = np.searchsorted(starts, rows[:, 0], side="right") - 1
    counts = np.bincount(place, rows[:, 1], starts.size)
    return {int(starts[index]): float(counts[index]) for index in np.flatnonzero(counts)}


def intervals_between(queue: Queue, *, first_date: date, last_date: date) -> list[datetime]:
    """Starts in UTC of all intervals of the dates, open or not."""
    zone = ZoneInfo(queue.timezone)
    grid = WallClockGrid(
        first_date, (last_date - first_date).days + 1, zone, queue.interval_minutes
    )
    seconds = grid.starts_at.astype(np.int64).tolist()
    return [datetime.fromtimestamp(second, tz=UTC) for second in seconds]
