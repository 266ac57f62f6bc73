"""Opening hours and special days as arrays on dates × labels."""

from __future__ import annotations

from datetime import date

import numpy as np

from forecasting.core.special_days import SpecialDate
from forecasting.core.wall_clock import BoolArray, WallClockGrid
from forecasting.models import SpecialDay, SpecialDayKind
from forecasting.queries.actuals import counts_items
from wfm.org.calendars import business_calendar
from wfm.org.models import Queue


def open_labels(queue: Queue, grid: WallClockGrid) -> BoolArray:
    """Date × label cells in which contacts can arrive; a skipped label is closed.

    Work items arrive at any hour, so a queue of items is open for arrivals all the time.
    """
    if counts_items(queue):
        return grid.repeats > 0
    instants = business_calendar(queue).open_mask(grid.starts_at)
    hours = grid.fold(instants.astype(np.float64))
    return (hours > 0) & (grid.repeats > 0)


def special_dates(queue: Queue) -> list[SpecialDate]:
    """The queue's special days; days of one name are alike."""
    rows = SpecialDay.objects.filter(queue=queue).order_by("date")
    return [_special_date(row) for row in rows]


def _special_date(row: SpecialDay) -> SpecialDate:
    is_closed = row.kind == SpecialDayKind.CLOSED
    scale = row.factor if row.kind == SpecialDayKind.SCALED else None
    return SpecialDate(on_date=row.date, kind=row.name, is_closed=is_closed, scale=scale)


def closed_special_dates(queue: Queue) -> set[date]:
    """Dates declared closed."""
    rows = SpecialDay.objects.filter(queue=queue, kind=SpecialDayKind.CLOSED)
    return set(rows.values_list("date", flat=True))
