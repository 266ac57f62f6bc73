"""Why an agent works this shift on a day, and what a wish would have cost.

Prices are exact: the agent is taken out, the marginal costs of what is left are read, and the best legal tour
is found with and without the condition. The difference is what the condition costs while everybody else stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import Wish
from scheduling.core.priced_tours import (
    PricedTour,
    best_priced,
    demand_day,
    desks_closed,
    forbid_day,
    kept,
    no_bonus,
    place_of,
    saved_by,
    without,
)
from scheduling.core.roster import Roster
from scheduling.core.rule_book import RULES
from scheduling.core.tours import PlacedShift, TourModel

CHOICES = 6


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Another way to spend the day and what it costs more, everybody else staying.

    Both sides have the agent's best other days, so that only the day is compared.
    """

    kind: str
    """`day_off`, `start`."""
    start_slot: int | None
    shape: int | None
    extra_cost: float


@dataclass(frozen=True, kw_only=True)
class DayReason:
    """Why an agent works this shift, or none, on a day."""

    agent: int
    day: int
    shift: PlacedShift | None
    saved_cost: float
    """What the shift saves by itself at the present margin."""
    short_slots: int
    """Its slots in which somebody would be missing without it."""
    choices: tuple[Choice, ...]
    """The next best ones, the cheapest first."""
    can_save: float
    """What the agent's best tour saves more than the present one; 0 in a finished solve."""


@dataclass(frozen=True, kw_only=True)
class WishPrice:
    """What a wish costs; None where no legal tour keeps it, then with the rule in its way."""

    wish: Wish
    is_kept: bool
    extra_cost: float | None
    rule: str = ""


class _Out:
    """An agent taken out of the roster for a while, with the marginal costs of what is left."""

    def __init__(self, roster: Roster, agent: int) -> None:
        self.roster, self.agent = roster, agent
        self.model = roster.class_of[agent].model
        self.tour = roster.take(agent)
        self.weights = roster.coverage.weights(roster.masks[agent])
        self.closed = desks_closed(roster, agent)
        self.present = 0.0 if self.tour is None else saved_by(self.tour, self.weights)

    @cached_property
    def best(self) -> float:
        """What the agent's best tour saves."""
        found = best_priced(self.model, self.weights, closed=self.closed)
        return self.present if found is None else max(self.present, found.saved_cost)

    def with_this(self, day: int, shift: PlacedShift | None) -> float:
        """What the best tour saves that spends the day as now; the present one where none is legal."""
        if shift is None:
            found = self.with_day(day, None)
        elif shift.shape is None:
            found = None
        else:
            wanted = np.zeros(self.model.by_day.shape[1:], dtype=bool)
            place = place_of(self.model, day, shift.start_slot)
            if place is not None:
                wanted[shift.shape, place] = True
            found = self.with_day(day, wanted)
        return self.present if found is None else max(self.present, found.saved_cost)

    def back(self) -> None:
        """Put the agent back."""
        self.roster.put(self.agent, self.tour)

    def shift(self, day: int) -> PlacedShift | None:
        """The agent's shift of a day."""
        shifts = () if self.tour is None else self.tour.shifts
        return next((shift for shift in shifts if shift.day == day), None)

    def with_day(self, day: int, wanted: NDArray[np.bool_] | None) -> PricedTour | None:
        """The best tour with the day off (None), or with a shift out of `wanted` [shape, place]."""
        bonus = no_bonus(self.model)
        if wanted is None:
            forbid_day(bonus, day)
            return kept(best_priced(self.model, self.weights, bonus, closed=self.closed))
        demand_day(bonus, day, wanted)
        found = best_priced(self.model, self.weights, bonus, closed=self.closed)
        return kept(found, demands=1)


def explain_day(roster: Roster, *, agent: int, day: int, choices: int = CHOICES) -> DayReason:
    """Say why the agent works this shift on the day, and what the next best choices cost more."""
    out = _Out(roster, agent)
    try:
        shift = out.shift(day)
        own = np.zeros(0, dtype=np.int64)
        if shift is not None and out.tour is not None:
            working = out.tour.working
            own = working[(working >= shift.start_slot) & (working < shift.end_slot)]
        return DayReason(
            agent=agent,
            day=day,
            shift=shift,
            saved_cost=float(out.weights[own].sum()),
            short_slots=int((out.weights[own] > 0).sum()),
            choices=_choices(out, day, shift, choices),
            can_save=max(0.0, out.best - out.present),
        )
    finally:
        out.back()


