"""Small cases through every compiled loop of the tours and the small moves: the same figures, compiled or not.

`python -m tests.scheduling.core.loops FILE.npz` writes them; the test runs it with the compiler off.
"""

import sys
from dataclasses import replace

import numpy as np

from scheduling.core import tour_loops
from scheduling.core.at_work import works_at
from scheduling.core.improve import construct
from scheduling.core.instance_file import read_instance
from scheduling.core.move_tables import class_rules
from scheduling.core.roster import Roster
from scheduling.core.small_moves import BENT, Chain
from scheduling.core.tours import Closed
from tests.scheduling.core import test_tours
from tests.scheduling.core.test_tours import AGENTS, PAUSE, RULES, SHORT, SPLIT, case, pattern
from tests.scheduling.instances import random_instance


def figures():
    """Return arrays by name."""
    found = {}
    for name, (situation, rules) in RULES.items():
        found |= figures_of(name, case(1, **situation, **rules))
    for name, (situation, fields) in AGENTS.items():
        plain = case(2, **situation)
        found |= figures_of(name, replace(plain, agent=replace(plain.agent, **fields)))
    found |= figures_of("nobody", case(3, days_per_week=(5, 5)))
    found |= figures_of("desks", crowded())
    found["placeless"] = breaks_alone()
    for name in ("split shifts", "weekends of two weeks", "least paid"):
        found[f"there: {name}"] = there(name)
    for seed in (1, 4):
        found |= small_moves(seed)
    return found


def small_moves(seed):
    """A few hundred small moves of several weeks, contracts and skills, guided at first."""
    roster = Roster(read_instance(random_instance(seed)[0]))
    construct(roster, rng=np.random.default_rng(seed), stop=lambda: False)
    target = {mask: row[::-1] for mask, row in roster.staffed.items()}
    worth = {mask: np.sin(np.arange(len(row))) for mask, row in roster.staffed.items()}
    guided = replace(BENT, tilt=0.5)
    chain = Chain(
        roster, class_rules(roster.classes), guided, target=target, worth=worth, seed=seed
    )
    for share in (0.0, 0.5, 1.0):
        chain.run(share, 300)
    shifts, cover = chain.game.shifts, chain.game.cover
    return {
        f"moves {seed}: shapes": shifts.shapes,
        f"moves {seed}: places": shifts.places,
        f"moves {seed}: breaks": shifts.offsets,
        f"moves {seed}: adding": cover.adding,
        f"moves {seed}: dropping": cover.dropping,
    }


def crowded():
    """Two shapes of different numbers of gaps and breaks, desks missing on some days."""
    blocked = np.zeros(7 * test_tours.HOURS, dtype=bool)
    blocked[[7, 12, 30, 31, 84, 85, 130]] = True
    pauses = (PAUSE, replace(PAUSE, earliest_minutes=300, latest_minutes=420))
    long = pattern("long", [9], paid=7, breaks=pauses)
    closed = Closed(blocked_slots=blocked, seat_days=np.arange(7) != 1)
    return case(4, patterns=(long, SPLIT, SHORT), min_rest_minutes=720, closed=closed)


def figures_of(name, one):
    """The tour's shifts, slots on position and worth."""
    tour = one.model.best_tour(one.weights, one.closed)
    if tour is None:
        return {f"{name}: value": np.array([tour_loops.NEVER])}
    return {
        f"{name}: value": np.array([tour.value, tour.own_cost]),
        f"{name}: shifts": np.stack([tour.days, tour.shape_numbers, tour.starts]),
        f"{name}: breaks": tour.offsets,
        f"{name}: working": np.sort(tour.working),
    }


def there(name):
    """In which slots somebody can be at work at all."""
    situation, rules = RULES[name]
    model = case(1, **situation, **rules).model
    return np.array([works_at(model, slot) for slot in range(model.horizon.slots)])


def breaks_alone():
    """Where the breaks of a shape fall that has fewer than another."""
    one = crowded()
    cumulative = np.concatenate([[0.0], np.cumsum(one.weights)])
    tables = one.model.tables
    offsets = np.zeros((len(tables.lengths), tables.breaks.shape[1]), dtype=np.int64)
    for shape in range(len(tables.lengths)):
        tour_loops.cheapest_breaks(cumulative, 6, tables.breaks[shape], offsets[shape])
    return offsets


if __name__ == "__main__":
    np.savez(sys.argv[1], **{n: np.asarray(f, dtype=float) for n, f in figures().items()})
