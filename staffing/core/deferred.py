"""Deferred work by due time: how many people finish what is due by each moment.

Time is a grid of intervals; boundary b is the start of interval b. Work is given in batches: ready
from a boundary on, due by another. Work goes earliest due first; what has missed its due time gives
way to what can still be met and is done when nothing else waits.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray, IntArray
from wfm.compiled import compiled

DONE = 1e-9  # seconds of work that count as none


@dataclass(frozen=True)
class DeferredWork:
    """Batches of one queue's work and the time in which they can be done.

    Attributes:
        work_seconds: Handling time of each batch.
        items: Items in each batch.
        ready: Boundary from which it can be worked on.
        due: Boundary by which it must be done; beyond the grid for later.
        counts: Whether it is due in this period (what was overdue at the start is missed already).
        open_seconds: Working time of one agent in each interval (open time x occupancy cap).

    """

    work_seconds: FloatArray
    items: FloatArray
    ready: IntArray
    due: IntArray
    counts: NDArray[np.bool_]
    open_seconds: FloatArray

    def __post_init__(self) -> None:
        for name in ("work_seconds", "items", "open_seconds"):
            values = getattr(self, name)
            if not np.all(values >= 0.0):
                msg = f"Expected {name} >= 0, got {values.min()}."
                raise ValueError(msg)
        if np.any(self.ready < 0):
            msg = f"Expected ready >= 0, got {self.ready.min()}; the opening backlog is ready at 0."
            raise ValueError(msg)

    @property
    def boundaries(self) -> int:
        """Return the index of the grid's end."""
        return self.open_seconds.size

    @property
    def clock(self) -> FloatArray:
        """Return one agent's working time up to each boundary."""
        return np.concatenate([[0.0], np.cumsum(self.open_seconds)])

    @property
    def is_due_inside(self) -> NDArray[np.bool_]:
        """Tell which batches are due within the grid."""
        return self.due <= self.boundaries

    @property
    def is_reachable(self) -> NDArray[np.bool_]:
        """Tell which batches have any working time between ready and due."""
        clock = self.clock
        ready = np.minimum(self.ready, self.boundaries)
        due = np.minimum(self.due, self.boundaries)
        return (clock[np.maximum(due, ready)] > clock[ready]) | ~self.is_due_inside

    @property
    def ceiling_level(self) -> float:
        """Return the best service level that any number of people can reach."""
        counted = self.counts & self.is_due_inside
        total = float(self.items[counted].sum())
        return float(self.items[counted & self.is_reachable].sum()) / total if total else 1.0


def steady_agents(work: DeferredWork, keep_up_seconds: float) -> float:
    """Return the people who do so much work over the whole grid."""
    working = float(work.open_seconds.sum())
    return keep_up_seconds / working if working else 0.0


def deadline_agents(
    work: DeferredWork, *, variance: FloatArray | None = None, deviations: float = 0.0
) -> float:
    """Return the least flat team that finishes all reachable work by its due time.

    The greatest, over all stretches from s to t, of the work that is ready from s on and due by t
    per working time of one agent in between. With `variance` (of each batch's work, in square
    seconds) every stretch gets a buffer of so many standard deviations of its own work: the
    square-root rule of staffing (Halfin and Whitt 1981, Operations Research 29(3), section 1), stretch by
    stretch.
    """
    must = np.flatnonzero(work.is_due_inside & work.is_reachable & (work.work_seconds > 0.0))
    must = must[np.argsort(-work.ready[must], kind="stable")]
    spread = np.zeros(must.size) if variance is None else variance[must]
    batches = (work.ready[must], work.due[must], work.work_seconds[must], spread)
    return float(_steepest(work.clock, batches, deviations))


@compiled
def _steepest(
    clock: FloatArray, batches: tuple[IntArray, IntArray, FloatArray, FloatArray], deviations: float
) -> float:
    """Return the most that any stretch asks for; batches come latest ready first."""
    ready, due, work, variance = batches
    due_work, due_variance = np.zeros(clock.size), np.zeros(clock.size)
    most = 0.0
    for batch in range(ready.size):
        due_work[due[batch]] += work[batch]
        due_variance[due[batch]] += variance[batch]
        start = ready[batch]
        if batch + 1 < ready.size and ready[batch + 1] == start:
            continue
        so_far = spread = 0.0
        for end in range(start + 1, clock.size):
            so_far += due_work[end]
            spread += due_variance[end]
            span = clock[end] - clock[start]
            if span > 0.0:
                most = max(most, (so_far + deviations * np.sqrt(spread)) / span)
    return most


