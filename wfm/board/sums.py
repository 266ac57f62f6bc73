"""Figures over columns, the whole period, groups and pools: sums, and the level as their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from staffing.core.board_people import column_sums
from staffing.core.kernels import FloatArray
from staffing.models import Pool
from wfm.board.board import Board
from wfm.board.grid import edges_of
from wfm.board.lines import FIGURES, QueueLine
from wfm.board.teams import TEAM_FIGURES, TeamLine


@dataclass(frozen=True)
class Sums:
    """Figure x column sums with names; NaN where nothing is known."""

    names: tuple[str, ...]
    values: FloatArray

    def of(self, name: str) -> FloatArray:
        """Return one figure by column."""
        return np.asarray(self.values[self.names.index(name)])

    @property
    def service_level(self) -> FloatArray:
        """Predicted level by column; NaN where nothing is due or predicted."""
        counted = np.nan_to_num(self.of("counted"))
        level = np.full(counted.shape, np.nan)
        np.divide(np.nan_to_num(self.of("in_time")), counted, out=level, where=counted > 0.0)
        return level

    def at(self, column: int) -> dict[str, float | None]:
        """Return the figures of one column by name; None where nothing is known."""
        row = dict(zip(self.names, self.values[:, column].tolist(), strict=True))
        if "counted" in row:
            row["service_level"] = float(self.service_level[column])
        return {name: value if np.isfinite(value) else None for name, value in row.items()}


def sums_of(line: QueueLine | TeamLine, board: Board) -> Sums:
    """Return the figures of a queue or team by column."""
    names = FIGURES if isinstance(line, QueueLine) else TEAM_FIGURES
    starts, ends = edges_of(board.columns)
    return Sums(names, column_sums(line.figures, starts, ends))


def total_of(lines: Sequence[QueueLine] | Sequence[TeamLine], board: Board) -> Sums:
    """Return the figures of several queues or teams over the whole period, as one column."""
    return added([_whole(line, board) for line in lines])


def _whole(line: QueueLine | TeamLine, board: Board) -> Sums:
    names = FIGURES if isinstance(line, QueueLine) else TEAM_FIGURES
    edges = np.array([board.grid.first]), np.array([board.grid.last])
    return Sums(names, column_sums(line.figures, *edges))


def added(parts: Sequence[Sums]) -> Sums:
    """Return the sums of several lines; NaN only where none of them knows anything."""
    if not parts:
        return Sums(FIGURES, np.full((len(FIGURES), 1), np.nan))
    stacked = np.stack([part.values for part in parts])
    known = np.isfinite(stacked).any(axis=0)
    return Sums(parts[0].names, np.where(known, np.nansum(stacked, axis=0), np.nan))


def pools_of_lines(lines: Sequence[QueueLine]) -> list[tuple[Pool, list[QueueLine]]]:
    """Return the pools of these queues, each with those of its queues that are among them."""
    pools: dict[int, tuple[Pool, list[QueueLine]]] = {}
    for line in lines:
        if (pool := line.source.pool) is not None:
            pools.setdefault(pool.pk, (pool, []))[1].append(line)
    return list(pools.values())
