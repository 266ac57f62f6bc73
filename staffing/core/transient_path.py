"""The path of a live queue through its intervals: evaluation, and staffing by going forward.

Each interval starts from the state in which the last one ended. The wait of an arrival shortly before
the end reaches into the next interval, whose agents then count: the last T seconds are figured with a
service rate between those of both intervals. Compiled; see `staffing.core.transient`.
"""

import math
from typing import NamedTuple

import numpy as np

from staffing.core.arrival_figures import (
    BUSY,
    FIGURES,
    GONE_SHORT,
    GONE_WITHIN,
    SERVED,
    SERVED_WAIT,
    SERVED_WITHIN,
    VIRTUAL_WITHIN,
    arrival_figures,
)
from staffing.core.birth_death import (
    Chain,
    Poles,
    advance,
    after_leaving,
    departure_rates,
    served_rate,
    steady_state,
    trimmed,
    window,
)
from staffing.core.compiled import compiled
from staffing.core.kernels import FloatArray, IntArray

CONTINUES, OPENS_EMPTY, OPENS_STEADY = 0, 1, 2
"""How an interval begins: where the last one ended, with nobody in the queue, or as if always so."""

ARRIVALS, SERVICE, LEAVE, THRESHOLD, SHORT = range(5)
"""Columns of the demand: contacts per second, per held contact and second, waiting contacts that give
up per second, T and the short seconds (NaN where nobody asks)."""

LEVEL, DEFINITION, MAX_ASA, MAX_ABANDONMENT, MAX_OCCUPANCY = range(5)
"""Columns of the goals; NaN is not set; the definition is its position in ServiceLevel."""

TIE = 1e-12
LEAST = 1e-300
MOST_TAIL_SHARE = 0.1
"""Up to this part of an interval the state of its last T seconds is taken to be that at its end."""
GAUSS_NODES = (0.21132486540518713, 0.7886751345948129)
"""Two-point Gauss-Legendre on [0, 1]."""
MOST_TIMES, MOST_MORE = 4, 1000
"""The search ends at so many times the guess, and so many agents more."""


class Handling(NamedTuple):
    """What all intervals share: places per agent, growth of handling time, length in seconds."""

    concurrency: int
    growth_rate: float
    seconds: float


class Staff(NamedTuple):
    """Agents of the interval before, of this one and of the next."""

    before: int
    agents: int
    after: int


class Day(NamedTuple):
    """Consecutive intervals of one queue.

    Attributes:
        demand: Interval x column.
        begins: How each interval begins.
        handling: What all intervals share.
        poles: The approximation of exp.

    """

    demand: FloatArray
    begins: IntArray
    handling: Handling
    poles: Poles


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
def level_of(figures: FloatArray, definition: int) -> float:
    """Return the service level by that definition (its position in ServiceLevel)."""
    if definition == 6:
        return float(figures[VIRTUAL_WITHIN])
    good, counted = figures[SERVED_WITHIN], 1.0
    if definition == 1:
        good += figures[GONE_WITHIN]
    elif definition == 2:
        counted -= figures[GONE_WITHIN]
    elif definition == 3:
        counted -= figures[GONE_SHORT]
    elif definition == 4:
        counted = figures[SERVED]
    elif definition == 5:
        good += figures[GONE_SHORT]
    return float(good / max(counted, LEAST))


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
def chain_of(demand: FloatArray, agents: int, handling: Handling) -> Chain:
    """Return the rates of one interval."""
    return Chain(
        demand[ARRIVALS],
        demand[SERVICE],
        demand[LEAVE],
        agents,
        handling.concurrency,
        handling.growth_rate,
    )


@compiled
def interval_step(
    start: FloatArray,
    low: int,
    staff: Staff,
    demand: FloatArray,
    handling: Handling,
    poles: Poles,
) -> tuple[FloatArray, int, FloatArray]:
    """Return the state at the end, its first number of contacts, and the arrivals' figures.

    Args:
        start: Probability of `low` contacts and more when the interval begins.
        low: Contacts of the first state.
        staff: Agents who leave take their contacts with them.
        demand: See the columns above.
        handling: What all intervals share.
        poles: The approximation of exp.

    """
    chain = chain_of(demand, staff.agents, handling)
    if staff.agents < staff.before:
        start, low = after_leaving(start, low, staff.before, chain)
    first, last = window(low, low + start.size, chain, handling.seconds)
    state = np.zeros(last - first)
    state[low - first : low - first + start.size] = start
    rates = departure_rates(first, last - first, chain)
    arrivals, seconds = chain.arrival_rate, handling.seconds
    tail = 0.0
    if staff.after != staff.agents and not math.isnan(demand[THRESHOLD]):
        tail = min(demand[THRESHOLD] / seconds, 1.0)
    if MOST_TAIL_SHARE < tail < 1.0:
        state, body = advance(state, rates, arrivals, seconds * (1.0 - tail), poles)
        end, at_end = advance(state, rates, arrivals, seconds * tail, poles)
    else:
        end, body = advance(state, rates, arrivals, seconds, poles)
        at_end = body
        if 0.0 < tail < 1.0:
            at_end = end
            body = np.maximum(body - tail * end, 0.0) / (1.0 - tail)
    full = served_rate(chain.agents * chain.concurrency, chain)
    figures = (1.0 - tail) * arrival_figures(
        body, first, chain, full, demand[THRESHOLD], demand[SHORT]
    )
    if tail > 0.0:
        next_chain = chain_of(demand, staff.after, handling)
        full_after = served_rate(staff.after * chain.concurrency, next_chain)
        for node in GAUSS_NODES:
            mixed = node * full + (1.0 - node) * full_after
            figures += (tail / 2.0) * arrival_figures(
                at_end, first, chain, mixed, demand[THRESHOLD], demand[SHORT]
            )
    end, first = trimmed(end, first)
    return end, first, figures


@compiled
def opening(
    demand: FloatArray, agents: int, begins: int, handling: Handling
) -> tuple[FloatArray, int]:
    """Return the state in which a stretch of open intervals begins."""
    chain = chain_of(demand, agents, handling)
    full = served_rate(agents * chain.concurrency, chain)
    is_bearable = chain.leave_rate > 0.0 or chain.arrival_rate < full
    if begins == OPENS_STEADY and chain.arrival_rate > 0.0 and is_bearable:
        return steady_state(chain)
    return np.ones(1), 0


@compiled
def evaluate_path(day: Day, agents: IntArray, offsets: IntArray) -> FloatArray:
    """Return the figures of every interval (interval x offset x figure) with so many agents.

    Offsets are agents more or fewer in that interval alone; 0 must be among them.
    """
    figures = np.zeros((agents.size, offsets.size, FIGURES))
    start, low = np.ones(1), 0
    for index in range(agents.size):
        continues = day.begins[index] == CONTINUES
        goes_on = index + 1 < agents.size and day.begins[index + 1] == CONTINUES
        end, end_low = start, low
        for place in range(offsets.size):
            count = max(agents[index] + offsets[place], 0)
            if not continues:
                start, low = opening(day.demand[index], count, day.begins[index], day.handling)
            before = agents[index - 1] if continues else count
            after = agents[index + 1] if goes_on else count
            state, state_low, figures[index, place] = interval_step(
                start, low, Staff(before, count, after), day.demand[index], day.handling, day.poles
            )
            if offsets[place] == 0:
                end, end_low = state, state_low
        start, low = end, end_low
    return figures


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
