"""The requirement of a deferred queue: by due time, with its opening backlog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.computations.goal_rows import goal_facts, in_force, refuse_gaps
from staffing.computations.refused import QueueRefused
from staffing.core.deferred import DeferredWork
from staffing.core.deferred_plan import DeferredGoal, DeferredPlan, plan_deferred
from staffing.core.due_times import OpeningBacklog, deferred_work, due_boundaries
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.params import RequirementParams
from staffing.core.shrinkage import required_fte
from staffing.queries import QueueInputs, backlog_by_due
from staffing.services import QueueRequirement
from wfm.org.models import Queue
from wfm.timeline import DueRule, due_instants


@dataclass(frozen=True)
class _Terms:
    """What the goal versions say, per interval and for the plan."""

    due: IntArray
    level: float
    occupancy_cap: float
    facts: list[dict[str, Any]]


def staff_deferred_queue(
    queue: Queue, inputs: QueueInputs, *, backlog_at: datetime, params: RequirementParams
) -> QueueRequirement:
    """Return the least people per interval that finish what is due by each moment.

    The plan begins with the items that are open at `backlog_at`, the start of its intervals.
    """
    if not inputs.is_open.any():
        raise QueueRefused(_("This queue has no opening hours in the period; set them first."))
    terms = _terms(queue, inputs)
    items = np.nan_to_num(inputs.offered)
    backlog = _backlog(queue, inputs, at=backlog_at, params=params)
    work = deferred_work(
        items=items,
        aht_seconds=inputs.aht_seconds,
        due=terms.due,
        backlog=backlog,
        open_seconds=np.where(inputs.is_open, _step_seconds(queue) * terms.occupancy_cap, 0.0),
    )
    goal = DeferredGoal(level=terms.level, min_agents=queue.min_agents, shape=params.deferred_shape)
    arriving = float((items * inputs.aht_seconds).sum())
    plan = plan_deferred(work, goal=goal, arriving_seconds=arriving)
    return _result(queue, inputs, terms, work, plan, _detail(plan, backlog, terms, params))


def _step_seconds(queue: Queue) -> int:
    return queue.interval_minutes * 60


def _boundaries(queue: Queue, inputs: QueueInputs, *, rule: DueRule) -> IntArray:
    """Return by which boundary work that arrives at the start of each interval is due."""
    starts_at = inputs.series.starts_at
    try:
        due = due_instants(inputs.calendar, rule, starts_at)
    except ValueError as error:
        raise QueueRefused(str(error)) from error
    steps = (due - starts_at[0]).astype(np.int64) // _step_seconds(queue)
    return np.asarray(np.minimum(steps, starts_at.size + 1))


def _within(queue: Queue, inputs: QueueInputs, within_seconds: FloatArray) -> IntArray:
    return due_boundaries(
        is_open=inputs.is_open,
        step_seconds=_step_seconds(queue),
        within_seconds=within_seconds,
    )


def _backlog(
    queue: Queue, inputs: QueueInputs, *, at: datetime, params: RequirementParams
) -> OpeningBacklog:
    due, items = backlog_by_due(queue, at=at, step_seconds=_step_seconds(queue))
    clear_within = np.full(inputs.offered.shape, params.clear_overdue_minutes * 60.0)
    return OpeningBacklog(
        items=items,
        due=due,
        aht_seconds=_mean_aht(np.nan_to_num(inputs.offered), inputs.aht_seconds),
        overdue_by=int(_within(queue, inputs, clear_within)[0]),
    )


def _terms(queue: Queue, inputs: QueueInputs) -> _Terms:
    """Each arrival is due by the version of its own day; the strictest level and cap hold."""
    refuse_gaps(inputs, needed=np.ones(inputs.dates.shape, dtype=bool))
    due = np.zeros(inputs.dates.shape, dtype=np.int64)
    for goal in inputs.goals:
        if goal.due_rule is None:
            raise QueueRefused(
                _("Version %(version)s of this queue's goal has no due time; set one.")
                % {"version": goal.version}
            )
        rows = in_force(goal, inputs)
        due[rows] = _boundaries(queue, inputs, rule=goal.due_rule)[rows]
    caps = [goal.max_occupancy_rate or 1.0 for goal in inputs.goals]
    return _Terms(
        due=due,
        level=max(goal.level for goal in inputs.goals),
        occupancy_cap=min(caps),
        facts=[goal_facts(goal) for goal in inputs.goals],
    )


def _mean_aht(items: FloatArray, aht_seconds: FloatArray) -> float:
    total = float(items.sum())
    return float((items * aht_seconds).sum()) / total if total else float(aht_seconds.mean())


def _detail(
    plan: DeferredPlan, backlog: OpeningBacklog, terms: _Terms, params: RequirementParams
) -> dict[str, Any]:
    return {
        "shape": str(params.deferred_shape),
        "flat_agents": plan.flat_agents,
        "peak_agents": float(plan.required_agents.max(initial=0.0)),
        "target_level": plan.target_level,
        "goal_level": terms.level,
        "backlog_items": float(backlog.items.sum()),
        "overdue_items": float(backlog.items[backlog.is_overdue].sum()),
        "closing_backlog_hours": float(plan.outcome.backlog_seconds[-1]) / 3600,
    }


def _result(
    queue: Queue,
    inputs: QueueInputs,
    terms: _Terms,
    work: DeferredWork,
    plan: DeferredPlan,
    detail: dict[str, Any],
) -> QueueRequirement:
    hours = queue.interval_minutes / 60
    items = np.nan_to_num(inputs.offered)
    outcome, shrinkage = plan.outcome, inputs.shrinkage
    level = np.full(items.shape, np.nan)
    np.divide(outcome.on_time_items, outcome.due_items, out=level, where=outcome.due_items > 0)
    capacity = plan.required_agents * inputs.is_open * queue.interval_minutes * 60
    occupancy = np.full(items.shape, np.nan)
    np.divide(outcome.worked_seconds, capacity, out=occupancy, where=capacity > 0)
    unknown = np.full(items.shape, np.nan)
    paid = required_fte(plan.required_agents, shrinkage.total_rate)
    return QueueRequirement(
        starts_at=inputs.series.starts_at,
        offered=items,
        aht_seconds=inputs.aht_seconds,
        workload_erlangs=items * inputs.aht_seconds / (queue.interval_minutes * 60),
        required_agents=plan.required_agents,
        required_fte=required_fte(plan.required_agents, shrinkage.unscheduled_rate),
        shrinkage_rate=shrinkage.unscheduled_rate,
        service_level=level,
        asa_seconds=unknown,
        abandonment_rate=unknown,
        occupancy_rate=occupancy,
        fewer_service_level=unknown,
        more_service_level=unknown,
        compared_agents=unknown,
        compared_service_level=unknown,
        finished=outcome.finished_items,
        is_open=inputs.is_open,
        model="deferred",
        goal={"versions": terms.facts},
        required_hours=float(plan.required_agents.sum()) * hours,
        paid_hours=float(paid.sum()) * hours,
        overall_level=outcome.level if work.counts.any() else None,
        ceiling_level=plan.ceiling_level,
        detail=detail,
    )
