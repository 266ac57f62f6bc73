"""A first roster: one after the other gets the best tour on what is still missing, then again."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.random import Generator

from scheduling.core.dayroster.data import OFF, FloatArray, Roster, Tour
from scheduling.core.dayroster.generation import Generation
from scheduling.core.dayroster.part import marginal_costs

PASSES = 4
QUICK_CELLS = 250_000
"""States that are looked at for one tour."""


class NoTourError(Exception):
    """Someone has no legal tour (`is_proven`), or none was found."""

    def __init__(self, name: str, *, is_proven: bool) -> None:
        super().__init__(name)
        self.name, self.is_proven = name, is_proven


def construct(generation: Generation, rng: Generator) -> Roster:
    """Return a legal roster."""
    data = generation.data
    roster = np.full((len(data.employees), data.days), OFF, dtype=np.int16)
    respond(generation, roster, rng.permutation(len(roster)).tolist(), is_first=True)
    for _ in range(PASSES):
        before = data.penalty(roster)
        respond(generation, roster, rng.permutation(len(roster)).tolist())
        if generation.is_over() or data.penalty(roster) >= before:
            break
    return roster


def respond(
    generation: Generation, roster: Roster, people: Iterable[int], *, is_first: bool = False
) -> None:
    """Give each in turn their cheapest tour on the marginal cost of cover, in place."""
    data = generation.data
    counts = data.counts(roster)
    for person in people:
        if generation.is_over() and not is_first:
            return
        days = np.flatnonzero(roster[person] != OFF)
        counts[days, roster[person, days]] -= 1
        cost = data.wish_cost[person] + marginal_costs(data, counts)
        found = generation.programmes[person].run(cost, most_cells=QUICK_CELLS)
        if found.tours:
            new = found.tours[0]
            if is_first or _price(cost, new) < _price(cost, roster[person]):
                roster[person] = new
        elif is_first:
            raise NoTourError(data.employees[person].name, is_proven=math.isinf(found.bound))
        days = np.flatnonzero(roster[person] != OFF)
        counts[days, roster[person, days]] += 1


def _price(cost: FloatArray, tour: Tour) -> float:
    days = np.flatnonzero(tour != OFF)
    return float(cost[days, tour[days]].sum())
