"""When somebody's briefing is due: a time of their own morning, clock changes included. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LATEST = timedelta(hours=4)
"""A briefing that could not be sent in time is sent so much later at most; then the day is old."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A minute of the local day, on some weekdays, from a day on."""

    at_minute: int
    timezone: str
    weekdays: str
    starts_on: date


def due_on(wish: Wish, *, at: datetime) -> date | None:
    """Return the local date whose briefing is due at a moment; None where none is.

    Local time decides: a minute that a clock change leaps over comes with the first one after it, one
    that comes twice counts the first time, for a date has one briefing.
    """
    local = at.astimezone(ZoneInfo(wish.timezone))
    day = local.date()
    if day < wish.starts_on or str(day.weekday()) not in wish.weekdays:
        return None
    since = local.hour * 60 + local.minute - wish.at_minute
    return day if 0 <= since < LATEST.total_seconds() / 60 else None
