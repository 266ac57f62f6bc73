"""Grids of instants in UTC and their reading on a wall clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wfm.timeline.interval import Interval

Instants = NDArray[np.datetime64]
DAY_SECONDS = 86_400


def day_bounds(day: date, tz: str | ZoneInfo) -> Interval:
    """Return the local day in UTC: 23, 24 or 25 hours long.

    Where midnight does not exist the day starts at its first instant.
    """
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    return Interval(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def day_intervals(day: date, tz: str | ZoneInfo, minutes: int) -> list[datetime]:
    """Return the starts in UTC of the day's intervals (at 15 minutes 92, 96 or 100)."""
    bounds = day_bounds(day, tz)
    step = timedelta(minutes=minutes)
    count = int(bounds.duration / step)
    return [bounds.starts_at + step * index for index in range(count)]


def grid(starts_at: datetime, ends_at: datetime, minutes: int) -> Instants:
    """Return the starts of all intervals in [starts_at, ends_at) as datetime64[s] in UTC.

    Raises ValueError when the stretch is not a whole number of intervals.
    """
    # Moments of one zone subtract by its wall clock: a day with a clock change would be 24 hours.
    seconds = (ends_at.astimezone(UTC) - starts_at.astimezone(UTC)).total_seconds()
    count, rest = divmod(seconds, minutes * 60)
    if rest:
        msg = f"{starts_at} to {ends_at} is not a whole number of {minutes}-minute intervals."
        raise ValueError(msg)
    first = np.datetime64(starts_at.astimezone(UTC).replace(tzinfo=None), "s")
    instants: Instants = first + np.arange(int(count)) * np.timedelta64(minutes * 60, "s")
    return instants


def local_offsets_seconds(instants: Instants, tz: str | ZoneInfo) -> NDArray[np.int64]:
    """Return the zone's offset from UTC in seconds at each instant, shape of the input.

    Offsets of all zones since 1970 change on quarter hours at the finest and not twice within a day
    of UTC: one look at either end of each day, and on days with a change one per distinct quarter hour.
    """
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    seconds = instants.astype("datetime64[s]").astype(np.int64).ravel()
    days, day = np.unique(seconds // DAY_SECONDS, return_inverse=True)
    offsets = _offsets_at(days * DAY_SECONDS, zone)
    changing = offsets != _offsets_at((days + 1) * DAY_SECONDS, zone)
    found: NDArray[np.int64] = offsets[day]
    if (rows := np.flatnonzero(changing[day])).size:
        quarters, quarter = np.unique(seconds[rows] // 900, return_inverse=True)
        found[rows] = _offsets_at(quarters * 900, zone)[quarter]
    return found.reshape(instants.shape)


def _offsets_at(epoch_seconds: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    found = [_offset_seconds(second, zone) for second in epoch_seconds.tolist()]
    return np.array(found, dtype=np.int64)


def _offset_seconds(epoch_seconds: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(epoch_seconds, tz=zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def local_wall(instants: Instants, tz: str | ZoneInfo) -> Instants:
    """Return the wall clock's reading at each instant as datetime64[s] without zone."""
    shift = local_offsets_seconds(instants, tz).astype("timedelta64[s]")
    wall: Instants = instants.astype("datetime64[s]") + shift
    return wall


def local_dates(instants: Instants, tz: str | ZoneInfo) -> Instants:
    """Return the local calendar date of each instant as datetime64[D]."""
    dates: Instants = local_wall(instants, tz).astype("datetime64[D]")
    return dates


def local_minutes(instants: Instants, tz: str | ZoneInfo) -> NDArray[np.int64]:
    """Return the minute of the local day (0-1439) on the wall clock at each instant."""
    wall = local_wall(instants, tz)
    minutes: NDArray[np.int64] = (wall - wall.astype("datetime64[D]")).astype(np.int64) // 60
    return minutes
