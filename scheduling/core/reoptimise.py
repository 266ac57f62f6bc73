"""A published schedule after absences or a new requirement: how much change buys how much service.

Each agent's exact best tour on the true marginal costs is sought with money taken off for each change; the price of
change falls step by step, so the changes that recover most come first. Every step leaves a legal schedule and its
point on the curve; points that another one beats in both are dropped. What is frozen or worked stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scheduling.core import tour_loops
from scheduling.core.changes import (
    Change,
    ChangeKind,
    ChangePrices,
    by_day,
    changes_between,
    span_of,
)
from scheduling.core.priced_tours import (
    FORCED,
    Bonus,
    desks_closed,
    no_bonus,
    place_of,
)
from scheduling.core.reach import SHORT
from scheduling.core.roster import Roster
from scheduling.core.shapes import Shape
from scheduling.core.tours import PlacedShift, Tour, TourModel

Floats = NDArray[np.float64]
POINT_EVERY = 40
"""A point is drawn at the latest each time one agent in so many has moved."""
GROWTH = 5
"""And each time that one in so many of those who have moved before has: a small curve has points as well."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Point:
    """One schedule on the curve."""

    tours: tuple[Tour | None, ...]
    changes: tuple[Change, ...]
    change_price: float
    short_hours: float
    cost: float

    @property
    def by_kind(self) -> Counter[ChangeKind]:
        """Changes of each kind."""
        return Counter(change.kind for change in self.changes)


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """Changes against shortage: the first point changes nothing; more changes, less shortage."""

    points: tuple[Point, ...]
    unrestricted: Point
    """Planned again without regard to what is in force; the measure of what can be recovered."""

    @property
    def recoverable_hours(self) -> float:
        """Shortage that planning again takes away, by whatever many changes."""
        least = min(self.unrestricted.short_hours, self.points[-1].short_hours)
        return self.points[0].short_hours - least

    def recovered_share(self, point: Point) -> float:
        """Part of the recoverable shortage that a point takes away; 1 where there is none."""
        if self.recoverable_hours <= 0:
            return 1.0
        return (self.points[0].short_hours - point.short_hours) / self.recoverable_hours


