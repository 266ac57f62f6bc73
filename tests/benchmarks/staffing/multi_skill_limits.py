"""How few people of a chain can do in the steady state: every split of them lived through.

With two skills each a handful of people cannot be split as evenly as their work: of five for four queues
alike, somebody's queue has two people fewer who can do it than another. What no split of the pooled
number keeps, no plan of a day can.
"""

from itertools import product

import numpy as np

from staffing.core.multi_skill_bounds import pooled_agents
from staffing.core.multi_skill_lived import Trial, live_through
from tests.staffing.core.multi_skill_days import chain, day, queue

LOADS = ((4, 0.75), (4, 1.5), (4, 2.6), (4, 5.0), (6, 1.2), (6, 8.0))
"""Queues, and the erlang of each: from the night to the peak of the two small days."""
INTERVALS, OPENING, SEED = 24, 4, 5
CONTACTS, MOST_MORE, GOAL = 300_000, 6, 0.8


def limits_table() -> str:
    """Return the fewest people of each load, and the best split of the pooled number."""
    rows = [
        "| queues | erlang each | pooled | best split of these: worst queue | fewest of a chain | over |",
        "|---|---|---|---|---|---|",
    ]
    for count, erlangs in LOADS:
        a_day = _flat_day(count, erlangs)
        pooled = int(pooled_agents(a_day)[-1])
        levels = {}
        for people in range(pooled, pooled + MOST_MORE):
            levels[people] = best_level(count, erlangs, people)
            if levels[people] >= GOAL:
                break
        rows.append(
            f"| {count} | {erlangs} | {pooled} | {levels[pooled]:.1%} | {people} "
            f"| {people / pooled - 1:+.1%} |"
        )
    return "\n".join(rows)


def best_level(count: int, erlangs: float, people: int) -> float:
    """Return the worst queue's level with the best split; all that differ by up to two are tried."""
    a_day = _flat_day(count, erlangs)
    trial = Trial.of(a_day, contacts=CONTACTS, seed=SEED)
    levels = []
    for split in _splits(count, people):
        lived = live_through(a_day, np.tile(np.array(split)[:, np.newaxis], INTERVALS), trial)
        good, counted = lived.good[:, OPENING:].sum(axis=1), lived.counted[:, OPENING:].sum(axis=1)
        levels.append(float((good / counted).min()))
    return max(levels)


def _splits(count: int, people: int) -> list[tuple[int, ...]]:
    """Return splits over a ring of groups, of those alike but for a turn one."""
    low, high = max(people // count - 1, 0), -(-people // count) + 1
    found = {
        min(split[turn:] + split[:turn] for turn in range(count))
        for split in product(range(low, high + 1), repeat=count)
        if sum(split) == people
    }
    return sorted(found)


def _flat_day(count: int, erlangs: float):
    flat = np.ones(INTERVALS)
    return day([queue(f"q{n}", erlangs, day=flat) for n in range(count)], chain(count))
