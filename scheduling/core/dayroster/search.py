"""Large-neighborhood search: free some people and days, generate tours for them, dive.

(P. Shaw, CP 1998, 417-431.) A neighborhood whose bound is no better than the roster is left at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from scheduling.core.dayroster.data import BoolArray, FloatArray, IntArray, Roster
from scheduling.core.dayroster.dive import DiveParams, dive
from scheduling.core.dayroster.generation import ROUNDING, Generation, GenerationParams
from scheduling.core.dayroster.master import Master
from scheduling.core.dayroster.neighborhoods import Neighborhoods
from scheduling.core.dayroster.part import Part, part_of

MOST_COLUMNS = 1_000
"""Known tours that a neighborhood begins with."""
SIDEWAYS_RATE = 0.05
"""How often a roster of equal cost is good enough."""


@dataclass(eq=False)
class Search:
    """Walks from one roster to better ones."""

    generation: Generation
    neighborhoods: Neighborhoods
    rng: Generator
    clock: Callable[[], float]
    """Seconds of computing by this thread: neighborhoods are kept to a size."""
    cover: FloatArray
    """Prices of the days that were last free for everyone."""

    def step(self, roster: Roster, penalty: int) -> Roster | None:
        """Try one neighborhood; return a roster that is no worse, or None."""
        started = self.clock()
        kind, free = self.neighborhoods.draw(roster)
        found = self.replan(roster, penalty, free)
        is_better = found is not None and self.generation.data.penalty(found) < penalty
        self.neighborhoods.learn(kind, work=self.clock() - started, is_better=is_better)
        return found

    def replan(self, roster: Roster, penalty: int, free: BoolArray) -> Roster | None:
        """Return a roster that differs on these days only and is no worse, or None."""
        data, pool = self.generation.data, self.generation.pool
        part = part_of(data, roster, free)
        known = np.array([pool.add(person, roster[person]) for person in part.people])
        master = Master(data, part, pool, self._columns(part, known))
        sideways = int(self.rng.random() < SIDEWAYS_RATE)
        cutoff = penalty + sideways
        top = self.generation.run(part, master, GenerationParams(cutoff=cutoff, tolerance=0.2))
        days = free.all(axis=0)
        self.cover[days] = top.cover[days]
        if top.prices is None or top.bound > cutoff - 1 + ROUNDING:
            return None
        found = dive(self.generation, part, master, self.rng, DiveParams(cutoff=cutoff))
        if found is None:
            return None
        for person in part.people:
            pool.add(person, found[person])
        return found

    def _columns(self, part: Part, known: IntArray) -> IntArray:
        pool = self.generation.pool
        fits = part.fits(pool.owners, pool.tours)
        return np.union1d(pool.most_promising(MOST_COLUMNS, fits), known)
