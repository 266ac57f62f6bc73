"""Whole numbers of shifts by day, contract and shape, settled before the last hundred people are planned.

A programme may hold 146.4 shifts on a Monday. Agent by agent this is made up for until the last few wait, and then
nobody is left who could: nearly all that a dive loses, it loses there. So the totals are made whole before.

Without the rows that link its days (start bands, days and hours of a week) a programme falls apart into its days.
With their duals as prices each day's share is a small programme, solved in milliseconds for any totals, and the sum
over the days is never above the whole programme's value: a Lagrangian bound (Geoffrion 1974, doi:10.1007/BFb0120690).
The cheapest combinations whose days and hours fit the contracts are then tried on the whole programme; each trial's
reduced costs bound the others (J. F. Benders 1962, doi:10.1007/BF01386316).
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from scheduling.core.programme_rows import LinearSolver, Programme
from scheduling.core.week_programme import WeekProgramme

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Counts = tuple[int, ...]
LITTLE = 1e-6
OPTIONS = 20
"""Cheapest totals of a day that are combined with other days'."""
LOOKED_AT = 3
"""Totals looked at for each option."""
CORNERS = 6
"""Parts of numbers of a day up to which all ways to round them are looked at first."""
COMBINATIONS = 4000
"""Cheapest combinations of the days so far that are carried on to the next day."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Option:
    """Totals of one part of the week and their share of the cost."""

    counts: Counts
    cost: float


class _Part:
    """What is left of a programme in one day."""

    def __init__(self, given: Programme, rows: Ints, columns: Ints, totals: Ints) -> None:
        """Take rows and columns; `totals` are columns of the whole programme."""
        self.columns, self.totals = columns, totals
        self.places: Ints = np.searchsorted(columns, totals)
        self.solver = LinearSolver(
            Programme(
                matrix=given.matrix[rows][:, columns].tocsc(),
                costs=given.costs[columns],
                most=given.most[columns],
                low=given.low[rows],
                high=given.high[rows],
            )
        )
        self.known: dict[Counts, float] = {}
        self.iterations = 0

    def free(self, costs: Floats, low: Floats) -> float:
        """Take other costs and least counts; returns the least of any totals, in parts of numbers."""
        self.known = {}
        self.solver.costs(costs[self.columns])
        counted = np.flatnonzero(low[self.columns] > 0)
        if len(counted):
            self.solver.at_least(counted, low[self.columns][counted])
        self.solver.at_least(self.places, np.zeros(len(self.places)))
        self.solver.by_dual_simplex()
        self.iterations = self.solver.iterations
        return self.solver.value

    def cost(self, counts: Counts) -> float:
        """Cost of these totals, infinite where they cannot be."""
        if counts not in self.known:
            self.solver.exactly(self.places, np.array(counts, dtype=float))
            solved = self.solver.by_dual_simplex()
            self.iterations += self.solver.iterations
            self.known[counts] = self.solver.value if solved else np.inf
        return self.known[counts]

    def options(self, around: Floats) -> list[_Option]:
        """The cheapest whole totals, best first, found step by step from those around."""
        seen: set[Counts] = set()
        waiting: list[tuple[float, Counts]] = []

        def look(counts: Counts) -> None:
            if min(counts) >= 0 and counts not in seen:
                seen.add(counts)
                heapq.heappush(waiting, (self.cost(counts), counts))

        for counts in _rounded(around):
            look(counts)
        found: list[_Option] = []
        while waiting and len(found) < OPTIONS:
            cost, counts = heapq.heappop(waiting)
            if not np.isfinite(cost):
                break
            found.append(_Option(counts=counts, cost=cost))
            for place, step in product(range(len(counts)), (-1, 1)):
                if len(seen) < LOOKED_AT * OPTIONS:
                    look((*counts[:place], counts[place] + step, *counts[place + 1 :]))
        return found


def _rounded(around: Floats) -> Iterator[Counts]:
    """All ways to round the largest parts of numbers up or down; the others to the nearest."""
    parts = np.abs(around - np.round(around))
    open_ = set(np.argsort(-parts, kind="stable")[:CORNERS].tolist())
    sides = [
        sorted({int(np.floor(value + LITTLE)), int(np.ceil(value - LITTLE))})
        if place in open_
        else [round(float(value))]
        for place, value in enumerate(around.tolist())
    ]
    yield from product(*sides)


class WholeTotals:
    """Combinations of whole totals for a programme that is solved."""

    def __init__(self, programme: WeekProgramme) -> None:
        """Take the days apart."""
        self.programme, self.solver = programme, programme.solver
        self.keys = sorted(programme.totals, key=programme.totals.__getitem__)
        self.columns = np.array([programme.totals[key] for key in self.keys], dtype=np.int64)
        self.linking = self._linking()
        self.parts = self._parts()
        self.limits = self._limits()
        self.amounts = self._amounts()
        self.iterations = 0
        """Simplex iterations so far."""

    def _linking(self) -> NDArray[np.bool_]:
        """Rows that link the days."""
        given, programme = self.solver.given, self.programme
        bands = np.concatenate([hull.bands for group in programme.groups for hull in group.hulls])
        linking = np.zeros(given.matrix.shape[0], dtype=bool)
        linking[np.unique(given.matrix[:, bands].nonzero()[0])] = True
        linking[programme.linking] = True
        return linking

    def _parts(self) -> list[_Part]:
        given = self.solver.given
        rows = np.flatnonzero(~self.linking)
        inner = given.matrix.tocsr()[rows]
        columns = np.flatnonzero(np.diff(inner.tocsc().indptr))
        inner = inner[:, columns]
        _, labels = connected_components(
            sparse.bmat([[None, inner], [inner.T, None]]), directed=False
        )
        of_row, of_column = labels[: len(rows)], labels[len(rows) :]
        by_row = Programme(
            matrix=given.matrix.tocsr(),
            costs=given.costs,
            most=given.most,
            low=given.low,
            high=given.high,
        )
        parts = []
        place_of = {column: place for place, column in enumerate(columns.tolist())}
        of_total = np.array([of_column[place_of[column]] for column in self.columns.tolist()])
        for label in sorted(set(of_total.tolist())):
            own = self.columns[of_total == label]
            parts.append(
                _Part(by_row, rows[of_row == label], columns[of_column == label], np.sort(own))
            )
        return parts

    def _limits(self) -> Floats:
        """[contract x (days, minutes), (least, most)] of a week."""
        pricer, week = self.programme.pricer, self.programme.week
        contracts = sorted({contract for _, contract, _ in self.keys})
        limits = np.zeros((2 * len(contracts), 2))
        for group in self.programme.groups:
            for number in group.classes:
                held = pricer.classes[number]
                row = 2 * contracts.index(held.model.contract.name)
                days = np.array(held.model.week_range(week, hours=False), dtype=float)
                hours = np.array(held.model.week_range(week, hours=True), dtype=float)
                limits[row] += len(held.members) * days
                limits[row + 1] += 60 * len(held.members) * hours
        return limits

    def _amounts(self) -> dict[int, Floats]:
        """What one shift of each column adds to the rows of the limits."""
        pricer = self.programme.pricer
        contracts = sorted({contract for _, contract, _ in self.keys})
        models = {
            pricer.classes[group.classes[0]].model.contract.name: pricer.classes[
                group.classes[0]
            ].model
            for group in self.programme.groups
        }
        amounts = {}
        for (_, contract, shape), column in zip(self.keys, self.columns.tolist(), strict=True):
            row = np.zeros(2 * len(contracts))
            at = 2 * contracts.index(contract)
            row[at], row[at + 1] = 1.0, models[contract].shapes[shape].paid_minutes
            amounts[column] = row
        return amounts

    # -- combinations ------------------------------------------------------------------------

    def combinations(self, low: Floats, stop: Callable[[], bool]) -> tuple[Floats, Floats]:
        """Cheapest combinations [combination, total] and what each costs at least; the programme is solved."""
        given, duals = self.solver.given, np.where(self.linking, self.solver.duals(), 0.0)
        costs = given.costs - given.matrix.T @ duals
        value = self.solver.value
        around = self.solver.solution()
        options: list[list[_Option]] = []
        for part in self.parts:
            if stop():
                return np.zeros((0, len(self.columns))), np.zeros(0)
            part.solver.stop = stop
            value -= part.free(costs, low)
            options.append(part.options(around[part.totals]))
            self.iterations += part.iterations
        if stop() or not all(options):
            return np.zeros((0, len(self.columns))), np.zeros(0)
        picked, sums = self._combined(options)
        chosen = np.zeros((len(picked), len(self.columns)))
        for number, part in enumerate(self.parts):
            counts = np.array([option.counts for option in options[number]], dtype=float)
            chosen[:, np.searchsorted(self.columns, part.totals)] = counts[picked[:, number]]
        return chosen, sums + value

    def _combined(self, options: list[list[_Option]]) -> tuple[Ints, Floats]:
        """Option of each part in the cheapest combinations that keep days and hours, and their cost."""
        added = [
            np.array(
                [
                    sum(
                        count * self.amounts[column]
                        for count, column in zip(option.counts, part.totals.tolist(), strict=True)
                    )
                    for option in found
                ]
            )
            for part, found in zip(self.parts, options, strict=True)
        ]
        least, most = self.limits[:, 0] - LITTLE, self.limits[:, 1] + LITTLE
        sums, costs = np.zeros((1, len(self.limits))), np.zeros(1)
        picked = np.zeros((1, 0), dtype=np.int64)
        for number, (rows, found) in enumerate(zip(added, options, strict=True)):
            still_least = sum((other.min(axis=0) for other in added[number + 1 :]), np.zeros(1))
            still_most = sum((other.max(axis=0) for other in added[number + 1 :]), np.zeros(1))
            own = np.array([option.cost for option in found])
            sums = (sums[:, None] + rows[None]).reshape(-1, rows.shape[1])
            costs = (costs[:, None] + own[None]).ravel()
            last = np.tile(np.arange(len(found)), len(picked))
            picked = np.column_stack([np.repeat(picked, len(found), axis=0), last])
            fits = ((sums + still_least <= most) & (sums + still_most >= least)).all(axis=1)
            order = np.flatnonzero(fits)
            order = order[np.argsort(costs[order], kind="stable")[:COMBINATIONS]]
            sums, costs, picked = sums[order], costs[order], picked[order]
        return picked, costs

    def settle(
        self, tries: int, low: Floats, stop: Callable[[], bool]
    ) -> list[tuple[float, Floats]]:
        """Try combinations on the whole programme; returns values and totals, cheapest first.

        The programme is left with its totals free and not solved.
        """
        chosen, least = self.combinations(low, stop)
        found: list[tuple[float, Floats]] = []
        best = np.inf
        for _ in range(min(tries, len(chosen))):
            number = int(np.argmin(least))
            if stop() or least[number] >= best:
                break
            self.fix(chosen[number])
            solved = self.solver.by_dual_simplex()
            self.iterations += self.solver.iterations
            if solved:
                value = self.solver.value
                found.append((value, chosen[number]))
                best = min(best, value)
                change = self.solver.reduced_costs()[self.columns]
                least = np.maximum(least, value + (chosen - chosen[number]) @ change)
            least[number] = np.inf
        self.free()
        return sorted(found, key=lambda one: one[0])

    def fix(self, totals: Floats) -> None:
        """Fix all totals."""
        self.solver.exactly(self.columns, totals)

    def free(self) -> None:
        """Let the programme choose them."""
        self.solver.at_least(self.columns, np.zeros(len(self.columns)))
