"""Who is there: scheduled people on a grid of intervals, each counted once at one moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray


@dataclass(frozen=True)
class Slots:
    """A grid of equal slots: seconds of the first start, length, and how many."""

    first: int
    step: int
    count: int

    def place(self, seconds: NDArray[np.int64]) -> FloatArray:
        """Return moments as places on the grid, ends clipped; 1.5 is in the middle of slot 1."""
        return np.clip((seconds - self.first) / self.step, 0.0, float(self.count))


def people_on_grid(slots: Slots, *, at: NDArray[np.int64], change: NDArray[np.int64]) -> FloatArray:
    """Return the mean number of people in each slot from comings (+) and goings (-).

    Who comes in the middle of a slot counts as a half there. What lies before the grid counts from
    its start on.
    """
    place = slots.place(at)
    slot = np.minimum(place.astype(np.int64), slots.count)
    part = place - slot
    steps = np.bincount(slot, change * (1.0 - part), slots.count + 2)
    steps += np.bincount(slot + 1, change * part, slots.count + 2)
    return np.asarray(np.round(np.cumsum(steps), 9)[: slots.count])


def split_by_load(people: FloatArray, load: FloatArray) -> FloatArray:
    """Return people who serve several queues as parts on each, in proportion to its load.

    Args:
        people: By slot.
        load: Queue x slot; of the queues that they serve.

    Returns:
        Queue x slot; where no queue has any load they are on none, so that the sum is nobody.

    """
    total = load.sum(axis=0)
    share = np.divide(load, total, out=np.zeros_like(load), where=total > 0.0)
    return np.asarray(share * people)


def column_sums(
    values: FloatArray, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> FloatArray:
    """Return the sums over columns of slots along the last axis; NaN counts as nothing known.

    A column of which nothing is known is NaN.
    """
    known = np.isfinite(values)
    zero = np.zeros((*values.shape[:-1], 1))
    sums = np.concatenate([zero, np.cumsum(np.where(known, values, 0.0), axis=-1)], axis=-1)
    counts = np.concatenate([zero, np.cumsum(known, axis=-1)], axis=-1)
    found = sums[..., ends] - sums[..., starts]
    return np.where(counts[..., ends] > counts[..., starts], found, np.nan)
