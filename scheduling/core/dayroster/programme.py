"""The cheapest legal tours of one employee: an exact dynamic programme over the days.

How often a shift may be worked is part of the state only where it binds: the programme first runs
without such limits and takes up, one after the other, those that its tours break (decremental state
space relaxation: G. Righini and M. Salani, Networks 51, 2008, 155-170). Where that would need too
many states, working the shift is made dearer instead until the limit is kept (Lagrangian relaxation).
All that is returned along the way is a lower bound.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from scheduling.core.dayroster.data import (
    DAYS_PER_WEEK,
    OFF,
    SATURDAY,
    SUNDAY,
    BoolArray,
    FloatArray,
    IntArray,
    RosterData,
    Tour,
)
from scheduling.core.dayroster.kernels import (
    COUNTS_WEEKENDS,
    MOST_RUNNING,
    OFF_STATES,
    WEEKENDS,
    WEEKS,
    Bands,
    Options,
    Shape,
    cheapest_shifts,
    keep_ways_to_end,
    place_cells,
    reach_from_start,
)
from scheduling.core.dayroster.rules import Days, Groups, Rules
from scheduling.core.dayroster.sweeping import ends, sweep, way_to

EXACT_CELLS = 2_000_000
"""Where counting weekends would need more, their limit is kept by a price instead."""
COUNTING_CELLS = 2_000_000
"""Where counting a shift would need more, its limit is kept by a price instead."""
MOST_KEPT_BANDS = 250_000
MOST_COUNTED_BANDS, USUAL_WIDTH = 100_000, 8
"""Above so many, counting states takes longer than a programme without weekends."""
MOST_ATTEMPTS = 24
GENTLE_ATTEMPTS = 10
"""After so many, any legal tour will do."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tours:
    """What a run of the programme found."""

    bound: float
    """No legal tour costs less; infinite where there is none."""
    tours: tuple[Tour, ...]
    """Legal ones, the cheapest first; none where the limits of shifts could not be kept."""
    is_exact: bool
    """The first tour costs the bound."""


NO_TOURS = Tours(bound=math.inf, tours=(), is_exact=True)


