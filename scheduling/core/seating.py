"""Find desks for those whom the first schedule left without one: they sit down, others move over."""

import numpy as np
from numpy.typing import NDArray

from scheduling.core.improve import StopRule
from scheduling.core.roster import Roster

ATTEMPTS_PER_AGENT = 40
NOISES = (1.0, 5.0, 25.0)


def seat_everyone(
    roster: Roster, waiting: list[int], *, rng: np.random.Generator, stop: StopRule
) -> None:
    """Place the waiting as far as desks allow; the roster keeps the schedule with fewest left over."""
    best, best_missing = roster.tour_list(), len(waiting)
    missing = list(waiting)
    for _ in range(ATTEMPTS_PER_AGENT * len(waiting)):
        if not missing or stop():
            break
        agent = missing.pop(int(rng.integers(len(missing))))
        tour = roster.best_tour(agent, _weights(roster, agent, rng), ignores_seats=True)
        roster.put(agent, tour)
        missing += _make_room(roster, agent, rng)
        missing = [other for other in rng.permutation(missing) if not _place(roster, other, rng)]
        if len(missing) < best_missing:
            best, best_missing = roster.tour_list(), len(missing)
    roster.load(best)


def _weights(roster: Roster, agent: int, rng: np.random.Generator) -> NDArray[np.float64]:
    weights = roster.coverage.weights(roster.masks[agent])
    scale = float(rng.choice(NOISES)) * roster.cost_unit
    return np.asarray(
        weights + np.repeat(rng.normal(0, scale, len(weights) // 8 + 1), 8)[: len(weights)]
    )


def _make_room(roster: Roster, newcomer: int, rng: np.random.Generator) -> list[int]:
    """Take others out until the site is no longer crowded."""
    site = roster.data.agents[newcomer].site
    taken = []
    while crowd := [agent for agent in roster.without_desk(site) if agent != newcomer]:
        agent = int(rng.choice(crowd))
        roster.take(agent)
        taken.append(agent)
    if roster.without_desk(site):
        # Not one desk for the newcomer's own shifts.
        roster.take(newcomer)
        taken.append(newcomer)
    return taken


def _place(roster: Roster, agent: int, rng: np.random.Generator) -> bool:
    tour = roster.best_tour(agent, _weights(roster, agent, rng))
    roster.put(agent, tour)
    return tour is not None
