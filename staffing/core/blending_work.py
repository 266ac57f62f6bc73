"""Deferred work on capacity that comes and goes: what the idle time of a pool carries, what is left.

The work is what is expected, in batches; of the queues of best rank whatever can be worked on and is
due first goes first, and what has missed its due time gives way. Whether that is enough when work comes by chance is tried on
simulated days (`blending_trial`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush

import numpy as np

from staffing.core.deferred import DONE, DeferredWork
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.deferred_path import shortest_path
from staffing.core.deferred_plan import ALMOST
from staffing.core.kernels import FloatArray

TRIAL_SLACK = 0.002
SURE = 1.0
"""Standard errors of simulated days that a plan may owe to luck."""
SHORT_SHARE = 0.02
"""Of what arrives, so much may be left over more than at the start."""


@dataclass(frozen=True)
class DeferredMember:
    """A deferred queue of a pool.

    Attributes:
        demand: Its work.
        level: Least share of the items due in the period that are done in time.
        separate_agents: People per interval that it needs by itself.
        separate_level: What those achieve.
        min_agents: Fewest people while it is open.
        rank: The lowest is worked on first; at equal rank what is due first.

    """

    demand: DeferredDemand
    level: float
    separate_agents: FloatArray
    separate_level: float
    min_agents: float = 0.0
    rank: int = 0

    @cached_property
    def open_share(self) -> FloatArray:
        """The part of each interval in which its items are worked on."""
        demand = self.demand
        seconds = demand.open_seconds.reshape(-1, demand.slices).sum(axis=1)
        return np.asarray(seconds / demand.step_seconds)

    @cached_property
    def work(self) -> DeferredWork:
        """The work as expected."""
        return replace(self.demand, occupancy_cap=1.0).work()

    @cached_property
    def workable_seconds(self) -> float:
        """The work that there is more than an interval's open time for; the rest is the next day's."""
        clock = self.work.clock
        ahead = clock[-1] - clock[np.minimum(self.work.ready, clock.size - 1)]
        there = ahead > self.demand.step_seconds
        return float(self.work.work_seconds[there].sum())

    @cached_property
    def target_level(self) -> float:
        """What is planned for: the goal, what can be reached, or what it gets by itself."""
        reachable = max(self.demand.ceiling_level() - ALMOST, 0.0)
        return min(self.level, reachable, self.separate_level)


@dataclass(frozen=True)
class Spent:
    """Capacity spent on deferred work.

    Attributes:
        worked_seconds: Queue x interval.
        missed_seconds: Of each queue's batches, what was not done by its due time.
        left_seconds: Of each queue's batches, what is open at the end.
        scale: By how much the work was taken to be more than expected.

    """

    worked_seconds: FloatArray
    missed_seconds: list[FloatArray]
    left_seconds: list[FloatArray]
    scale: float

    def short_seconds(self, queue: int, member: "DeferredMember") -> float:
        """Return how much less was done than arrives over the grid, or than there was to do."""
        wanted = min(member.demand.arriving_seconds, member.workable_seconds)
        return max(self.scale * wanted - float(self.worked_seconds[queue].sum()), 0.0)


def spend(members: Sequence[DeferredMember], capacity_seconds: FloatArray, scale: float) -> Spent:
    """Work off all queues' batches, grown by `scale`, with so much capacity per interval."""
    left = [member.work.work_seconds * scale for member in members]
    missed = [np.zeros(part.size) for part in left]
    worked = np.zeros((len(members), capacity_seconds.size))
    arriving: dict[int, list[tuple[int, int, int]]] = {}
    for queue, member in enumerate(members):
        work = member.work
        for batch in np.flatnonzero(left[queue] > DONE).tolist():
            entry = (int(work.due[batch]), queue, batch)
            arriving.setdefault(int(work.ready[batch]), []).append(entry)
    timely: list[list[tuple[int, int, int]]] = [[] for _ in members]
    late: list[list[tuple[int, int, int]]] = [[] for _ in members]
    for interval, capacity in enumerate(capacity_seconds.tolist()):
        for entry in arriving.pop(interval, ()):
            heappush(timely[entry[1]], entry)
        for queue in range(len(members)):
            _set_aside(timely[queue], late[queue], interval, left, missed)
        open_queues = [q for q, member in enumerate(members) if member.open_share[interval] > 0.0]
        for heaps in (timely, late):
            there = capacity - float(worked[:, interval].sum())
            ranks = [member.rank for member in members]
            _take(heaps, open_queues, there, left, worked[:, interval], ranks)
    for queue in range(len(members)):
        _set_aside(timely[queue], late[queue], capacity_seconds.size, left, missed)
    return Spent(worked, missed, left, scale)


