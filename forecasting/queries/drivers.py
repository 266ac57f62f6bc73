"""Values of drivers by day, as a forecast's origin knows them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q

from forecasting.core.wall_clock import FloatArray
from forecasting.models import DriverLink, DriverValue
from forecasting.queries.actuals import daily_totals

EVENT_SHARE = 0.5
"""A named driver with values on fewer days counts events: the days between are 0."""


def driver_values(
    link: DriverLink, *, first_date: date, days: int, horizon_days: int, origin_at: datetime
) -> FloatArray:
    """The driver on the past days and those ahead; NaN where the origin does not know it."""
    whole = np.full(days + horizon_days, np.nan)
    if link.driver_queue is not None:
        past = daily_totals(link.driver_queue, first_date=first_date, days=days, before=origin_at)
        whole[:days] = _with_zeros_between(past)
    given = _given(link, first_date, whole.size, origin_at)
    whole = np.where(np.isfinite(given), given, whole)
    return whole if link.driver_queue is not None else _with_event_zeros(whole, days)


def _given(link: DriverLink, first_date: date, length: int, origin_at: datetime) -> FloatArray:
    """Typed and imported values; those from the origin's date on only if known ahead."""
    given = np.full(length, np.nan)
    today = origin_at.astimezone(ZoneInfo(link.queue.timezone)).date()
    of_series = link.series_id is not None
    of_driver = Q(series=link.series_id) if of_series else Q(queue=link.driver_queue_id)
    rows = DriverValue.objects.filter(
        of_driver, date__gte=first_date, date__lt=first_date + timedelta(days=length)
    )
    if link.driver_queue is not None:
        rows = rows.filter(date__gte=today)
    counted = rows.filter(Q(date__lt=today) | Q(known_ahead=True))
    for on_date, value in counted.values_list("date", "value"):
        given[(on_date - first_date).days] = value
    return given


def _with_zeros_between(values: FloatArray) -> FloatArray:
    """Days without contacts, which have no row, as 0 between the first and last recorded day.

    After the last one the feed may only be late: those days stay unknown.
    """
    known = np.flatnonzero(np.isfinite(values))
    filled = values.copy()
    if known.size:
        recorded = filled[known[0] : known[-1] + 1]
        recorded[np.isnan(recorded)] = 0.0
    return filled


def _with_event_zeros(values: FloatArray, days: int) -> FloatArray:
    """Days without a value as 0 where the driver counts rare events, up to the last one known."""
    known = np.flatnonzero(np.isfinite(values))
    if known.size == 0 or known.size >= EVENT_SHARE * (known[-1] - known[0] + 1):
        return values
    index = np.arange(values.size)
    between = (index > known[0]) & (index <= max(int(known[-1]), days - 1))
    return np.where(np.isnan(values) & between, 0.0, values)
