"""Forecast runs and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from forecasting.core.day_factors import ForecastDays, InstantFactors
from forecasting.core.overrides import OverrideComponent as CoreOverrideComponent
from forecasting.core.overrides import OverrideData
from forecasting.core.overrides import OverrideKind as CoreOverrideKind
from forecasting.core.wall_clock import BoolArray, FloatArray, InstantArray, WallClockGrid
from forecasting.models import (
    ForecastDay,
    ForecastQueueResult,
    ForecastRun,
    ImportBatch,
    ImportStatus,
    Override,
    SpecialDay,
)
from wfm.org.binary_copy import read_columns
from wfm.org.models import Queue

SERIES_SQL = """
SELECT extract(epoch FROM row.starts_at)::bigint, row.mean, row.quantile_10, row.quantile_50,
       row.quantile_90, row.final_mean, row.aht_seconds, row.is_open::int, row.repeat_mean
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(run_id, starts_at, ends_at)
JOIN forecasting_forecastinterval AS row
  ON row.run_id = wanted.run_id AND row.queue_id = %s
 AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at
ORDER BY row.starts_at
"""
RUN_SERIES_SQL = """
SELECT queue_id, extract(epoch FROM starts_at)::bigint, mean, quantile_10, quantile_50, quantile_90,
       final_mean, coalesce(aht_seconds, 'NaN'), is_open, coalesce(repeat_mean, 'NaN')
FROM forecasting_forecastinterval
WHERE run_id = %s AND queue_id = ANY(%s) AND starts_at >= %s AND starts_at < %s
ORDER BY queue_id, starts_at
"""
RUN_SERIES_TYPES = ("bigint", "bigint", *["float8"] * 6, "boolean", "float8")


@dataclass(frozen=True)
class IntervalSeries:
    """The forecast of one queue, interval by interval in UTC."""

    starts_at: InstantArray
    mean: FloatArray
    quantile_10: FloatArray
    quantile_50: FloatArray
    quantile_90: FloatArray
    final_mean: FloatArray
    aht_seconds: FloatArray
    is_open: BoolArray
    repeat_mean: FloatArray
    """The part of `mean` from customers who call again; NaN where customers are unknown."""

    def moments(self) -> list[datetime]:
        """Starts as aware datetimes, for charts."""
        seconds = self.starts_at.astype(np.int64)
        return [datetime.fromtimestamp(int(second), tz=UTC) for second in seconds]

    def with_rows_of(self, other: IntervalSeries, chosen: BoolArray) -> IntervalSeries:
        """These intervals and the chosen ones of another series, in order of time."""
        starts_at = np.concatenate([self.starts_at, other.starts_at[chosen]])
        order = np.argsort(starts_at, kind="stable")
        columns = {
            field.name: np.concatenate(
                [getattr(self, field.name), getattr(other, field.name)[chosen]]
            )[order]
            for field in fields(self)
        }
        return IntervalSeries(**columns)


def interval_series(
    *, run: ForecastRun, queue: Queue, starts_at: datetime, ends_at: datetime
) -> IntervalSeries:
    """The run's intervals of a queue in [starts_at, ends_at)."""
    return series_of_stretches(queue, run_ids=[run.pk], starts_at=[starts_at], ends_at=[ends_at])


def interval_series_of(
    queue_ids: Sequence[int], *, run: ForecastRun, starts_at: datetime, ends_at: datetime
) -> dict[int, IntervalSeries]:
    """The same of many queues in one query, by queue; empty where the run holds nothing of one."""
    ids = sorted(set(queue_ids))
    queue_id, seconds, *columns = read_columns(
        RUN_SERIES_SQL, [run.pk, ids, starts_at, ends_at], types=RUN_SERIES_TYPES
    )
    columns = [seconds.astype("datetime64[s]"), *columns]
    bounds = np.searchsorted(queue_id, [*ids, np.iinfo(np.int64).max])
    found = {}
    for pk, first, last in zip(ids, bounds[:-1], bounds[1:], strict=True):
        # Copies: a queue's numbers are changed in place, and do not keep those of the others.
        found[pk] = IntervalSeries(*(column[first:last].copy() for column in columns))
    return found


def series_of_stretches(
    queue: Queue,
    *,
    run_ids: Sequence[int],
    starts_at: Sequence[datetime],
    ends_at: Sequence[datetime],
) -> IntervalSeries:
    """The intervals of a queue in several stretches, each of the run named for it."""
    with connection.cursor() as cursor:
        cursor.execute(SERIES_SQL, [[*run_ids], [*starts_at], [*ends_at], queue.pk])
        rows = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 9)
    return IntervalSeries(
        starts_at=rows[:, 0].astype(np.int64).astype("datetime64[s]"),
        mean=rows[:, 1],
        quantile_10=rows[:, 2],
        quantile_50=rows[:, 3],
        quantile_90=rows[:, 4],
        final_mean=rows[:, 5],
        aht_seconds=rows[:, 6],
        is_open=rows[:, 7] > 0,
        repeat_mean=rows[:, 8],
    )


