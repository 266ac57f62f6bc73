"""The plan of a day with several skills: bounds, first split, repair, and what other days make of it."""

from collections.abc import Callable

import numpy as np

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.multi_skill import Miss, MultiSkillDay, MultiSkillPlan, refuse_gaps
from staffing.core.multi_skill_bounds import pooled_agents, separate_agents
from staffing.core.multi_skill_lived import (
    Asked,
    Lived,
    Trial,
    go_on,
    live_through,
    reached,
    yardstick_of,
)
from staffing.core.multi_skill_repair import Search, repair
from staffing.core.multi_skill_split import first_split
from staffing.core.simulated_levels import share

CONTACTS = 1_200_000
"""About so many contacts are lived through in a trial."""
TRIAL_SEED, JUDGE_SEED, REPORT_SEED = 1, 2, 3
TRIAL_ROUNDS, JUDGE_ROUNDS = 5, 4
TOLERANCE = 0.015
"""An interval that misses a goal by more, beyond chance, is told."""
CHANCE = 3.0
"""Standard errors that count as chance."""


def plan_multi_skill(day: MultiSkillDay, *, watch: Callable[[], None] = go_on) -> MultiSkillPlan:
    """Return the heads of each group with which every queue keeps its goals when simulated.

    The same day gives the same plan. `watch` is called several times a second and may stop the work
    by raising. Raises UnableToSplit where a queue has nobody who can do it.
    """
    refuse_gaps(day)
    pooled, separate = pooled_agents(day), separate_agents(day)
    search = Search(day, first_split(day, pooled), watch)
    trial = Trial.of(day, contacts=CONTACTS, seed=TRIAL_SEED)
    yardstick = yardstick_of(day, pooled, trial, watch=watch)
    effects = repair(
        search, trial, rounds=TRIAL_ROUNDS, may_remove=True, margin=0.0, yardstick=yardstick
    )
    # The trial's days were kind to what was trimmed on them; others have the last word.
    judge = Trial.of(day, contacts=CONTACTS, seed=JUDGE_SEED)
    yardstick = yardstick_of(day, pooled, judge, watch=watch)
    repair(
        search,
        judge,
        rounds=JUDGE_ROUNDS,
        may_remove=True,
        margin=0.0,
        yardstick=yardstick,
        effects=effects,
    )
    report = Trial.of(day, contacts=CONTACTS, seed=REPORT_SEED)
    yardstick = yardstick_of(day, pooled, report, watch=watch)
    lived = live_through(day, search.heads, report, yardstick=yardstick, watch=watch)
    counted = lived.counted.sum(axis=1)
    return MultiSkillPlan(
        pooled=pooled,
        separate=separate,
        heads=search.heads,
        over_cap=_over_cap(day, search.heads),
        levels=lived.levels,
        queue_levels=share((np.nan_to_num(lived.levels) * lived.counted).sum(axis=1), counted),
        queue_goals=share((lived.goals * lived.counted).sum(axis=1), counted),
        simulated_days=report.all_days,
        misses=misses_of(lived),
    )


def misses_of(lived: Lived) -> list[Miss]:
    """Return the goals that the days miss, over the day or in an interval, beyond chance."""
    misses = []
    for row, goal in enumerate(lived.asked):
        short, spread = np.nan_to_num(lived.shortfalls[row], nan=-1.0), lived.spread[row]
        intervals = np.flatnonzero(short > TOLERANCE + CHANCE * np.nan_to_num(spread))
        of_day, by_chance = _of_day(lived, row)
        is_day = of_day > CHANCE * by_chance
        if intervals.size or is_day:
            misses.append(_miss(goal, lived, row, intervals, is_day=is_day))
    return misses


def _of_day(lived: Lived, row: int) -> tuple[float, float]:
    """Return by which share a goal is missed over the day, and the standard error of that."""
    weights, total = lived.weights[row], max(float(lived.weights[row].sum()), 1e-12)
    short = float((np.nan_to_num(lived.shortfalls[row]) * weights).sum())
    spread = float(np.sqrt(((np.nan_to_num(lived.spread[row]) * weights) ** 2).sum()))
    return short / total, spread / total


def _miss(goal: Asked, lived: Lived, row: int, intervals: IntArray, *, is_day: bool) -> Miss:
    weights: FloatArray = lived.weights[row] * np.isfinite(lived.shortfalls[row])
    total = max(float(weights.sum()), 1e-12)
    figures = np.nan_to_num(reached(goal, lived.shortfalls[row]))
    limit = np.nan_to_num(goal.limit)
    apart = np.abs(figures - limit)
    return Miss(
        queue=goal.queue,
        kind=goal.kind,
        reached=float((figures * weights).sum() / total),
        asked=float((limit * weights).sum() / total),
        is_day=is_day,
        intervals=intervals,
        by=float(apart[intervals].max(initial=0.0)),
    )


def _over_cap(day: MultiSkillDay, heads: IntArray) -> IntArray:
    over = np.maximum(heads - day.caps[:, np.newaxis], 0.0)
    return np.asarray(over, dtype=np.int64)
