"""The master programme: one tour for each person, people counted on every day and shift.

(G. B. Dantzig and P. Wolfe, Operations Research 8, 1960, 101-111.) Solved by GLOP, which goes on from
its last basis when tours are added or taken away. The messages of MathOpt are filled here directly:
its objects for single variables would take several times as long as the solving.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    solution_pb2,
    sparse_containers_pb2,
)
from ortools.math_opt.core.python import solver as math_opt

from scheduling.core.dayroster.data import OFF, BoolArray, FloatArray, IntArray, RosterData
from scheduling.core.dayroster.part import Part
from scheduling.core.dayroster.pool import Pool

MISSING_TOUR_COST = 1e6
"""Of a person for whom no tour is in the programme yet."""
GLOP = parameters_pb2.SOLVER_TYPE_GLOP
FROM_LAST_BASIS = parameters_pb2.SolveParametersProto(
    presolve=parameters_pb2.EMPHASIS_OFF,
    lp_algorithm=parameters_pb2.LP_ALGORITHM_PRIMAL_SIMPLEX,
)
WHAT_TO_RETURN = model_parameters_pb2.ModelSolveParametersProto(
    variable_values_filter=sparse_containers_pb2.SparseVectorFilterProto(skip_zero_values=True),
    reduced_costs_filter=sparse_containers_pb2.SparseVectorFilterProto(filter_by_ids=True),
)
_NO_CALLBACK = callback_pb2.CallbackRegistrationProto()
_FEASIBLE = solution_pb2.SOLUTION_STATUS_FEASIBLE


@dataclass(frozen=True, kw_only=True, eq=False)
class Prices:
    """The solution of one master programme."""

    objective: float
    cover: FloatArray
    """Days x shifts: what one more required person would cost."""
    people: FloatArray
    """Per employee of the part: what their tour costs at these prices."""
    shares: FloatArray
    """Per column: how much of it is in the solution."""


class Master:
    """Columns of one part and their programme.

    Variables: a missing tour per person, shortage and idleness per day and shift, then the columns.
    """

    def __init__(self, data: RosterData, part: Part, pool: Pool, places: IntArray) -> None:
        self.data, self.pool, self.required = data, pool, part.required
        self.people = np.array(part.people)
        self._row_of = np.full(len(data.employees), -1)
        self._row_of[self.people] = np.arange(len(self.people))
        open_days = part.free[self.people].any(axis=0)
        priced = (data.under_cost > 0) | (data.over_cost > 0)
        self._cover = np.nonzero(priced & open_days[:, None])
        self._cover_row = np.full(data.required.shape, -1)
        self._cover_row[self._cover] = len(self.people) + np.arange(len(self._cover[0]))
        self._first_column = len(self.people) + 2 * len(self._cover[0])
        self.closed_cost = self._closed_cost(part, ~open_days)
        self._constant = part.base_cost + self.closed_cost
        self.places: list[int] = places.tolist()
        self.known = set(self.places)
        self._told = len(self.places)
        self._shut: set[int] = set()
        self._solver: Any = math_opt.new(
            GLOP, self._model(places), parameters_pb2.SolverInitializerProto()
        )

    def _closed_cost(self, part: Part, closed: BoolArray) -> int:
        """Cost of the days on which nobody is free."""
        counts = self.data.counts(part.fixed[self.people])
        short = np.maximum(part.required - counts, 0) * self.data.under_cost
        idle = np.maximum(counts - part.required, 0) * self.data.over_cost
        return int((short + idle)[closed].sum())

    def _model(self, places: IntArray) -> Any:
        """Return the message of the whole programme."""
        model = model_pb2.ModelProto()
        data, people, cover = self.data, len(self.people), len(self._cover[0])
        need = self.required[self._cover].astype(float).tolist()
        rows = model.linear_constraints
        rows.ids.extend(range(people + cover))
        rows.lower_bounds.extend([1.0] * people + need)
        rows.upper_bounds.extend([1.0] * people + need)
        _add_variables(model.variables, range(self._first_column + len(places)))
        under = data.under_cost[self._cover].astype(float).tolist()
        over = data.over_cost[self._cover].astype(float).tolist()
        objective = model.objective.linear_coefficients
        objective.ids.extend(range(self._first_column + len(places)))
        objective.values.extend(
            [MISSING_TOUR_COST] * people + under + over + self._costs(places).tolist()
        )
        slack_rows = np.concatenate((np.arange(people + cover), people + np.arange(cover)))
        slack_values = np.concatenate((np.ones(people + cover), -np.ones(cover)))
        row, column = self._entries(places, self._first_column)
        _fill_matrix(
            model.linear_constraint_matrix,
            np.concatenate((slack_rows, row)),
            np.concatenate((np.arange(self._first_column), column)),
            np.concatenate((slack_values, np.ones(len(row)))),
        )
        return model

    def _costs(self, places: IntArray) -> FloatArray:
        owners = self.pool.owners[places]
        return (self.pool.costs[places] - self.data.wish_base[owners]).astype(np.float64)

    def _entries(self, places: IntArray, first: int) -> tuple[IntArray, IntArray]:
        """Return rows and columns in which tours stand: their owner's, and where they work."""
        tours = self.pool.tours[places]
        numbers, days = np.nonzero(tours != OFF)
        crossed = self._cover_row[days, tours[numbers, days]]
        is_row = crossed >= 0
        rows = np.concatenate((self._row_of[self.pool.owners[places]], crossed[is_row]))
        columns = np.concatenate((np.arange(len(places)), numbers[is_row]))
        return rows, first + columns

    def add(self, place: int) -> None:
        """Take a tour of the pool into the programme."""
        self.places.append(place)
        self.known.add(place)

    def shut(self, numbers: IntArray) -> None:
        """Take these columns out of the programme."""
        self._shut.update(numbers.tolist())

    def _update(self) -> None:
        """Tell GLOP what is new."""
        new = np.array(self.places[self._told :], dtype=np.int64)
        if not len(new) and not self._shut:
            return
        update = model_update_pb2.ModelUpdateProto()
        first = self._first_column + self._told
        if len(new):
            _add_variables(update.new_variables, range(first, first + len(new)))
            changes = update.objective_updates.linear_coefficients
            changes.ids.extend(range(first, first + len(new)))
            changes.values.extend(self._costs(new).tolist())
            row, column = self._entries(new, first)
            _fill_matrix(update.linear_constraint_matrix_updates, row, column, np.ones(len(row)))
            bounds = update.new_variables.upper_bounds
            for number in self._shut:
                if number >= self._told:
                    bounds[number - self._told] = 0.0
        old = sorted(number for number in self._shut if number < self._told)
        update.variable_updates.upper_bounds.ids.extend(self._first_column + n for n in old)
        update.variable_updates.upper_bounds.values.extend([0.0] * len(old))
        if not self._solver.update(update):
            raise RuntimeError("Expected GLOP to take new columns into a running programme.")
        self._told = len(self.places)
        self._shut.clear()

    def solve(self) -> Prices | None:
        """Return the optimum, or None where GLOP found none."""
        self._update()
        result = self._solver.solve(FROM_LAST_BASIS, WHAT_TO_RETURN, None, _NO_CALLBACK, None, None)
        if not result.solutions:
            return None
        primal, dual = result.solutions[0].primal_solution, result.solutions[0].dual_solution
        if primal.feasibility_status != _FEASIBLE or dual.feasibility_status != _FEASIBLE:
            return None
        duals = np.array(dual.dual_values.values)
        cover = np.zeros(self.required.shape)
        cover[self._cover] = duals[len(self.people) :]
        values = np.zeros(self._first_column + len(self.places))
        values[np.array(primal.variable_values.ids, dtype=np.int64)] = primal.variable_values.values
        return Prices(
            objective=primal.objective_value + self._constant,
            cover=cover,
            people=duals[: len(self.people)],
            shares=values[self._first_column :],
        )


def _add_variables(message: Any, ids: range) -> None:
    message.ids.extend(ids)
    message.lower_bounds.extend([0.0] * len(ids))
    message.upper_bounds.extend([np.inf] * len(ids))
    message.integers.extend([False] * len(ids))


def _fill_matrix(message: Any, row: IntArray, column: IntArray, value: FloatArray) -> None:
    order = np.lexsort((column, row))
    message.row_ids.extend(row[order].tolist())
    message.column_ids.extend(column[order].tolist())
    message.coefficients.extend(value[order].tolist())
