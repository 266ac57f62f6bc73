"""Duals and a fractional schedule: tours per class, chosen and linked by a linear programme (GLOP).

Column generation: the programme chooses how many agents of each class work each known tour and which of their
skills they serve; its duals price the slots, the dynamic programme answers with a better tour per class. Every
price also proves a bound. A subgradient ascent comes first, since the programme alone starts from poor prices.

P. Wentges, Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming (1997),
doi:10.1016/S0969-6016(97)00001-4, for the smoothing of the duals.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from scheduling.core.pricing import AgentClass, Priced, Pricer
from scheduling.core.tours import Tour

SMOOTHING = (0.7, 0.3, 0.0)
PATIENCE = 20
REFUSED = 1e-7


class BoundSearch:
    """Looks for prices that prove a high bound."""

    def __init__(self, pricer: Pricer, masks: list[int]) -> None:
        """Start from half the highest price."""
        self.pricer, self.masks = pricer, masks
        self.best_prices = pricer.highest * 0.5
        self.best = -np.inf
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

    def ascend(self, *, incumbent_cost: float, steps: int, stop: Callable[[], bool]) -> None:
        """Subgradient ascent with Polyak's step towards the incumbent's cost."""
        prices, step, failures = self.best_prices, 1.0, 0
        direction: NDArray[np.float64] | None = None
        for number in range(steps):
            if stop():
                return
            known = self.best
            priced = self.price(prices)
            if number >= steps // 2:
                for order, tour in enumerate(priced.tours):
                    self.keep(order, tour)
            failures = 0 if priced.bound > known + 1e-4 * abs(known) else failures + 1
            if failures > PATIENCE:
                step, failures, direction, prices = step / 2, 0, None, self.best_prices
                continue
            slack = priced.slack
            direction = slack if direction is None else 0.5 * (slack + direction)
            length = step * max(incumbent_cost - priced.bound, 0.0)
            length /= max(float((direction**2).sum()), 1e-9)
            prices = np.clip(prices + length * direction, 0.0, self.pricer.highest)

    def generate(
        self,
        *,
        tolerance: float,
        rounds: int,
        stop: Callable[[], bool],
        solve_seconds: float | None = None,
    ) -> dict[int, NDArray[np.float64]]:
        """Column generation until programme and bound agree; returns the staffing per skill set."""
        programme = _Programme(self.pricer, self.masks)
        if solve_seconds is not None:
            programme.solver.SetTimeLimit(round(solve_seconds * 1000))
        profile: dict[int, NDArray[np.float64]] = {}
        loaded = 0
        for _ in range(rounds):
            for number, tour in self.columns[loaded:]:
                programme.add(number, tour)
            loaded = len(self.columns)
            if not programme.solve():
                return profile
            profile = programme.profile()
            value, duals = programme.value(), programme.prices()
            for share in SMOOTHING:
                if stop():
                    return profile
                priced = self.price(share * self.best_prices + (1 - share) * duals)
                for number, answer in enumerate(priced.tours):
                    self.keep(number, answer)
            if value - self.best <= tolerance * abs(value) or loaded == len(self.columns):
                return profile
        return profile


class _Programme:
    """Tours per class, skills served, shortage and idleness."""

    def __init__(self, pricer: Pricer, masks: list[int]) -> None:
        self.pricer, self.masks = pricer, masks
        self.classes: list[AgentClass] = pricer.classes
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.objective = self.solver.Objective()
        self.demand: dict[tuple[int, int], pywraplp.Constraint] = {}
        self.supply: dict[tuple[int, int], pywraplp.Constraint] = {}
        self.taken: list[tuple[pywraplp.Variable, int, Tour]] = []
        self._meet_demand()
        self._serve_own_skills()
        self.headcount = [
            self.solver.Constraint(len(group.members), len(group.members)) for group in self.classes
        ]

    def _meet_demand(self) -> None:
        """Ensures that served and missing people make up each requirement."""
        for skill, slot in np.argwhere(self.pricer.required > 0):
            need = float(self.pricer.required[skill, slot])
            row = self.solver.Constraint(need, need)
            short = self._variable(float(self.pricer.highest[skill, slot] - self.pricer.over_cost))
            row.SetCoefficient(short, 1)
            self.demand[int(skill), int(slot)] = row

    def _serve_own_skills(self) -> None:
        """Ensures that people on position serve one of their skills or idle."""
        carried: dict[int, NDArray[np.float64]] = {}
        for skills, slots in self.pricer.carried:
            mask = sum(1 << n for n, s in enumerate(self.pricer.skills) if s in skills)
            row = carried.setdefault(mask, np.zeros(len(self.pricer.counted)))
            row[np.asarray(slots, dtype=np.int64)] += 1
        for mask in sorted({*self.masks, *carried}):
            for slot in np.flatnonzero(self.pricer.counted):
                there = -float(carried[mask][slot]) if mask in carried else 0.0
                skills_here = [
                    k
                    for k in range(len(self.pricer.skills))
                    if mask >> k & 1 and (k, int(slot)) in self.demand
                ]
                if not skills_here and not there:
                    continue
                row = self.solver.Constraint(there, there)
                row.SetCoefficient(self._variable(self.pricer.over_cost), -1)
                for skill in skills_here:
                    flow = self._variable(0.0)
                    row.SetCoefficient(flow, -1)
                    self.demand[skill, int(slot)].SetCoefficient(flow, 1)
                self.supply[mask, int(slot)] = row

    def _variable(self, cost: float) -> pywraplp.Variable:
        variable = self.solver.NumVar(0, self.solver.infinity(), "")
        self.objective.SetCoefficient(variable, cost)
        return variable

    def add(self, number: int, tour: Tour) -> None:
        """Offer a tour to a class."""
        mask = self.masks[number]
        idle = 0.0
        variable = self.solver.NumVar(0, self.solver.infinity(), "")
        for slot in tour.working:
            row = self.supply.get((mask, int(slot)))
            if row is not None:
                row.SetCoefficient(variable, 1)
            elif self.pricer.counted[slot]:
                idle += self.pricer.over_cost
        self.headcount[number].SetCoefficient(variable, 1)
        self.objective.SetCoefficient(variable, idle)
        self.taken.append((variable, number, tour))

    def solve(self) -> bool:
        """True where an optimum was found."""
        self.objective.SetMinimization()
        return bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)

    def value(self) -> float:
        """Cost of the fractional schedule."""
        return float(self.objective.Value())

    def prices(self) -> NDArray[np.float64]:
        """Duals as prices of a served agent-interval."""
        prices = np.zeros(self.pricer.required.shape)
        for (skill, slot), row in self.demand.items():
            prices[skill, slot] = row.dual_value() + self.pricer.over_cost
        return np.clip(prices, 0.0, self.pricer.highest)

    def profile(self) -> dict[int, NDArray[np.float64]]:
        """Fractional people on position per skill set."""
        staffed = {mask: np.zeros(len(self.pricer.counted)) for mask in self.masks}
        for variable, number, tour in self.taken:
            share = variable.solution_value()
            if share > REFUSED:
                staffed[self.masks[number]][tour.working] += share
        return staffed
