"""Column generation: prices from the master programme, the cheapest tours at them, and a bound.

Prices are mixed with those of the best bound so far (P. Wentges, International Transactions in
Operational Research 4, 1997, 151-162). For any prices between minus the cost of idleness and the
cost of shortage, what all requirements are worth plus everyone's cheapest tour is a lower bound
(weak duality); costs are whole numbers, so it may be rounded up.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.core.dayroster.data import OFF, FloatArray, RosterData
from scheduling.core.dayroster.master import Master, Prices
from scheduling.core.dayroster.part import Part
from scheduling.core.dayroster.pool import Pool
from scheduling.core.dayroster.programme import EmployeeProgramme, Tours

GRAIN = 65_536.0
"""Prices are multiples of its inverse, so that sums of them are exact."""
ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class GenerationParams:
    """How far to go."""

    mixing_rate: float = 0.5
    """Weight of the best prices so far in those that are tried."""
    tours_each: int = 3
    tolerance: float = 1e-3
    """Programme and bound may differ by so much at the end."""
    most_rounds: int = 100_000
    cutoff: float = math.inf
    """A bound of this much ends it: nothing worth having is here."""
    report_bound: Callable[[float], None] = lambda bound: None


@dataclass(frozen=True, kw_only=True, eq=False)
class Generated:
    """Where the generation ended."""

    bound: float
    prices: Prices | None
    cover: FloatArray
    """The prices of the bound."""
    is_complete: bool
    """Programme and bound meet."""


@dataclass(eq=False)
class Generation:
    """What runs on one problem share: its data, everyone's programme, the pool, and when to stop."""

    data: RosterData
    programmes: list[EmployeeProgramme]
    pool: Pool
    is_over: Callable[[], bool]

    def price(self, part: Part, cover: FloatArray, most: int) -> list[Tours]:
        """Return the cheapest tours of everyone in the part at these prices."""

        def cheapest(person: int) -> Tours:
            cost = self.data.wish_cost[person] - cover
            programme = self.programmes[person]
            if part.is_all_free(person):
                return programme.run(cost, most=most)
            return programme.run(cost, free=part.free[person], fixed=part.fixed[person], most=most)

        return [cheapest(person) for person in part.people]

    def in_range(self, cover: FloatArray) -> FloatArray:
        """Return prices that give a bound."""
        low, high = -self.data.over_cost, self.data.under_cost
        return np.round(np.clip(cover, low, high) * GRAIN) / GRAIN

    def run(self, part: Part, master: Master, params: GenerationParams) -> Generated:
        """Generate tours until nothing is missing, or time or rounds are over."""
        bound, inner = -math.inf, None
        prices: Prices | None = None
        is_complete = False
        for _ in range(params.most_rounds):
            prices = master.solve()
            if prices is None or self.is_over():
                break
            inner = self.in_range(prices.cover) if inner is None else inner
            mixing, added = params.mixing_rate, 0
            while True:
                cover = self.in_range(mixing * inner + (1 - mixing) * prices.cover)
                found = self.price(part, cover, params.tours_each)
                value = self._bound(part, master, cover, found)
                is_better = value > bound
                if is_better:
                    bound, inner = value, cover
                    params.report_bound(bound)
                added = self._add(part, master, prices, found)
                if added or mixing == 0 or self.is_over():
                    break
                mixing = mixing / 2 if is_better and mixing > 0.1 else 0.0
            is_complete = prices.objective - bound <= params.tolerance
            if is_complete or not added or math.ceil(bound - ROUNDING) >= params.cutoff:
                break
        cover = np.zeros(self.data.required.shape) if inner is None else inner
        return Generated(bound=bound, prices=prices, cover=cover, is_complete=is_complete)

    def _bound(self, part: Part, master: Master, cover: FloatArray, found: list[Tours]) -> float:
        worth = float((cover * part.required).sum()) + part.base_cost + master.closed_cost
        return worth + sum(tours.bound for tours in found)

    def _add(self, part: Part, master: Master, prices: Prices, found: list[Tours]) -> int:
        added = 0
        for row, (person, tours) in enumerate(zip(part.people, found, strict=True)):
            for tour in tours.tours:
                works = np.flatnonzero(tour != OFF)
                shifts = tour[works]
                cost = self.data.wish_cost[person, works, shifts] - prices.cover[works, shifts]
                if cost.sum() < prices.people[row] - ROUNDING:
                    place = self.pool.add(person, tour)
                    if place not in master.known:
                        master.add(place)
                        added += 1
        return added
