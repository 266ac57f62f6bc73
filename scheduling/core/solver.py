"""The solve: check, first schedule, bound, profile, improvement. The best schedule is kept all along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from scheduling.core.checks import unplaceable
from scheduling.core.data import ScheduleData
from scheduling.core.dayplan import DayPlan, Plan
from scheduling.core.findings import Finding, Severity
from scheduling.core.groupplan import GroupPlan, linked_group
from scheduling.core.improve import (
    AnnealParams,
    anneal,
    best_responses,
    construct,
    follow_profile,
)
from scheduling.core.master import BoundSearch
from scheduling.core.pricing import Pricer
from scheduling.core.result import Budget, Phase, Progress, ScheduleResult, SolveStatus
from scheduling.core.roster import Roster
from scheduling.core.seating import seat_everyone
from scheduling.core.tours import Tour

# CP-SAT's counted second stands for so many best weeks in the count of work.
WORK_PER_EFFORT = 1500
WORK_PER_PROGRAMME = 100


@dataclass(frozen=True, kw_only=True)
class SolveParams:
    """Knobs of the solve."""

    seed: int = 1
    bound_share: float = 0.4
    bound_tolerance: float = 0.005
    bound_rounds: int = 400
    enough_gap: float = 0.0
    plan_effort: float = 1.0
    days_per_round: int = 2
    groups_per_round: int = 3
    group_size: int = 4
    programme_seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse nonsense."""
        if not 0 < self.bound_share < 1:
            raise ValueError(f"Expected 0 < bound_share < 1, got {self.bound_share}.")
        if self.enough_gap < 0:
            raise ValueError(f"Expected enough_gap >= 0, got {self.enough_gap}.")


@dataclass(frozen=True, kw_only=True)
class StartFrom:
    """A schedule and prices of an earlier attempt."""

    tours: Sequence[Tour | None] = ()
    prices: Mapping[str, Sequence[float]] = field(default_factory=dict)


