"""Deferred queues of the demo: items that arrive, are due in business hours, and get done. Pure.

Items are worked in order of their due time, which here is their order of arrival. The work runs on
an axis of business seconds: the same simulation as for calls, with infinite patience and agents that
change by day. A few items stall (someone waits for a document) and are finished days later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

import numpy as np

from wfm.demo.calendar import days_between
from wfm.demo.queueing import Contacts, Duty, Floats, simulate
from wfm.demo.volumes import VolumeParams, offered_contacts
from wfm.timeline import BusinessCalendar, day_bounds

WARM_UP_DAYS = 21
STALLED_SHARE = 0.035
STREAM_ITEMS = 21
STREAM_TEAM = 22
STREAM_TOUCH = 23


@dataclass(frozen=True)
class DeferredParams:
    """How items of a deferred queue behave.

    Attributes:
        prefix: first letters of an item's reference.
        touch_seconds: mean handling time, log-normal.
        touch_cv: its coefficient of variation.
        due_business_hours: hours of business time from arrival to the due time.
        busy_share: share of the team's time that the mean work fills; lower = shorter backlog.

    """

    prefix: str
    touch_seconds: float
    touch_cv: float
    due_business_hours: float
    busy_share: float = 0.88


@dataclass(frozen=True)
class Item:
    """One piece of deferred work; `completed_at` None while open."""

    reference: str
    arrived_at: datetime
    due_at: datetime
    completed_at: datetime | None
    touch_seconds: float


@dataclass(frozen=True)
class BusinessAxis:
    """Seconds of business time since the first opening, and back."""

    opens: Floats
    closes: Floats
    before: Floats

    @classmethod
    def over(cls, calendar: BusinessCalendar, days: Sequence[date]) -> "BusinessAxis":
        """Build the axis over consecutive local days."""
        stretches = [stretch for day in days for stretch in calendar.intervals(day)]
        opens = np.array([stretch.starts_at.timestamp() for stretch in stretches])
        closes = np.array([stretch.ends_at.timestamp() for stretch in stretches])
        before = np.concatenate([[0.0], np.cumsum(closes - opens)[:-1]])
        return cls(opens, closes, before)

    def business_seconds(self, epoch: Floats) -> Floats:
        """Return the business seconds that have passed at each instant."""
        stretch = np.maximum(np.searchsorted(self.opens, epoch, side="right") - 1, 0)
        inside = np.clip(epoch - self.opens[stretch], 0.0, (self.closes - self.opens)[stretch])
        return self.before[stretch] + inside

    def epoch(self, business: Floats) -> Floats:
        """Return the first instant at which so many business seconds have passed."""
        stretch = np.maximum(np.searchsorted(self.before, business, side="left") - 1, 0)
        return self.opens[stretch] + business - self.before[stretch]


def simulate_items(
    params: DeferredParams,
    volume: VolumeParams,
    calendar: BusinessCalendar,
    days: Sequence[date],
    levels: Sequence[float],
    *,
    seed: int,
) -> list[Item]:
    """Return all items that arrive on consecutive days, done as far as they ever will be.

    `levels` are the day's factors on the volume. The caller cuts at its own "now": an item whose
    completion lies later is still open there. The same days in a longer list give the same items.
    """
    drawn = [
        _arrivals(params, volume, calendar.tz, day, level, seed)
        for day, level in zip(days, levels, strict=True)
    ]
    arrived = np.concatenate([part[0] for part in drawn])
    touch = np.concatenate([part[1] for part in drawn])
    stall = np.concatenate([part[2] for part in drawn])
    references = [
        f"{params.prefix}-{day:%Y%m%d}-{index:04d}"
        for day, part in zip(days, drawn, strict=True)
        for index in range(len(part[0]))
    ]
    later = days_between(days[-1] + timedelta(days=1), days[-1] + timedelta(days=60))
    axis = BusinessAxis.over(calendar, [*days, *later])
    business = axis.business_seconds(arrived)
    outcomes = simulate(
        Contacts(business, touch, np.full(len(arrived), np.inf)),
        _team(params, volume, axis, calendar, [*days, *later], seed=seed),
    )
    done = axis.epoch(business + outcomes.wait_seconds + touch + stall)
    due = axis.epoch(business + params.due_business_hours * 3600)
    return [
        Item(reference, _instant(at), _instant(due_at), _instant(end), round(float(seconds), 1))
        for reference, at, due_at, end, seconds in zip(
            references, arrived, due, done, touch, strict=True
        )
    ]


def arriving_items(
    params: DeferredParams,
    volume: VolumeParams,
    calendar: BusinessCalendar,
    day: date,
    level: float,
    *,
    seed: int,
) -> list[Item]:
    """Return the items of one local day as they arrive, all open; the same ones as in the history."""
    arrived, touch, _stall = _arrivals(params, volume, calendar.tz, day, level, seed)
    axis = BusinessAxis.over(calendar, days_between(day, day + timedelta(days=60)))
    due = axis.epoch(axis.business_seconds(arrived) + params.due_business_hours * 3600)
    return [
        Item(
            f"{params.prefix}-{day:%Y%m%d}-{index:04d}",
            _instant(at),
            _instant(due_at),
            None,
            round(float(seconds), 1),
        )
        for index, (at, due_at, seconds) in enumerate(zip(arrived, due, touch, strict=True))
    ]


def touch_seconds(params: DeferredParams, reference: str) -> float:
    """Return the work that an open item will take, drawn from its reference."""
    rng = np.random.default_rng([STREAM_TOUCH, crc32(reference.encode())])
    sigma = float(np.sqrt(np.log(1 + params.touch_cv**2)))
    return max(float(rng.lognormal(np.log(params.touch_seconds) - sigma**2 / 2, sigma)), 20.0)


def is_held_up(reference: str, day: date) -> bool:
    """Tell whether an item cannot be worked on this day, because somebody waits for a document."""
    return crc32(f"{reference} {day}".encode()) % 1000 < STALLED_SHARE * 1000


def _arrivals(
    params: DeferredParams, volume: VolumeParams, tz: str, day: date, level: float, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Draw a day's items: arrival (epoch seconds), touch seconds, stall in business seconds."""
    counts = offered_contacts(volume, day, np.arange(0, 1440, 15), level=level, seed=seed)
    rng = np.random.default_rng([seed, volume.key, day.toordinal(), STREAM_ITEMS])
    bounds = day_bounds(day, tz)
    seconds = np.repeat(np.arange(0, 86_400, 900), counts) + rng.uniform(0, 900, int(counts.sum()))
    scale = bounds.seconds / 86_400  # a day of 23 or 25 hours is stretched, items are not lost
    arrived = np.floor(bounds.starts_at.timestamp() + np.sort(seconds) * scale)
    sigma = float(np.sqrt(np.log(1 + params.touch_cv**2)))
    touch = rng.lognormal(np.log(params.touch_seconds) - sigma**2 / 2, sigma, len(arrived))
    stalled = rng.random(len(arrived)) < STALLED_SHARE
    return (
        arrived,
        np.maximum(touch, 20.0),
        np.where(stalled, rng.uniform(4, 30, len(arrived)) * 3600, 0.0),
    )


def _team(
    params: DeferredParams,
    volume: VolumeParams,
    axis: BusinessAxis,
    calendar: BusinessCalendar,
    days: Sequence[date],
    *,
    seed: int,
) -> Duty:
    """Return the past team by day: enough for the mean work, one fewer on some days."""
    weekly_items = volume.mean_per_day * sum(volume.weekday_levels)
    open_seconds = sum(
        (closes - opens) * 60
        for weekday in range(7)
        for opens, closes in calendar.weekly.get(weekday, ())
    )
    mean = weekly_items * params.touch_seconds / open_seconds / params.busy_share
    starts, agents = [], []
    for day in days:
        stretches = calendar.intervals(day)
        if not stretches:
            continue
        rng = np.random.default_rng([seed, volume.key, day.toordinal(), STREAM_TEAM])
        opens = np.array([stretches[0].starts_at.timestamp()])
        starts.append(float(axis.business_seconds(opens)[0]))
        agents.append(max(int(np.ceil(mean)) - int(rng.random() < 0.2), 1))
    return Duty(np.array(starts), np.array(agents, dtype=np.int64))


def _instant(epoch: float) -> datetime:
    return datetime.fromtimestamp(round(float(epoch)), tz=UTC)
