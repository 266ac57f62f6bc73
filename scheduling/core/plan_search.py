"""Schedules from the programme's own plans: the dive week by week, whole days, then plans of a few anew."""

from collections.abc import Callable, Sequence

import numpy as np

from scheduling.core.bound import Bound
from scheduling.core.day_programme import DayProgramme
from scheduling.core.dive import Dive
from scheduling.core.improve import best_responses
from scheduling.core.roster import Roster
from scheduling.core.week_plans import WeekPlans

DAY_EFFORT = 2.0
"""CP-SAT's counted time for a day."""
WORK_PER_DAY, WORK_PER_ROUND = 300, 100
ITERATIONS_PER_WORK = 5
"""Simplex iterations that stand for one best tour in the count of work."""
FEWEST_ANEW, MOST_ANEW = 4, 24


class PlanSearch:
    """Everyone's plans, the dives that made them, and the roster that follows them."""

    def __init__(self, roster: Roster, bound: Bound, *, seed: int) -> None:
        """Start without a plan."""
        self.roster, self.bound, self.seed = roster, bound, seed
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

    def dive(self, stop: Callable[[], bool]) -> bool:
        """Plan every week, build the tours and plan every day; False where it was stopped."""
        people = self.roster.placed()
        for week, programme in enumerate(self.bound.programmes):
            around = {agent: self.plans.around(agent, week) for agent in people}
            dive = Dive(programme, around, seed=self.seed)
            self.dives.append(dive)
            if not dive.run(stop):
                return False
            self.plans.plans[week] = dive.plans
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

    def _build(self, agents: Sequence[int]) -> None:
        for agent in self.plans.put_tours(agents):
            # Plans that leave no rest between two weeks: the agent's best tour instead.
            old = self.roster.take(agent)
            weights = self.roster.coverage.weights(self.roster.masks[agent])
            self.roster.put(agent, self.roster.best_tour(agent, weights) or old)

    def _plan_day(self, day: int, stop: Callable[[], bool]) -> None:
        plan = DayProgramme(self.roster, day, bands=self.plans.bands(day))
        plan.improve(effort=DAY_EFFORT, seed=self.seed, stop=stop)
        self.extra_work += WORK_PER_DAY

    def improve(self, stop: Callable[[], bool]) -> bool:
        """Plan a few agents of a week anew; the roster follows where the programme gains.

        False where it was stopped on the way.
        """
        week = self.rounds % len(self.dives)
        self.rounds += 1
        self.extra_work += WORK_PER_ROUND
        dive = self.dives[week]
        people = sorted(dive.choices)
        size = int(
            self.rng.integers(FEWEST_ANEW, min(MOST_ANEW, FEWEST_ANEW + len(people) // 25) + 1)
        )
        chosen = [int(n) for n in self.rng.choice(people, min(size, len(people)), replace=False)]
        before = {agent: dive.plans[agent] for agent in chosen}
        for agent in chosen:
            dive.around[agent] = self.plans.around(agent, week)
        if not dive.again(chosen, stop):
            return not stop()
        self.plans.plans[week] = dive.plans
        self._build(chosen)
        days = {
            day for agent in chosen for day, _ in (*before[agent].shapes, *dive.plans[agent].shapes)
        }
        for day in sorted(days):
            self._plan_day(day, stop)
        if not self._seat():
            return not stop()
        best_responses(self.roster, rng=self.rng, stop=stop)
        return True
