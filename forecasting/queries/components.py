"""A forecast taken apart, interval by interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.core.day_factors import ForecastDays
from forecasting.core.wall_clock import WallClockGrid
from forecasting.core.why import NumberParts, number_parts
from forecasting.models import ForecastInterval, ForecastRun
from forecasting.queries.in_force import in_force_on
from forecasting.queries.runs import IntervalSeries, forecast_days, interval_series
from wfm.org.models import Queue
from wfm.timeline import day_bounds

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class ExplainedInterval:
    """One interval: its numbers and their factors."""

    run_id: int
    starts_at: datetime
    is_open: bool
    mean: float
    quantile_10: float
    quantile_90: float
    final_mean: float
    parts: NumberParts
    repeat_mean: float | None
    """The part of `mean` from customers who call again; None where customers are unknown."""
    asked_quantiles: tuple[float, ...] = ()
    """What the run keeps at its `asked_levels`."""

    @property
    def first_mean(self) -> float | None:
        """The part of `mean` from first contacts."""
        return None if self.repeat_mean is None else self.mean - self.repeat_mean


def explained_intervals(
    *, run: ForecastRun, queue: Queue, first_date: date, last_date: date
) -> list[ExplainedInterval]:
    """Every interval of the dates with its factors; empty where the run kept none."""
    return _explained_stretch(
        run,
        queue,
        starts_at=day_bounds(first_date, queue.timezone).starts_at,
        ends_at=day_bounds(last_date, queue.timezone).ends_at,
    )


def _explained_stretch(
    run: ForecastRun, queue: Queue, *, starts_at: datetime, ends_at: datetime
) -> list[ExplainedInterval]:
    zone = ZoneInfo(queue.timezone)
    first, last = (moment.astimezone(zone).date() for moment in (starts_at, ends_at))
    # The weeks around tell how fast the level grows.
    days = forecast_days(run=run, queue=queue, first_date=first - WEEK, last_date=last + WEEK)
    if days is None:
        return []
    series = interval_series(run=run, queue=queue, starts_at=starts_at, ends_at=ends_at)
    grid = WallClockGrid(days.first_date, days.days, zone, queue.interval_minutes)
    positions = grid.positions[np.searchsorted(grid.starts_at, series.starts_at)]
    asked = _asked_quantiles(run, queue, starts_at=starts_at, ends_at=ends_at)
    rows = [
        _explained(run.pk, days, series, index, divmod(int(position), grid.labels))
        for index, position in enumerate(positions)
    ]
    return [replace(row, asked_quantiles=asked[row.starts_at]) for row in rows] if asked else rows


def _asked_quantiles(
    run: ForecastRun, queue: Queue, *, starts_at: datetime, ends_at: datetime
) -> dict[datetime, tuple[float, ...]]:
    """Quantiles of each interval at the levels that the run was asked for; empty for none."""
    if not run.asked_levels:
        return {}
    rows = ForecastInterval.objects.filter(
        run=run, queue=queue, starts_at__gte=starts_at, starts_at__lt=ends_at
    )
    found = rows.values_list("starts_at", "asked_quantiles")
    return {at: tuple(kept or ()) for at, kept in found}


def explained_in_force(
    queue: Queue, *, first_date: date, last_date: date
) -> list[ExplainedInterval]:
    """Every interval of the dates as it is in force, whatever runs it comes from."""
    return [
        row
        for part in in_force_on(queue, first_date=first_date, last_date=last_date)
        for row in _explained_stretch(
            ForecastRun(pk=part.run_id), queue, starts_at=part.starts_at, ends_at=part.ends_at
        )
    ]


def _explained(
    run_id: int, days: ForecastDays, series: IntervalSeries, index: int, place: tuple[int, int]
) -> ExplainedInterval:
    """One instant of a series; its place is the date and the label in the grid of the days."""
    day, label = place
    second: Any = series.starts_at[index].astype(np.int64)
    repeat = float(series.repeat_mean[index])
    return ExplainedInterval(
        run_id=run_id,
        starts_at=datetime.fromtimestamp(int(second), tz=UTC),
        is_open=bool(series.is_open[index]),
        mean=float(series.mean[index]),
        quantile_10=float(series.quantile_10[index]),
        quantile_90=float(series.quantile_90[index]),
        final_mean=float(series.final_mean[index]),
        parts=number_parts(days, day=day, label=label),
        repeat_mean=repeat if np.isfinite(repeat) else None,
    )
