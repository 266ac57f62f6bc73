"""When deferred work will first be late: the earliest due is done first, as far as people reach.

Nothing can be done before it is there. Doing the earliest due first is late only where any order
would be; so the first due time that is missed is the moment from which what the people can do no
longer covers what is due by then.
"""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_SECONDS = 0.5
"""Less work than that left over is rounding."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """Work in batches on the boundaries of intervals.

    Attributes:
        seconds: Work of each batch.
        ready: First interval in which it can be worked on.
        due: Boundary by which it is to be done; beyond the last one: not in this time.

    """

    seconds: Floats
    ready: Ints
    due: Ints


@dataclass(frozen=True, kw_only=True)
class Breach:
    """The first due time that is missed.

    Attributes:
        boundary: Which.
        late_seconds: Work that is due then and not done.
        missed_seconds: All work that will be late over the time looked at.

    """

    boundary: int
    late_seconds: float
    missed_seconds: float


def first_breach(work: Work, capacity_seconds: Floats) -> Breach | None:
    """Return the first due time that is missed; None where everything is done in time.

    Late work is given up where it becomes late: what comes after it is not held up by it.
    """
    order = np.argsort(work.ready, kind="stable")
    waiting: list[tuple[int, int]] = []
    left = work.seconds.astype(np.float64).copy()
    late_at: dict[int, float] = {}
    place = 0
    for interval, capacity in enumerate(capacity_seconds.tolist()):
        while place < order.size and work.ready[order[place]] <= interval:
            batch = int(order[place])
            heapq.heappush(waiting, (int(work.due[batch]), batch))
            place += 1
        _work_off(waiting, left, capacity)
        late = _give_up(waiting, left, boundary=interval + 1)
        if late > LEAST_SECONDS:
            late_at[interval + 1] = late
    if not late_at:
        return None
    first = min(late_at)
    return Breach(boundary=first, late_seconds=late_at[first], missed_seconds=sum(late_at.values()))


def _work_off(waiting: list[tuple[int, int]], left: Floats, capacity: float) -> None:
    """Do what is due first with so much time."""
    rest = capacity
    while waiting and rest > 0.0:
        batch = waiting[0][1]
        done = min(rest, float(left[batch]))
        left[batch] -= done
        rest -= done
        if left[batch] <= LEAST_SECONDS:
            heapq.heappop(waiting)


def _give_up(waiting: list[tuple[int, int]], left: Floats, *, boundary: int) -> float:
    """Take away what is due by a boundary; return how much of it is not done."""
    late = 0.0
    while waiting and waiting[0][0] <= boundary:
        late += float(left[heapq.heappop(waiting)[1]])
    return late
