"""The smallest whole number that passes a test which stays passed, for many rows at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray, RowIndex

MOST_AGENTS = 1e9
TURNS_OF_INTERPOLATION = 8  # then the bracket is halved, which ends for sure

# How far a number is from passing: 0 or more where it passes. Only the sign decides; the size
# makes the search short.
Margin = Callable[[FloatArray, RowIndex], FloatArray]


@dataclass
class _Bracket:
    """What is known: `low` fails, `high` passes (inf while unknown).

    A low without a margin is one below the floor: it stands for "not tried yet".
    """

    low: FloatArray
    high: FloatArray
    step: FloatArray
    low_margin: FloatArray = field(init=False)
    high_margin: FloatArray = field(init=False)
    has_passed: NDArray[np.bool_] = field(init=False)
    turns: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.low_margin = np.full(self.low.shape, np.nan)
        self.high_margin = np.zeros(self.low.shape)
        self.has_passed = np.zeros(self.low.shape, dtype=bool)
        self.turns = np.zeros(self.low.shape, dtype=np.int64)

    def learn(self, rows: RowIndex, agents: FloatArray, margin: FloatArray) -> None:
        passes = margin >= 0.0
        over, under = rows[passes], rows[~passes]
        self.high[over], self.high_margin[over] = agents[passes], margin[passes]
        self.low[under], self.low_margin[under] = agents[~passes], margin[~passes]
        self.has_passed[rows] = passes

    def open_among(self, rows: RowIndex) -> RowIndex:
        """Return the rows whose answer is not pinned down yet."""
        gap = self.high[rows] - self.low[rows]
        return rows[(gap > 1.0) & (self.low[rows] < MOST_AGENTS)]

    def probe(self, rows: RowIndex) -> FloatArray:
        """Gallop up until something passes and down until something fails, then close in."""
        low, high, step = self.low[rows], self.high[rows], self.step[rows]
        unbounded, untried = np.isinf(high), np.isnan(self.low_margin[rows])
        closing = rows[~unbounded & ~untried]
        found = np.where(unbounded, low + step, np.maximum(high - step, low + 1.0))
        found[~unbounded & ~untried] = self._inside(closing)
        self.turns[closing] += 1
        self.step[rows] *= 2.0
        return np.asarray(np.minimum(found, MOST_AGENTS))

    def _inside(self, rows: RowIndex) -> FloatArray:
        """Where the margins cross zero, then the neighbour of that, and in the end the middle."""
        low, high, turns = self.low[rows], self.high[rows], self.turns[rows]
        below, above = -self.low_margin[rows], self.high_margin[rows]
        crossing = low + np.ceil((high - low) * below / (below + above))
        neighbour = np.where(self.has_passed[rows], high - 1.0, low + 1.0)
        chosen = np.where(turns % 2 == 0, crossing, neighbour)
        chosen = np.where(turns < TURNS_OF_INTERPOLATION, chosen, np.floor((low + high) / 2.0))
        return np.asarray(np.clip(chosen, low + 1.0, high - 1.0))


def smallest_passing(
    *,
    margin: Margin,
    floor: FloatArray,
    guess: FloatArray,
    step: FloatArray,
    floor_first: bool = False,
) -> FloatArray:
    """Return the least whole n >= floor with margin(n) >= 0, where that stays so once it is.

    With `floor_first` it need not: the floor is tried before all else, and where it fails the test
    may pass and fail again below, but not above the next passing number. Rows that a thousand
    million agents do not satisfy come back as inf.
    """
    rows = np.arange(floor.size)
    bracket = _Bracket(
        low=floor - 1.0, high=np.full(floor.shape, np.inf), step=np.maximum(step, 1.0)
    )
    if floor_first:
        bracket.learn(rows, floor, margin(floor, rows))
        rows = bracket.open_among(rows)
    probe = np.minimum(np.maximum(guess, bracket.low + 1.0), MOST_AGENTS)[rows]
    while rows.size:
        bracket.learn(rows, probe, margin(probe, rows))
        rows = bracket.open_among(rows)
        probe = bracket.probe(rows)
    return bracket.high
