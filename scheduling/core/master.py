"""Duals and a fractional schedule: tours per class, chosen and linked by a linear programme (GLOP).

Column generation: the programme chooses how many agents of each class work each known tour and which of their
skills they serve; its duals price the slots, the dynamic programme answers with a better tour per class. Every
price also proves a bound. The programme of shifts comes first: it finds good prices in a fraction of the time.

P. Wentges, Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming (1997),
doi:10.1016/S0969-6016(97)00001-4, for the smoothing of the duals.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scheduling.core.cover import Cover
from scheduling.core.pricing import Priced, Pricer
from scheduling.core.shift_programme import ShiftProgramme
from scheduling.core.tours import Tour

SMOOTHING = (0.7, 0.3, 0.0)


class BoundSearch:
    """Looks for prices that prove a high bound."""

    def __init__(self, pricer: Pricer, masks: list[int]) -> None:
        """Start where time on position is worth nothing: that proves a bound of 0."""
        self.pricer, self.masks = pricer, masks
        self.best_prices = np.minimum(pricer.highest, pricer.over_cost)
        self.best = -np.inf
        self.programme_value = np.inf
        self.columns: list[tuple[int, Tour]] = []
        self._seen: set[tuple[int, bytes]] = set()

    def price(self, prices: NDArray[np.float64]) -> Priced:
        """Evaluate prices and remember the best."""
        priced = self.pricer.price(prices)
        if priced.bound > self.best:
            self.best = priced.bound
            self.best_prices = np.clip(prices, 0.0, self.pricer.highest)
        return priced

    def keep(self, number: int, tour: Tour | None) -> bool:
        """Remember a tour as a column; False where it is known."""
        if tour is None:
            return False
        key = (number, np.sort(tour.working).tobytes())
        if key in self._seen:
            return False
        self._seen.add(key)
        self.columns.append((number, tour))
        return True

    def start(
        self, *, rounds: int, stop: Callable[[], bool], solve_seconds: float | None = None
    ) -> dict[int, NDArray[np.float64]]:
        """Quick prices from the programme of shifts; returns its staffing per skill set."""
        programme = ShiftProgramme(
            self.pricer, self.pricer.classes, self.masks, solve_seconds=solve_seconds
        )
        duals = programme.generate(self.best_prices, rounds=rounds, stop=stop)
        if duals is None:
            return {}
        self.programme_value = programme.last_value
        for number, tour in enumerate(self.price(duals).tours):
            self.keep(number, tour)
        return programme.staffing

    def generate(
        self,
        *,
        tolerance: float,
        rounds: int,
        stop: Callable[[], bool],
        solve_seconds: float | None = None,
    ) -> dict[int, NDArray[np.float64]]:
        """Column generation until programme and bound agree; returns the staffing per skill set."""
        programme = _TourProgramme(self.pricer, self.masks, solve_seconds=solve_seconds)
        profile: dict[int, NDArray[np.float64]] = {}
        loaded = 0
        for _ in range(rounds):
            for number, tour in self.columns[loaded:]:
                programme.add(number, tour)
            loaded = len(self.columns)
            if not programme.solve():
                return profile
            profile, value, duals = programme.profile(), programme.value(), programme.prices()
            for share in SMOOTHING:
                if stop():
                    return profile
                priced = self.price(share * self.best_prices + (1 - share) * duals)
                for number, answer in enumerate(priced.tours):
                    self.keep(number, answer)
            if value - self.best <= tolerance * abs(value) or loaded == len(self.columns):
                return profile
        return profile


class _TourProgramme(Cover):
    """How many agents of each class work each known tour."""

    def __init__(self, pricer: Pricer, masks: list[int], *, solve_seconds: float | None) -> None:
        super().__init__(pricer, masks, solve_seconds=solve_seconds)
        self.headcount = [
            self.solver.Constraint(len(group.members), len(group.members))
            for group in pricer.classes
        ]

    def add(self, number: int, tour: Tour) -> None:
        """Offer a tour to a class."""
        variable = self.column(self.masks[number], tour.working)
        self.headcount[number].SetCoefficient(variable, 1)
