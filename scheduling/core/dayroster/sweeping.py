"""The compiled sweep over all states of a person's days, and the way back from its cheapest ends."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.core.dayroster.data import BoolArray, FloatArray, IntArray, Tour
from scheduling.core.dayroster.kernels import (
    START_RUN,
    Bands,
    Options,
    Shape,
    class_before,
    step,
    weekend_begun,
)
from wfm.compiled import compiled

Choices = NDArray[np.int32]


@compiled
def relax(
    value: FloatArray, choice: Choices, spans: IntArray, cost: float, code: int, room: BoolArray,
    stride: int,
) -> None:  # fmt: skip
    """Move a band along one choice. `spans`: first cell, low, high of where from, then of where to.

    `room` says for which tallies one more of the counted shift is allowed; stride 0: not counted.
    """
    tallies = len(room)
    low, high = max(spans[1], spans[4]), min(spans[2], spans[5])
    width = (high - low + 1) * tallies
    if width <= 0:
        return
    first = spans[0] + (low - spans[1]) * tallies
    offset = spans[3] + (low - spans[4]) * tallies - first + stride
    if stride == 0:
        for cell in range(first, first + width):
            total = value[cell] + cost
            if total < value[cell + offset]:
                value[cell + offset] = total
                choice[cell + offset] = code
        return
    for start in range(first, first + width, tallies):
        for tally in range(tallies):
            if room[tally]:
                cell = start + tally
                total = value[cell] + cost
                if total < value[cell + offset]:
                    value[cell + offset] = total
                    choice[cell + offset] = code


@compiled
def sweep(options: Options, shape: Shape, bands: Bands, cells: int) -> tuple[FloatArray, Choices]:
    """Cheapest cost of each cell and the choice that gives it: run before x (groups + 1) + group + 1."""
    groups, base = len(shape.units), bands.base
    value = np.full(cells, np.inf)
    choice = np.full(cells, -1, dtype=np.int32)
    value[base[0, shape.sizes[START_RUN], 0]] = 0.0
    spans = np.empty(6, dtype=np.int64)
    for day in range(options.best.shape[0]):
        for run in range(base.shape[1]):
            for weekend in range(base.shape[2]):
                if base[day, run, weekend] < 0:
                    continue
                for group in range(-1, groups):
                    after, also, cost = step(options, shape, day, run, weekend, group)
                    if after < 0 or base[day + 1, after, also] < 0:
                        continue
                    more = shape.units[group] if group >= 0 else 0
                    spans[0] = base[day, run, weekend]
                    spans[1] = bands.low[day, run, weekend] + more
                    spans[2] = bands.high[day, run, weekend] + more
                    spans[3] = base[day + 1, after, also]
                    spans[4] = bands.low[day + 1, after, also]
                    spans[5] = bands.high[day + 1, after, also]
                    counter = counter_of(options, shape, day, group)
                    stride = shape.strides[counter] if counter >= 0 else 0
                    code = run * (groups + 1) + group + 1
                    relax(value, choice, spans, cost, code, shape.room[max(counter, 0)], stride)
    return value, choice


@compiled
def counter_of(options: Options, shape: Shape, day: int, group: int) -> Any:
    """Return which counted shift this choice is, -1 for none."""
    return shape.counters[group] if group >= 0 and options.is_free[day] else -1


@compiled
def ends(value: FloatArray, bands: Bands, tallies: int, most: int) -> IntArray:
    """Run, weekends, units, tally and cell of the cheapest ends, one per run and weekends."""
    low, high, base = bands.low[-1], bands.high[-1], bands.base[-1]
    found = np.full((base.size, 5), -1)
    costs = np.full(base.size, np.inf)
    for run in range(base.shape[0]):
        for weekend in range(base.shape[1]):
            first, place = base[run, weekend], run * base.shape[1] + weekend
            if first < 0:
                continue
            width = (high[run, weekend] - low[run, weekend] + 1) * tallies
            for cell in range(first, first + width):
                if value[cell] < costs[place]:
                    costs[place] = value[cell]
                    found[place] = (
                        run,
                        weekend,
                        low[run, weekend] + (cell - first) // tallies,
                        (cell - first) % tallies,
                        cell,
                    )
    order = np.argsort(costs)
    return found[order[: min(most, int(np.isfinite(costs).sum()))]]


@compiled
def way_to(end: IntArray, choice: Choices, options: Options, shape: Shape, bands: Bands) -> Tour:
    """Shifts per day (-1 off) on the cheapest way to an end."""
    days, groups, tallies = options.best.shape[0], len(shape.units), shape.room.shape[1]
    tour = np.full(days, -1, dtype=np.int16)
    run, weekend, amount, tally = end[0], end[1], end[2], end[3]
    for day in range(days - 1, -1, -1):
        place = amount - bands.low[day + 1, run, weekend]
        code = choice[bands.base[day + 1, run, weekend] + place * tallies + tally]
        run, group = code // (groups + 1), code % (groups + 1) - 1
        if group < 0:
            continue
        tour[day] = options.pick[day, class_before(run, shape.sizes), group]
        amount -= shape.units[group]
        weekend -= weekend_begun(run, day, shape.sizes)
        counter = counter_of(options, shape, day, group)
        if counter >= 0:
            tally -= shape.strides[counter]
    return tour
