"""A live queue as a birth-death chain within one interval: how the number of contacts moves on.

The state is the number of contacts in the queue's care, held or waiting. Within an interval the rates
stay; the chain's state at the end and its mean over the interval come from a rational approximation
of exp (`staffing.core.pole_systems`), whatever the interval's length. Between intervals agents come and go; those who leave finish what they hold, whoever holds
nothing leaves first. Arrays of states begin at `low`, not at 0.
"""

import math
from typing import NamedTuple

import numpy as np

from staffing.core.kernels import FloatArray
from staffing.core.pole_systems import Poles, by_poles
from wfm.compiled import compiled

NEGLIGIBLE = 1e-13  # probability beyond which states are dropped
SPREAD = 7.5  # standard deviations kept on either side
MARGIN_STATES = 12
FEW_EVENTS = 120.0  # so many steps of uniformization cost little
MOST_FAR = 300.0  # times 3e-12, the error of the poles for a start in equilibrium
MOST_NEGATIVE = 1e-9
PARTS = (1, 2, 4, 8, 16)  # into how many parts an interval is cut
TAIL_LOGS = 32.0  # a geometric tail is followed until it has fallen by exp of this
LONG_SECONDS = 1e7
TINY = 1e-300


class Chain(NamedTuple):
    """One interval's rates, in contacts per second.

    Attributes:
        arrival_rate: Contacts that come.
        service_rate: 1 / AHT of an agent with all places taken.
        leave_rate: 1 / mean patience; 0 where nobody gives up.
        agents: Agents there.
        concurrency: Most contacts one of them holds.
        growth_rate: What each further contact adds to the handling time of a single one.

    """

    arrival_rate: float
    service_rate: float
    leave_rate: float
    agents: int
    concurrency: int
    growth_rate: float


class Offer(NamedTuple):
    """Who finds `first` contacts there, or more, is offered a callback; that share takes it.

    Who takes it leaves the queue at once.
    """

    first: int
    acceptance_rate: float


NO_OFFER = Offer(0, 0.0)


@compiled
def served_rate(contacts: int, chain: Chain) -> float:
    """Return the contacts served per second when the agents share so many evenly."""
    agents, concurrency = chain.agents, chain.concurrency
    if agents == 0:
        return 0.0
    if concurrency == 1:
        return min(contacts, agents) * chain.service_rate
    held = min(contacts, agents * concurrency)
    evenly, more = held // agents, held % agents
    rate = 0.0
    if evenly > 0:
        rate += (agents - more) * evenly / (1.0 + chain.growth_rate * (evenly - 1))
    if more > 0:
        rate += more * (evenly + 1) / (1.0 + chain.growth_rate * evenly)
    return rate * (1.0 + chain.growth_rate * (concurrency - 1)) * chain.service_rate


@compiled
def birth_rates(low: int, size: int, chain: Chain, offer: Offer) -> FloatArray:
    """Return the arrivals that stay, of `size` states from `low` on."""
    births = np.full(size, chain.arrival_rate)
    births[min(max(offer.first - low, 0), size) :] *= 1.0 - offer.acceptance_rate
    return births


@compiled
def departure_rates(low: int, size: int, chain: Chain) -> FloatArray:
    """Return the rate of departures (served or given up) of `size` states from `low` on."""
    rates = np.empty(size)
    places = chain.agents * chain.concurrency
    for index in range(size):
        waiting = max(low + index - places, 0)
        rates[index] = served_rate(low + index, chain) + chain.leave_rate * waiting
    return rates


