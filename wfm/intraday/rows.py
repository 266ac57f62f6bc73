"""What the day in hand reads beside the board: what came, the forecasts, who is there. All queues at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.models import Count, Q
from numpy.typing import NDArray

from adherence.models import AgentLive, LiveFlag
from forecasting.queries import in_force
from staffing.core.kernels import FloatArray
from wfm.board.grid import SLOT_MINUTES, SLOT_SECONDS, BoardGrid
from wfm.org.binary_copy import read_columns
from wfm.org.in_force import stretch_columns
from wfm.org.models import Queue, StateGroup

ACTUALS = (
    "offered",
    "answered",
    "abandoned",
    "answered_within_threshold",
    "abandoned_within_threshold",
    "abandoned_within_short",
    "handle_seconds",
)
ACTUALS_SQL = """
SELECT queue_id, extract(epoch FROM starts_at)::bigint,
       offered::float8, coalesce(answered, 'NaN'::float8), coalesce(abandoned, 'NaN'::float8),
       coalesce(answered_within, 'NaN'::float8), coalesce(abandoned_within, 'NaN'::float8),
       coalesce(short_abandoned, 'NaN'::float8), coalesce(handle_seconds, 'NaN'::float8)
FROM forecasting_intervalactual
WHERE queue_id = ANY(%s) AND starts_at >= %s AND starts_at < %s
"""
ARRIVED_SQL = """
SELECT queue_id, (floor(extract(epoch FROM arrived_at) / 900) * 900)::bigint, count(*)::float8
FROM forecasting_workitem
WHERE queue_id = ANY(%s) AND arrived_at >= %s AND arrived_at < %s
GROUP BY 1, 2
"""
DUE_SQL = """
SELECT queue_id, (floor(extract(epoch FROM due_at) / 900) * 900)::bigint, count(*)::float8,
       (count(*) FILTER (WHERE completed_at <= due_at))::float8
FROM forecasting_workitem
WHERE queue_id = ANY(%s) AND due_at >= %s AND due_at < %s
GROUP BY 1, 2
"""
FORECAST_SQL = """
SELECT row.queue_id, extract(epoch FROM row.starts_at)::bigint,
       coalesce(CASE WHEN row.is_open THEN row.final_mean ELSE 0 END, 'NaN'::float8),
       coalesce(today.mean, CASE WHEN row.is_open THEN row.final_mean ELSE 0 END, 'NaN'::float8)
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(run_id, queue_id, starts_at, ends_at)
JOIN forecasting_forecastinterval AS row
  ON row.run_id = wanted.run_id AND row.queue_id = wanted.queue_id
 AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at
LEFT JOIN forecasting_intradayforecast AS today
  ON today.queue_id = row.queue_id AND today.starts_at = row.starts_at
 AND today.run_id = row.run_id
