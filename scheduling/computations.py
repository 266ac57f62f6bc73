"""The solve as a job; only tasks import this, so that web processes never load OR-Tools."""

from __future__ import annotations

import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.core.data import InvalidDataError
from scheduling.core.findings import Severity
from scheduling.core.joint import JointParams, joint_solve
from scheduling.core.joint_state import live_data
from scheduling.core.result import Phase, Progress, ScheduleResult, SolveStatus
from scheduling.core.roster import Roster
from scheduling.core.solver import SolveParams, Solver, StartFrom
from scheduling.core.tours import Tour, TourModel
from scheduling.models import ScheduleVersion
from scheduling.queries.solve_input import CostParams, SolveInput, solve_input
from scheduling.services.errors import UnableToEdit
from scheduling.services.results import save_result
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.tenancy import system_tenant

CHECKPOINT_EVERY_SECONDS = 5.0
PHASE_TEXTS = {
    Phase.CHECK: gettext_lazy("Checking the input"),
    Phase.CONSTRUCT: gettext_lazy("First schedule"),
    Phase.BOUND: gettext_lazy("Proving a bound"),
    Phase.PROFILE: gettext_lazy("Following the profile"),
    Phase.IMPROVE: gettext_lazy("Improving"),
    Phase.DONE: gettext_lazy("Writing"),
}


class _JobBudget:
    """Wall clock over all attempts: a resumed solve has what the killed one left, at least a third."""

    def __init__(self, seconds: float, *, used_seconds: float) -> None:
        self.started = time.monotonic()
        self.used_seconds = min(used_seconds, seconds * 2 / 3)
        self.seconds = seconds

    def elapsed(self) -> float:
        """Seconds of this and earlier attempts."""
        return self.used_seconds + time.monotonic() - self.started

    def share_used(self, work: int) -> float:
        """Share of the seconds."""
        del work
        return self.elapsed() / self.seconds


class _Reporter:
    """Progress to the job each second, the best schedule to the checkpoint every few seconds."""

    def __init__(self, ctx: JobContext, budget: _JobBudget) -> None:
        self.ctx, self.budget = ctx, budget
        self.solver: Solver | None = None
        self.curve: list[dict[str, Any]] = list(ctx.checkpoint.get("curve", []))
        self.last_report = time.monotonic()
        self.last_checkpoint = self.last_report - CHECKPOINT_EVERY_SECONDS
        self.saved_cost: float | None = None

    def __call__(self, progress: Progress) -> None:
        """Report, at most twice a second; keep the best where it is new."""
        moment = time.monotonic()
        if moment - self.last_report < 0.5 and progress.phase != Phase.DONE:
            return
        self.last_report = moment
        point = {
            "seconds": round(self.budget.elapsed(), 1),
            "cost": _rounded(progress.cost),
            "lower_bound": _rounded(progress.lower_bound),
            "shortage_hours": _rounded(progress.shortage_hours),
        }
        if progress.cost is not None and self._is_news(point):
            self.curve.append(point)
        self.ctx.progress(
            min(0.99, progress.share),
            _message(progress),
            phase=str(progress.phase),
            gap=progress.gap,
            curve=self.curve[-400:],
            **point,
        )
        if moment - self.last_checkpoint >= CHECKPOINT_EVERY_SECONDS and self._save(progress):
            self.last_checkpoint = moment

    def follow(self, solver: Solver) -> None:
        """Take the best schedule from this run of the engine from now on."""
        self.solver, self.saved_cost = solver, None

    def _is_news(self, point: dict[str, Any]) -> bool:
        if not self.curve:
            return True
        last = self.curve[-1]
        changed = any(point[key] != last[key] for key in ("cost", "lower_bound"))
        return changed or point["seconds"] - last["seconds"] >= 2

    def _save(self, progress: Progress) -> bool:
        """Keep the best schedule for a later attempt; False where there is no new one."""
        solver = self.solver
        if solver is None or progress.cost is None or progress.cost == self.saved_cost:
            return False
        self.saved_cost = progress.cost
        prices = {}
        if solver.search is not None:
            rows = solver.search.best_prices.round(4).tolist()
            prices = dict(zip(solver.roster.coverage.skills, rows, strict=True))
        self.ctx.save_checkpoint(
            {
                "tours": {
                    agent.key: _dump(tour)
                    for agent, tour in zip(solver.data.agents, solver.best, strict=True)
                    if tour is not None
                },
                "prices": prices,
                "used_seconds": round(self.budget.elapsed(), 1),
                "curve": self.curve[-400:],
            }
        )
        return True


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _message(progress: Progress) -> str:
    text = str(PHASE_TEXTS[progress.phase])
    if progress.cost is None:
        return text
    parts = [text, _("cost %(cost).0f") % {"cost": progress.cost}]
    if progress.lower_bound is not None:
        parts.append(_("bound %(bound).0f") % {"bound": progress.lower_bound})
    if progress.gap is not None:
        parts.append(_("gap %(gap).1f %%") % {"gap": progress.gap * 100})
    if progress.shortage_hours is not None:
        parts.append(_("shortage %(hours).1f h") % {"hours": progress.shortage_hours})
    return " · ".join(parts)