@dataclass(frozen=True)
class DeferredOutcome:
    """What a plan achieves.

    Attributes:
        level: Share of the items due in the period that are done in time.
        on_time_items: In time, by the interval at whose end (or in which) they are due.
        due_items: Due, likewise.
        worked_seconds: Work done in each interval.
        finished_items: Items finished in each interval; a part of the work is a part of its items.
        backlog_seconds: Open work at each boundary.
        missed_seconds: Of each batch, what was not done by its due time.

    """

    level: float
    on_time_items: FloatArray
    due_items: FloatArray
    worked_seconds: FloatArray
    finished_items: FloatArray
    backlog_seconds: FloatArray
    missed_seconds: FloatArray


def simulate_plan(work: DeferredWork, agents: FloatArray) -> DeferredOutcome:
    """Work the batches off with `agents` per interval; fluid, without chance."""
    floor = _WorkFloor(work)
    worked, finished = np.zeros(work.boundaries), np.zeros(work.boundaries)
    backlog = np.zeros(work.boundaries + 1)
    for interval, capacity in enumerate((agents * work.open_seconds).tolist()):
        floor.begin(interval)
        backlog[interval] = floor.open_seconds
        worked[interval], finished[interval] = floor.spend(capacity)
    floor.begin(work.boundaries)
    backlog[work.boundaries] = floor.open_seconds
    counted = work.counts & work.is_due_inside
    slots = np.clip(work.due[counted] - 1, 0, work.boundaries - 1)
    due_items = np.bincount(slots, work.items[counted], work.boundaries)
    share = floor.on_time_share()[counted]
    on_time = np.bincount(slots, work.items[counted] * share, work.boundaries)
    total = float(due_items.sum())
    return DeferredOutcome(
        level=float(on_time.sum()) / total if total else 1.0,
        on_time_items=on_time.astype(np.float64),
        due_items=due_items.astype(np.float64),
        worked_seconds=worked,
        finished_items=finished,
        backlog_seconds=backlog,
        missed_seconds=floor.missed,
    )


class _WorkFloor:
    """The running state of the simulation: what can still be met, what is late."""

    def __init__(self, work: DeferredWork) -> None:
        self.work = work
        self.left = work.work_seconds.astype(np.float64).copy()
        self.missed = np.zeros(work.items.shape)
        self._items_per_second = np.divide(
            work.items, work.work_seconds, out=np.zeros(work.items.shape), where=self.left > 0.0
        )
        self.open_seconds = 0.0
        self._by_ready: dict[int, list[int]] = {}
        for batch in np.argsort(work.due, kind="stable").tolist():
            self._by_ready.setdefault(int(work.ready[batch]), []).append(batch)
        self._timely: list[tuple[int, int]] = []
        self._late: list[tuple[int, int]] = []

    def begin(self, boundary: int) -> None:
        """Take in what becomes ready and set aside what has missed its due time."""
        for batch in self._by_ready.pop(boundary, ()):
            heappush(self._timely, (int(self.work.due[batch]), batch))
            self.open_seconds += float(self.left[batch])
        while self._timely and self._timely[0][0] <= boundary:
            due, batch = heappop(self._timely)
            self.missed[batch] = self.left[batch]
            heappush(self._late, (due, batch))

    def spend(self, seconds: float) -> tuple[float, float]:
        """Work for so long, timely work first; return the work done and the items finished."""
        start, finished = seconds, 0.0
        for heap in (self._timely, self._late):
            while heap and seconds > DONE:
                batch = heap[0][1]
                done = min(seconds, float(self.left[batch]))
                self.left[batch] -= done
                finished += done * self._items_per_second[batch]
                seconds -= done
                if self.left[batch] <= DONE:
                    heappop(heap)
        self.open_seconds -= start - seconds
        return start - seconds, finished

    def on_time_share(self) -> FloatArray:
        """Return the share of each batch that was done by its due time."""
        total = self.work.work_seconds
        missed = np.where(self.missed > DONE, self.missed, 0.0)
        return np.asarray(
            1.0 - np.divide(missed, total, out=np.zeros_like(missed), where=total > 0)
        )
