"""An independent oracle: the states of the queue one by one, in exact fractions or plain sums.

It shares no formula with the product: no integrals, no closed forms, only balance equations and,
for waits, the passage through the queue position by position.
"""

import math

import numpy as np


def state_probabilities(*, erlangs, agents, aht_seconds, patience_seconds, states):
    """Return P(k contacts in the system) of M/M/n+M, cut after `states`."""
    arrivals = erlangs / aht_seconds
    weights = [1.0]
    for count in range(1, states):
        leaving = min(count, agents) / aht_seconds + max(count - agents, 0) / patience_seconds
        weights.append(weights[-1] * arrivals / leaving)
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def impatient(*, erlangs, agents, aht_seconds, patience_seconds, states=400):
    """Return p_wait, p_abandon, mean wait and occupancy from the states alone."""
    shares = state_probabilities(
        erlangs=erlangs,
        agents=agents,
        aht_seconds=aht_seconds,
        patience_seconds=patience_seconds,
        states=states,
    )
    arrivals = erlangs / aht_seconds
    waiting = math.fsum(share * max(k - agents, 0) for k, share in enumerate(shares))
    return {
        "wait_rate": math.fsum(shares[agents:]),
        "abandonment_rate": waiting / patience_seconds / arrivals,
        "mean_wait_seconds": waiting / arrivals,
        "occupancy_rate": math.fsum(s * min(k, agents) for k, s in enumerate(shares)) / agents,
    }


def served_late(*, erlangs, agents, aht_seconds, patience_seconds, threshold_seconds, steps=4000):
    """Return P(wait > T and still there) by integrating the queue ahead of one tagged contact.

    A tagged contact that never gives up sees k contacts ahead; ahead of it the queue shrinks at
    n / AHT + (k / patience). The probabilities of the place in the queue are stepped by RK4.
    """
    shares = state_probabilities(
        erlangs=erlangs,
        agents=agents,
        aht_seconds=aht_seconds,
        patience_seconds=patience_seconds,
        states=agents + 160,
    )
    ahead = np.array(shares[agents:])
    rates = agents / aht_seconds + np.arange(ahead.size) / patience_seconds

    def change(places):
        return np.append(rates[1:] * places[1:], 0.0) - rates * places

    step = threshold_seconds / steps
    for _ in range(steps):
        first = change(ahead)
        second = change(ahead + step / 2 * first)
        third = change(ahead + step / 2 * second)
        fourth = change(ahead + step * third)
        ahead = ahead + step / 6 * (first + 2 * second + 2 * third + fourth)
    return float(ahead.sum())
