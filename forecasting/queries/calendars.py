"""Opening hours and special days as arrays on dates × labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from forecasting.core.special_days import SpecialDate
from forecasting.core.wall_clock import MINUTES_PER_DAY, BoolArray, WallClockGrid
from forecasting.models import SpecialDay, SpecialDayKind
from forecasting.queries.batch import item_queues
from wfm.org.calendars import business_calendars
from wfm.org.models import Queue
from wfm.timeline import BusinessCalendar


def open_labels(queue: Queue, grid: WallClockGrid) -> BoolArray:
    """Date × label cells in which contacts of one queue can arrive."""
    found = open_labels_of([queue], grid=grid, by_items=item_queues([queue]))
    return np.asarray(found[0])


def open_labels_of(
    queues: Sequence[Queue], *, grid: WallClockGrid, by_items: frozenset[int]
) -> BoolArray:
    """Queue × date × label cells in which contacts can arrive; a skipped label is closed.

    A label is open when any minute of it is. Work items arrive at any hour, so a queue of items
    is open for arrivals all the time.
    """
    calendars = business_calendars(queues)
    weekdays = (np.arange(grid.days) + grid.first_date.weekday()) % 7
    masks = np.ones((len(queues), grid.days, grid.labels), dtype=bool)
    for row, queue in enumerate(queues):
        if queue.pk in by_items:
            continue
        calendar = calendars[queue.pk]
        week = np.stack([_labels(calendar.weekly.get(day, ()), grid) for day in range(7)])
        masks[row] = week[weekdays]
        for day in _exceptions(calendar):
            index = (day - grid.first_date).days
            if 0 <= index < grid.days:
                masks[row, index] = _labels(calendar.spans(day), grid)
    return masks & (grid.repeats > 0)


def _labels(spans: Sequence[tuple[int, int]], grid: WallClockGrid) -> BoolArray:
    """Labels that any of the spans (minutes of the day) touches."""
    starts = np.arange(0, MINUTES_PER_DAY, grid.interval_minutes)
    mask = np.zeros(grid.labels, dtype=bool)
    for opens, closes in spans:
        mask |= (starts < closes) & (starts + grid.interval_minutes > opens)
    return mask


def _exceptions(calendar: BusinessCalendar) -> set[date]:
    return set(calendar.special_dates) | set(calendar.closed_dates)


def special_dates(queue: Queue) -> list[SpecialDate]:
    """The queue's special days; days of one name are alike."""
    return special_dates_of([queue])[0]


def special_dates_of(queues: Sequence[Queue]) -> list[list[SpecialDate]]:
    """The special days of each queue, in one query."""
    found: dict[int, list[SpecialDate]] = {queue.pk: [] for queue in queues}
    for row in SpecialDay.objects.filter(queue__in=list(found)).order_by("date"):
        found[row.queue_id].append(_special_date(row))
    return [found[queue.pk] for queue in queues]


def _special_date(row: SpecialDay) -> SpecialDate:
    is_closed = row.kind == SpecialDayKind.CLOSED
    scale = row.factor if row.kind == SpecialDayKind.SCALED else None
    return SpecialDate(on_date=row.date, kind=row.name, is_closed=is_closed, scale=scale)
