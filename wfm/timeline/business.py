"""Business time: opening hours by weekday on a wall clock, closed dates, special dates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wfm.timeline.grid import Instants, local_dates
from wfm.timeline.interval import Interval, merge

MinuteSpan = tuple[int, int]
SEARCH_LIMIT_DAYS = 3660


@dataclass(frozen=True)
class BusinessCalendar:
    """When a queue works.

    Attributes:
        tz: IANA zone of the wall clock.
        weekly: weekday (0 = Monday) to spans (open_minute, close_minute) of the local day, end 1440
            at most; a night is two spans on two days.
        closed_dates: local dates without work.
        special_dates: local dates with their own spans, stronger than both of the above.

    """

    tz: str
    weekly: Mapping[int, Sequence[MinuteSpan]]
    closed_dates: frozenset[date] = frozenset()
    special_dates: Mapping[date, Sequence[MinuteSpan]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        spans = [
            span for day in (*self.weekly.values(), *self.special_dates.values()) for span in day
        ]
        for opens, closes in spans:
            if not 0 <= opens < closes <= 1440:
                msg = f"Expected 0 <= opens < closes <= 1440 minutes, got {opens} to {closes}."
                raise ValueError(msg)

    @classmethod
    def always(cls, tz: str) -> "BusinessCalendar":
        """Return a calendar that never closes."""
        return cls(tz=tz, weekly={weekday: [(0, 1440)] for weekday in range(7)})

    def spans(self, day: date) -> Sequence[MinuteSpan]:
        """Return the open minutes of a local date, in order."""
        if day in self.special_dates:
            return sorted(self.special_dates[day])
        if day in self.closed_dates:
            return ()
        return sorted(self.weekly.get(day.weekday(), ()))

    def intervals(self, day: date) -> list[Interval]:
        """Return the open stretches of a local date as instants in UTC, none touching the next."""
        zone = _zone(self.tz)
        found = []
        for opens, closes in self.spans(day):
            starts_at, ends_at = _instant(day, opens, zone), _instant(day, closes, zone)
            if starts_at < ends_at:
                found.append(Interval(starts_at, ends_at))
        return merge(found)

    def open_mask(self, instants: Instants) -> NDArray[np.bool_]:
        """Tell for each instant whether the queue is open then, as `intervals` says."""
        seconds = instants.astype("datetime64[s]").astype(np.int64)
        days = [day.astype(object) for day in np.unique(local_dates(instants, self.tz))]
        stretches = merge(stretch for day in days for stretch in self.intervals(day))
        if not stretches:
            return np.zeros(instants.shape, dtype=bool)
        opens = np.array([stretch.starts_at.timestamp() for stretch in stretches], dtype=np.int64)
        closes = np.array([stretch.ends_at.timestamp() for stretch in stretches], dtype=np.int64)
        at = np.searchsorted(opens, seconds, side="right") - 1
        return np.asarray((at >= 0) & (seconds < closes[at]))

    def add_business_seconds(self, at: datetime, seconds: float) -> datetime:
        """Return the instant at which so many open seconds have passed since `at`.

        An arrival while closed starts to count at the next opening. Raises ValueError when ten
        years of this calendar do not hold that much open time.
        """
        left = float(seconds)
        if left < 0:
            msg = f"Expected seconds >= 0, got {seconds}."
            raise ValueError(msg)
        for stretch in self._open_from(at):
            if left <= stretch.seconds:
                return stretch.starts_at + timedelta(seconds=left)
            left -= stretch.seconds
        msg = f"This calendar has no {seconds} open seconds in the ten years after {at}."
        raise ValueError(msg)

    def business_seconds_between(self, starts_at: datetime, ends_at: datetime) -> float:
        """Return the open seconds in [starts_at, ends_at)."""
        total = 0.0
        for stretch in self._open_from(starts_at):
            if stretch.starts_at >= ends_at:
                break
            total += (min(stretch.ends_at, ends_at) - stretch.starts_at).total_seconds()
        return total

    def _open_from(self, at: datetime) -> Iterator[Interval]:
        first = at.astimezone(_zone(self.tz)).date() - timedelta(days=1)
        for offset in range(SEARCH_LIMIT_DAYS):
            for stretch in self.intervals(first + timedelta(days=offset)):
                if stretch.ends_at > at:
                    yield Interval(max(stretch.starts_at, at.astimezone(UTC)), stretch.ends_at)


@lru_cache(maxsize=256)
def _zone(tz: str) -> ZoneInfo:
    return ZoneInfo(tz)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the instant at which the wall clock shows that minute (a skipped one: its shift)."""
    whole_days, rest = divmod(minute, 1440)
    moment = datetime.combine(
        day + timedelta(days=whole_days), time(rest // 60, rest % 60), tzinfo=zone
    )
    return moment.astimezone(UTC)
