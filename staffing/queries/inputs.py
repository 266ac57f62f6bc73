"""What the requirement of one queue is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from forecasting.queries import IntervalSeries
from staffing.core.kernels import FloatArray
from staffing.core.patience import PatienceEstimate, estimate_patience
from staffing.core.shrinkage import ShrinkageByInterval, ShrinkageShare, shrinkage_by_interval
from staffing.models import ShrinkageProfile, ShrinkageRate
from staffing.queries.queue_settings import QueueSettings, settings_of
from wfm.org.binary_copy import read_columns
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import BusinessCalendar, local_dates, local_minutes

PATIENCE_HISTORY = timedelta(weeks=8)
PATIENCE_TYPES = ("bigint", "float8", "float8")
PATIENCE_SQL = """
SELECT queue_id, wait_seconds_total, abandoned::float8
FROM forecasting_intervalactual
WHERE queue_id = ANY(%s) AND starts_at >= %s AND starts_at < %s
  AND wait_seconds_total IS NOT NULL AND abandoned IS NOT NULL
ORDER BY queue_id, starts_at
"""
EPOCH = np.datetime64("1970-01-01", "D")
MONDAY_SHIFT = 3  # 1 January 1970 was a Thursday
BACKLOG_SQL = """
SELECT floor((extract(epoch FROM due_at) - %s) / %s)::bigint, count(*)
FROM forecasting_workitem
WHERE queue_id = %s AND arrived_at < %s AND (completed_at IS NULL OR completed_at >= %s)
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class QueueInputs:
    """Forecast, opening hours, goals and shrinkage of one queue on one grid.

    Attributes:
        series: The forecast, interval by interval.
        dates: Local date of each interval.
        is_open: Whether people work on the queue then.
        is_open_before: Whether they do in the interval before the first one.
        aht_seconds: Forecast AHT, the queue's default where none is known.
        shrinkage: Shares of paid time per interval.
        shrinkage_lines: What they come from: code, share, when it holds.
        goals: Goal versions that touch the grid, oldest first.
        calendar: The queue's opening hours, by which due times count.

    """

    series: IntervalSeries
    dates: NDArray[np.datetime64]
    is_open: NDArray[np.bool_]
    is_open_before: bool
    aht_seconds: FloatArray
    shrinkage: ShrinkageByInterval
    shrinkage_lines: list[dict[str, Any]]
    goals: list[ServiceGoal]
    calendar: BusinessCalendar

    @property
    def offered(self) -> FloatArray:
        """Contacts or items expected in each interval, overrides included."""
        return np.asarray(self.series.final_mean, dtype=np.float64)


def inputs_of_series(
    queue: Queue, series: IntervalSeries, settings: QueueSettings | None = None
) -> QueueInputs:
    """Return everything that staffing this queue for these intervals needs.

    With settings that were read together with those of other queues the database is not asked.
    """
    settings = settings or settings_of([queue])[queue.pk]
    dates = local_dates(series.starts_at, queue.timezone)
    before = series.starts_at[:1] - np.timedelta64(queue.interval_minutes, "m")
    open_before, calendar_open = np.split(
        settings.calendar.open_mask(np.concatenate([before, series.starts_at])), [before.size]
    )
    is_open = calendar_open & series.is_open if queue.is_live else calendar_open
    aht = np.where(np.isnan(series.aht_seconds), queue.default_aht_seconds, series.aht_seconds)
    shrinkage, lines = _shrinkage(queue, settings.profiles, series.starts_at, dates)
    return QueueInputs(
        series=series,
        dates=dates,
        is_open=is_open,
        is_open_before=bool(open_before.any()),
        aht_seconds=aht,
        shrinkage=shrinkage,
        shrinkage_lines=lines,
        goals=settings.goals_between(_day(dates.min()), _day(dates.max())) if dates.size else [],
        calendar=settings.calendar,
    )


def _shrinkage(
    queue: Queue,
    profiles: Iterable[ShrinkageProfile],
    starts_at: NDArray[np.datetime64],
    dates: NDArray[np.datetime64],
) -> tuple[ShrinkageByInterval, list[dict[str, Any]]]:
    """Return the shares per interval, and the profiles' lines as they are kept with the result."""
    unscheduled, total = np.zeros(dates.shape), np.zeros(dates.shape)
    lines: list[dict[str, Any]] = []
    for profile in profiles:
        holds = dates >= np.datetime64(profile.starts_on)
        if profile.ends_on is not None:
            holds &= dates < np.datetime64(profile.ends_on)
        rows = np.flatnonzero(holds)
        if rows.size == 0:
            continue
        shares = [_share(rate) for rate in profile.rates.all()]
        minutes = local_minutes(starts_at[rows], queue.timezone)
        part = shrinkage_by_interval(
            shares, weekdays=weekdays_of(dates[rows]), minutes=minutes.astype(np.int64)
        )
        unscheduled[rows], total[rows] = part.unscheduled_rate, part.total_rate
        ends_on = profile.ends_on.isoformat() if profile.ends_on else None
        dated = {"starts_on": profile.starts_on.isoformat(), "ends_on": ends_on}
        lines += [vars(share) | dated for share in shares]
    return ShrinkageByInterval(unscheduled_rate=unscheduled, total_rate=total), lines


def weekdays_of(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return 0 for Monday to 6."""
    return np.asarray(((dates - EPOCH).astype(np.int64) + MONDAY_SHIFT) % 7)


def _share(rate: ShrinkageRate) -> ShrinkageShare:
    return ShrinkageShare(
        code=rate.activity_code.key,
        rate=rate.rate,
        weekday=rate.weekday,
        starts_minute=rate.starts_minute,
        ends_minute=rate.ends_minute,
        is_scheduled=rate.is_scheduled,
    )


def measured_patience(queue: Queue, *, before: datetime) -> PatienceEstimate:
    """Return the patience that the last eight weeks of history show."""
    return measured_patience_of([queue.pk], before=before)[queue.pk]


def measured_patience_of(
    queue_ids: Sequence[int], *, before: datetime
) -> dict[int, PatienceEstimate]:
    """The same of many queues in one query, by queue."""
    ids = sorted(set(queue_ids))
    queue_id, waited, abandoned = read_columns(
        PATIENCE_SQL, [ids, before - PATIENCE_HISTORY, before], types=PATIENCE_TYPES
    )
    bounds = np.searchsorted(queue_id, [*ids, np.iinfo(np.int64).max])
    return {
        pk: estimate_patience(
            wait_seconds_total=waited[first:last], abandoned=abandoned[first:last]
        )
        for pk, first, last in zip(ids, bounds[:-1], bounds[1:], strict=True)
    }


def backlog_by_due(
    queue: Queue, *, at: datetime, step_seconds: int
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return the items open at a moment: boundaries at or before their due times, and how many."""
    with connection.cursor() as cursor:
        cursor.execute(BACKLOG_SQL, [at.timestamp(), step_seconds, queue.pk, at, at])
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1].astype(np.float64)


def _day(value: np.datetime64) -> date:
    return datetime.fromtimestamp(int((value - EPOCH).astype(np.int64)) * 86_400, tz=UTC).date()
