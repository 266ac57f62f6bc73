"""The exact best week of one agent for given worths of the slots: a dynamic programme over the days.

The state is (days in a row, days worked, paid time); every start band of the week is followed at the same
time. The result is exact. Rest between two shifts is implied by the start band of most contracts; where it is
not, the few weeks that break it are cut off by branching on the pair of shifts.
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, gcd
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from scheduling.core.data import AgentRules, ContractRules, FixedShift, Horizon
from scheduling.core.shapes import NEVER, Shape, best_breaks, shapes_of, start_values

MAX_REST_BRANCHES = 200

ShapeValues: TypeAlias = NDArray[np.float64]
BreakChooser: TypeAlias = Callable[[Shape, int], tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class PlacedShift:
    """One shift of a tour; `shape` is None for a fixed one."""

    day: int
    start_slot: int
    end_slot: int
    shape: int | None
    breaks: tuple[int, ...]
    paid_minutes: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Tour:
    """One agent's week and the slots it covers."""

    shifts: tuple[PlacedShift, ...]
    working: NDArray[np.int64]
    present: NDArray[np.int64]
    value: float


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """A restriction that branching on rest adds to one day."""

    day: int
    earliest_start: int = 0
    latest_end: int = 1 << 30


class TourModel:
    """The legal weeks of agents who share a contract and everything that binds them this week."""

    def __init__(self, agent: AgentRules, contract: ContractRules, horizon: Horizon) -> None:
        """Read the rules into arrays."""
        self.agent, self.contract, self.horizon = agent, contract, horizon
        self.shapes = shapes_of(contract, interval_minutes=horizon.interval_minutes)
        self.fixed = {shift.day: shift for shift in agent.fixed}
        self.rest_slots = ceil(contract.min_rest_minutes / horizon.interval_minutes)
        self._read_starts()
        self._read_paid()
        self._read_limits()

    # -- rules into arrays -------------------------------------------------------------------

    def _read_starts(self) -> None:
        """Which shape may start where: spans, start grid, earliest and latest start, fixed days."""
        table = self.horizon.start_slots
        minutes = np.arange(table.shape[1]) * self.horizon.interval_minutes
        legal = np.zeros((len(self.shapes), *table.shape), dtype=bool)
        for number, shape in enumerate(self.shapes):
            pattern = self.contract.patterns[shape.pattern]
            on_grid = (minutes % pattern.start_grid_minutes == 0) & (
                (minutes >= pattern.earliest_start_minute)
                & (minutes <= pattern.latest_start_minute)
            )
            for day, spans in enumerate(self.agent.spans):
                if day in self.fixed or (pattern.days is not None and day not in pattern.days):
                    continue
                starts = table[day]
                inside = np.zeros(len(starts), dtype=bool)
                for low, high in spans:
                    inside |= (starts >= low) & (starts + shape.length <= high)
                legal[number, day] = inside & on_grid & (starts < self.horizon.slots)
        self._keep_rest_to_fixed(legal, table)
        used = np.flatnonzero(legal.any(axis=(0, 1)))
        first, last = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 1)
        self.start_table = table[:, first:last]
        self.legal = legal[:, :, first:last]
        band = self.contract.start_band_minutes // self.horizon.interval_minutes
        self.band = band if band < last - first - 1 else None

    def _keep_rest_to_fixed(self, legal: NDArray[np.bool_], table: NDArray[np.int64]) -> None:
        for shift in self.fixed.values():
            for number, shape in enumerate(self.shapes):
                clear = (table >= shift.end_slot + self.rest_slots) | (
                    table + shape.length <= shift.start_slot - self.rest_slots
                )
                legal[number] &= clear

    def _read_paid(self) -> None:
        """Group shapes by paid time; weeks are counted in the greatest common step."""
        paid = sorted({shape.paid_minutes for shape in self.shapes})
        fixed_paid = [shift.paid_minutes for shift in self.fixed.values()]
        self.paid_step = gcd(*paid, *fixed_paid) or self.horizon.interval_minutes
        self.paid_classes = tuple(paid)
        self.members = [
            [n for n, shape in enumerate(self.shapes) if shape.paid_minutes == minutes]
            for minutes in paid
        ]

    def _read_limits(self) -> None:
        agent, contract = self.agent, self.contract
        low, high = (days - sum(agent.credited_days) for days in contract.days_per_week)
        self.days_range = (max(0, low), max(0, min(high, self.horizon.days)))
        low, high = (m - sum(agent.credited_minutes) for m in contract.paid_minutes_per_week)
        self.paid_range = (max(0, ceil(low / self.paid_step)), max(0, high // self.paid_step))
        longest = self.days_range[1] + agent.previous_run_days
        binds = longest > contract.max_consecutive_days
        self.run_states = contract.max_consecutive_days + 1 if binds else 1
        self.first_run = min(agent.previous_run_days, self.run_states - 1)
        most = max((*self.paid_classes, *(s.paid_minutes for s in self.fixed.values())), default=0)
        self.one_paid_class = len(self.paid_classes) == 1 and not self.fixed
        full = self.days_range[1] * most // self.paid_step
        self.paid_states = 1 if self.one_paid_class else min(full, self.paid_range[1]) + 1

    # -- worth of shifts ---------------------------------------------------------------------

    def shape_values(self, weights: NDArray[np.float64]) -> ShapeValues:
        """Worth of each shape at each start slot; shared by all agents with these shapes and skills."""
        cumulative = np.concatenate([[0.0], np.cumsum(weights)])
        return np.stack([start_values(shape, cumulative) for shape in self.shapes])

    def _day_values(self, values: ShapeValues, legal: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Best worth [paid class, day, start]."""
        at_starts = np.where(legal, values[:, self.start_table], NEVER)
        if len(self.members) == len(self.shapes):
            order = [group[0] for group in self.members]
            return at_starts if order == sorted(order) else at_starts[order]
        return np.stack([at_starts[group].max(axis=0) for group in self.members])

    def _banded(self, day_values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Best worth [paid class, day, band]: the best start of each window of starts."""
        if self.band is None:
            return np.asarray(day_values.max(axis=2, keepdims=True))
        padding = np.full((*day_values.shape[:2], self.band), NEVER)
        padded = np.concatenate([day_values, padding], axis=2)
        return np.asarray(sliding_window_view(padded, self.band + 1, axis=2).max(axis=3))

    # -- the programme over the days ---------------------------------------------------------

    def _options(self, day: int) -> list[tuple[int, int]]:
        """Paid class (or -1 for a fixed shift) and its steps of paid time."""
        if day in self.fixed:
            return [(-1, self.fixed[day].paid_minutes // self.paid_step)]
        if self.one_paid_class:
            return [(0, 0)]
        return [(j, minutes // self.paid_step) for j, minutes in enumerate(self.paid_classes)]

    def _forward(self, banded: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        bands = banded.shape[2]
        shape = (self.run_states, self.days_range[1] + 1, self.paid_states, bands)
        layer = np.full(shape, NEVER)
        layer[self.first_run, 0, 0] = 0.0
        layers = [layer]
        for day in range(self.horizon.days):
            following = np.full(shape, NEVER)
            if day not in self.fixed:
                following[0] = layer.max(axis=0)
            source = layer[:-1] if self.run_states > 1 else layer
            target = following[1:] if self.run_states > 1 else following
            for j, steps in self._options(day):
                if steps >= self.paid_states:
                    continue
                worth = banded[j, day] if j >= 0 else 0.0
                into = target[:, 1:, steps:]
                came = source[:, :-1, : self.paid_states - steps] + worth
                np.maximum(into, came, out=into)
            layers.append(following)
            layer = following
        return layers

    def _final(self, layer: NDArray[np.float64]) -> NDArray[np.float64]:
        """The last layer with every week outside the limits struck out."""
        final = np.full(layer.shape, NEVER)
        low, high = self.days_range
        if self.one_paid_class:
            step = self.paid_classes[0] // self.paid_step
            for days in range(low, high + 1):
                if self.paid_range[0] <= days * step <= self.paid_range[1]:
                    final[:, days] = layer[:, days]
        else:
            first, last = self.paid_range
            final[:, low : high + 1, first : last + 1] = layer[:, low : high + 1, first : last + 1]
        return final

    def priced(
        self, weights: NDArray[np.float64], values: ShapeValues
    ) -> tuple[float, Tour | None]:
        """A value that no legal week exceeds, and the best legal tour.

        The value leaves rest between shifts out where the start band does not imply it.
        """
        value, week = self._relaxed(values, self.legal)
        if self._rest_broken(week) is not None:
            return value, self.best_tour(weights, values)
        if value <= NEVER / 2:
            return value, None
        return value, self._tour_at_best_breaks(week, weights, value)

    def _relaxed(
        self, values: ShapeValues, legal: NDArray[np.bool_]
    ) -> tuple[float, list[tuple[int, int | None, int]]]:
        """Best week without the rest rule: (day, shape or None, start slot) of each shift."""
        day_values = self._day_values(values, legal)
        banded = self._banded(day_values)
        layers = self._forward(banded)
        final = self._final(layers[-1])
        best = int(np.argmax(final))
        value = float(final.flat[best])
        if value <= NEVER / 2:
            return NEVER, []
        run, count, paid, band = (int(i) for i in np.unravel_index(best, final.shape))
        chosen = []
        for day in reversed(range(self.horizon.days)):
            before, here = layers[day], layers[day + 1][run, count, paid, band]
            step = self._step_back(before, banded, here, (day, run, count, paid, band))
            if step is None:
                run = int(np.argmax(before[:, count, paid, band]))
                continue
            j, run, paid = step
            count -= 1
            chosen.append(self._pick(day_values, values, legal, (day, j, band)))
        return value, chosen[::-1]

    def _step_back(
        self,
        before: NDArray[np.float64],
        banded: NDArray[np.float64],
        here: float,
        state: tuple[int, int, int, int, int],
    ) -> tuple[int, int, int] | None:
        """The paid class, run and paid time that the state was reached from; None for a day off."""
        day, run, count, paid, band = state
        off_allowed = day not in self.fixed and (self.run_states == 1 or run == 0)
        if off_allowed and before[:, count, paid, band].max() == here:
            return None
        earlier = run - 1 if self.run_states > 1 else run
        for j, steps in self._options(day):
            worth = float(banded[j, day, band]) if j >= 0 else 0.0
            if (
                count
                and steps <= paid
                and earlier >= 0
                and before[earlier, count - 1, paid - steps, band] + worth == here
            ):
                return j, earlier, paid - steps
        raise AssertionError(f"No way back on day {day} of {self.agent.key}.")

    def _pick(
        self,
        day_values: NDArray[np.float64],
        values: ShapeValues,
        legal: NDArray[np.bool_],
        choice: tuple[int, int, int],
    ) -> tuple[int, int | None, int]:
        day, j, band = choice
        if j < 0:
            return day, None, self.fixed[day].start_slot
        row = day_values[j, day]
        if self.band is None:
            place = int(np.argmax(row))
        else:
            place = band + int(np.argmax(row[band : band + self.band + 1]))
        start = int(self.start_table[day, place])
        shape = max(
            (n for n in self.members[j] if legal[n, day, place]), key=lambda n: values[n, start]
        )
        return day, shape, start

    # -- rest by branching -------------------------------------------------------------------

    def _with_cuts(self, cuts: tuple[_Cut, ...]) -> NDArray[np.bool_]:
        if not cuts:
            return self.legal
        legal = self.legal.copy()
        for cut in cuts:
            starts = self.start_table[cut.day]
            for number, shape in enumerate(self.shapes):
                legal[number, cut.day] &= (starts >= cut.earliest_start) & (
                    starts + shape.length <= cut.latest_end
                )
        return legal

    def _end(self, day: int, shape: int | None, start: int) -> int:
        return self.fixed[day].end_slot if shape is None else start + self.shapes[shape].length

    def _rest_broken(self, week: list[tuple[int, int | None, int]]) -> tuple[int, int] | None:
        """Index of the second shift of the first pair without rest, and the latest end it allows."""
        for number in range(1, len(week)):
            latest_end = week[number][2] - self.rest_slots
            if self._end(*week[number - 1]) > latest_end:
                return number, latest_end
        return None

    def best_week(self, values: ShapeValues) -> tuple[float, list[tuple[int, int | None, int]]]:
        """The exact best week; `NEVER` and nothing where no legal week exists."""
        value, week = self._relaxed(values, self.legal)
        if self._rest_broken(week) is None:
            return value, week
        serial = 0
        heap: list[tuple[float, int, tuple[_Cut, ...], list[tuple[int, int | None, int]]]] = []
        heapq.heappush(heap, (-value, serial, (), week))
        for _ in range(MAX_REST_BRANCHES):
            if not heap:
                break
            bound, _, cuts, week = heapq.heappop(heap)
            broken = self._rest_broken(week)
            if broken is None:
                return -bound, week
            number, latest_end = broken
            ends_early = _Cut(day=week[number - 1][0], latest_end=latest_end)
            starts_late = _Cut(day=week[number][0], earliest_start=week[number][2] + 1)
            for cut in (ends_early, starts_late):
                child = (*cuts, cut)
                value, found = self._relaxed(values, self._with_cuts(child))
                if value > NEVER / 2:
                    serial += 1
                    heapq.heappush(heap, (-value, serial, child, found))
        return NEVER, []

    def reachable_totals(self) -> set[tuple[int, int]]:
        """Days worked and paid minutes of all weeks within the limits, rest left out."""
        values = self.shape_values(np.zeros(self.horizon.slots))
        banded = self._banded(self._day_values(values, self.legal))
        reached = (self._forward(banded)[-1] > NEVER / 2).any(axis=(0, 3))
        totals = set()
        for days, steps in np.argwhere(reached):
            minutes = (
                int(days) * self.paid_classes[0]
                if self.one_paid_class
                else (int(steps) * self.paid_step)
            )
            totals.add((int(days), minutes))
        return totals

    def has_week(self) -> bool:
        """True where at least one legal week exists."""
        return self.best_week(self.shape_values(np.zeros(self.horizon.slots)))[0] > NEVER / 2

    # -- a tour ------------------------------------------------------------------------------

    def best_tour(
        self, weights: NDArray[np.float64], values: ShapeValues | None = None
    ) -> Tour | None:
        """The best legal tour for these worths of the slots; None where no legal week exists."""
        if values is None:
            values = self.shape_values(weights)
        value, week = self.best_week(values)
        return None if value <= NEVER / 2 else self._tour_at_best_breaks(week, weights, value)

    def _tour_at_best_breaks(
        self, week: list[tuple[int, int | None, int]], weights: NDArray[np.float64], value: float
    ) -> Tour:
        cumulative = np.concatenate([[0.0], np.cumsum(weights)])

        def breaks(shape: Shape, start: int) -> tuple[int, ...]:
            return best_breaks(shape, cumulative, start=start)

        return self.tour(week, breaks=breaks, value=value)

    def allows(self, day: int, number: int, start: int) -> bool:
        """True where this shape may start there on this day."""
        if not 0 <= number < len(self.shapes) or not 0 <= day < self.horizon.days:
            return False
        places = np.flatnonzero(self.start_table[day] == start)
        return bool(len(places)) and bool(self.legal[number, day, places[0]])

    def tour_with(
        self, week: list[tuple[int, int | None, int]], breaks: Mapping[int, tuple[int, ...]]
    ) -> Tour:
        """A tour whose breaks are given for each day."""
        by_start = {(number, start): breaks[day] for day, number, start in week}
        return self.tour(
            week, breaks=lambda shape, start: by_start[self.shapes.index(shape), start]
        )

    def tour(
        self, week: list[tuple[int, int | None, int]], *, breaks: BreakChooser, value: float = 0.0
    ) -> Tour:
        """Place the breaks of a week."""
        shifts, working, present = [], [], []
        for day, number, start in week:
            if number is None:
                placed, slots, held = _fixed_shift(self.fixed[day])
            else:
                shape = self.shapes[number]
                offsets = breaks(shape, start)
                placed = PlacedShift(
                    day=day,
                    start_slot=start,
                    end_slot=start + shape.length,
                    shape=number,
                    breaks=offsets,
                    paid_minutes=shape.paid_minutes,
                )
                slots = shape.working_slots(start=start, breaks=offsets)
                held = shape.present_slots(start=start)
            shifts.append(placed)
            working.append(slots)
            present.append(held)
        empty = np.zeros(0, dtype=np.int64)
        return Tour(
            shifts=tuple(shifts),
            working=np.concatenate([empty, *working]),
            present=np.concatenate([empty, *present]),
            value=value,
        )


def _fixed_shift(
    shift: FixedShift,
) -> tuple[PlacedShift, NDArray[np.int64], NDArray[np.int64]]:
    placed = PlacedShift(
        day=shift.day,
        start_slot=shift.start_slot,
        end_slot=shift.end_slot,
        shape=None,
        breaks=(),
        paid_minutes=shift.paid_minutes,
    )
    inside = np.asarray(shift.working_slots, dtype=np.int64)
    return placed, inside, np.arange(shift.start_slot, shift.end_slot)