def _set_aside(
    timely: list[tuple[int, int, int]],
    late: list[tuple[int, int, int]],
    boundary: int,
    left: list[FloatArray],
    missed: list[FloatArray],
) -> None:
    while timely and timely[0][0] <= boundary:
        entry = heappop(timely)
        _due, queue, batch = entry
        missed[queue][batch] = left[queue][batch]
        heappush(late, entry)


def _take(
    heaps: list[list[tuple[int, int, int]]],
    open_queues: list[int],
    capacity: float,
    left: list[FloatArray],
    worked: FloatArray,
    ranks: list[int],
) -> None:
    """Spend capacity on the queues of the best rank, there on what is due first."""
    spent = 0.0
    while capacity - spent > DONE:
        heads = [(ranks[queue], heaps[queue][0]) for queue in open_queues if heaps[queue]]
        if not heads:
            break
        _rank, (_due, queue, batch) = min(heads)
        done = min(capacity - spent, float(left[queue][batch]))
        left[queue][batch] -= done
        worked[queue] += done
        spent += done
        if left[queue][batch] <= DONE:
            heappop(heaps[queue])


def does_what_arrives(members: Sequence[DeferredMember], spent: Spent) -> bool:
    """Tell whether no more is left over at the end than at the start, but for a little."""
    return all(
        spent.short_seconds(queue, member) <= SHORT_SHARE * member.demand.arriving_seconds
        for queue, member in enumerate(members)
    )


def in_time(members: Sequence[DeferredMember], levels: FloatArray, errors: FloatArray) -> bool:
    """Tell whether simulated days keep what every queue is planned for, also if they were lucky.

    The least plan of many is more often than not one whose days were, so their standard errors count.
    """
    return all(
        level - SURE * error >= member.target_level - TRIAL_SLACK
        for member, level, error in zip(members, levels.tolist(), errors.tolist(), strict=True)
    )


def rounded_up(people: FloatArray) -> FloatArray:
    """Return whole numbers whose running sum is never below that of `people`."""
    return np.diff(np.ceil(np.cumsum(people) - 1e-6), prepend=0.0)


def people_for_the_rest(
    members: Sequence[DeferredMember],
    *,
    base_seconds: FloatArray,
    each_seconds: FloatArray,
    scale: float,
) -> FloatArray:
    """Return the smoothest extra people (not rounded) for what the base capacity does not carry.

    Args:
        members: The deferred queues.
        base_seconds: Capacity that is there, per interval.
        each_seconds: What each further person adds.
        scale: By how much the work is taken to be more than expected.

    """
    spent = spend(members, base_seconds, scale)
    size = base_seconds.size + 1
    lower, upper = np.zeros(size), np.zeros(size + 1)
    for queue, member in enumerate(members):
        work, missed = member.work, spent.missed_seconds[queue]
        must = np.where(work.is_due_inside & work.is_reachable, missed, 0.0)
        may = np.where(work.is_due_inside, must, spent.left_seconds[queue])
        lower += np.bincount(np.minimum(work.due, size - 1), must, size)[:size]
        upper += np.bincount(np.minimum(work.ready + 1, size), may, size + 1)
        lower[-1] += max(spent.short_seconds(queue, member) - must.sum(), 0.0)
    lower, upper = np.cumsum(lower), np.cumsum(upper)[:size]
    at = np.concatenate([[0], np.flatnonzero(each_seconds > 0.0) + 1])
    people = np.zeros(base_seconds.size)
    if at.size < 2 or lower[-1] <= DONE:
        return people
    clock = np.concatenate([[0.0], np.cumsum(each_seconds)])
    last = np.append(at[1:] - 1, size - 1)
    top = upper[at]
    bottom = np.minimum(lower[last], top)
    path = shortest_path(clock[at], bottom, top, end=float(bottom[-1]))
    people[at[1:] - 1] = np.diff(path) / np.diff(clock[at])
    return np.maximum(people, 0.0)
