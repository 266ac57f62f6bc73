"""The compiled part of the dynamic programme over one person's days.

State after so many days: the run that the last day belongs to (days off so far, or the class of the
last shift and days worked so far), weekends worked, minutes worked in units, and how often each
*counted* shift was worked. Minutes are kept in bands: only totals that can be reached from the start
and can still end within the person's minutes have a cell.
"""

from typing import Any, NamedTuple

import numpy as np

from scheduling.core.dayroster.data import BoolArray, FloatArray, IntArray
from wfm.compiled import compiled

FAR = 1 << 40
# Places in `sizes`.
OFF_STATES, MOST_RUNNING, LEAST_RUNNING, WEEKENDS, WEEKS, LEAST_UNITS, MOST_UNITS = range(7)
FIRST_DAY, START_RUN = 7, 8  # where the days begin that are looked at, and the state before them
COUNTS_WEEKENDS = 9


class Options(NamedTuple):
    """What may be done on each day."""

    best: FloatArray
    """Days x class before x group: cost of the cheapest shift, infinite where none may be worked."""
    pick: IntArray
    """That shift."""
    may_rest: BoolArray
    is_free: BoolArray
    """Shifts of other days are not counted."""


class Shape(NamedTuple):
    """Groups of shifts and what is counted of them."""

    sizes: IntArray
    units: IntArray
    classes: IntArray
    counters: IntArray
    """Which counted shift a group is, -1 for none."""
    room: BoolArray
    """Counted shift x tally: whether one more is allowed."""
    strides: IntArray
    """By how much one more moves the tally."""


class Bands(NamedTuple):
    """Day x run x weekends: least and most units, and the first cell (-1: none)."""

    low: IntArray
    high: IntArray
    base: IntArray


@compiled
def cheapest_shifts(
    cost: FloatArray, follows: BoolArray, group_of: IntArray, groups: int
) -> tuple[FloatArray, IntArray]:
    """Per day, class of the day before and group of shifts: the cheapest shift and its cost."""
    days, shifts = cost.shape
    best = np.full((days, follows.shape[0], groups), np.inf)
    pick = np.full((days, follows.shape[0], groups), -1)
    for day in range(days):
        for before in range(follows.shape[0]):
            for shift in range(shifts):
                group = group_of[shift]
                if (
                    group >= 0
                    and follows[before, shift]
                    and cost[day, shift] < best[day, before, group]
                ):
                    best[day, before, group] = cost[day, shift]
                    pick[day, before, group] = shift
    return best, pick


@compiled
def class_before(run: int, sizes: IntArray) -> Any:
    """Return 0 after a day off, else 1 + the class of the shift."""
    if run < sizes[OFF_STATES]:
        return 0
    return 1 + (run - sizes[OFF_STATES]) // sizes[MOST_RUNNING]


@compiled
def run_when_off(run: int, day: int, sizes: IntArray) -> Any:
    """Return the state after a day off, or -1: a run of days must be long enough.

    A run that began on the first day may be of any length; it is the one as long as the days gone by.
    """
    off_states = sizes[OFF_STATES]
    if run < off_states:
        return min(run + 1, off_states - 1)
    worked = (run - off_states) % sizes[MOST_RUNNING] + 1
    is_long = worked >= sizes[LEAST_RUNNING] or worked == sizes[FIRST_DAY] + day
    return 0 if is_long else -1


@compiled
def run_when_working(run: int, shift_class: int, sizes: IntArray) -> Any:
    """Return the state after a shift of this class, or -1: enough days off, no run too long."""
    off_states, most = sizes[OFF_STATES], sizes[MOST_RUNNING]
    worked = 0
    if run < off_states:
        if run != off_states - 1:
            return -1
    else:
        worked = (run - off_states) % most + 1
        if worked == most:
            return -1
    return off_states + shift_class * most + worked


