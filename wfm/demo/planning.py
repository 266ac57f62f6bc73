"""Which weeks the demo schedules from which forecast. Pure.

Weeks are planned from what was known on the Saturday before the first of them, as a real planner
would. The week of the day before yesterday is always there, so that even on a Monday there are worked
days to look at, and the week after this one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from wfm.demo.calendar import WEEK, monday_of

LOOK_BACK = timedelta(days=2)
SATURDAY_BEFORE = timedelta(days=2)
FORECAST_DAYS = 42


@dataclass(frozen=True)
class PlannedWeeks:
    """Weeks (their Mondays) that are scheduled from one forecast with this origin."""

    origin: date
    weeks: tuple[date, ...]


def wanted_weeks(today: date) -> list[date]:
    """Return the Mondays of the weeks that should have a published schedule."""
    first, last = monday_of(today - LOOK_BACK), monday_of(today) + WEEK
    count = (last - first).days // 7 + 1
    return [first + WEEK * number for number in range(count)]


def plan_weeks(
    today: date, *, bank_until: date, scheduled: Collection[date]
) -> PlannedWeeks | None:
    """Return the weeks still to be scheduled with the origin of their forecast; None when none is.

    The origin is the Saturday before the first of them, or the end of the bank's history where that
    is earlier.
    """
    missing = tuple(week for week in wanted_weeks(today) if week not in scheduled)
    if not missing:
        return None
    return PlannedWeeks(min(missing[0] - SATURDAY_BEFORE, bank_until), missing)
