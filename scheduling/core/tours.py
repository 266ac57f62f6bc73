"""The exact best tour of one agent over the horizon for given worths of the slots.

The compiled loops find the best weeks without regard to rest between shifts, which most start bands imply.
Where the tour found breaks it, the pair of shifts is branched on: the first ends earlier or the second starts
later, the better promise first. So the result stays exact.
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import AgentRules, ContractRules, FixedShift, Horizon
from scheduling.core.shapes import NEVER, Shape, shapes_of
from scheduling.core.tour_facts import DAYS_OF, Desks, Limits, Places, Weeks
from scheduling.core.tour_tables import (
    WEEKDAYS,
    legal_starts,
    own_worths,
    rest_slots_of,
    shape_tables,
    week_tables,
)

MAX_REST_BRANCHES, MAX_REST_DIVES = 200, 2000
PERIOD_STEPS = 24

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
BreakChooser: TypeAlias = Callable[[Shape, int], tuple[int, ...]]
Placed: TypeAlias = tuple[int, int | None, int]
"""Day, shape (None for a fixed shift) and start slot."""
Week: TypeAlias = list[Placed]
DayLimits: TypeAlias = tuple[Ints, Ints]
"""Per day the first slot at which a shift may start and the last at which it may end."""


@dataclass(frozen=True, kw_only=True)
class PlacedShift:
    """One shift of a tour; `shape` is None for a fixed one."""

    day: int
    start_slot: int
    end_slot: int
    shape: int | None
    breaks: tuple[int, ...]
    paid_minutes: int


class Tour:
    """One agent's shifts and the slots they cover."""

    def __init__(
        self,
        model: "TourModel",
        *,
        days: Ints,
        shapes: Ints,
        starts: Ints,
        offsets: Ints,
        value: float = 0.0,
    ) -> None:
        """Keep the shifts as arrays: day, shape (-1: fixed), start slot, offsets [shift, break]."""
        self.model, self.value = model, value
        self.days, self.shape_numbers, self.starts, self.offsets = days, shapes, starts, offsets

    @cached_property
    def shifts(self) -> tuple[PlacedShift, ...]:
        """The shifts in order."""
        return tuple(self.shift_at(row) for row in range(len(self.days)))

    def shift_at(self, row: int) -> PlacedShift:
        """The shift of a row."""
        return self.model.placed(
            int(self.days[row]),
            int(self.shape_numbers[row]),
            int(self.starts[row]),
            self.offsets[row],
        )

    @cached_property
    def working(self) -> Ints:
        """Slots on position."""
        own = self.shape_numbers >= 0
        slots: Ints = _loops().worked_slots(
            self.starts[own], self.shape_numbers[own], self.offsets[own], self.model.tables
        )
        fixed = [self.model.fixed[int(day)].working_slots for day in self.days[~own]]
        if not fixed:
            return slots
        return np.concatenate([slots, *(np.asarray(f, dtype=np.int64) for f in fixed)])

    @cached_property
    def present(self) -> Ints:
        """Slots in which a desk is held: breaks included, the gap of a split shift not."""
        parts = [np.zeros(0, dtype=np.int64)]
        for day, shape, start in zip(self.days, self.shape_numbers, self.starts, strict=True):
            if shape < 0:
                shift = self.model.fixed[int(day)]
                parts.append(np.arange(shift.start_slot, shift.end_slot))
            else:
                parts.append(self.model.shapes[shape].present_slots(start=int(start)))
        return np.concatenate(parts)

    def with_shift(self, day: int, *, start: int, offsets: tuple[int, ...]) -> "Tour":
        """The same tour with another start and other breaks on one day."""
        row = int(np.flatnonzero(self.days == day)[0])
        starts, breaks = self.starts.copy(), self.offsets.copy()
        starts[row] = start
        breaks[row, : len(offsets)] = offsets
        return Tour(
            self.model, days=self.days, shapes=self.shape_numbers, starts=starts, offsets=breaks
        )

    @cached_property
    def own_cost(self) -> float:
        """Money beside cover: pay that is the planner's choice, premium, allowances, wishes not kept."""
        return self.model.own_cost(self) if self.model.has_own_cost else 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Closed:
    """What is closed to a tour for now, beside the rules."""

    blocked_slots: Flags | None = None
    """Slots in which no desk is left."""
    seat_days: Flags | None = None
    """Days on which a shift needs a desk; None for all."""


