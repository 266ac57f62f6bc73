"""An event simulation of deferred work: single items, single people, real moments.

Items arrive one by one, day and night, each with the due time that the calendar gives its own moment.
People work in the opening hours. Who is free takes what a colleague had to put down, else the item that
is due first among those that can still be in time, else the one that is late longest. What is begun at
closing is gone on with at the next opening; who leaves earlier puts his item down, and the idle leave
first. It shares nothing with the plan but the words: no fluid, no stretches, no clock of open hours on
which the night takes no time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation_deferred_events import House, Inbox, live_through

LEAST_SPREAD = 1e-6
DueOf = Callable[[FloatArray], FloatArray]
"""Due times of items that arrive at these moments, all in seconds from the start."""


@dataclass(frozen=True)
class SimulatedOffice:
    """What happens to a deferred queue; moments are seconds from the start.

    Attributes:
        interval_seconds: Length of an interval.
        items: Items that come in each interval on average.
        aht_seconds: Mean handling time of those.
        agents: People on position in each interval, while open.
        opens: When the office opens, in order.
        closes: When it closes again, one for each.
        due_of: Due times by moment of arrival.
        held_due: Due times of the opening backlog; 0 or less was missed before.
        held_aht_seconds: Its mean handling time.
        held_late_by: By when what was missed is to be done; until then it counts as timely work.
        gives_way_factor: An item gives way when less open time is left than so many of its mean
            handling times.
        occupancy_cap: After each item its agent rests, so that at most this share is work.
        handling_spread: Standard deviation of handle times over their mean; 1 is exponential,
            others are lognormal.

    """

    interval_seconds: float
    items: FloatArray
    aht_seconds: FloatArray
    agents: IntArray
    opens: FloatArray
    closes: FloatArray
    due_of: DueOf
    held_due: FloatArray
    held_aht_seconds: float
    held_late_by: float
    gives_way_factor: float
    occupancy_cap: float = 1.0
    handling_spread: float = 1.0

    @property
    def ends(self) -> float:
        """Return the last moment."""
        return float(self.items.size * self.interval_seconds)


@dataclass(frozen=True)
class OfficeDays:
    """What came of it, by repeat.

    Attributes:
        due_items: repeat x interval: items due in it or at its end; missed ones of before left out.
        in_time_items: Of those, done by then.
        open_items: repeat x interval: backlog at its start.
        open_at_end: Backlog at the end, by repeat.
        late_done: By repeat: share of what was missed before that was done when it was to be.

    """

    due_items: FloatArray
    in_time_items: FloatArray
    open_items: FloatArray
    open_at_end: FloatArray
    late_done: FloatArray

    @property
    def level(self) -> float:
        """Return the share of all due items that were done in time; 1 without any."""
        due = float(self.due_items.sum())
        return float(self.in_time_items.sum()) / due if due else 1.0


def simulate_deferred(
    office: SimulatedOffice, *, repeats: int, seed: int | Sequence[int]
) -> OfficeDays:
    """Live through the same weeks so many times."""
    chance = np.random.default_rng(seed)
    house = _house(office)
    size = office.items.size
    held = office.held_due.size
    inboxes, counts = _inboxes(office, repeats, chance)
    due_items, in_time = np.zeros((repeats, size)), np.zeros((repeats, size))
    open_items, open_at_end = np.zeros((repeats, size)), np.zeros(repeats)
    late_done = np.ones(repeats)
    missed = office.held_due <= 0.0
    starts = np.concatenate([[0], np.cumsum(counts)])
    edges = np.arange(size + 1) * office.interval_seconds
    for repeat in range(repeats):
        inbox = Inbox(*(part[starts[repeat] : starts[repeat + 1]] for part in inboxes))
        done = live_through(inbox, house)
        is_good = done <= inbox.due + 1e-6
        counted = inbox.due <= office.ends
        counted[:held] &= ~missed
        slot = np.clip(
            np.ceil(inbox.due / office.interval_seconds).astype(np.int64) - 1, 0, size - 1
        )
        due_items[repeat] = np.bincount(slot[counted], minlength=size)
        in_time[repeat] = np.bincount(slot[counted & is_good], minlength=size)
        come = np.searchsorted(np.sort(inbox.arrives), edges, side="right")
        gone = np.searchsorted(np.sort(done), edges, side="right")
        open_items[repeat] = (come - gone)[:-1]
        open_at_end[repeat] = come[-1] - gone[-1]
        if missed.any():
            late_done[repeat] = float(is_good[:held][missed].mean())
    return OfficeDays(due_items, in_time, open_items, open_at_end, late_done)


def _inboxes(
    office: SimulatedOffice, repeats: int, chance: np.random.Generator
) -> tuple[tuple[FloatArray, FloatArray, FloatArray, FloatArray], IntArray]:
    """Draw the items of all repeats, one repeat after the other, the opening backlog first in each."""
    held = office.held_due.size
    drawn = [_arrivals(office, chance) for _repeat in range(repeats)]
    arrived = np.concatenate([moments for moments, _aht in drawn])
    sizes = np.array([moments.size for moments, _aht in drawn])
    due = office.due_of(arrived) if arrived.size else arrived
    at = np.repeat(np.cumsum(sizes) - sizes, held)
    held_due = np.where(office.held_due <= 0.0, office.held_late_by, office.held_due)
    due = np.insert(due, at, np.tile(held_due, repeats))
    aht = np.concatenate([part for _moments, part in drawn])
    aht = np.insert(aht, at, office.held_aht_seconds)
    arrived = np.insert(arrived, at, 0.0)
    latest = _open_seconds_until(office, due) - office.gives_way_factor * aht
    work = _handle_times(aht, office.handling_spread, chance)
    return (arrived, due, work, latest), sizes + held


def _arrivals(
    office: SimulatedOffice, chance: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return the moments of one repeat's arrivals and their mean handling times."""
    counts = chance.poisson(office.items)
    interval = np.repeat(np.arange(office.items.size), counts)
    moments = (interval + chance.random(interval.size)) * office.interval_seconds
    order = np.argsort(moments)
    return moments[order], office.aht_seconds[interval][order]


