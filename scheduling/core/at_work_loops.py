"""Compiled: whether any legal tour is at work in a slot, rest between shifts aside.

The same weeks, bands and automata as in `tour_loops`, but only yes or no: which kinds of day each band offers
instead of what they are worth, so that bands that offer the same are looked at once.
"""

import numpy as np

from scheduling.core.tour_facts import (
    DAYS_OF,
    FIRST_DAY,
    MASKS,
    NEVER,
    POSSIBLE,
    Flags,
    Floats,
    Ints,
    Limits,
    Places,
    Shapes,
    Weeks,
)
from scheduling.core.tour_loops import join_weeks
from wfm.compiled import compiled


@compiled
def can_cover(slot: int, first: int, shapes: Shapes, shape: int) -> bool:
    """Whether a shift that starts at `first` can be on position in the slot."""
    if not first <= slot < first + shapes.lengths[shape]:
        return False
    for gap in range(shapes.gaps.shape[1]):
        begin = first + shapes.gaps[shape, gap, 0]
        if begin >= first and begin <= slot < begin + shapes.gaps[shape, gap, 1]:
            return False
    for rule in range(shapes.breaks.shape[1]):
        earliest, latest, width = shapes.breaks[shape, rule]
        if earliest >= 0 and first + latest <= slot < first + earliest + width:
            return False
    return True


@compiled
def kinds_by_band(
    slot: int,
    starts: Ints,
    legal: Flags,
    shapes: Shapes,
    band_and_end: tuple[int, int],
    found: Ints,
) -> None:
    """Write the bits of the kinds of one day that each band offers; all kinds where `slot` is negative."""
    width, end = band_and_end
    places = legal.shape[1]
    found[:] = 0
    for shape in range(legal.shape[0]):
        bit = 1 << shapes.kinds[shape]
        for place in range(places):
            if not legal[shape, place] or starts[place] + shapes.lengths[shape] > end:
                continue
            if slot >= 0 and not can_cover(slot, starts[place], shapes, shape):
                continue
            for band in range(max(0, place - width), min(found.size, place + 1)):
                found[band] |= bit


@compiled
def add_kinds(before: Flags, kinds: int, steps: Ints, after: Flags) -> None:
    """Write the states that a day of one of these kinds leads to."""
    after[:] = False
    for kind in range(steps.shape[0]):
        if kinds >> kind & 1:
            for state in range(before.size):
                if before[state] and steps[kind, state] >= 0:
                    after[steps[kind, state]] = True


@compiled
def possible_sets(kinds: Ints, weeks: Weeks, week: int, worths: Floats) -> None:
    """Write 0 for each set of days that a week may have; `kinds` is [day, band] bits."""
    days, bands = kinds.shape
    of_state = weeks.of_state[week]
    table = np.zeros((MASKS, of_state.size), np.bool_)
    for band in range(bands):
        if band and np.array_equal(kinds[:, band], kinds[:, band - 1]):
            continue
        table[0, 0] = True
        for mask in range(1 << days):
            if DAYS_OF[mask] > weeks.most_days[week]:
                table[mask] = False
                continue
            if mask:
                day = FIRST_DAY[mask]
                add_kinds(table[mask & (mask - 1)], kinds[day, band], weeks.steps, table[mask])
            if worths[mask] == 0.0 or weeks.of_mask[week, mask] <= POSSIBLE:
                continue
            for state in range(of_state.size):
                if table[mask, state] and of_state[state] > POSSIBLE:
                    worths[mask] = 0.0
                    break


@compiled
def sets_with(
    day: int, covering: Ints, kinds: Ints, weeks: Weeks, sets: Floats, found: Floats
) -> None:
    """Write the sets [week, set of days] whose week of `day` works that day, in one of these kinds."""
    week = day // 7
    own = kinds[7 * week : min(kinds.shape[0], 7 * week + 7)].copy()
    own[day - 7 * week] = covering
    found[:] = sets
    found[week] = NEVER
    possible_sets(own, weeks, week, found[week])
    for mask in range(MASKS):
        if not mask >> (day - 7 * week) & 1:
            found[week, mask] = NEVER


@compiled
def can_be_there(
    slot: int, end: int, places: Places, shapes: Shapes, weeks: Weeks, limits: Limits
) -> bool:
    """Whether a tour exists that is at work in the slot; whether any exists where it is negative.

    Args:
        slot: a slot in which no fixed shift works.
        end: slots of the horizon.
        places: where shifts may start.
        shapes: the contract's shapes.
        weeks: what a week may hold.
        limits: what joins days and weeks.

    """
    days, count = places.starts.shape
    bands = max(1, count - limits.band)
    kinds = np.zeros((days, bands), np.int64)
    covering = np.zeros((days, bands), np.int64)
    ends = (limits.band, end)
    for day in range(days):
        if places.fixed_kinds[day] >= 0:
            kinds[day] = 1 << places.fixed_kinds[day]
            continue
        starts, legal = places.starts[day], places.legal[day]
        kinds_by_band(-1, starts, legal, shapes, ends, kinds[day])
        if slot >= 0:
            kinds_by_band(slot, starts, legal, shapes, ends, covering[day])
    sets = np.full((weeks.of_mask.shape[0], MASKS), NEVER)
    for week in range(sets.shape[0]):
        possible_sets(kinds[7 * week : min(days, 7 * week + 7)], weeks, week, sets[week])
    chosen = np.empty(sets.shape[0], np.int64)
    if slot < 0:
        return bool(join_weeks(sets, weeks.weekend, limits, chosen) > POSSIBLE)
    found = np.empty_like(sets)
    for day in range(days):
        if covering[day].any():
            sets_with(day, covering[day], kinds, weeks, sets, found)
            if join_weeks(found, weeks.weekend, limits, chosen) > POSSIBLE:
                return True
    return False