EVERYTHING_OPEN = Closed()


class TourModel:
    """The legal tours of agents who share a contract and everything that binds them."""

    def __init__(
        self,
        agent: AgentRules,
        contract: ContractRules,
        horizon: Horizon,
        *,
        first_weekday: int = 0,
    ) -> None:
        """Read the rules into arrays."""
        self.agent, self.contract, self.horizon = agent, contract, horizon
        self.first_weekday = first_weekday
        self.shapes = shapes_of(contract, interval_minutes=horizon.interval_minutes)
        self.fixed = {shift.day: shift for shift in agent.fixed}
        self.rest_slots = rest_slots_of(contract, horizon)
        legal = legal_starts(agent, contract, self.shapes, horizon, rest_slots=self.rest_slots)
        used = np.flatnonzero(legal.any(axis=(0, 1)))
        self.first_place = int(used[0]) if len(used) else 0
        self.places = slice(self.first_place, int(used[-1]) + 1 if len(used) else 1)
        self.by_day = np.ascontiguousarray(legal[:, :, self.places])
        self.start_table = np.ascontiguousarray(horizon.start_slots[:, self.places])
        band = contract.start_band_minutes // horizon.interval_minutes
        self.band = min(band, self.start_table.shape[1] - 1)
        of_weeks = week_tables(agent, contract, self.shapes, horizon, first_weekday=first_weekday)
        self.weeks = of_weeks.weeks
        self.tables = shape_tables(self.shapes, of_weeks.kinds)
        self.fixed_kinds = of_weeks.fixed_kinds
        self.bonus = self._bonus()
        self.limits = self._limits()
        paid = contract.paid_cost_per_minute or contract.overtime_cost_per_minute
        self.has_own_cost = bool(agent.wishes or self.bonus.size or paid)
        """Whether tours cost anything beside cover."""

    def _bonus(self) -> Floats:
        worth = own_worths(self.agent, self.contract, self.shapes, self.horizon)
        return np.ascontiguousarray(worth[:, :, self.places]) if worth.size else worth

    def _limits(self) -> Limits:
        history = 0
        for worked in self.agent.previous_weekends[-3:]:
            history = history << 1 | worked
        weekends = self.contract.max_weekends_in_4_weeks
        return Limits(
            band=self.band,
            first_run=self.agent.previous_run_days,
            first_history=history,
            most_in_row=self.contract.max_consecutive_days,
            most_weekends=4 if weekends is None else weekends,
        )

    @property
    def legal(self) -> Flags:
        """[shape, day, place] where a shift may start."""
        return self.by_day.transpose(1, 0, 2)

    # -- the best tour -----------------------------------------------------------------------

    def best_tour(
        self,
        weights: Floats,
        closed: Closed = EVERYTHING_OPEN,
        *,
        bonus: Floats | None = None,
    ) -> Tour | None:
        """The best legal tour for these worths of the slots; None where no legal one exists.

        Args:
            weights: money saved by being on position, one per slot.
            closed: desks that are taken.
            bonus: [day, shape, place] instead of the agent's own wishes and allowances.
        """
        cumulative = _running(weights)
        value, week = self._best(cumulative, closed, self.bonus if bonus is None else bonus)
        return None if value <= NEVER / 2 else self._at_best_breaks(week, cumulative, value)

    def priced(self, weights: Floats) -> tuple[float, Tour | None]:
        """A value that no legal tour exceeds, and the best legal tour.

        The value leaves out rest between shifts and the hours of the whole period.
        """
        cumulative = _running(weights)
        value, week = self._relaxed(cumulative, EVERYTHING_OPEN, self.bonus)
        if value <= NEVER / 2:
            return value, None
        if self._is_legal(week):
            return value, self._at_best_breaks(week, cumulative, value)
        return value, self.best_tour(weights)

    def relaxed_value(self, weights: Floats) -> float:
        """The worth of the best tour if rest and the hours of the period bound nothing."""
        return self._relaxed(_running(weights), EVERYTHING_OPEN, self.bonus)[0]

    def has_week(self) -> bool:
        """True where at least one legal tour exists."""
        return self.best_tour(np.zeros(self.horizon.slots)) is not None

    def _relaxed(
        self,
        cumulative: Floats,
        closed: Closed,
        bonus: Floats,
        *,
        days: DayLimits | None = None,
        weeks: Weeks | None = None,
    ) -> tuple[float, Week]:
        limits = days or self._all_day()
        blocked = np.zeros(0, dtype=np.int64)
        if closed.blocked_slots is not None:
            blocked = np.concatenate([[0], np.cumsum(closed.blocked_slots)])
        seat_days = closed.seat_days
        if seat_days is None:
            seat_days = np.ones(self.horizon.days, dtype=bool)
        value, found = _loops().best_tour(
            cumulative,
            Desks(blocked=blocked, days=seat_days),
            self.tables,
            Places(
                starts=self.start_table,
                legal=self.by_day,
                bonus=bonus,
                fixed_kinds=self.fixed_kinds,
                earliest=limits[0],
                latest_end=limits[1],
            ),
            weeks or self.weeks,
            self.limits,
        )
        if value <= NEVER / 2:
            return NEVER, []
        tour: Week = []
        for day, (shape, place) in enumerate(found.tolist()):
            if shape >= 0:
                tour.append((day, shape, int(self.start_table[day, place])))
            elif day in self.fixed:
                tour.append((day, None, self.fixed[day].start_slot))
        return value, tour

    def _all_day(self) -> DayLimits:
        days = self.horizon.days
        return np.zeros(days, dtype=np.int64), np.full(days, self.horizon.slots)

    def _best(self, cumulative: Floats, closed: Closed, bonus: Floats) -> tuple[float, Week]:
        """The exact best tour, by branching on rest; by a price on time where the period binds."""
        value, week = self._rested(cumulative, closed, bonus)
        if value <= NEVER / 2 or self._keeps_period(week):
            return value, week
        return self._within_period(cumulative, closed, bonus)

    def _rested(
        self, cumulative: Floats, closed: Closed, bonus: Floats, *, weeks: Weeks | None = None
    ) -> tuple[float, Week]:
        serial, limits = 0, self._all_day()
        value, week = self._relaxed(cumulative, closed, bonus, days=limits, weeks=weeks)
        # Of equal promises the latest first: that soon leads to a tour that rests everywhere.
        heap: list[tuple[float, int, float, DayLimits, Week]] = [(-value, 0, value, limits, week)]
        for step in range(MAX_REST_BRANCHES + MAX_REST_DIVES):
            if not heap:
                break
            _, _, value, limits, week = heapq.heappop(heap)
            broken = self._rest_broken(week)
            if broken is None:
                return value, week
            found = [
                (*self._relaxed(cumulative, closed, bonus, days=branch, weeks=weeks), branch)
                for branch in self._branches(limits, week[broken - 1], week[broken])
            ]
            for value, week, branch in sorted(found, key=lambda f: f[0]):
                if value > NEVER / 2:
                    serial -= 1
                    # Where the best is far off, a good legal one by going on where it stands.
                    key = -value if step < MAX_REST_BRANCHES else -np.inf
                    heapq.heappush(heap, (key, serial, value, branch, week))
        return NEVER, []

    def _branches(
        self, limits: DayLimits, first: Placed, second: Placed
    ) -> tuple[DayLimits, DayLimits]:
        """Either the first shift ends by the middle of what is missing, or the second starts after."""
        middle = (self._end(*first) - 1 + second[2] - self.rest_slots) // 2
        earliest, latest_end = limits
        sooner, later = latest_end.copy(), earliest.copy()
        sooner[first[0]] = min(sooner[first[0]], middle)
        later[second[0]] = middle + 1 + self.rest_slots
        return (earliest, sooner), (later, latest_end)

    def _rest_broken(self, week: Week) -> int | None:
        """Number of the second shift of the first pair without rest between them."""
        for number in range(1, len(week)):
            if self._end(*week[number - 1]) > week[number][2] - self.rest_slots:
                fixed_pair = week[number - 1][1] is None and week[number][1] is None
                if not fixed_pair:
                    return number
        return None

    def _is_legal(self, week: Week) -> bool:
        return self._rest_broken(week) is None and self._keeps_period(week)

    # -- hours of the whole period -----------------------------------------------------------

    def paid_minutes(self, week: Week) -> int:
        """Paid time of all shifts."""
        return sum(
            self.fixed[day].paid_minutes if shape is None else self.shapes[shape].paid_minutes
            for day, shape, _ in week
        )

    def _keeps_period(self, week: Week) -> bool:
        limits = self.contract.paid_minutes_per_period
        if limits is None:
            return True
        return limits[0] <= self.paid_minutes(week) + sum(self.agent.credited_minutes) <= limits[1]

    def _within_period(
        self, cumulative: Floats, closed: Closed, bonus: Floats
    ) -> tuple[float, Week]:
        """A price on each paid minute, halved in until the period's hours are kept."""
        assert self.contract.paid_minutes_per_period is not None
        low, high = self.contract.paid_minutes_per_period
        granted = sum(self.agent.credited_minutes)
        dearest = float(np.abs(np.diff(cumulative)).max(initial=1.0)) + 1.0
        ends = [-dearest, dearest]
        best: tuple[float, Week] = (NEVER, [])
        for _ in range(PERIOD_STEPS):
            price = (ends[0] + ends[1]) / 2 / self.horizon.interval_minutes * 2
            value, week = self._rested(cumulative, closed, bonus, weeks=self._with_price(price))
            if value <= NEVER / 2:
                return best
            paid = self.paid_minutes(week) + granted
            if low <= paid <= high:
                own = value - price * self.paid_minutes(week)
                best = max(best, (own, week), key=lambda found: found[0])
            ends[paid > high or (paid >= low and price > 0)] = (ends[0] + ends[1]) / 2
            if low <= paid <= high and abs(price) < 1e-9:
                break
        return best

    def _with_price(self, price: float) -> Weeks:
        """The week's tables with so much money more for each paid minute."""
        states, masks = self.weeks.of_state, self.weeks.of_mask
        if states.shape[1] == 1:
            paid = self.shapes[0].paid_minutes if self.shapes else 0
            masks = np.where(masks > NEVER / 2, masks + price * paid * DAYS_OF, NEVER)
        else:
            minutes = self.minutes_of_state()
            states = np.where(states > NEVER / 2, states + price * minutes, NEVER)
        return self.weeks._replace(of_state=states, of_mask=masks)

    def minutes_of_state(self) -> Ints:
        """Paid minutes of each state of a week's automaton."""
        splits = (self.contract.max_split_shifts_per_week or 0) + 1
        paid = sorted({s.paid_minutes for s in self.shapes})
        fixed = sorted({s.paid_minutes for s in self.fixed.values()})
        step = int(np.gcd.reduce([*paid, *fixed]))
        return np.arange(self.weeks.of_state.shape[1]) // splits * step

    def week_range(self, week: int, *, hours: bool) -> tuple[float, float]:
        """Least and most days (or paid hours) of a week beside its fixed shifts and what is credited."""
        days = range(WEEKDAYS * week, WEEKDAYS * week + WEEKDAYS)
        fixed = [self.fixed[day] for day in days if day in self.fixed]
        credited = self.agent.credited_minutes if hours else self.agent.credited_days
        given = credited[week] if week < len(credited) else 0
        given += sum(shift.paid_minutes for shift in fixed) if hours else len(fixed)
        limits = self.contract.paid_minutes_per_week if hours else self.contract.days_per_week
        unit = 60 if hours else 1
        low, high = (max(0, limit - given) / unit for limit in limits)
        return low, high

    # -- what weeks are possible at all ------------------------------------------------------

    def reachable_totals(self, week: int = 0) -> set[tuple[int, int]]:
        """Days worked and paid minutes of all ways to fill a week in one start band.

        Rest, days in a row and the limits of the contract are left out.
        """
        first = WEEKDAYS * week
        totals: set[tuple[int, int]] = set()
        places = self.start_table.shape[1]
        for band in range(max(1, places - self.band)):
            reached = {(0, 0)}
            for day in range(first, min(first + WEEKDAYS, self.horizon.days)):
                if day in self.fixed:
                    paid, stays = {self.fixed[day].paid_minutes}, set()
                else:
                    window = self.by_day[day, :, band : band + self.band + 1].any(axis=1)
                    paid = {self.shapes[n].paid_minutes for n in np.flatnonzero(window)}
                    stays = reached if day not in self.agent.must_work else set()
                reached = stays | {(n + 1, m + more) for n, m in reached for more in paid}
            totals |= reached
        return totals

    # -- a tour ------------------------------------------------------------------------------

    def allows(self, day: int, number: int, start: int) -> bool:
        """True where this shape may start there on this day."""
        if not 0 <= number < len(self.shapes) or not 0 <= day < self.horizon.days:
            return False
        places = np.flatnonzero(self.start_table[day] == start)
        return bool(len(places)) and bool(self.by_day[day, number, places[0]])

    def tour_with(self, week: Week, breaks: Mapping[int, tuple[int, ...]]) -> Tour:
        """A tour whose breaks are given for each day."""
        by_start = {(number, start): breaks[day] for day, number, start in week}
        return self.tour(
            week, breaks=lambda shape, start: by_start[self.shapes.index(shape), start]
        )

    def tour(self, week: Week, *, breaks: BreakChooser, value: float = 0.0) -> Tour:
        """Place the breaks of a tour."""
        offsets = np.full((len(week), self.tables.breaks.shape[1]), -1)
        for row, (_, number, start) in enumerate(week):
            if number is not None:
                chosen = breaks(self.shapes[number], start)
                offsets[row, : len(chosen)] = chosen
        return self._tour(week, offsets, value)

    def _tour(self, week: Week, offsets: Ints, value: float) -> Tour:
        return Tour(
            self,
            days=np.array([day for day, _, _ in week], dtype=np.int64),
            shapes=np.array([-1 if n is None else n for _, n, _ in week], dtype=np.int64),
            starts=np.array([start for _, _, start in week], dtype=np.int64),
            offsets=offsets,
            value=value,
        )

    def _at_best_breaks(self, week: Week, cumulative: Floats, value: float) -> Tour:
        offsets = np.full((len(week), self.tables.breaks.shape[1]), -1)
        for row, (_, number, start) in enumerate(week):
            if number is not None:
                _loops().cheapest_breaks(
                    cumulative, start, self.tables.breaks[number], offsets[row]
                )
        return self._tour(week, offsets, value)

    def placed(self, day: int, shape: int, start: int, offsets: Ints) -> PlacedShift:
        """One shift with everything that follows from its shape."""
        if shape < 0:
            return _fixed_shift(self.fixed[day])
        return PlacedShift(
            day=day,
            start_slot=start,
            end_slot=start + self.shapes[shape].length,
            shape=shape,
            breaks=tuple(int(o) for o in offsets[: len(self.shapes[shape].breaks)]),
            paid_minutes=self.shapes[shape].paid_minutes,
        )

    def _end(self, day: int, shape: int | None, start: int) -> int:
        return self.fixed[day].end_slot if shape is None else start + self.shapes[shape].length

    def own_cost(self, tour: Tour) -> float:
        """Money that a tour costs beside cover, unkept wishes counted at their worth."""
        cost = sum(wish.worth for wish in self.agent.wishes if wish.works)
        paid = np.zeros(len(self.weeks.of_mask), dtype=np.int64)
        for shift in tour.shifts:
            paid[shift.day // WEEKDAYS] += shift.paid_minutes
            if shift.shape is not None and self.bonus.size:
                place = int(np.flatnonzero(self.start_table[shift.day] == shift.start_slot)[0])
                cost -= float(self.bonus[shift.day, shift.shape, place])
        contract, granted = self.contract, list(self.agent.credited_minutes)
        for week, minutes in enumerate(paid):
            cost += float(minutes) * contract.paid_cost_per_minute
            if contract.overtime_after_minutes is not None:
                total = minutes + (granted[week] if week < len(granted) else 0)
                beyond = max(0, int(total) - contract.overtime_after_minutes)
                cost += beyond * contract.overtime_cost_per_minute
        return cost


def _loops() -> Any:
    """The compiled loops; whoever only reads tours, as a page does, never loads a compiler."""
    from scheduling.core import tour_loops  # noqa: PLC0415

    return tour_loops


def _running(weights: Floats) -> Floats:
    cumulative = np.empty(len(weights) + 1)
    cumulative[0] = 0.0
    np.cumsum(weights, out=cumulative[1:])
    return cumulative


def _fixed_shift(shift: FixedShift) -> PlacedShift:
    return PlacedShift(
        day=shift.day,
        start_slot=shift.start_slot,
        end_slot=shift.end_slot,
        shape=None,
        breaks=(),
        paid_minutes=shift.paid_minutes,
    )
