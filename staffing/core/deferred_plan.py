"""Plans for deferred work: the least flat team, or a shaped plan that follows the due times.

A plan starts from the work that is expected (deferred.py), gets a buffer for chance by the square-root
rule, and is settled on draws of single items (deferred_chance.py): the least team, or the least buffer,
whose expected level reaches the target.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from staffing.core.deferred import (
    DeferredWork,
    deadline_agents,
    steady_agents,
)
from staffing.core.deferred_chance import Achieved, DeferredChance
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.deferred_path import shaped_people
from staffing.core.kernels import FloatArray
from staffing.core.plan_shape import PlanShape

ROUNDING = 1e-9
ALMOST = 0.001
MORE_LATE = 0.05
"""No team keeps all chance out. Where the goal is beyond that, as few are late as must be, and one in
twenty of those more, but at least one in a thousand of all."""
MOST_DEVIATIONS = 6.0
HALVINGS = 6
MOST_STEPS = 40


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
        required_agents: Whole people needed per interval, 0 while closed.
        flat_agents: The least flat team.
        unbuffered_agents: The flat team that would do if work came and took exactly as expected and
            all of it were to be in time.
        ceiling_level: Best level that any number of people can reach.
        target_level: The level planned for: the goal, or what the ceiling allows.
        level: Expected share of the items due in the period that are done in time.
        achieved: What the plan achieves on average.

    """

    required_agents: FloatArray
    flat_agents: int
    unbuffered_agents: float
    ceiling_level: float
    target_level: float
    level: float
    achieved: Achieved


def plan_deferred(
    demand: DeferredDemand, *, goal: DeferredGoal, seed: int = 1, raised_by: float = 0.0
) -> DeferredPlan:
    """Return the plan that keeps up with the work and keeps the goal, or the ceiling below it.

    Below 100 % the rule is: earliest due first, and an item that can no longer be in time gives way
    to those that can. `raised_by` aims that much higher, where a simulation came out lower.
    """
    chance = DeferredChance.draw(demand, seed=seed)
    ceiling = chance.ceiling_level
    within_reach = reachable_level(ceiling)
    target = min(goal.level, within_reach)
    trial = _Trial(chance, min(target + raised_by, within_reach))
    staffing = _Staffing(demand, goal, trial)
    flat = staffing.least_flat_team()
    agents = staffing.flat_plan(flat)
    if goal.shape is PlanShape.SHAPED:
        shaped = staffing.shaped_plan()
        hours = demand.working_seconds
        if shaped is not None and float(shaped @ hours) < float(agents @ hours):
            agents = shaped
    achieved = chance.try_plan(agents)
    return DeferredPlan(
        required_agents=agents,
        flat_agents=max(flat, math.ceil(goal.min_agents)),
        unbuffered_agents=staffing.unbuffered_agents,
        ceiling_level=ceiling,
        target_level=target,
        level=chance.level(achieved),
        achieved=achieved,
    )


def reachable_level(ceiling_level: float) -> float:
    """Return the highest level that is planned for below this ceiling."""
    return max(0.0, ceiling_level - max(ALMOST, MORE_LATE * (1.0 - ceiling_level)))


@dataclass(frozen=True)
class _Trial:
    """Whether a plan is good enough: on a part of the draws for a quick look, then on all."""

    chance: DeferredChance
    target: float

    @cached_property
    def quick(self) -> "_Trial":
        return _Trial(self.chance.part(), self.target)

    def holds(self, agents: FloatArray) -> bool:
        """Tell whether the level is reached, and by the same share what was overdue is cleared."""
        achieved = self.chance.try_plan(agents)
        can_be_cleared = self.chance.drawn_ceilings[1]
        return (
            self.chance.level(achieved) >= self.target - ROUNDING
            and achieved.cleared_level
            >= min(self.target, reachable_level(can_be_cleared)) - ROUNDING
        )