def latest_run(queue: Queue) -> ForecastRun | None:
    """The newest finished run of a queue, published or not."""
    return ForecastRun.objects.filter(queue_results__queue=queue).order_by("-pk").first()


def override_data(queue: Queue, *, starts_at: datetime, ends_at: datetime) -> list[OverrideData]:
    """Overrides in force that touch [starts_at, ends_at), oldest first."""
    return override_data_of([queue], starts_at=starts_at, ends_at=ends_at)[queue.pk]


def override_data_of(
    queues: Sequence[Queue], *, starts_at: datetime, ends_at: datetime
) -> dict[int, list[OverrideData]]:
    """The same of many queues in one query, by queue."""
    found: dict[int, list[OverrideData]] = {queue.pk: [] for queue in queues}
    rows = Override.objects.filter(
        queue__in=list(found), revoked_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    for row in rows.order_by("created_at", "pk"):
        found[row.queue_id].append(as_override_data(row))
    return found


def as_override_data(row: Override) -> OverrideData:
    """A logged override as the core takes it."""
    return OverrideData(
        kind=CoreOverrideKind(row.kind),
        value=row.value,
        starts_at=_instant(row.starts_at),
        ends_at=_instant(row.ends_at),
        component=CoreOverrideComponent(row.component),
    )


def forecast_days(
    *, run: ForecastRun, queue: Queue, first_date: date | None = None, last_date: date | None = None
) -> ForecastDays | None:
    """The factors of a queue's forecast by local date; None when the run kept none of them."""
    rows = ForecastDay.objects.filter(run=run, queue=queue).order_by("date")
    if first_date is not None:
        rows = rows.filter(date__gte=first_date)
    if last_date is not None:
        rows = rows.filter(date__lte=last_date)
    found: list[Any] = list(
        rows.values_list("date", "level", "weekday", "driver", "profile", "special", "today")
    )
    if not found:
        return None
    # Dates between may have been cleared since newer runs replaced them: they stay unknown.
    labels = len(found[0][4])
    unknown = (None, np.nan, np.nan, np.nan, [np.nan] * labels, None, None)
    by_date = {row[0]: row for row in found}
    span = (found[-1][0] - found[0][0]).days + 1
    found = [by_date.get(found[0][0] + timedelta(days=index), unknown) for index in range(span)]
    profile = np.array([row[4] for row in found], dtype=np.float64)
    return ForecastDays(
        first_date=min(by_date),
        level=np.array([row[1] for row in found]),
        weekday=np.array([row[2] for row in found]),
        driver=np.array([row[3] for row in found]),
        profile=profile,
        special=_whole_days([row[5] for row in found], profile.shape),
        today=_whole_days([row[6] for row in found], profile.shape),
    )


def instant_factors(
    *, run: ForecastRun, queue: Queue, series: IntervalSeries
) -> InstantFactors | None:
    """The run's factors at each instant of a series of it; None where the run kept none."""
    days = forecast_days(run=run, queue=queue)
    if days is None:
        return None
    zone = ZoneInfo(queue.timezone)
    grid = WallClockGrid(days.first_date, days.days, zone, queue.interval_minutes)
    return days.at(grid.positions[np.searchsorted(grid.starts_at, series.starts_at)])


def _whole_days(values: list[list[float] | None], shape: tuple[int, ...]) -> FloatArray:
    """Date × label from one value per label, one for the day, or None for 1."""
    full = np.ones(shape)
    for index, row in enumerate(values):
        if row is not None:
            full[index] = row
    return full


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")


def staleness(run: ForecastRun) -> list[str]:
    """Why the run may be out of date, in sentences; empty when it is not."""
    results = ForecastQueueResult.objects.filter(run=run)
    queues = list(results.values_list("queue_id", flat=True))
    reasons = []
    newer = ForecastRun.objects.published().filter(pk__gt=run.pk, queue_results__queue__in=queues)
    if (first := newer.first()) is not None:
        reasons.append(_("Forecast #%(pk)s was published later.") % {"pk": first.pk})
    imports = ImportBatch.objects.filter(
        status=ImportStatus.DONE, created_at__gt=run.created_at
    ).filter(Q(queue=None) | Q(queue__in=queues))
    if imports.exists():
        reasons.append(_("History was imported after this forecast began."))
    if run.is_published and _overrides_since(run, queues):
        reasons.append(_("Overrides were changed after this forecast was published."))
    if (
        SpecialDay.objects.filter(queue__in=queues)
        .filter(pk__gt=run.summary.get("last_special_day", 0))
        .exists()
    ):
        reasons.append(_("Special days were added after this forecast began."))
    return reasons


def _overrides_since(run: ForecastRun, queues: list[int]) -> bool:
    changed = Q(created_at__gt=run.published_at) | Q(revoked_at__gt=run.published_at)
    return Override.objects.filter(queue__in=queues).filter(changed).exists()
