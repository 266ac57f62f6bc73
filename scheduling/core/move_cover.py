"""What one more and one fewer person costs in each slot, and which slots a shift covers: compiled."""

import numpy as np
from numpy.typing import NDArray

from scheduling.core.move_facts import Bytes, ClassRules, Cover, Floats, Game, Ints, Mover, Scratch
from wfm.compiled import inlined

Random = NDArray[np.uint64]


@inlined
def drawn(state: Random) -> float:
    """A random number in [0, 1): G. Marsaglia, Xorshift RNGs (2003), doi:10.18637/jss.v008.i14."""
    value = state[0]
    value ^= value << np.uint64(13)
    value ^= value >> np.uint64(7)
    value ^= value << np.uint64(17)
    state[0] = value
    return float(value >> np.uint64(11)) / 9007199254740992.0


@inlined
def below(state: Random, count: int) -> int:
    """A random whole number in [0, count)."""
    return int(drawn(state) * count)


@inlined
def reckon_slot(cover: Cover, group: int, slot: int, totals: Floats) -> None:
    """Write what one more and one fewer person of each skill set of a group costs in a slot."""
    first, end = cover.first_subset[group], cover.first_subset[group + 1]
    count = end - first
    classes = cover.first_value[group + 1] - cover.first_value[group]
    for row in range(classes):
        left = cover.first_left[group] + row * count
        for subset in range(count):
            totals[row * count + subset] = (
                cover.left[left + subset, slot] + cover.staffed[first + subset, slot]
            )
    for number in range(cover.masks.size):
        if cover.linked_of[number] != group:
            continue
        mask, gained, lost = cover.masks[number], 0.0, 0.0
        for row in range(classes):
            apart = touched = 1e18
            for subset in range(count):
                total = totals[row * count + subset]
                if cover.subsets[first + subset] & mask:
                    touched = min(touched, total)
                else:
                    apart = min(apart, total)
            now = min(apart, touched)
            value = cover.values[cover.first_value[group] + row, slot]
            gained += value * (min(apart, touched + 1.0) - now)
            lost += value * (now - min(apart, touched - 1.0))
        apart = 2.0 * (cover.present[number, slot] - cover.target[number, slot])
        bend, share = cover.bend[0], cover.bend[1]
        worth = share * cover.worth[number, slot]
        cover.adding[number, slot] = (
            (1.0 - share) * (cover.over_cost - gained) - worth + bend * (1.0 + apart)
        )
        cover.dropping[number, slot] = (
            (1.0 - share) * (lost - cover.over_cost) + worth + bend * (1.0 - apart)
        )


@inlined
def change_cover(cover: Cover, number: int, scratch: Scratch, count: int) -> None:
    """Add and take away a person of a skill set in the slots of a move."""
    group = cover.linked_of[number]
    if group < 0:
        return
    mask = cover.masks[number]
    first, end = cover.first_subset[group], cover.first_subset[group + 1]
    for entry in range(count):
        slot = scratch.slots[entry]
        cover.present[number, slot] += scratch.signs[entry]
        for subset in range(first, end):
            if cover.subsets[subset] & mask:
                cover.staffed[subset, slot] += scratch.signs[entry]
        if cover.counted[slot]:
            reckon_slot(cover, group, slot, scratch.totals)


@inlined
def mark_shift(
    marks: Bytes, rules: ClassRules, group: int, shape: int, first: int, offsets: Ints, sign: int
) -> None:
    """Add a sign to the slots on position of a shift at slot `first`."""
    for slot in range(first, first + rules.lengths[group, shape]):
        marks[slot] += sign
    for gap in range(rules.gaps.shape[2]):
        begin = rules.gaps[group, shape, gap, 0]
        if begin < 0:
            break
        for slot in range(first + begin, first + begin + rules.gaps[group, shape, gap, 1]):
            marks[slot] -= sign
    for rule in range(rules.breaks.shape[2]):
        if rules.breaks[group, shape, rule, 0] < 0:
            break
        for at in range(rules.breaks[group, shape, rule, 2]):
            marks[first + offsets[rule] + at] -= sign


@inlined
def read_marks(
    scratch: Scratch, cover: Cover, number: int, first: int, end: int, count: int
) -> tuple[int, float]:
    """Append the marked slots to those of the move and clear them; returns their number and cost."""
    cost = 0.0
    for slot in range(first, end):
        sign = scratch.marks[slot]
        if sign != 0:
            scratch.marks[slot] = 0
            scratch.slots[count] = slot
            scratch.signs[count] = sign
            cost += cover.adding[number, slot] if sign > 0 else cover.dropping[number, slot]
            count += 1
    return count, cost


@inlined
def choose_breaks(game: Game, mover: Mover, shape: int, first: int, offsets: Ints) -> None:
    """Write the breaks of a new shift where they cost least; the old shift is marked by -1."""
    rules, _, _, cover, scratch = game
    _, group, number = mover
    for rule in range(rules.breaks.shape[2]):
        earliest = rules.breaks[group, shape, rule, 0]
        if earliest < 0:
            break
        width = rules.breaks[group, shape, rule, 2]
        least = 1e18
        for offset in range(earliest, rules.breaks[group, shape, rule, 1] + 1):
            lost = 0.0
            for slot in range(first + offset, first + offset + width):
                if scratch.marks[slot] < 0:
                    lost += cover.dropping[number, slot]
                else:
                    lost -= cover.adding[number, slot]
            if lost < least - 1e-12 or (lost < least + 1e-12 and drawn(scratch.random) < 0.3):
                least = min(least, lost)
                offsets[rule] = offset
