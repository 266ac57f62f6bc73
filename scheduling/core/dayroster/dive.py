"""Diving: fix what the master programme is sure of, generate tours for the rest, and so on.

(C. Joncour et al., "Column generation based primal heuristics", Electronic Notes in Discrete
Mathematics 36, 2010, 695-702.) What is fixed are days of people, not whole tours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from scheduling.core.dayroster.data import BoolArray, FloatArray, Roster
from scheduling.core.dayroster.generation import Generation, GenerationParams
from scheduling.core.dayroster.master import Master, Prices
from scheduling.core.dayroster.part import Part, narrowed

SURE = 0.999
LEAST_DAYS = 12
"""Days of people that are fixed at once, at least."""


@dataclass(frozen=True, kw_only=True)
class DiveParams:
    """How a dive goes."""

    cutoff: float
    """A roster of this cost is of no use."""
    share: float = 0.15
    """Part of the days not sure yet that is fixed at once."""
    noise: float = 0.05
    rounds: int = 6
    """Rounds of generation between."""


def dive(
    generation: Generation, part: Part, master: Master, rng: Generator, params: DiveParams
) -> Roster | None:
    """Return a roster of the part cheaper than the cutoff, if the dive ends at one."""
    while True:
        found = generation.run(
            part,
            master,
            GenerationParams(
                cutoff=params.cutoff, tolerance=0.2, most_rounds=params.rounds, tours_each=2
            ),
        )
        if found.prices is None or found.bound > params.cutoff - 1 + 1e-6:
            return None
        tours, sure = _agreement(generation, part, master, found.prices)
        if tours is None or generation.is_over():
            return None
        keep = _days_to_fix(part, sure, rng, params)
        part = narrowed(part, tours, keep)
        if not part.free.any():
            made: Roster = part.fixed
            return made if generation.data.penalty(made) < params.cutoff else None
        places = np.array(master.places)
        fits = part.fits(generation.pool.owners[places], generation.pool.tours[places])
        master.shut(np.flatnonzero(~fits))


def _agreement(
    generation: Generation, part: Part, master: Master, prices: Prices
) -> tuple[Roster | None, FloatArray]:
    """Return each person's tour of the largest share, and per day the share of all that agree."""
    places = np.array(master.places)
    shares = np.maximum(prices.shares, 0)
    used = np.flatnonzero(shares > 1e-9)
    owners, tours = generation.pool.owners[places[used]], generation.pool.tours[places[used]]
    weights = shares[used]
    best = part.fixed.copy()
    sure = np.ones(part.free.shape)
    for person in part.people:
        mine = np.flatnonzero(owners == person)
        if not len(mine) or weights[mine].sum() < 0.99:
            return None, sure
        top = tours[mine[np.argmax(weights[mine])]]
        best[person] = top
        sure[person] = ((tours[mine] == top) * weights[mine][:, None]).sum(axis=0)
    return best, sure


def _days_to_fix(part: Part, sure: FloatArray, rng: Generator, params: DiveParams) -> BoolArray:
    """Return what is sure anyway, and the surest of the rest."""
    open_days = part.free & (sure < SURE)
    keep = part.free & (sure >= SURE)
    people, days = np.nonzero(open_days)
    if len(people):
        rank = sure[people, days] + params.noise * rng.random(len(people))
        most = max(LEAST_DAYS, int(params.share * len(people)))
        first = np.argsort(-rank)[:most]
        keep[people[first], days[first]] = True
    return keep
