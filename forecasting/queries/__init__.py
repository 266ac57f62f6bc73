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
    "IntervalSeries",
    "QueueCells",
    "RealizedAccuracy",
    "arrivals_known_until",
    "daily_totals",
    "daily_volumes",
    "history_bounds",
    "interval_series",
    "latest_published_run",
    "latest_run",
    "open_labels",
    "override_data",
    "queue_cells",
    "realized_accuracy",
    "special_dates",
    "staleness",
]