@dataclass(frozen=True, kw_only=True)
class ReoptimiseParams:
    """Knobs: which days may change, from when, and how boldly the price of change falls."""

    prices: ChangePrices = field(default_factory=ChangePrices)
    now_slot: int = 0
    """Shifts that start before it stay as they are; notice counts from it."""
    frozen_days: frozenset[int] = frozenset()
    steps: int = 9
    """How often the price of change falls between the dearest useful change and almost nothing."""
    least_price: float = 0.05
    """What a change costs at the last of these steps, in costs of one person missing for an hour."""
    free_passes: int = 3
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse a curve that does not fall."""
        if self.steps < 2:
            raise ValueError(f"Expected at least 2 steps, got {self.steps}.")
        if self.least_price <= 0:
            raise ValueError(f"Expected least_price > 0, got {self.least_price}.")


def reoptimise(
    roster: Roster,
    *,
    before: Sequence[Tour | None],
    params: ReoptimiseParams | None = None,
    report: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Curve:
    """Draw the curve of changes against shortage.

    Args:
        roster: empty, over the data as it is now (absences closed and credited, new requirement).
        before: the schedule in force, without the shifts that absence takes away; None where an
            agent has none. Tours that the rules no longer allow stay until they are changed.
        params: what may change and what it counts.
        report: share of the work done.
        cancelled: ends the sweep; what is found so far is the curve.

    """
    sweep = _Sweep(roster, before, params or ReoptimiseParams())
    return sweep.run(report, cancelled)


class _Sweep:
    """The price of change falls; the schedule follows."""

    def __init__(
        self, roster: Roster, before: Sequence[Tour | None], params: ReoptimiseParams
    ) -> None:
        self.roster, self.params = roster, params
        self.before = list(before)
        self.prices = params.prices
        self.hours = roster.data.horizon.interval_minutes / 60
        self.shifts = [by_day(tour) for tour in before]
        self.rng = np.random.default_rng(params.seed)
        self.unit = float(np.max(roster.coverage.under_cost, initial=1.0)) / self.hours
        self.factors = [self._factor(day) for day in range(roster.data.horizon.days)]
        roster.load(before)

    def _factor(self, day: int) -> float:
        start = self.roster.data.horizon.day_starts[day]
        return self.prices.factor((start - self.params.now_slot) * self.hours)

    def run(self, report: Callable[[float], None], cancelled: Callable[[], bool]) -> Curve:
        """Sweep from dear to free; who gains most for a change goes first."""
        self.points, self.moved = [self._point()], 0
        movable = [n for n, tour in enumerate(self.before) if tour is not None]
        gains = {agent: self._gain_per_change(agent) for agent in movable if not cancelled()}
        least = self.params.least_price * self.unit
        highest = max([least, *gains.values()])
        ladder = np.geomspace(highest, least, self.params.steps + 1)[1:]
        turns = len(ladder) + 2
        for number, step in enumerate(ladder):
            if self.points[-1].short_hours <= SHORT:
                break
            # A gain can grow when others move: those near the price are asked, too.
            asked = [agent for agent in movable if gains.get(agent, 0.0) >= step / 2]
            self._pass(sorted(asked, key=lambda agent: -gains[agent]), float(step), cancelled)
            report((number + 2) / turns)
        free = self._unrestricted(movable, cancelled)
        report(1.0)
        return Curve(points=pareto(self.points), unrestricted=free)

    def _unrestricted(self, agents: Sequence[int], cancelled: Callable[[], bool]) -> Point:
        """Best responses from what is in force, any best tour as good as another."""
        self.roster.load(self.before)
        for _ in range(self.params.free_passes):
            cost = self.roster.cost()
            for agent in self.rng.permutation(agents):
                if cancelled():
                    break
                self._respond(int(agent), 0.0)
            if self.roster.cost() >= cost - 1e-6 or cancelled():
                break
        return self._point()

    def _pass(self, agents: Sequence[int], step: float, cancelled: Callable[[], bool]) -> None:
        """Ask agents in turn; a point each time so many have moved, and at the end."""
        most = max(1, len(self.before) // POINT_EVERY)
        since = 0
        for agent in agents:
            if cancelled():
                break
            since += self._respond(int(agent), step)
            if since >= min(most, max(2, self.moved // GROWTH)):
                self.points.append(self._point())
                self.moved += since
                since = 0
        self.moved += since
        self.points.append(self._point())

    def _gain_per_change(self, agent: int) -> float:
        """What the agent's best tour saves for each unit of change, before anybody moves."""
        roster = self.roster
        old = roster.take(agent)
        assert old is not None
        weights = roster.coverage.weights(roster.masks[agent])
        step = self.params.least_price * self.unit
        found = self._best(agent, roster.class_of[agent].model, weights, step)
        roster.put(agent, old)
        if found is None:
            return 0.0
        counted = sum(change.price for change in self.changes_of(agent, found))
        gain = self._worth(agent, found, weights, 0.0) - self._worth(agent, old, weights, 0.0)
        return gain / counted if counted else 0.0

    def _point(self) -> Point:
        changes = tuple(
            change
            for agent, tour in enumerate(self.roster.tours)
            for change in self.changes_of(agent, tour)
        )
        return Point(
            tours=tuple(self.roster.tours),
            changes=changes,
            change_price=sum(change.price for change in changes),
            short_hours=float(self.roster.coverage.shortage().sum()) * self.hours,
            cost=self.roster.cost(),
        )

    def changes_of(self, agent: int, tour: Tour | None) -> list[Change]:
        """How an agent's tour differs from the one in force."""
        if tour is self.before[agent]:
            return []
        return changes_between(
            agent, self.shifts[agent], by_day(tour), prices=self.prices, factors=self.factors
        )

    # -- one agent ---------------------------------------------------------------------------

    def _respond(self, agent: int, step: float) -> bool:
        """Give one agent the best tour after the price of change; True where it is another one.

        Where change is free, any best tour will do: what is in force has no privilege then.
        """
        roster = self.roster
        old = roster.take(agent)
        assert old is not None
        weights = roster.coverage.weights(roster.masks[agent])
        found = self._best(agent, roster.class_of[agent].model, weights, step)
        lead = 1e-6 if step > 0 else -1e-6
        if found is None or self._worth(agent, found, weights, step) <= (
            self._worth(agent, old, weights, step) + lead
        ):
            roster.put(agent, old)
            return False
        roster.put(agent, found)
        return True

    def _worth(self, agent: int, tour: Tour, weights: Floats, step: float) -> float:
        counted = sum(change.price for change in self.changes_of(agent, tour))
        return float(weights[tour.working].sum()) - tour.own_cost - step * counted

    def _best(self, agent: int, model: TourModel, weights: Floats, step: float) -> Tour | None:
        closed = desks_closed(self.roster, agent)
        if step == 0 and not self._has_frozen(agent, model):
            return model.best_tour(weights, closed)
        running = np.concatenate([[0.0], np.cumsum(weights)])
        bonus = self._bonus(agent, model, running, step)
        if model.bonus.size:
            bonus += model.bonus
        tour = model.best_tour(weights, closed, bonus=bonus)
        if tour is None or not self._keeps_frozen(agent, tour):
            return None
        return self._with_kept_breaks(agent, tour, running, step)

    def _bonus(self, agent: int, model: TourModel, running: Floats, step: float) -> Bonus:
        """Money on top of each start: the price of the change that it would be, negative."""
        prices, present = self.prices, self.shifts[agent]
        bonus = no_bonus(model)
        for day in range(model.horizon.days):
            factor = step * self.factors[day]
            shift = present.get(day)
            if self._is_frozen(model, day, shift):
                bonus[day] = -FORCED
                self._hold(model, bonus, day, shift, FORCED)
            elif shift is None:
                bonus[day] = -factor * prices.day_added
            else:
                # A day off forgoes this; so a cancelled day costs its price.
                base = factor * prices.day_cancelled
                bonus[day] = base - factor * prices.shift_changed
                if shift.shape is not None:
                    bonus[day, shift.shape] = base - factor * prices.start_moved
                    lost = self._lost_by_keeping(model, shift, running, factor)
                    self._hold(model, bonus, day, shift, base - lost)
        return bonus

    def _is_frozen(self, model: TourModel, day: int, shift: PlacedShift | None) -> bool:
        begins = model.horizon.day_starts[day] if shift is None else shift.start_slot
        return day in self.params.frozen_days or begins < self.params.now_slot

    def _has_frozen(self, agent: int, model: TourModel) -> bool:
        days = range(model.horizon.days)
        return any(self._is_frozen(model, day, self.shifts[agent].get(day)) for day in days)

    def _hold(
        self, model: TourModel, bonus: Bonus, day: int, shift: PlacedShift | None, worth: float
    ) -> None:
        if shift is None or shift.shape is None:
            return
        place = place_of(model, day, shift.start_slot)
        if place is not None:
            bonus[day, shift.shape, place] = worth

    def _keeps_frozen(self, agent: int, tour: Tour) -> bool:
        found = by_day(tour)
        model = self.roster.class_of[agent].model
        for day in range(model.horizon.days):
            shift = self.shifts[agent].get(day)
            if self._is_frozen(model, day, shift):
                now = found.get(day)
                if span_of(now) != span_of(shift):
                    return False
        return True

    # -- breaks ------------------------------------------------------------------------------

    def _lost_by_keeping(
        self, model: TourModel, shift: PlacedShift, running: Floats, factor: float
    ) -> float:
        """What the kept shift saves less than one with its breaks where they cost least."""
        assert shift.shape is not None
        shape = model.shapes[shift.shape]
        kept = _kept_breaks(model, shift, running, factor * self.prices.break_moved)
        best = cheapest_breaks(model, shift.shape, shift.start_slot, running)
        moved = float(kept != shift.breaks) * factor * self.prices.break_moved
        start = shift.start_slot
        return _lost(shape, start, kept, running) - _lost(shape, start, best, running) + moved

    def _with_kept_breaks(self, agent: int, tour: Tour, running: Floats, step: float) -> Tour:
        """The tour with the breaks of kept shifts where the price of moving them leaves them."""
        model = tour.model
        offsets = tour.offsets.copy()
        present = self.shifts[agent]
        for row, (day, number, start) in enumerate(
            zip(tour.days, tour.shape_numbers, tour.starts, strict=True)
        ):
            shift = present.get(int(day))
            if number < 0 or shift is None or (shift.shape, shift.start_slot) != (number, start):
                continue
            price = step * self.factors[int(day)] * self.prices.break_moved
            if self._is_frozen(model, int(day), shift):
                kept = shift.breaks
            else:
                kept = _kept_breaks(model, shift, running, price)
            offsets[row, : len(kept)] = kept
        return Tour(
            model,
            days=tour.days,
            shapes=tour.shape_numbers,
            starts=tour.starts,
            offsets=offsets,
            value=tour.value,
        )


