"""The compiled small moves: one break, one start, one day, one week of one agent at a time, millions in a second.

A move changes the people on position of one skill set by one in some slots, each slot once, so that its cost is a sum
of what one more or one fewer person costs there. A move that costs more is kept with the probability of simulated
annealing. After a kept move these costs are reckoned anew for its slots.

S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, Optimization by simulated annealing (1983),
doi:10.1126/science.220.4598.671.
"""

import numpy as np

from scheduling.core.move_cover import (
    below,
    change_cover,
    choose_breaks,
    drawn,
    mark_shift,
    read_marks,
    reckon_slot,
)
from scheduling.core.move_facts import (
    FIXED,
    OFF,
    ClassRules,
    Cover,
    Floats,
    Game,
    Ints,
    Mover,
    People,
    Scratch,
    Shifts,
)
from scheduling.core.move_legal import FAR, WEEK, rests, rule_cost, start_worth, window
from scheduling.core.tour_facts import NEVER, POSSIBLE
from wfm.compiled import borrowed, compiled, inlined

# Shares of the kinds of moves, as borders of a random number. On a day off: another day instead with the
# same shape, with any shape, and one day more beyond that.
OFF_SAME_SHAPE, OFF_SWAPS = 0.6, 0.8
# On a worked day: a break, one day less, the whole week, the start, start and shape beyond that.
BREAKS, LESS, WEEKS, SHIFTS = 0.5, 0.52, 0.56, 0.9
REACH = 4
"""Places by which a start moves at most."""


@inlined
def kept(scratch: Scratch, cost: float, heat: float) -> bool:
    """Whether a move of this cost is kept."""
    if cost <= 0.0:
        return True
    return heat > 0.0 and drawn(scratch.random) < np.exp(-cost / heat)


@inlined
def move_break(
    game: Game,
    mover: Mover,
    day: int,
    heat: float,
) -> float:
    """Move one break inside its window; returns what the kept move costs."""
    rules, _, shifts, cover, scratch = game
    agent, group, number = mover
    shape = shifts.shapes[agent, day]
    count = 0
    while count < rules.breaks.shape[2] and rules.breaks[group, shape, count, 0] >= 0:
        count += 1
    if count == 0:
        return 0.0
    rule = below(scratch.random, count)
    earliest, latest, width = rules.breaks[group, shape, rule]
    offset = earliest + below(scratch.random, latest - earliest + 1)
    before = shifts.offsets[agent, day, rule]
    if offset == before:
        return 0.0
    first = rules.starts[group, day, shifts.places[agent, day]]
    changed, cost = 0, 0.0
    for at in range(width):
        if not offset <= before + at < offset + width:
            slot = first + before + at
            scratch.slots[changed], scratch.signs[changed] = slot, 1
            cost += cover.adding[number, slot]
            changed += 1
        if not before <= offset + at < before + width:
            slot = first + offset + at
            scratch.slots[changed], scratch.signs[changed] = slot, -1
            cost += cover.dropping[number, slot]
            changed += 1
    if not kept(game.scratch, cost, heat):
        return 0.0
    shifts.offsets[agent, day, rule] = offset
    change_cover(cover, number, scratch, changed)
    return float(cost)


@inlined
def move_shift(game: Game, mover: Mover, day: int, shape: int, place: int, heat: float) -> float:
    """Another start or shape on a worked day; returns what the kept move costs."""
    rules, _, shifts, cover, scratch = game
    agent, group, number = mover
    old = shifts.shapes[agent, day]
    low, high = window(rules, shifts, agent, group, day, -1)
    if place < low or place > high or not rules.legal[group, day, shape, place]:
        return 0.0
    first = rules.starts[group, day, place]
    if not rests(rules, shifts, agent, group, day, first, first + rules.lengths[group, shape]):
        return 0.0
    worth = shifts.rule_costs[agent]
    if shape != old:
        shifts.shapes[agent, day] = shape
        worth = rule_cost(rules, shifts, agent, group)
        shifts.shapes[agent, day] = old
        if worth <= POSSIBLE:
            return 0.0
    offsets = scratch.offsets[0]
    changed, cost = exchange(game, mover, day, shape, place, offsets, 0)
    cost += shifts.rule_costs[agent] - worth
    if not kept(scratch, cost, heat):
        return 0.0
    shifts.offsets[agent, day, :] = offsets
    shifts.shapes[agent, day], shifts.places[agent, day] = shape, place
    shifts.rule_costs[agent] = worth
    change_cover(cover, number, scratch, changed)
    return float(cost)


