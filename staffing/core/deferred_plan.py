"""Plans for deferred work: the least flat team, or a shaped plan that follows the due times."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from staffing.core.deferred import (
    DeferredOutcome,
    DeferredWork,
    deadline_agents,
    simulate_plan,
    steady_agents,
)
from staffing.core.kernels import FloatArray

ROUNDING = 1e-9
REPAIRS = 50


class PlanShape(StrEnum):
    """How people are spread over the open hours."""

    FLAT = "flat"
    SHAPED = "shaped"


@dataclass(frozen=True)
class DeferredGoal:
    """What the queue promised and how it is staffed.

    Attributes:
        level: Least share of the items due in the period that are done in time.
        min_agents: Fewest people while open.
        shape: Flat team or shaped plan.

    """

    level: float = 1.0
    min_agents: float = 0.0
    shape: PlanShape = PlanShape.SHAPED

    def __post_init__(self) -> None:
        if not 0.0 < self.level <= 1.0:
            msg = f"Expected 0 < level <= 1, got {self.level}."
            raise ValueError(msg)
        if not self.min_agents >= 0.0:
            msg = f"Expected min_agents >= 0, got {self.min_agents}."
            raise ValueError(msg)


@dataclass(frozen=True)
class DeferredPlan:
    """People per interval and what they achieve.

    Attributes:
        agents: People needed per interval before rounding, 0 while closed.
        required_agents: The same in whole people; rounding comes last.
        flat_agents: The least flat team, for comparison.
        ceiling_level: Best level that any number of people can reach.
        target_level: The level planned for: the goal, or the ceiling where that is lower.
        outcome: The plan worked off earliest due first.

    """

    agents: FloatArray
    required_agents: FloatArray
    flat_agents: int
    ceiling_level: float
    target_level: float
    outcome: DeferredOutcome


def plan_deferred(
    work: DeferredWork, *, goal: DeferredGoal, arriving_seconds: float
) -> DeferredPlan:
    """Return the plan that does what arrives and keeps the goal, or the ceiling below it.

    Below 100 % the rule is: earliest due first, and an item that has missed its due time gives way
    to those that can still be met. The flat team is the smallest for which this keeps the level; the
    shaped plan holds the same share of every due moment's work to its time.
    """
    ceiling = work.ceiling_level
    target = min(goal.level, ceiling)
    flat = _flat_team(work, target=target, arriving_seconds=arriving_seconds)
    is_open = work.open_seconds > 0.0
    exact = np.where(is_open, float(flat), 0.0)
    if goal.shape is PlanShape.SHAPED:
        exact = _shaped(work, target=target, arriving_seconds=arriving_seconds)
    exact = np.where(is_open, np.maximum(exact, goal.min_agents), 0.0)
    outcome = simulate_plan(work, _rounded(exact))
    for _ in range(REPAIRS):
        if outcome.level >= target - ROUNDING:
            break
        exact = exact + _missing(work, outcome)
        outcome = simulate_plan(work, _rounded(exact))
    return DeferredPlan(
        agents=exact,
        required_agents=_rounded(exact),
        flat_agents=max(flat, math.ceil(goal.min_agents)),
        ceiling_level=ceiling,
        target_level=target,
        outcome=outcome,
    )


def _rounded(agents: FloatArray) -> FloatArray:
    return np.ceil(agents - ROUNDING)


def _missing(work: DeferredWork, outcome: DeferredOutcome) -> FloatArray:
    """Return the people that the missed work lacks, spread over the time it had.

    Needed only where items overtake each other (a later arrival that is due earlier): there the two
    curves of the shaped plan do not tell which work the capacity goes to.
    """
    extra = np.zeros(work.boundaries)
    clock = work.clock
    for batch in np.flatnonzero((outcome.missed_seconds > ROUNDING) & work.is_reachable).tolist():
        start, end = int(work.ready[batch]), int(work.due[batch])
        span = clock[end] - clock[start]
        extra[start:end] += outcome.missed_seconds[batch] / span
    return np.where(work.open_seconds > 0.0, extra, 0.0)


def _flat_team(work: DeferredWork, *, target: float, arriving_seconds: float) -> int:
    """Return the least whole team that keeps up with arrivals and reaches the target."""
    low = math.ceil(steady_agents(work, arriving_seconds) - ROUNDING)
    high = max(low, math.ceil(deadline_agents(work) - ROUNDING))
    if target < work.ceiling_level - ROUNDING:
        while low < high:
            middle = (low + high) // 2
            level = simulate_plan(work, np.full(work.boundaries, float(middle))).level
            low, high = (low, middle) if level >= target - ROUNDING else (middle + 1, high)
    return high


def _shaped(work: DeferredWork, *, target: float, arriving_seconds: float) -> FloatArray:
    """Return the smoothest plan between what is due (below) and what is there to do (above).

    The shortest path between the two curves over working time; it has the lowest peak of all plans.
    """
    kept = work.is_due_inside & work.is_reachable
    share = min(1.0, target / work.ceiling_level) if work.ceiling_level else 1.0
    held = np.where(work.counts, share, 1.0) * work.work_seconds * kept
    size = work.boundaries + 1
    due = np.minimum(work.due, work.boundaries)
    lower = np.cumsum(np.bincount(due, held, size))
    upper = np.cumsum(np.bincount(np.minimum(work.ready + 1, size), work.work_seconds, size + 1))[
        :size
    ]
    clock = work.clock
    at = np.concatenate([[0], np.flatnonzero(work.open_seconds > 0.0) + 1])
    last = np.append(at[1:] - 1, size - 1)  # a closed stretch belongs to the boundary before it
    top = upper[at]
    bottom = np.minimum(lower[last], top)
    end = float(np.clip(arriving_seconds, bottom[-1], top[-1]))
    path = shortest_path(clock[at], bottom, top, end=end)
    agents = np.zeros(work.boundaries)
    agents[at[1:] - 1] = np.diff(path) / np.diff(clock[at])
    return agents


def shortest_path(x: FloatArray, bottom: FloatArray, top: FloatArray, *, end: float) -> FloatArray:
    """Return the shortest path from 0 at x[0] to `end` at x[-1] between two rising curves.

    A taut string: from each bend it runs straight until the steepest slope that a point of `bottom`
    asks for passes the flattest one that a point of `top` allows, and bends at the tighter one.
    """
    low, high = bottom.copy(), top.copy()
    low[-1] = high[-1] = end
    path = np.zeros(x.size)
    here = 0
    while here < x.size - 1:
        ahead = slice(here + 1, x.size)
        run = x[ahead] - x[here]
        needs, allows = (low[ahead] - path[here]) / run, (high[ahead] - path[here]) / run
        steepest, flattest = np.maximum.accumulate(needs), np.minimum.accumulate(allows)
        crossed = np.flatnonzero(steepest > flattest)
        if not crossed.size:
            slope, bend = steepest[-1], needs.size - 1
        elif needs[crossed[0]] > flattest[crossed[0]]:
            slope = flattest[crossed[0]]
            bend = int(np.flatnonzero(allows[: crossed[0] + 1] == slope)[-1])
        else:
            slope = steepest[crossed[0]]
            bend = int(np.flatnonzero(needs[: crossed[0] + 1] == slope)[-1])
        path[here + 1 : here + bend + 2] = path[here] + slope * run[: bend + 1]
        here += bend + 1
    return path
