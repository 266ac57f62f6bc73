"""Drawn items given to people in the order of their due times, on the clock of the open hours.

Closed time takes no place on that clock, so that what is begun goes on after the night.

The rule of the house: who is free takes up first what somebody had to put down (because fewer people
are there), then the item that is due first among those that can still be in time (see
gives_way_factor), else the one that is late longest.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffing.core.deferred_draws import LATER, Drawn
from staffing.core.kernels import FloatArray, IntArray
from wfm.compiled import compiled

SLACK_SECONDS = 1e-6


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
Waiting = list[tuple[float, int]]
"""Due, item; a heap."""


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
