"""Schedules from the programme's own plans: dives week by week, whole days, then plans of a few anew."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.core.bound import Bound
from scheduling.core.day_programme import DayProgramme, apart, improve_days
from scheduling.core.dive import Dive
from scheduling.core.improve import best_responses
from scheduling.core.roster import Roster
from scheduling.core.week_plans import WeekPlans

Floats = NDArray[np.float64]
DAY_EFFORT = 2.0
"""CP-SAT's counted time for a day."""
WORK_PER_DAY, WORK_PER_ROUND = 300, 100
ITERATIONS_PER_WORK = 5
"""Simplex iterations that stand for one best tour in the count of work."""
FEWEST_ANEW, MOST_ANEW = 4, 24
WEEKS_SHARE = 0.65
"""Part of a search that the plans of the weeks take; the rest goes into days."""


class PlanSearch:
    """Everyone's plans, the dives that made them, and the roster that follows them."""

    def __init__(self, roster: Roster, bound: Bound, *, seed: int, threads: int) -> None:
        """Start without a plan."""
        self.roster, self.bound, self.seed, self.threads = roster, bound, seed, threads
        self.rng = np.random.default_rng(seed)
        closed = {
            agent: group.closed_days
            for group in bound.pricer.classes
            for agent in group.members
            if group.closed_days
        }
        self.plans = WeekPlans(roster, closed)
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

    def dive(
        self, stop: Callable[[], bool], in_time: Callable[[float], bool] = lambda _: True
    ) -> bool:
        """Plan every week, build the tours and plan every day; False where it was stopped.

        Args:
            stop: asked all along.
            in_time: told which part of the work is done; False where the rest would come too late.
        """
        people = self.roster.placed()
        weeks = len(self.bound.programmes)
        for week in range(weeks):
            if week and not in_time(WEEKS_SHARE * week / weeks):
                return False
            dive = self._started(week, people)
            if not dive.run(stop):
                return False
            self.plans.plans[week].update(dive.plans)
            self.dives.append(dive)
        self._build(people)
        self._plan_days(range(self.roster.data.horizon.days), stop)
        if not self._seat():
            return False
        best_responses(self.roster, rng=self.rng, stop=stop)
        self.complete = True
        return True

    def _started(self, week: int, people: Sequence[int]) -> Dive:
        """The dive of a week before its first step."""
        around = {agent: self.plans.around(agent, week) for agent in people}
        return Dive(self.bound.programmes[week], around, seed=self.seed)

    # -- tours and days ----------------------------------------------------------------------

    def _build(self, agents: Sequence[int]) -> None:
        for agent in self.plans.put_tours(agents):
            # Plans that leave no rest between two weeks: the agent's best tour instead.
            old = self.roster.take(agent)
            weights = self.roster.coverage.weights(self.roster.masks[agent])
            self.roster.put(agent, self.roster.best_tour(agent, weights) or old)

    def _plan_days(self, days: Sequence[int], stop: Callable[[], bool]) -> None:
        """Plan days whole, two that do not meet side by side."""
        for pair in apart(days):
            if stop():
                return
            plans = [DayProgramme(self.roster, day, bands=self.plans.bands(day)) for day in pair]
            improve_days(plans, threads=self.threads, effort=DAY_EFFORT, seed=self.seed, stop=stop)
            self.extra_work += WORK_PER_DAY * len(plans)

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
        self._plan_days(sorted({day for plan in changed for day, _ in plan.shapes}), stop)
        if not self._seat():
            return not stop()
        best_responses(self.roster, rng=self.rng, stop=stop)
        return True
