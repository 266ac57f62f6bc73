"""What the contacts of each live queue of a pool meet, by the order in which they are served.

With one live queue the state of the chain tells all. With several, a contact waits for those of its
own and of better queues that are there and for those of better queues that still come: a first passage,
followed here backwards in time. How many of the better queues wait while everybody is busy follows a
birth-death law of its own, because a busy period begins and ends without any (as in A. Cobham,
"Priority assignment in waiting line problems", Oper. Res. 2 (1954), doi:10.1287/opre.2.1.70; O. Kella
and U. Yechiali, "Waiting times in the non-preemptive priority M/M/c queue", Stoch. Models 1 (1985),
doi:10.1080/15326348508807014, without abandonment). Exact in steady state where all are handled and
give up at the same rates; else the rates are means over those in hand and waiting.
"""

import math

import numpy as np

from staffing.core.arrival_figures import (
    BUSY,
    FIGURES,
    GONE_SHORT,
    GONE_WITHIN,
    MEAN_WAIT,
    SERVED,
    SERVED_WAIT,
    SERVED_WITHIN,
    VIRTUAL_WITHIN,
    WAITS,
    arrival_figures,
)
from staffing.core.birth_death import Chain
from staffing.core.blending_chain import Blend, Crowd
from staffing.core.kernels import FloatArray
from wfm.compiled import compiled

RATE, LEAVE, THRESHOLD, SHORT = range(4)
"""Columns of the live queues, best first: contacts per second, 1 / patience, T and short seconds."""
MOST_STATES = 400
NEGLIGIBLE = 1e-10


@compiled
def only_queue(mean: Crowd, blend: Blend, queue: FloatArray) -> FloatArray:
    """Return the figures (see arrival_figures) of the only live queue."""
    figures = np.zeros(FIGURES)
    for row in range(mean.chances.shape[0]):
        items = mean.low + row
        first = max(items - mean.floor, 0)
        states = mean.chances[row, first:].copy()
        if states.size == 0 or states.sum() <= 0.0:
            continue
        places = blend.agents - items
        chain = Chain(blend.arrival_rate, blend.service_rate, blend.leave_rate, places, 1, 0.0)
        full = places * blend.service_rate + items * blend.item_rate
        low = first + mean.floor - items
        figures += arrival_figures(states, low, chain, full, queue[THRESHOLD], queue[SHORT])
    return figures


@compiled
def waiting_law(mean: Crowd, blend: Blend) -> tuple[float, float, FloatArray, float]:
    """Return P(somebody idle), the mean of agents on live contacts, P(w wait), release rate then."""
    rows, columns = mean.chances.shape
    waiting = np.zeros(max(columns + mean.floor - blend.agents, 1))
    idle, held, rate = 0.0, 0.0, 0.0
    for row in range(rows):
        items = mean.low + row
        full = (blend.agents - items) * blend.service_rate + items * blend.item_rate
        for column in range(columns):
            chance = mean.chances[row, column]
            more = column + mean.floor - blend.agents
            held += chance * max(min(column + mean.floor, blend.agents) - items, 0)
            if more < 0:
                idle += chance
            else:
                waiting[more] += chance
                rate += chance * full
    busy = max(1.0 - idle, 1e-300)
    return idle, held, waiting, rate / busy


@compiled
def better_waiting(full: float, arrival_rate: float, leave_rate: float) -> FloatArray:
    """Return P(k of these queues wait | all agents busy)."""
    chances = np.zeros(MOST_STATES)
    chances[0] = 1.0
    last = 1
    while last < MOST_STATES and (chances[last - 1] > NEGLIGIBLE * chances.max() or last < 3):
        leaving = full + leave_rate * last
        chances[last] = chances[last - 1] * arrival_rate / max(leaving, 1e-300)
        last += 1
    return np.asarray(chances[:last] / chances[:last].sum())


@compiled
def by_time(
    count: int,
    full: float,
    ahead_leave: float,
    better_rate: float,
    own_leave: float,
    seconds: float,
) -> tuple[FloatArray, FloatArray]:
    """Return P(served) and P(gave up) within so many seconds of contacts with 0 ... ahead of them."""
    size = count + 40
    served, gone = np.zeros(size), np.zeros(size)
    rate = full + ahead_leave * size + better_rate + own_leave
    events = rate * seconds
    if not math.isfinite(events) or events <= 0.0:
        return served[:count], gone[:count]
    now_served, now_gone = np.zeros(size), np.zeros(size)
    last = int(events + 7.0 * math.sqrt(events) + 20)
    log_events = math.log(events)
    for event in range(last + 1):
        chance = math.exp(event * log_events - events - math.lgamma(event + 1.0))
        served += chance * now_served
        gone += chance * now_gone
        below_served, below_gone = 1.0, 0.0
        for ahead in range(size):
            down = (full + ahead_leave * ahead) / rate
            up = better_rate / rate if ahead + 1 < size else 0.0
            stay = 1.0 - down - up - own_leave / rate
            above = ahead + 1 if ahead + 1 < size else ahead
            new_served = down * below_served + up * now_served[above] + stay * now_served[ahead]
            new_gone = (
                down * below_gone + up * now_gone[above] + stay * now_gone[ahead] + own_leave / rate
            )
            below_served, below_gone = now_served[ahead], now_gone[ahead]
            now_served[ahead], now_gone[ahead] = new_served, new_gone
    return served[:count], gone[:count]