class EmployeeProgramme:
    """The rules of one employee, ready for many costs."""

    def __init__(self, data: RosterData, number: int) -> None:
        self.rules = Rules(data, number)
        self.critical: set[int] = set()
        """Limits of shifts that bound in the last run over all days."""
        self.weekend_price = 0.0
        """What a worked weekend costs where the limit on weekends is left out."""
        self._bands: dict[tuple[frozenset[int], int], tuple[IntArray, IntArray]] = {}
        self._cells = 0

    def run(
        self,
        cost: FloatArray,
        *,
        free: BoolArray | None = None,
        fixed: Tour | None = None,
        most: int = 1,
        most_cells: int = EXACT_CELLS,
    ) -> Tours:
        """Return the cheapest tours where shift s on day d costs cost[d, s] and a day off nothing.

        Days that are not `free` are as in `fixed`. Where all days would have more states than
        `most_cells`, the limit on weekends is kept by a price, too.
        """
        if free is None or fixed is None or free.all():
            days = self.rules.all_days(cost)
        elif not free.any():
            return self._keep(cost, fixed)
        else:
            days = self.rules.days_around(cost, free, fixed)
        weekends_left: int | None = None
        if days.is_whole and days.sizes[COUNTS_WEEKENDS] and self.cells > most_cells:
            weekends_left = int(days.sizes[WEEKENDS]) - 1
            days = _without_weekends(days)
        found, bound = self._within_limits(days, most, weekends_left)
        legal = [
            tour
            for tour in found.tours
            if not self._broken(tour, days) and not self._weekends_over(tour, weekends_left)
        ]
        if days.is_whole and legal:
            counts = self._counts(legal[0], days)
            self.critical = {
                shift for shift in self.critical if counts[shift] >= days.limits[shift]
            }
        costs = [self._cost_of(tour, days) for tour in legal]
        order = np.argsort(costs, kind="stable").tolist()
        return Tours(
            bound=bound + days.outside_cost,
            tours=tuple(self._whole_tour(legal[place], days) for place in order),
            is_exact=bool(costs) and min(costs) <= bound,
        )

    def _within_limits(
        self, days: Days, most: int, weekends_left: int | None
    ) -> tuple[Tours, float]:
        """Count or price the limits that bind until the cheapest tour keeps them.

        A limit on weekends given here is always priced.
        """
        critical = set(self.critical) if days.is_whole else set[int]()
        prices, weekend_price, bound = np.zeros(len(days.limits)), 0.0, -math.inf
        costs = np.abs(days.cost[np.isfinite(days.cost)])
        usual = float(costs.mean()) if len(costs) else 1.0
        for attempt in range(MOST_ATTEMPTS):
            found = self._sweep(days, self._binding(days, critical), prices, most, weekend_price)
            worth = float(prices @ days.limits) + weekend_price * (weekends_left or 0)
            bound = max(bound, found.bound - worth)
            broken = self._broken(found.tours[0], days) if found.tours else {}
            over = self._weekends_over(found.tours[0], weekends_left) if found.tours else 0
            if not broken and not over:
                break
            for shift in sorted(broken, key=lambda shift: int(days.limits[shift])):
                if self._cells_with(days, critical | {shift}) <= COUNTING_CELLS:
                    critical.add(shift)
                    prices[shift] = 0.0
            step, factor = usual / (2 + attempt / 2), 1.0 if attempt <= GENTLE_ATTEMPTS else 2.0
            for shift in broken.keys() - critical:
                prices[shift] = factor * (prices[shift] + step * broken[shift])
            if over:
                weekend_price = factor * (weekend_price + step * over)
        if days.is_whole:
            self.critical = critical
        return found, bound

    @cached_property
    def cells(self) -> int:
        """How many states the programme of all days has where no shift is counted, about."""
        days = self.rules.all_days(np.zeros(self.rules.may_work.shape))
        groups, follows = self.rules.groups(frozenset()), self.rules.classes[1]
        runs = days.sizes[OFF_STATES] + (len(follows) - 1) * days.sizes[MOST_RUNNING]
        bands = len(days.cost) * int(runs) * int(days.sizes[WEEKENDS])
        if bands > MOST_COUNTED_BANDS:
            return bands * USUAL_WIDTH
        best, pick = cheapest_shifts(days.cost, follows, groups.group_of, len(groups.units))
        options = Options(best, pick, days.may_rest, days.is_free)
        low, high = self._reach(options, _shape(days, groups), days, frozenset())
        return int(np.maximum(high - low + 1, 0).sum())

    def _weekends_over(self, tour: Tour, weekends_left: int | None) -> int:
        if weekends_left is None:
            return 0
        return max(0, self.rules.weekends_worked(tour) - weekends_left)

    def _keep(self, cost: FloatArray, tour: Tour) -> Tours:
        works = np.flatnonzero(tour != OFF)
        return Tours(bound=float(cost[works, tour[works]].sum()), tours=(tour,), is_exact=True)

    def _whole_tour(self, tour: Tour, days: Days) -> Tour:
        whole = days.fixed.copy()
        whole[days.first : days.end] = tour
        return whole

    def _cost_of(self, tour: Tour, days: Days) -> float:
        works = np.flatnonzero(tour != OFF)
        return float(days.cost[works, tour[works]].sum())

    def _binding(self, days: Days, critical: set[int]) -> frozenset[int]:
        most = np.count_nonzero(days.is_free)
        return frozenset(shift for shift in critical if days.limits[shift] < most)

    def _counts(self, tour: Tour, days: Days) -> IntArray:
        return np.bincount(tour[days.is_free & (tour != OFF)], minlength=len(days.limits))

    def _broken(self, tour: Tour, days: Days) -> dict[int, int]:
        """Return by how much the limits of shifts are exceeded."""
        excess = self._counts(tour, days) - days.limits
        return {shift: int(excess[shift]) for shift in np.flatnonzero(excess > 0).tolist()}

    def _cells_with(self, days: Days, critical: set[int]) -> int:
        counted = self._binding(days, critical)
        return self._cells * math.prod(int(days.limits[shift]) + 1 for shift in counted)

    def relaxed_bound(self, cost: FloatArray, *, step: float) -> tuple[float, Tour | None]:
        """Return a bound in a fraction of the time, and the tour that it is the cost of.

        The limits on weekends and shifts are left out; a price of weekends stands for the first. It
        moves by `step` for each weekend too many or too few (Lagrangian relaxation).
        """
        days = self.rules.all_days(cost)
        weekends_left = int(days.sizes[WEEKENDS]) - 1
        price = self.weekend_price if days.sizes[COUNTS_WEEKENDS] else 0.0
        found = self._sweep(
            _without_weekends(days), frozenset(), np.zeros(len(days.limits)), 1, price
        )
        if not found.tours:
            return found.bound, None
        worked = self.rules.weekends_worked(found.tours[0])
        self.weekend_price = max(0.0, price + step * (worked - weekends_left))
        return found.bound - price * weekends_left, found.tours[0]

    def _sweep(
        self,
        days: Days,
        counted: frozenset[int],
        prices: FloatArray,
        most: int,
        weekend_price: float,
    ) -> Tours:
        rules, groups = self.rules, self.rules.groups(counted)
        best, pick = cheapest_shifts(
            days.cost + prices, rules.classes[1], groups.group_of, len(groups.units)
        )
        if weekend_price > 0.0:
            _charge_weekends(best[: int(days.sizes[WEEKS]) * DAYS_PER_WEEK], weekend_price)
        options = Options(best, pick, days.may_rest, days.is_free)
        shape = _shape(days, groups)
        low, high = self._reach(options, shape, days, counted)
        tallies = shape.room.shape[1]
        base, cells = place_cells(low, high, tallies)
        self._cells = cells // tallies
        if base[0].max() < 0 or base[-1].max() < 0:
            return NO_TOURS
        bands = Bands(low, high, base)
        value, choice = sweep(options, shape, bands, cells)
        last = ends(value, bands, tallies, most)
        if not len(last):
            return NO_TOURS
        tours = tuple(way_to(end, choice, options, shape, bands) for end in last)
        return Tours(bound=float(value[last[0, 4]]), tours=tours, is_exact=True)

    def _reach(
        self, options: Options, shape: Shape, days: Days, counted: frozenset[int]
    ) -> tuple[IntArray, IntArray]:
        key = (counted, int(days.sizes[WEEKENDS]))
        if days.is_whole and key in self._bands:
            return self._bands[key]
        low, high = reach_from_start(options, shape)
        bands = keep_ways_to_end(options, shape, low, high)
        if days.is_whole and bands[0].size <= MOST_KEPT_BANDS:
            self._bands[key] = bands
        return bands


