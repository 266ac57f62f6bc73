"""Paid people of one day by shrinkage code, interval by interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from staffing.queries import BoardQueue
from staffing.queries.shrinkage import people_by_code
from wfm.timeline import local_dates


@dataclass(frozen=True)
class PaidRow:
    """One interval: on position, away by code, all together."""

    starts_at: datetime
    required_agents: float
    away: list[float]
    paid: float


@dataclass(frozen=True)
class PaidPeople:
    """The table; hours are those of the day."""

    heads: list[tuple[str, bool]]
    """Name of each code, and whether the schedule places it."""
    rows: list[PaidRow]
    required_hours: float
    hours: list[float]
    paid_hours: float


def paid_people(item: BoardQueue, day: date) -> PaidPeople | None:
    """Return which code costs how many people on a day; None where there is no shrinkage."""
    found = people_by_code(item.result, item.series)
    if not found.codes:
        return None
    dates = local_dates(item.series.starts_at, item.queue.timezone)
    chosen = np.flatnonzero((dates == np.datetime64(day)) & item.series.is_open)
    moments = item.series.moments()

    def hours(people: np.ndarray) -> float:
        return float(people[chosen].sum()) * item.step_hours

    return PaidPeople(
        heads=[(found.names[code] or code, code in found.placed) for code in found.codes],
        rows=[
            PaidRow(
                starts_at=moments[row],
                required_agents=float(found.required_agents[row]),
                away=[float(found.people[code][row]) for code in found.codes],
                paid=float(found.paid_people[row]),
            )
            for row in chosen.tolist()
        ],
        required_hours=hours(found.required_agents),
        hours=[hours(found.people[code]) for code in found.codes],
        paid_hours=hours(found.paid_people),
    )