@inlined
def rule_cost_with(
    game: Game, mover: Mover, day: int, to_day: int, shape: int, place: int
) -> float:
    """`rule_cost` with work on `to_day` and none on `day`; `NEVER` where there is no rest."""
    rules, _, shifts, _, _ = game
    agent, group, _ = mover
    old = OFF
    if day >= 0:
        old = shifts.shapes[agent, day]
        shifts.shapes[agent, day] = OFF
    legal = True
    if to_day >= 0:
        first = rules.starts[group, to_day, place]
        end = first + rules.lengths[group, shape]
        legal = rests(rules, shifts, agent, group, to_day, first, end)
        shifts.shapes[agent, to_day] = shape
    worth = rule_cost(rules, shifts, agent, group) if legal else NEVER
    if to_day >= 0:
        shifts.shapes[agent, to_day] = OFF
    if day >= 0:
        shifts.shapes[agent, day] = old
    return worth


@inlined
def any_place(game: Game, mover: Mover, day: int, without: int, shape: int) -> int:
    """A random place that the other shifts of the week leave to a start; -1 where it is not legal."""
    low, high = window(game.rules, game.shifts, mover.agent, mover.group, day, without)
    if high < low:
        return -1
    place = low + below(game.scratch.random, high - low + 1)
    return place if game.rules.legal[mover.group, day, shape, place] else -1


@inlined
def exchange(
    game: Game, mover: Mover, day: int, shape: int, place: int, offsets: Ints, count: int
) -> tuple[int, float]:
    """Append to a move the slots that another shape, place and breaks change; `OFF` for no shift.

    The breaks are written where they cost least. Returns the number of slots and the cost.
    """
    rules, _, shifts, cover, scratch = game
    agent, group, number = mover
    old, low, high, cost = shifts.shapes[agent, day], FAR, 0, 0.0
    if old >= 0:
        before = shifts.places[agent, day]
        low = rules.starts[group, day, before]
        high = low + rules.lengths[group, old]
        mark_shift(scratch.marks, rules, group, old, low, shifts.offsets[agent, day], -1)
        cost += start_worth(rules, group, day, old, before)
    if shape >= 0:
        first = rules.starts[group, day, place]
        choose_breaks(game, mover, shape, first, offsets)
        mark_shift(scratch.marks, rules, group, shape, first, offsets, 1)
        low, high = min(low, first), max(high, first + rules.lengths[group, shape])
        cost -= start_worth(rules, group, day, shape, place)
    count, more = read_marks(scratch, cover, number, low, high, count)
    return count, cost + more


@inlined
def move_day(game: Game, mover: Mover, day: int, to_day: int, shape: int, heat: float) -> float:
    """Work another day, one day more (`day` < 0) or one day less (`to_day` < 0)."""
    _, _, shifts, cover, scratch = game
    agent, _, number = mover
    place = 0
    if to_day >= 0:
        place = any_place(game, mover, to_day, day, shape)
        if place < 0:
            return 0.0
    worth = rule_cost_with(game, mover, day, to_day, shape, place)
    if worth <= POSSIBLE:
        return 0.0
    changed, cost = 0, shifts.rule_costs[agent] - worth
    offsets = scratch.offsets[0]
    for which in range(2):
        changing = day if which == 0 else to_day
        if changing >= 0:
            put = OFF if which == 0 else shape
            changed, more = exchange(game, mover, changing, put, place, offsets, changed)
            cost += more
    if not kept(scratch, cost, heat):
        return 0.0
    if day >= 0:
        shifts.shapes[agent, day] = OFF
    if to_day >= 0:
        shifts.shapes[agent, to_day], shifts.places[agent, to_day] = shape, place
        shifts.offsets[agent, to_day, :] = offsets
    shifts.rule_costs[agent] = worth
    change_cover(cover, number, scratch, changed)
    return float(cost)


