"""One axis of integers for all agents, so that one sort and a few binary searches serve them all."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints, Spans


@dataclass(frozen=True)
class Axis:
    """Agents laid end to end: key = agent x width + (second - origin)."""

    origin: int
    width: int

    @classmethod
    def over(cls, windows: Spans) -> Self:
        """An axis that holds all of these days."""
        origin = int(windows.starts_at.min())
        return cls(origin=origin, width=int(windows.ends_at.max()) - origin + 2)

    def keys(self, agent: Ints, at: Ints) -> Ints:
        """Where these moments lie; moments outside every day are drawn to its edge."""
        inside = np.clip(at - self.origin, 0, self.width - 1)
        return np.asarray(agent * self.width + inside, dtype=np.int64)

    def agents(self, keys: Ints) -> Ints:
        """Whose moments these are."""
        return np.asarray(keys // self.width, dtype=np.int64)

    def seconds(self, keys: Ints) -> Ints:
        """When these moments are."""
        return np.asarray(keys % self.width + self.origin, dtype=np.int64)

    def row_at(self, spans: Spans, keys: Ints) -> Ints:
        """The row of sorted, disjoint spans that covers each moment, or -1."""
        # Rows without length would hide the row before them from the binary search.
        solid = np.flatnonzero(spans.ends_at > spans.starts_at)
        starts = self.keys(spans.agent[solid], spans.starts_at[solid])
        ends = self.keys(spans.agent[solid], spans.ends_at[solid])
        row = np.searchsorted(starts, keys, side="right") - 1
        covers = (row >= 0) & (keys < take(ends, row))
        return np.where(covers, take(solid, row), -1)

    def is_covered(self, spans: Spans, keys: Ints) -> NDArray[np.bool_]:
        """Whether any span is open: more have begun than have ended."""
        begun = np.sort(self.keys(spans.agent, spans.starts_at))
        ended = np.sort(self.keys(spans.agent, spans.ends_at))
        depth = np.searchsorted(begun, keys, side="right") - np.searchsorted(
            ended, keys, side="right"
        )
        return np.asarray(depth > 0)


def take(values: Ints, rows: Ints, *, empty: int = 0) -> Ints:
    """`values[rows]` where rows may be -1 (any value then) or there may be no values at all."""
    if len(values) == 0:
        return np.full(len(rows), empty, np.int64)
    return np.asarray(values[rows], dtype=np.int64)


def sum_by(cells: Ints, seconds: Ints, count: int) -> Ints:
    """The sum of seconds of each cell 0..count-1."""
    # bincount adds in doubles, exact far beyond any sum of seconds (2 ** 53).
    return np.bincount(cells, weights=seconds, minlength=count).astype(np.int64)
