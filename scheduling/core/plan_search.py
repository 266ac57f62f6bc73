"""Schedules from the programme's own plans: dives part by part, whole days, then plans of a few anew.

A part is a week; where skills make the week's programme large, it is one skill set of a week, with everybody else as
the programme of the whole week has them. Parts of a week do not wait for each other.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.core.bound import Bound
from scheduling.core.day_programme import DayProgramme
from scheduling.core.dive import Dive
from scheduling.core.improve import best_responses
from scheduling.core.roster import Roster
from scheduling.core.week_plans import WeekPlans
from scheduling.core.week_programme import WeekProgramme

Floats = NDArray[np.float64]
DAY_EFFORT = 2.0
"""CP-SAT's counted time for a day."""
WORK_PER_DAY, WORK_PER_ROUND = 300, 100
ITERATIONS_PER_WORK = 5
"""Simplex iterations that stand for one best tour in the count of work."""
FEWEST_ANEW, MOST_ANEW = 4, 24
POLL_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A week, or one skill set of it."""

    week: int
    mask: int | None
    agents: tuple[int, ...]


class PlanSearch:
    """Everyone's plans, the dives that made them, and the roster that follows them."""

    def __init__(self, roster: Roster, bound: Bound, *, seed: int, threads: int) -> None:
        """Start without a plan."""
        self.roster, self.bound, self.seed, self.threads = roster, bound, seed, threads
        self.rng = np.random.default_rng(seed)
        self.plans = WeekPlans(roster)
        self.dives: list[Dive] = []
        self.extra_work = 0
        self.complete = False
        self.rounds = 0

    @property
    def work(self) -> int:
        """Best tours that this work stands for."""
        iterations = sum(dive.iterations for dive in self.dives)
        return self.extra_work + iterations // ITERATIONS_PER_WORK

    # -- the dive ----------------------------------------------------------------------------

    def dive(self, stop: Callable[[], bool]) -> bool:
        """Plan every week, build the tours and plan every day; False where it was stopped."""
        people = self.roster.placed()
        for week in range(len(self.bound.programmes)):
            parts = self._parts(week, people)
            dives = [self._started(part) for part in parts]
            if not self._run_all(dives, stop):
                return False
            for dive in dives:
                self.plans.plans[week].update(dive.plans)
            self.dives += dives
        self._build(people)
        for day in range(self.roster.data.horizon.days):
            if stop():
                break
            self._plan_day(day, stop)
        if not self._seat():
            return False
        best_responses(self.roster, rng=self.rng, stop=stop)
        self.complete = True
        return True

    def _parts(self, week: int, people: Sequence[int]) -> list[_Part]:
        if not self.bound.is_light:
            return [_Part(week=week, mask=None, agents=tuple(people))]
        masks = sorted({self.roster.masks[agent] for agent in people})
        return [
            _Part(
                week=week,
                mask=mask,
                agents=tuple(n for n in people if self.roster.masks[n] == mask),
            )
            for mask in masks
        ]

    def _started(self, part: _Part) -> Dive:
        """The dive of a part before its first step."""
        around = {agent: self.plans.around(agent, part.week) for agent in part.agents}
        if part.mask is None:
            return Dive(self.bound.programmes[part.week], around, seed=self.seed)
        others = {mask: row for mask, row in self.bound.profile.items() if mask != part.mask}
        programme = WeekProgramme(
            self.bound.pricer, self.bound.masks, part.week, carried=others, only=part.mask
        )
        return Dive(programme, around, seed=self.seed, solved=False)

    def _run_all(self, dives: list[Dive], stop: Callable[[], bool]) -> bool:
        """Run dives side by side; the caller's thread looks at `stop` meanwhile."""
        if len(dives) == 1:
            return dives[0].run(stop)
        stopped: list[bool] = []
        with ThreadPoolExecutor(self.threads) as pool:
            runs = [pool.submit(dive.run, lambda: bool(stopped)) for dive in dives]
            while not all(run.done() for run in runs):
                if not stopped and stop():
                    stopped.append(True)
                    for dive in dives:
                        dive.solver.stop = lambda: True
                wait(runs, timeout=POLL_SECONDS)
        return all(run.result() for run in runs)

    # -- tours and days ----------------------------------------------------------------------

    def _build(self, agents: Sequence[int]) -> None:
        for agent in self.plans.put_tours(agents):
            # Plans that leave no rest between two weeks: the agent's best tour instead.
            old = self.roster.take(agent)
            weights = self.roster.coverage.weights(self.roster.masks[agent])
            self.roster.put(agent, self.roster.best_tour(agent, weights) or old)

    def _plan_day(
        self, day: int, stop: Callable[[], bool], *, masks: Sequence[int] | None = None
    ) -> None:
        """Plan a day whole, or skill set by skill set where there are many."""
        together: Sequence[int | None] = [None]
        if self.bound.is_light:
            together = sorted(set(self.roster.masks)) if masks is None else list(masks)
        for mask in together:
            plan = DayProgramme(self.roster, day, bands=self.plans.bands(day), only=mask)
            plan.improve(effort=DAY_EFFORT, seed=self.seed, stop=stop)
            self.extra_work += WORK_PER_DAY

    def _seat(self) -> bool:
        """Give whoever sits where there are too few desks their best tour that finds one."""
        for site in self.roster.data.seats:
            for agent in self.rng.permutation(self.roster.without_desk(site)):
                if agent not in self.roster.without_desk(site):
                    continue
                self.roster.take(agent)
                weights = self.roster.coverage.weights(self.roster.masks[agent])
                tour = self.roster.best_tour(agent, weights)
                if tour is None:
                    return False
                self.roster.put(agent, tour)
        return True

    # -- plans anew --------------------------------------------------------------------------

    def improve(self, stop: Callable[[], bool]) -> bool:
        """Plan a few agents of a week anew; the roster follows where the programme gains.

        False where it was stopped on the way.
        """
        dive = self.dives[self.rounds % len(self.dives)]
        week = dive.programme.week
        self.rounds += 1
        self.extra_work += WORK_PER_ROUND
        people = sorted(dive.choices)
        most = min(MOST_ANEW, FEWEST_ANEW + len(people) // 25)
        size = min(int(self.rng.integers(FEWEST_ANEW, most + 1)), len(people))
        chosen = [int(n) for n in self.rng.choice(people, size, replace=False)]
        before = {agent: dive.plans[agent] for agent in chosen}
        for agent in chosen:
            dive.around[agent] = self.plans.around(agent, week)
        if not dive.again(chosen, stop, whole=self.rounds % 2 == 0):
            return not stop()
        self.plans.plans[week].update(dive.plans)
        self._build(chosen)
        changed = [*before.values(), *(dive.plans[agent] for agent in chosen)]
        only = None if dive.programme.only is None else [dive.programme.only]
        for day in sorted({day for plan in changed for day, _ in plan.shapes}):
            self._plan_day(day, stop, masks=only)
        if not self._seat():
            return not stop()
        best_responses(self.roster, rng=self.rng, stop=stop)
        return True
