"""The requirement of a deferred queue: by due time, with its opening backlog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.computations.deferred_office import OfficeFacts, demand_of, office_of
from staffing.computations.goal_rows import goal_facts, in_force, refuse_gaps
from staffing.computations.refused import QueueRefused
from staffing.core.deferred_checked import CheckedPlan, check_plan
from staffing.core.deferred_demand import DeferredDemand
from staffing.core.deferred_plan import DeferredGoal
from staffing.core.kernels import FloatArray
from staffing.core.params import RequirementParams
from staffing.core.shrinkage import required_fte
from staffing.queries import QueueInputs
from staffing.services import QueueRequirement
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import DueRule, day_bounds

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Terms:
    """What the goal versions say, for the plan."""

    level: float
    facts: list[dict[str, Any]]


def staff_deferred_queue(
    queue: Queue, inputs: QueueInputs, *, backlog_at: datetime, params: RequirementParams
) -> QueueRequirement:
    """Return the least people per interval that finish what is due by each moment.

    The plan begins with the items that are open at `backlog_at`, the start of its intervals. It is
    simulated before it is given, and mended where that falls short.
    """
    facts = _facts(queue, inputs)
    if facts.begins_at != backlog_at.astimezone(UTC):
        msg = f"Expected intervals from {backlog_at} on, got {facts.begins_at}."
        raise ValueError(msg)
    demand = demand_of(facts, params)
    terms = _terms(inputs)
    goal = DeferredGoal(level=terms.level, min_agents=queue.min_agents, shape=params.deferred_shape)
    checked = check_plan(demand, goal=goal, office=lambda agents: office_of(facts, demand, agents))
    detail = _detail(facts, demand, checked, terms, params)
    return _result(queue, inputs, terms, demand, checked, detail)


def deferred_demand(queue: Queue, inputs: QueueInputs, params: RequirementParams) -> DeferredDemand:
    """Return the work that the queue is staffed for; its pool is planned from the same."""
    return demand_of(_facts(queue, inputs), params)


def _facts(queue: Queue, inputs: QueueInputs) -> OfficeFacts:
    """Each arrival is due by the version of its own day; the strictest cap holds."""
    refuse_gaps(inputs, needed=np.ones(inputs.dates.shape, dtype=bool))
    return OfficeFacts(
        queue=queue,
        calendar=inputs.calendar,
        rules=[(np.flatnonzero(in_force(goal, inputs)), rule) for goal, rule in _rules(inputs)],
        starts_at=inputs.series.starts_at,
        items=np.nan_to_num(inputs.offered),
        aht_seconds=inputs.aht_seconds,
        occupancy_cap=min(goal.max_occupancy_rate or 1.0 for goal in inputs.goals),
    )


def _rules(inputs: QueueInputs) -> Iterator[tuple[ServiceGoal, DueRule]]:
    for goal in inputs.goals:
        if goal.due_rule is None:
            raise QueueRefused(
                _("Version %(version)s of this queue's goal has no due time; set one.")
                % {"version": goal.version}
            )
        yield goal, goal.due_rule


def _terms(inputs: QueueInputs) -> _Terms:
    return _Terms(
        level=max(goal.level for goal in inputs.goals),
        facts=[goal_facts(goal) for goal in inputs.goals],
    )


def _detail(
    facts: OfficeFacts,
    demand: DeferredDemand,
    checked: CheckedPlan,
    terms: _Terms,
    params: RequirementParams,
) -> dict[str, Any]:
    plan, backlog = checked.plan, demand.backlog
    achieved = plan.achieved
    unfinished = float(backlog.items.sum()) * backlog.aht_seconds + demand.arriving_seconds
    ends_at = facts.begins_at + timedelta(seconds=demand.end_seconds)
    left = achieved.left_due_seconds - demand.end_seconds
    return {
        "shape": str(params.deferred_shape),
        "flat_agents": plan.flat_agents,
        "unbuffered_agents": plan.unbuffered_agents,
        "peak_agents": float(plan.required_agents.max(initial=0.0)),
        "target_level": plan.target_level,
        "goal_level": terms.level,
        "backlog_items": float(backlog.items.sum()),
        "overdue_items": float(backlog.items[backlog.is_overdue].sum()),
        "opening_by_due": _by_due(
            backlog.due_seconds, backlog.items, at=facts.begins_at, tz=facts.queue.timezone
        ),
        "closing_by_due": _by_due(
            left, np.full(left.size, achieved.left_weight), at=ends_at, tz=facts.queue.timezone
        ),
        "closing_backlog_hours": max(0.0, unfinished - float(achieved.worked_seconds.sum())) / 3600,
        "cleared_level": achieved.cleared_level if achieved.overdue_items else None,
        "simulated_level": checked.simulated_level,
        "simulated_days": checked.simulated_days,
        "mended": checked.mended,
    }


def _by_due(due_seconds: FloatArray, items: FloatArray, *, at: datetime, tz: str) -> dict[str, Any]:
    """Return the backlog at a moment by time left: overdue, due that day, the next day, later.

    `days` are the items by local date of their due time; the overdue ones stand under the first.
    """
    today = day_bounds((at.astimezone(UTC)).date(), tz)
    day = at.astimezone(UTC).date()
    while today.ends_at <= at:
        day += ONE_DAY
        today = day_bounds(day, tz)
    while today.starts_at > at:
        day -= ONE_DAY
        today = day_bounds(day, tz)
    midnight = (today.ends_at - at).total_seconds()
    next_midnight = (day_bounds(day + ONE_DAY, tz).ends_at - at).total_seconds()
    group = np.searchsorted([0.0, midnight, next_midnight], due_seconds, side="left")
    sums = np.bincount(group, items, 4)
    names = ("overdue", "today", "tomorrow", "later")
    return dict(zip(names, np.round(sums, 2).tolist(), strict=True)) | {"at": at.isoformat()}


def _result(
    queue: Queue,
    inputs: QueueInputs,
    terms: _Terms,
    demand: DeferredDemand,
    checked: CheckedPlan,
    detail: dict[str, Any],
) -> QueueRequirement:
    hours = queue.interval_minutes / 60
    plan = checked.plan
    achieved, shrinkage = plan.achieved, inputs.shrinkage
    items = demand.items
    level = np.full(items.shape, np.nan)
    np.divide(achieved.on_time_items, achieved.due_items, out=level, where=achieved.due_items > 0)
    capacity = plan.required_agents * demand.working_seconds / demand.occupancy_cap
    occupancy = np.full(items.shape, np.nan)
    np.divide(achieved.worked_seconds, capacity, out=occupancy, where=capacity > 0)
    unknown = np.full(items.shape, np.nan)
    paid = required_fte(plan.required_agents, shrinkage.total_rate)
    is_due = bool((achieved.due_items > 0.0).any())
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
        finished=achieved.done_items,
        callbacks=np.zeros(items.shape),
        is_open=demand.working_seconds > 0.0,
        model="deferred",
        goal={"versions": terms.facts},
        required_hours=float(plan.required_agents.sum()) * hours,
        paid_hours=float(paid.sum()) * hours,
        overall_level=plan.level if is_due else None,
        ceiling_level=plan.ceiling_level,
        detail=detail,
    )
