"""Single items of deferred work, drawn by chance: arrivals in order, the opening backlog before them."""

import math
from typing import NamedTuple

import numpy as np

from staffing.core.deferred_demand import DeferredDemand, gives_way_factor
from staffing.core.handling_times import LEAST_SPREAD
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.params import EXPONENTIAL_SPREAD

COUNTED, CLEARED, LATER = range(3)
KINDS = 3
"""Due inside the grid; overdue from the start, to be cleared; due beyond the grid."""


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


def draw_items(demand: DeferredDemand, repeats: int, chance: np.random.Generator) -> Drawn:
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