"""


@dataclass(frozen=True)
class DayRows:
    """What is known of one queue by slot of the grid; NaN where nothing is."""

    actual: dict[str, FloatArray]
    locked: FloatArray
    """Forecast as it was before the day began."""
    corrected: FloatArray
    """Forecast in force, the day under way as its updates have it."""
    due: FloatArray
    done_in_time: FloatArray


@dataclass
class _Slots:
    grid: BoardGrid

    def empty(self) -> FloatArray:
        return np.full(self.grid.slots.count, np.nan)

    def spread(
        self, onto: FloatArray, epoch: NDArray[np.int64], values: FloatArray, width: int
    ) -> None:
        """Write totals of intervals in equal parts into their slots."""
        first = (epoch - self.grid.slots.first) // SLOT_SECONDS
        for offset in range(width):
            place = first + offset
            inside = (place >= 0) & (place < onto.size)
            onto[place[inside]] = values[inside] / width


def day_rows(queues: Sequence[Queue], grid: BoardGrid, *, at: datetime) -> dict[int, DayRows]:
    """Return what is known of each queue in the period shown; five reads for any number of queues."""
    period = grid.period
    ids = [queue.pk for queue in queues]
    slots = _Slots(grid)
    found = {
        queue.pk: DayRows(
            actual={name: slots.empty() for name in ACTUALS},
            locked=slots.empty(),
            corrected=slots.empty(),
            due=slots.empty(),
            done_in_time=slots.empty(),
        )
        for queue in queues
    }
    widths = {queue.pk: max(1, queue.interval_minutes // SLOT_MINUTES) for queue in queues}
    until = min(period.ends_at, at)
    if until > period.starts_at:
        span = (ids, period.starts_at, until)
        columns = read_columns(ACTUALS_SQL, [*span], types=["bigint", "bigint", *["float8"] * 7])
        for pk, rows in _by_queue(columns):
            for number, name in enumerate(ACTUALS):
                moments = rows[0].astype(np.int64)
                slots.spread(found[pk].actual[name], moments, rows[1 + number], widths[pk])
        counted = {int(pk) for pk in np.unique(columns[0])}
        _items([q for q in queues if not q.is_live and q.pk not in counted], found, slots, until)
    _forecasts(ids, found, slots, widths)
    return found


def _by_queue(columns: Sequence[NDArray[np.generic]]) -> list[tuple[int, list[FloatArray]]]:
    ids = columns[0]
    return [
        (int(pk), [np.asarray(column[ids == pk]) for column in columns[1:]])
        for pk in np.unique(ids).tolist()
    ]


def _items(
    queues: Sequence[Queue], found: dict[int, DayRows], slots: _Slots, until: datetime
) -> None:
    """Write what came and what was due of queues whose arrivals are single items."""
    ids, period = [queue.pk for queue in queues], slots.grid.period
    if not ids:
        return
    kinds = ["bigint", "bigint", "float8"]
    arrived = read_columns(ARRIVED_SQL, [ids, period.starts_at, until], types=kinds)
    for pk, (epoch, items) in _by_queue(arrived):
        offered = found[pk].actual["offered"]
        last = (int(epoch.max()) - slots.grid.slots.first) // SLOT_SECONDS
        offered[slots.grid.first : last + 1] = 0.0
        slots.spread(offered, epoch.astype(np.int64), items, 1)
    due = read_columns(DUE_SQL, [ids, period.starts_at, until], types=[*kinds, "float8"])
    for pk, (epoch, items, in_time) in _by_queue(due):
        slots.spread(found[pk].due, epoch.astype(np.int64), items, 1)
        slots.spread(found[pk].done_in_time, epoch.astype(np.int64), in_time, 1)


def _forecasts(
    ids: list[int], found: dict[int, DayRows], slots: _Slots, widths: dict[int, int]
) -> None:
    """Write the forecast in force, and what was in force before the day began."""
    period = slots.grid.period
    kinds = ["bigint", "bigint", "float8", "float8"]
    span = {"starts_at": period.starts_at, "ends_at": period.ends_at}
    now_in_force = in_force(ids, **span)
    for pk, (epoch, published, corrected) in _by_queue(
        read_columns(FORECAST_SQL, stretch_columns(now_in_force), types=kinds)
    ):
        moments = epoch.astype(np.int64)
        slots.spread(found[pk].corrected, moments, corrected, widths[pk])
        slots.spread(found[pk].locked, moments, published, widths[pk])
    before = in_force(ids, **span, published_until=period.starts_at)
    for pk, (epoch, published, _corrected) in _by_queue(
        read_columns(FORECAST_SQL, stretch_columns(before), types=kinds)
    ):
        slots.spread(found[pk].locked, epoch.astype(np.int64), published, widths[pk])


@dataclass(frozen=True)
class Presence:
    """People of one queue now: planned on it, and of these at work."""

    planned: int = 0
    present: int = 0
    unseen: int = 0
    """Their feed is silent."""


def presence(queue_ids: Sequence[int]) -> dict[int, Presence]:
    """Return who is there, by queue, in one query: on position as the live floor counts it."""
    working = (StateGroup.AVAILABLE, StateGroup.HANDLING)
    # Whoever is busy cannot take work, unless it is after-contact work within its limit.
    after_work = Q(state_group=StateGroup.BUSY, activity_code__is_work=True) & ~Q(
        flag=LiveFlag.BUSY_TOO_LONG
    )
    rows = (
        AgentLive.objects.filter(planned_queue__in=queue_ids, agent__is_active=True)
        .filter(planned_code__is_work=True)
        .values("planned_queue_id")
        .annotate(
            planned=Count("pk"),
            present=Count("pk", filter=Q(state_group__in=working) | after_work),
            unseen=Count("pk", filter=Q(flag=LiveFlag.UNKNOWN)),
        )
    )
    return {
        row["planned_queue_id"]: Presence(row["planned"], row["present"], row["unseen"])
        for row in rows
    }


def hour_values(queue_ids: Sequence[int]) -> dict[int, float]:
    """Return what a missing person-hour of each queue costs: its own value, else ten cheapest hours."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT queue.id, coalesce(value.hour_value,
                   %s * (SELECT min(hourly_cost) FROM org_employmentcontract), 1.0)::float8
               FROM unnest(%s::bigint[]) AS queue(id)
               LEFT JOIN scheduling_queuevalue AS value ON value.queue_id = queue.id""",
            [IDLE_HOURS, list(queue_ids)],
        )
        return dict(cursor.fetchall())


IDLE_HOURS = 10.0
"""As many hours of pay as the solve's own setting says that a missing hour is worth."""