@compiled
def advance(
    start: FloatArray, departures: FloatArray, births: FloatArray, seconds: float, poles: Poles
) -> tuple[FloatArray, FloatArray]:
    """Return the distribution after so many seconds and its mean over them.

    Nothing departs from the first state of the window and nothing arrives in the last one: the
    window must be wide enough for that not to matter (`window`).

    The rational approximation is exact to 1e-11 near equilibrium; a start that the rates would hardly
    ever visit magnifies its error, which shows as negative probabilities. Such an interval is cut into
    parts, and uniformized if that does not do; so is one with few events at once, where errors need
    not be negative. Where nobody leaves, what comes is a Poisson number.
    """
    if departures.max() == 0.0 and births.min() == births.max():
        return with_arrivals(start, births[0] * seconds)
    events = (births.max() + departures.max()) * seconds
    if events < FEW_EVENTS and how_far(start, departures, births) > MOST_FAR:
        return uniformized(start, departures, births, seconds)
    for parts in PARTS:
        end, mean = start, np.zeros(start.size)
        is_sound = True
        for _part in range(parts):
            end, part = by_poles(end, departures, births, seconds / parts, poles)
            is_sound = _negative(end) + _negative(part) <= MOST_NEGATIVE
            if not is_sound:
                break
            end = np.maximum(end, 0.0)
            mean += np.maximum(part, 0.0) / parts
        if is_sound:
            return end, mean
    return uniformized(start, departures, births, seconds)


@compiled
def with_arrivals(start: FloatArray, expected: float) -> tuple[FloatArray, FloatArray]:
    """Return what `advance` does where so many contacts are expected to come and none leaves."""
    size = start.size
    end, mean = np.zeros(size), np.zeros(size)
    if expected == 0.0:
        return start.copy(), start.copy()
    spread = SPREAD * math.sqrt(expected) + 40.0
    most = min(size - 1, int(expected + spread))
    later, log_expected = 1.0, math.log(expected)
    for coming in range(most + 1):
        chance = math.exp(coming * log_expected - expected - math.lgamma(coming + 1.0))
        later = max(later - chance, 0.0)  # P(more than `coming`)
        for state in range(size - coming):
            end[state + coming] += chance * start[state]
            mean[state + coming] += later / expected * start[state]
    return end, mean


@compiled
def how_far(start: FloatArray, departures: FloatArray, births: FloatArray) -> float:
    """Return how far a start is from equilibrium, 1 or more; inf where nobody comes.

    It is the norm in which the rates' matrix is symmetric: the root of the sum of start^2 / steady
    state. So much at most an approximation of exp for x <= 0 magnifies its error.
    """
    if births.min() == 0.0:
        return math.inf
    weight, total, square = 1.0, 1.0, start[0] * start[0]
    for state in range(1, start.size):
        weight *= births[state - 1] / max(departures[state], TINY)
        total += weight
        if start[state] > 0.0:
            if weight == 0.0:
                return math.inf
            square += start[state] * start[state] / weight
    return math.sqrt(square * total)


@compiled
def _negative(values: FloatArray) -> float:
    total = 0.0
    for value in values:
        total -= min(value, 0.0)
    return total


@compiled
def uniformized(
    start: FloatArray, departures: FloatArray, births: FloatArray, seconds: float
) -> tuple[FloatArray, FloatArray]:
    """Return what `advance` does by conditioning on the number of events of a Poisson clock.

    (A. Jensen, "Markoff chains as an aid in the study of Markoff processes", Skand. Aktuarietidskr.
    36 (1953), doi:10.1080/03461238.1953.10419459.) Sums of positive terms, at a cost that grows
    with the number of events.
    """
    size = start.size
    rate = births.max() + departures.max()
    if rate * seconds == 0.0:
        return start.copy(), start.copy()
    events = rate * seconds
    state, moved = start.copy(), np.empty(size)
    end, mean = np.zeros(size), np.zeros(size)
    later, done = 1.0, 0
    last = int(events + SPREAD * math.sqrt(events) + 40)
    log_events = math.log(events)
    while done <= last:
        chance = math.exp(done * log_events - events - math.lgamma(done + 1.0))
        later = max(later - chance, 0.0)  # P(more than `done` events)
        for index in range(size):
            end[index] += chance * state[index]
            mean[index] += later / events * state[index]
        for index in range(size):
            leaving = (births[index] / rate if index < size - 1 else 0.0) + (
                departures[index] / rate if index > 0 else 0.0
            )
            moved[index] = state[index] * (1.0 - leaving)
            if index > 0:
                moved[index] += state[index - 1] * births[index - 1] / rate
            if index + 1 < size:
                moved[index] += state[index + 1] * departures[index + 1] / rate
        state, moved = moved, state
        done += 1
    return end, mean


