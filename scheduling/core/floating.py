"""Training, meetings and coaching inside worked shifts, where the service that is lost costs least.

Slots are independent of one another, so what a group's absence costs in a slot is known exactly: take its
members away one by one and add up what each one's return would save. Starts of a meeting are the slots at
which all its attendants work on without a break for its length, inside one of its spans and, where it takes a
room, while one is free. Meetings with the fewest starts are placed first; then each is placed again at its best
until none can move. Those that clash over people or rooms are planned together by CP-SAT.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scheduling.core.coverage import Coverage
from scheduling.core.data import FloatingActivity, ScheduleData
from scheduling.core.findings import Finding

PASSES = 3
TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class PlacedActivity:
    """An activity with its slots [start, end) and the money of the service lost."""

    key: str
    attendants: tuple[int, ...]
    start_slot: int
    end_slot: int
    cost: float


@dataclass(frozen=True, kw_only=True)
class ActivityPlan:
    """Placed activities and why the others are not."""

    placed: tuple[PlacedActivity, ...] = ()
    findings: tuple[Finding, ...] = ()
    unplaced: tuple[str, ...] = ()
    """Keys of the activities that found no time."""

    @property
    def cost(self) -> float:
        """Money of the service lost."""
        return sum(item.cost for item in self.placed)


@dataclass(frozen=True, kw_only=True, eq=False)
class Staff:
    """Who is on position in which slots, and what that serves; placing takes people away."""

    data: ScheduleData
    coverage: Coverage
    masks: Sequence[int]
    working: list[NDArray[np.bool_]]
    """Per agent: on position and not yet in an activity."""
    office: list[NDArray[np.bool_]]
    """Per agent: in the office."""
    rates: list[NDArray[np.float64]]
    """Per agent what a slot counts for: less in the office where less gets done."""


@dataclass(kw_only=True, eq=False)
class Board:
    """Activities being placed."""

    staff: Staff
    rooms: dict[str, NDArray[np.int64]]
    numbers: Mapping[str, int]
    base: Sequence[NDArray[np.bool_]] = ()
    """Per agent: on position before any activity is placed."""
    starts: dict[str, int] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)

    def length(self, activity: FloatingActivity) -> int:
        """Slots that it takes."""
        return -(-activity.minutes // self.staff.data.horizon.interval_minutes)

    def attendants(self, activity: FloatingActivity) -> list[int]:
        """Numbers of the attendants who are scheduled at all."""
        return [self.numbers[key] for key in activity.attendants if key in self.numbers]

    def open_slots(
        self,
        activity: FloatingActivity,
        *,
        agents: Sequence[int] | None = None,
        everywhere: bool = False,
        anywhere: bool = False,
        no_room: bool = False,
    ) -> NDArray[np.bool_]:
        """Slots in which it could be held; the flags lift one rule each, to find what stands in the way.

        Args:
            activity: what is to be placed.
            agents: those who must be free; None for all attendants.
            everywhere: at any time, not only in its window.
            anywhere: at home, too.
            no_room: without a room.
        """
        row = np.zeros(self.staff.data.horizon.slots, dtype=bool)
        for first, end in activity.spans:
            row[first:end] = True
        row |= everywhere
        for agent in self.attendants(activity) if agents is None else agents:
            row &= self.staff.working[agent]
            if activity.needs_office and not anywhere:
                row &= self.staff.office[agent]
        if activity.room_site and not no_room:
            rooms = self.rooms.get(activity.room_site)
            row &= False if rooms is None else rooms > 0
        return row

    def candidates(
        self,
        activity: FloatingActivity,
        *,
        everywhere: bool = False,
        anywhere: bool = False,
        no_room: bool = False,
    ) -> NDArray[np.int64]:
        """Starts at which it fits whole into one of its spans; see `open_slots` for the flags."""
        if len(self.attendants(activity)) < len(activity.attendants):
            return np.zeros(0, dtype=np.int64)
        row = self.open_slots(activity, everywhere=everywhere, anywhere=anywhere, no_room=no_room)
        starts = run_starts(row, self.length(activity))
        if everywhere:
            return starts
        inside = np.zeros(len(starts), dtype=bool)
        for first, end in activity.spans:
            inside |= (starts >= first) & (starts + self.length(activity) <= end)
        return starts[inside]

    def could_ever(self, activity: FloatingActivity) -> bool:
        """True where it would fit if nothing else were placed."""
        row = np.zeros(self.staff.data.horizon.slots, dtype=bool)
        for first, end in activity.spans:
            row[first:end] = True
        for agent in self.attendants(activity):
            row &= self.base[agent]
            if activity.needs_office:
                row &= self.staff.office[agent]
        full = len(self.attendants(activity)) == len(activity.attendants)
        return full and bool(run_starts(row, self.length(activity)).size)

    def losses(self, activity: FloatingActivity) -> NDArray[np.float64]:
        """Money lost in each slot in which all attendants are away."""
        coverage, slots = self.staff.coverage, np.arange(self.staff.data.horizon.slots)
        total = np.zeros(len(slots))
        agents = self.attendants(activity)
        for agent in agents:
            rate = self.staff.rates[agent]
            self._shift(agent, -1.0, slots)
            saved = coverage.weights(self.staff.masks[agent]) + coverage.over_cost
            total += np.where(coverage.counted, saved, 0.0) * rate
        for agent in agents:
            self._shift(agent, 1.0, slots)
        return total

    def _shift(self, agent: int, count: float, slots: NDArray[np.int64]) -> None:
        """Take a person off position in these slots where they work, or put them back."""
        here = slots[self.staff.working[agent][slots]]
        rates = self.staff.rates[agent][here]
        for rate in np.unique(rates):
            self.staff.coverage.add(
                self.staff.masks[agent], here[rates == rate], count=count * float(rate)
            )

    def put(self, activity: FloatingActivity, start: int, cost: float | None = None) -> None:
        """Hold it from this slot; `cost` is the money lost where it is known already."""
        slots = np.arange(start, start + self.length(activity))
        if cost is None:
            cost = float(self.losses(activity)[slots].sum())
        for agent in self.attendants(activity):
            self._shift(agent, -1.0, slots)
            self.staff.working[agent][slots] = False
        if activity.room_site:
            self.rooms[activity.room_site][slots] -= 1
        self.starts[activity.key], self.costs[activity.key] = start, cost

    def take(self, activity: FloatingActivity) -> int:
        """Take it out again; returns where it was."""
        start = self.starts.pop(activity.key)
        del self.costs[activity.key]
        slots = np.arange(start, start + self.length(activity))
        for agent in self.attendants(activity):
            self.staff.working[agent][slots] = True
            self._shift(agent, 1.0, slots)
        if activity.room_site:
            self.rooms[activity.room_site][slots] += 1
        return start

    def slots(self, activity: FloatingActivity) -> NDArray[np.int64]:
        """Where it is held."""
        start = self.starts[activity.key]
        return np.arange(start, start + self.length(activity))

    def costly_slots(self, activities: Sequence[FloatingActivity]) -> NDArray[np.bool_]:
        """Slots of activities for which service is lost."""
        row = np.zeros(self.staff.data.horizon.slots, dtype=bool)
        for activity in activities:
            if self.costs.get(activity.key, 0.0) > TINY:
                row[self.slots(activity)] = True
        return row

    def best_start(self, activity: FloatingActivity) -> tuple[int, float] | None:
        """Where it costs least, the earliest of equals, and what; None where it fits nowhere."""
        starts = self.candidates(activity)
        if not len(starts):
            return None
        sums = np.concatenate([[0.0], np.cumsum(self.losses(activity))])
        cost = sums[starts + self.length(activity)] - sums[starts]
        best = int(np.argmin(np.round(cost, 6)))
        return int(starts[best]), float(cost[best])


def run_starts(row: NDArray[np.bool_], length: int) -> NDArray[np.int64]:
    """Starts of stretches of true that are so long."""
    if len(row) < length:
        return np.zeros(0, dtype=np.int64)
    sums = np.concatenate([[0], np.cumsum(row)])
    return np.flatnonzero(sums[length:] - sums[:-length] == length)


def place_greedily(board: Board, activities: Sequence[FloatingActivity]) -> list[FloatingActivity]:
    """Place those with the fewest starts first; returns those that found none."""
    order = sorted(
        activities, key=lambda item: (len(board.candidates(item)), -len(item.attendants), item.key)
    )
    left = []
    for activity in order:
        found = board.best_start(activity)
        if found is None:
            left.append(activity)
        else:
            board.put(activity, *found)
    return left


def settle(board: Board, activities: Sequence[FloatingActivity]) -> None:
    """Place each again at its best, until none moves."""
    for _ in range(PASSES):
        moved = False
        crowded = board.costly_slots(activities)
        for activity in activities:
            # Who is away where no service is lost is in nobody's way.
            if activity.key not in board.starts or not crowded[board.slots(activity)].any():
                continue
            old = board.take(activity)
            found = board.best_start(activity)
            assert found is not None
            slots = np.arange(old, old + board.length(activity))
            before = float(board.losses(activity)[slots].sum())
            gains = before - found[1] > TINY
            board.put(activity, *(found if gains else (old, before)))
            moved |= gains
        if not moved:
            return


def share_cost(board: Board, activities: Sequence[FloatingActivity]) -> None:
    """Count what each costs beside those before it, so that the parts add up to the whole."""
    placed = [item for item in activities if item.key in board.starts]
    if not board.costly_slots(placed).any():
        return
    starts = {item.key: board.take(item) for item in placed}
    for item in placed:
        board.put(item, starts[item.key])
