"""What arrivals meet that find the queue in a given state, as sums over the states.

An arrival that finds j others waiting starts once j + 1 have left before it, at rates full + theta i
for i = j ... 0, `full` being the service rate of agents without a free place and theta the rate at
which each waiting contact gives up. The sum of such exponentials is -ln of a beta variable over theta:
P(V > T) = I_x(full / theta, j + 1) with x = exp(-theta T), here summed term by term; weighing
with the arrival's own patience shifts full to full + theta. With theta = 0 the terms are those of
a Poisson distribution. (M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.5.)
"""

import math

import numpy as np

from staffing.core.birth_death import Chain
from staffing.core.kernels import FloatArray
from wfm.compiled import compiled

SERVED_WITHIN = 0  # answered within the threshold, share of offered
SERVED = 1
GONE_WITHIN = 2  # gave up within the threshold
GONE_SHORT = 3  # gave up within the short seconds
VIRTUAL_WITHIN = 4  # an endlessly patient contact would have been answered within the threshold
WAITS = 5  # found no free place
MEAN_WAIT = 6  # seconds of wait over offered
SERVED_WAIT = 7  # seconds of wait of the answered over offered
BUSY = 8  # agents with at least one contact
CALLBACKS = (
    9  # takes the offer of a callback, share of arrivals; the other shares are of those who stay
)
FIGURES = 10
MOST_EXPONENT = 600.0  # exp of minus more is near the least double: sums begin on log scale


@compiled
def late_shares(count: int, full_rate: float, leave_rate: float, seconds: float) -> FloatArray:
    """Return P(V > seconds) of arrivals that find 0 ... count - 1 others waiting."""
    shares = np.empty(count)
    if math.isinf(seconds):
        shares[:] = 0.0 if full_rate > 0.0 else 1.0
        return shares
    reached = seconds
    if leave_rate > 0.0:
        reached = -math.expm1(-leave_rate * seconds) / leave_rate
    log_term = -full_rate * seconds
    is_small = log_term < -MOST_EXPONENT
    term = 0.0 if is_small else math.exp(log_term)
    total = term
    for waiting in range(count):
        if waiting > 0:
            pace = reached * (full_rate + leave_rate * (waiting - 1)) / waiting
            if is_small:
                log_term += math.log(pace)
                is_small = log_term < -MOST_EXPONENT
                term = 0.0 if is_small else math.exp(log_term)
            else:
                term *= pace
            total += term
        shares[waiting] = min(total, 1.0)
    return shares


@compiled
def arrival_figures(
    states: FloatArray,
    low: int,
    chain: Chain,
    full_rate: float,
    threshold_seconds: float,
    short_seconds: float,
) -> FloatArray:
    """Return the figures above for arrivals that see this distribution of states.

    Args:
        states: Probability of `low` contacts and more.
        low: Contacts of the first state.
        chain: The interval's rates.
        full_rate: Contacts served per second without a free place.
        threshold_seconds: T; inf allowed.
        short_seconds: Abandons within it count as short; NaN where nobody asks.

    """
    figures = np.zeros(FIGURES)
    free = min(max(chain.agents * chain.concurrency - low, 0), states.size)
    for index in range(free):
        figures[SERVED_WITHIN] += states[index]
        figures[BUSY] += states[index] * min(low + index, chain.agents)
    figures[SERVED] = figures[VIRTUAL_WITHIN] = figures[SERVED_WITHIN]
    if free < states.size:
        figures[BUSY] += states[free:].sum() * chain.agents
        waiting = low + free - chain.agents * chain.concurrency
        _add_waiting(
            figures, states[free:], waiting, chain.leave_rate, full_rate, threshold_seconds
        )
        if chain.leave_rate > 0.0 and not math.isnan(short_seconds):
            figures[GONE_SHORT] = _given_up(
                states[free:], waiting, chain.leave_rate, full_rate, short_seconds
            )
    return figures


@compiled
def _add_waiting(
    figures: FloatArray,
    states: FloatArray,
    first: int,
    leave_rate: float,
    full_rate: float,
    seconds: float,
) -> None:
    """Add arrivals that find `first` others waiting, and more."""
    late = late_shares(first + states.size, full_rate, leave_rate, seconds)
    late_served, stays = late, 1.0
    if leave_rate > 0.0:
        late_served = late_shares(first + states.size, full_rate + leave_rate, leave_rate, seconds)
        stays = math.exp(-leave_rate * seconds)
    wait_of_served = 0.0
    for waiting in range(first + states.size):
        leaving = full_rate + leave_rate * (waiting + 1)
        served = full_rate / leaving if leaving > 0.0 else 0.0
        wait_of_served += 1.0 / leaving if leaving > 0.0 else math.inf
        share = states[waiting - first] if waiting >= first else 0.0
        if share == 0.0:
            continue
        figures[WAITS] += share
        figures[SERVED] += share * served
        figures[SERVED_WITHIN] += share * served * (1.0 - late_served[waiting])
        figures[VIRTUAL_WITHIN] += share * (1.0 - late[waiting])
        if served > 0.0:
            figures[SERVED_WAIT] += share * served * wait_of_served
        if leave_rate > 0.0:
            gone = 1.0 - served * (1.0 - late_served[waiting]) - stays * late[waiting]
            figures[GONE_WITHIN] += share * max(gone, 0.0)
            figures[MEAN_WAIT] += share * (1.0 - served) / leave_rate
        else:
            figures[MEAN_WAIT] += share * wait_of_served


@compiled
def _given_up(
    states: FloatArray, first: int, leave_rate: float, full_rate: float, seconds: float
) -> float:
    """Return the share that gives up within so many seconds: neither served nor there any more."""
    late = late_shares(first + states.size, full_rate, leave_rate, seconds)
    late_served = late_shares(first + states.size, full_rate + leave_rate, leave_rate, seconds)
    stays = math.exp(-leave_rate * seconds)
    total = 0.0
    for index in range(states.size):
        waiting = first + index
        served = full_rate / (full_rate + leave_rate * (waiting + 1))
        gone = 1.0 - served * (1.0 - late_served[waiting]) - stays * late[waiting]
        total += states[index] * max(gone, 0.0)
    return total
