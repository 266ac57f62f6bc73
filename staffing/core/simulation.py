"""An event simulation of a live queue: single contacts, agents and clocks, no queueing formula.

Contacts arrive one by one, wait in order of arrival, hang up when their patience ends, and keep one
agent busy for a drawn handling time. An agent whose shift ends while handling a contact finishes it
and takes no other. It shares nothing with the exact cores but the words for the figures, and says how
a published requirement would have done on many days of the same forecast.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np

from staffing.core.kernels import FloatArray, IntArray
from wfm.compiled import compiled

OFFERED, SERVED_WITHIN, SERVED, GONE_WITHIN, GONE_SHORT, WAIT, SERVED_WAIT, CALLBACKS = range(8)
COUNTS = 8
LEAST_SPREAD = 1e-6
"""A handling time whose spread is below this share of its mean is taken to be fixed."""


@dataclass(frozen=True)
class SimulatedQueue:
    """What happens on a day, one element per interval.

    Attributes:
        arrival_rate: Contacts per second.
        aht_seconds: Mean handle time.
        patience_seconds: Mean patience, exponential; NaN where nobody hangs up.
        agents: People on position.
        interval_seconds: Length of an interval.
        threshold_seconds: T of the service level.
        short_seconds: Abandons within it count as short.
        handling_spread: Standard deviation of handle times over their mean; 1 is exponential,
            others are lognormal.
        callback_after_seconds: Announced wait beyond which a callback is offered.
        callback_rate: Share that takes it; None: there is no offer.

    """

    arrival_rate: FloatArray
    aht_seconds: FloatArray
    patience_seconds: FloatArray
    agents: IntArray
    interval_seconds: float
    threshold_seconds: float
    short_seconds: float
    handling_spread: float = 1.0
    callback_after_seconds: FloatArray | None = None
    callback_rate: FloatArray | None = None


class Rules(NamedTuple):
    """What holds all day, in seconds; the spread of handle times as a share of their mean."""

    interval_seconds: float
    threshold_seconds: float
    short_seconds: float
    handling_spread: float


class Demand(NamedTuple):
    """What differs by interval; see SimulatedQueue. Endless patience is inf."""

    arrival_rate: FloatArray
    aht_seconds: FloatArray
    patience_seconds: FloatArray
    agents: IntArray
    callback_after_seconds: FloatArray
    callback_rate: FloatArray


def simulate(queue: SimulatedQueue, *, days: int, seed: int | Sequence[int]) -> FloatArray:
    """Return counts by day x interval of arrival x count (OFFERED ...), seconds for the waits.

    Each day begins with nobody in the queue and ends when the last contact has left. Who takes a
    callback counts there (CALLBACKS) and nowhere else.
    """
    demand, rules = demand_and_rules(queue)
    return np.asarray(simulate_days(demand, rules, days, np.random.default_rng(seed)))


def demand_and_rules(queue: SimulatedQueue) -> tuple[Demand, Rules]:
    """Return the queue as the compiled loops take it."""
    patience = np.where(np.isnan(queue.patience_seconds), np.inf, queue.patience_seconds)
    demand = Demand(
        queue.arrival_rate.astype(np.float64),
        queue.aht_seconds.astype(np.float64),
        patience,
        queue.agents.astype(np.int64),
        _or_zero(queue.callback_after_seconds, queue.agents.size),
        _or_zero(queue.callback_rate, queue.agents.size),
    )
    rules = Rules(
        float(queue.interval_seconds),
        float(queue.threshold_seconds),
        float(queue.short_seconds),
        float(queue.handling_spread),
    )
    return demand, rules


def _or_zero(values: FloatArray | None, size: int) -> FloatArray:
    return np.zeros(size) if values is None else values.astype(np.float64)


@compiled
def simulate_days(
    demand: Demand, rules: Rules, days: int, chance: np.random.Generator
) -> FloatArray:
    """Run the days one after the other."""
    counts = np.zeros((days, demand.agents.size, COUNTS))
    for day in range(days):
        simulate_day(counts[day], demand, rules, chance)
    return counts


@compiled
def simulate_day(
    counts: FloatArray, demand: Demand, rules: Rules, chance: np.random.Generator
) -> None:
    """Run one day: before each arrival and each change of shift, all that ends earlier happens.

    Those who are there at the end stay until nobody waits.
    """
    ends = [0.0 for _ in range(0)]  # when busy agents become free, a heap
    waiting = [(0.0, 0.0, 0.0) for _ in range(0)]  # arrival, hang-up, interval; first in, first out
    head = 0
    staff = demand.agents[0]
    for interval in range(demand.agents.size):
        begins = interval * rules.interval_seconds
        head = work_until(begins, counts, ends, waiting, head, (demand, rules, chance))
        staff = demand.agents[interval]
        send_home(ends, staff, chance)
        while len(ends) < staff and head < len(waiting):
            head = answer_next(begins, counts, ends, waiting, head, (demand, rules, chance))
        clock = begins
        while demand.arrival_rate[interval] > 0.0:
            clock += chance.exponential(1.0 / demand.arrival_rate[interval])
            if clock >= begins + rules.interval_seconds:
                break
            head = work_until(clock, counts, ends, waiting, head, (demand, rules, chance))
            if len(ends) >= staff and takes_callback(
                clock, waiting, head, demand, interval, chance
            ):
                counts[interval, CALLBACKS] += 1.0
                continue
            counts[interval, OFFERED] += 1.0
            patience = demand.patience_seconds[interval]
            leaves = np.inf if np.isinf(patience) else clock + chance.exponential(patience)
            waiting.append((clock, leaves, float(interval)))
            if len(ends) < staff:
                head = answer_next(clock, counts, ends, waiting, head, (demand, rules, chance))
    head = work_until(np.inf, counts, ends, waiting, head, (demand, rules, chance))
    while head < len(waiting):
        head = hang_up(counts, waiting, head, rules)


@compiled
def takes_callback(
    clock: float,
    waiting: list[tuple[float, float, float]],
    head: int,
    demand: Demand,
    interval: int,
    chance: np.random.Generator,
) -> bool:
    """Tell a new contact its place in the queue as a wait; it may rather be called back."""
    if demand.callback_rate[interval] == 0.0:
        return False
    place = 1
    for index in range(head, len(waiting)):
        place += waiting[index][1] > clock
    agents = demand.agents[interval]
    announced = place * demand.aht_seconds[interval] / agents if agents > 0 else np.inf
    if announced <= demand.callback_after_seconds[interval]:
        return False
    return bool(chance.random() < demand.callback_rate[interval])


@compiled
def send_home(ends: list[float], staff: int, chance: np.random.Generator) -> None:
    """Let those leave who are too many: the idle, then any of the busy, who finish their contact."""
    if len(ends) <= staff:
        return
    while len(ends) > staff:
        index = chance.integers(0, len(ends))
        ends[index] = ends[-1]
        ends.pop()
    heapify(ends)


@compiled
def work_until(
    clock: float,
    counts: FloatArray,
    ends: list[float],
    waiting: list[tuple[float, float, float]],
    head: int,
    day: tuple[Demand, Rules, np.random.Generator],
) -> int:
    """Let everything happen that ends before `clock`; return the new head of the queue."""
    while len(ends) > 0 and ends[0] <= clock:
        head = answer_next(heappop(ends), counts, ends, waiting, head, day)
    return head


@compiled
def answer_next(
    now: float,
    counts: FloatArray,
    ends: list[float],
    waiting: list[tuple[float, float, float]],
    head: int,
    day: tuple[Demand, Rules, np.random.Generator],
) -> int:
    """Give a free agent the first contact that is still there; return the new head."""
    demand, rules, chance = day
    while head < len(waiting) and waiting[head][1] < now:
        head = hang_up(counts, waiting, head, rules)
    if head == len(waiting):
        return head
    record_answer(now, counts, waiting[head], rules)
    current = min(int(now / rules.interval_seconds), demand.aht_seconds.size - 1)
    heappush(ends, now + handling_time(demand.aht_seconds[current], rules.handling_spread, chance))
    return head + 1


@compiled
def record_answer(
    now: float, counts: FloatArray, contact: tuple[float, float, float], rules: Rules
) -> None:
    """Count a contact as answered now."""
    arrived, _leaves, offered_in = contact
    row, wait = int(offered_in), now - arrived
    counts[row, SERVED] += 1.0
    counts[row, WAIT] += wait
    counts[row, SERVED_WAIT] += wait
    if wait <= rules.threshold_seconds:
        counts[row, SERVED_WITHIN] += 1.0


@compiled
def hang_up(
    counts: FloatArray, waiting: list[tuple[float, float, float]], head: int, rules: Rules
) -> int:
    """Count the first contact as gone; return the new head."""
    arrived, leaves, offered_in = waiting[head]
    row, patience = int(offered_in), leaves - arrived
    if np.isfinite(patience):
        counts[row, WAIT] += patience
    if patience <= rules.threshold_seconds:
        counts[row, GONE_WITHIN] += 1.0
    if patience <= rules.short_seconds:
        counts[row, GONE_SHORT] += 1.0
    return head + 1


@compiled
def handling_time(mean: float, spread: float, chance: np.random.Generator) -> float:
    """Draw one handle time in seconds."""
    if spread < LEAST_SPREAD:
        return mean
    if spread == 1.0:
        return float(chance.exponential(mean))
    log_variance = np.log1p(spread * spread)
    return float(mean * np.exp(chance.normal(-log_variance / 2.0, np.sqrt(log_variance))))
