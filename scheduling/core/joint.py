"""One solve of everything: live cover, deferred work, days in the office and activities.

Deferred work is asked for together with live work: first laid level into its windows, then, after each solve,
where people were idle in truth, what stayed undone levelled again; tours go on from the solve before. Best
responses on live and deferred worth follow. Then days in the office are chosen, those whom desks left short of
their ratio are planned again with desks as a limit, activities are placed where least service is lost, and the
deferred work is done with whoever is left. The best schedule is kept all along.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData, WorkMode
from scheduling.core.deferred_cover import DeferredPlan
from scheduling.core.findings import Finding, Severity
from scheduling.core.floating import ActivityPlan
from scheduling.core.floating_model import place_activities
from scheduling.core.joint_bound import joint_bound
from scheduling.core.joint_state import JointCost, JointState
from scheduling.core.joint_steps import asked_for, make_desks, make_time, office_worths, polish
from scheduling.core.office_days import OfficePlan, OfficeTeam, office_shifts
from scheduling.core.office_moves import move_with_office
from scheduling.core.office_plan import OfficeParams, plan_office, without_office
from scheduling.core.result import Budget, Progress, ScheduleResult, SolveStatus
from scheduling.core.solver import SolveParams, Solver, StartFrom
from scheduling.core.tours import Tour

DEFERRED_ROUNDS = (0.45, 0.55, 0.65, 0.72)
ANSWERED = 0.85
POLISHED = 0.9
PLACED = 0.96
FIRST = 0.5
DESK_ROUNDS = 3
TINY = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class JointResult:
    """The schedule and everything that is done inside it."""

    schedule: ScheduleResult
    """Tours; cost and shortage count activities, time lost in the office and deferred work."""
    office: OfficePlan | None = None
    activities: ActivityPlan = field(default_factory=ActivityPlan)
    deferred: DeferredPlan = field(default_factory=DeferredPlan)
    findings: tuple[Finding, ...] = ()
    cost: JointCost | None = None
    solver: Solver | None = None
    """The last solve: its shapes number those of the tours."""

    @property
    def late_hours(self) -> float:
        """Agent-hours of deferred work that are not done in time."""
        if self.solver is None:
            return 0.0
        return sum(self.deferred.late) * self.solver.data.horizon.interval_minutes / 60


@dataclass(frozen=True, kw_only=True)
class PartOfBudget:
    """The budget up to a share of it, going on from the work of earlier solves."""

    budget: Budget
    until: float
    work_before: int = 0

    def share_used(self, work: int) -> float:
        """Share of this part."""
        return self.budget.share_used(self.work_before + work) / self.until


@dataclass(frozen=True, kw_only=True)
class JointParams:
    """Knobs of the joint solve."""

    solve: SolveParams = field(default_factory=SolveParams)
    teams: tuple[OfficeTeam, ...] = ()
    effort: float = 5.0
    """Counted seconds of CP-SAT for activities that clash."""


class _Joint:
    """One joint solve."""

    def __init__(
        self,
        data: ScheduleData,
        budget: Budget,
        params: JointParams,
        watch: tuple[Callable[[Progress], None], Callable[[], bool], Callable[[Solver], None]],
    ) -> None:
        self.data, self.budget, self.params = data, budget, params
        self.report, self.cancelled, self.started = watch
        self.rng = np.random.default_rng(params.solve.seed)
        self.work = 0
        self.solver: Solver | None = None
        self.result: ScheduleResult | None = None
        self.findings: list[Finding] = []
        self.bound: float | None = None

    def stop_at(self, share: float) -> Callable[[], bool]:
        """True where this share of the budget is used or the person has asked to stop."""

        def stop() -> bool:
            return self.cancelled() or self.budget.share_used(self.work) >= share

        return stop

    # -- solves ------------------------------------------------------------------------------

    def solve(self, data: ScheduleData, until: float, start: StartFrom) -> ScheduleResult:
        """One run of the engine within a part of the budget."""
        part = PartOfBudget(budget=self.budget, until=until, work_before=self.work)

        def report(progress: Progress) -> None:
            self.report(replace(progress, share=min(1.0, progress.share * until)))

        solver = Solver(
            data,
            part,
            params=self.params.solve,
            report=report,
            cancelled=self.cancelled,
            start=start,
        )
        self.started(solver)
        self.solver = solver
        result = solver.run()
        self.work += result.work
        return result

    def cover(self, start: StartFrom) -> list[Tour | None]:
        """Tours for live and deferred work."""
        if not self.data.deferred:
            until = 1.0 if self._is_plain() else POLISHED
            until = FIRST if self._office_costs_time() else until
            self.result = self.solve(self.data, until, start)
            return list(self.result.tours)
        best: tuple[float, list[Tour | None]] | None = None
        plan: DeferredPlan | None = None
        for until in DEFERRED_ROUNDS:
            if best is not None and (
                self.cancelled() or self.budget.share_used(self.work) >= until
            ):
                break
            result = self.solve(asked_for(self.data, plan), until, start)
            self._prove(result)
            state = JointState(self.data, result.tours)
            plan = state.deferred()
            cost = state.cost(plan).total
            if self.result is None or best is None or cost < best[0] - TINY:
                best, self.result = (cost, list(result.tours)), result
            start = StartFrom(tours=best[1], prices=_as_lists(result.prices))
        assert best is not None
        return best[1]

    def _prove(self, result: ScheduleResult) -> None:
        """Keep the best bound on the whole that the prices of any solve prove."""
        bound = joint_bound(self.data, result.prices)
        # Nothing costs less than nothing: such a bound says nothing.
        if bound is not None and bound > max(0.0, self.bound or 0.0):
            self.bound = bound

    def _is_plain(self) -> bool:
        data = self.data
        return not data.activities and not data.deferred and without_office(data)

    # -- steps after the solves --------------------------------------------------------------

    def run(self, start: StartFrom) -> JointResult:
        """All steps."""
        tours = self.cover(start)
        assert self.result is not None
        if self._is_plain():
            return JointResult(schedule=self.result, solver=self.solver)
        state = JointState(self.data, tours)
        if self._office_costs_time():
            state = self._answer_losses(state)
        everyone = state.roster.placed()
        if self.data.deferred and everyone:
            polish(state, agents=everyone, rng=self.rng, stop=self.stop_at(POLISHED))
            self.work += state.roster.evaluations
        office = self._office(state)
        activities = self._activities(state, office)
        if office is not None or activities.placed:
            moving = self._free_agents(state, office, activities)
            if moving:
                before = state.roster.evaluations
                polish(state, agents=moving, rng=self.rng, stop=self.stop_at(1.0))
                self.work += state.roster.evaluations - before
        return self._result(state, office, activities)

    def _office_costs_time(self) -> bool:
        data = self.data
        return not without_office(data) and any(
            data.office_rate_of(agent) < 1.0
            for agent in data.agents
            if agent.work_mode == WorkMode.HYBRID
        )

    def _answer_losses(self, state: JointState) -> JointState:
        """Solve once more with what days in the office lose asked for on top; the better one stays."""
        if self.cancelled() or not state.roster.placed():
            return state
        plan = self._plan_office(state)
        lost = state.copy(plan).lost_by_skill()
        asked = asked_for(self.data, state.deferred() if self.data.deferred else None)
        rows = {skill: row + lost[skill] for skill, row in asked.required_agents.items()}
        assert self.result is not None
        start = StartFrom(tours=list(state.tours), prices=_as_lists(self.result.prices))
        again = self.solve(replace(asked, required_agents=rows), ANSWERED, start)
        found = JointState(self.data, again.tours)
        costs = []
        for each in (state, found):
            trial = each.copy(self._plan_office(each))
            costs.append(trial.cost().total)
        return found if costs[1] < costs[0] - TINY else state

    def _office(self, state: JointState) -> OfficePlan | None:
        """Days in the office; who lacks some gets a tour with a desk, as far as there is one."""
        if without_office(self.data):
            return None
        plan = self._plan_office(state)
        for _ in range(DESK_ROUNDS):
            if not plan.conflicts or self.cancelled():
                break
            tours = list(state.tours)
            if not make_desks(self.data, state, plan, stop=self.stop_at(PLACED)):
                break
            again = self._plan_office(state)
            if _missing(again) >= _missing(plan):
                for agent, tour in enumerate(tours):
                    if state.tours[agent] is not tour:
                        state.replace(agent, tour)
                break
            plan = again
        self.findings += plan.findings
        state.seat(plan)
        if self._office_costs_time() and not (self.data.deferred or self.params.teams):
            return self._moved(state, plan)
        return plan

    def _moved(self, state: JointState, plan: OfficePlan) -> OfficePlan:
        """Hybrid people planned again with their days in the office."""
        before = state.roster.evaluations
        found = move_with_office(self.data, state, plan, rng=self.rng, stop=self.stop_at(PLACED))
        self.work += state.roster.evaluations - before
        worths = office_worths(self.data, JointState(self.data, state.tours))
        shifts = office_shifts(self.data, state.tours, worths)
        sits = [s.loss for s in shifts if s.must or (s.agent, s.day) in found.in_office]
        return replace(found, cost=float(sum(sits)))

    def _plan_office(self, state: JointState) -> OfficePlan:
        worths = office_worths(self.data, state)
        params = OfficeParams(seed=self.params.solve.seed)
        return plan_office(self.data, state.tours, worths, teams=self.params.teams, params=params)

    def _activities(self, state: JointState, office: OfficePlan | None) -> ActivityPlan:
        """Place activities; attendants who never meet are brought together where they can be."""
        if not self.data.activities:
            return ActivityPlan()
        plan = self._place(state.copy(office), office)
        for activity in self.data.activities:
            if activity.key in plan.unplaced and not activity.needs_office and not self.cancelled():
                busy = {n for item in plan.placed for n in item.attendants}
                busy |= {agent for agent, _day in (office.in_office if office else ())}
                make_time(self.data, state, activity, busy=busy)
        plan = self._place(state, office)
        for item in plan.placed:
            for agent in item.attendants:
                state.leave(agent, np.arange(item.start_slot, item.end_slot))
        self.findings += plan.findings
        return plan

    def _place(self, state: JointState, office: OfficePlan | None) -> ActivityPlan:
        return place_activities(
            self.data,
            state.staff(office),
            effort=self.params.effort,
            seed=self.params.solve.seed,
        )

    def _free_agents(
        self, state: JointState, office: OfficePlan | None, activities: ActivityPlan
    ) -> list[int]:
        """Agents who are neither in an activity nor in the office on chosen days."""
        held = {n for item in activities.placed for n in item.attendants}
        held |= {
            agent
            for agent, _day in (office.in_office if office else ())
            if self.data.agents[agent].work_mode != WorkMode.OFFICE
        }
        return [n for n in state.roster.placed() if n not in held]

    # -- result ------------------------------------------------------------------------------

    def _result(
        self, state: JointState, office: OfficePlan | None, activities: ActivityPlan
    ) -> JointResult:
        assert self.result is not None
        deferred = state.deferred()
        cost = state.cost(deferred)
        bound = self.result.lower_bound
        if self.data.deferred:
            bound = self.bound
            self.findings += late_findings(self.data, deferred)
        hours = self.data.horizon.interval_minutes / 60
        coverage = state.roster.coverage
        schedule = replace(
            self.result,
            status=_status(self.result.status, cost.total, bound),
            objective=cost.total,
            lower_bound=bound,
            tours=tuple(state.tours),
            understaffed_hours=float(coverage.shortage().sum()) * hours,
            overstaffed_hours=(float(coverage.idle().sum()) - deferred.worked()) * hours,
            work=self.work,
        )
        return JointResult(
            schedule=schedule,
            office=office,
            activities=activities,
            deferred=deferred,
            findings=tuple(self.findings),
            cost=cost,
            solver=self.solver,
        )


def _missing(plan: OfficePlan) -> int:
    return sum(conflict.missing_days for conflict in plan.conflicts)


def _status(status: SolveStatus, cost: float, bound: float | None) -> SolveStatus:
    if status not in {SolveStatus.OPTIMAL, SolveStatus.FEASIBLE}:
        return status
    proven = bound is not None and cost - bound <= 1e-6
    return SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE


def _as_lists(prices: Mapping[str, NDArray[np.float64]]) -> dict[str, Sequence[float]]:
    return {skill: row.tolist() for skill, row in prices.items()}


def late_findings(data: ScheduleData, plan: DeferredPlan) -> list[Finding]:
    """Per skill the work that stays late, and how many more people would do it."""
    found = []
    hours = data.horizon.interval_minutes / 60
    for skill in sorted({work.skill for work in data.deferred}):
        late = [
            (work, amount)
            for work, amount in zip(data.deferred, plan.late, strict=True)
            if work.skill == skill and amount > 1e-6
        ]
        if not late:
            continue
        first = min(work.release_slot for work, _ in late)
        end = max(work.due_slot for work, _ in late)
        days = np.searchsorted(data.horizon.day_starts, [first, end - 1], side="right")
        amount = sum(amount for _, amount in late)
        found.append(
            Finding(
                code="deferred_late",
                severity=Severity.WARNING,
                subject=skill,
                values={
                    "skill": skill,
                    "hours": amount * hours,
                    "first": int(days[0]),
                    "last": int(days[1]),
                    "date": f"day {days[0]}",
                    "last_date": f"day {days[1]}",
                },
            )
        )
    return found


def joint_solve(
    data: ScheduleData,
    budget: Budget,
    *,
    params: JointParams | None = None,
    report: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    started: Callable[[Solver], None] = lambda _: None,
    start: StartFrom | None = None,
) -> JointResult:
    """Solve cover, deferred work, days in the office and activities together.

    Args:
        data: everything that decides.
        budget: time or counted work for all steps.
        params: knobs of the engine, teams with common days in the office.
        report: told where the engine stands.
        cancelled: asked again and again; the best schedule so far is returned.
        started: told each run of the engine, for checkpoints.
        start: tours and prices of an earlier attempt.
    """
    joint = _Joint(data, budget, params or JointParams(), (report, cancelled, started))
    return joint.run(start or StartFrom())
