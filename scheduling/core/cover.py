"""The part that both linear programmes share: people on position serve a skill or idle, the rest is short."""

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from scheduling.core.pricing import Pricer

NOTHING = 1e-7


class Cover:
    """Demand rows per skill and slot, supply rows per skill set and slot, solved by GLOP."""

    def __init__(self, pricer: Pricer, masks: list[int], *, solve_seconds: float | None) -> None:
        """Write the rows; `masks` are the skill sets that will supply people."""
        self.pricer, self.masks = pricer, masks
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        if solve_seconds is not None:
            self.solver.SetTimeLimit(round(solve_seconds * 1000))
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        self.demand: dict[tuple[int, int], pywraplp.Constraint] = {}
        self.supply: dict[tuple[int, int], pywraplp.Constraint] = {}
        self.constant = 0.0
        self.idle: dict[tuple[int, int], pywraplp.Variable] = {}
        self.taken: list[tuple[pywraplp.Variable, int, NDArray[np.int64]]] = []
        self._meet_demand()
        self._serve_own_skills()

    def _meet_demand(self) -> None:
        """Ensures that served and missing people make up the whole units of each requirement.

        One more may serve the part of a unit: that saves its shortage and idles for the rest.
        """
        pricer = self.pricer
        for skill, slot in np.argwhere(pricer.required > 0):
            need = float(pricer.whole[skill, slot])
            row = self.solver.Constraint(need, need)
            short = self._variable(float(pricer.highest[skill, slot] - pricer.over_cost))
            row.SetCoefficient(short, 1)
            if pricer.part[skill, slot]:
                change = pricer.part_idle[skill, slot] - pricer.part_short[skill, slot]
                last = self._variable(float(change), most=1.0)
                row.SetCoefficient(last, -1)
                self.constant += float(pricer.part_short[skill, slot])
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
                if len(skills_here) == 1 and not there:
                    # Nothing to choose: who is not needed by the one skill idles.
                    row = self.demand[skills_here[0], int(slot)]
                    row.SetCoefficient(self._idle(skills_here[0], int(slot)), -1)
                    self.supply[mask, int(slot)] = row
                    continue
                row = self.solver.Constraint(there, there)
                row.SetCoefficient(self._variable(self.pricer.over_cost), -1)
                for skill in skills_here:
                    flow = self._variable(0.0)
                    row.SetCoefficient(flow, -1)
                    self.demand[skill, int(slot)].SetCoefficient(flow, 1)
                self.supply[mask, int(slot)] = row

    def _idle(self, skill: int, slot: int) -> pywraplp.Variable:
        key = (skill, slot)
        if key not in self.idle:
            self.idle[key] = self._variable(self.pricer.over_cost)
        return self.idle[key]

    def _variable(self, cost: float, most: float | None = None) -> pywraplp.Variable:
        variable = self.solver.NumVar(0, self.solver.infinity() if most is None else most, "")
        self.objective.SetCoefficient(variable, cost)
        return variable

    def column(self, mask: int, working: NDArray[np.int64]) -> pywraplp.Variable:
        """A variable of people with these skills who work in these slots."""
        idle = 0.0
        variable = self.solver.NumVar(0, self.solver.infinity(), "")
        for slot in working:
            row = self.supply.get((mask, int(slot)))
            if row is not None:
                row.SetCoefficient(variable, 1)
            elif self.pricer.counted[slot]:
                idle += self.pricer.over_cost
        self.objective.SetCoefficient(variable, idle)
        self.taken.append((variable, mask, working))
        return variable

    def solve(self) -> bool:
        """True where an optimum was found."""
        return bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)

    def value(self) -> float:
        """Cost of the fractional schedule."""
        return float(self.objective.Value()) + self.constant

    def prices(self) -> NDArray[np.float64]:
        """Duals as prices of a served agent-interval."""
        prices = np.zeros(self.pricer.required.shape)
        for (skill, slot), row in self.demand.items():
            prices[skill, slot] = row.dual_value() + self.pricer.over_cost
        return np.clip(prices, 0.0, self.pricer.highest)

    def profile(self) -> dict[int, NDArray[np.float64]]:
        """Fractional people on position per skill set."""
        staffed = {mask: np.zeros(len(self.pricer.counted)) for mask in self.masks}
        for variable, mask, working in self.taken:
            share = variable.solution_value()
            if share > NOTHING:
                staffed[mask][working] += share
        return staffed