@compiled
def in_the_end(
    count: int, full: float, ahead_leave: float, better_rate: float, own_leave: float
) -> tuple[FloatArray, FloatArray]:
    """Return P(served) and the mean wait times it of contacts with 0 ... ahead of them."""
    size = count + 40
    factor, served, waited = np.zeros(size), np.zeros(size), np.zeros(size)
    # Elimination upwards: u(w) = served(w) + factor(w) u(w + 1); so too for the waits.
    below_factor, below_served, below_waited = 0.0, 1.0, 0.0
    for ahead in range(size):
        down = full + ahead_leave * ahead
        up = better_rate if ahead + 1 < size else 0.0
        pivot = down * (1.0 - below_factor) + up + own_leave
        pivot = max(pivot, 1e-300)
        factor[ahead] = up / pivot
        served[ahead] = down * below_served / pivot
        below_factor, below_served = factor[ahead], served[ahead]
    for ahead in range(size - 2, -1, -1):
        served[ahead] += factor[ahead] * served[ahead + 1]
    below_factor = 0.0
    for ahead in range(size):
        down = full + ahead_leave * ahead
        up = better_rate if ahead + 1 < size else 0.0
        pivot = max(down * (1.0 - below_factor) + up + own_leave, 1e-300)
        waited[ahead] = (served[ahead] + down * below_waited) / pivot
        below_factor, below_waited = up / pivot, waited[ahead]
    for ahead in range(size - 2, -1, -1):
        waited[ahead] += factor[ahead] * waited[ahead + 1]
    return served[:count], waited[:count]


@compiled
def queue_figures(mean: Crowd, blend: Blend, queues: FloatArray) -> FloatArray:
    """Return the figures of each live queue (queue x figure), best first.

    BUSY is of all live queues together, in agents.
    """
    count = queues.shape[0]
    figures = np.zeros((count, FIGURES))
    if count == 1:
        figures[0] = only_queue(mean, blend, queues[0])
        return figures
    idle, held, waiting, full = waiting_law(mean, blend)
    better_rate, better_leave = 0.0, 0.0
    for place in range(count):
        own_rate, own_leave = queues[place, RATE], queues[place, LEAVE]
        together = better_rate + own_rate
        leave = (better_leave * better_rate + own_leave * own_rate) / max(together, 1e-300)
        ahead = waiting
        if place < count - 1:
            ahead = (1.0 - idle) * better_waiting(full, together, leave)
        size = ahead.size
        figures[place, SERVED_WITHIN] = figures[place, VIRTUAL_WITHIN] = idle
        figures[place, SERVED] = idle
        figures[place, BUSY] = held
        figures[place, WAITS] = 1.0 - idle
        served, waited = in_the_end(size, full, leave, better_rate, own_leave)
        in_time, gone = by_time(size, full, leave, better_rate, own_leave, queues[place, THRESHOLD])
        patient, _gone = by_time(size, full, leave, better_rate, 0.0, queues[place, THRESHOLD])
        figures[place, SERVED] += (ahead * served).sum()
        figures[place, SERVED_WAIT] = (ahead * waited).sum()
        figures[place, SERVED_WITHIN] += (ahead * in_time).sum()
        figures[place, VIRTUAL_WITHIN] += (ahead * patient).sum()
        figures[place, GONE_WITHIN] = (ahead * gone).sum()
        if own_leave > 0.0:
            figures[place, MEAN_WAIT] = (ahead * (1.0 - served)).sum() / own_leave
            if not math.isnan(queues[place, SHORT]):
                _served, short = by_time(
                    size, full, leave, better_rate, own_leave, queues[place, SHORT]
                )
                figures[place, GONE_SHORT] = (ahead * short).sum()
        else:
            figures[place, MEAN_WAIT] = figures[place, SERVED_WAIT]
        better_rate, better_leave = together, leave
    return figures
