"""Live contacts and deferred items in the same hands: one interval of the two-dimensional chain.

A free agent takes a live contact if one waits; else a deferred item, but only while more than r agents
are idle, and finishes what she takes. Deferred work is taken to be always there, so that the chain
says at most how much live contacts suffer. Its state is (y, e): y items in hand and e = x + y - (n - r)
contacts and items more than the floor n - r up to which items are taken, x being the live contacts in
the system. At the floor a live departure makes an agent take an item (y + 1), and the departure of an
item is made good at once; above it both only lower e. So no state lies below e = 0.

(Threshold reservation for one class that may wait: S. Bhulai and G. Koole, "A queueing model for call
blending in call centers", IEEE Trans. Autom. Control 48 (2003), doi:10.1109/TAC.2003.815038; N. Gans
and Y.-P. Zhou, "A call-routing problem with service-level constraints", Oper. Res. 51 (2003),
doi:10.1287/opre.51.2.255.12787.) The chain moves by stabilized explicit steps (RKC of second order:
B. P. Sommeijer, L. F. Shampine and J. G. Verwer, "RKC: an explicit solver for parabolic PDEs", J.
Comput. Appl. Math. 88 (1998), doi:10.1016/S0377-0427(97)00219-7), which need the square root of the
products that uniformization needs.
"""

import math
from typing import NamedTuple

import numpy as np

from staffing.core.kernels import FloatArray
from wfm.compiled import compiled

SPREAD = 5.0  # standard deviations kept on either side
MARGIN_STATES = 6
TAIL_LOGS = 20.0
NEGLIGIBLE = 1e-8
STEP_SHARE = 0.35  # of the shorter handling time, per step
DAMPING = 10.0
STIFFNESS = (
    2.0 * 2.95
)  # stable up to (stages^2 - 1) / 2.95; no eigenvalue beyond twice the rate out
MOST_NEGATIVE = 1e-6


class Blend(NamedTuple):
    """Rates of one interval, per second.

    Attributes:
        arrival_rate: Live contacts that come.
        service_rate: 1 / AHT of live contacts.
        leave_rate: 1 / mean patience; 0 where nobody gives up.
        item_rate: 1 / AHT of deferred items.
        agents: Agents there.
        floor: n - r: items are taken while fewer agents than that are busy; 0: none are taken.

    """

    arrival_rate: float
    service_rate: float
    leave_rate: float
    item_rate: float
    agents: int
    floor: int


class Crowd(NamedTuple):
    """Probabilities by items in hand (from `low` on) and contacts and items above the floor."""

    chances: FloatArray
    low: int
    agents: int
    floor: int


@compiled
def nobody() -> Crowd:
    """Return the state of an empty pool without agents."""
    return Crowd(np.ones((1, 1)), 0, 0, 0)


@compiled
def entered(crowd: Crowd, blend: Blend) -> Crowd:
    """Return the state right after the interval's agents have come or gone.

    The idle leave first; of the busy those who leave finish what they have in hand, contacts and
    items in the same proportion, which is then gone from the chain. Agents above the new floor's need
    take items at once.
    """
    first, size, highest = _window(crowd, blend)
    moved = np.zeros((size, highest + 1))
    for row in range(crowd.chances.shape[0]):
        for column in range(crowd.chances.shape[1]):
            chance = crowd.chances[row, column]
            if chance <= 0.0:
                continue
            live, items = _after_leaving(crowd, row, column, blend.agents)
            items = max(items, blend.floor - live)
            moved[items - first, min(live + items - blend.floor, highest)] += chance
    return Crowd(moved, first, blend.agents, blend.floor)


@compiled
def _after_leaving(crowd: Crowd, row: int, column: int, agents: int) -> tuple[int, int]:
    items = crowd.low + row
    live = column + crowd.floor - items
    busy = min(live + items, crowd.agents)
    gone = busy - agents
    if gone > 0:
        gone_items = (2 * gone * items + busy) // (2 * busy)
        items -= gone_items
        live -= gone - gone_items
    return live, items


