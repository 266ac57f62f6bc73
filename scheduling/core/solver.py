"""The solve: check, first schedule, bound, people from the programme, improvement. The best is kept all along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from scheduling.core.bound import Bound
from scheduling.core.checks import unplaceable
from scheduling.core.data import ScheduleData
from scheduling.core.findings import Finding, Severity
from scheduling.core.improve import (
    AnnealParams,
    anneal,
    best_responses,
    construct,
    follow_programme,
)
from scheduling.core.move_tables import fits
from scheduling.core.pricing import AgentClass, Pricer
from scheduling.core.result import Budget, Phase, Progress, ScheduleResult, SolveStatus
from scheduling.core.roster import Roster
from scheduling.core.seating import seat_everyone
from scheduling.core.small_moves import BENT, GUIDED, PLAIN, TILTED, Chains, Cooling
from scheduling.core.tours import Tour
from scheduling.core.weekends_off import with_weekends_off

if TYPE_CHECKING:
    from scheduling.core.plan_search import PlanSearch

ROWS_PER_WORK = 10
"""Rows of a programme whose solve counts as one best tour."""


PEOPLE_OF_RUNS = 100
"""The fewer people, the more runs, each from the heat again: one of these many on all runs together."""
IDLE_SHARE = 0.01
"""Part of the staffed time that is idle at least where a dive is tried after small moves that did well."""
MUCH_BETTER = 0.8
"""Part of the gap that small moves leave where they are worth going on with."""


@dataclass(frozen=True, kw_only=True)
class SolveParams:
    """Knobs of the solve."""

    seed: int = 1
    threads: int = 2
    enough_gap: float = 0.0
    first_share: float = 0.08
    """Part of the budget that the first schedule may take beyond being legal."""
    follow_share: float = 0.6
    """Part of the budget by which passes along the programme end."""
    dive_share: float = 0.9
    """Part of the budget by which plans taken from the programme must stand."""
    dive_agents: int = 2500
    """Agents in a week up to whom plans are taken from the programme one by one."""
    bound_share: float = 0.6
    """Part of the budget after which the programmes are given up."""
    moves_agents: int = 1500
    """Agents times weeks up to which small moves are tried before plans are taken from the programme."""
    trial_share: float = 0.15
    """Part of what is left of the budget that this trial takes."""
    tilted_share: float = 0.3
    """Part of what is left of the budget for small moves beside the programme's prices."""

    def __post_init__(self) -> None:
        """Refuse nonsense."""
        if self.enough_gap < 0:
            raise ValueError(f"Expected enough_gap >= 0, got {self.enough_gap}.")
        if self.threads < 1:
            raise ValueError(f"Expected at least 1 thread, got {self.threads}.")


@dataclass(frozen=True, kw_only=True)
class StartFrom:
    """A schedule and prices of an earlier attempt."""

    tours: Sequence[Tour | None] = ()
    prices: Mapping[str, Sequence[float]] = field(default_factory=dict)


