"""The compiled loops of the exact best tour: worth of each start, of each week, of the whole horizon.

A week is a set of worked days (seven bits) with one start band. What is counted inside a week besides days
(paid time, split shifts) is a small automaton: each kind of day moves it from state to state. Weeks are
joined by the days in a row and the weekends worked so far.
"""

import numpy as np

from scheduling.core.tour_facts import (
    DAYS_OF,
    FIRST_DAY,
    FREE,
    HEAD,
    LONGEST,
    MASKS,
    NEVER,
    POSSIBLE,
    TAIL,
    Desks,
    Floats,
    Ints,
    Limits,
    Places,
    Shapes,
    Weeks,
)
from wfm.compiled import compiled


@compiled
def least_lost(cumulative: Floats, first: int, rule: Ints) -> float:
    """The least worth that a break (earliest, latest, length) of a shift at slot `first` costs."""
    least = 1e18
    width = rule[2]
    for begin in range(first + rule[0], first + rule[1] + 1):
        lost = cumulative[begin + width] - cumulative[begin]
        least = min(least, lost)
    return least


@compiled
def shift_worth(cumulative: Floats, first: int, shapes: Shapes, shape: int) -> float:
    """Worth of a shift at slot `first` with its breaks where they cost least."""
    worth = cumulative[first + shapes.lengths[shape]] - cumulative[first]
    for gap in range(shapes.gaps.shape[1]):
        if shapes.gaps[shape, gap, 0] < 0:
            break
        begin = first + shapes.gaps[shape, gap, 0]
        worth -= cumulative[begin + shapes.gaps[shape, gap, 1]] - cumulative[begin]
    for rule in range(shapes.breaks.shape[1]):
        if shapes.breaks[shape, rule, 0] < 0:
            break
        worth -= least_lost(cumulative, first, shapes.breaks[shape, rule])
    return float(worth)


@compiled
def finds_desk(blocked: Ints, first: int, shapes: Shapes, shape: int) -> bool:
    """Whether no slot of a shift's pieces is without a desk."""
    if not blocked.size:
        return True
    seats = blocked[first + shapes.lengths[shape]] - blocked[first]
    for gap in range(shapes.gaps.shape[1]):
        if shapes.gaps[shape, gap, 0] < 0:
            break
        begin = first + shapes.gaps[shape, gap, 0]
        seats -= blocked[begin + shapes.gaps[shape, gap, 1]] - blocked[begin]
    return bool(seats == 0)


@compiled
def start_worths(
    cumulative: Floats, blocked: Ints, shapes: Shapes, places: Places, day: int, worths: Floats
) -> Ints:
    """Write the best worth [kind, place] of one day's starts; returns the shape that has it."""
    last = min(cumulative.size - 1, places.latest_end[day])
    chosen = np.full(worths.shape, FREE)
    worths[:] = NEVER
    for shape in range(shapes.lengths.size):
        kind = shapes.kinds[shape]
        for place in range(places.starts.shape[1]):
            first = places.starts[day, place]
            if not places.legal[day, shape, place] or first < places.earliest[day]:
                continue
            if first + shapes.lengths[shape] > last:
                continue
            if not finds_desk(blocked, first, shapes, shape):
                continue
            worth = shift_worth(cumulative, first, shapes, shape)
            if places.bonus.size:
                worth += places.bonus[day, shape, place]
            if worth > worths[kind, place]:
                worths[kind, place] = worth
                chosen[kind, place] = shape
    return chosen


@compiled
def band_worths(worths: Floats, band: int, banded: Floats) -> None:
    """Write the best worth [kind, band] of the places [band, band + width]."""
    places = worths.shape[1]
    for kind in range(worths.shape[0]):
        for first in range(banded.shape[1]):
            best = NEVER
            for place in range(first, min(places, first + band + 1)):
                best = max(best, worths[kind, place])
            banded[kind, first] = best


@compiled
def add_day(before: Floats, worths: Floats, steps: Ints, after: Floats) -> None:
    """Write the best worth of each state after a day with these worths of its kinds."""
    after[:] = NEVER
    for kind in range(worths.size):
        worth = worths[kind]
        if worth <= POSSIBLE:
            continue
        for state in range(before.size):
            reached = steps[kind, state]
            if before[state] > POSSIBLE and reached >= 0:
                after[reached] = max(after[reached], before[state] + worth)


