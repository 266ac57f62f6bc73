"""From the programme's fractions to people: who works which days, for how long, in which start band.

The programme is solved; a few agents get the band, days and shapes of which it holds most; that is fixed as least
counts and the programme is solved again from its last basis. Whole parts of counts cost nothing. Where the value
jumps, the batch is taken back and halved; a single agent who costs too much is tried with other bands first.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scheduling.core.dive_order import LAST_TURN, Around, PlanOrder, goes_with
from scheduling.core.tour_facts import (
    DAYS_OF,
    MASKS,
    NEVER,
    POSSIBLE,
    Weeks,
)
from scheduling.core.tour_loops import kinds_of_week, week_worths
from scheduling.core.tour_tables import WEEKDAYS
from scheduling.core.tours import TourModel
from scheduling.core.week_programme import Group, Hull, WeekProgramme
from scheduling.core.whole_totals import WholeTotals

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WHOLE = 1.0 - 1e-6
ROOM = 0.9
"""Shifts that whole totals must leave where one more is planned; the solver's figures are not exact."""
JUMP = 7e-4
"""Part of the value by which a batch may raise it."""
IDLE_SLOTS = 0.5
"""Idle slots by whose cost each agent of a batch may raise it, where that is more."""
OTHER_BANDS = 3
SETTLED_AT = 100
"""Agents without a plan when the totals are made whole."""
TRIES = 15
"""Combinations of whole totals that are tried on the whole programme."""
ROOMS = 3
"""Times that plans are taken back where nobody left fits into whole totals."""
MADE = 10
"""Plans taken back for each agent who fits nowhere."""
BATCHES = 12
MEAN_WEIGHT = 2.0

REST_WEIGHT = 1.0
"""What a day counts for less whose every start may leave no rest to the weeks beside."""
FIRST_WEIGHT = 0.5
"""How much it counts that few sets of days are left to someone, by the logarithm."""


@dataclass(frozen=True, kw_only=True)
class WeekPlan:
    """What one agent works in a week; starts and breaks are still open within the band."""

    first_place: int
    last_place: int
    shapes: tuple[tuple[int, int], ...]
    """Day and shape of each shift."""


@dataclass(kw_only=True)
class _Choice:
    """One agent with a band and days."""

    agent: int
    number: int
    group: Group
    hull: Hull
    band: int
    shapes: tuple[tuple[int, int], ...]
    columns: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    """Columns of the totals that count its shifts."""


