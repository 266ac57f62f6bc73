"""The plan of a day with several skills: bounds, first split, repair, and what other days make of it."""

import numpy as np

from staffing.core.kernels import IntArray
from staffing.core.multi_skill import MultiSkillDay, MultiSkillPlan, refuse_gaps
from staffing.core.multi_skill_bounds import pooled_agents, separate_agents
from staffing.core.multi_skill_repair import (
    Lived,
    add_where_missed,
    days_of,
    live_through,
    trim,
)
from staffing.core.multi_skill_split import first_split
from staffing.core.simulated_levels import share

JUDGE_TIMES = 3
"""Days that judge a plan, for one day of the trials that made it."""
TRIAL_SEED, JUDGE_SEED, REPORT_SEED = 1, 2, 3


def plan_multi_skill(day: MultiSkillDay) -> MultiSkillPlan:
    """Return the heads of each group with which every queue keeps its goal when simulated.

    The same day gives the same plan. Raises UnableToSplit where a queue has nobody who can do it.
    """
    refuse_gaps(day)
    pooled, separate = pooled_agents(day), separate_agents(day)
    heads, days = first_split(day, pooled), days_of(day)
    heads = add_where_missed(day, heads, days=days, seed=TRIAL_SEED)
    heads = trim(day, heads, days=days, seed=TRIAL_SEED)
    # The trial's days were kind to what was trimmed on them; others, and more, have the last word.
    days = JUDGE_TIMES * days
    heads = add_where_missed(day, heads, days=days, seed=JUDGE_SEED)
    lived = live_through(day, heads, days=days, seed=REPORT_SEED)
    return MultiSkillPlan(
        pooled=pooled,
        separate=separate,
        heads=heads,
        over_cap=_over_cap(day, heads),
        levels=lived.levels,
        queue_levels=share(lived.good.sum(axis=1), lived.counted.sum(axis=1)),
        queue_goals=_goals_of_day(lived),
        simulated_days=days,
    )


def _over_cap(day: MultiSkillDay, heads: IntArray) -> IntArray:
    over = np.maximum(heads - day.caps[:, np.newaxis], 0.0)
    return np.asarray(over, dtype=np.int64)


def _goals_of_day(lived: Lived) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return share((lived.goals * lived.counted).sum(axis=1), lived.counted.sum(axis=1))
