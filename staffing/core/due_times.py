"""Due times in business hours, on the boundaries of a grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.deferred import DeferredWork
from staffing.core.kernels import FloatArray, IntArray

SLACK_SECONDS = 1e-6


def due_boundaries(
    *, is_open: NDArray[np.bool_], step_seconds: int, within_seconds: FloatArray
) -> IntArray:
    """Return by which boundary work that arrives at the start of each interval is due.

    The clock runs in open intervals only: an arrival while closed begins to count at the next
    opening. Where the due time lies inside an interval it is its start (early, never late). Beyond
    the grid it is one past the last boundary.
    """
    clock = np.concatenate([[0.0], np.cumsum(is_open * float(step_seconds))])
    due_clock = clock[:-1] + within_seconds + SLACK_SECONDS
    reached = clock[np.searchsorted(clock, due_clock, side="right") - 1]
    due = np.searchsorted(clock, reached, side="left")
    return np.asarray(np.where(due_clock > clock[-1] + 2 * SLACK_SECONDS, clock.size, due))


@dataclass(frozen=True)
class OpeningBacklog:
    """Items open at the start of the grid.

    Attributes:
        items: How many, by due time.
        due: Boundary at or before their due time; 0 or less is overdue or due at once.
        aht_seconds: Handling time of one.
        overdue_by: Boundary by which the overdue ones are planned to be done.

    """

    items: FloatArray
    due: IntArray
    aht_seconds: float
    overdue_by: int

    @property
    def is_overdue(self) -> NDArray[np.bool_]:
        """Tell which are missed already."""
        return np.asarray(self.due <= 0)


def deferred_work(
    *,
    items: FloatArray,
    aht_seconds: FloatArray,
    due: IntArray,
    backlog: OpeningBacklog,
    open_seconds: FloatArray,
) -> DeferredWork:
    """Return arrivals and opening backlog as batches.

    What arrives in an interval can be worked on from the next one.
    """
    arriving = np.flatnonzero(items > 0.0)
    overdue = backlog.is_overdue
    return DeferredWork(
        work_seconds=np.concatenate(
            [items[arriving] * aht_seconds[arriving], backlog.items * backlog.aht_seconds]
        ),
        items=np.concatenate([items[arriving], backlog.items]),
        ready=np.concatenate([arriving + 1, np.zeros(backlog.items.size, dtype=np.int64)]),
        due=np.concatenate([due[arriving], np.where(overdue, backlog.overdue_by, backlog.due)]),
        counts=np.concatenate([np.ones(arriving.size, dtype=bool), ~overdue]),
        open_seconds=open_seconds,
    )
