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
from collections.abc import Callable, Iterable
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
REACH_DAYS = 30


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


class DueClock:
    """A due rule on a calendar. It keeps the days it has looked up: asking item by item is cheap.

    A later arrival is never due earlier, and nothing is due before it arrives.
    """

    def __init__(self, calendar: BusinessCalendar, rule: DueRule) -> None:
        self._calendar, self._rule = calendar, rule
        self._known: _Days | None = None

    def due(self, arrived: Instants) -> Instants:
        """Return when what arrived at each instant (UTC) is due, shape of the input.

        Raises ValueError when an arrival is no time, or when the ten years after it do not hold
        that much open time.
        """
        if np.isnat(arrived).any():
            msg = "Expected an arrival time for every item, got one without."
            raise ValueError(msg)
        if not arrived.size:
            return arrived.astype("datetime64[s]")
        at = arrived.astype("datetime64[s]").astype(np.int64)
        days = self._days(int(at.min()), int(at.max()))
        due: Instants = _COUNT[self._rule.unit](days, self._rule, at).astype("datetime64[s]")
        return due

    def due_at(self, arrived: datetime) -> datetime:
        """Return when what arrived at one aware instant is due, in UTC."""
        at = np.array([arrived.astimezone(UTC).replace(tzinfo=None)], dtype="datetime64[s]")
        due: datetime = self.due(at)[0].astype(object)
        return due.replace(tzinfo=UTC)

    def _days(self, earliest: int, latest: int) -> "_Days":
        known = self._known
        if known and known.midnights[0] <= earliest and _holds(known, self._rule, latest):
            return known
        if known:
            earliest = min(earliest - REACH_DAYS * 86_400, int(known.midnights[0]))
            latest = max(latest, int(known.midnights[-1]))
        self._known = _days_that_reach(self._calendar, self._rule, earliest, latest)
        return self._known


def due_instants(calendar: BusinessCalendar, rule: DueRule, arrived: Instants) -> Instants:
    """Return when what arrived at each instant (UTC) is due; see DueClock.due."""
    return DueClock(calendar, rule).due(arrived)


def due_instant(calendar: BusinessCalendar, rule: DueRule, arrived: datetime) -> datetime:
    """Return when what arrived at one aware instant is due, in UTC."""
    return DueClock(calendar, rule).due_at(arrived)


@dataclass(frozen=True)
class _Days:
    """Consecutive local days in seconds since 1970 UTC, and the open stretches in them.

    Attributes:
        midnights: Start of each day, and the end of the last.
        cutoffs: First instant of each day that counts as of the next; its end without a cut-off.
        opens: Start of every open stretch, in order, none touching the next.
        closes: Their ends.
        until: Open seconds until the end of each stretch.
        business: Index of each day with open time.
        first_opens: First opening of those days.
        last_closes: Last closing of those days.

    """

    midnights: Seconds
    cutoffs: Seconds
    opens: Seconds
    closes: Seconds
    until: Seconds
    business: Seconds
    first_opens: Seconds
    last_closes: Seconds

    def of(self, at: Seconds) -> Seconds:
        """Return the index of the local day of each instant."""
        return np.asarray(np.searchsorted(self.midnights, at, side="right") - 1)

    def open_before(self, at: Seconds) -> Seconds:
        """Return the open seconds before each instant, from the first day on."""
        stretch = np.searchsorted(self.opens, at, side="right") - 1
        left = np.maximum(self.closes[stretch] - at, 0)
        return np.asarray(np.where(stretch < 0, 0, self.until[stretch] - left))

    def is_late(self, at: Seconds) -> NDArray[np.bool_]:
        """Tell which come at the cut-off of their day or later."""
        return np.asarray(at >= self.cutoffs[self.of(at)])

    def business_of(self, at: Seconds) -> Seconds:
        """Return the place in `business` of the day as of which each counts."""
        day, late = self.of(at), self.is_late(at)
        return np.asarray(np.searchsorted(self.business, day + late, side="left"))


def _after_business_minutes(days: _Days, rule: DueRule, at: Seconds) -> Seconds:
    counted = np.where(days.is_late(at), days.first_opens[days.business_of(at)], at)
    clock = days.open_before(counted) + rule.amount * 60
    ends = np.searchsorted(days.until, clock, side="left")
    return np.asarray(days.closes[ends] - (days.until[ends] - clock))


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


_COUNT: dict[DueUnit, Callable[[_Days, DueRule, Seconds], Seconds]] = {
    DueUnit.BUSINESS_MINUTES: _after_business_minutes,
    DueUnit.CALENDAR_MINUTES: _after_calendar_minutes,
    DueUnit.BUSINESS_DAYS: _after_business_days,
    DueUnit.CALENDAR_DAYS: _after_calendar_days,
}


def _days_that_reach(
    calendar: BusinessCalendar, rule: DueRule, earliest: int, latest: int
) -> _Days:
    """Return the days from the first arrival to where the last one's time is up."""
    zone = ZoneInfo(calendar.tz)
    first = _local_date(earliest, zone) - timedelta(days=1)
    last = _local_date(latest, zone)
    reach = REACH_DAYS + (rule.amount if rule.unit.is_days else 0)
    while not _holds(
        days := _days(calendar, rule, first, last + timedelta(days=reach)), rule, latest
    ):
        if reach >= SEARCH_LIMIT_DAYS:
            msg = (
                f"This calendar has no {rule.amount} open {rule.unit.split('_')[1]} in the ten "
                f"years after {datetime.fromtimestamp(latest, tz=zone):%Y-%m-%d %H:%M}; "
                "set opening hours."
            )
            raise ValueError(msg)
        reach = min(reach * 4, SEARCH_LIMIT_DAYS)
    return days


def _holds(days: _Days, rule: DueRule, latest: int) -> bool:
    """Tell whether the time of what arrives then is up within the days, past its cut-off too."""
    after = int(np.searchsorted(days.midnights, latest, side="right"))
    if not rule.unit.is_business:
        return after + (rule.amount if rule.unit.is_days else 0) < len(days.midnights) - 1
    later = np.searchsorted(days.business, after)
    if rule.unit.is_days:
        return int(days.business.size - later) > rule.amount
    # The opening of the next business day must be among the days.
    return bool(later < days.business.size) and int(days.until[-1]) >= rule.amount * 60 + int(
        days.open_before(days.midnights[after])
    )


def _days(calendar: BusinessCalendar, rule: DueRule, first: date, last: date) -> _Days:
    zone = ZoneInfo(calendar.tz)
    dates = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    bounds = [day_bounds(day, zone) for day in dates]
    ends = [_epoch(day.ends_at) for day in bounds]
    open_days = [merge(calendar.intervals(day)) if rule.unit.is_business else [] for day in dates]
    business = [index for index, stretches in enumerate(open_days) if stretches]
    whole = merge(stretch for stretches in open_days for stretch in stretches)
    opens = _array(_epoch(stretch.starts_at) for stretch in whole)
    closes = _array(_epoch(stretch.ends_at) for stretch in whole)
    return _Days(
        midnights=_array([_epoch(bounds[0].starts_at), *ends]),
        cutoffs=_array(
            ends
            if rule.cutoff_minute is None
            else [_cutoff(day, rule.cutoff_minute, zone) for day in dates]
        ),
        opens=opens,
        closes=closes,
        until=np.cumsum(closes - opens),
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
