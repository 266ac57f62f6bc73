"""Which source day stands for which day of the demo operation. Pure.

The bank's calls are real weekdays of 2003. On the first load they are shifted by whole weeks so
that the series ends last Friday. That anchor is then kept: what was loaded never changes. As weeks
pass the history grows at its end; after the last source week the source starts again with its
first week (a second "lap"), so that every new week is again a week of real calls.
"""

from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(weeks=1)
FRIDAY = 4


def last_friday(today: date) -> date:
    """Return the latest Friday before `today`; on a Friday that is the one a week ago."""
    return today - timedelta(days=(today.weekday() - FRIDAY - 1) % 7 + 1)


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class SourceDay:
    """The source day behind a day of the demo, and how often the source was read before."""

    source_date: date
    lap: int


@dataclass(frozen=True)
class SourceCalendar:
    """Maps days of the demo to days of the source by whole weeks.

    Attributes:
        source_starts_on: Monday of the source's first week.
        source_ends_on: Friday of the source's last week.
        anchor_friday: day of the demo that `source_ends_on` stands for in the first lap.

    """

    source_starts_on: date
    source_ends_on: date
    anchor_friday: date

    def __post_init__(self) -> None:
        if self.source_starts_on.weekday() != 0:
            msg = f"Expected the source to start on a Monday, got {self.source_starts_on}."
            raise ValueError(msg)
        for name in ("source_ends_on", "anchor_friday"):
            if getattr(self, name).weekday() != FRIDAY:
                msg = f"Expected {name} to be a Friday, got {getattr(self, name)}."
                raise ValueError(msg)

    @property
    def weeks(self) -> int:
        """Length of the source in weeks."""
        return (self.source_ends_on - self.source_starts_on).days // 7 + 1

    @property
    def starts_on(self) -> date:
        """First day of the demo's history, a Monday."""
        return self.anchor_friday - (self.source_ends_on - self.source_starts_on)

    def source_day(self, day: date) -> SourceDay:
        """Return what stands behind a day of the demo; the weekday is always the same."""
        offset = (day - self.starts_on).days
        if offset < 0:
            msg = f"The demo's history starts on {self.starts_on}; {day} is earlier."
            raise ValueError(msg)
        week, weekday = divmod(offset, 7)
        lap, source_week = divmod(week, self.weeks)
        return SourceDay(self.source_starts_on + timedelta(days=source_week * 7 + weekday), lap)


def days_between(starts_on: date, ends_on: date) -> list[date]:
    """Return the days of [starts_on, ends_on)."""
    return [starts_on + timedelta(days=index) for index in range((ends_on - starts_on).days)]