class Dive:
    """Plans of a week for all agents of a programme."""

    def __init__(
        self,
        programme: WeekProgramme,
        around: dict[int, Around],
        *,
        seed: int = 1,
    ) -> None:
        """Take a programme; `around` holds everyone whom it is about."""
        self.programme, self.around = programme, around
        self.rng = np.random.default_rng(seed)
        self.solver = programme.solver
        self.low = np.zeros(self.solver.size[1])
        self.planned = np.zeros(self.solver.size[1])
        """In the columns of totals: shifts of the agents with a plan."""
        self.booked: dict[int, float] = {}
        """By row of an account: what the agents with a plan work beyond what the row holds for them."""
        self.plans: dict[int, WeekPlan] = {}
        self.choices: dict[int, _Choice] = {}
        self.value = self.solver.value
        self.cutoff = np.inf
        self.iterations = 0
        self.free: dict[int, list[int]] = {
            n: [m for m in programme.pricer.classes[n].members if m in around]
            for group in programme.groups
            for n in group.classes
        }
        self.order = PlanOrder(programme, around, self.free)
        whole = programme.totals and around
        self.totals = WholeTotals(programme) if whole else None
        self.is_settled = self.is_whole = False
        self.rooms = ROOMS

    @property
    def waiting(self) -> int:
        """Agents without a plan."""
        return sum(len(members) for members in self.free.values())

    def run(self, stop: Callable[[], bool]) -> bool:
        """Plan everyone who fits somewhere; False where it was stopped or is no better."""
        with self._heeding(stop):
            return self._run(stop)

    @contextmanager
    def _heeding(self, stop: Callable[[], bool]) -> Iterator[None]:
        """Let `stop` end a solve halfway: one alone can take longer than the whole budget."""
        before = self.solver.stop
        self.solver.stop = stop
        try:
            yield
        finally:
            self.solver.stop = before

    def _run(self, stop: Callable[[], bool]) -> bool:
        size, most = self._sizes()
        while self.waiting:
            if stop():
                return False
            if self._may_settle():
                self._settle_totals(stop)
                size, most = self._sizes()
            beyond = self._beyond()
            batch = self._batch(min(size, beyond), min(most, beyond))
            if not batch:
                if self.is_whole and (self._make_room() or self._without_totals()):
                    size, most = self._sizes()
                    continue
                return not stop()
            before = self.value
            if not self._fits_below_cutoff(batch):
                return False
            sizes = self._after(batch, before, size, most)
            if sizes is None:
                return False
            size, most = sizes
        return True

    def _after(
        self, batch: list[_Choice], before: float, size: int, most: int
    ) -> tuple[int, int] | None:
        """Sizes of the next batch after this one; None where nothing can be solved any more."""
        if self.value <= before + self._tolerance(before, len(batch)):
            size = max(1, min(size + max(1, size // 2), self.waiting // 2))
            return size, max(2 * most, size)
        if len(batch) == 1:
            return (size, most) if self._try_others(batch[0], before) else None
        self._release([choice.agent for choice in batch])
        most = max(1, len(batch) // 3)
        return (min(size, most), most) if self._solve() else None

    def _sizes(self) -> tuple[int, int]:
        """Agents of the next batch, and most of them where all are whole parts."""
        return max(1, self.waiting // BATCHES), self.waiting

    def _fits_below_cutoff(self, batch: list[_Choice]) -> bool:
        """Fix a batch; False where the solve was stopped or all that is left costs the cutoff."""
        if len(batch) == 1:
            batch[0] = self._in_its_band(batch[0])
        self._fix(batch)
        if not self._solve() and not self.solver.is_impossible:
            return False
        return not self.cutoff <= self.value < np.inf

    # -- whole totals ------------------------------------------------------------------------

    def _may_settle(self) -> bool:
        """Whether few enough wait, all of them with a fixed number of shifts."""
        if self.totals is None or self.is_settled:
            return False
        return self.waiting <= SETTLED_AT and self._turn_now() == LAST_TURN

    def _beyond(self) -> int:
        """How many may be planned before the totals are settled; before that the flexible ones."""
        if self.totals is None or self.is_settled:
            return self.waiting
        turn = self._turn_now()
        if turn < LAST_TURN:
            return sum(
                len(members) for n, members in self.free.items() if self.order.turns[n] == turn
            )
        return max(1, self.waiting - SETTLED_AT)

    def _turn_now(self) -> int:
        """Whose turn it is."""
        if self.totals is None:
            return LAST_TURN
        turns = (self.order.turns[n] for n, members in self.free.items() if members)
        return min(turns, default=LAST_TURN)

    def _settle_totals(self, stop: Callable[[], bool]) -> None:
        """Fix the best whole totals where there are any."""
        assert self.totals is not None
        self.is_settled = True
        found = self.totals.settle(TRIES, self.low, stop)
        self.iterations += self.totals.iterations
        if found:
            self.totals.fix(found[0][1])
            self.is_whole = True
        self._solve()

    def _make_room(self) -> bool:
        """Take the plans of some back who could have others, so that those who fit nowhere may."""
        if self.rooms == 0:
            return False
        self.rooms -= 1
        contracts = {
            self.programme.pricer.classes[n].model.contract.name
            for n, members in self.free.items()
            if members
        }
        able = sorted(
            agent
            for agent, choice in self.choices.items()
            if self.order.turns[choice.number] == LAST_TURN
            and self.programme.pricer.classes[choice.number].model.contract.name in contracts
        )
        count = min(len(able), MADE * self.waiting)
        if not count:
            return False
        self._release([int(n) for n in self.rng.choice(able, count, replace=False)])
        return self._solve()

    def _without_totals(self) -> bool:
        """Nobody left can work the shifts that whole totals leave: the rest goes without."""
        assert self.totals is not None
        self.totals.free()
        self.is_whole = False
        return self._solve()

    def _tolerance(self, value: float, agents: int) -> float:
        """By how much a batch may raise the value."""
        by_agent = IDLE_SLOTS * self.programme.pricer.over_cost * agents
        return max(JUMP * abs(value), by_agent)

    def _solve(self) -> bool:
        solved = self.solver.by_dual_simplex(cutoff=self.cutoff)
        self.value = np.inf if self.solver.is_impossible else self.solver.value
        self.iterations += self.solver.iterations
        return solved

    # -- choosing ----------------------------------------------------------------------------

    def _batch(self, size: int, most: int) -> list[_Choice]:
        """Up to `most` agents for whole parts; where there are none, `size` of the largest fractions."""
        left = self._left()
        batch: list[_Choice] = []
        whole = True
        while len(batch) < (most if whole else size):
            found = self._next(left)
            if found is None:
                break
            group, hull, band, share = found
            if share < WHOLE:
                whole = False
                if len(batch) >= size:
                    break
            choice = self._choose(left, group, hull, band, max(share, 1e-9))
            if choice is None:
                left[hull.bands[band]] = -1.0
                continue
            left[choice.columns] = np.maximum(left[choice.columns] - 1.0, 0.0)
            left[choice.totals] -= 1.0
            self.free[choice.number].remove(choice.agent)
            batch.append(choice)
        for choice in batch:
            self.free[choice.number].append(choice.agent)
        return batch

    def _left(self) -> Floats:
        """What the solution holds beyond the agents with a plan."""
        return np.maximum(self.solver.solution() - self.low - self.planned, 0.0)

    def _next(self, left: Floats) -> tuple[Group, Hull, int, float] | None:
        """The band of which most is left."""
        turn = self._turn_now()
        best: tuple[Group, Hull, int, float] | None = None
        for group in self.programme.groups:
            for hull in group.hulls:
                if not any(self.free[n] and self.order.turns[n] <= turn for n in hull.classes):
                    continue
                row = left[hull.bands]
                band = int(np.argmax(row))
                share = float(left[hull.bands[band]])
                if share >= 0 and (best is None or share > best[3] + 1e-9):
                    best = (group, hull, band, share)
        return best

    def _choose(
        self, left: Floats, group: Group, hull: Hull, band: int, share: float
    ) -> _Choice | None:
        """The agent and days that take most of what is left in a band."""
        at = hull.first_band + band
        model = self.programme.pricer.classes[hull.classes[0]].model
        amounts = np.full((self.programme.days, len(model.shapes)), -1.0)
        columns: dict[tuple[int, int], int] = {}
        for (day, number), (bands, count) in group.days.items():
            place = np.searchsorted(bands, at)
            if place < len(bands) and bands[place] == at:
                columns[day, number] = int(count[place])
                if self._has_room(left, day, model.contract.name, number):
                    amounts[day, number] = left[count[place]]
        best: tuple[float, int, int, tuple[tuple[int, int], ...]] | None = None
        for number, agent in self._candidates(hull):
            found = self._week(number, agent, group, at, amounts, share)
            if found is None:
                continue
            # Whoever has fewer days to choose from goes first where they fit about as well.
            score = found[0] + FIRST_WEIGHT * self.order.tightness(number, agent)
            if best is None or score > best[0] + 1e-9:
                best = (score, agent, number, found[1])
        if best is None:
            return None
        _, agent, number, shapes = best
        used = [int(hull.bands[band]), *(columns[day, shape] for day, shape in shapes)]
        totals = self.programme.totals if self.totals is not None else {}
        return _Choice(
            agent=agent,
            number=number,
            group=group,
            hull=hull,
            band=band,
            shapes=shapes,
            columns=used,
            totals=[totals[day, model.contract.name, shape] for day, shape in shapes if totals],
        )

    def _candidates(self, hull: Hull) -> Iterator[tuple[int, int]]:
        """Class and agent: one of each kind of week whose turn it is."""
        turn = self._turn_now()
        seen: set[tuple[bytes, Around]] = set()
        for number in hull.classes:
            if self.order.turns[number] > turn:
                continue
            for agent in _different(self.free[number], self.around):
                alike = self.order.kinds[number], self.around[agent]
                if alike not in seen:
                    seen.add(alike)
                    yield number, agent

    def _has_room(self, left: Floats, day: int, contract: str, shape: int) -> bool:
        """False where the whole totals have no shift of this shape left that day."""
        return not self.is_whole or left[self.programme.totals[day, contract, shape]] > ROOM

    def _week(
        self, number: int, agent: int, group: Group, at: int, amounts: Floats, share: float
    ) -> tuple[float, tuple[tuple[int, int], ...]] | None:
        """The legal days and shapes of one agent in a band that take most of what is left."""
        model, week = self.programme.pricer.classes[number].model, self.programme.week
        first = self.programme.first_day
        window = _window(model, group, at)
        days = self.programme.days
        open_ = model.by_day[first : first + days, :, window].any(axis=2) & (amounts >= 0)
        self._close_by_rest(open_, model, agent, window)
        kinds = model.tables.kinds
        steps = model.weeks.steps
        worth = np.full((days, steps.shape[0]), NEVER)
        taker = np.full((days, steps.shape[0]), -1)
        for shape in range(len(model.shapes)):
            # Ever the days of which the largest part is left, so that none is left over at the end.
            value = np.minimum(amounts[:, shape], 1.0) + amounts[:, shape] / max(share, 1.0)
            value = value - REST_WEIGHT * self._unsure(model, agent, window, shape)
            value = np.where(open_[:, shape], value, NEVER)
            better = value > worth[:, kinds[shape]]
            worth[better, kinds[shape]] = value[better]
            taker[better, kinds[shape]] = shape
        for day in range(days):
            if model.fixed_kinds[first + day] >= 0:
                worth[day] = NEVER
                worth[day, model.fixed_kinds[first + day]] = 0.0
        of_mask = self._of_mask(model, agent, amounts, share)
        of_state = _near_mean(model, week, amounts, share)
        tables = Weeks(
            steps=steps,
            of_mask=of_mask[None],
            of_state=of_state[None],
            most_days=model.weeks.most_days[week : week + 1],
            weekend=model.weeks.weekend,
        )
        worths, bands = np.empty(MASKS), np.empty(MASKS, dtype=np.int64)
        week_worths(worth[:, None, :], tables, 0, worths, bands)
        mask = int(np.argmax(worths))
        if worths[mask] <= POSSIBLE:
            return None
        picked = kinds_of_week(worth, mask, steps, of_state)
        shapes = tuple(
            (day, int(taker[day, kind]))
            for day, kind in enumerate(picked)
            if kind >= 0 and first + day not in model.fixed
        )
        return float(worths[mask]), shapes

    def _unsure(self, model: TourModel, agent: int, window: slice, shape: int) -> Floats:
        """[day] part of the starts in a window that may leave no rest to the weeks beside this one."""
        around, first = self.around[agent], self.programme.first_day
        found = np.zeros(self.programme.days)
        for row in (0, self.programme.days - 1):
            legal = model.by_day[first + row, shape, window]
            starts = model.start_table[first + row, window][legal]
            if not len(starts):
                continue
            early = (starts < around.sure_start) if row == 0 else np.zeros(len(starts), dtype=bool)
            length = model.shapes[shape].length
            late = (starts + length > around.sure_end) if row else np.zeros(len(starts), dtype=bool)
            found[row] = (early | late).mean()
        return found

    def _close_by_rest(
        self, open_: NDArray[np.bool_], model: TourModel, agent: int, window: slice
    ) -> None:
        """Close the first and the last day where rest to the other weeks leaves no start."""
        around, first = self.around[agent], self.programme.first_day
        for number, shape in enumerate(model.shapes):
            for row, late in ((0, True), (len(open_) - 1, False)):
                legal = model.by_day[first + row, number, window]
                starts = model.start_table[first + row, window][legal]
                if not len(starts):
                    continue
                if late and starts.max() < around.earliest_start:
                    open_[row, number] = False
                if not late and starts.min() + shape.length > around.latest_end:
                    open_[row, number] = False

    def _of_mask(self, model: TourModel, agent: int, amounts: Floats, share: float) -> Floats:
        """0 for sets of days that the other weeks allow, less the distance to the mean days."""
        of_mask = model.weeks.of_mask[self.programme.week]
        may = goes_with(model, self.around[agent])
        mean = np.maximum(amounts, 0).sum() / share
        low, high = model.week_range(self.programme.week, hours=False)
        bent = MEAN_WEIGHT * np.abs(DAYS_OF - mean) if low < high else np.zeros(MASKS)
        return np.where(may & (of_mask > POSSIBLE), -bent, NEVER)

    def _in_band(self, group: Group, hull: Hull, band: int) -> _Choice | None:
        """The days that the programme holds for one more agent in a band."""
        column = hull.bands[band : band + 1]
        self.low[column] += 1.0
        self.solver.at_least(column, self.low[column])
        self._solve()
        left = self._left()
        choice = self._choose(left, group, hull, band, float(left[column[0]]) + 1.0)
        self.low[column] -= 1.0
        self.solver.at_least(column, self.low[column])
        return choice

    def _in_its_band(self, choice: _Choice) -> _Choice:
        return self._in_band(choice.group, choice.hull, choice.band) or choice

    # -- fixing ------------------------------------------------------------------------------

    def _fix(self, batch: Sequence[_Choice]) -> None:
        for choice in batch:
            self.free[choice.number].remove(choice.agent)
            self.choices[choice.agent] = choice
            self.low[choice.columns] += 1.0
            self.planned[choice.totals] += 1.0
            self._book(choice, 1.0)
            model = self.programme.pricer.classes[choice.number].model
            window = _window(model, choice.group, choice.hull.first_band + choice.band)
            self.plans[choice.agent] = WeekPlan(
                first_place=model.first_place + window.start,
                last_place=model.first_place + window.stop - 1,
                shapes=tuple(
                    (self.programme.first_day + day, shape) for day, shape in choice.shapes
                ),
            )
        self._tell(batch)

    def _release(self, agents: Sequence[int]) -> None:
        taken = [self.choices.pop(agent) for agent in agents]
        for choice in taken:
            del self.plans[choice.agent]
            self.free[choice.number].append(choice.agent)
            self.low[choice.columns] -= 1.0
            self.planned[choice.totals] -= 1.0
            self._book(choice, -1.0)
        self._tell(taken)

    def _book(self, choice: _Choice, times: float) -> None:
        """Hold the rows of days and hours to what the agent of a choice works, not to what they might."""
        band = choice.hull.first_band + choice.band
        for account, (least, most) in zip(choice.group.accounts, choice.hull.averages, strict=True):
            worked = float(sum(account.of_shape[shape] for _, shape in choice.shapes))
            self._move_limits(int(account.least_rows[band]), times * (worked - least))
            self._move_limits(int(account.most_rows[band]), times * (worked - most))
        group = self.programme.pricer.classes[choice.number]
        off = set(choice.group.once_rows) - {day for day, _ in choice.shapes}
        for day in off:
            if day in choice.hull.open_days:
                self._move_limits(int(choice.group.once_rows[day][band]), times)
            if day in choice.group.able_rows and group.is_open(self.programme.first_day + day):
                self._move_limits(choice.group.able_rows[day], -times)

    def _move_limits(self, row: int, by: float) -> None:
        """Move what a row allows at most, or asks for where it allows any amount."""
        given = self.solver.given
        self.booked[row] = self.booked.get(row, 0.0) + by
        low, high = float(given.low[row]), float(given.high[row])
        if np.isfinite(high):
            self.solver.limit(row, low, high + self.booked[row])
        else:
            self.solver.limit(row, low + self.booked[row], high)

    def _tell(self, batch: Sequence[_Choice]) -> None:
        columns = np.unique(np.concatenate([choice.columns for choice in batch]))
        self.solver.at_least(columns, self.low[columns])

    def _try_others(self, first: _Choice, before: float) -> bool:
        """Put one agent into the band, of a few, that raises the value least."""
        options = [(self.value, first)]
        self._release([first.agent])
        if not self._solve():
            return False
        left = self._left()
        left[first.hull.bands[first.band]] = -1.0
        for _ in range(OTHER_BANDS):
            found = self._next(left)
            if found is None or found[3] <= 1e-6:
                break
            group, hull, band, _share = found
            left[hull.bands[band]] = -1.0
            choice = self._in_band(group, hull, band)
            if choice is None:
                continue
            self._fix([choice])
            self._solve()
            options.append((self.value, choice))
            self._release([choice.agent])
            if options[-1][0] <= before + self._tolerance(before, 1):
                break
        cost, choice = min(options, key=lambda option: option[0])
        self._fix([choice])
        if self.is_whole and not np.isfinite(cost):
            return self._without_totals()
        return self._solve()

    # -- again -------------------------------------------------------------------------------

    def again(
        self, agents: Sequence[int], stop: Callable[[], bool], *, whole: bool = False
    ) -> bool:
        """Plan some agents anew; False and all as before where that is no better.

        Args:
            agents: whom.
            stop: asked between steps and in the middle of a solve.
            whole: whether as many shifts of each shape as now are kept on each day.
        """
        before, kept = self.value, dict(self.choices)
        if self.totals is not None:
            self.is_settled, self.is_whole = True, whole and not self.waiting
            if self.is_whole:
                self.totals.fix(self.planned[self.totals.columns])
            else:
                self.totals.free()
        self._release(agents)
        self.cutoff = before - 1e-6 * abs(before)
        with self._heeding(stop):
            better = self._solve() and self._run(stop) and self.value < self.cutoff
        better = better and len(self.choices) == len(kept)
        self.cutoff = np.inf
        if better:
            return True
        self._go_back(kept)
        return False

    def _go_back(self, kept: dict[int, _Choice]) -> None:
        """Give everyone the choice that was kept."""
        changed = [agent for agent, choice in self.choices.items() if kept.get(agent) is not choice]
        if changed:
            self._release(changed)
        self._fix([choice for agent, choice in kept.items() if agent not in self.choices])
        self._solve()


def _window(model: TourModel, group: Group, at: int) -> slice:
    """The places of a model inside a band of its group; the nearest where its starts end before."""
    places = model.start_table.shape[1]
    first = group.first_place + at - model.first_place
    first = max(0, min(first, places - 1 - min(group.width, places - 1)))
    return slice(first, min(places, first + group.width + 1))


def _different(members: Sequence[int], around: dict[int, Around]) -> list[int]:
    """One agent for each kind of surrounding weeks."""
    seen: dict[Around, int] = {}
    for agent in members:
        seen.setdefault(around[agent], agent)
    return list(seen.values())


def _near_mean(model: TourModel, week: int, amounts: Floats, share: float) -> Floats:
    """What each state at the end of the week costs: distance to the mean paid time of the band."""
    of_state = model.weeks.of_state[week]
    if of_state.size == 1:
        return np.asarray(of_state)
    paid = np.array([shape.paid_minutes for shape in model.shapes])
    mean = float((np.maximum(amounts, 0) * paid).sum()) / share
    minutes = model.minutes_of_state()
    step = max(1, int(np.gcd.reduce(paid)))
    fixed = sum(shift.paid_minutes for day, shift in model.fixed.items() if day // WEEKDAYS == week)
    bent = MEAN_WEIGHT * np.abs(minutes - fixed - mean) / step
    return np.asarray(np.where(of_state > POSSIBLE, -bent, NEVER))