@inlined
def may_move_week(game: Game, mover: Mover, first_day: int, end_day: int, by: int) -> bool:
    """Whether all starts of a week may be so many places later."""
    rules, _, shifts, _, _ = game
    agent, group, _ = mover
    for day in range(first_day, end_day):
        shape, place = shifts.shapes[agent, day], shifts.places[agent, day] + by
        if shape >= 0 and (
            place < 0 or place >= rules.starts.shape[2] or not rules.legal[group, day, shape, place]
        ):
            return False
    # Rest inside the week stays as it is but for clock changes and mixed lengths: all of it is looked at.
    shifts.places[agent, first_day:end_day] += by
    legal = True
    for day in range(first_day, end_day):
        shape = shifts.shapes[agent, day]
        if shape >= 0:
            first = rules.starts[group, day, shifts.places[agent, day]]
            end = first + rules.lengths[group, shape]
            legal = legal and rests(rules, shifts, agent, group, day, first, end)
    shifts.places[agent, first_day:end_day] -= by
    return legal


@inlined
def move_week(game: Game, mover: Mover, day: int, by: int, heat: float) -> float:
    """All starts of the week of a day later by so many places, earlier where `by` < 0."""
    _, _, shifts, cover, scratch = game
    agent, _, number = mover
    first_day = day // WEEK * WEEK
    end_day = min(first_day + WEEK, shifts.shapes.shape[1])
    if not may_move_week(game, mover, first_day, end_day, by):
        return 0.0
    changed, cost = 0, 0.0
    for other in range(first_day, end_day):
        shape = shifts.shapes[agent, other]
        if shape >= 0:
            place = shifts.places[agent, other] + by
            offsets = scratch.offsets[other - first_day]
            changed, more = exchange(game, mover, other, shape, place, offsets, changed)
            cost += more
    if not kept(scratch, cost, heat):
        return 0.0
    for other in range(first_day, end_day):
        if shifts.shapes[agent, other] >= 0:
            shifts.places[agent, other] += by
            shifts.offsets[agent, other, :] = scratch.offsets[other - first_day]
    change_cover(cover, number, scratch, changed)
    return float(cost)


@inlined
def nearby(scratch: Scratch, reach: int) -> int:
    """A step of at most `reach` places to either side, never 0."""
    step = 1 + below(scratch.random, reach)
    return step if drawn(scratch.random) < 0.5 else -step


@inlined
def any_shape(rules: ClassRules, scratch: Scratch, group: int) -> int:
    """Some shape of a class."""
    count = 0
    while count < rules.lengths.shape[1] and rules.lengths[group, count] > 0:
        count += 1
    return below(scratch.random, count)


@inlined
def any_day(game: Game, mover: Mover, day: int, kind: float) -> tuple[int, int, int]:
    """Days from and to which work may move and its shape, -1 for none, by a random number."""
    rules, _, shifts, _, scratch = game
    shape = shifts.shapes[mover.agent, day]
    if shape >= 0:
        return day, -1, shape
    other = -1
    if kind < OFF_SWAPS:
        week = day // WEEK * WEEK
        other = week + below(scratch.random, min(WEEK, shifts.shapes.shape[1] - week))
        shape = shifts.shapes[mover.agent, other]
        if shape < 0:
            return -1, -1, shape
    if kind >= OFF_SAME_SHAPE:
        shape = any_shape(rules, scratch, mover.group)
    return other, day, shape


