"""Prices that prove how good a schedule can be: the weeks' programmes, certified by the exact tours."""

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scheduling.core import interior_point
from scheduling.core.data import WorkMode
from scheduling.core.pricing import Priced, Pricer
from scheduling.core.week_programme import WeekProgramme

Floats = NDArray[np.float64]
LIGHT_GROUPS = 12
"""Programmes of more groups leave start bands out: a tenth of the time for less than a thousandth of the bound."""
POLL_SECONDS = 0.05
LAST_SECONDS = 0.4
"""How long a solve that a person has cancelled is waited for; a long iteration ends by itself after it."""
ITERATION_SECONDS = 5.0
"""How long one whose time is up may take to end its iteration, for the prices of it."""


class Bound:
    """The best proven bound, its prices, and the programmes of the weeks."""

    def __init__(
        self, pricer: Pricer, masks: list[int], *, tolerance: float = interior_point.TOLERANCE
    ) -> None:
        """Start where time on position is worth nothing: that proves a bound of 0.

        `tolerance` is that of programmes of many groups.
        """
        self.pricer, self.masks, self.tolerance = pricer, masks, tolerance
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

    def solve_weeks(
        self,
        *,
        threads: int,
        stop: Callable[[], bool],
        cancelled: Callable[[], bool] | None = None,
    ) -> bool:
        """Solve the programmes of all weeks; False where that was stopped or failed.

        Args:
            threads: programmes in work at once.
            stop: ends the solve. What Clarabel has come to by then is priced, and where it is near an optimum its
                profile is kept as well.
            cancelled: a person waits for the end; without it a stop is such a cancel. Nothing is read then.
        """
        hurry = stop if cancelled is None else cancelled
        weeks = -(-self.pricer.classes[0].model.horizon.days // 7)
        reach = [self._reaches_next(week) for week in range(weeks - 1)]
        one_by_one = any(reach) or threads < 2
        self.programmes = []
        steps = [[week] for week in range(weeks)] if one_by_one else [list(range(weeks))]
        is_whole = True
        for step in steps:
            programmes = [self._programme(week) for week in step]
            for programme in programmes:
                programme.solver.tolerance = self.tolerance
            ended = _solve_all(programmes, stop, hurry, threads=threads)
            self.programmes += [p for p, end in zip(programmes, ended, strict=True) if end]
            is_whole = all(ended) and all(p.solver.is_optimal for p in programmes)
            if not is_whole:
                break
        if not is_whole and hurry():
            self.programmes = []
            return False
        self._read(whole=len(self.programmes) == weeks)
        return is_whole

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
        )

    def _read(self, *, whole: bool = True) -> None:
        """Price what the programmes say; their profile counts where it covers all weeks and is near an optimum."""
        prices = self.best_prices.copy()
        for programme in self.programmes:
            slots, values = programme.prices()
            prices[:, slots] = values
        self.price(prices)
        if not whole or not all(programme.solver.is_near for programme in self.programmes):
            self.programmes = []
        for programme in self.programmes:
            for mask, row in programme.profile().items():
                own = self.profile.setdefault(mask, np.zeros(len(row)))
                np.maximum(own, row, out=own)

    def worths(self) -> dict[int, Floats]:
        """Worth of a slot to each skill set at the best prices."""
        return {
            mask: self.pricer.worth(self.best_prices, group.skills)
            for mask, group in zip(self.masks, self.pricer.classes, strict=True)
        }


def _solve_all(
    programmes: list[WeekProgramme],
    stop: Callable[[], bool],
    hurry: Callable[[], bool],
    *,
    threads: int,
) -> list[bool]:
    """Solve programmes side by side; tells of each whether prices can be read from it.

    The caller's thread looks at `stop` meanwhile. After it each solve may end its iteration, unless there is a hurry.
    """
    stopped = threading.Event()
    waiting = list(enumerate(programmes))
    ended = [False] * len(programmes)
    lock = threading.Lock()

    def work() -> None:
        while not stopped.is_set():
            with lock:
                if not waiting:
                    return
                number, programme = waiting.pop(0)
            solver = programme.solver
            solver.stop = stopped.is_set
            solved = solver.by_interior_point() if programme.keeps_bands else solver.without_basis()
            ended[number] = solved or solver.has_prices
            # Whoever goes on with the programme has another reason to stop than the time of this phase.
            solver.stop = lambda: False

    if stop():
        return ended
    workers = [
        threading.Thread(target=work, daemon=True) for _ in range(min(threads, len(programmes)))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        while worker.is_alive() and not stopped.is_set():
            worker.join(POLL_SECONDS)
            if stop():
                stopped.set()
    if stopped.is_set():
        _join(workers, hurry)
    # A worker that goes on by itself may still set its flag; what has been read by now stays.
    return list(ended)


def _join(workers: list[threading.Thread], hurry: Callable[[], bool]) -> None:
    """Wait for the last iteration; not for long where somebody waits."""
    begun = time.monotonic()
    for worker in workers:
        while worker.is_alive():
            most = LAST_SECONDS if hurry() else ITERATION_SECONDS
            if time.monotonic() - begun > most:
                return
            worker.join(POLL_SECONDS)
