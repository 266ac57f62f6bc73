"""What a solve tells while it runs and at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scheduling.core.findings import Finding
from scheduling.core.tours import Tour


class SolveStatus(StrEnum):
    """The solver's word."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_SOLUTION = "no_solution"


class Phase(StrEnum):
    """What the solver is doing."""

    CHECK = "check"
    CONSTRUCT = "construct"
    BOUND = "bound"
    PROFILE = "profile"
    IMPROVE = "improve"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where the solve stands."""

    phase: Phase
    share: float
    cost: float | None
    lower_bound: float | None
    shortage_hours: float | None
    work: int

    @property
    def gap(self) -> float | None:
        """Distance of the best schedule to the bound as a share of its cost."""
        return gap(self.cost, self.lower_bound)


def gap(cost: float | None, lower_bound: float | None) -> float | None:
    """(cost - bound) / cost: None while one is unknown, 0 at cost 0."""
    if cost is None or lower_bound is None:
        return None
    return max(0.0, (cost - lower_bound) / cost) if cost > 0 else 0.0


class Budget(Protocol):
    """How much of the allowed time or work is used."""

    def share_used(self, work: int) -> float:
        """0 at the start, 1 when nothing is left; `work` counts best weeks computed."""


@dataclass(frozen=True, kw_only=True)
class WorkBudget:
    """Counted work: the same run each time, on any machine."""

    work: int

    def share_used(self, work: int) -> float:
        """Share of the counted work."""
        return work / self.work


@dataclass(frozen=True, kw_only=True, eq=False)
class ScheduleResult:
    """The best schedule found and what is proven about it."""

    status: SolveStatus
    objective: float | None
    lower_bound: float | None
    prices: Mapping[str, NDArray[np.float64]]
    tours: tuple[Tour | None, ...]
    unplaced: Mapping[str, Finding] = field(default_factory=dict)
    understaffed_hours: float = 0.0
    overstaffed_hours: float = 0.0
    work: int = 0

    @property
    def gap(self) -> float | None:
        """Distance to the bound."""
        return gap(self.objective, self.lower_bound)
