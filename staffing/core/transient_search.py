"""Staffing a live queue by going forward: each interval gets the fewest agents that meet its goals.

Compiled; see `staffing.core.transient`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffing.core.arrival_figures import BUSY, SERVED, SERVED_WAIT
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.still_waiting import nobody_follows, waiting_tail
from staffing.core.transient_ahead import Bounds, fate_ahead, next_agents
from staffing.core.transient_path import (
    ARRIVALS,
    CONTINUES,
    Day,
    Lived,
    Staff,
    interval_step,
    level_of,
    opening,
)
from staffing.core.transient_walk import complete, ended
from wfm.compiled import compiled

LEVEL, DEFINITION, MAX_ASA, MAX_ABANDONMENT, MAX_OCCUPANCY = range(5)
"""Columns of the goals; NaN is not set; the definition is its position in ServiceLevel."""

TIE = 1e-12
SLACK = 5e-4
"""Share by which a goal may be missed because the next interval's agents are not those that were
expected."""
ALIKE = 1e-10
"""Two states whose probabilities differ by less in sum leave the same behind."""
MOST_TURNS = 6
MOST_FAR_TURNS = 24
"""Turns at most, and at most where a goal looks beyond T: to all intervals through which somebody waits."""
PATIENT_TURNS = 3
"""So often an interval whose goals look far is planned anew before the next one must keep more."""
LEFT_ALONE = 0.01
"""Nobody need be there without arrivals where at most on so large a share of days somebody waits."""
OVER_ANSWERED = 4
"""Place in ServiceLevel of the definition that counts against all that are answered in the end."""
MOST_TIMES, MOST_MORE = 4, 1000
"""The search ends at so many times the guess, and so many agents more."""


class Begun(NamedTuple):
    """How each interval began when it was last planned.

    Attributes:
        states: Distribution of the number of contacts; empty where the queue opens.
        lows: First number of contacts of each.
        is_stale: Whether it has to be planned again in any case.

    """

    states: list[FloatArray]
    lows: IntArray
    is_stale: NDArray[np.bool_]


@compiled
def meets(figures: FloatArray, goals: FloatArray, agents: int, slack: float) -> bool:
    """Tell whether an interval's figures meet every goal that is set, but for some slack."""
    served = figures[SERVED]
    missed = level_of(figures, int(goals[DEFINITION])) < goals[LEVEL] * (1.0 - TIE) - slack
    missed |= 1.0 - served > goals[MAX_ABANDONMENT] * (1.0 + TIE) + slack
    missed |= figures[SERVED_WAIT] > goals[MAX_ASA] * served * (1.0 + TIE + slack)
    missed |= figures[BUSY] > goals[MAX_OCCUPANCY] * agents * (1.0 + TIE + slack)
    return not missed


@compiled
def plan_path(day: Day, goals: FloatArray, bounds: Bounds) -> IntArray:
    """Return the fewest agents of each interval that meet its goals, given those before.

    The wait of the last arrivals of an interval depends on the next one's agents. What was expected
    of them is put right turn by turn, until no interval misses a goal by more than the slack; a turn
    plans only what has changed. From the first interval on that no number satisfies, -1.
    """
    count = day.begins.size
    agents, expected = bounds.planned, np.full(count, -1)
    agents[:] = -1
    begun = Begun([np.zeros(0)] * count, np.zeros(count, np.int64), np.ones(count, np.bool_))
    turns, misses = MOST_TURNS, np.zeros(count, np.int64)
    for index in range(count):
        if looks_far(goals[index]):
            turns = MOST_FAR_TURNS
    for turn in range(turns):
        if not _go_forward(day, goals, bounds, begun, agents, expected):
            break
        if _is_settled(day, goals, bounds, begun, expected, misses, turn):
            break
    return agents


@compiled
def _is_settled(
    day: Day,
    goals: FloatArray,
    bounds: Bounds,
    begun: Begun,
    expected: IntArray,
    misses: IntArray,
    turn: int,
) -> bool:
    """Tell whether all goals hold with the agents that came out; else note what to plan anew."""
    agents, is_settled = bounds.planned, True
    for index in range(agents.size - 1):
        if day.begins[index + 1] != CONTINUES:
            continue
        is_expected = expected[index] == agents[index + 1]
        if is_expected and not looks_far(goals[index]):
            continue
        bounds.next_agents[index] = agents[index + 1]
        holds = _holds(day, goals[index], begun, bounds, index)
        begun.is_stale[index] |= not (is_expected and holds)
        if holds:
            continue
        is_settled = False
        misses[index] += 1
        # Agents that the next interval lets go too early stay a little longer.
        stay = agents[index + 1] + (turn > 0)
        if looks_far(goals[index]) and misses[index] % PATIENT_TURNS > 0:
            stay = bounds.least[index + 1]
        bounds.least[index + 1] = max(bounds.least[index + 1], stay)
        begun.is_stale[index + 1] |= agents[index + 1] < stay
    return is_settled


