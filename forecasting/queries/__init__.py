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
from forecasting.queries.batch import BatchCells, bounds_of, cells_of, item_queues
from forecasting.queries.calendars import (
    open_labels,
    open_labels_of,
    special_dates,
    special_dates_of,
)
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
    as_override_data,
    forecast_days,
    interval_series,
    latest_published_run,
    latest_run,
    override_data,
    override_data_of,
    staleness,
)

__all__ = [
    "BatchCells",
    "DailyVolume",
    "DayState",
    "HistoryDay",
    "IntervalSeries",
    "QueueCells",
    "QueueOverview",
    "RealizedAccuracy",
    "actual_series",
    "arrivals_known_until",
    "as_override_data",
    "bounds_of",
    "cells_of",
    "daily_totals",
    "daily_volumes",
    "forecast_days",
    "history_bounds",
    "history_days",
    "interval_series",
    "intervals_between",
    "item_queues",
    "latest_published_run",
    "latest_run",
    "open_labels",
    "open_labels_of",
    "override_data",
    "override_data_of",
    "queue_cells",
    "queue_overviews",
    "realized_accuracy",
    "special_dates",
    "special_dates_of",
    "staleness",
]
