"""An independent oracle: the states of the queue one by one, in exact fractions or plain sums.

It shares no formula with the product: no integrals, no closed forms, only balance equations and,
for waits, the passage through the queue position by position.
"""

import math


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


def served_late(*, erlangs, agents, aht_seconds, patience_seconds, threshold_seconds, steps=6000):
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
    ahead = shares[agents:]
    rates = [agents / aht_seconds + place / patience_seconds for place in range(len(ahead))]

    def change(places):
        return [
            -rates[place] * share
            + (rates[place + 1] * places[place + 1] if place + 1 < len(places) else 0)
            for place, share in enumerate(places)
        ]

    step = threshold_seconds / steps
    for _ in range(steps):
        first = change(ahead)
        second = change([a + step / 2 * d for a, d in zip(ahead, first, strict=True)])
        third = change([a + step / 2 * d for a, d in zip(ahead, second, strict=True)])
        fourth = change([a + step * d for a, d in zip(ahead, third, strict=True)])
        ahead = [
            a + step / 6 * (d + 2 * e + 2 * f + g)
            for a, d, e, f, g in zip(ahead, first, second, third, fourth, strict=True)
        ]
    return math.fsum(ahead)