def _handle_times(aht: FloatArray, spread: float, chance: np.random.Generator) -> FloatArray:
    if spread < LEAST_SPREAD:
        return aht.copy()
    if spread == 1.0:
        return aht * chance.exponential(1.0, aht.size)
    variance = np.log(1.0 + spread * spread)
    return aht * np.exp(chance.normal(-0.5 * variance, np.sqrt(variance), aht.size))


def _open_seconds_until(office: SimulatedOffice, moments: FloatArray) -> FloatArray:
    """Return the open seconds from the start to each moment; after the end all time is open."""
    before = np.concatenate([[0.0], np.cumsum(office.closes - office.opens)])
    stretch = np.searchsorted(office.opens, moments, side="right")
    last = np.maximum(stretch - 1, 0)
    if office.opens.size:
        inside = np.minimum(moments, office.closes[last]) - office.opens[last]
    else:
        inside = np.zeros(moments.size)
    known = np.where(stretch > 0, before[last] + inside, 0.0)
    return np.asarray(known + np.maximum(moments - office.ends, 0.0))


def _house(office: SimulatedOffice) -> House:
    edges = np.arange(office.items.size) * office.interval_seconds
    moments = np.unique(np.concatenate([[0.0], edges, office.opens, office.closes]))
    moments = moments[moments < office.ends]
    opened = np.searchsorted(office.opens, moments, side="right")
    closed = np.searchsorted(office.closes, moments, side="right")
    is_open = opened > closed
    interval = np.minimum((moments // office.interval_seconds).astype(np.int64), edges.size - 1)
    people = np.where(is_open, office.agents[interval] if edges.size else 0, 0)
    return House(
        np.append(moments, office.ends),
        np.append(people, 0).astype(np.int64),
        np.append(is_open, False).astype(np.int64),
        1.0 / office.occupancy_cap - 1.0,
    )
