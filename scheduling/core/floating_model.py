"""Activities that clash over people or rooms, placed together by CP-SAT; and what keeps one out."""

from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model

from scheduling.core.data import FloatingActivity, ScheduleData
from scheduling.core.findings import Finding, Severity
from scheduling.core.floating import (
    ActivityPlan,
    Board,
    PlacedActivity,
    Staff,
    place_greedily,
    settle,
    share_cost,
)
from scheduling.core.office_days import longest_run

UNPLACED = 10**6
STEPS = 10**3
MOST_STARTS = 400
MOST_TOGETHER = 60


def linked(
    board: Board, left: FloatingActivity, all_of: Sequence[FloatingActivity]
) -> list[FloatingActivity]:
    """The activity with those in its way.

    They share its people, directly or through others; where only a room is missing, also those that hold one
    in its window.
    """
    found, waiting = {left.key: left}, [left]
    if board.candidates(left, no_room=True).size:
        waiting += [
            item
            for item in all_of
            if item.room_site == left.room_site
            and item.key != left.key
            and any(first <= board.starts.get(item.key, -1) < end for first, end in left.spans)
        ]
        found |= {item.key: item for item in waiting}
    while waiting and len(found) < MOST_TOGETHER:
        people = set(waiting.pop(0).attendants)
        for other in all_of:
            if (
                other.key in board.starts
                and other.key not in found
                and people & set(other.attendants)
            ):
                found[other.key] = other
                waiting.append(other)
    return list(found.values())[:MOST_TOGETHER]


class ActivityModel:
    """Starts of linked activities: as many as possible, then the least service lost."""

    def __init__(self, board: Board, activities: Sequence[FloatingActivity]) -> None:
        """Write the model; the activities must not be on the board."""
        self.board, self.activities, self.cp = board, activities, cp_model.CpModel()
        self.picks: dict[tuple[str, int], cp_model.IntVar] = {}
        self.cost: list[tuple[cp_model.IntVar, int]] = []
        for activity in activities:
            self._offer(activity)
        self._meet_one_at_a_time()
        self._limit_rooms()
        self.cp.minimize(sum(pick * price for pick, price in self.cost))

    def _offer(self, activity: FloatingActivity) -> None:
        """Ensures that an activity is held once, or not at all at a high price."""
        starts = self.board.candidates(activity)
        sums = np.concatenate([[0.0], np.cumsum(self.board.losses(activity))])
        costs = sums[starts + self.board.length(activity)] - sums[starts]
        scale = STEPS / max(float(np.abs(costs).max(initial=0.0)), 1.0)
        kept = np.argsort(costs, kind="stable")[:MOST_STARTS]
        own = []
        for start, cost in zip(starts[kept], costs[kept], strict=True):
            pick = self.cp.new_bool_var(f"{activity.key}@{start}")
            self.picks[activity.key, int(start)] = pick
            self.cost.append((pick, round(float(cost) * scale)))
            own.append(pick)
        missing = self.cp.new_bool_var("")
        self.cp.add_exactly_one([*own, missing])
        self.cost.append((missing, UNPLACED))

    def _busy(self, activities: Sequence[FloatingActivity]) -> dict[int, list[cp_model.IntVar]]:
        """Per slot the picks that are held in it."""
        length = {item.key: self.board.length(item) for item in activities}
        busy: dict[int, list[cp_model.IntVar]] = {}
        for (key, start), pick in self.picks.items():
            for slot in range(start, start + length.get(key, 0)):
                busy.setdefault(slot, []).append(pick)
        return busy

    def _meet_one_at_a_time(self) -> None:
        """Ensures that nobody is in two activities at once."""
        for agent in {key for item in self.activities for key in item.attendants}:
            own = [item for item in self.activities if agent in item.attendants]
            if len(own) > 1:
                for picks in self._busy(own).values():
                    self.cp.add_at_most_one(picks)

    def _limit_rooms(self) -> None:
        """Ensures that no more activities are held at a site than it has rooms."""
        for site, rooms in self.board.rooms.items():
            own = [item for item in self.activities if item.room_site == site]
            for slot, picks in self._busy(own).items():
                if len(picks) > rooms[slot]:
                    self.cp.add(sum(picks) <= int(rooms[slot]))

    def solve(self, *, effort: float, seed: int) -> dict[str, int]:
        """Start of each activity that is held."""
        solver = cp_model.CpSolver()
        solver.parameters.max_deterministic_time = effort
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        if solver.solve(self.cp) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return {}
        return {key: start for (key, start), pick in self.picks.items() if solver.value(pick)}


