"""Staffing a live queue by going forward: each interval gets the fewest agents that meet its goals.

Compiled; see `staffing.core.transient`.
"""

from typing import NamedTuple

import numpy as np

from staffing.core.arrival_figures import BUSY, SERVED, SERVED_WAIT
from staffing.core.compiled import compiled
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.transient_path import (
    ARRIVALS,
    CONTINUES,
    Day,
    Staff,
    interval_step,
    level_of,
    opening,
)

LEVEL, DEFINITION, MAX_ASA, MAX_ABANDONMENT, MAX_OCCUPANCY = range(5)
"""Columns of the goals; NaN is not set; the definition is its position in ServiceLevel."""

TIE = 1e-12
MOST_TIMES, MOST_MORE = 4, 1000
"""The search ends at so many times the guess, and so many agents more."""


class Bounds(NamedTuple):
    """What the search of each interval begins with.

    Attributes:
        guess: Agents that would do in steady state; only the speed depends on it.
        least: Fewest agents allowed.
        next_agents: Agents that the next interval is expected to have; -1 for: as the guesses change.

    """

    guess: IntArray
    least: IntArray
    next_agents: IntArray


@compiled
def meets(figures: FloatArray, goals: FloatArray, agents: int) -> bool:
    """Tell whether an interval's figures meet every goal that is set."""
    served = figures[SERVED]
    missed = level_of(figures, int(goals[DEFINITION])) < goals[LEVEL] * (1.0 - TIE)
    missed |= 1.0 - served > goals[MAX_ABANDONMENT] * (1.0 + TIE)
    missed |= figures[SERVED_WAIT] > goals[MAX_ASA] * served * (1.0 + TIE)
    missed |= figures[BUSY] > goals[MAX_OCCUPANCY] * agents * (1.0 + TIE)
    return not missed


@compiled
def plan_path(day: Day, goals: FloatArray, bounds: Bounds) -> IntArray:
    """Return the fewest agents of each interval that meet its goals, given those before.

    From the first interval on that no number satisfies, -1.
    """
    count = day.begins.size
    agents = np.full(count, -1)
    state, low, before = np.ones(1), 0, -1
    for index in range(count):
        if day.begins[index] != CONTINUES:
            before = -1
        before, state, low = fewest_agents(day, goals[index], bounds, index, before, (state, low))
        agents[index] = before
        if before < 0:
            break
    return agents


@compiled
def fewest_agents(
    day: Day,
    goals: FloatArray,
    bounds: Bounds,
    index: int,
    before: int,
    start: tuple[FloatArray, int],
) -> tuple[int, FloatArray, int]:
    """Return the fewest agents that meet one interval's goals, and the state that they leave behind.

    Args:
        day: The intervals.
        goals: This one's goals.
        bounds: What the search begins with.
        index: The interval.
        before: Agents of the interval before; -1 where the queue opens.
        start: State at the beginning and its first number of contacts, unless the queue opens.

    """
    least = bounds.least[index]
    tried = bounds.guess[index]
    if before >= 0:
        tried += before - bounds.guess[index - 1]
    tried = max(tried, least)
    fails, passes, step = least - 1, -1, 1
    best, best_low = start
    while passes - fails != 1:
        state, low = start
        if before < 0:
            state, low = opening(day.demand[index], tried, day.begins[index], day.handling)
        staff = Staff(max(before, 0), tried, _next_agents(day, bounds, index, tried))
        end, end_low, figures = interval_step(
            state, low, staff, day.demand[index], day.handling, day.poles
        )
        if day.demand[index, ARRIVALS] == 0.0 or meets(figures, goals, tried):
            passes, best, best_low = tried, end, end_low
        else:
            fails = tried
        if passes < 0 and tried >= MOST_TIMES * max(bounds.guess[index], least) + MOST_MORE:
            return -1, best, best_low
        if passes < 0:
            tried = fails + step
        elif fails < least:
            tried = max(passes - step, least)
        else:
            tried = (passes + fails) // 2
        step *= 2
    return passes, best, best_low


@compiled
def _next_agents(day: Day, bounds: Bounds, index: int, tried: int) -> int:
    """Return what the next interval is expected to have when this one has `tried` agents."""
    if index + 1 >= day.begins.size or day.begins[index + 1] != CONTINUES:
        return tried
    if bounds.next_agents[index] >= 0:
        return int(bounds.next_agents[index])
    return int(max(0, tried + bounds.guess[index + 1] - bounds.guess[index]))
