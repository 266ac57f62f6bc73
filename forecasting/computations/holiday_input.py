"""A queue's special days, national holidays and make-up workdays, as the engine takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forecasting import queries
from forecasting.core.make_up_days import MakeUpDays, make_up_days
from forecasting.core.special_days import SpecialCalendar, SpecialDate
from wfm.org.models import Queue


@dataclass(frozen=True)
class HolidayInput:
    """What is special about the dates of some queues."""

    special: list[list[SpecialDate]]
    """By queue: the planner's special days, and the holidays of the other dates."""
    make_up: tuple[MakeUpDays, ...]
    """By queue: horizon dates to be forecast like others."""


def holiday_input(
    queues: Sequence[Queue], *, first_date: date, history_days: int, horizon_days: int
) -> HolidayInput:
    """Special days of the queues from the first date of the history to the last of the horizon.

    A planner's special day goes before a holiday of the same date. Past make-up workdays are not
    learnt from.
    """
    ahead = first_date + timedelta(days=history_days)
    last = ahead + timedelta(days=horizon_days)
    special: list[list[SpecialDate]] = []
    make_up: list[MakeUpDays] = []
    for queue, typed in zip(queues, queries.special_dates_of(queues), strict=True):
        calendar = queries.holiday_calendar(queue, first_date - timedelta(days=1), last)
        special.append(_merged(typed, calendar, ahead))
        make_up.append(make_up_days(calendar, ahead, horizon_days, search_days=0))
    return HolidayInput(special=special, make_up=tuple(make_up))


def _merged(typed: list[SpecialDate], calendar: SpecialCalendar, ahead: date) -> list[SpecialDate]:
    taken = {item.on_date for item in typed}
    national = calendar.special_dates(before=ahead)
    return [*typed, *(item for item in national if item.on_date not in taken)]
