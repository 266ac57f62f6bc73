"""An agent's published week, day by day, with what is asked for around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduling.models import Shift, ShiftSwap, TimeOff, TimeOffStatus
from scheduling.models.swap import OPEN_SWAPS
from wfm.timeline import day_bounds

ONE_DAY = timedelta(days=1)
PENDING = (TimeOffStatus.REQUESTED, TimeOffStatus.WAITLISTED, TimeOffStatus.APPROVED)


@dataclass(frozen=True)
class OwnShift:
    """A shift, and the offer of it that is open."""

    shift: Shift
    offer: ShiftSwap | None


@dataclass(frozen=True)
class OwnDay:
    """One local date."""

    date: date
    shifts: list[OwnShift] = field(default_factory=list)
    time_off: list[TimeOff] = field(default_factory=list)


@dataclass(frozen=True)
class OwnWeek:
    """Seven days from a Monday; `is_published` where a schedule is in force on any of them."""

    starts_on: date
    days: list[OwnDay]

    @property
    def paid_seconds(self) -> int:
        """Of all shifts."""
        return 60 * sum(own.shift.paid_minutes for day in self.days for own in day.shifts)


def monday_of(day: date) -> date:
    """The first day of the week."""
    return day - timedelta(days=day.weekday())


def own_week(*, agent_id: int, starts_on: date, timezone: str) -> OwnWeek:
    """Shifts by their operational day and time off by local date, in three queries."""
    ends_on = starts_on + 7 * ONE_DAY
    shifts = list(
        Shift.objects.filter(
            agent=agent_id,
            is_published=True,
            operational_date__gte=starts_on,
            operational_date__lt=ends_on,
        )
        .select_related("site")
        .prefetch_related("activities__activity_code", "activities__queue")
        .order_by("starts_at")
    )
    offers = {
        swap.shift_id: swap
        for swap in ShiftSwap.objects.filter(
            shift__in=shifts, status__in=OPEN_SWAPS
        ).select_related("to_agent", "accepted_by")
    }
    starts_at = day_bounds(starts_on, timezone).starts_at
    ends_at = day_bounds(ends_on, timezone).starts_at
    off = list(
        TimeOff.objects.filter(
            agent=agent_id, status__in=PENDING, starts_at__lt=ends_at, ends_at__gt=starts_at
        )
        .select_related("activity_code")
        .order_by("starts_at")
    )
    days = [
        OwnDay(
            date=day,
            shifts=[
                OwnShift(shift=shift, offer=offers.get(shift.pk))
                for shift in shifts
                if shift.operational_date == day
            ],
            time_off=[row for row in off if _touches(row, day, timezone)],
        )
        for day in (starts_on + number * ONE_DAY for number in range(7))
    ]
    return OwnWeek(starts_on=starts_on, days=days)


def _touches(row: TimeOff, day: date, timezone: str) -> bool:
    bounds = day_bounds(day, timezone)
    return row.starts_at < bounds.ends_at and row.ends_at > bounds.starts_at


def local_today(at: datetime, timezone: str) -> date:
    """The date on the agent's wall clock."""
    return at.astimezone(ZoneInfo(timezone)).date()
