"""Values of drivers by day, as a forecast's origin knows them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q

from forecasting.core.day_totals import daily_totals as scaled_totals
from forecasting.core.wall_clock import FloatArray
from forecasting.models import DriverLink, DriverValue
from forecasting.queries.actuals import counts_items, daily_totals, queue_cells
from wfm.org.models import Queue

EVENT_SHARE = 0.5
"""A named driver with values on fewer days counts events: the days between are 0."""


def driver_values(
    link: DriverLink, *, first_date: date, days: int, horizon_days: int, origin_at: datetime
) -> FloatArray:
    """The driver on the past days and those ahead; NaN where the origin does not know it."""
    whole = np.full(days + horizon_days, np.nan)
    if link.driver_queue is not None:
        whole[:days] = _totals_of(link.driver_queue, first_date, days, origin_at)
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


def _totals_of(queue: Queue, first_date: date, days: int, before: datetime) -> FloatArray:
    """Contacts of a driving queue by day.

    Days without any row between the first and the last one that has some brought nothing; after it
    the feed may only be late: those stay unknown, as do days of which most is missing.
    """
    recorded = daily_totals(queue, first_date=first_date, days=days, before=before)
    totals = recorded if counts_items(queue) else _scaled(queue, first_date, days, before)
    known = np.flatnonzero(np.isfinite(recorded))
    if known.size:
        inside = slice(known[0], known[-1] + 1)
        totals[inside] = np.where(np.isnan(recorded[inside]), 0.0, totals[inside])
    return totals


def _scaled(queue: Queue, first_date: date, days: int, before: datetime) -> FloatArray:
    """Totals of a queue counted by intervals, by the rule for days that are partly recorded."""
    cells = queue_cells(queue, first_date=first_date, days=days, before=before)
    there = cells.grid.repeats > 0
    return np.asarray(scaled_totals((cells.offered * cells.grid.repeats)[None], there[None])[0])


def _with_event_zeros(values: FloatArray, days: int) -> FloatArray:
    """Days without a value as 0 where the driver counts rare events, up to the last one known."""
    known = np.flatnonzero(np.isfinite(values))
    if known.size == 0 or known.size >= EVENT_SHARE * (known[-1] - known[0] + 1):
        return values
    index = np.arange(values.size)
    between = (index > known[0]) & (index <= max(int(known[-1]), days - 1))
    return np.where(np.isnan(values) & between, 0.0, values)
