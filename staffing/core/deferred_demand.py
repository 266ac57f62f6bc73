"""What a deferred queue has to do and when: arrivals, their due times, the backlog, opening hours.

Moments are seconds from the start of the grid. Every interval is cut into slices of a few minutes, so
that due times and opening hours inside an interval keep their place.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from staffing.core.deferred import DeferredWork
from staffing.core.handling_times import LEAST_SPREAD, share_done_within
from staffing.core.kernels import FloatArray
from staffing.core.params import EXPONENTIAL_SPREAD
from staffing.core.slices import slices_of

GIVES_WAY_QUANTILE = 0.8
NOTHING = np.zeros(0)


@dataclass(frozen=True)
class OpeningBacklog:
    """Items open at the start of the grid.

    Attributes:
        items: How many, by due time; whole numbers.
        due_seconds: Their due times; 0 or less is overdue.
        aht_seconds: Handling time of one.
        overdue_by_seconds: Moment by which the overdue ones are planned to be done.
        open_after_seconds: Open time between the end of the grid and their due times, 0 for those due
            before; None where no calendar reaches there and all that time counts as open.

    """

    items: FloatArray
    due_seconds: FloatArray
    aht_seconds: float
    overdue_by_seconds: float
    open_after_seconds: FloatArray | None = None

    @classmethod
    def none(cls) -> "OpeningBacklog":
        """Return the backlog of an office that has done everything."""
        return cls(NOTHING, NOTHING, aht_seconds=0.0, overdue_by_seconds=0.0)

    @property
    def is_overdue(self) -> NDArray[np.bool_]:
        """Tell which are missed already."""
        return np.asarray(self.due_seconds <= 0.0)

    @property
    def planned_due_seconds(self) -> FloatArray:
        """Return by when each is to be done."""
        return np.where(self.is_overdue, self.overdue_by_seconds, self.due_seconds)


@dataclass(frozen=True)
class DeferredDemand:
    """One queue's deferred work over a grid of intervals.

    Attributes:
        step_seconds: Length of an interval.
        items: Expected arrivals in each interval, spread evenly over it (Poisson).
        aht_seconds: Mean handling time of those.
        open_seconds: Open time in each slice of `slice_seconds`.
        first_due_seconds: Due time of an item that comes at the start of each slice.
        last_due_seconds: Due time of one that comes at its very end.
        backlog: What is open at the start.
        occupancy_cap: Most of the open time that people work.
        handling_spread: Standard deviation of handle times over their mean; 1 is exponential, others
            are lognormal.

    """

    step_seconds: int
    items: FloatArray
    aht_seconds: FloatArray
    open_seconds: FloatArray
    first_due_seconds: FloatArray
    last_due_seconds: FloatArray
    backlog: OpeningBacklog
    occupancy_cap: float = 1.0
    handling_spread: float = EXPONENTIAL_SPREAD

    def __post_init__(self) -> None:
        slices = self.items.size * self.slices
        for name in ("open_seconds", "first_due_seconds", "last_due_seconds"):
            if getattr(self, name).size != slices:
                msg = f"Expected {slices} values in {name}, got {getattr(self, name).size}."
                raise ValueError(msg)
        for name in ("items", "aht_seconds", "open_seconds"):
            values = getattr(self, name)
            if not np.all(values >= 0.0):
                msg = f"Expected {name} >= 0, got {values.min()}."
                raise ValueError(msg)
        if not 0.0 < self.occupancy_cap <= 1.0:
            msg = f"Expected 0 < occupancy_cap <= 1, got {self.occupancy_cap}."
            raise ValueError(msg)
        if not self.handling_spread >= 0.0:
            msg = f"Expected handling_spread >= 0, got {self.handling_spread}."
            raise ValueError(msg)

    @property
    def slices(self) -> int:
        """Return how many slices an interval has."""
        return slices_of(self.step_seconds)

    @property
    def slice_seconds(self) -> float:
        """Return the length of a slice."""
        return self.step_seconds / self.slices

    @property
    def end_seconds(self) -> float:
        """Return the end of the grid."""
        return float(self.items.size * self.step_seconds)

    @cached_property
    def clock(self) -> FloatArray:
        """Return the open time up to each edge of a slice."""
        return np.concatenate([[0.0], np.cumsum(self.open_seconds)])

    @property
    def working_seconds(self) -> FloatArray:
        """Return what one person can work in each interval."""
        by_interval = self.open_seconds.reshape(-1, self.slices).sum(axis=1)
        return np.asarray(by_interval * self.occupancy_cap)

    @property
    def arriving_seconds(self) -> float:
        """Return the work that arrives over the grid."""
        return float((self.items * self.aht_seconds).sum())

    @property
    def keep_up_seconds(self) -> float:
        """Return the least work to do over the grid: what arrives, or more for a backlog due later.

        The same people must finish by each due time d after the end what is open at the start and due
        by d and what arrives in the grid and is due by d. What arrives after the end is due later still.
        """
        backlog = self.backlog
        later = np.flatnonzero(backlog.planned_due_seconds > self.end_seconds)
        working = float(self.working_seconds.sum())
        if not later.size or not working:
            return self.arriving_seconds
        due = backlog.planned_due_seconds[later]
        after = due - self.end_seconds
        if backlog.open_after_seconds is not None:
            after = backlog.open_after_seconds[later]
        arriving = np.repeat(self.items * self.aht_seconds / self.slices, self.slices)
        by_due = _work_due_by(due, self.last_due_seconds, arriving) + _work_due_by(
            due, backlog.planned_due_seconds, backlog.items * backlog.aht_seconds
        )
        people = by_due / (working + after * self.occupancy_cap)
        return max(self.arriving_seconds, float(people.max()) * working)

    def clock_at(self, moments: FloatArray) -> FloatArray:
        """Return the open time up to each moment; beyond the grid all time counts as open."""
        edges = np.arange(self.clock.size) * self.slice_seconds
        beyond = np.maximum(moments - self.end_seconds, 0.0)
        return np.asarray(np.interp(moments, edges, self.clock) + beyond)

    def work(self) -> DeferredWork:
        """Return it as batches on the intervals' boundaries, without chance.

        What arrives in an interval can be worked on from the next, or in it where it is due by its
        end; a due time inside an interval counts as the nearest boundary.
        """
        arriving = np.flatnonzero(self.items > 0.0)
        middle = arriving * self.slices + self.slices // 2
        due = np.maximum(self._boundary(self.first_due_seconds[middle]), arriving + 1)
        overdue = self.backlog.is_overdue
        batches = self.backlog.items.size
        return DeferredWork(
            work_seconds=np.concatenate(
                [
                    self.items[arriving] * self.aht_seconds[arriving],
                    self.backlog.items * self.backlog.aht_seconds,
                ]
            ),
            items=np.concatenate([self.items[arriving], self.backlog.items]),
            ready=np.concatenate(
                [np.minimum(arriving + 1, due - 1), np.zeros(batches, dtype=np.int64)]
            ),
            due=np.concatenate([due, self._boundary(self.backlog.planned_due_seconds)]),
            counts=np.concatenate([np.ones(arriving.size, dtype=bool), ~overdue]),
            open_seconds=self.working_seconds,
        )

    def work_variance(self) -> FloatArray:
        """Return the variance of each batch of `work`, in square seconds.

        Arrivals are a compound Poisson sum: items x mean square of the handling time; of the backlog
        only the handling times vary.
        """
        arriving = self.items > 0.0
        square = 1.0 + self.handling_spread**2
        arrivals = self.items[arriving] * self.aht_seconds[arriving] ** 2 * square
        held = self.backlog.items * (self.backlog.aht_seconds * self.handling_spread) ** 2
        return np.concatenate([arrivals, held])

    def _boundary(self, moments: FloatArray) -> NDArray[np.int64]:
        nearest = np.rint(moments / self.step_seconds).astype(np.int64)
        beyond = moments > self.end_seconds
        return np.where(beyond, self.items.size + 1, np.minimum(nearest, self.items.size))

    def ceiling_level(self) -> float:
        """Return the best service level that any number of people can reach.

        Each item has somebody of its own: it is in time when it takes no longer than the open time
        between its arrival and its due time. 1 where nothing is due.
        """
        starts = np.asarray(
            np.arange(self.open_seconds.size) * self.slice_seconds, dtype=np.float64
        )
        spare = self._spare_seconds(starts, self.first_due_seconds)
        spare += self._spare_seconds(starts + self.slice_seconds, self.last_due_seconds)
        items = np.repeat(self.items / self.slices, self.slices)
        aht = np.repeat(self.aht_seconds, self.slices)
        counted = items * (self.last_due_seconds <= self.end_seconds)
        kept = ~self.backlog.is_overdue & (self.backlog.due_seconds <= self.end_seconds)
        held = self.backlog.items[kept]
        left = self._spare_seconds(np.zeros(held.size), self.backlog.due_seconds[kept])
        good = counted @ share_done_within(spare / 2.0, aht, self.handling_spread)
        held_aht = np.full(held.size, self.backlog.aht_seconds)
        good += held @ share_done_within(left, held_aht, self.handling_spread)
        total = float(counted.sum() + held.sum())
        return float(good) / total if total else 1.0

    def _spare_seconds(self, starts: FloatArray, due: FloatArray) -> FloatArray:
        return np.maximum(self.clock_at(due) - self.clock_at(starts), 0.0)


def _work_due_by(moments: FloatArray, due: FloatArray, work: FloatArray) -> FloatArray:
    """Return how much of the work is due at each moment or before."""
    order = np.argsort(due, kind="stable")
    until = np.concatenate([[0.0], np.cumsum(work[order])])
    return np.asarray(until[np.searchsorted(due[order], moments, side="right")])


def gives_way_factor(handling_spread: float) -> float:
    """Return after how many mean handling times four of five items are done.

    An item that has less open time left than that gives way to those that can still be in time:
    begun later it would mostly be late, and make others late.
    """
    if handling_spread < LEAST_SPREAD:
        return 1.0
    if handling_spread == EXPONENTIAL_SPREAD:
        return -math.log(1.0 - GIVES_WAY_QUANTILE)
    sigma = math.sqrt(math.log1p(handling_spread**2))
    return math.exp(sigma * NormalDist().inv_cdf(GIVES_WAY_QUANTILE) - sigma**2 / 2.0)