@compiled
def week_worths(banded: Floats, weeks: Weeks, week: int, worths: Floats, best_band: Ints) -> None:
    """Write the best worth of each set of days of a week and the band that has it.

    `banded` is [day, band, kind].
    """
    days, bands, _kinds = banded.shape
    of_state = weeks.of_state[week]
    worths[:] = NEVER
    best_band[:] = -1
    table = np.empty((MASKS, of_state.size))
    for band in range(bands):
        table[0] = NEVER
        table[0, 0] = 0.0
        for mask in range(1 << days):
            if DAYS_OF[mask] > weeks.most_days[week]:
                continue
            if mask:
                day = FIRST_DAY[mask]
                add_day(table[mask & (mask - 1)], banded[day, band], weeks.steps, table[mask])
            if weeks.of_mask[week, mask] <= POSSIBLE:
                continue
            for state in range(of_state.size):
                total = table[mask, state] + of_state[state] + weeks.of_mask[week, mask]
                if total > POSSIBLE and total > worths[mask]:
                    worths[mask] = total
                    best_band[mask] = band


@compiled
def may_follow(mask: int, run: int, worked: int, weekend: int, limits: Limits) -> bool:
    """Whether a week of these days may follow so many days in a row and weekends worked."""
    if LONGEST[mask] > limits.most_in_row:
        return False
    if HEAD[mask] and run + HEAD[mask] > limits.most_in_row:
        return False
    return limits.most_weekends >= 4 or worked + weekend <= limits.most_weekends


@compiled
def join_weeks(worths: Floats, weekend: Ints, limits: Limits, chosen: Ints) -> float:
    """The worth of the best chain of weeks [week, set of days]; writes the set of each week."""
    weeks = worths.shape[0]
    runs = limits.most_in_row + 1
    table = np.full((weeks + 1, runs, 8), NEVER)
    came = np.full((weeks + 1, runs, 8, 3), -1)
    binds = limits.most_weekends < 4
    first = limits.first_history if binds else 0
    table[0, min(limits.first_run, limits.most_in_row), first] = 0.0
    for week in range(weeks):
        for run in range(runs):
            for history in range(8):
                before = table[week, run, history]
                if before <= POSSIBLE:
                    continue
                worked = (history & 1) + (history >> 1 & 1) + (history >> 2 & 1)
                for mask in range(MASKS):
                    total = before + worths[week, mask]
                    if total <= POSSIBLE:
                        continue
                    if not may_follow(mask, run, worked, weekend[mask], limits):
                        continue
                    after = run + 7 if HEAD[mask] == 7 else TAIL[mask]
                    seen = ((history << 1) | weekend[mask]) & 7 if binds else 0
                    if total > table[week + 1, after, seen]:
                        table[week + 1, after, seen] = total
                        came[week + 1, after, seen, 0] = mask
                        came[week + 1, after, seen, 1] = run
                        came[week + 1, after, seen, 2] = history
    return trace_weeks(table[weeks], came, chosen)


@compiled
def trace_weeks(last: Floats, came: Ints, chosen: Ints) -> float:
    """Write the sets of days that lead to the best of the last states [run, history]."""
    best, run, history = NEVER, 0, 0
    for last_run in range(last.shape[0]):
        for last_history in range(8):
            if last[last_run, last_history] > best:
                best, run, history = last[last_run, last_history], last_run, last_history
    for week in range(chosen.size, 0, -1):
        chosen[week - 1] = came[week, run, history, 0]
        if chosen[week - 1] < 0:
            return NEVER
        run, history = came[week, run, history, 1], came[week, run, history, 2]
    return best


@compiled
def kinds_of_week(at_band: Floats, mask: int, steps: Ints, of_state: Floats) -> Ints:
    """The kind of each day of a week in one band, -1 for days off; `at_band` is [day, kind]."""
    days, options = at_band.shape
    table = np.full((days + 1, of_state.size), NEVER)
    came = np.full((days + 1, of_state.size, 2), -1)
    table[0, 0] = 0.0
    for day in range(days):
        if not mask >> day & 1:
            table[day + 1] = table[day]
            came[day + 1, :, 1] = np.arange(of_state.size)
            continue
        for kind in range(options):
            for state in range(of_state.size):
                after = steps[kind, state]
                total = table[day, state] + at_band[day, kind]
                if total > POSSIBLE and after >= 0 and total > table[day + 1, after]:
                    table[day + 1, after] = total
                    came[day + 1, after, 0] = kind
                    came[day + 1, after, 1] = state
    kinds = np.full(days, -1)
    state = int(np.argmax(table[days] + of_state))
    for day in range(days - 1, -1, -1):
        kinds[day] = came[day + 1, state, 0]
        state = came[day + 1, state, 1]
    return kinds


