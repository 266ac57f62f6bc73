"""The best roster so far and what is proven, shared between threads."""

import math
import threading
from enum import StrEnum

from scheduling.core.dayroster.data import Roster, RosterData
from scheduling.core.result import SolveStatus

ROUNDING = 1e-6


class Phase(StrEnum):
    """What the solver is doing."""

    READ = "read"
    CONSTRUCT = "construct"
    BOUND = "bound"
    DIVE = "dive"
    IMPROVE = "improve"
    DONE = "done"


class Incumbent:
    """Takes rosters and bounds; each only ever becomes better."""

    def __init__(self, data: RosterData) -> None:
        self.data = data
        self.phase = Phase.CONSTRUCT
        self._lock = threading.Lock()
        self._roster: Roster | None = None
        self._penalty: int | None = None
        self._lower_bound: int | None = None
        self.impossible: str | None = None
        """Why nobody can make this roster."""

    def renew_lock(self) -> None:
        """Forget who held the lock: in a forked process that thread does not exist."""
        self._lock = threading.Lock()

    def offer(self, roster: Roster) -> bool:
        """Keep the roster if it is the best; return whether it is."""
        penalty = self.data.penalty(roster)
        with self._lock:
            if self._penalty is not None and penalty >= self._penalty:
                return False
            self._roster, self._penalty = roster.copy(), penalty
            return True

    def raise_bound(self, value: float) -> None:
        """Keep a proven bound if it is the highest; costs are whole numbers, so it is rounded up."""
        if not math.isfinite(value):
            return
        whole = math.ceil(value - ROUNDING)
        with self._lock:
            if self._lower_bound is None or whole > self._lower_bound:
                self._lower_bound = whole

    def best(self) -> tuple[Roster | None, int | None, int | None]:
        """Return roster, penalty and bound of one moment."""
        with self._lock:
            return self._roster, self._penalty, self._lower_bound

    @property
    def penalty(self) -> int | None:
        """Of the best roster."""
        return self._penalty

    @property
    def lower_bound(self) -> int | None:
        """The highest proven."""
        return self._lower_bound

    @property
    def is_proven(self) -> bool:
        """No roster can be better than the best."""
        _, penalty, bound = self.best()
        return penalty is not None and bound is not None and penalty <= bound

    @property
    def status(self) -> SolveStatus:
        """What is known now."""
        if self.impossible is not None:
            return SolveStatus.INFEASIBLE
        if self.penalty is None:
            return SolveStatus.NO_SOLUTION
        return SolveStatus.OPTIMAL if self.is_proven else SolveStatus.FEASIBLE