@dataclass(frozen=True)
class _Staffing:
    """The ways to staff one queue's demand."""

    demand: DeferredDemand
    goal: DeferredGoal
    trial: _Trial

    @cached_property
    def work(self) -> DeferredWork:
        """The work as expected."""
        return self.demand.work()

    @cached_property
    def unbuffered_agents(self) -> float:
        """The flat team for work without chance."""
        return max(self.steady_agents, deadline_agents(self.work))

    @cached_property
    def steady_agents(self) -> float:
        """The people who do what arrives, and their part of a backlog that is due after the end."""
        return steady_agents(self.work, self.demand.keep_up_seconds)

    def flat_plan(self, people: float) -> FloatArray:
        """Return the same people in all open hours."""
        return self._whole(np.full(self.demand.items.size, float(people)))

    def least_flat_team(self) -> int:
        """Return the least whole team that keeps up with arrivals and reaches the target."""
        least = _whole_team(self.steady_agents)
        if not self.work.clock[-1]:
            return least
        buffered = deadline_agents(
            self.work, variance=self.demand.work_variance(), deviations=MOST_DEVIATIONS / 2
        )
        most = max(least, _whole_team(buffered))
        found = _least(least, most, lambda n: self.trial.quick.holds(self.flat_plan(n)))
        for _ in range(MOST_STEPS):
            if self.trial.holds(self.flat_plan(found)):
                break
            found += 1
        while found > least and self.trial.holds(self.flat_plan(found - 1)):
            found -= 1
        return found

    def shaped_plan(self) -> FloatArray | None:
        """Return the smoothest plan with the least buffer; None where no buffer is enough.

        Where the plan runs straight, one stretch of work decides; m people in it get z x sqrt(m a / T)
        more, with a = mean square over mean of the handling time and T the working time of the
        stretch, or of a due time where that is shorter. z is solved for the target.
        """
        mean, buffer = self._path()

        def plan(deviations: float) -> FloatArray:
            return self._whole(mean + deviations * buffer)

        low, high = 0.0, MOST_DEVIATIONS
        if self.trial.quick.holds(plan(low)):
            high = low
        for _ in range(HALVINGS if high > low else 0):
            middle = (low + high) / 2.0
            if self.trial.quick.holds(plan(middle)):
                high = middle
            else:
                low = middle
        while not self.trial.holds(plan(high)):
            high += MOST_DEVIATIONS / 2**HALVINGS
            if high > MOST_DEVIATIONS:
                return None
        return plan(high)

    def _path(self) -> tuple[FloatArray, FloatArray]:
        """Return the people for work without chance, and one standard deviation of that."""
        mean, span = shaped_people(
            self.work, keep_up_seconds=self.demand.keep_up_seconds, target=self.trial.target
        )
        aht = self.demand.aht_seconds * (1.0 + self.demand.handling_spread**2)
        span = np.minimum(span, self._due_span())
        ratio = np.divide(mean * aht, span, out=np.zeros(mean.size), where=span > 0.0)
        return mean, np.sqrt(ratio)

    def _due_span(self) -> float:
        """Return the working time that an item usually has."""
        clock = self.demand.clock_at(self.demand.first_due_seconds) - self.demand.clock[:-1]
        known = clock[clock > 0.0]
        return float(np.median(known)) * self.demand.occupancy_cap if known.size else np.inf

    def _whole(self, agents: FloatArray) -> FloatArray:
        """Round up while open, with minimum staff; nobody while closed. Rounding comes last."""
        people = np.ceil(np.maximum(agents, self.goal.min_agents) - ROUNDING)
        return np.where(self.work.open_seconds > 0.0, people, 0.0)


def _whole_team(people: float) -> int:
    return math.ceil(people - ROUNDING)


def _least(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the least number from `low` on that holds, looking beyond `high` where that does not."""
    for _ in range(MOST_STEPS):
        if holds(high):
            break
        low, high = high + 1, high + 1 + max(1, high // 4)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high