@compiled
def _window(crowd: Crowd, blend: Blend) -> tuple[int, int, int]:
    """Return the first number of items, how many, and the highest e that matter."""
    load = blend.arrival_rate / blend.service_rate
    spread = SPREAD * math.sqrt(max(load, 1.0)) + MARGIN_STATES
    first, last, highest = blend.agents + 1, 0, 0
    for row in range(crowd.chances.shape[0]):
        for column in range(crowd.chances.shape[1]):
            if crowd.chances[row, column] > 0.0:
                live, items = _after_leaving(crowd, row, column, blend.agents)
                items = max(items, blend.floor - live)
                first, last = min(first, items), max(last, items)
                highest = max(highest, live + items - blend.floor)
    if blend.floor == 0:
        return 0, last + 1, max(highest, _highest(blend, load, spread))
    middle = blend.floor - min(load, float(blend.agents))
    first = min(first, max(int(middle - spread), 0))
    last = max(last, min(int(middle + spread) + 1, blend.floor))
    return first, last - first + 1, max(highest, _highest(blend, load, spread))


@compiled
def _highest(blend: Blend, load: float, spread: float) -> int:
    """Return the highest e: all agents busy and as many waiting as matter."""
    agents = float(blend.agents)
    if blend.leave_rate > 0.0:
        surplus = max(blend.arrival_rate - agents * blend.service_rate, 0.0) / blend.leave_rate
        patient = SPREAD * math.sqrt(max(blend.arrival_rate / blend.leave_rate, load, 1.0))
        waiting = surplus + patient + MARGIN_STATES
    else:
        waiting = 4.0 * spread
        if load < agents:
            waiting = min(TAIL_LOGS / math.log(agents / max(load, 1e-9)), 12.0 * spread)
    if load < agents and blend.floor == 0:
        waiting = min(waiting, max(load + 2.0 * spread - agents, float(MARGIN_STATES)))
    return int(agents - blend.floor + waiting) + MARGIN_STATES


class Rates(NamedTuple):
    """Rates out of each state (y, e): live departures, departures of items by y, all together."""

    live: FloatArray
    items: FloatArray
    out: FloatArray


@compiled
def rates_of(rows: int, columns: int, low: int, blend: Blend) -> Rates:
    """Return the rates of a window of states; none lead out of it."""
    live, out, items = np.zeros((rows, columns)), np.zeros((rows, columns)), np.zeros(rows)
    for row in range(rows):
        held_items = low + row
        items[row] = held_items * blend.item_rate
        for column in range(columns):
            contacts = column + blend.floor - held_items
            if contacts < 0:
                continue
            held = min(contacts, blend.agents - held_items)
            leaving = held * blend.service_rate + (contacts - held) * blend.leave_rate
            if column == 0 and (row + 1 == rows or held_items >= blend.floor):
                leaving = 0.0
            live[row, column] = leaving
            out[row, column] = leaving
            if column + 1 < columns:
                out[row, column] += blend.arrival_rate
            if column > 0 and row > 0:
                out[row, column] += items[row]
    return Rates(live, items, out)


@compiled
def flow(chances: FloatArray, rates: Rates, arrival_rate: float, change: FloatArray) -> None:
    """Write the rate at which the probabilities change."""
    rows, columns = chances.shape
    for row in range(rows):
        for column in range(columns):
            change[row, column] = -rates.out[row, column] * chances[row, column]
        for column in range(1, columns):
            change[row, column] += arrival_rate * chances[row, column - 1]
        change[row, 0] += rates.live[row - 1, 0] * chances[row - 1, 0] if row > 0 else 0.0
        for column in range(columns - 1):
            change[row, column] += rates.live[row, column + 1] * chances[row, column + 1]
        if row + 1 < rows:
            done = rates.items[row + 1]
            for column in range(columns - 1):
                change[row, column] += done * chances[row + 1, column + 1]


@compiled
def fastest(rates: Rates) -> float:
    """Return the highest rate out of a state."""
    return float(rates.out.max())


@compiled
def uniformized(
    chances: FloatArray, rates: Rates, arrival_rate: float, seconds: float
) -> FloatArray:
    """Return the probabilities after so many seconds, by the events of a Poisson clock."""
    rate = max(fastest(rates), 1e-12)
    events = rate * seconds
    state, change = chances.copy(), np.empty(chances.shape)
    end = np.zeros(chances.shape)
    for event in range(int(events + 8.0 * math.sqrt(events) + 30)):
        end += math.exp(event * math.log(events) - events - math.lgamma(event + 1.0)) * state
        flow(state, rates, arrival_rate, change)
        state += change / rate
    return end


