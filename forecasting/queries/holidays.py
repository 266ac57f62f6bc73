"""National holidays of a queue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from forecasting.core.special_days import SpecialCalendar, SpecialDate
from forecasting.queries.national_calendars import national_calendar
from wfm.org.models import Queue


def holiday_calendar(queue: Queue, first: date, last: date) -> SpecialCalendar:
    """The calendars that the queue names, from first to last date."""
    if not queue.holiday_codes:
        return SpecialCalendar()
    return national_calendar(queue.holiday_codes, first, last)


def next_holidays(queue: Queue, *, after: datetime, count: int = 4) -> list[SpecialDate]:
    """The queue's next national holidays, today's included."""
    today = after.astimezone(ZoneInfo(queue.timezone)).date()
    return list(holiday_calendar(queue, today, today + timedelta(days=366)).dates[:count])


def holiday_name(queue: Queue, on_date: date) -> str:
    """The national holiday of a date, or nothing."""
    found = holiday_calendar(queue, on_date, on_date).dates
    return found[0].kind if found else ""