@compiled
def window(low: int, high: int, chain: Chain, seconds: float) -> tuple[int, int]:
    """Return the states that matter in an interval that begins within [low, high)."""
    arrivals, leave = chain.arrival_rate, chain.leave_rate
    places = chain.agents * chain.concurrency
    load = arrivals / chain.service_rate
    spread = SPREAD * math.sqrt(max(load, 1.0)) + MARGIN_STATES
    # An agent with a single contact is done with it sooner: fewer are there than with all places taken.
    light = load / (1.0 + chain.growth_rate * (chain.concurrency - 1))
    spread_light = SPREAD * math.sqrt(max(light, 1.0)) + MARGIN_STATES
    net = arrivals - places * chain.service_rate
    flow = arrivals + min(places * chain.service_rate, arrivals)
    grown = min(max(high, places) + max(net, 0.0) * seconds, high + arrivals * seconds)
    grown += SPREAD * math.sqrt(flow * seconds) + MARGIN_STATES
    settled = grown
    if load < places:
        settled = max(places + TAIL_LOGS / math.log(places / max(load, 1e-9)), load + spread)
    if leave > 0.0:
        waiting = max(net, 0.0) / leave
        patient = SPREAD * math.sqrt(max(load, arrivals / leave, 1.0)) + MARGIN_STATES
        settled = min(settled, max(min(load, float(places)) + waiting + patient, load))
    least = min(light, float(places)) - spread_light
    if leave == 0.0:
        # Where more wait than can be served, the states far below cannot be reached.
        served = places * chain.service_rate * seconds
        least = max(least, low - served - SPREAD * math.sqrt(served) - MARGIN_STATES)
    return max(0, int(min(float(low), least))), int(max(float(high), min(settled, grown))) + 1


@compiled
def window_with_offer(
    low: int, high: int, chain: Chain, offer: Offer, seconds: float
) -> tuple[int, int]:
    """Return the states that matter where a share of the arrivals takes a callback."""
    first, last = window(low, high, chain, seconds)
    if offer.acceptance_rate == 0.0:
        return first, last
    stay = Chain(
        chain.arrival_rate * (1.0 - offer.acceptance_rate),
        chain.service_rate,
        chain.leave_rate,
        chain.agents,
        chain.concurrency,
        chain.growth_rate,
    )
    first_stay, last_stay = window(low, high, stay, seconds)
    # Above the first state with an offer the queue moves as one with fewer arrivals.
    before_offer = max(offer.first - chain.agents * chain.concurrency, 0)
    return min(first, first_stay), min(last, last_stay + before_offer)


@compiled
def after_leaving(start: FloatArray, low: int, before: int, chain: Chain) -> tuple[FloatArray, int]:
    """Return the contacts in the care of those who stay, and the first state of that array.

    Of `before` agents those who hold the fewest contacts leave; they finish those and take no new
    ones, so that these contacts are gone from the chain.
    """
    agents = chain.agents
    if agents >= before:
        return start, low
    gone = before - agents
    moved = np.zeros(low + start.size)
    first = moved.size
    for index in range(start.size):
        contacts = low + index
        held = min(contacts, before * chain.concurrency)
        evenly, more = held // before, held % before
        stays = contacts - gone * evenly - max(0, more - agents)
        moved[stays] += start[index]
        first = min(first, stays)
    return moved[first:], first


@compiled
def trimmed(states: FloatArray, low: int) -> tuple[FloatArray, int]:
    """Return the states without the negligible ones at either end, and the first of them."""
    first, last = 0, states.size
    while last - first > 1 and states[last - 1] < NEGLIGIBLE:
        last -= 1
    while last - first > 1 and states[first] < NEGLIGIBLE:
        first += 1
    return states[first:last].copy(), low + first


@compiled
def steady_state(chain: Chain, offer: Offer) -> tuple[FloatArray, int]:
    """Return the stationary distribution and its first state; the load must be bearable."""
    low, high = window_with_offer(0, 1, chain, offer, LONG_SECONDS)
    rates = departure_rates(low, high - low, chain)
    births = birth_rates(low, high - low, chain, offer)
    logs = np.zeros(high - low)
    for index in range(1, logs.size):
        logs[index] = logs[index - 1] + math.log(births[index - 1] / rates[index])
    weights = np.exp(logs - logs.max())
    return trimmed(weights / weights.sum(), low)