@compiled
def stepped(chances: FloatArray, rates: Rates, arrival_rate: float, seconds: float) -> FloatArray:
    """Return the probabilities after so many seconds by one step of RKC."""
    count = max(2, int(math.sqrt(1.0 + STIFFNESS * fastest(rates) * seconds)) + 1)
    node = 1.0 + DAMPING / (count * count)
    # Chebyshev polynomials at the node with their first two derivatives, by their recursion.
    t, d, dd = np.empty(count + 1), np.empty(count + 1), np.empty(count + 1)
    t[0], d[0], dd[0], t[1], d[1], dd[1] = 1.0, 0.0, 0.0, node, 1.0, 0.0
    for j in range(2, count + 1):
        t[j] = 2.0 * node * t[j - 1] - t[j - 2]
        d[j] = 2.0 * node * d[j - 1] - d[j - 2] + 2.0 * t[j - 1]
        dd[j] = 2.0 * node * dd[j - 1] - dd[j - 2] + 4.0 * d[j - 1]
    scale = d[count] / dd[count]
    weights = dd / (d * d + 1e-300)
    weights[0] = weights[1] = weights[2]
    initial, now = np.empty(chances.shape), np.empty(chances.shape)
    flow(chances, rates, arrival_rate, initial)
    before, here = chances.copy(), chances + weights[1] * scale * seconds * initial
    for j in range(2, count + 1):
        flow(here, rates, arrival_rate, now)
        ahead = 2.0 * weights[j] * node / weights[j - 1]
        behind = -weights[j] / weights[j - 2]
        pace = 2.0 * weights[j] * scale / weights[j - 1] * seconds
        drag = -(1.0 - weights[j - 1] * t[j - 1]) * pace
        stay = 1.0 - ahead - behind
        for row in range(here.shape[0]):
            for column in range(here.shape[1]):
                before[row, column] = (
                    stay * chances[row, column]
                    + ahead * here[row, column]
                    + behind * before[row, column]
                    + pace * now[row, column]
                    + drag * initial[row, column]
                )
        before, here = here, before
    return np.asarray(here)


@compiled
def moved(chances: FloatArray, rates: Rates, arrival_rate: float, seconds: float) -> FloatArray:
    """Return the probabilities after so many seconds; a step that is not sound is done the long way.

    RKC is stable for what spreads; a start far from where the rates lead to is carried along rather
    than spread, which shows as negative probabilities.
    """
    end = stepped(chances, rates, arrival_rate, seconds)
    if -np.minimum(end, 0.0).sum() > MOST_NEGATIVE:
        end = uniformized(chances, rates, arrival_rate, seconds)
    end = np.maximum(end, 0.0)
    return np.asarray(end / end.sum())


@compiled
def lived(crowd: Crowd, blend: Blend, seconds: float) -> tuple[Crowd, Crowd]:
    """Return the state at the end of the interval and its mean over it (Simpson's rule)."""
    start = entered(crowd, blend)
    shorter = 1.0 / blend.service_rate
    if blend.floor > 0:
        shorter = min(shorter, 1.0 / blend.item_rate)
    steps = 2 * max(math.ceil(seconds / (2.0 * STEP_SHARE * shorter)), 2)
    state = start.chances
    rates = rates_of(state.shape[0], state.shape[1], start.low, blend)
    mean = state / (3.0 * steps)
    for step in range(1, steps + 1):
        state = moved(state, rates, blend.arrival_rate, seconds / steps)
        weight = 1.0 if step == steps else (4.0 if step % 2 == 1 else 2.0)
        mean += weight * state / (3.0 * steps)
    return (
        _trimmed(Crowd(state, start.low, blend.agents, blend.floor)),
        Crowd(mean, start.low, blend.agents, blend.floor),
    )


@compiled
def _trimmed(crowd: Crowd) -> Crowd:
    """Drop rows and columns without weight."""
    chances = crowd.chances
    top, bottom, right = chances.shape[0], 0, chances.shape[1]
    while top - bottom > 1 and chances[top - 1].sum() < NEGLIGIBLE:
        top -= 1
    while top - bottom > 1 and chances[bottom].sum() < NEGLIGIBLE:
        bottom += 1
    while right > 1 and chances[:, right - 1].sum() < NEGLIGIBLE:
        right -= 1
    kept = np.where(chances < NEGLIGIBLE * 1e-3, 0.0, chances)[bottom:top, :right].copy()
    return Crowd(kept / kept.sum(), crowd.low + bottom, crowd.agents, crowd.floor)
