"""Quiet hours on a person's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_PER_HOUR = 60


def end_of_quiet(at: datetime, *, from_minute: int, until_minute: int, timezone: str) -> datetime:
    """Return when the person may be disturbed: `at` itself outside the quiet hours.

    The hours may pass midnight. They are read from the wall clock, so that in the night of a clock
    change they are an hour shorter or longer.
    """
    zone = ZoneInfo(timezone or "UTC")
    local = at.astimezone(zone)
    minute = local.hour * MINUTES_PER_HOUR + local.minute
    over_midnight = from_minute > until_minute
    if over_midnight:
        is_quiet = minute >= from_minute or minute < until_minute
    else:
        is_quiet = from_minute <= minute < until_minute
    if not is_quiet:
        return at
    ends_tomorrow = over_midnight and minute >= from_minute
    day = local.date() + timedelta(days=1 if ends_tomorrow else 0)
    wall = time(until_minute // MINUTES_PER_HOUR, until_minute % MINUTES_PER_HOUR)
    # Of an hour that comes twice the first end at or after now counts.
    ends = [datetime.combine(day, wall.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)]
    return next((end for end in ends if end > at), at)
