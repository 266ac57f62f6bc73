"""Reads of the demand: rows in, arrays and dataclasses out."""

from forecasting.queries.accuracy import RealizedAccuracy, realized_accuracy
from forecasting.queries.actuals import (
    DailyVolume,
    QueueCells,
    arrivals_known_until,
    daily_totals,
    daily_volumes,
    history_bounds,
    queue_cells,
)
from forecasting.queries.calendars import open_labels, special_dates
from forecasting.queries.days import (
    DayState,
    HistoryDay,
    QueueOverview,
    actual_series,
    history_days,
    intervals_between,
    queue_overviews,
)
from forecasting.queries.runs import (
    IntervalSeries,
    interval_series,
    latest_published_run,
    latest_run,
    override_data,
    staleness,
)

__all__ = [
    "DailyVolume",
    "DayState",
    "HistoryDay",
    "IntervalSeries",
    "QueueCells",
    "QueueOverview",
    "RealizedAccuracy",
    "actual_series",
    "arrivals_known_until",
    "daily_totals",
    "daily_volumes",
    "history_bounds",
    "history_days",
    "interval_series",
    "intervals_between",
    "latest_published_run",
    "latest_run",
    "open_labels",
    "override_data",
    "queue_cells",
    "queue_overviews",
    "realized_accuracy",
    "special_dates",
    "staleness",
]
