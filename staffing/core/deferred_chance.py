"""What a plan for deferred work achieves when arrivals and handle times vary.

Items are drawn one by one and given to people in the order of their due times, on the clock of the
open hours: closed time takes no place on it, so that what is begun goes on after the night. Every plan
is tried on the same draws, which makes the comparison of two plans sharp.

The rule of the house: who is free takes up first what somebody had to put down (at the end of the day,
or because fewer people are there), then the item that is due first among those that can still be in
time (see gives_way_factor), else the one that is late longest.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffing.core.compiled import compiled
from staffing.core.deferred_demand import (
    EXPONENTIAL_SPREAD,
    LEAST_SPREAD,
    DeferredDemand,
    gives_way_factor,
)
from staffing.core.kernels import FloatArray, IntArray

DRAWN_ITEMS = 240_000
LEAST_REPEATS, MOST_REPEATS = 4, 4_000
COUNTED, CLEARED, LATER = range(3)
KINDS = 3
"""Due inside the grid; overdue from the start, to be cleared; due beyond the grid."""
SLACK_SECONDS = 1e-6


class Drawn(NamedTuple):
    """Single items, in order of arrival within each repeat.

    Attributes:
        first: Where each repeat begins, and the end of the last.
        ready: When it can be begun, on the clock of open hours.
        due: When it is due, likewise.
        work: Handling time.
        gives_way: It gives way once less than this is left.
        kind: COUNTED, CLEARED or LATER.
        slot: Interval in which it is due.
        due_at: When it is due, in seconds from the start of the grid.

    """

    first: IntArray
    ready: FloatArray
    due: FloatArray
    work: FloatArray
    gives_way: FloatArray
    kind: IntArray
    slot: IntArray
    due_at: FloatArray


class Staff(NamedTuple):
    """People by stretch of the clock: from `edges[k]` to `edges[k + 1]` there are `agents[k]`."""

    edges: FloatArray
    agents: IntArray
    pause_share: float
    """Rest after each item, as a share of its handling time: the occupancy cap."""


class Sums(NamedTuple):
    """What the trial adds up.

    Attributes:
        due: Items by kind and slot.
        in_time: Those done by their due time (LATER: by the end of the grid).
        done: Items done by stretch.
        worked: Seconds of work by stretch.
        open_at_end: Which items are not done at the end.

    """

    due: FloatArray
    in_time: FloatArray
    done: FloatArray
    worked: FloatArray
    open_at_end: NDArray[np.bool_]


Busy = list[tuple[float, float, int]]
"""Free again, item done, item; a heap."""
PutDown = list[tuple[float, float, int]]
"""Due, work left, item; a heap."""
Waiting = list[tuple[float, int]]
"""Due, item; a heap."""


@dataclass(frozen=True)
class DeferredChance:
    """Draws of one queue's work on which plans are tried."""

    demand: DeferredDemand
    items: Drawn
    repeats: int
    ceiling_level: float
    """Best level that any number of people can reach."""

    @classmethod
    def draw(
        cls,
        demand: DeferredDemand,
        *,
        seed: int = 1,
        drawn_items: int = DRAWN_ITEMS,
        least_repeats: int = LEAST_REPEATS,
    ) -> "DeferredChance":
        """Draw the work as often as its volume asks for."""
        volume = float(demand.items.sum() + demand.backlog.items.sum())
        repeats = int(np.clip(drawn_items / max(volume, 1.0), least_repeats, MOST_REPEATS))
        items = _draw(demand, repeats, np.random.default_rng(seed))
        return cls(demand, items, repeats, demand.ceiling_level())

    def part(self) -> "DeferredChance":
        """Return the first quarter of the draws, for a quick look."""
        repeats = max(1, self.repeats // 4)
        size = int(self.items.first[repeats])
        whole = self.items
        items = Drawn(
            first=whole.first[: repeats + 1],
            ready=whole.ready[:size],
            due=whole.due[:size],
            work=whole.work[:size],
            gives_way=whole.gives_way[:size],
            kind=whole.kind[:size],
            slot=whole.slot[:size],
            due_at=whole.due_at[:size],
        )
        return DeferredChance(self.demand, items, repeats, self.ceiling_level)

    @cached_property
    def drawn_ceilings(self) -> tuple[float, float]:
        """Return the shares of these items, due and overdue, that anybody could do in time."""
        can_be = self.items.work <= self.items.due - self.items.ready + SLACK_SECONDS
        shares = [can_be[self.items.kind == kind] for kind in (COUNTED, CLEARED)]
        due, overdue = (float(part.mean()) if part.size else 1.0 for part in shares)
        return due, overdue

    def level(self, achieved: "Achieved") -> float:
        """Return the expected service level: the drawn one, with the ceiling's own luck taken out."""
        luck = self.ceiling_level - self.drawn_ceilings[0]
        return min(max(achieved.level + luck, 0.0), self.ceiling_level)

    def try_plan(self, agents: FloatArray) -> "Achieved":
        """Return what so many people per interval achieve on average."""
        size = self.demand.items.size
        staff, rows = _staff(self.demand, agents)
        sums = Sums(
            due=np.zeros((KINDS, size)),
            in_time=np.zeros((KINDS, size)),
            done=np.zeros(staff.agents.size),
            worked=np.zeros(staff.agents.size),
            open_at_end=np.zeros(self.items.due.size, dtype=bool),
        )
        work_off(self.items, staff, sums)
        worked, done = np.zeros(size), np.zeros(size)
        worked[rows], done[rows] = sums.worked / self.repeats, sums.done / self.repeats
        return Achieved(
            due_items=sums.due[COUNTED] / self.repeats,
            on_time_items=sums.in_time[COUNTED] / self.repeats,
            overdue_items=float(sums.due[CLEARED].sum()) / self.repeats,
            cleared_items=float(sums.in_time[CLEARED].sum()) / self.repeats,
            done_items=done,
            worked_seconds=worked,
            left_due_seconds=self.items.due_at[sums.open_at_end],
            left_weight=1.0 / self.repeats,
        )


@dataclass(frozen=True)
class Achieved:
    """Means over all draws.

    Attributes:
        due_items: Items due in each interval (or at its end).
        on_time_items: Done by then.
        overdue_items: Overdue at the start.
        cleared_items: Of those, done when they were planned to be.
        done_items: Items finished in each interval.
        worked_seconds: Work done in each interval.
        left_due_seconds: Due times of all items, over all draws, that are not done at the end.
        left_weight: How much of an item each of those stands for.

    """

    due_items: FloatArray
    on_time_items: FloatArray
    overdue_items: float
    cleared_items: float
    done_items: FloatArray
    worked_seconds: FloatArray
    left_due_seconds: FloatArray
    left_weight: float

    @property
    def level(self) -> float:
        """Return the share of the items due in the grid that are done in time; 1 without any."""
        due = float(self.due_items.sum())
        return float(self.on_time_items.sum()) / due if due else 1.0

    @property
    def cleared_level(self) -> float:
        """Return the share of the overdue items that are done when planned; 1 without any."""
        return self.cleared_items / self.overdue_items if self.overdue_items else 1.0


def _staff(demand: DeferredDemand, agents: FloatArray) -> tuple[Staff, IntArray]:
    """Return the people on the clock of open hours, and the interval of each stretch."""
    edges = demand.clock[:: demand.slices]
    rows = np.flatnonzero(np.diff(edges) > 0.0)
    people = np.rint(agents[rows]).astype(np.int64)
    pause = 1.0 / demand.occupancy_cap - 1.0
    return Staff(np.append(edges[rows], edges[-1]), people, pause), rows


def _draw(demand: DeferredDemand, repeats: int, chance: np.random.Generator) -> Drawn:
    """Draw arrivals in order; the opening backlog comes before them in every repeat."""
    edges = np.arange(demand.open_seconds.size + 1) * demand.slice_seconds
    volume = np.repeat(demand.items / demand.slices, demand.slices)
    until = np.concatenate([[0.0], np.cumsum(volume)])
    arrivals = chance.poisson(until[-1], repeats)
    place = np.repeat(np.arange(repeats), arrivals) + chance.random(arrivals.sum())
    place = np.sort(place)
    arrived = np.interp((place - np.floor(place)) * until[-1], until, edges)
    slot = np.minimum((arrived / demand.slice_seconds).astype(np.int64), volume.size - 1)
    within = arrived / demand.slice_seconds - slot
    due = demand.first_due_seconds[slot] * (1 - within) + demand.last_due_seconds[slot] * within
    backlog = demand.backlog
    held = np.repeat(np.arange(backlog.items.size), backlog.items.astype(np.int64))
    held_due = backlog.planned_due_seconds[held]
    held_kind = np.where(backlog.is_overdue[held], CLEARED, _kind(demand, held_due))
    at = np.repeat(np.cumsum(arrivals) - arrivals, held.size)
    due_at = np.insert(due, at, np.tile(held_due, repeats))
    ready = demand.clock_at(arrived)
    aht = np.insert(demand.aht_seconds[slot // demand.slices], at, backlog.aht_seconds)
    ends = np.ceil(due_at / demand.step_seconds).astype(np.int64) - 1
    return Drawn(
        first=np.concatenate([[0], np.cumsum(arrivals + held.size)]).astype(np.int64),
        ready=np.insert(ready, at, 0.0),
        due=demand.clock_at(due_at),
        work=aht * _shares(aht.size, demand.handling_spread, chance),
        gives_way=aht * gives_way_factor(demand.handling_spread),
        kind=np.insert(_kind(demand, due), at, np.tile(held_kind, repeats)),
        slot=np.clip(ends, 0, demand.items.size - 1),
        due_at=due_at,
    )


def _kind(demand: DeferredDemand, due_seconds: FloatArray) -> IntArray:
    return np.where(due_seconds <= demand.end_seconds, COUNTED, LATER)


def _shares(size: int, spread: float, chance: np.random.Generator) -> FloatArray:
    """Return handle times as shares of their mean."""
    if spread < LEAST_SPREAD:
        return np.ones(size)
    if spread == EXPONENTIAL_SPREAD:
        return chance.standard_exponential(size)
    sigma = math.sqrt(math.log1p(spread**2))
    return chance.lognormal(-(sigma**2) / 2.0, sigma, size)


@compiled
def work_off(items: Drawn, staff: Staff, sums: Sums) -> None:
    """Let the people work off each repeat."""
    for repeat in range(items.first.size - 1):
        first, last = items.first[repeat], items.first[repeat + 1]
        done = np.full(last - first, np.inf)
        _one_repeat(items, staff, sums.worked, done, first)
        end = staff.edges[-1]
        for item in range(first, last):
            kind, slot = items.kind[item], items.slot[item]
            finished = done[item - first]
            sums.due[kind, slot] += 1.0
            limit = end if kind == LATER else items.due[item]
            if finished <= limit + SLACK_SECONDS:
                sums.in_time[kind, slot] += 1.0
            sums.open_at_end[item] = finished > end + SLACK_SECONDS
            if finished <= end:
                stretch = np.searchsorted(staff.edges, finished, side="left") - 1
                sums.done[max(stretch, 0)] += 1.0


@compiled
def _one_repeat(
    items: Drawn, staff: Staff, worked: FloatArray, done: FloatArray, first: int
) -> None:
    """Give each person who is free the next item, stretch by stretch; `done` is when it is done."""
    busy = [(0.0, 0.0, 0) for _ in range(0)]
    put_down = [(0.0, 0.0, 0) for _ in range(0)]
    timely = [(0.0, 0) for _ in range(0)]
    late = [(0.0, 0) for _ in range(0)]
    arriving, last = first, first + done.size
    for stretch in range(staff.agents.size):
        clock, ends, people = staff.edges[stretch], staff.edges[stretch + 1], staff.agents[stretch]
        _free_until(busy, clock)
        while len(busy) > people:
            finished, item = _send_one_home(busy, items.due, clock)
            if finished > clock:
                heappush(put_down, (items.due[item], finished - clock, item))
                done[item - first] = np.inf
                _book(worked, staff.edges, (stretch, clock, finished), -1.0)
        while people > 0 and (len(busy) < people or busy[0][0] < ends):
            if len(busy) >= people:
                clock = max(clock, heappop(busy)[0])
            while arriving < last and items.ready[arriving] <= clock:
                heappush(timely, (items.due[arriving], arriving))
                arriving += 1
            if len(put_down) + len(timely) + len(late) == 0:
                if arriving >= last or items.ready[arriving] >= ends:
                    break
                clock = items.ready[arriving]
                _free_until(busy, clock)
                continue
            if len(put_down) > 0:
                _due, work, item = heappop(put_down)
            else:
                item = _next_item(timely, late, items.gives_way, clock)
                work = items.work[item]
            finished = clock + work
            done[item - first] = finished
            heappush(busy, (finished + items.work[item] * staff.pause_share, finished, item))
            _book(worked, staff.edges, (stretch, clock, finished), 1.0)


@compiled
def _free_until(busy: Busy, clock: float) -> None:
    """Let those be free who are through by then."""
    while len(busy) > 0 and busy[0][0] <= clock:
        heappop(busy)


@compiled
def _next_item(timely: Waiting, late: Waiting, gives_way: FloatArray, clock: float) -> int:
    """Take the item that is due first and can still be in time, else the one that is late longest."""
    while len(timely) > 0 and timely[0][0] - clock < gives_way[timely[0][1]]:
        heappush(late, heappop(timely))
    return heappop(timely)[1] if len(timely) > 0 else heappop(late)[1]


@compiled
def _send_one_home(busy: Busy, due: FloatArray, clock: float) -> tuple[float, int]:
    """Let one go who has nothing in hand, else who works on what is due last; return that item."""
    goes = 0
    for number in range(len(busy)):
        if busy[number][1] <= clock:
            goes = number
            break
        if due[busy[number][2]] > due[busy[goes][2]]:
            goes = number
    _free, finished, item = busy[goes]
    busy[goes] = busy[-1]
    busy.pop()
    heapify(busy)
    return finished, item


@compiled
def _book(
    worked: FloatArray, edges: FloatArray, span: tuple[int, float, float], sign: float
) -> None:
    """Add the time of a span to the stretches in which it lies, from the first one on."""
    stretch, begins, ends = span
    while stretch < worked.size and begins < ends:
        until = min(ends, edges[stretch + 1])
        worked[stretch] += sign * (until - begins)
        begins = until
        stretch += 1