def _dump(tour: Tour) -> list[list[Any]]:
    return [[s.day, s.shape, s.start_slot, list(s.breaks)] for s in tour.shifts]


def _load(checkpoint: dict[str, Any], given: SolveInput) -> StartFrom:
    """The schedule of a killed attempt, as far as it still fits the data."""
    kept = checkpoint.get("tours", {})
    if not kept:
        return StartFrom(prices=checkpoint.get("prices", {}))
    roster = Roster(live_data(given.data))
    tours: list[Tour | None] = []
    for number, agent in enumerate(given.data.agents):
        saved = kept.get(agent.key)
        model = roster.class_of[number].model
        tours.append(None if saved is None else _restore(model, saved))
    return StartFrom(tours=tours, prices=checkpoint.get("prices", {}))


def _restore(model: TourModel, saved: list[list[Any]]) -> Tour | None:
    for day, shape, start, _breaks in saved:
        fits = day in model.fixed if shape is None else model.allows(day, shape, start)
        if not fits:
            return None
    return model.tour_with(
        [(day, shape, start) for day, shape, start, _ in saved],
        {day: tuple(breaks) for day, _, _, breaks in saved},
    )


def solve_week(ctx: JobContext) -> dict[str, Any]:
    """Solve the job's version and write its shifts; a cancelled solve keeps the best it has."""
    with system_tenant():
        version = ScheduleVersion.objects.get(pk=ctx.params["version_id"])
        parameters = version.parameters
        try:
            given = solve_input(version=version, costs=CostParams.of(parameters))
        except (InvalidDataError, ValueError) as error:
            raise JobRefused(str(error)) from error
    seconds = float(parameters.get("time_limit_seconds", 60))
    budget = _JobBudget(seconds, used_seconds=float(ctx.checkpoint.get("used_seconds", 0.0)))
    reporter = _Reporter(ctx, budget)
    params = SolveParams(
        seed=version.seed,
        enough_gap=float(parameters.get("enough_gap", 0.0)),
    )
    result = joint_solve(
        given.data,
        budget,
        params=JointParams(solve=params, teams=given.teams),
        report=reporter,
        cancelled=lambda: ctx.cancelled,
        started=reporter.follow,
        start=_load(ctx.checkpoint, given),
    )
    _refuse_nothing(result.schedule)
    assert result.solver is not None
    classes = result.solver.roster.classes
    shapes = {group.model.contract.name: group.model.shapes for group in classes}
    try:
        with ctx.publishing():
            save_result(version=version, given=given, result=result, shapes=shapes)
    except UnableToEdit as error:
        raise JobRefused(str(error)) from error
    return _outcome(result.schedule, budget, stopped=ctx.cancelled)


def _refuse_nothing(result: ScheduleResult) -> None:
    if result.status not in {SolveStatus.INFEASIBLE, SolveStatus.NO_SOLUTION}:
        return
    reasons = [f.text for f in result.unplaced.values() if f.severity == Severity.ERROR]
    if reasons:
        raise JobRefused(
            _("Nobody has a legal week. The first reason: %(reason)s") % {"reason": reasons[0]}
        )
    raise JobRefused(_("There is nobody to schedule, or the solve was stopped before it began."))


def _outcome(result: ScheduleResult, budget: _JobBudget, *, stopped: bool) -> dict[str, Any]:
    return {
        "status": str(result.status),
        "cost": _rounded(result.objective),
        "lower_bound": _rounded(result.lower_bound),
        "gap": result.gap,
        "understaffed_hours": round(result.understaffed_hours, 2),
        "overstaffed_hours": round(result.overstaffed_hours, 2),
        "unplaced": len(result.unplaced),
        "seconds": round(budget.elapsed(), 1),
        "stopped_early": stopped,
    }
