"""Queues' opening hours as business calendars of the pure timeline."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from wfm.org.models import Holiday, OpeningHours, Queue
from wfm.timeline import BusinessCalendar


def business_calendars(queues: Iterable[Queue]) -> dict[int, BusinessCalendar]:
    """Return each queue's calendar by its id, in two queries; no opening hours means never open."""
    found = list(queues)
    ids = [queue.pk for queue in found]
    weekly: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in OpeningHours.objects.filter(queue__in=ids).order_by("weekday", "opens_minute"):
        weekly[row.queue_id][row.weekday].append((row.opens_minute, row.closes_minute))
    closed: dict[int, set[date]] = defaultdict(set)
    special: dict[int, dict[date, list[tuple[int, int]]]] = defaultdict(dict)
    for holiday in Holiday.objects.filter(queue__in=ids):
        if holiday.opens_minute is None or holiday.closes_minute is None:
            closed[holiday.queue_id].add(holiday.date)
        else:
            special[holiday.queue_id][holiday.date] = [
                (holiday.opens_minute, holiday.closes_minute)
            ]
    return {
        queue.pk: BusinessCalendar(
            tz=queue.timezone,
            weekly=dict(weekly[queue.pk]),
            closed_dates=frozenset(closed[queue.pk]),
            special_dates=dict(special[queue.pk]),
        )
        for queue in found
    }


def business_calendar(queue: Queue) -> BusinessCalendar:
    """Return one queue's calendar."""
    return business_calendars([queue])[queue.pk]
