"""When work is due: so many minutes or days, of business or calendar time, with a cut-off.

The rules, on the wall clock of the calendar:

- A cut-off is a minute of the local day. What arrives in that minute or later, that day, counts as
  arriving at the first opening of the next business day (business units) or at the next local
  midnight (calendar units). Where the clock shows the cut-off twice, the first time counts; where
  it is skipped, the moment of the change.
- Business minutes run in open time only; before the next opening none runs.
- Calendar minutes are elapsed time, also across a clock change.
- N business days end with the last closing of the Nth business day after the day of arrival. A
  business day is a local date with open time. What arrives on another date counts as arriving at
  the next opening. With N = 0 it is that day's own closing, and what comes at or after it belongs
  to the next business day.
- N calendar days end at the midnight that closes the Nth local day after the day of arrival.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wfm.timeline.business import SEARCH_LIMIT_DAYS, BusinessCalendar
from wfm.timeline.grid import Instants, day_bounds
from wfm.timeline.interval import merge

Seconds = NDArray[np.int64]
FIRST_REACH_DAYS = 30


class DueUnit(StrEnum):
    """What a due time is counted in."""

    BUSINESS_MINUTES = "business_minutes"
    CALENDAR_MINUTES = "calendar_minutes"
    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"

    @property
    def is_business(self) -> bool:
        """Tell whether opening hours matter."""
        return self in (DueUnit.BUSINESS_MINUTES, DueUnit.BUSINESS_DAYS)

    @property
    def is_days(self) -> bool:
        """Tell whether whole days are counted."""
        return self in (DueUnit.BUSINESS_DAYS, DueUnit.CALENDAR_DAYS)


@dataclass(frozen=True)
class DueRule:
    """By when work is due after its arrival.

    Attributes:
        unit: What `amount` counts.
        amount: How many; 0 days is the day of arrival itself, 0 minutes is refused.
        cutoff_minute: Local minute of the day (1-1439) from which on arrivals count as of the
            next day; None for no cut-off.

    """

    unit: DueUnit
    amount: int
    cutoff_minute: int | None = None

    def __post_init__(self) -> None:
        least = 0 if self.unit.is_days else 1
        if self.amount < least:
            msg = f"Expected at least {least} {self.unit.replace('_', ' ')}, got {self.amount}."
            raise ValueError(msg)
        if self.cutoff_minute is not None and not 0 < self.cutoff_minute < 1440:
            msg = f"Expected a cut-off from minute 1 to 1439 of the day, got {self.cutoff_minute}."
            raise ValueError(msg)


def due_instants(calendar: BusinessCalendar, rule: DueRule, arrived: Instants) -> Instants:
    """Return when what arrived at each instant (UTC) is due, shape of the input.

    A later arrival is never due earlier, and nothing is due before it arrives. Raises ValueError
    when an arrival is no time, or when the ten years after it do not hold that much open time.
    """
    if np.isnat(arrived).any():
        msg = "Expected an arrival time for every item, got one without."
        raise ValueError(msg)
    if not arrived.size:
        return arrived.astype("datetime64[s]")
    at = arrived.astype("datetime64[s]").astype(np.int64)
    days = _days_that_reach(calendar, rule, at)
    count = {
        DueUnit.BUSINESS_MINUTES: _after_business_minutes,
        DueUnit.CALENDAR_MINUTES: _after_calendar_minutes,
        DueUnit.BUSINESS_DAYS: _after_business_days,
        DueUnit.CALENDAR_DAYS: _after_calendar_days,
    }[rule.unit]
    due: Instants = count(days, rule, at).astype("datetime64[s]")
    return due


def due_instant(calendar: BusinessCalendar, rule: DueRule, arrived: datetime) -> datetime:
    """Return when what arrived at one aware instant is due, in UTC."""
    at = np.array([arrived.astimezone(UTC).replace(tzinfo=None)], dtype="datetime64[s]")
    due: datetime = due_instants(calendar, rule, at)[0].astype(object)
    return due.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Days:
    """Consecutive local days in seconds since 1970 UTC, and the open stretches in them.

    Attributes:
        midnights: Start of each day, and the end of the last.
        cutoffs: First instant of each day that counts as of the next; its end without a cut-off.
        opens: Start of every open stretch, in order, none touching the next.
        closes: Their ends.
        business: Index of each day with open time.
        first_opens: First opening of those days.
        last_closes: Last closing of those days.

    """

    midnights: Seconds
    cutoffs: Seconds
    opens: Seconds
    closes: Seconds
    business: Seconds
    first_opens: Seconds
    last_closes: Seconds

    def of(self, at: Seconds) -> Seconds:
        """Return the index of the local day of each instant."""
        return np.asarray(np.searchsorted(self.midnights, at, side="right") - 1)

    def is_late(self, at: Seconds) -> NDArray[np.bool_]:
        """Tell which come at the cut-off of their day or later."""
        return np.asarray(at >= self.cutoffs[self.of(at)])

    def business_of(self, at: Seconds) -> Seconds:
        """Return the place in `business` of the day as of which each counts."""
        day, late = self.of(at), self.is_late(at)
        return np.asarray(np.searchsorted(self.business, day + late, side="left"))


def _after_business_minutes(days: _Days, rule: DueRule, at: Seconds) -> Seconds:
    counted = np.where(days.is_late(at), days.first_opens[days.business_of(at)], at)
    lengths = days.closes - days.opens
    until = np.cumsum(lengths)
    stretch = np.searchsorted(days.opens, counted, side="right") - 1
    passed = np.minimum(counted - days.opens[stretch], lengths[stretch])
    clock = np.where(stretch < 0, 0, until[stretch] - lengths[stretch] + passed)
    clock += rule.amount * 60
    ends = np.searchsorted(until, clock, side="left")
    return np.asarray(days.closes[ends] - (until[ends] - clock))


def _after_calendar_minutes(days: _Days, rule: DueRule, at: Seconds) -> Seconds:
    counted = np.where(days.is_late(at), days.midnights[days.of(at) + 1], at)
    return np.asarray(counted + rule.amount * 60)


def _after_business_days(days: _Days, rule: DueRule, at: Seconds) -> Seconds:
    place = days.business_of(at)
    if rule.amount == 0:
        place = place + (at >= days.last_closes[place])
    return np.asarray(days.last_closes[place + rule.amount])


def _after_calendar_days(days: _Days, rule: DueRule, at: Seconds) -> Seconds:
    return np.asarray(days.midnights[days.of(at) + days.is_late(at) + rule.amount + 1])


def _days_that_reach(calendar: BusinessCalendar, rule: DueRule, at: Seconds) -> _Days:
    """Return the days from the first arrival to where the last one's time is up."""
    zone = ZoneInfo(calendar.tz)
    first = _local_date(int(at.min()), zone) - timedelta(days=1)
    last = _local_date(int(at.max()), zone) + timedelta(days=2)
    if not rule.unit.is_business:
        reach = rule.amount if rule.unit.is_days else 0
        return _days(calendar, rule, first, last + timedelta(days=reach))
    reach = FIRST_REACH_DAYS
    while True:
        days = _days(calendar, rule, first, last + timedelta(days=reach))
        if _holds(days, rule, int(at.max())):
            return days
        if reach >= SEARCH_LIMIT_DAYS:
            latest = datetime.fromtimestamp(int(at.max()), tz=zone)
            msg = (
                f"This calendar has no {rule.amount} open {rule.unit.split('_')[1]} in the ten "
                f"years after {latest:%Y-%m-%d %H:%M}; set opening hours."
            )
            raise ValueError(msg)
        reach = min(reach * 4, SEARCH_LIMIT_DAYS)


