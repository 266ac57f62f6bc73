"""Days, weeks and months on a wall clock, as half-open stretches of instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from wfm.metrics.sla import Period
from wfm.timeline import Interval, day_bounds
from wfm.timeline.grid import Instants


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One period: local dates [starts_on, ends_on) and the instants at which they begin."""

    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime

    @property
    def interval(self) -> Interval:
        """The stretch of instants."""
        return Interval(self.starts_at, self.ends_at)


def span_of(*, period: Period, day: date, tz: str) -> Span:
    """Return the period that holds a local date; weeks begin on Monday.

    Raises ValueError for intervals, which have no local date of their own.
    """
    first = _first_day(period, day)
    following = _following(period, first)
    return Span(
        starts_on=first,
        ends_on=following,
        starts_at=day_bounds(first, tz).starts_at,
        ends_at=day_bounds(following, tz).starts_at,
    )


def spans_between(*, period: Period, first: date, last: date, tz: str) -> list[Span]:
    """Return the periods that hold any of the days first…last (both included), in order."""
    found = []
    day = first
    while day <= last:
        span = span_of(period=period, day=day, tz=tz)
        found.append(span)
        day = span.ends_on
    return found


def as_datetime64(moment: datetime) -> np.datetime64:
    """Return an aware moment as datetime64[us] in UTC, without rounding."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(utc, "us")


def index_of_span(
    instants: Instants, spans: list[Span]
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return for each instant the number of its span, -1 where it lies in none.

    `spans` are in order and touch each other.
    """
    if not spans:
        return np.full(instants.shape, -1, dtype=np.intp)
    edges = np.array(
        [as_datetime64(span.starts_at) for span in spans] + [as_datetime64(spans[-1].ends_at)]
    )
    index = np.searchsorted(edges, instants.astype("datetime64[us]"), side="right") - 1
    index[index >= len(spans)] = -1
    return index


def _first_day(period: Period, day: date) -> date:
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    if period is Period.MONTH:
        return day.replace(day=1)
    if period is Period.QUARTER:
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    msg = f"A {period} has no first day."
    raise ValueError(msg)


def _following(period: Period, first: date) -> date:
    if period is Period.DAY:
        return first + timedelta(days=1)
    if period is Period.WEEK:
        return first + timedelta(days=7)
    months = 1 if period is Period.MONTH else 3
    beyond = first.month - 1 + months
    return date(first.year + beyond // 12, beyond % 12 + 1, 1)