def _without_weekends(days: Days) -> Days:
    sizes = days.sizes.copy()
    sizes[COUNTS_WEEKENDS], sizes[WEEKENDS] = 0, 1
    return replace(days, sizes=sizes)


def _charge_weekends(best: FloatArray, price: float) -> None:
    """Let each worked weekend cost a price: on Saturday, or on Sunday after a Saturday off."""
    best[SATURDAY::DAYS_PER_WEEK] += price
    best[SUNDAY::DAYS_PER_WEEK, 0] += price


def _shape(days: Days, groups: Groups) -> Shape:
    room, strides = _tallies([int(days.limits[shift]) for shift in groups.counted])
    return Shape(days.sizes, groups.units, groups.classes, groups.counters, room, strides)


def _tallies(limits: list[int]) -> tuple[BoolArray, IntArray]:
    """Return where one more of each counted shift fits, and how far its tally is away."""
    strides = np.ones(max(1, len(limits)), dtype=np.int64)
    for place in range(1, len(limits)):
        strides[place] = strides[place - 1] * (limits[place - 1] + 1)
    size = math.prod(limit + 1 for limit in limits)
    tallies = np.arange(size)
    room = np.ones((max(1, len(limits)), size), dtype=np.bool_)
    for place, limit in enumerate(limits):
        room[place] = tallies // strides[place] % (limit + 1) < limit
    return room, strides