def _lost(shape: Shape, start: int, breaks: Sequence[int], running: Floats) -> float:
    return sum(
        float(running[start + offset + rule.length] - running[start + offset])
        for rule, offset in zip(shape.breaks, breaks, strict=True)
    )


def cheapest_breaks(model: TourModel, shape: int, start: int, running: Floats) -> tuple[int, ...]:
    """Offsets of a shift's breaks where they cost least; the earliest of equals."""
    offsets = np.empty(model.tables.breaks.shape[1], dtype=np.int64)
    tour_loops.cheapest_breaks(running, start, model.tables.breaks[shape], offsets)
    return tuple(offsets[: len(model.shapes[shape].breaks)].tolist())


def _kept_breaks(
    model: TourModel, shift: PlacedShift, running: Floats, price: float
) -> tuple[int, ...]:
    """The breaks of a kept shift: all stay, or all move where that saves more than its price.

    Moving the breaks of a shift is one change, however many move.
    """
    assert shift.shape is not None
    best = cheapest_breaks(model, shift.shape, shift.start_slot, running)
    shape, start = model.shapes[shift.shape], shift.start_slot
    saved = _lost(shape, start, shift.breaks, running) - _lost(shape, start, best, running)
    return best if saved > price + 1e-9 else shift.breaks


def pareto(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points that no other one beats in both changes and shortage, by rising number of changes."""
    order = sorted(points, key=lambda p: (len(p.changes), p.short_hours, p.cost))
    found: list[Point] = []
    for point in order:
        if not found or point.short_hours < found[-1].short_hours - 1e-9:
            found.append(point)
    return tuple(found)
