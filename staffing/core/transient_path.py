"""An interval of a live queue that is lived through from a given state: what so many agents give.

Each interval starts from the state in which the last one ended. The wait of an arrival shortly before
the end reaches into the next interval, whose agents then count. For who is served in time the last T
seconds are figured with a service rate between those of both intervals; who is served at all, and how
long it takes, is followed through all the intervals that it takes (`still_waiting`). Compiled; see
`staffing.core.transient`.
"""

import math
from typing import NamedTuple

import numpy as np

from staffing.core.arrival_figures import (
    BUSY,
    CALLBACKS,
    GONE_SHORT,
    GONE_WITHIN,
    SERVED,
    SERVED_WITHIN,
    VIRTUAL_WITHIN,
    arrival_figures,
)
from staffing.core.birth_death import (
    Chain,
    Offer,
    advance,
    after_leaving,
    birth_rates,
    departure_rates,
    served_rate,
    steady_state,
    trimmed,
    window_with_offer,
)
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.pole_systems import Poles
from staffing.core.still_waiting import Pace
from wfm.compiled import compiled

CONTINUES, OPENS_EMPTY, OPENS_STEADY = 0, 1, 2
"""How an interval begins: where the last one ended, with nobody in the queue, or as if always so."""

ARRIVALS, SERVICE, LEAVE, THRESHOLD, SHORT, OFFER_AFTER, ACCEPTANCE = range(7)
"""Columns of the demand: contacts per second, per held contact and second, waiting contacts that give
up per second, T and the short seconds (NaN where nobody asks), the announced wait in seconds beyond
which a callback is offered, and the share that takes it (0: no offer)."""

LEAST = 1e-300
MOST_TAIL_SHARE = 0.1
"""Up to this part of an interval the state of its last T seconds is taken to be that at its end."""
GAUSS_NODES = (0.21132486540518713, 0.7886751345948129)
"""Two-point Gauss-Legendre on [0, 1]."""


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


class Lived(NamedTuple):
    """An interval that was lived through.

    Attributes:
        chain: Its rates.
        offer: Of callbacks.
        start: State at its beginning, once the agents have changed.
        start_low: First number of contacts of it.
        body: Mean state, but for the last part `tail`.
        at_end: Mean state over that.
        tail: Part of the interval whose arrivals may be in time by the next one's agents.
        low: First number of contacts of both.
        end: State at the end.
        end_low: First number of contacts of it.

    """

    chain: Chain
    offer: Offer
    start: FloatArray
    start_low: int
    body: FloatArray
    at_end: FloatArray
    tail: float
    low: int
    end: FloatArray
    end_low: int


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
def levels_of(figures: FloatArray, definition: int) -> FloatArray:
    """Return the service level of each row of figures."""
    levels = np.empty(figures.shape[0])
    for row in range(levels.size):
        levels[row] = level_of(figures[row], definition)
    return levels


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
def offer_of(demand: FloatArray, chain: Chain) -> Offer:
    """Return from which state on a callback is offered.

    Who finds j others waiting is told j + 1 handling times of an agent, shared by all agents.
    """
    if demand[ACCEPTANCE] == 0.0:
        return Offer(0, 0.0)
    places = chain.agents * chain.concurrency
    others = math.floor(demand[OFFER_AFTER] * served_rate(places, chain))
    return Offer(places + others, demand[ACCEPTANCE])


@compiled
def figures_of(
    states: FloatArray, low: int, chain: Chain, offer: Offer, full: float, demand: FloatArray
) -> FloatArray:
    """Return the figures of the arrivals that stay, and the share that takes a callback."""
    if offer.acceptance_rate == 0.0:
        return arrival_figures(states, low, chain, full, demand[THRESHOLD], demand[SHORT])
    stay = states.copy()
    stay[min(max(offer.first - low, 0), stay.size) :] *= 1.0 - offer.acceptance_rate
    share = stay.sum() / states.sum()
    figures = arrival_figures(stay, low, chain, full, demand[THRESHOLD], demand[SHORT])
    figures /= max(share, LEAST)
    figures[BUSY] = 0.0
    for index in range(states.size):
        figures[BUSY] += states[index] * min(low + index, chain.agents)
    figures[CALLBACKS] = 1.0 - share
    return figures


@compiled
def interval_step(
    start: FloatArray,
    low: int,
    staff: Staff,
    demand: FloatArray,
    handling: Handling,
    poles: Poles,
) -> tuple[Lived, FloatArray]:
    """Return the interval lived through, and its arrivals' figures as far as T seconds reach.

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
    offer = offer_of(demand, chain)
    first, last = window_with_offer(low, low + start.size, chain, offer, handling.seconds)
    state = np.zeros(last - first)
    state[low - first : low - first + start.size] = start
    rates = departure_rates(first, last - first, chain)
    tail = 0.0
    if staff.after != staff.agents and not math.isnan(demand[THRESHOLD]):
        tail = min(demand[THRESHOLD] / handling.seconds, 1.0)
    births = birth_rates(first, last - first, chain, offer)
    end, body, at_end = moved(state, rates, births, handling.seconds, tail, poles)
    full = full_rate(chain)
    figures = (1.0 - tail) * figures_of(body, first, chain, offer, full, demand)
    if tail > 0.0:
        full_after = full_rate(chain_of(demand, staff.after, handling))
        for node in GAUSS_NODES:
            mixed = node * full + (1.0 - node) * full_after
            figures += (tail / 2.0) * figures_of(at_end, first, chain, offer, mixed, demand)
    end, end_low = trimmed(end, first)
    lived = Lived(chain, offer, start, low, body, at_end, tail, first, end, end_low)
    return lived, figures


@compiled
def full_rate(chain: Chain) -> float:
    """Return the contacts served per second without a free place."""
    return served_rate(chain.agents * chain.concurrency, chain)


@compiled
def pace_of(chain: Chain, seconds: float) -> Pace:
    """Return how the queue moves while it waits."""
    return Pace(full_rate(chain), chain.leave_rate, seconds)


@compiled
def moved(
    state: FloatArray,
    rates: FloatArray,
    births: FloatArray,
    seconds: float,
    tail: float,
    poles: Poles,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the state at the end, and its means over all but the last part `tail` and over that."""
    if MOST_TAIL_SHARE < tail < 1.0:
        state, body = advance(state, rates, births, seconds * (1.0 - tail), poles)
        end, at_end = advance(state, rates, births, seconds * tail, poles)
        return end, body, at_end
    end, mean = advance(state, rates, births, seconds, poles)
    if 0.0 < tail < 1.0:
        return end, np.maximum(mean - tail * end, 0.0) / (1.0 - tail), end
    return end, mean, mean


@compiled
def opening(
    demand: FloatArray, agents: int, begins: int, handling: Handling
) -> tuple[FloatArray, int]:
    """Return the state in which a stretch of open intervals begins."""
    chain = chain_of(demand, agents, handling)
    full = served_rate(agents * chain.concurrency, chain)
    offer = offer_of(demand, chain)
    if begins != OPENS_STEADY or chain.arrival_rate == 0.0:
        return np.ones(1), 0
    staying = chain.arrival_rate * (1.0 - offer.acceptance_rate)
    if chain.leave_rate > 0.0 or staying < full:
        return steady_state(chain, offer)
    # There is no steady state: the queue grows. It begins to where everybody has work.
    return np.ones(1), agents * chain.concurrency
