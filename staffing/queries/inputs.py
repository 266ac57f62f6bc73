"""What the requirement of one queue is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from forecasting.models import ForecastRun, IntervalActual
from forecasting.queries import IntervalSeries, interval_series
from staffing.core.kernels import FloatArray
from staffing.core.patience import PatienceEstimate, estimate_patience
from staffing.core.shrinkage import ShrinkageByInterval, ShrinkageShare, shrinkage_by_interval
from staffing.models import ShrinkageProfile, ShrinkageRate
from wfm.org.calendars import business_calendar
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import BusinessCalendar, local_dates, local_minutes

PATIENCE_HISTORY = timedelta(weeks=8)
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


def queue_inputs(run: ForecastRun, queue: Queue) -> QueueInputs:
    """Return everything that staffing this queue from this forecast needs."""
    return inputs_of_series(
        queue,
        interval_series(run=run, queue=queue, starts_at=run.starts_at, ends_at=run.ends_at),
    )


def inputs_of_series(queue: Queue, series: IntervalSeries) -> QueueInputs:
    """Return everything that staffing this queue for these intervals needs."""
    dates = local_dates(series.starts_at, queue.timezone)
    calendar = business_calendar(queue)
    calendar_open = calendar.open_mask(series.starts_at)
    before = series.starts_at[:1] - np.timedelta64(queue.interval_minutes, "m")
    is_open = calendar_open & series.is_open if queue.is_live else calendar_open
    aht = np.where(np.isnan(series.aht_seconds), queue.default_aht_seconds, series.aht_seconds)
    shrinkage, lines = _shrinkage(queue, series.starts_at, dates)
    return QueueInputs(
        series=series,
        dates=dates,
        is_open=is_open,
        is_open_before=bool(calendar.open_mask(before).any()),
        aht_seconds=aht,
        shrinkage=shrinkage,
        shrinkage_lines=lines,
        goals=_goals(queue, dates),
        calendar=calendar,
    )


def _goals(queue: Queue, dates: NDArray[np.datetime64]) -> list[ServiceGoal]:
    if not dates.size:
        return []
    first, last = _day(dates.min()), _day(dates.max())
    found = ServiceGoal.objects.filter(queue=queue, starts_on__lte=last)
    return list(found.filter(Q(ends_on=None) | Q(ends_on__gt=first)).order_by("starts_on"))


def _shrinkage(
    queue: Queue, starts_at: NDArray[np.datetime64], dates: NDArray[np.datetime64]
) -> tuple[ShrinkageByInterval, list[dict[str, Any]]]:
    """Return the shares per interval, and the profiles' lines as they are kept with the result."""
    unscheduled, total = np.zeros(dates.shape), np.zeros(dates.shape)
    minutes = local_minutes(starts_at, queue.timezone)
    weekdays = weekdays_of(dates)
    lines: list[dict[str, Any]] = []
    profiles = ShrinkageProfile.objects.filter(queue=queue).prefetch_related("rates__activity_code")
    for profile in profiles:
        holds = dates >= np.datetime64(profile.starts_on)
        if profile.ends_on is not None:
            holds &= dates < np.datetime64(profile.ends_on)
        rows = np.flatnonzero(holds)
        if rows.size == 0:
            continue
        shares = [_share(rate) for rate in profile.rates.all()]
        part = shrinkage_by_interval(
            shares, weekdays=weekdays[rows], minutes=minutes[rows].astype(np.int64)
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
    rows = np.array(
        list(
            IntervalActual.objects.filter(
                queue=queue,
                starts_at__gte=before - PATIENCE_HISTORY,
                starts_at__lt=before,
                wait_seconds_total__isnull=False,
                abandoned__isnull=False,
            ).values_list("wait_seconds_total", "abandoned")
        ),
        dtype=np.float64,
    ).reshape(-1, 2)
    return estimate_patience(wait_seconds_total=rows[:, 0], abandoned=rows[:, 1])


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