class Solver:
    """One solve of one week."""

    def __init__(
        self,
        data: ScheduleData,
        budget: Budget,
        *,
        params: SolveParams | None = None,
        report: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        start: StartFrom | None = None,
    ) -> None:
        """Prepare; `run` does the work."""
        self.data, self.budget, self.params = data, budget, params or SolveParams()
        self.report, self.cancelled, self.start = report, cancelled, start or StartFrom()
        self.roster = Roster(data)
        self.rng = np.random.default_rng(self.params.seed)
        self.extra_work = 0
        self.phase = Phase.CHECK
        self.best_cost: float | None = None
        self.best: list[Tour | None] = []
        self.unplaced: dict[str, Finding] = {}
        self.search: BoundSearch | None = None
        self.limit = 1.0
        self.begun = budget.share_used(0)

    # -- budget ------------------------------------------------------------------------------

    @property
    def work(self) -> int:
        """Best weeks computed so far, other work converted."""
        priced = self.search.pricer.evaluations if self.search else 0
        return self.roster.evaluations + priced + self.extra_work

    def stop(self) -> bool:
        """True where this phase's share of the budget is used or the person has asked to stop."""
        self.tell()
        return self.cancelled() or self.budget.share_used(self.work) >= self.limit

    def _until(self, share: float) -> float:
        """A share of what was left of the budget when the solve began."""
        return self.begun + (1.0 - self.begun) * share

    def tell(self) -> None:
        """Report where the solve stands."""
        self.report(
            Progress(
                phase=self.phase,
                share=min(1.0, self.budget.share_used(self.work)),
                cost=self.best_cost,
                lower_bound=self.lower_bound,
                shortage_hours=self._shortage_hours if self.best_cost is not None else None,
                work=self.work,
            )
        )

    _shortage_hours = 0.0

    def keep_best(self) -> None:
        """Remember the present schedule where it costs less than the best."""
        cost = self.roster.cost()
        if self.best_cost is None or cost < self.best_cost - 1e-9:
            self.best_cost, self.best = cost, self.roster.tour_list()
            hours = self.data.horizon.interval_minutes / 60
            self._shortage_hours = float(self.roster.coverage.shortage().sum()) * hours

    @property
    def lower_bound(self) -> float | None:
        """The proven bound; rounded up where costs can only be whole numbers."""
        if self.search is None or not np.isfinite(self.search.best):
            return None
        bound = max(0.0, self.search.best)
        return float(ceil(bound - 1e-6)) if self._whole_costs() else bound

    def _whole_costs(self) -> bool:
        rows = [self.data.over_cost, *self.data.under_cost.values()]
        whole = all(float(value).is_integer() for value in rows)
        return whole and all(
            bool(np.all(row == np.floor(row))) for row in self.data.required_agents.values()
        )

    def good_enough(self) -> bool:
        """True where the gap is closed as far as asked."""
        bound = self.lower_bound
        if bound is None or self.best_cost is None:
            return False
        return self.best_cost - bound <= self.params.enough_gap * self.best_cost + 1e-6

    # -- phases ------------------------------------------------------------------------------

    def run(self) -> ScheduleResult:
        """Solve until the budget is used, the gap is closed or the person stops it."""
        self.tell()
        without = unplaceable(self.data, self.roster.classes)
        self.unplaced = {self.data.agents[n].key: finding for n, finding in without.items()}
        self._construct(set(without))
        if not self.cancelled():
            self._bound()
        if not self.good_enough():
            self._improve()
        self.phase, self.limit = Phase.DONE, 1.0
        self.tell()
        return self._result()

    def _construct(self, without: set[int]) -> None:
        """A first legal schedule: what an earlier attempt left, then the rest one by one."""
        self.phase = Phase.CONSTRUCT
        for agent, tour in enumerate(self.start.tours):
            if tour is not None:
                self.roster.put(agent, tour)
        construct(self.roster, rng=self.rng, stop=self.cancelled)
        waiting = [
            n for n, tour in enumerate(self.roster.tours) if tour is None and n not in without
        ]
        if waiting:
            seat_everyone(self.roster, waiting, rng=self.rng, stop=self.cancelled)
        for agent, tour in enumerate(self.roster.tours):
            key = self.data.agents[agent].key
            if tour is None and agent not in without and not self.cancelled():
                self.unplaced[key] = Finding(code="no_seat", severity=Severity.ERROR, subject=key)
        self.keep_best()
        self.limit = self._until(self.params.bound_share / 3)
        best_responses(self.roster, rng=self.rng, stop=self.stop)
        self.keep_best()

    def _bound(self) -> None:
        """Prices that prove how good a schedule can be, then a schedule near their programme's."""
        self.phase, self.limit = Phase.BOUND, self._until(self.params.bound_share)
        placed = [
            group
            for group in self.roster.classes
            if self.data.agents[group.members[0]].key not in self.unplaced
            or self.unplaced[self.data.agents[group.members[0]].key].code == "no_seat"
        ]
        if not placed or not self.data.required_agents:
            return
        coverage = self.roster.coverage
        masks = [coverage.mask(group.skills) for group in placed]
        self.search = search = BoundSearch(Pricer(self.data, placed, coverage), masks)
        search.price(search.best_prices)
        if set(self.start.prices) == set(coverage.skills):
            search.price(np.array([self.start.prices[skill] for skill in coverage.skills]))
        profile = search.start(
            rounds=self.params.bound_rounds,
            stop=self._stop_programme,
            solve_seconds=self.params.programme_seconds,
        )
        if search.programme_value - search.best > self.params.bound_tolerance * search.best:
            for number, group in enumerate(placed):
                for member in group.members:
                    search.keep(number, self.best[member])
            profile = (
                search.generate(
                    tolerance=self.params.bound_tolerance,
                    rounds=self.params.bound_rounds,
                    stop=self._stop_programme,
                    solve_seconds=self.params.programme_seconds,
                )
                or profile
            )
        self.phase, self.limit = Phase.PROFILE, 1.0
        if profile and not self.good_enough() and not self.cancelled():
            follow_profile(self.roster, profile, rng=self.rng, stop=self.stop)
            self.keep_best()
            self.roster.load(self.best)

    def _stop_programme(self) -> bool:
        self.extra_work += WORK_PER_PROGRAMME
        return self.stop()

    def _improve(self) -> None:
        """Re-plan small groups, then whole days, in turn."""
        self.phase, self.limit = Phase.IMPROVE, 1.0
        worth = {}
        if self.search is not None:
            for group in self.search.pricer.classes:
                mask = self.roster.coverage.mask(group.skills)
                worth[mask] = self.search.pricer.worth(self.search.best_prices, group.skills)
        day = 0
        while not self.stop() and not self.good_enough():
            if not self.roster.placed():
                return
            left = 1.0 - self.budget.share_used(self.work)
            params = AnnealParams(
                moves=max(1000, 10 * len(self.data.agents)), temperature=15.0 * left, worth=worth
            )
            anneal(self.roster, params, rng=self.rng, stop=self.stop)
            self.keep_best()
            for _ in range(self.params.days_per_round):
                self._plan(DayPlan(self.roster, day))
                day = (day + 1) % self.data.horizon.days
            for _ in range(self.params.groups_per_round):
                agents = linked_group(self.roster, size=self.params.group_size, rng=self.rng)
                self._plan(GroupPlan(self.roster, agents))

    def _plan(self, plan: Plan) -> None:
        """Let CP-SAT plan something again, unless the budget is used."""
        if self.stop() or self.good_enough():
            return
        plan.improve(effort=self.params.plan_effort, seed=self.params.seed, stop=self.stop)
        self.extra_work += round(self.params.plan_effort * WORK_PER_EFFORT)
        self.keep_best()

    # -- result ------------------------------------------------------------------------------

    def _result(self) -> ScheduleResult:
        self.roster.load(self.best)
        hours = self.data.horizon.interval_minutes / 60
        coverage = self.roster.coverage
        prices = self.search.best_prices if self.search else np.zeros((0, 0))
        return ScheduleResult(
            status=self._status(),
            objective=self.best_cost,
            lower_bound=self.lower_bound,
            prices=dict(zip(coverage.skills, prices, strict=False)),
            tours=tuple(self.best),
            unplaced=self.unplaced,
            understaffed_hours=float(coverage.shortage().sum()) * hours,
            overstaffed_hours=float(coverage.idle().sum()) * hours,
            work=self.work,
        )

    def _status(self) -> SolveStatus:
        placed = any(tour is not None for tour in self.best)
        if not placed and self.data.agents:
            everyone = len(self.unplaced) == len(self.data.agents)
            return SolveStatus.INFEASIBLE if everyone else SolveStatus.NO_SOLUTION
        bound = self.lower_bound
        if bound is not None and self.best_cost is not None and self.best_cost - bound <= 1e-6:
            return SolveStatus.OPTIMAL
        return SolveStatus.FEASIBLE


def solve(
    data: ScheduleData,
    budget: Budget,
    *,
    params: SolveParams | None = None,
    report: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    start: StartFrom | None = None,
) -> ScheduleResult:
    """Solve one week; the same seed and counted work give the same schedule."""
    return Solver(
        data, budget, params=params, report=report, cancelled=cancelled, start=start
    ).run()
