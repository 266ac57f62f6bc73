"""A linear programme gathered piece by piece and handed to a solver whole.

HiGHS takes the next solve from the last basis when bounds have changed, which GLOP by way of OR-Tools does not do
as fast on these programmes; Clarabel is faster where nobody asks for a basis. The figures are in ADR 0012.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize._highspy import _core as highs

from scheduling.core import interior_point

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Rows:
    """Columns with cost and bounds, rows with bounds, and what stands where."""

    def __init__(self) -> None:
        """Start empty."""
        self.columns, self.rows = 0, 0
        self._costs: list[Floats] = []
        self._most: list[Floats] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []

    def variables(self, count: int, *, cost: ArrayLike = 0.0, most: ArrayLike = np.inf) -> Ints:
        """Numbers of new columns of at least 0."""
        first = self.columns
        self.columns += count
        self._costs.append(_spread(cost, count))
        self._most.append(_spread(most, count))
        return np.arange(first, first + count)

    def constraints(self, count: int, low: ArrayLike, high: ArrayLike) -> Ints:
        """Numbers of new rows between these bounds."""
        first = self.rows
        self.rows += count
        self._low.append(_spread(low, count))
        self._high.append(_spread(high, count))
        return np.arange(first, first + count)

    def put(self, rows: ArrayLike, columns: ArrayLike, values: ArrayLike) -> None:
        """Add coefficients; those of the same place add up."""
        at, of, what = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float))
        self._entries.append((at.ravel(), of.ravel(), what.ravel()))

    def running(self, sums: Ints, parts: Ints) -> None:
        """Ensures that each of `sums` is the one before plus its part."""
        row = self.constraints(len(sums), 0.0, 0.0)
        self.put(row, sums, 1.0)
        self.put(row[1:], sums[:-1], -1.0)
        self.put(row, parts, -1.0)

    def rising(self, sums: Ints) -> None:
        """Ensures that each of `sums` is at least the one before."""
        row = self.constraints(max(0, len(sums) - 1), 0.0, np.inf)
        self.put(row, sums[1:], 1.0)
        self.put(row, sums[:-1], -1.0)

    def at_most(self, less: Ints, more: Ints) -> None:
        """Ensures that each of `less` is at most its counterpart of `more`."""
        row = self.constraints(len(less), 0.0, np.inf)
        self.put(row, more, 1.0)
        self.put(row, less, -1.0)

    def solver(self) -> "LinearSolver":
        """The programme in HiGHS."""
        at, of, what = (np.concatenate(parts) for parts in zip(*self._entries, strict=True))
        matrix = sparse.csc_matrix((what, (at, of)), shape=(self.rows, self.columns))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return LinearSolver(
            Programme(
                matrix=matrix,
                costs=np.concatenate(self._costs),
                most=np.concatenate(self._most),
                low=np.concatenate(self._low),
                high=np.concatenate(self._high),
            )
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Programme:
    """Least costs x with low <= matrix x <= high and 0 <= x <= most."""

    matrix: Any
    costs: Floats
    most: Floats
    low: Floats
    high: Floats


def _never() -> bool:
    return False


def _spread(value: ArrayLike, count: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=float), (count,)).copy()


def _asking(solver: "weakref.ref[LinearSolver]") -> Callable[..., None]:
    """HiGHS's callback. HiGHS is out of the garbage collector's sight: with a plain reference both stay for ever."""

    def ask(_kind: int, _text: str, _out: Any, given: Any, _own: Any) -> None:
        asked = solver()
        given.user_interrupt = asked is not None and asked.stop()

    return ask


class LinearSolver:
    """HiGHS, or Clarabel where no basis is asked for, on one programme, on one thread."""

    def __init__(self, given: Programme) -> None:
        """Hand the programme over."""
        self.given, matrix = given, given.matrix
        self.size = matrix.shape
        self._found: interior_point.Solved | None = None
        self.tolerance = interior_point.TOLERANCE
        """Clarabel's."""
        programme = highs.HighsLp()
        programme.num_row_, programme.num_col_ = matrix.shape
        programme.col_cost_ = given.costs
        programme.col_lower_ = np.zeros(len(given.costs))
        programme.col_upper_ = given.most
        programme.row_lower_, programme.row_upper_ = given.low, given.high
        programme.a_matrix_.format_ = highs.MatrixFormat.kColwise
        programme.a_matrix_.start_ = matrix.indptr
        programme.a_matrix_.index_ = matrix.indices
        programme.a_matrix_.value_ = matrix.data
        self.stop: Callable[[], bool] = _never
        """Asked in every iteration; an interrupted solve has no solution."""
        # The class is private in SciPy's wheel, the only HiGHS that loads beside OR-Tools' own (ADR 0012).
        self.highs = highs._Highs()  # noqa: SLF001
        self.highs.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS's own signature
        self.highs.setOptionValue("threads", 1)
        self.highs.passModel(programme)
        self.highs.setCallback(_asking(weakref.ref(self)), None)
        self.highs.startCallback(highs.cb.kCallbackIpmInterrupt)
        self.highs.startCallback(highs.cb.kCallbackSimplexInterrupt)

    def by_interior_point(self, *, seconds: float | None = None, crossover: bool = True) -> bool:
        """Solve from nothing; True where the programme is solved, to a basis if `crossover`."""
        self.highs.setOptionValue("solver", "ipm")
        self.highs.setOptionValue("run_crossover", "on" if crossover else "off")
        return self._run(seconds)

    def without_basis(self) -> bool:
        """Solve from nothing, with bounds as they were given; True where solution and prices are there.

        HiGHS takes over where Clarabel gives up on the numbers.
        """
        self._found = interior_point.solve(
            self.given.matrix,
            costs=self.given.costs,
            most=self.given.most,
            low=self.given.low,
            high=self.given.high,
            stop=self.stop,
            tolerance=self.tolerance,
        )
        if self._found is not None:
            return self._found.is_optimal
        return not self.stop() and self.by_interior_point(crossover=False)

    @property
    def has_prices(self) -> bool:
        """True where Clarabel has left a point to read, be it of a solve that was stopped."""
        return self._found is not None

    @property
    def is_optimal(self) -> bool:
        """False where what is to be read comes from a solve that was stopped."""
        return self._found is None or self._found.is_optimal

    @property
    def is_near(self) -> bool:
        """False where that was so far from an optimum that its solution says little."""
        return self._found is None or self._found.is_near

    def by_dual_simplex(self, *, seconds: float | None = None, cutoff: float = np.inf) -> bool:
        """Solve again from the last basis after bounds have changed; stop where it costs `cutoff`."""
        self.highs.setOptionValue("objective_bound", cutoff)
        self.highs.setOptionValue("solver", "simplex")
        self.highs.setOptionValue("simplex_strategy", 1)
        return self._run(seconds)

    def _run(self, seconds: float | None) -> bool:
        self._found = None
        spent = self.highs.getRunTime()
        limit = np.inf if seconds is None else spent + max(0.05, seconds)
        self.highs.setOptionValue("time_limit", limit)
        self.highs.run()
        status = self.highs.getModelStatus()
        return bool(status == highs.HighsModelStatus.kOptimal)

    @property
    def iterations(self) -> int:
        """Simplex iterations of the last solve."""
        return int(self.highs.getInfo().simplex_iteration_count)

    @property
    def value(self) -> float:
        """Cost of the last solution."""
        if self._found is not None:
            return self._found.value
        return float(self.highs.getInfo().objective_function_value)

    def solution(self) -> Floats:
        """Value of each column."""
        if self._found is not None:
            return self._found.solution
        return np.array(self.highs.getSolution().col_value)

    def duals(self) -> Floats:
        """Dual value of each row."""
        if self._found is not None:
            return self._found.duals
        return np.array(self.highs.getSolution().row_dual)

    def reduced_costs(self) -> Floats:
        """By how much one more of each column changes the cost."""
        return np.array(self.highs.getSolution().col_dual)

    @property
    def is_impossible(self) -> bool:
        """True where the last solve found that no solution exists."""
        status = self.highs.getModelStatus()
        return bool(status == highs.HighsModelStatus.kInfeasible)

    def at_least(self, columns: Ints, low: Floats) -> None:
        """Change lower bounds."""
        high = np.full(len(columns), highs.kHighsInf)
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

    def exactly(self, columns: Ints, values: Floats) -> None:
        """Fix columns."""
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), values, values)

    def costs(self, costs: Floats) -> None:
        """Change the costs of all columns."""
        every = np.arange(len(costs), dtype=np.int32)
        self.highs.changeColsCost(len(costs), every, costs)

    def limit(self, row: int, low: float, high: float) -> None:
        """Change the bounds of a row."""
        self.highs.changeRowBounds(row, low, high)
