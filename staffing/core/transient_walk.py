"""A live queue through all of its intervals: what so many agents give.

Forward from state to state; then back from the last interval to the first for those who still wait when
an interval ends. Compiled; see `staffing.core.transient`.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from staffing.core.arrival_figures import FIGURES, MEAN_WAIT, SERVED, SERVED_WAIT
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.still_waiting import (
    Crowd,
    Fate,
    Pace,
    all_gone,
    at_this_rate,
    crowd_at_end,
    fate,
    later_served,
    left_over,
    nobody_follows,
    waiting_tail,
)
from staffing.core.transient_path import (
    CONTINUES,
    Day,
    Lived,
    Staff,
    chain_of,
    interval_step,
    opening,
    pace_of,
)
from wfm.compiled import compiled

ALL_SERVED = 1e-7
"""Where nobody gives up all are served in the end, but for sums of shares."""


class Ended(NamedTuple):
    """What an interval leaves to the next ones.

    Attributes:
        pace: How its queue moves.
        places: Contacts that its agents can hold.
        offered: Its arrivals that stay.
        served: Share of them that would be served if its agents stayed.
        wait: Seconds that the served would then wait, over all of them.
        crowd: Who of them still waits at its end.

    """

    pace: Pace
    places: int
    offered: float
    served: float
    wait: float
    crowd: Crowd


@compiled
def ended(lived: Lived, seconds: float) -> Ended:
    """Return who is served at this interval's rate, and who still waits at its end."""
    chain, pace = lived.chain, pace_of(lived.chain, seconds)
    places = chain.agents * chain.concurrency
    here = at_this_rate(max(lived.low + lived.body.size - places, 0), pace)
    served = wait = stay = 0.0
    for index in range(lived.body.size):
        share = (1.0 - lived.tail) * lived.body[index] + lived.tail * lived.at_end[index]
        if lived.low + index >= lived.offer.first:
            share *= 1.0 - lived.offer.acceptance_rate
        stay += share
        ahead = lived.low + index - places
        served += share * here.served[ahead] if ahead >= 0 else share
        wait += share * here.wait[ahead] if ahead >= 0 else 0.0
    tail = waiting_tail(lived.end, lived.end_low, places)
    before = waiting_tail(lived.start, lived.start_low, places)
    older = np.zeros(0) if all_gone(before.size, pace) else left_over(before, pace)
    arrivals = chain.arrival_rate
    if lived.offer.acceptance_rate > 0.0 and lived.offer.first <= places:
        arrivals *= 1.0 - lived.offer.acceptance_rate
    crowd = crowd_at_end(tail, older, arrivals, pace)
    offered = chain.arrival_rate * seconds
    return Ended(pace, places, offered * stay, served / stay, wait / stay, crowd)


@compiled
def complete(figures: FloatArray, end: Ended, following: Fate, come: int) -> None:
    """Write who is served in the end, and the waits, with the agents of the intervals to come.

    Args:
        figures: Of the interval.
        end: How it ended.
        following: Fate of those who wait when the next one begins; empty where none goes on.
        come: Places of the agents who come then.

    """
    if end.offered == 0.0:
        return
    more, more_wait = later_served(end.crowd, end.pace, following, come)
    figures[SERVED] = min(max(end.served + more / end.offered, 0.0), 1.0)
    figures[SERVED_WAIT] = max(end.wait + more_wait / end.offered, 0.0)
    if end.pace.leave_rate > 0.0:
        figures[MEAN_WAIT] = (1.0 - figures[SERVED]) / end.pace.leave_rate
    elif figures[SERVED] > 1.0 - ALL_SERVED:
        figures[SERVED] = 1.0
        figures[MEAN_WAIT] = figures[SERVED_WAIT]
    else:
        figures[MEAN_WAIT] = math.inf


@compiled
def evaluate_path(
    day: Day, agents: IntArray, offsets: IntArray, looks_far: NDArray[np.bool_]
) -> FloatArray:
    """Return the figures of every interval (interval x offset x figure) with so many agents.

    Args:
        day: The intervals.
        agents: Of each.
        offsets: Agents more or fewer in that interval alone; 0 must be among them.
        looks_far: With which offset those who still wait at the end are followed further. Without,
            who is served at all, and after what wait, is as if the next interval's agents
            counted for the last T seconds only.

    """
    count, width = agents.size, offsets.size
    figures = np.zeros((count, width, FIGURES))
    if count == 0:
        return figures
    ends = [_nobody(day)] * (count * width)
    start, low = np.ones(1), 0
    for index in range(count):
        continues = day.begins[index] == CONTINUES
        goes_on = index + 1 < count and day.begins[index + 1] == CONTINUES
        next_start, next_low = start, low
        for place in range(width):
            here = max(agents[index] + offsets[place], 0)
            if not continues:
                start, low = opening(day.demand[index], here, day.begins[index], day.handling)
            before = agents[index - 1] if continues else here
            after = agents[index + 1] if goes_on else here
            lived, figures[index, place] = interval_step(
                start, low, Staff(before, here, after), day.demand[index], day.handling, day.poles
            )
            if looks_far[place]:
                ends[index * width + place] = ended(lived, day.handling.seconds)
            if offsets[place] == 0:
                next_start, next_low = lived.end, lived.end_low
        start, low = next_start, next_low
    if looks_far.any():
        _complete_path(figures, ends, day, agents)
    return figures


@compiled
def _nobody(day: Day) -> Ended:
    nobody = Crowd(np.zeros(0), np.zeros(0))
    return Ended(Pace(0.0, 0.0, day.handling.seconds), 0, 0.0, 0.0, 0.0, nobody)


@compiled
def _complete_path(figures: FloatArray, ends: list[Ended], day: Day, agents: IntArray) -> None:
    """Go back through the intervals and write who is served in the end, and the waits."""
    width = figures.shape[1]
    following = nobody_follows()
    for index in range(agents.size - 1, -1, -1):
        goes_on = index + 1 < agents.size and day.begins[index + 1] == CONTINUES
        if not goes_on:
            following = nobody_follows()
        chain_after = chain_of(day.demand[index], agents[index], day.handling)
        if goes_on:
            chain_after = chain_of(day.demand[index + 1], agents[index + 1], day.handling)
        places_after = chain_after.agents * chain_after.concurrency
        for place in range(width):
            end = ends[index * width + place]
            complete(figures[index, place], end, following, max(places_after - end.places, 0))
        if day.begins[index] != CONTINUES:
            continue
        most = 1
        for place in range(width):
            most = max(most, ends[(index - 1) * width + place].crowd.own.size)
        chain = chain_of(day.demand[index], agents[index], day.handling)
        come = max(places_after - chain.agents * chain.concurrency, 0)
        following = fate(most, pace_of(chain, day.handling.seconds), following, come)
