"""Hybrid people planned again together with their days in the office, where less gets done there.

Shifts are chosen before days in the office are, so that a shift may stand where the office costs most. Here one
person after another takes the best week on the true marginal costs of all others, days in the office included:
a start at home is worth its cover, in the office what is done there and a price u for the day. Few prices,
halved in on, give weeks with more and fewer days there; of these the best that meets the ratio is taken, and only
where the whole schedule gets cheaper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData, WorkMode
from scheduling.core.office_days import (
    DAYS_PER_WEEK,
    OfficePlan,
    asked_days,
    open_slots,
    shift_slots,
)
from scheduling.core.tour_facts import NEVER, POSSIBLE

if TYPE_CHECKING:
    from scheduling.core.joint_state import JointState
    from scheduling.core.tours import Tour, TourModel

Floats = NDArray[np.float64]
RATIO_STEPS = 8
TINY = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class _Week:
    """A tour and its days in the office."""

    tour: Tour
    days: frozenset[int]


def move_with_office(
    data: ScheduleData,
    state: JointState,
    plan: OfficePlan,
    *,
    rng: np.random.Generator,
    stop: Callable[[], bool],
) -> OfficePlan:
    """Plan people again with their days in the office until nobody saves anything; returns the plan.

    Args:
        data: rules, desks, ratios; no deferred work.
        state: with the plan's people seated; it follows.
        plan: days in the office that meet the ratios as far as desks allow.
        rng: the order of people.
        stop: ends it.

    """
    moves = _Moves(data, state, plan)
    cost = state.cost().total
    while True:
        before = cost
        for agent in rng.permutation(moves.movable()):
            if stop():
                return moves.plan()
            cost = moves.move(int(agent), cost)
        if cost >= before - 1e-6:
            return moves.plan()


class _Moves:
    """Who is in the office when, while people move."""

    def __init__(self, data: ScheduleData, state: JointState, plan: OfficePlan) -> None:
        self.data, self.state, self.given = data, state, plan
        self.days: dict[int, set[int]] = {}
        for agent, day in plan.in_office:
            self.days.setdefault(agent, set()).add(day)
        self.opened = {site: open_slots(data, site) for site in {a.site for a in data.agents}}

    def plan(self) -> OfficePlan:
        """The plan as it is now."""
        days = frozenset((agent, day) for agent, own in self.days.items() for day in own)
        return replace(self.given, in_office=days)

    def movable(self) -> list[int]:
        """Hybrid people who lose time in the office, lack no day there and whom nothing ties to days."""
        tied = {conflict.agent for conflict in self.given.conflicts}
        called = {key for a in self.data.activities if a.needs_office for key in a.attendants}
        return [
            number
            for number, agent in enumerate(self.data.agents)
            if agent.work_mode == WorkMode.HYBRID
            and agent.office_days_per_week is not None
            and self.data.office_rate_of(agent) < 1.0
            and not (agent.fixed or agent.office_days or any(agent.credited_days))
            and number not in tied
            and agent.key not in called
            and self.state.tours[number] is not None
        ]

    def move(self, agent: int, cost: float) -> float:
        """Give an agent the best week found; the cost after it, the same where nothing is gained."""
        tour = self.state.tours[agent]
        assert tour is not None
        old = _Week(tour=tour, days=frozenset(self.days.get(agent, ())))
        self._take(agent, old)
        best, least = old, cost
        for week in self._weeks(agent):
            self._put(agent, week)
            found = self.state.cost().total
            self._take(agent, week)
            if found < least - TINY:
                best, least = week, found
        self._put(agent, best)
        return least

    def _take(self, agent: int, week: _Week) -> None:
        self._sit(agent, week, count=-1)
        self.state.take(agent)

    def _put(self, agent: int, week: _Week) -> None:
        self.state.put(agent, week.tour)
        self._sit(agent, week, count=1)
        self.days[agent] = set(week.days)

    def _sit(self, agent: int, week: _Week, *, count: int) -> None:
        seated = self.state.roster.seated.get(self.data.agents[agent].site)
        for number, shift in enumerate(week.tour.shifts):
            if shift.day in week.days:
                present, working = shift_slots(week.tour, number)
                self.state.sit(agent, working, count=count)
                if seated is not None:
                    seated[present] += count

    # -- the weeks of one agent --------------------------------------------------------------

    def _weeks(self, agent: int) -> list[_Week]:
        """Weeks that meet the ratio, best for some price of a day in the office."""
        roster, rules = self.state.roster, self.data.agents[agent]
        model = roster.class_of[agent].model
        weights = roster.coverage.weights(roster.masks[agent])
        home = worth_of_starts(model, weights)
        lost = 1.0 - self.data.office_rate_of(rules)
        idle = self.data.over_cost * np.array(
            [shape.length - sum(rule.length for rule in shape.breaks) for shape in model.shapes]
        )
        loss = lost * np.maximum(0.0, home + idle[None, :, None])
        loss[~self._seats(agent, model)] = -NEVER
        own = model.bonus if model.bonus.size else 0.0
        asked = asked_days(rules, week=0, worked=DAYS_PER_WEEK)
        low, high = 0.0, float(loss[loss < -POSSIBLE].max(initial=0.0))
        found: list[_Week] = []
        seen: set[object] = set()
        for step in range(RATIO_STEPS):
            price = (low + high) / 2 if step else 0.0
            bonus = home + own + np.maximum(0.0, price - loss)
            roster.evaluations += 1
            tour = model.best_tour(np.zeros(len(weights)), bonus=np.ascontiguousarray(bonus))
            if tour is None:
                break
            week, days = self._in_office(at_best_breaks(tour, weights), loss, price, asked)
            key = None if week is None else (tuple(tour.days), tuple(tour.starts), week.days)
            if week is not None and key not in seen:
                seen.add(key)
                found.append(week)
            low, high = (low, price) if days > asked[0] * self.data.weeks else (price, high)
        return found

    def _seats(self, agent: int, model: TourModel) -> NDArray[np.bool_]:
        """[day, shape, place] where a shift finds a desk all through in an open office."""
        rules, roster = self.data.agents[agent], self.state.roster
        closed = ~self.opened[rules.site]
        if rules.site in roster.seated:
            closed = closed | (roster.seated[rules.site] >= roster.data.seats[rules.site])
        running = np.concatenate([[0], np.cumsum(closed)])
        last, starts = len(closed), model.start_table
        found = np.ones(model.by_day.shape, dtype=bool)
        for number, shape in enumerate(model.shapes):
            for offset, length in shape.pieces:
                begin = np.minimum(starts + offset, last)
                end = np.minimum(starts + offset + length, last)
                found[:, number] &= running[end] == running[begin]
        found[sorted(rules.home_days)] = False
        return found

    def _in_office(
        self, tour: Tour, loss: Floats, price: float, asked: tuple[int, int]
    ) -> tuple[_Week | None, int]:
        """The cheapest days that meet the ratio, if any do, and how many cost less than the price."""
        by_week: dict[int, list[tuple[float, int]]] = {}
        for day, shape, start in zip(
            tour.days.tolist(), tour.shape_numbers.tolist(), tour.starts.tolist(), strict=True
        ):
            place = int(np.flatnonzero(tour.model.start_table[day] == start)[0])
            by_week.setdefault(day // DAYS_PER_WEEK, []).append((loss[day, shape, place], day))
        cheaper = sum(each <= price for rows in by_week.values() for each, _day in rows)
        days: set[int] = set()
        for rows in by_week.values():
            chosen = sorted(rows)[: asked[0]]
            if len(chosen) < asked[0] or (chosen[-1:] and chosen[-1][0] >= -POSSIBLE):
                return None, cheaper
            days |= {day for _each, day in chosen}
        return _Week(tour=tour, days=frozenset(days)), cheaper


def at_best_breaks(tour: Tour, weights: Floats) -> Tour:
    """The tour with its breaks where they cost least at these worths."""
    from scheduling.core.reoptimise import cheapest_breaks  # noqa: PLC0415 - no Numba in web processes

    running = np.concatenate([[0.0], np.cumsum(weights)])
    offsets = tour.offsets.copy()
    for row, (shape, start) in enumerate(
        zip(tour.shape_numbers.tolist(), tour.starts.tolist(), strict=True)
    ):
        if shape >= 0:
            best = cheapest_breaks(tour.model, shape, start, running)
            offsets[row, : len(best)] = best
    return type(tour)(
        tour.model,
        days=tour.days,
        shapes=tour.shape_numbers,
        starts=tour.starts,
        offsets=offsets,
        value=tour.value,
    )


def worth_of_starts(model: TourModel, worth: Floats) -> Floats:
    """[day, shape, place] what a shift is worth with its breaks where they cost least; 0 where none starts."""
    from scheduling.core.tour_loops import shift_worth  # noqa: PLC0415 - no Numba in web processes

    running = np.concatenate([[0.0], np.cumsum(worth)])
    found = np.zeros(model.by_day.shape)
    for day, shape, place in np.argwhere(model.by_day).tolist():
        start = int(model.start_table[day, place])
        found[day, shape, place] = shift_worth(running, start, model.tables, shape)
    return found
