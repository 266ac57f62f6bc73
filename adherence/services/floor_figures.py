"""Compute the figures of the whole floor that every live page shows."""

from datetime import datetime

from adherence.queries.impact import queue_impacts
from adherence.queries.trend import busy_trend
from adherence.services.floor_cache import IMPACT, TREND, keep


def refresh_impacts(*, at: datetime) -> int:
    """Compute what one agent does to each queue; return of how many queues."""
    found = queue_impacts(at=at)
    value = {
        "queues": [impact.as_dict() for impact in found.queues],
        "home": found.home_queue,
    }
    keep(IMPACT, value, at=at)
    return len(found.queues)


def refresh_trend(*, at: datetime) -> None:
    """Compute how busy people were at home and in the office."""
    keep(TREND, busy_trend(at=at).as_dict(), at=at)