@compiled
def weekend_begun(run: int, day: int, sizes: IntArray) -> int:
    """Return 1 where a shift on this day makes the weekend a worked one."""
    date = sizes[FIRST_DAY] + day
    if sizes[COUNTS_WEEKENDS] == 0 or date // 7 >= sizes[WEEKS]:
        return 0
    weekday = date % 7
    return 1 if weekday == 5 or (weekday == 6 and run < sizes[OFF_STATES]) else 0


@compiled
def step(
    options: Options, shape: Shape, day: int, run: int, weekend: int, group: int
) -> tuple[int, int, float]:
    """Return run, weekends and cost after a shift of the group (-1: off); run -1 if not allowed."""
    sizes = shape.sizes
    if group < 0:
        if not options.may_rest[day]:
            return -1, weekend, 0.0
        return run_when_off(run, day, sizes), weekend, 0.0
    cost = options.best[day, class_before(run, sizes), group]
    also = weekend + weekend_begun(run, day, sizes)
    if cost == np.inf or also >= sizes[WEEKENDS]:
        return -1, weekend, 0.0
    return run_when_working(run, shape.classes[group], sizes), also, cost


@compiled
def reach_from_start(options: Options, shape: Shape) -> tuple[IntArray, IntArray]:
    """Least and most units with which each day, run and number of weekends can be reached."""
    days, sizes = options.best.shape[0], shape.sizes
    runs = sizes[OFF_STATES] + (options.best.shape[1] - 1) * sizes[MOST_RUNNING]
    low = np.full((days + 1, runs, sizes[WEEKENDS]), FAR)
    high = np.full((days + 1, runs, sizes[WEEKENDS]), -FAR)
    low[0, sizes[START_RUN], 0] = 0
    high[0, sizes[START_RUN], 0] = 0
    for day in range(days):
        for run in range(runs):
            for weekend in range(sizes[WEEKENDS]):
                if high[day, run, weekend] < 0:
                    continue
                for group in range(-1, len(shape.units)):
                    after, also, _ = step(options, shape, day, run, weekend, group)
                    if after < 0:
                        continue
                    more = shape.units[group] if group >= 0 else 0
                    least, most = low[day, run, weekend] + more, high[day, run, weekend] + more
                    low[day + 1, after, also] = min(low[day + 1, after, also], least)
                    high[day + 1, after, also] = max(high[day + 1, after, also], most)
    return low, high


@compiled
def keep_ways_to_end(
    options: Options, shape: Shape, low: IntArray, high: IntArray
) -> tuple[IntArray, IntArray]:
    """Narrow what is reached to what can still end within the person's minutes."""
    days, sizes = options.best.shape[0], shape.sizes
    least, most = np.full(low.shape, FAR), np.full(low.shape, -FAR)
    least[days] = 0
    most[days] = 0
    for day in range(days - 1, -1, -1):
        for run in range(low.shape[1]):
            for weekend in range(low.shape[2]):
                if high[day, run, weekend] < 0:
                    continue
                for group in range(-1, len(shape.units)):
                    after, also, _ = step(options, shape, day, run, weekend, group)
                    if after < 0 or most[day + 1, after, also] < 0:
                        continue
                    more = shape.units[group] if group >= 0 else 0
                    fewest, all_of = least[day + 1, after, also], most[day + 1, after, also]
                    least[day, run, weekend] = min(least[day, run, weekend], fewest + more)
                    most[day, run, weekend] = max(most[day, run, weekend], all_of + more)
    return (
        np.maximum(low, sizes[LEAST_UNITS] - most),
        np.minimum(high, sizes[MOST_UNITS] - least),
    )


@compiled
def place_cells(low: IntArray, high: IntArray, tallies: int) -> tuple[IntArray, int]:
    """Return where each band begins, -1 for an empty one, and the number of cells."""
    base = np.full(low.shape, -1)
    cells = 0
    for day in range(low.shape[0]):
        for run in range(low.shape[1]):
            for weekend in range(low.shape[2]):
                width = high[day, run, weekend] - low[day, run, weekend] + 1
                if width > 0:
                    base[day, run, weekend] = cells
                    cells += width * tallies
    return base, cells
