"""What a day's agents give, worked out once more: its own states, its own waits, no code of the product.

The full Kolmogorov equations of M(t)/M/n(t) over every number of contacts from 0 up, marched through
each half hour in steps of ten seconds by conditioning on a Poisson clock (A. Jensen 1953); the level is
the time integral (Simpson's rule) of what arrivals find. An arrival that finds j others waiting begins once
j + 1 contacts have left, a Poisson number whose rate changes with the agents at the border of the half
hour. Agents who leave are idle ones first; the others take their contact with them and finish it. Agents
who come take the next waiting contacts at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

Vector = NDArray[np.float64]
STEP_SECONDS = 10.0
END_STEPS = 8  # of the last seconds, in which the wait may reach into the next half hour
CLOCK_SPREAD = 8.0  # standard deviations of the number of ticks that are followed
MOST_AT_THE_EDGE = 1e-9


@dataclass(frozen=True)
class Half:
    """One half hour: contacts per second, contacts served per agent and second, agents."""

    arrival_rate: float
    service_rate: float
    agents: int
    seconds: float


def levels(
    *, erlangs: Vector, aht_seconds: float, agents: Vector, seconds: float, threshold_seconds: float
) -> Vector:
    """Return the share of each half hour's arrivals that wait at most the threshold.

    The day begins with nobody there; nobody hangs up.
    """
    halves = [
        Half(float(load) / aht_seconds, 1.0 / aht_seconds, int(count), seconds)
        for load, count in zip(erlangs, agents, strict=True)
    ]
    most = max(half.agents for half in halves)
    size = int(2.2 * most + 12 * np.sqrt(most)) + 120
    states = np.zeros(size)
    states[0] = 1.0
    found = []
    for index, half in enumerate(halves):
        after = halves[index + 1].agents if index + 1 < len(halves) else half.agents
        share, states = _through(states, half, after, threshold_seconds)
        found.append(share)
        if states[-1] > MOST_AT_THE_EDGE:
            msg = f"Expected next to nobody beyond {size} contacts, got {states[-1]:.1e}."
            raise AssertionError(msg)
        states = _after_leaving(states, half.agents, after)
    return np.array(found)


def _through(
    states: Vector, half: Half, after: int, threshold_seconds: float
) -> tuple[float, Vector]:
    """Return the level of one half hour and the states at its end."""
    early = half.seconds - threshold_seconds
    steps = 2 * int(np.ceil(early / STEP_SECONDS / 2.0))
    in_time = _in_time(states.size, half, half.agents, threshold_seconds, threshold_seconds)
    values = [float(states @ in_time)]
    for _ in range(steps):
        states = _moved(states, half, early / steps)
        values.append(float(states @ in_time))
    total = _simpson(values, early)
    values = []
    for step in range(END_STEPS + 1):
        left = threshold_seconds * (1.0 - step / END_STEPS)
        values.append(float(states @ _in_time(states.size, half, after, left, threshold_seconds)))
        if step < END_STEPS:
            states = _moved(states, half, threshold_seconds / END_STEPS)
    total += _simpson(values, threshold_seconds)
    return total / half.seconds, states


def _in_time(size: int, half: Half, after: int, left: float, threshold_seconds: float) -> Vector:
    """Return for each number found the chance to be served in time, `left` seconds before the end."""
    waiting = np.arange(size) - half.agents
    rest = max(threshold_seconds - left, 0.0)
    begins = half.service_rate * (half.agents * min(left, threshold_seconds) + after * rest)
    come = max(after - half.agents, 0) if rest > 0.0 else 0
    chance = poisson.sf(waiting - come, begins)
    return np.where(waiting < 0, 1.0, chance)


def _moved(states: Vector, half: Half, seconds: float) -> Vector:
    """Return the states after so many seconds."""
    busy = np.minimum(np.arange(states.size), half.agents)
    down = half.service_rate * busy
    clock = half.arrival_rate + half.service_rate * half.agents
    ticks = clock * seconds
    last = int(ticks + CLOCK_SPREAD * np.sqrt(ticks)) + 30
    chances = poisson.pmf(np.arange(last + 1), ticks)
    rise, fall = half.arrival_rate / clock, down / clock
    stay = 1.0 - rise - fall
    stay[-1] += rise
    total = chances[0] * states
    for chance in chances[1:]:
        moved = stay * states
        moved[1:] += rise * states[:-1]
        moved[:-1] += fall[1:] * states[1:]
        states = moved
        total += chance * states
    return np.asarray(total / total.sum())


def _after_leaving(states: Vector, before: int, after: int) -> Vector:
    """Return the contacts of those who stay: of the leavers only who is busy takes one along."""
    if after >= before:
        return states
    contacts = np.arange(states.size)
    busy = np.minimum(contacts, before)
    taken = np.maximum(busy - after, 0)
    return np.bincount(contacts - taken, weights=states, minlength=states.size)


def _simpson(values: list[float], seconds: float) -> float:
    weights = np.ones(len(values))
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    return float(np.dot(weights, values)) * seconds / (len(values) - 1) / 3.0
