"""What a search expects of the intervals that it has not planned yet.

Compiled; see `staffing.core.transient_search`.
"""

from typing import NamedTuple

import numpy as np

from staffing.core.kernels import IntArray
from staffing.core.still_waiting import Fate, Pace, fate, most_left, nobody_follows
from staffing.core.transient_path import ARRIVALS, CONTINUES, Day, chain_of, pace_of
from wfm.compiled import compiled

MOST_AHEAD = 8
"""Intervals through which those who still wait are followed while searching; then the rate stays."""


class Bounds(NamedTuple):
    """What the search of each interval begins with.

    Attributes:
        guess: Agents that would do in steady state; only the speed depends on it.
        least: Fewest agents allowed.
        next_agents: Agents that the next interval is expected to have; -1 for: as the guesses change.
        planned: Agents as last planned; -1 before.

    """

    guess: IntArray
    least: IntArray
    next_agents: IntArray
    planned: IntArray


@compiled
def fate_ahead(day: Day, bounds: Bounds, index: int, agents: int, count: int) -> Fate:
    """Return the fate of so many who wait when an interval begins with so many agents.

    The agents of the intervals after it are those planned last, before that those of the guess.
    """
    left, last, here = max(count, 1), index, agents
    agents_at, left_at = np.zeros(MOST_AHEAD, np.int64), np.zeros(MOST_AHEAD, np.int64)
    for step in range(MOST_AHEAD):
        last = index + step
        if step > 0:
            here = bounds.planned[last]
            if here < 0:
                here = _expected(
                    day, bounds, last, agents + bounds.guess[last] - bounds.guess[index]
                )
        agents_at[step], left_at[step] = here, left
        if last + 1 == day.begins.size or day.begins[last + 1] != CONTINUES:
            break
        left = most_left(left, _pace(day, last, here))
        if left == 0:
            break
    following = nobody_follows()
    for step in range(last - index, -1, -1):
        here = agents_at[step]
        come = max((agents_at[min(step + 1, last - index)] - here) * day.handling.concurrency, 0)
        following = fate(left_at[step], _pace(day, index + step, here), following, come)
    return following


@compiled
def _pace(day: Day, index: int, agents: int) -> Pace:
    return pace_of(chain_of(day.demand[index], agents, day.handling), day.handling.seconds)


@compiled
def next_agents(day: Day, bounds: Bounds, index: int, tried: int) -> int:
    """Return what the next interval is expected to have when this one has `tried` agents."""
    if index + 1 >= day.begins.size or day.begins[index + 1] != CONTINUES:
        return tried
    if bounds.next_agents[index] >= 0:
        return int(bounds.next_agents[index])
    return _expected(day, bounds, index + 1, tried + bounds.guess[index + 1] - bounds.guess[index])


@compiled
def _expected(day: Day, bounds: Bounds, index: int, agents: int) -> int:
    """Return so many agents, but as many as are there in any case; somebody is for who still waits."""
    is_quiet = day.demand[index, ARRIVALS] == 0.0 and bounds.guess[index] == 0
    return int(max(agents, bounds.least[index], int(is_quiet)))
