"""What a plan for deferred work achieves when arrivals and handle times vary.

Every plan is tried on the same drawn items, which makes the comparison of two plans sharp.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from staffing.core.deferred_demand import DeferredDemand
from staffing.core.deferred_draws import CLEARED, COUNTED, KINDS, Drawn, draw_items
from staffing.core.deferred_trial import SLACK_SECONDS, Staff, Sums, work_off
from staffing.core.kernels import FloatArray, IntArray

DRAWN_ITEMS = 240_000
LEAST_REPEATS, MOST_REPEATS = 4, 4_000


@dataclass(frozen=True)
class DeferredChance:
    """Draws of one queue's work on which plans are tried."""

    demand: DeferredDemand
    items: Drawn
    repeats: int
    ceiling_level: float
    """Best level that any number of people can reach."""

    @classmethod
    def draw(
        cls,
        demand: DeferredDemand,
        *,
        seed: int = 1,
        drawn_items: int = DRAWN_ITEMS,
        least_repeats: int = LEAST_REPEATS,
    ) -> "DeferredChance":
        """Draw the work as often as its volume asks for."""
        volume = float(demand.items.sum() + demand.backlog.items.sum())
        repeats = int(np.clip(drawn_items / max(volume, 1.0), least_repeats, MOST_REPEATS))
        items = draw_items(demand, repeats, np.random.default_rng(seed))
        return cls(demand, items, repeats, demand.ceiling_level())

    def part(self) -> "DeferredChance":
        """Return the first quarter of the draws, for a quick look."""
        repeats = max(1, self.repeats // 4)
        size = int(self.items.first[repeats])
        whole = self.items
        items = Drawn(
            first=whole.first[: repeats + 1],
            ready=whole.ready[:size],
            due=whole.due[:size],
            work=whole.work[:size],
            gives_way=whole.gives_way[:size],
            kind=whole.kind[:size],
            slot=whole.slot[:size],
            due_at=whole.due_at[:size],
        )
        return DeferredChance(self.demand, items, repeats, self.ceiling_level)

    @cached_property
    def drawn_ceilings(self) -> tuple[float, float]:
        """Return the shares of these items, due and overdue, that anybody could do in time."""
        can_be = self.items.work <= self.items.due - self.items.ready + SLACK_SECONDS
        shares = [can_be[self.items.kind == kind] for kind in (COUNTED, CLEARED)]
        due, overdue = (float(part.mean()) if part.size else 1.0 for part in shares)
        return due, overdue

    def level(self, achieved: "Achieved") -> float:
        """Return the expected service level: the drawn one, with the ceiling's own luck taken out."""
        luck = self.ceiling_level - self.drawn_ceilings[0]
        return min(max(achieved.level + luck, 0.0), self.ceiling_level)

    def try_plan(self, agents: FloatArray) -> "Achieved":
        """Return what so many people per interval achieve on average."""
        size = self.demand.items.size
        staff, rows = _staff(self.demand, agents)
        sums = Sums(
            due=np.zeros((KINDS, size)),
            in_time=np.zeros((KINDS, size)),
            done=np.zeros(staff.agents.size),
            worked=np.zeros(staff.agents.size),
            open_at_end=np.zeros(self.items.due.size, dtype=bool),
        )
        work_off(self.items, staff, sums)
        worked, done = np.zeros(size), np.zeros(size)
        worked[rows], done[rows] = sums.worked / self.repeats, sums.done / self.repeats
        return Achieved(
            due_items=sums.due[COUNTED] / self.repeats,
            on_time_items=sums.in_time[COUNTED] / self.repeats,
            overdue_items=float(sums.due[CLEARED].sum()) / self.repeats,
            cleared_items=float(sums.in_time[CLEARED].sum()) / self.repeats,
            done_items=done,
            worked_seconds=worked,
            left_due_seconds=self.items.due_at[sums.open_at_end],
            left_weight=1.0 / self.repeats,
        )


@dataclass(frozen=True)
class Achieved:
    """Means over all draws.

    Attributes:
        due_items: Items due in each interval (or at its end).
        on_time_items: Done by then.
        overdue_items: Overdue at the start.
        cleared_items: Of those, done when they were planned to be.
        done_items: Items finished in each interval.
        worked_seconds: Work done in each interval.
        left_due_seconds: Due times of all items, over all draws, that are not done at the end.
        left_weight: How much of an item each of those stands for.

    """

    due_items: FloatArray
    on_time_items: FloatArray
    overdue_items: float
    cleared_items: float
    done_items: FloatArray
    worked_seconds: FloatArray
    left_due_seconds: FloatArray
    left_weight: float

    @property
    def level(self) -> float:
        """Return the share of the items due in the grid that are done in time; 1 without any."""
        due = float(self.due_items.sum())
        return float(self.on_time_items.sum()) / due if due else 1.0

    @property
    def cleared_level(self) -> float:
        """Return the share of the overdue items that are done when planned; 1 without any."""
        return self.cleared_items / self.overdue_items if self.overdue_items else 1.0


def _staff(demand: DeferredDemand, agents: FloatArray) -> tuple[Staff, IntArray]:
    """Return the people on the clock of open hours, and the interval of each stretch."""
    edges = demand.clock[:: demand.slices]
    rows = np.flatnonzero(np.diff(edges) > 0.0)
    people = np.rint(agents[rows]).astype(np.int64)
    pause = 1.0 / demand.occupancy_cap - 1.0
    return Staff(np.append(edges[rows], edges[-1]), people, pause), rows