class Solver:
    """One solve of one or more weeks."""

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
        self.whole_costs = self._costs_are_whole()
        self.extra_work = 0
        self.phase = Phase.CHECK
        self.best_cost: float | None = None
        self.best: list[Tour | None] = []
        self.unplaced: dict[str, Finding] = {}
        self.search: Bound | None = None
        self.plans: PlanSearch | None = None
        self.chains: Chains | None = None
        self.moves_do_better = False
        self.won: Cooling | None = None
        self.limit = 1.0
        self.begun = budget.share_used(0)

    # -- budget ------------------------------------------------------------------------------

    @property
    def work(self) -> int:
        """Best tours computed so far, other work converted."""
        priced = self.search.pricer.evaluations if self.search else 0
        planned = self.plans.work if self.plans else 0
        moved = self.chains.work if self.chains else 0
        return self.roster.evaluations + priced + planned + moved + self.extra_work

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

    def keep_best(self) -> bool:
        """Remember the present schedule where it costs less than the best."""
        cost = self.roster.cost()
        if self.best_cost is not None:
            lost = len(self.roster.placed()) < sum(tour is not None for tour in self.best)
            if lost or cost >= self.best_cost - 1e-9:
                return False
        self.best_cost, self.best = cost, self.roster.tour_list()
        hours = self.data.horizon.interval_minutes / 60
        self._shortage_hours = float(self.roster.coverage.shortage().sum()) * hours
        return True

    @property
    def lower_bound(self) -> float | None:
        """The proven bound; rounded up where costs can only be whole numbers."""
        if self.search is None or not np.isfinite(self.search.best):
            return None
        bound = max(0.0, self.search.best)
        return float(ceil(bound - 1e-6)) if self.whole_costs else bound

    def _costs_are_whole(self) -> bool:
        """True where every schedule costs a whole amount."""
        if any(group.model.has_own_cost for group in self.roster.classes):
            return False
        rows = [self.data.over_cost, self.data.minimum_cost, *self.data.under_cost.values()]
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

    def enough(self) -> bool:
        """True where this phase has to end or nothing is left to gain."""
        return self.stop() or self.good_enough()

    def _unplaced_of(self, group: AgentClass) -> int:
        return sum(self.data.agents[n].key in self.unplaced for n in group.members)

    # -- phases ------------------------------------------------------------------------------

    def run(self) -> ScheduleResult:
        """Solve until the budget is used, the gap is closed or the person stops it."""
        self.tell()
        without = unplaceable(self.data, self.roster.classes)
        self.unplaced = {self.data.agents[n].key: finding for n, finding in without.items()}
        self._construct(set(without))
        if not self.cancelled():
            self._bound()
        if not self.good_enough() and self.search is not None:
            self._follow()
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
        construct(self.roster, rng=self.rng, stop=self._cancelled_and_told)
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
        self.limit = self._until(self.params.first_share)
        best_responses(self.roster, rng=self.rng, stop=self.stop)
        self.keep_best()

    def _cancelled_and_told(self) -> bool:
        self.tell()
        return self.cancelled()

    def _bound(self) -> None:
        """Prices that prove how good a schedule can be."""
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
        without = [group for group in self.roster.classes if group not in placed]
        spare = {id(group): self._unplaced_of(group) for group in placed}
        if self.data.weeks > 1:
            firm = [group for group in placed if spare[id(group)]]
            others = [group for group in placed if not spare[id(group)]]
            placed = [*firm, *with_weekends_off(others, self.data.weeks)]
        masks = [coverage.mask(group.skills) for group in placed]
        short = {n: spare[id(group)] for n, group in enumerate(placed) if id(group) in spare}
        pricer = Pricer(self.data, placed, coverage, without=without, spare=short)
        self.search = search = Bound(pricer, masks)
        search.price(search.best_prices)
        if set(self.start.prices) == set(coverage.skills):
            search.price(np.array([self.start.prices[skill] for skill in coverage.skills]))
        search.solve_weeks(threads=self.params.threads, stop=self.enough, cancelled=self.cancelled)
        rows = sum(programme.solver.size[0] for programme in search.programmes)
        self.extra_work += rows // ROWS_PER_WORK
        self.tell()

    def _follow(self) -> None:
        """Schedules near the programme's: agent by agent along it, then its own plans."""
        assert self.search is not None
        self.phase = Phase.PROFILE
        if not self.search.programmes or self.cancelled():
            return
        self.limit = self._until(self.params.follow_share)
        follow_programme(
            self.roster,
            self.search.profile,
            self.search.worths(),
            rng=self.rng,
            stop=self.enough,
            keep=self.keep_best,
        )
        self.roster.load(self.best)
        if self.good_enough():
            return
        self._try_moves()
        if self._may_dive() and (self._idles() or not self.moves_do_better):
            self._dive()

    def _may_dive(self) -> bool:
        """Whether the programme is small enough to take people's plans from it."""
        assert self.search is not None
        return 0 < len(self.roster.placed()) <= self.params.dive_agents and not self.search.is_light

    def _idles(self) -> bool:
        """Whether time is idle under the best schedule; where none is, a dive takes too long to end."""
        coverage = self.roster.coverage
        staffed = sum(float(row.sum()) for row in self.roster.staffed.values())
        return float(coverage.idle().sum()) > IDLE_SHARE * staffed

    def _try_moves(self) -> None:
        """A short run of small moves on a small roster; are they worth going on with?"""
        people = len(self.roster.placed()) * self.data.weeks
        if people > self.params.moves_agents or self.search is None or self.search.is_light:
            return
        before, bound = self.best_cost, self.lower_bound
        assert before is not None
        assert bound is not None
        self._cool((BENT, PLAIN), self.params.trial_share)
        assert self.best_cost is not None
        self.moves_do_better = self.best_cost - bound < MUCH_BETTER * (before - bound)

    def _cool(self, coolings: tuple[Cooling, ...], part: float) -> None:
        """Run small moves for a part of what is left of the budget; the best is kept."""
        if self.chains is None:
            if not fits(self.roster):
                return
            self.chains = Chains(self.roster, seed=self.params.seed, threads=self.params.threads)
            if self.search is not None and self.search.programmes:
                self.chains.target, self.chains.worth = self.search.profile, self.search.worths()
        begun = self.budget.share_used(self.work)
        left = max(1e-9, (1.0 - begun) * part)
        self.limit = 1.0
        self.won = self.chains.cool(
            coolings,
            lambda: (self.budget.share_used(self.work) - begun) / left,
            self.enough,
            self.keep_best,
        )
        self.keep_best()
        self.roster.load(self.best)

    def _dive(self) -> None:
        """People taken from the programme one by one."""
        # CP-SAT brings pandas: over a second that a first schedule need not wait for.
        from scheduling.core.plan_search import PlanSearch  # noqa: PLC0415

        assert self.search is not None
        self.limit = self._until(self.params.dive_share)
        self.plans = PlanSearch(
            self.roster, self.search, seed=self.params.seed, threads=self.params.threads
        )
        before, begun = self.best_cost, self.budget.share_used(self.work)

        def in_time(part: float) -> bool:
            spent = self.budget.share_used(self.work) - begun
            return spent <= part * (self.limit - begun)

        if self.plans.dive(self.enough, in_time):
            self.keep_best()
        self.roster.load(self.best)
        if self.best_cost != before:
            self.moves_do_better = False

    def _improve(self) -> None:
        """Plans of a few agents anew by the programme, whole days, best responses, in turn."""
        self.phase, self.limit = Phase.IMPROVE, 1.0
        if self.plans is not None and self.plans.complete:
            while not self.enough() and self.plans.improve(self.enough):
                self.keep_best()
                self.roster.load(self.best)
        if self.moves_do_better:
            coolings = (PLAIN, PLAIN) if self.won is PLAIN else (BENT, GUIDED)
            for runs_left in range(max(1, PEOPLE_OF_RUNS // len(self.roster.placed())), 0, -1):
                if not self.enough():
                    self._cool(coolings, 1.0 / runs_left)
        elif not self.enough():
            self._cool((TILTED,) * self.params.threads, self.params.tilted_share)
        worth = self.search.worths() if self.search is not None else {}
        while not self.enough() and self.roster.placed():
            left = 1.0 - self.budget.share_used(self.work)
            params = AnnealParams(
                moves=max(200, 2 * len(self.data.agents)), temperature=15.0 * left, worth=worth
            )
            anneal(self.roster, params, rng=self.rng, stop=self.enough)
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
    """Solve; the same seed and counted work give the same schedule."""
    return Solver(
        data, budget, params=params, report=report, cancelled=cancelled, start=start
    ).run()