def place_activities(
    data: ScheduleData, staff: Staff, *, effort: float = 5.0, seed: int = 1
) -> ActivityPlan:
    """Place all activities of the data; `staff` is left without those who attend."""
    rooms = {site: np.asarray(row, dtype=np.int64).copy() for site, row in data.rooms.items()}
    numbers = {agent.key: n for n, agent in enumerate(data.agents) if staff.working[n].any()}
    base = [row.copy() for row in staff.working]
    board = Board(staff=staff, rooms=rooms, numbers=numbers, base=base)
    left = place_greedily(board, data.activities)
    for activity in left:
        if activity.key not in board.starts and board.could_ever(activity):
            _plan_together(board, activity, data.activities, effort=effort, seed=seed)
    settle(board, data.activities)
    share_cost(board, data.activities)
    unplaced = [item for item in data.activities if item.key not in board.starts]
    return ActivityPlan(
        placed=tuple(
            PlacedActivity(
                key=item.key,
                attendants=tuple(board.attendants(item)),
                start_slot=board.starts[item.key],
                end_slot=board.starts[item.key] + board.length(item),
                cost=board.costs[item.key],
            )
            for item in data.activities
            if item.key in board.starts
        ),
        findings=tuple(why_not(board, item) for item in unplaced),
        unplaced=tuple(item.key for item in unplaced),
    )


def _plan_together(
    board: Board,
    left: FloatingActivity,
    all_of: Sequence[FloatingActivity],
    *,
    effort: float,
    seed: int,
) -> None:
    """Place one that found no time together with those in its way, where more are held so."""
    group = linked(board, left, all_of)
    taken = {item.key: board.take(item) for item in group if item.key in board.starts}
    starts = ActivityModel(board, group).solve(effort=effort, seed=seed)
    by_key = {item.key: item for item in group}
    for key, start in (starts if len(starts) > len(taken) else taken).items():
        board.put(by_key[key], start)


def why_not(board: Board, activity: FloatingActivity) -> Finding:
    """The person, the rule and the smallest relaxation that was tried and works."""

    def finding(code: str, **values: object) -> Finding:
        return Finding(
            code=code,
            severity=Severity.WARNING,
            subject=activity.key,
            values={"activity": activity.key, "minutes": activity.minutes} | values,
        )

    if len(board.attendants(activity)) < len(activity.attendants):
        return finding("activity_nobody")
    starts = board.candidates(activity, no_room=True)
    if starts.size:
        return finding("activity_room", **_moment(board, int(starts[0])))
    if board.candidates(activity, anywhere=True, no_room=True).size and activity.needs_office:
        return finding("activity_office")
    step = board.staff.data.horizon.interval_minutes
    longest = longest_run(board.open_slots(activity))
    if longest:
        return finding("activity_apart", possible=longest * step)
    starts = board.candidates(activity, everywhere=True)
    if starts.size:
        first = min((first for first, _ in activity.spans), default=0)
        nearest = int(starts[np.argmin(np.abs(starts - first))])
        return finding("activity_window", **_moment(board, nearest))
    return finding("activity_attendant", agent=_in_the_way(board, activity))


def _in_the_way(board: Board, activity: FloatingActivity) -> str:
    """The attendant without whom the others have the longest common time."""

    def without(agent: int) -> int:
        others = [n for n in board.attendants(activity) if n != agent]
        return longest_run(board.open_slots(activity, agents=others))

    agents = board.attendants(activity)
    return board.staff.data.agents[max(agents, key=without)].key


def _moment(board: Board, slot: int) -> dict[str, object]:
    horizon = board.staff.data.horizon
    day = int(np.searchsorted(horizon.day_starts, slot, side="right")) - 1
    hours, minutes = divmod(int(horizon.wall_minutes[slot]), 60)
    return {"day": day + 1, "date": f"day {day + 1}", "time": f"{hours:02d}:{minutes:02d}"}
