"""A plan for deferred work, simulated item by item before anybody relies on it, and mended."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staffing.core.deferred_demand import DeferredDemand
from staffing.core.deferred_plan import DeferredGoal, DeferredPlan, plan_deferred
from staffing.core.kernels import FloatArray
from staffing.core.simulation_deferred import OfficeDays, SimulatedOffice, simulate_deferred

CHECKED_ITEMS = 30_000
LEAST_REPEATS, MOST_REPEATS = 5, 500
SEED = 20_260
MOST_MENDS = 3
TOLERANCE = 0.005
"""How far the simulation may fall short of the level planned for, beyond its own chance."""
ERRORS = 2.0


@dataclass(frozen=True)
class CheckedPlan:
    """A plan and what single people made of it.

    Attributes:
        plan: People per interval.
        simulated_level: Level that the simulation reached.
        simulated_days: Days that were lived through.
        mended: How often the plan was made anew because the simulation fell short.

    """

    plan: DeferredPlan
    simulated_level: float
    simulated_days: int
    mended: int


def check_plan(
    demand: DeferredDemand,
    *,
    goal: DeferredGoal,
    office: Callable[[FloatArray], SimulatedOffice],
) -> CheckedPlan:
    """Return a plan whose simulation reaches the level planned for.

    Where it falls short by more than chance allows, the plan is made anew for a target that is higher
    by as much, three times at most. The same demand always gives the same plan.
    """
    days = max(1, round(demand.end_seconds / 86_400))
    volume = float(demand.items.sum() + demand.backlog.items.sum())
    repeats = int(np.clip(CHECKED_ITEMS / max(volume, 1.0), LEAST_REPEATS, MOST_REPEATS))
    raised_by = 0.0
    for mended in range(MOST_MENDS + 1):
        plan = plan_deferred(demand, goal=goal, raised_by=raised_by)
        lived = simulate_deferred(office(plan.required_agents), repeats=repeats, seed=SEED)
        short = plan.target_level - lived.level
        if short <= TOLERANCE + ERRORS * standard_error(lived) or mended == MOST_MENDS:
            break
        raised_by += short
    return CheckedPlan(plan, lived.level, repeats * days, mended)


def standard_error(lived: OfficeDays) -> float:
    """Return the standard error of the simulated level, a ratio of sums over repeats."""
    due, in_time = lived.due_items.sum(axis=1), lived.in_time_items.sum(axis=1)
    total = float(due.sum())
    if due.size < 2 or not total:
        return 0.0
    rest = in_time - lived.level * due
    return float(np.sqrt(due.size / (due.size - 1) * (rest**2).sum()) / total)