def _choices(out: _Out, day: int, shift: PlacedShift | None, count: int) -> tuple[Choice, ...]:
    found: list[Choice] = []
    if day in out.model.fixed:
        return ()
    present = out.with_this(day, shift)
    if shift is not None:
        off = out.with_day(day, None)
        if off is not None:
            extra = present - off.saved_cost
            found.append(Choice(kind="day_off", start_slot=None, shape=None, extra_cost=extra))
    for place in _best_places(out, day, shift)[:count]:
        wanted = np.zeros(out.model.by_day.shape[1:], dtype=bool)
        wanted[:, place] = out.model.by_day[day, :, place]
        priced = out.with_day(day, wanted)
        if priced is not None:
            chosen = next(s for s in priced.tour.shifts if s.day == day)
            found.append(
                Choice(
                    kind="start",
                    start_slot=chosen.start_slot,
                    shape=chosen.shape,
                    extra_cost=present - priced.saved_cost,
                )
            )
    return tuple(sorted(found, key=lambda choice: choice.extra_cost))


def _best_places(out: _Out, day: int, shift: PlacedShift | None) -> list[int]:
    """Places of other starts, those first whose shift alone saves most on the day."""
    model = out.model
    running = np.concatenate([[0.0], np.cumsum(out.weights)])
    worths: dict[int, float] = {}
    for number, shape in enumerate(model.shapes):
        for place in np.flatnonzero(model.by_day[day, number]):
            start = int(model.start_table[day, place])
            worth = sum(
                float(running[start + offset + length] - running[start + offset])
                for offset, length in shape.pieces
            )
            worths[int(place)] = max(worths.get(int(place), -np.inf), worth)
    present = None if shift is None else place_of(model, day, shift.start_slot)
    if present is not None:
        worths.pop(present, None)
    return sorted(worths, key=lambda place: -worths[place])


def price_wish(roster: Roster, *, agent: int, wish: Wish) -> WishPrice:
    """What keeping a wish costs while everybody else stays: the agent's best tour without and with it.

    Args:
        roster: the schedule.
        agent: whose wish.
        wish: a day off, or a start within minutes of the day, a pattern, or both.

    """
    out = _Out(roster, agent)
    try:
        wanted = wished_starts(out.model, wish) if wish.works else None
        if is_wish_kept(out.model, out.shift(wish.day), wish):
            return WishPrice(wish=wish, is_kept=True, extra_cost=0.0)
        found = out.with_day(wish.day, wanted)
        if found is not None:
            extra = max(0.0, out.best - found.saved_cost)
            return WishPrice(wish=wish, is_kept=False, extra_cost=extra)
        rule = _rule_against_wish(out.model, wish)
        return WishPrice(wish=wish, is_kept=False, extra_cost=None, rule=rule)
    finally:
        out.back()


def wished_starts(model: TourModel, wish: Wish) -> NDArray[np.bool_]:
    """[shape, place] of the starts that keep a wish for work."""
    places = np.arange(model.by_day.shape[2]) + model.first_place
    minutes = places * model.horizon.interval_minutes
    inside = (minutes >= wish.earliest_start_minute) & (minutes <= wish.latest_start_minute)
    patterns = [model.contract.patterns[shape.pattern].key for shape in model.shapes]
    named = np.array([wish.pattern in {"", key} for key in patterns], dtype=bool)
    return np.asarray(named[:, None] & inside[None, :])


def is_wish_kept(model: TourModel, shift: PlacedShift | None, wish: Wish) -> bool:
    """True where the day looks as wished."""
    if shift is None or not wish.works:
        return shift is None and not wish.works
    if shift.shape is None:
        return False
    place = place_of(model, wish.day, shift.start_slot)
    return place is not None and bool(wished_starts(model, wish)[shift.shape, place])


def _rule_against_wish(model: TourModel, wish: Wish) -> str:
    """The single rule without which the wish could be kept; `several` where there is none."""
    weights = np.zeros(model.horizon.slots)
    for rule in RULES:
        if not rule.binds(model.agent, model.contract, model.horizon):
            continue
        free = without(model, rule)
        bonus = no_bonus(free)
        if wish.works:
            demand_day(bonus, wish.day, wished_starts(free, wish) & free.by_day[wish.day])
        else:
            forbid_day(bonus, wish.day)
        if kept(best_priced(free, weights, bonus), demands=int(wish.works)) is not None:
            return rule.key
    return "several"