@inlined
def any_move(game: Game, heat: float) -> float:
    """Try one move; returns by how much it changed the cost."""
    rules, people, shifts, _, scratch = game
    agent = people.movable[below(scratch.random, people.movable.size)]
    mover = Mover(agent, people.classes[agent], people.masks[agent])
    day = below(scratch.random, shifts.shapes.shape[1])
    shape = shifts.shapes[agent, day]
    if shape == FIXED:
        return 0.0
    kind = drawn(scratch.random)
    if shape == OFF or BREAKS <= kind < LESS:
        day_from, day_to, shape = any_day(game, mover, day, kind)
        if day_from < 0 and day_to < 0:
            return 0.0
        return move_day(game, mover, day_from, day_to, shape, heat)
    if kind < BREAKS:
        return move_break(game, mover, day, heat)
    if kind < WEEKS:
        return move_week(game, mover, day, nearby(scratch, REACH), heat)
    place = shifts.places[agent, day] + nearby(scratch, REACH)
    if kind >= SHIFTS:
        shape = any_shape(rules, scratch, mover.group)
    return move_shift(game, mover, day, shape, place, heat)


@compiled
def many_moves(
    given: Game,
    heat: float,
    moves: int,
) -> float:
    """Try so many moves; returns by how much they changed the cost."""
    rules = ClassRules(
        borrowed(given.rules.starts),
        borrowed(given.rules.legal),
        borrowed(given.rules.bonus),
        borrowed(given.rules.lengths),
        borrowed(given.rules.gaps),
        borrowed(given.rules.breaks),
        borrowed(given.rules.kinds),
        borrowed(given.rules.paid),
        borrowed(given.rules.fixed_kinds),
        borrowed(given.rules.steps),
        borrowed(given.rules.of_mask),
        borrowed(given.rules.of_state),
        borrowed(given.rules.limits),
        borrowed(given.rules.weekend),
    )
    people = People(
        borrowed(given.people.movable), borrowed(given.people.classes), borrowed(given.people.masks)
    )
    shifts = Shifts(
        borrowed(given.shifts.shapes),
        borrowed(given.shifts.places),
        borrowed(given.shifts.offsets),
        borrowed(given.shifts.rule_costs),
    )
    cover = Cover(
        borrowed(given.cover.adding),
        borrowed(given.cover.dropping),
        borrowed(given.cover.counted),
        given.cover.over_cost,
        borrowed(given.cover.masks),
        borrowed(given.cover.linked_of),
        borrowed(given.cover.subsets),
        borrowed(given.cover.first_subset),
        borrowed(given.cover.staffed),
        borrowed(given.cover.left),
        borrowed(given.cover.first_left),
        borrowed(given.cover.values),
        borrowed(given.cover.first_value),
        borrowed(given.cover.present),
        borrowed(given.cover.target),
        borrowed(given.cover.worth),
        borrowed(given.cover.bend),
    )
    scratch = Scratch(
        borrowed(given.scratch.marks),
        borrowed(given.scratch.slots),
        borrowed(given.scratch.signs),
        borrowed(given.scratch.offsets),
        borrowed(given.scratch.random),
        borrowed(given.scratch.totals),
    )
    game = Game(rules, people, shifts, cover, scratch)
    change = 0.0
    for _ in range(moves):
        change += any_move(game, heat)
    return change


@compiled
def reckon_all(cover: Cover, totals: Floats) -> None:
    """Write what one more and one fewer person costs in all slots, for all skill sets."""
    for slot in range(cover.counted.size):
        for number in range(cover.masks.size):
            change = cover.over_cost if cover.counted[slot] else 0.0
            cover.adding[number, slot] = change
            cover.dropping[number, slot] = -change
        if cover.counted[slot]:
            for group in range(cover.first_subset.size - 1):
                reckon_slot(cover, group, slot, totals)


@compiled
def first_rule_cost(rules: ClassRules, shifts: Shifts, agent: int, group: int) -> float:
    """`rule_cost` for a caller who is not compiled."""
    return rule_cost(rules, shifts, agent, group)
