"""How much of a queue's work anybody could do in time under a due rule, before anything is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from forecasting.queries import arrivals_between
from staffing.core.due_times import open_seconds_until, open_stretches, stretch_seconds
from staffing.core.handling_times import share_done_within
from staffing.core.kernels import FloatArray
from staffing.core.params import RequirementParams
from wfm.org.calendars import business_calendar
from wfm.org.models import Queue
from wfm.timeline import BusinessCalendar, DueRule, due_instants
from wfm.timeline.grid import Instants

HISTORY = timedelta(weeks=4)
PARTS = 3
"""Each interval's arrivals are looked at in so many moments."""


@dataclass(frozen=True)
class DueCeiling:
    """The most that any number of people could have done in time.

    Attributes:
        level: Share of the items that arrived.
        items: How many these were.

    """

    level: float
    items: int


def due_ceiling(queue: Queue, rule: DueRule, *, before: datetime) -> DueCeiling | None:
    """Return the ceiling over what arrived in the last four weeks; None where nothing did.

    Each item has somebody of its own, who works on it while the queue is open. Raises ValueError where
    the calendar holds no due time.
    """
    since = before - HISTORY
    starts, offered = arrivals_between(queue, starts_at=since, ends_at=before)
    if not starts.size:
        return None
    step = np.timedelta64(queue.interval_minutes * 60, "s")
    offsets = (np.arange(PARTS) * 2 + 1) * step // (2 * PARTS)
    arrived = np.asarray(starts[:, None] + offsets, "datetime64[s]").ravel()
    calendar = business_calendar(queue)
    spare = _open_seconds(calendar, arrived, due_instants(calendar, rule, arrived))
    aht = np.full(spare.size, float(queue.default_aht_seconds))
    share = share_done_within(spare, aht, RequirementParams().handling_spread)
    level = float(np.repeat(offered, PARTS) @ share / (PARTS * offered.sum()))
    return DueCeiling(level=level, items=round(offered.sum()))


def _open_seconds(calendar: BusinessCalendar, arrived: Instants, due: Instants) -> FloatArray:
    """Return the open time between each arrival and its due time."""
    first: datetime = arrived.min().astype(object).replace(tzinfo=UTC)
    last: datetime = due.max().astype(object).replace(tzinfo=UTC)
    stretches = open_stretches(calendar, starts_at=first, ends_at=max(last, first))
    opens, closes = stretch_seconds(stretches, starts_at=first)
    since_first = [(moments - arrived.min()).astype(np.float64) for moments in (arrived, due)]
    begun, ended = (open_seconds_until(opens, closes, moments) for moments in since_first)
    return np.asarray(np.maximum(ended - begun, 0.0))
