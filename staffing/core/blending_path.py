"""A pool along its day: least agents for the live queues, and how much deferred work fits between.

Each interval begins in the state in which the one before ended. Going forward, every interval takes
the least reserve that keeps each live queue within the give of its level without deferred work; where
items taken before leave an interval no way to do so, the one before keeps more in reserve. The same
holds for the cap: live contacts and items together keep people no busier than it says, in the mean of
every interval, unless live contacts do so alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffing.core.arrival_figures import BUSY, SERVED
from staffing.core.blending_chain import Blend, Crowd, lived, nobody
from staffing.core.blending_levels import queue_figures
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.transient_path import level_of
from staffing.core.transient_search import DEFINITION, meets

MOST_BACK = 4  # steps back per interval, on average
SLOW = 1.0 / 3600.0  # the rates of nobody
SHORTEST_AHT = 60.0  # of contacts still in hand where none arrives, in seconds
CARRIED_OVER_CAP = 0.005
"""Busy share that items taken before may add where there is no room for any."""
MOST_MORE = 50


def nothing() -> None:
    """Do nothing where nobody asks how far a plan has come."""


@dataclass(frozen=True)
class PoolTraffic:
    """What is offered to the live queues of a pool, and what deferred work is there for.

    Attributes:
        arrival_rate: Interval x queue, best priority first: contacts per second, 0 while closed.
        aht_seconds: Interval x queue.
        patience_seconds: Interval x queue; NaN where nobody gives up.
        thresholds: Interval x queue x (T, short seconds or NaN).
        goals: Interval x queue x column of transient_search; NaN is not set.
        item_aht_seconds: Mean handling time of the deferred items there are; NaN where none may be
            worked on.
        is_steady_before: Whether the live queues are in the middle of their hours at the start.
        interval_seconds: Length of an interval.
        least_agents: Fewest people on position: the minimums of the live queues that are open, added
            up. Everybody serves every queue, but each was promised so many, and its part of the pool's
            people is written as its own requirement, which may not fall below.

    """

    arrival_rate: FloatArray
    aht_seconds: FloatArray
    patience_seconds: FloatArray
    thresholds: FloatArray
    goals: FloatArray
    item_aht_seconds: FloatArray
    is_steady_before: bool
    interval_seconds: float
    least_agents: IntArray

    @property
    def intervals(self) -> int:
        """Return how many there are."""
        return self.item_aht_seconds.size

    def blend(self, index: int, agents: int, floor: int) -> Blend:
        """Return the rates of one interval, all live queues taken together."""
        rates = self.arrival_rate[index]
        total = float(rates.sum())
        item_rate = 1.0 / self.item_aht_seconds[index] if floor > 0 else SLOW
        if total <= 0.0:
            slow = 1.0 / max(float(self.aht_seconds[index].max(initial=0.0)), SHORTEST_AHT)
            return Blend(0.0, slow, slow, item_rate, agents, floor)
        load = float((rates * self.aht_seconds[index]).sum())
        return Blend(total, total / load, self._leave_rate(index, agents), item_rate, agents, floor)

    def _leave_rate(self, index: int, agents: int) -> float:
        """Return the mean rate of giving up of those who wait, most of them in the worst queues."""
        rates = self.arrival_rate[index]
        leave = np.nan_to_num(1.0 / self.patience_seconds[index])
        live = np.flatnonzero(rates > 0.0)
        if live.size == 1 or np.ptp(leave[live]) == 0.0:
            return float(leave[live[0]])
        full = agents * float(rates.sum()) / float((rates * self.aht_seconds[index]).sum())
        together = np.cumsum(rates[live])
        share = np.minimum(together / max(full, 1e-12), 0.95)
        waiting = np.diff(np.concatenate([[0.0], share / (1.0 - share)]))
        return float((waiting * leave[live]).sum() / waiting.sum())

    def queues(self, index: int) -> FloatArray:
        """Return the live queues with arrivals as `blending_levels` takes them."""
        live = self.arrival_rate[index] > 0.0
        leave = np.nan_to_num(1.0 / self.patience_seconds[index, live])
        return np.column_stack(
            [self.arrival_rate[index, live], leave, self.thresholds[index, live]]
        )


@dataclass(frozen=True)
class Seen:
    """What one interval gives: its end and the figures of its live queues."""

    end: Crowd
    figures: FloatArray
    items: float
    live_busy: float
    live_law: FloatArray
    """Share of the interval with 0, 1, ... live contacts in the system, where no items are in hand."""


def seen(traffic: PoolTraffic, index: int, start: Crowd, agents: int, floor: int) -> Seen:
    """Live through one interval with so many agents and that floor."""
    blend = traffic.blend(index, agents, floor)
    end, mean = lived(start, blend, traffic.interval_seconds)
    held = mean.low + np.arange(mean.chances.shape[0])
    items = float(mean.chances.sum(axis=1) @ held)
    queues = traffic.queues(index)
    law = np.asarray(mean.chances.sum(axis=0))
    if queues.shape[0] == 0:
        return Seen(end, np.zeros((0, SERVED + 1)), items, 0.0, law)
    figures = queue_figures(mean, blend, queues)
    return Seen(end, figures, items, float(figures[0, BUSY]), law)


def levels_of(traffic: PoolTraffic, index: int, figures: FloatArray) -> FloatArray:
    """Return the service level of each live queue; NaN where none has arrivals."""
    levels = np.full(traffic.arrival_rate.shape[1], np.nan)
    live = np.flatnonzero(traffic.arrival_rate[index] > 0.0)
    for place, queue in enumerate(live.tolist()):
        definition = int(traffic.goals[index, queue, DEFINITION])
        levels[queue] = level_of(figures[place], definition)
    return levels


def opening_crowd(traffic: PoolTraffic, agents: int) -> Crowd:
    """Return the state before the first interval."""
    if not traffic.is_steady_before or agents <= 0:
        return nobody()
    crowd = nobody()
    for _turn in range(3):
        crowd = lived(crowd, traffic.blend(0, agents, 0), 3600.0)[0]
    return crowd


def least_live_agents(
    traffic: PoolTraffic, guess: IntArray, *, on_step: Callable[[], None] = nothing
) -> IntArray | None:
    """Return the fewest agents per interval with which every live queue meets its goals.

    None where so many as `guess` and some more do not. The guess is what they need apart. The least
    people are there also where nothing arrives.
    """
    agents = np.zeros(traffic.intervals, dtype=np.int64)
    crowd = opening_crowd(traffic, int(guess[0]) if guess.size else 0)
    for index in range(traffic.intervals):
        least = int(traffic.least_agents[index])
        if not (traffic.arrival_rate[index] > 0.0).any():
            agents[index] = least
            crowd = seen(traffic, index, crowd, least, 0).end if least else nobody()
            continue
        lowest = max(least, 1)
        highest = max(int(guess[index]), lowest) + MOST_MORE
        count, step = max(int(guess[index]), lowest), 1
        found: tuple[int, Crowd] | None = None
        while lowest <= highest:
            on_step()
            part = seen(traffic, index, crowd, count, 0)
            if _meets(traffic, index, part.figures, count):
                found, highest = (count, part.end), count - 1
                count = max(count - step, lowest)
            else:
                lowest = count + 1
                count = (lowest + highest) // 2 if found else min(count + step, highest)
            step *= 2
            count = min(max(count, lowest), max(highest, lowest))
        if found is None:
            return None
        agents[index], crowd = found
    return agents


def _meets(traffic: PoolTraffic, index: int, figures: FloatArray, agents: int) -> bool:
    live = np.flatnonzero(traffic.arrival_rate[index] > 0.0)
    return all(
        meets(figures[place], traffic.goals[index, queue], agents, 0.0)
        for place, queue in enumerate(live.tolist())
    )


@dataclass(frozen=True)
class Walk:
    """A pool's day with so many agents.

    Attributes:
        floor: Busy agents below which items are taken; agents - floor is the reserve. A part of one
            is the share of the interval in which there is one more, at its end.
        levels: Interval x live queue.
        figures: Of the live queues with arrivals, by interval.
        items: Mean agents on items, were there always some.
        live_busy: Mean agents on live contacts.

    """

    floor: FloatArray
    levels: FloatArray
    figures: list[FloatArray]
    items: FloatArray
    live_busy: FloatArray

    @classmethod
    def empty(cls, traffic: PoolTraffic) -> "Walk":
        """Return one to be filled."""
        size = traffic.intervals
        return cls(
            np.zeros(size),
            np.full((size, traffic.arrival_rate.shape[1]), np.nan),
            [np.zeros((0, 0))] * size,
            np.zeros(size),
            np.zeros(size),
        )

    def put(self, traffic: PoolTraffic, index: int, floor: float, part: Seen) -> None:
        """Write one interval."""
        self.floor[index] = floor
        self.levels[index] = levels_of(traffic, index, part.figures)
        self.figures[index] = part.figures
        self.items[index], self.live_busy[index] = part.items, part.live_busy


def walk_live(
    traffic: PoolTraffic, agents: IntArray, *, on_step: Callable[[], None] = nothing
) -> Walk:
    """Live through the day without deferred work."""
    walk = Walk.empty(traffic)
    crowd = opening_crowd(traffic, int(agents[0]) if agents.size else 0)
    for index in range(traffic.intervals):
        on_step()
        if agents[index] <= 0:
            crowd = nobody()
            continue
        part = seen(traffic, index, crowd, int(agents[index]), 0)
        walk.put(traffic, index, 0, part)
        crowd = part.end
    return walk


@dataclass
class _Search:
    """The walk with deferred work, interval by interval, and the way back."""

    traffic: PoolTraffic
    agents: IntArray
    least_levels: FloatArray
    cap: float
    walk: Walk
    most: IntArray
    starts: list[Crowd]
    on_step: Callable[[], None]

    def interval(self, index: int) -> bool:
        """Fill one interval with the highest floor that keeps the levels; False if none does."""
        count = int(self.agents[index])
        highest = int(min(self.most[index], count))
        if np.isnan(self.traffic.item_aht_seconds[index]):
            highest = 0
        part = seen(self.traffic, index, self.starts[index], count, 0)
        if highest > 0 and self.cap * count - part.live_busy <= 0.0:
            highest = 0
        carried = max(self.cap * count - part.live_busy, 0.0) + CARRIED_OVER_CAP * count
        kept = self._keeps(index, part) and part.items <= carried
        best = (0, part)
        if kept and highest > 0:
            best = self._highest(index, highest, best)
        self.walk.put(self.traffic, index, *best)
        if index + 1 < len(self.starts):
            self.starts[index + 1] = best[1].end
        return kept

    def _highest(self, index: int, highest: int, best: tuple[int, Seen]) -> tuple[int, Seen]:
        count = int(self.agents[index])
        lowest, step = 1, 1
        tried = min(max(self._guess(index), lowest), highest)
        while lowest <= highest:
            self.on_step()
            part = seen(self.traffic, index, self.starts[index], count, tried)
            room = self.cap * count - part.live_busy
            if self._keeps(index, part) and part.items <= room:
                best, lowest = (tried, part), tried + 1
                tried = min(tried + step, highest)
            else:
                highest = tried - 1
                tried = max(tried - step, lowest)
            if step > 1 and highest - lowest < step:
                tried = (lowest + highest) // 2
            step *= 2
        return best

    def _guess(self, index: int) -> int:
        if index == 0 or self.walk.floor[index - 1] == 0:
            return int(0.6 * self.agents[index])
        return int(self.walk.floor[index - 1] + self.agents[index] - self.agents[index - 1])

    def _keeps(self, index: int, part: Seen) -> bool:
        levels = levels_of(self.traffic, index, part.figures)
        wanted = self.least_levels[index]
        known = ~np.isnan(levels) & ~np.isnan(wanted)
        return bool(np.all(levels[known] >= wanted[known] - 1e-9))

    def back(self, index: int) -> int:
        """Lower the floor before an interval that cannot be kept; return where to go on."""
        before = index - 1
        while before >= 0 and self.walk.floor[before] == 0 and self.agents[before] > 0:
            before -= 1
        if before < 0 or self.agents[before] <= 0:
            return index + 1
        self.most[before] = self._lower(before, int(self.walk.floor[before]))
        return before

    def _lower(self, index: int, floor: int) -> int:
        """Return a floor under which fewer items are in hand, none in the end."""
        rates, aht = self.traffic.arrival_rate[index], self.traffic.aht_seconds[index]
        load = float((rates * aht).sum())
        rarely = load - 2.0 * np.sqrt(load)
        if floor > load + 1.0:
            return min(floor - 1, int(floor - (floor - load) / 4.0))
        return floor - 1 if floor > rarely else 0


def walk_blended(
    traffic: PoolTraffic,
    agents: IntArray,
    *,
    least_levels: FloatArray,
    cap: float,
    on_step: Callable[[], None] = nothing,
) -> Walk:
    """Live through the day with as much deferred work as the levels and the cap allow."""
    search = _Search(
        traffic,
        agents,
        least_levels,
        cap,
        Walk.empty(traffic),
        agents.copy(),
        [nobody() for _ in range(traffic.intervals)],
        on_step,
    )
    if traffic.intervals:
        search.starts[0] = opening_crowd(traffic, int(agents[0]))
    steps_back, index = 0, 0
    while index < traffic.intervals:
        on_step()
        if agents[index] <= 0:
            if index + 1 < traffic.intervals:
                search.starts[index + 1] = nobody()
            index += 1
            continue
        kept = search.interval(index)
        if kept or steps_back >= MOST_BACK * traffic.intervals:
            index += 1
        else:
            steps_back += 1
            index = search.back(index)
    return search.walk


def walk_interruptible(
    traffic: PoolTraffic,
    agents: IntArray,
    *,
    cap: float,
    on_step: Callable[[], None] = nothing,
) -> Walk:
    """Live through the day with items that a contact pushes aside: live service stays as it is.

    Items fill up to a floor of busy people, and give way above it, so that the greater of the floor
    and the live contacts is busy. It is the highest that keeps the cap in the mean of the interval.
    """
    walk = Walk.empty(traffic)
    crowd = opening_crowd(traffic, int(agents[0]) if agents.size else 0)
    for index in range(traffic.intervals):
        on_step()
        count = int(agents[index])
        if count <= 0:
            crowd = nobody()
            continue
        part = seen(traffic, index, crowd, count, 0)
        walk.put(traffic, index, 0, part)
        crowd = part.end
        if not np.isnan(traffic.item_aht_seconds[index]):
            room = max(cap * count - part.live_busy, 0.0)
            walk.floor[index], walk.items[index] = highest_floor(part.live_law, count, room)
    return walk


def highest_floor(live_law: FloatArray, agents: int, room: float) -> tuple[float, float]:
    """Return how many may be busy with items beside live contacts, and the mean on items then.

    Each step of the floor adds the chance that fewer live contacts are there.
    """
    law = np.zeros(agents)
    known = live_law[:agents]
    law[: known.size] = known
    on_items = np.concatenate([[0.0], np.cumsum(np.cumsum(law))])
    items = min(room, float(on_items[-1]))
    if items <= 0.0:
        return 0.0, 0.0
    return float(np.interp(items, on_items, np.arange(agents + 1.0))), items
