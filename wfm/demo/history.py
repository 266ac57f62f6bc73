"""The past of each queue of the demo, as arrays and items. Pure.

A history may be made in pieces: the rows of a day depend on the seed and the days around it alone,
never on when or how often the demo was started.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.demo.bank import KEPT_SHARE, BankCalls, offered_calls
from wfm.demo.calendar import SourceCalendar, days_between
from wfm.demo.deferred import WARM_UP_DAYS, Item, simulate_items
from wfm.demo.live import LiveDay, LiveIntervals, simulate_days
from wfm.demo.operation import SEED, QueueSpec
from wfm.demo.queueing import Counts, Floats
from wfm.demo.volumes import expected_contacts, line_calls, offered_contacts, storm_level
from wfm.timeline import BusinessCalendar, day_bounds


@dataclass(frozen=True)
class LiveHistory:
    """Intervals of a live queue: starts in UTC (epoch seconds) and what happened in each."""

    starts: Counts
    intervals: LiveIntervals


@dataclass(frozen=True)
class _BankVolumes:
    """The bank's calls and what a planner of the past expected: the mean of the same weekdays."""

    calls: BankCalls
    calendar: SourceCalendar
    expected_by_weekday: dict[int, Floats]


def live_history(
    queue: QueueSpec,
    calls: BankCalls,
    source: SourceCalendar,
    calendar: BusinessCalendar,
    *,
    starts_on: date,
    until: date,
) -> LiveHistory:
    """Return the intervals of a live queue on the local days [starts_on, until) on which it opens.

    A queue that never closes is run from one day earlier, so that the line at midnight is there.
    """
    if queue.live is None:
        msg = f"Queue {queue.key} is deferred; it has items, not waits."
        raise ValueError(msg)
    warm_up = timedelta(days=1) if starts_on > source.starts_on else timedelta(0)
    days = live_days(queue, calls, source, calendar, days_between(starts_on - warm_up, until))
    if not days:
        return LiveHistory(np.zeros(0, dtype=np.int64), _no_intervals())
    epochs = np.concatenate([day.starts for day in days])
    keep = epochs >= day_bounds(starts_on, calendar.tz).starts_at.timestamp()
    return LiveHistory(epochs[keep], _select(simulate_days(queue.live, days, seed=SEED), keep))


def live_days(
    queue: QueueSpec,
    calls: BankCalls,
    source: SourceCalendar,
    calendar: BusinessCalendar,
    days: Sequence[date],
) -> list[LiveDay]:
    """Return what comes to a live queue on each of its local days; closed days are left out."""
    bank = _bank_volumes(calls, source) if queue.volume is None else None
    made = (_live_day(queue, bank, calendar, day) for day in days)
    return [day for day in made if day is not None]


def _bank_volumes(calls: BankCalls, source: SourceCalendar) -> _BankVolumes:
    expected = {
        weekday: np.mean(
            [row for day, row in calls.by_day.items() if day.weekday() == weekday], axis=0
        )
        * KEPT_SHARE
        for weekday in range(5)
    }
    return _BankVolumes(calls, source, expected)


def _live_day(
    queue: QueueSpec, bank: _BankVolumes | None, calendar: BusinessCalendar, day: date
) -> LiveDay | None:
    """Return a day's volumes; None when the queue is closed."""
    first = int(day_bounds(day, calendar.tz).starts_at.timestamp())
    stretches = calendar.intervals(day)
    if not stretches:
        return None
    epochs = np.concatenate(
        [
            np.arange(int(stretch.starts_at.timestamp()), int(stretch.ends_at.timestamp()), 900)
            for stretch in stretches
        ]
    )
    if bank is not None:
        counts = offered_calls(bank.calls, bank.calendar, day, seed=SEED)
        if counts is None:
            return None
        expected = bank.expected_by_weekday[day.weekday()]
    else:
        if queue.volume is None:
            msg = f"Queue {queue.key} has no volume."
            raise ValueError(msg)
        level = line_calls(day, seed=SEED) if queue.follows_claims else 1.0
        minutes = (epochs - first) // 60
        expected = expected_contacts(queue.volume, day, minutes, level=level)
        counts = offered_contacts(queue.volume, day, minutes, level=level, seed=SEED)
    return LiveDay(day, epochs, expected, counts)


def _select(intervals: LiveIntervals, keep: NDArray[np.bool_]) -> LiveIntervals:
    return LiveIntervals(
        **{item.name: getattr(intervals, item.name)[keep] for item in fields(intervals)}
    )


def _no_intervals() -> LiveIntervals:
    nothing: dict[str, Any] = {
        item.name: np.zeros(0, dtype=np.int64) for item in fields(LiveIntervals)
    }
    return LiveIntervals(**nothing)


def deferred_history(
    queue: QueueSpec,
    calendar: BusinessCalendar,
    *,
    starts_on: date,
    until: date,
    seen_at: datetime | None = None,
) -> list[Item]:
    """Return the items of a deferred queue that are open at the start or arrive before `until`.

    They look as they do at `seen_at` (without it: at the end of the last day): later arrivals are
    left out, items that end later are open. Weeks before the start build up the opening backlog.
    """
    if queue.deferred is None or queue.volume is None:
        msg = f"Queue {queue.key} is live; it has no items."
        raise ValueError(msg)
    days = days_between(starts_on - timedelta(days=WARM_UP_DAYS), until)
    levels = [storm_level(day, seed=SEED) if queue.key == "claims" else 1.0 for day in days]
    items = simulate_items(queue.deferred, queue.volume, calendar, days, levels, seed=SEED)
    opens_at = day_bounds(starts_on, calendar.tz).starts_at
    moment = seen_at or day_bounds(until, calendar.tz).starts_at
    return [
        _as_seen(item, moment)
        for item in items
        if item.arrived_at < moment and (item.completed_at is None or item.completed_at >= opens_at)
    ]


def _as_seen(item: Item, moment: datetime) -> Item:
    if item.completed_at is not None and item.completed_at < moment:
        return item
    return Item(item.reference, item.arrived_at, item.due_at, None, item.touch_seconds)


def utc(epoch: int) -> datetime:
    """Return the instant of epoch seconds."""
    return datetime.fromtimestamp(epoch, tz=UTC)
