"""Prices that prove how good a schedule can be: the weeks' programmes, certified by the exact tours."""

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import WorkMode
from scheduling.core.pricing import Priced, Pricer
from scheduling.core.week_programme import WeekProgramme

Floats = NDArray[np.float64]
LIGHT_GROUPS = 12
"""Programmes of more groups leave start bands out: half the time for a few thousandths of the bound."""
SPREAD_GROUPS = 24
"""Programmes of still more groups spread breaks evenly: a sixth of the time; the certificate is exact all the same."""
MOST_STEPS = 200
FIRST_LENGTH, LEAST_LENGTH = 0.5, 0.002
LONGER, SHORTER = 1.1, 0.66
MOST_MISSES = 3
TIE = 0.5
"""Prices that differ by less, in costs of an idle slot, share who can serve both."""
POLL_SECONDS = 0.05


class Bound:
    """The best proven bound, its prices, and the programmes of the weeks."""

    def __init__(self, pricer: Pricer, masks: list[int]) -> None:
        """Start where time on position is worth nothing: that proves a bound of 0."""
        self.pricer, self.masks = pricer, masks
        self.best_prices = np.minimum(pricer.highest, pricer.over_cost)
        self.best = -np.inf
        self.programmes: list[WeekProgramme] = []
        self.profile: dict[int, Floats] = {}
        """People on position per skill set and slot in the programmes' solutions."""

    def price(self, prices: Floats) -> Priced:
        """Evaluate prices and remember the best."""
        priced = self.pricer.price(prices)
        if priced.bound > self.best:
            self.best = priced.bound
            self.best_prices = np.clip(prices, 0.0, self.pricer.highest)
        return priced

    @property
    def groups(self) -> int:
        """Groups of the programmes: skill sets, desks, contracts, wall clocks."""
        found = set()
        for mask, group in zip(self.masks, self.pricer.classes, strict=True):
            agent = group.model.agent
            sits = agent.work_mode == WorkMode.OFFICE and agent.site in self.pricer.seats
            found.add((mask, agent.site if sits else "", group.model.contract.name, agent.zone))
        return len(found)

    @property
    def is_light(self) -> bool:
        """True where the programmes leave start bands out."""
        return self.groups > LIGHT_GROUPS

    @property
    def spreads_breaks(self) -> bool:
        """True where the programmes spread breaks evenly, so that their prices need steps to prove much."""
        return self.groups > SPREAD_GROUPS

    def climb(self, cost: float, stop: Callable[[], bool]) -> None:
        """Better prices by steps towards what is short or idle at the present ones.

        B. T. Polyak, Minimization of unsmooth functionals (1969), doi:10.1016/0041-5553(69)90061-5.

        Args:
            cost: of the best schedule, which the bound cannot exceed.
            stop: asked before each step.
        """
        prices, length, misses = self.best_prices, FIRST_LENGTH, 0
        direction: Floats | None = None
        for _ in range(MOST_STEPS):
            if stop() or length < LEAST_LENGTH:
                return
            before = self.best
            priced = self.price(prices)
            missing = self._missing(priced, prices)
            if self.best > before:
                misses, length = 0, min(1.0, LONGER * length)
            else:
                misses += 1
            if misses >= MOST_MISSES:
                misses, length, prices = 0, SHORTER * length, self.best_prices
            direction = missing if direction is None else 0.3 * missing + 0.7 * direction
            square = float((direction**2).sum())
            if square <= 0:
                return
            step = length * (cost - priced.bound) / square
            prices = np.clip(prices + step * direction, 0.0, self.pricer.highest)

    def _missing(self, priced: Priced, prices: Floats) -> Floats:
        """People missing [skill, slot] when everyone takes the tour that these prices pay best."""
        pricer = self.pricer
        missing = pricer.required.copy()
        for group, tour in zip(pricer.classes, priced.tours, strict=True):
            rows = [n for n, skill in enumerate(pricer.skills) if skill in group.skills]
            if tour is None or not rows:
                continue
            own = prices[rows][:, tour.working] / max(pricer.over_cost, 1e-9)
            share = np.exp((own - own.max(axis=0)) / TIE)
            share /= share.sum(axis=0)
            for row, part in zip(rows, share, strict=True):
                missing[row, tour.working] -= len(group.members) * part
        stuck = ((prices <= 0) & (missing < 0)) | ((prices >= pricer.highest) & (missing > 0))
        return np.where(stuck | ~pricer.counted, 0.0, missing)

    def solve_weeks(self, *, threads: int, stop: Callable[[], bool]) -> bool:
        """Solve the programmes of all weeks; False where that was stopped."""
        weeks = -(-self.pricer.classes[0].model.horizon.days // 7)
        reach = [self._reaches_next(week) for week in range(weeks - 1)]
        self.programmes = []
        if any(reach) or threads < 2:
            for week in range(weeks):
                programme = self._programme(week)
                if not _solve_all([programme], stop, threads=1):
                    return False
                self.programmes.append(programme)
        else:
            programmes = [self._programme(week) for week in range(weeks)]
            if not _solve_all(programmes, stop, threads=threads):
                return False
            self.programmes = programmes
        self._read()
        return True

    def _reaches_next(self, week: int) -> bool:
        """True where shifts of a week may go on into the next one."""
        border = self.pricer.classes[0].model.horizon.day_starts[7 * week + 7]
        for group in self.pricer.classes:
            model = group.model
            for number, shape in enumerate(model.shapes):
                day = 7 * week + 6
                starts = model.start_table[day][model.by_day[day, number]]
                if len(starts) and starts.max() + shape.length > border:
                    return True
        return False

    def _programme(self, week: int) -> WeekProgramme:
        carried = {}
        if self.programmes:
            border = self.pricer.classes[0].model.horizon.day_starts[7 * week]
            for mask, row in self.programmes[-1].profile().items():
                carried[mask] = np.where(np.arange(len(row)) >= border, row, 0.0)
        return WeekProgramme(
            self.pricer,
            self.masks,
            week,
            carried=carried,
            bands=not self.is_light,
            breaks=not self.spreads_breaks,
        )

    def _read(self) -> None:
        prices = np.zeros_like(self.pricer.required)
        for programme in self.programmes:
            slots, values = programme.prices()
            prices[:, slots] = values
            for mask, row in programme.profile().items():
                own = self.profile.setdefault(mask, np.zeros(len(row)))
                np.maximum(own, row, out=own)
        self.price(prices)

    def worths(self) -> dict[int, Floats]:
        """Worth of a slot to each skill set at the best prices."""
        return {
            mask: self.pricer.worth(self.best_prices, group.skills)
            for mask, group in zip(self.masks, self.pricer.classes, strict=True)
        }


def _solve_all(programmes: list[WeekProgramme], stop: Callable[[], bool], *, threads: int) -> bool:
    """Solve programmes side by side; the caller's thread looks at `stop` meanwhile."""
    stopped = threading.Event()
    waiting = list(enumerate(programmes))
    solved = [False] * len(programmes)
    lock = threading.Lock()

    def work() -> None:
        while not stopped.is_set():
            with lock:
                if not waiting:
                    return
                number, programme = waiting.pop(0)
            programme.solver.stop = stopped.is_set
            solved[number] = programme.solver.by_interior_point(crossover=programme.keeps_bands)

    workers = [
        threading.Thread(target=work, daemon=True) for _ in range(min(threads, len(programmes)))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        while worker.is_alive():
            worker.join(POLL_SECONDS)
            if stop():
                stopped.set()
    return all(solved)
