"""Intervals at risk: where service is expected to miss its goal or people are missing, and what that costs."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SECONDS_PER_HOUR = 3600.0


class Cause(StrEnum):
    """Why an interval is at risk; the first that holds is told."""

    SERVICE = "service"
    LATE = "late"
    SHORT = "short"


@dataclass(frozen=True, kw_only=True)
class QueueRisk:
    """One queue's intervals, all arrays of one length; NaN where nothing is known.

    Attributes:
        is_live: Waits seconds; else hours or days.
        counted: Contacts, or items due, of which a prediction is made.
        in_time: Of these, those expected in time.
        at_risk: Expected too late beyond what the goal allows.
        short_people: People missing against those to schedule.
        hours: Length of the intervals.
        aht_seconds: Handling time of one.
        hour_value: Money that a missing person-hour costs.

    """

    is_live: bool
    counted: Floats
    in_time: Floats
    at_risk: Floats
    short_people: Floats
    hours: float
    aht_seconds: float
    hour_value: float


@dataclass(frozen=True, kw_only=True)
class Window:
    """Intervals at risk that touch, as one.

    Attributes:
        first: First interval.
        end: The interval after the last one.
        cause: Why.
        at_risk: Contacts or items.
        counted: Of so many.
        level: Expected; None where nothing is counted.
        short_hours: Person-hours missing.
        most_short: People missing at its worst moment.
        worst: The interval that costs most.
        cost: Money.

    """

    first: int
    end: int
    cause: Cause
    at_risk: float
    counted: float
    level: float | None
    short_hours: float
    most_short: float
    worst: int
    cost: float


LEAST_AT_RISK = 0.5
LEAST_SHORT = 0.5
"""Parts of a contact or of a person that count as none."""


def cost_by_interval(risk: QueueRisk) -> Floats:
    """Return what each interval costs: the larger of the hours missing and the work not done in time.

    Both look at the same want of people: they are not added. A deferred queue costs by what will be
    late alone, for its people may be there at another hour.
    """
    late_hours = np.nan_to_num(risk.at_risk) * risk.aht_seconds / SECONDS_PER_HOUR
    short_hours = np.nan_to_num(risk.short_people) * risk.hours if risk.is_live else 0.0
    return np.asarray(np.maximum(late_hours, short_hours) * risk.hour_value)


def marks(risk: QueueRisk) -> NDArray[np.bool_]:
    """Tell which intervals are at risk."""
    late = np.nan_to_num(risk.at_risk) >= LEAST_AT_RISK
    if not risk.is_live:
        return np.asarray(late)
    return np.asarray(late | (np.nan_to_num(risk.short_people) >= LEAST_SHORT))


def windows(risk: QueueRisk, *, since: int) -> list[Window]:
    """Return the windows from an interval on, in order of time."""
    found = marks(risk)
    found[:since] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[False], found, [False]]).astype(np.int8)))
    cost = cost_by_interval(risk)
    return [
        _window(risk, cost, int(first), int(end))
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _window(risk: QueueRisk, cost: Floats, first: int, end: int) -> Window:
    part = slice(first, end)
    counted = float(np.nansum(risk.counted[part]))
    at_risk = float(np.nansum(risk.at_risk[part]))
    short = np.nan_to_num(risk.short_people[part])
    if not risk.is_live:
        cause = Cause.LATE
    else:
        cause = Cause.SERVICE if at_risk >= LEAST_AT_RISK else Cause.SHORT
    return Window(
        first=first,
        end=end,
        cause=cause,
        at_risk=at_risk,
        counted=counted,
        level=float(np.nansum(risk.in_time[part])) / counted if counted > 0 else None,
        short_hours=float(short.sum()) * risk.hours,
        most_short=float(short.max()),
        worst=first + int(cost[part].argmax()),
        cost=float(cost[part].sum()),
    )


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Volume of some time against its forecast."""

    actual: float
    forecast: float

    @property
    def share(self) -> float | None:
        """By which share more came than forecast, below 0 for less; None without forecast."""
        return self.actual / self.forecast - 1.0 if self.forecast > 0 else None


def deviation(actual: Floats, forecast: Floats) -> Deviation:
    """Return the sums over the intervals of which both are known."""
    known = np.isfinite(actual) & np.isfinite(forecast)
    return Deviation(actual=float(actual[known].sum()), forecast=float(forecast[known].sum()))
