"""The slots of a schedule and what they mean on a wall clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduling.core.data import Horizon
from wfm.timeline import day_bounds, grid, local_minutes

INTERVAL_MINUTES = 15
LONGEST_SHIFT_MINUTES = 960
STEP = timedelta(minutes=INTERVAL_MINUTES)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The slots of a schedule: the first instant, how many, and the days of each time zone."""

    starts_at: datetime
    slots: int
    first_date: date
    days: int
    timezone: str

    def slot(self, moment: datetime) -> int:
        """The slot that holds the moment; may lie outside the axis."""
        return int((moment - self.starts_at) // STEP)

    def end_slot(self, moment: datetime) -> int:
        """The first slot at or after the moment."""
        return -int((self.starts_at - moment) // STEP)

    def moment(self, slot: int) -> datetime:
        """The instant at which a slot starts."""
        return self.starts_at + slot * STEP

    def date(self, day: int) -> date:
        """The local date of a day of the schedule."""
        return self.first_date + timedelta(days=day)

    def horizon(self, timezone: str) -> Horizon:
        """These slots read from a wall clock."""
        ends = [day_bounds(self.date(day), timezone).starts_at for day in range(self.days + 1)]
        instants = grid(self.starts_at, self.moment(self.slots), INTERVAL_MINUTES)
        return Horizon(
            interval_minutes=INTERVAL_MINUTES,
            day_starts=tuple(self.slot(moment) for moment in ends),
            wall_minutes=tuple(int(m) for m in local_minutes(instants, timezone)),
        )


def make_axis(*, starts_on: date, ends_on: date, timezone: str, zones: Iterable[str] = ()) -> Axis:
    """The axis of local dates [starts_on, ends_on), long enough for every zone and a last night."""
    all_zones = {timezone, *zones}
    first = min(day_bounds(starts_on, zone).starts_at for zone in all_zones)
    last = max(day_bounds(ends_on, zone).starts_at for zone in all_zones)
    tail = timedelta(minutes=LONGEST_SHIFT_MINUTES)
    return Axis(
        starts_at=first,
        slots=int((last + tail - first) / STEP),
        first_date=starts_on,
        days=(ends_on - starts_on).days,
        timezone=timezone,
    )
