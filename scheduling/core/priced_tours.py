"""The best tour of an agent under a wish, a ban or a bonus, priced in money without them.

Everything that explains or re-plans a schedule asks one question: what is this agent's best legal tour on the
present marginal costs, if one day must look so, or if what they have now is worth a little extra? Both are
bonuses on the starts of shifts; a start belongs to one day, so a bonus reaches exactly one day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.core.roster import Roster
from scheduling.core.rule_book import Rule
from scheduling.core.tours import EVERYTHING_OPEN, Closed, Tour, TourModel

FORCED = 1e8
"""Far above any cost of a schedule, far below what marks a start as illegal."""

Bonus = NDArray[np.float64]
"""Money on top of a shift [day, shape, place of the start]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PricedTour:
    """A legal tour and what it saves at the weights that were asked; bonuses are not in it."""

    tour: Tour
    saved_cost: float
    bonus: float = 0.0


def no_bonus(model: TourModel) -> Bonus:
    """Nothing on top of any start."""
    return np.zeros(model.by_day.shape)


def forbid_day(bonus: Bonus, day: int) -> None:
    """Ensure that the day is off."""
    bonus[day] = -FORCED


def demand_day(bonus: Bonus, day: int, wanted: NDArray[np.bool_]) -> None:
    """Ensure that the day has a shift and that it is one of `wanted` [shape, place]."""
    bonus[day] = np.where(wanted, FORCED, -FORCED)


def place_of(model: TourModel, day: int, start_slot: int) -> int | None:
    """Place of a start slot on a day; None where nothing ever starts there."""
    places = np.flatnonzero(model.start_table[day] == start_slot)
    return int(places[0]) if len(places) else None


def bonus_of(model: TourModel, bonus: Bonus, tour: Tour) -> float:
    """What the bonuses add to a tour."""
    total = 0.0
    for day, shape, start in zip(tour.days, tour.shape_numbers, tour.starts, strict=True):
        if shape >= 0:
            place = place_of(model, int(day), int(start))
            assert place is not None
            total += float(bonus[day, shape, place])
    return total


def best_priced(
    model: TourModel,
    weights: NDArray[np.float64],
    bonus: Bonus | None = None,
    *,
    closed: Closed = EVERYTHING_OPEN,
) -> PricedTour | None:
    """The best legal tour; None where none is legal.

    Args:
        model: whose tours.
        weights: cost saved by one more person in each slot.
        bonus: money on top of shifts, beside the agent's own wishes and allowances.
        closed: desks that are taken.

    """
    if bonus is None:
        tour = model.best_tour(weights, closed)
        return None if tour is None else PricedTour(tour=tour, saved_cost=saved_by(tour, weights))
    own = model.bonus if model.bonus.size else 0.0
    tour = model.best_tour(weights, closed, bonus=np.ascontiguousarray(bonus + own))
    if tour is None:
        return None
    return PricedTour(
        tour=tour, saved_cost=saved_by(tour, weights), bonus=bonus_of(model, bonus, tour)
    )


def kept(priced: PricedTour | None, *, demands: int = 0) -> PricedTour | None:
    """The priced tour where it meets all that was forced: `demands` days demanded, none forbidden."""
    if priced is None or priced.bonus < (demands - 0.5) * FORCED:
        return None
    return priced


def saved_by(tour: Tour, weights: NDArray[np.float64]) -> float:
    """What a tour saves at these weights, its own cost (pay, allowances, wishes) taken off."""
    return float(weights[tour.working].sum()) - tour.own_cost


def desks_closed(roster: Roster, agent: int) -> Closed:
    """Slots in which the agent's site has no desk left; the agent holds none now."""
    if not roster.needs_seat[agent]:
        return EVERYTHING_OPEN
    site = roster.data.agents[agent].site
    return Closed(blocked_slots=roster.seated[site] >= roster.data.seats[site])


def without(model: TourModel, *rules: Rule) -> TourModel:
    """The same agent with these rules switched off."""
    agent, contract = model.agent, model.contract
    for rule in rules:
        agent, contract = rule.off(agent, contract, model.horizon)
    return TourModel(agent, contract, model.horizon, first_weekday=model.first_weekday)