@compiled
def best_tour(
    cumulative: Floats, desks: Desks, shapes: Shapes, places: Places, weeks: Weeks, limits: Limits
) -> tuple[float, Ints]:
    """The worth of the best tour without regard to rest, and the tour [day, (shape, place)].

    Args:
        cumulative: 0 and the running sum of the worth of each slot.
        desks: where none is left.
        shapes: the contract's shapes.
        places: where shifts may start.
        weeks: what a week may hold.
        limits: what joins days and weeks.

    Returns:
        `NEVER` where there is no tour. Days off and fixed shifts show as -1.
    """
    days, count = places.starts.shape
    options = weeks.steps.shape[0]
    bands = max(1, count - limits.band)
    worths = np.empty((days, options, count))
    chosen = np.empty((days, options, count), np.int64)
    banded = np.empty((days, options, bands))
    nothing = np.zeros(0, np.int64)
    for day in range(days):
        if places.fixed_kinds[day] >= 0:
            worths[day], banded[day] = NEVER, NEVER
            banded[day, places.fixed_kinds[day]] = 0.0
        else:
            blocked = desks.blocked if desks.days[day] else nothing
            chosen[day] = start_worths(cumulative, blocked, shapes, places, day, worths[day])
            band_worths(worths[day], limits.band, banded[day])
    by_band = np.ascontiguousarray(banded.transpose(0, 2, 1))
    of_weeks = np.empty((weeks.of_mask.shape[0], MASKS))
    bands_of = np.empty((weeks.of_mask.shape[0], MASKS), np.int64)
    for week in range(of_weeks.shape[0]):
        end = min(days, 7 * week + 7)
        week_worths(by_band[7 * week : end], weeks, week, of_weeks[week], bands_of[week])
    masks = np.empty(of_weeks.shape[0], np.int64)
    tour = np.full((days, 2), FREE)
    worth = join_weeks(of_weeks, weeks.weekend, limits, masks)
    if worth <= POSSIBLE:
        return NEVER, tour
    for week in range(masks.size):
        band = bands_of[week, masks[week]]
        end = min(days, 7 * week + 7)
        picked = kinds_of_week(
            by_band[7 * week : end, band], masks[week], weeks.steps, weeks.of_state[week]
        )
        for day in range(7 * week, end):
            kind = picked[day - 7 * week]
            if kind >= 0 and places.fixed_kinds[day] < 0:
                row = worths[day, kind, band : band + limits.band + 1]
                tour[day, 1] = band + np.argmax(row)
                tour[day, 0] = chosen[day, kind, tour[day, 1]]
    return worth, tour


@compiled
def cheapest_breaks(cumulative: Floats, first: int, breaks: Ints, offsets: Ints) -> None:
    """Write the offsets of one shape's breaks that cost least for a shift at slot `first`.

    `breaks` is [break, (earliest, latest, length)]; the earliest of equals is taken.
    """
    for rule in range(breaks.shape[0]):
        offsets[rule] = -1
        if breaks[rule, 0] < 0:
            continue
        least = least_lost(cumulative, first, breaks[rule])
        for offset in range(breaks[rule, 1], breaks[rule, 0] - 1, -1):
            begin = first + offset
            if cumulative[begin + breaks[rule, 2]] - cumulative[begin] <= least + 1e-12:
                offsets[rule] = offset


@compiled
def on_position(at: int, shapes: Shapes, shape: int, offsets: Ints) -> bool:
    """Whether someone works in slot `at` of a shift with its breaks at these offsets."""
    for gap in range(shapes.gaps.shape[1]):
        begin = shapes.gaps[shape, gap, 0]
        if begin >= 0 and begin <= at < begin + shapes.gaps[shape, gap, 1]:
            return False
    for rule in range(shapes.breaks.shape[1]):
        width = shapes.breaks[shape, rule, 2]
        if width > 0 and offsets[rule] <= at < offsets[rule] + width:
            return False
    return True


@compiled
def worked_slots(starts: Ints, numbers: Ints, offsets: Ints, shapes: Shapes) -> Ints:
    """The slots on position of shifts: start slot and shape [shift], offsets [shift, break]."""
    total = 0
    for shape in numbers:
        total += shapes.lengths[shape]
    slots = np.empty(total, np.int64)
    count = 0
    for shift in range(starts.size):
        for at in range(shapes.lengths[numbers[shift]]):
            if on_position(at, shapes, numbers[shift], offsets[shift]):
                slots[count] = starts[shift] + at
                count += 1
    return slots[:count]