def _holds(days: _Days, rule: DueRule, latest: int) -> bool:
    """Tell whether enough open time lies after the day that follows the last arrival's."""
    after = int(days.of(np.array([latest]))[0]) + 1
    start = days.midnights[after]
    if rule.unit.is_days:
        return int((days.business > after).sum()) > rule.amount
    open_seconds = (days.closes - np.maximum(days.opens, start))[days.closes > start].sum()
    # The opening of the next business day must be among the days even where nothing is left.
    return bool((days.business > after).any()) and int(open_seconds) >= rule.amount * 60


def _days(calendar: BusinessCalendar, rule: DueRule, first: date, last: date) -> _Days:
    zone = ZoneInfo(calendar.tz)
    dates = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    bounds = [day_bounds(day, zone) for day in dates]
    ends = [_epoch(day.ends_at) for day in bounds]
    open_days = [merge(calendar.intervals(day)) if rule.unit.is_business else [] for day in dates]
    business = [index for index, stretches in enumerate(open_days) if stretches]
    whole = merge(stretch for stretches in open_days for stretch in stretches)
    return _Days(
        midnights=_array([_epoch(bounds[0].starts_at), *ends]),
        cutoffs=_array(
            ends
            if rule.cutoff_minute is None
            else [_cutoff(day, rule.cutoff_minute, zone) for day in dates]
        ),
        opens=_array(_epoch(stretch.starts_at) for stretch in whole),
        closes=_array(_epoch(stretch.ends_at) for stretch in whole),
        business=_array(business),
        first_opens=_array(_epoch(open_days[day][0].starts_at) for day in business),
        last_closes=_array(_epoch(open_days[day][-1].ends_at) for day in business),
    )


def _cutoff(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return the first instant of the local day at which the clock shows that minute or later."""
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    shows, other = _epoch(wall), _epoch(wall.replace(fold=1))
    if shows <= other:
        return shows
    # The clock skips that minute, somewhere after `other` and by `shows` at the latest.
    before = datetime.fromtimestamp(other, tz=zone).utcoffset()
    return other + bisect_left(
        range(shows - other),
        True,  # noqa: FBT003 - what the key is searched for
        key=lambda second: datetime.fromtimestamp(other + second, tz=zone).utcoffset() != before,
    )


def _local_date(epoch_seconds: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(epoch_seconds, tz=zone).date()


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def _array(values: Iterable[int]) -> Seconds:
    return np.array(list(values), dtype=np.int64)