@compiled
def _go_forward(
    day: Day,
    goals: FloatArray,
    bounds: Bounds,
    begun: Begun,
    agents: IntArray,
    expected: IntArray,
) -> bool:
    """Plan each interval that is stale or begins otherwise than before; False if one cannot be."""
    state, low, before, is_new = np.zeros(0), 0, -1, True
    for index in range(day.begins.size):
        if day.begins[index] != CONTINUES:
            state, low, before, is_new = np.zeros(0), 0, -1, False
        known = agents[index]
        is_same = not is_new and is_alike(state, low, begun.states[index], begun.lows[index])
        if begun.is_stale[index] or not is_same:
            begun.states[index], begun.lows[index] = state, low
            tried = known
            if known < 0:
                tried = bounds.guess[index]
                tried += before - bounds.guess[index - 1] if before >= 0 else 0
            found, state, low = fewest_agents(
                day, goals[index], bounds, index, before, tried, (state, low)
            )
            agents[index] = found
            if found < 0:
                agents[index:] = -1
                return False
            expected[index] = next_agents(day, bounds, index, found)
            begun.is_stale[index] = False
        elif index + 1 < day.begins.size:
            state, low = begun.states[index + 1], begun.lows[index + 1]
        before, is_new = agents[index], agents[index] != known
    return True


@compiled
def is_alike(states: FloatArray, low: int, others: FloatArray, other_low: int) -> bool:
    """Tell whether two distributions differ by next to nothing."""
    difference = 0.0
    for contacts in range(min(low, other_low), max(low + states.size, other_low + others.size)):
        share = other = 0.0
        if low <= contacts < low + states.size:
            share = states[contacts - low]
        if other_low <= contacts < other_low + others.size:
            other = others[contacts - other_low]
        difference += abs(share - other)
    return difference < ALIKE


@compiled
def _holds(day: Day, goals: FloatArray, begun: Begun, bounds: Bounds, index: int) -> bool:
    """Tell whether an interval meets its goals with the agents that the next one has."""
    if day.demand[index, ARRIVALS] == 0.0:
        return True
    agents = bounds.planned
    state, low, here = begun.states[index], begun.lows[index], agents[index]
    before = agents[index - 1] if day.begins[index] == CONTINUES else 0
    if day.begins[index] != CONTINUES:
        state, low = opening(day.demand[index], here, day.begins[index], day.handling)
    staff = Staff(before, here, agents[index + 1])
    _lived, figures = seen(day, goals, bounds, index, staff, (state, low))
    return bool(meets(figures, goals, here, SLACK))


@compiled
def looks_far(goals: FloatArray) -> bool:
    """Tell whether an interval's goals ask what becomes of all its arrivals, however long they wait."""
    has_level = not np.isnan(goals[LEVEL])
    asks = has_level and int(goals[DEFINITION]) == OVER_ANSWERED
    return bool(asks or not np.isnan(goals[MAX_ASA]) or not np.isnan(goals[MAX_ABANDONMENT]))


@compiled
def seen(
    day: Day,
    goals: FloatArray,
    bounds: Bounds,
    index: int,
    staff: Staff,
    start: tuple[FloatArray, int],
) -> tuple[Lived, FloatArray]:
    """Live through an interval; return it and its figures, as far ahead as its goals ask."""
    lived, figures = interval_step(
        start[0], start[1], staff, day.demand[index], day.handling, day.poles
    )
    if looks_far(goals):
        end = ended(lived, day.handling.seconds)
        following = nobody_follows()
        if index + 1 < day.begins.size and day.begins[index + 1] == CONTINUES:
            following = fate_ahead(day, bounds, index + 1, staff.after, end.crowd.own.size)
        come = max((staff.after - staff.agents) * day.handling.concurrency, 0)
        complete(figures, end, following, come)
    return lived, figures


@compiled
def fewest_agents(
    day: Day,
    goals: FloatArray,
    bounds: Bounds,
    index: int,
    before: int,
    tried: int,
    start: tuple[FloatArray, int],
) -> tuple[int, FloatArray, int]:
    """Return the fewest agents that meet one interval's goals, and the state that they leave behind.

    Args:
        day: The intervals.
        goals: This one's goals.
        bounds: What the search begins with.
        index: The interval.
        before: Agents of the interval before; -1 where the queue opens.
        tried: Agents to begin with.
        start: State at the beginning and its first number of contacts, unless the queue opens.

    """
    least = bounds.least[index]
    if day.demand[index, ARRIVALS] == 0.0 and before >= 0 and least == 0:
        waiting = waiting_tail(start[0], start[1], before * day.handling.concurrency)
        least = int(waiting.size > 0 and waiting[0] > LEFT_ALONE)
    tried = max(tried, least)
    fails, passes, step = least - 1, -1, 1
    best, best_low = start
    while passes - fails != 1:
        state, low = start
        if before < 0:
            state, low = opening(day.demand[index], tried, day.begins[index], day.handling)
        staff = Staff(max(before, 0), tried, next_agents(day, bounds, index, tried))
        lived, figures = seen(day, goals, bounds, index, staff, (state, low))
        end, end_low = lived.end, lived.end_low
        if day.demand[index, ARRIVALS] == 0.0 or meets(figures, goals, tried, 0.0):
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
