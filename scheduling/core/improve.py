"""Better schedules by giving a few agents at a time their best week on the current marginal costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduling.core.roster import Roster
from scheduling.core.tours import Tour

StopRule: TypeAlias = Callable[[], bool]
Noise: TypeAlias = NDArray[np.float64]

AGENTS_ALIKE = 2_000
"""For each so many agents of a roster one more of a class starts with the same tour; passes tell them apart."""
SLOTS_PER_STRETCH = 8
SLOPES = (0.2, 0.2, 0.4, 0.4)


def construct(roster: Roster, *, rng: np.random.Generator, stop: StopRule) -> None:
    """Place agent after agent where they save most; in large rosters a few of a class at a time.

    Those who find no seat try once more at the end.
    """
    together = 1 + len(roster.tours) // AGENTS_ALIKE
    alike = {id(group): list(group.members) for group in roster.classes}
    for agent in rng.permutation(len(roster.tours)):
        if stop():
            return
        if roster.tours[agent] is None:
            weights = roster.coverage.weights(roster.masks[agent])
            tour = roster.best_tour(agent, weights)
            roster.put(agent, tour)
            if tour is not None and together > 1 and not roster.needs_seat[agent]:
                _put_others(roster, alike[id(roster.class_of[agent])], tour, together - 1)


def _put_others(roster: Roster, members: list[int], tour: Tour, count: int) -> None:
    """Give the same tour to the next members who have none; the list loses those who have one."""
    while members and count:
        member = members.pop()
        if roster.tours[member] is None:
            roster.put(member, tour)
            count -= 1


def best_responses(roster: Roster, *, rng: np.random.Generator, stop: StopRule) -> None:
    """Give every agent their best week in turn until nobody can save anything."""
    cost = roster.cost()
    while not stop():
        for agent in rng.permutation(roster.placed()):
            if stop():
                return
            old = roster.take(agent)
            tour = roster.best_tour(agent, roster.coverage.weights(roster.masks[agent]))
            roster.put(agent, tour or old)
        after = roster.cost()
        if after >= cost - 1e-9:
            return
        cost = after


def follow_programme(
    roster: Roster,
    profile: Mapping[int, NDArray[np.float64]],
    worth: Mapping[int, NDArray[np.float64]],
    *,
    rng: np.random.Generator,
    stop: StopRule,
    keep: Callable[[], object],
) -> None:
    """Passes in which each agent takes their best tour at the programme's prices, bent towards its cover.

    Where fewer people of a skill set are there than in the programme's solution a slot is worth more than its
    price, where more are there less; the bend grows from pass to pass. Then come best responses on true costs.

    Args:
        roster: the schedule, complete.
        profile: the programme's people per skill set and slot.
        worth: what a slot is worth to each skill set at its prices.
        rng: draws the order.
        stop: asked before every agent.
        keep: told after each pass.
    """
    most = max(roster.data.under_cost.values(), default=1.0)
    for slope in SLOPES:
        for agent in rng.permutation(roster.placed()):
            if stop():
                return
            mask = roster.masks[agent]
            old = roster.take(agent)
            missing = profile[mask] - roster.staffed[mask] - 0.5
            weights = worth[mask] + slope * roster.cost_unit * missing
            weights = np.clip(weights, -roster.data.over_cost, most)
            roster.put(agent, roster.best_tour(agent, weights) or old)
        keep()
    best_responses(roster, rng=rng, stop=stop)
    keep()


@dataclass(frozen=True, kw_only=True, eq=False)
class AnnealParams:
    """How boldly a round of small re-plannings begins; it ends greedy.

    Temperature and noise count in costs of one idle slot.
    `worth` are the programme's duals as the worth of a slot per skill set. Mixed into the marginal
    costs they keep a re-planned week part of a good whole; without them the search gets stuck.
    """

    moves: int
    group_size: int = 4
    temperature: float = 15.0
    noise: float = 1.0
    worth: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    worth_share_max: float = 0.6


def anneal(
    roster: Roster, params: AnnealParams, *, rng: np.random.Generator, stop: StopRule
) -> float:
    """Re-plan small groups and keep what costs no more, or a little more at first.

    Returns the lowest cost; the roster holds the schedule that has it.
    """
    placed = np.array(roster.placed())
    cost = best_cost = roster.cost()
    best, unit = roster.tour_list(), roster.cost_unit
    if not len(placed):
        return best_cost
    for move in range(params.moves):
        if stop():
            break
        heat = 1.0 - move / params.moves
        size = min(len(placed), int(rng.integers(1, params.group_size + 1)))
        group = rng.choice(placed, size, replace=False)
        before = _replan(roster, group, params=params, heat=heat, rng=rng)
        after = roster.cost()
        tolerance = -params.temperature * unit * heat**2 * np.log(max(rng.random(), 1e-12))
        if after > cost + tolerance:
            _put_back(roster, group, before)
            continue
        cost = after
        if cost < best_cost - 1e-9:
            best_cost, best = cost, roster.tour_list()
    if cost > best_cost:
        roster.load(best)
    return best_cost


def _noise(params: AnnealParams, *, slots: int, heat: float, rng: np.random.Generator) -> Noise:
    """Noise by slot and by stretches of two hours; none in half of the moves."""
    if rng.random() < 0.5:
        return np.zeros(slots)
    scale = params.noise * heat
    by_stretch = np.repeat(
        rng.normal(0.0, scale, slots // SLOTS_PER_STRETCH + 1), SLOTS_PER_STRETCH
    )
    return by_stretch[:slots] + rng.normal(0.0, scale, slots)


def _replan(
    roster: Roster,
    group: NDArray[np.int64],
    *,
    params: AnnealParams,
    heat: float,
    rng: np.random.Generator,
) -> list[Tour | None]:
    """Take the group out and put each back at its best; return the tours they had.

    Where a member finds no seat on the way back, all keep what they had.
    """
    before = [roster.take(agent) for agent in group]
    noise = _noise(params, slots=roster.data.horizon.slots, heat=heat, rng=rng)
    for agent in rng.permutation(group):
        mask = roster.masks[agent]
        weights = roster.coverage.weights(mask) + roster.cost_unit * noise
        if mask in params.worth:
            share = params.worth_share_max * rng.random()
            weights = (1 - share) * weights + share * params.worth[mask]
        tour = roster.best_tour(agent, weights)
        if tour is None:
            _put_back(roster, group, before)
            return before
        roster.put(agent, tour)
    return before


def _put_back(roster: Roster, group: NDArray[np.int64], tours: list[Tour | None]) -> None:
    for agent in group:
        roster.take(agent)
    for agent, tour in zip(group, tours, strict=True):
        roster.put(agent, tour)
