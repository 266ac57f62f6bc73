"""An event simulation of agents who hold several contacts at once, each slower the more there are.

As in `staffing.core.simulation`, but every agent's contacts are kept apart: a new one goes to whoever
holds the fewest, and an agent with k contacts ends one of them at k over the handling time of k. Ends
are drawn one at a time from the sum of all agents' rates, which changes with every event.
"""

from collections.abc import Sequence

import numpy as np

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation import (
    COUNTS,
    OFFERED,
    Demand,
    Rules,
    SimulatedQueue,
    demand_and_rules,
    hang_up,
    record_answer,
)
from wfm.compiled import compiled


def simulate_chat(
    queue: SimulatedQueue,
    *,
    concurrency: int,
    growth_rate: float,
    days: int,
    seed: int | Sequence[int],
) -> FloatArray:
    """Return counts by day x interval of arrival x count, as `simulation.simulate` does.

    The queue's AHT is that of an agent with all places taken; handling times are exponential.
    """
    demand, rules = demand_and_rules(queue)
    most = 1.0 + growth_rate * (concurrency - 1)
    held = np.arange(concurrency + 1)
    speeds = held * most / np.maximum(1.0 + growth_rate * (held - 1), 1e-9)
    return np.asarray(simulate_chat_days(demand, rules, speeds, days, np.random.default_rng(seed)))


@compiled
def simulate_chat_days(
    demand: Demand, rules: Rules, speeds: FloatArray, days: int, chance: np.random.Generator
) -> FloatArray:
    """Run the days one after the other; speeds are contacts ended per AHT by contacts held."""
    counts = np.zeros((days, demand.agents.size, COUNTS))
    for day in range(days):
        simulate_chat_day(counts[day], demand, rules, speeds, chance)
    return counts


@compiled
def simulate_chat_day(
    counts: FloatArray,
    demand: Demand,
    rules: Rules,
    speeds: FloatArray,
    chance: np.random.Generator,
) -> None:
    """Run one day interval by interval; who waits at its end is answered by those still there."""
    held = np.zeros(0, np.int64)
    waiting = [(0.0, 0.0, 0.0) for _ in range(0)]
    head = 0
    for interval in range(demand.agents.size):
        held = change_shift(held, demand.agents[interval])
        clock = interval * rules.interval_seconds
        head = fill_places(clock, counts, waiting, head, held, speeds, rules)
        rate = demand.arrival_rate[interval]
        arrival = clock + chance.exponential(1.0 / rate) if rate > 0.0 else np.inf
        ends = clock + rules.interval_seconds
        while True:
            total = speeds[held].sum() / demand.aht_seconds[interval]
            done = clock + chance.exponential(1.0 / total) if total > 0.0 else np.inf
            clock = min(done, arrival)
            if clock >= ends:
                break
            if done < arrival:
                held[whose_end(held, speeds, chance)] -= 1
            else:
                counts[interval, OFFERED] += 1.0
                patience = demand.patience_seconds[interval]
                leaves = np.inf if np.isinf(patience) else clock + chance.exponential(patience)
                waiting.append((clock, leaves, float(interval)))
                arrival = clock + chance.exponential(1.0 / rate)
            head = fill_places(clock, counts, waiting, head, held, speeds, rules)
    clock = demand.agents.size * rules.interval_seconds
    while head < len(waiting) and held.size > 0:
        clock += chance.exponential(demand.aht_seconds[-1] / speeds[held].sum())
        held[whose_end(held, speeds, chance)] -= 1
        head = fill_places(clock, counts, waiting, head, held, speeds, rules)
    while head < len(waiting):
        head = hang_up(counts, waiting, head, rules)


@compiled
def change_shift(held: IntArray, agents: int) -> IntArray:
    """Return the contacts of those who stay, most first, and of those who come."""
    stay = np.sort(held)[::-1][:agents]
    changed = np.zeros(agents, np.int64)
    changed[: stay.size] = stay
    return changed


@compiled
def fill_places(
    clock: float,
    counts: FloatArray,
    waiting: list[tuple[float, float, float]],
    head: int,
    held: IntArray,
    speeds: FloatArray,
    rules: Rules,
) -> int:
    """Give waiting contacts to the least busy agents; return the new head of the queue."""
    while head < len(waiting) and held.size > 0:
        agent = int(held.argmin())
        if held[agent] >= speeds.size - 1:
            break
        if waiting[head][1] < clock:
            head = hang_up(counts, waiting, head, rules)
        else:
            record_answer(clock, counts, waiting[head], rules)
            held[agent] += 1
            head += 1
    return head


@compiled
def whose_end(held: IntArray, speeds: FloatArray, chance: np.random.Generator) -> int:
    """Draw the agent whose contact ends next, in proportion to the agents' rates."""
    rates = speeds[held]
    left = chance.random() * rates.sum()
    for agent in range(held.size):
        left -= rates[agent]
        if left < 0.0:
            return agent
    return int(rates.argmax())
