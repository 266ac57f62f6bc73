"""The requirement of a live queue: Erlang A or C, or the chat chain, along its day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from staffing.computations.goal_rows import goal_facts, rows_by_goal
from staffing.computations.live_plan import LivePlan, path_begins, plan_live
from staffing.computations.refused import QueueRefused
from staffing.core.callbacks import CallbackOffers
from staffing.core.definitions import Model
from staffing.core.goals import Goals
from staffing.core.input_checks import UnusableInput
from staffing.core.kernels import FloatArray, RowIndex
from staffing.core.live import LiveQueue
from staffing.core.model_choice import LiveGoal, refuse_goal
from staffing.core.params import RequirementParams
from staffing.core.pooling import level_counts
from staffing.core.shrinkage import required_fte
from staffing.core.traffic import Prediction
from staffing.core.transient import GoalVersions
from staffing.queries import (
    Patience,
    QueueInputs,
    live_goal,
    live_queue,
    queue_patience,
)
from staffing.queries.callbacks import callback_offers
from staffing.services import QueueRequirement
from wfm.org.models import Queue, ServiceGoal


@dataclass
class _Plan:
    """Agents per interval and what they achieve."""

    agents: FloatArray
    level: FloatArray
    fewer_level: FloatArray
    more_level: FloatArray
    compared_agents: FloatArray
    compared_level: FloatArray
    callbacks: FloatArray
    prediction: Prediction
    in_time: float = 0.0
    counted: float = 0.0
    goals: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def empty(cls, size: int) -> _Plan:
        return cls(
            agents=np.zeros(size),
            level=np.full(size, np.nan),
            fewer_level=np.full(size, np.nan),
            more_level=np.full(size, np.nan),
            compared_agents=np.zeros(size),
            compared_level=np.full(size, np.nan),
            callbacks=np.zeros(size),
            prediction=Prediction.unknown(size, frozenset()),
        )


def staff_live_queue(
    queue: Queue,
    inputs: QueueInputs,
    *,
    model: str,
    params: RequirementParams,
    before: datetime,
) -> QueueRequirement:
    """Return the least agents per interval that keep the goals in force then."""
    patience = known_patience(queue, model=model, before=before)
    offers = callback_offers(queue, inputs.dates)
    return LivePlanning(queue, inputs, model, params, patience, offers).plan()


@dataclass(frozen=True)
class LivePlanning:
    """All that a live queue is planned from; `plan` asks the database nothing."""

    queue: Queue
    inputs: QueueInputs
    model: str
    params: RequirementParams
    patience: Patience | None
    offers: CallbackOffers

    def plan(self) -> QueueRequirement:
        """Return the least agents per interval; raises QueueRefused."""
        queue, inputs, params = self.queue, self.inputs, self.params
        offered = np.where(inputs.is_open, np.nan_to_num(inputs.offered), 0.0)
        live = live_queue(
            queue,
            model=self.model,
            offered=offered,
            aht_seconds=inputs.aht_seconds,
            patience_seconds=self.patience.seconds if self.patience else None,
            params=params,
        )
        plan = _Plan.empty(offered.size)
        versions = []
        for goal, rows in rows_by_goal(inputs):
            wanted = _checked(goal, self.model).over(rows.size, min_agents=queue.min_agents)
            versions.append((rows, wanted))
            plan.goals.append(goal_facts(goal))
        if versions:
            self._staff(versions, live, offered, plan)
        return _result(
            queue, inputs, live, offered, plan, _detail(self.patience, params, live, plan)
        )

    def _staff(
        self,
        versions: list[tuple[RowIndex, Goals]],
        live: LiveQueue,
        offered: FloatArray,
        plan: _Plan,
    ) -> None:
        """Plan the open intervals, whichever version of the goal holds in each."""
        rows = np.flatnonzero(self.inputs.is_open)
        inputs = self.inputs
        parts = tuple((np.searchsorted(rows, held), goals) for held, goals in versions)
        begins = path_begins(rows, is_open=inputs.is_open, is_open_before=inputs.is_open_before)
        try:
            found = plan_live(
                live.take(rows),
                GoalVersions(parts, rows.size),
                begins=begins,
                interval_seconds=self.queue.interval_minutes * 60,
                strategy=self.params.live_strategy,
                callbacks=self.offers.take(rows) if self.offers.is_made else None,
            )
        except UnusableInput as error:
            raise QueueRefused(str(error)) from error
        if found is None:
            raise QueueRefused(
                _("No number of agents meets this queue's goals at %(erlangs).1f erlang.")
                % {"erlangs": float(live.traffic.erlangs[rows].max())}
            )
        _fill(plan, found, offered[rows], rows, parts)


def known_patience(queue: Queue, *, model: str, before: datetime) -> Patience | None:
    """Return the patience of customers who give up; raises QueueRefused where it is not known."""
    return (
        checked_patience(queue_patience(queue, before=before)) if gives_up(queue, model) else None
    )


def gives_up(queue: Queue, model: str) -> bool:
    """Tell whether the model has customers who give up."""
    return model != Model.C and queue.contacts_abandon


def checked_patience(patience: Patience) -> Patience:
    """Return a patience that is known; raises QueueRefused where it is not."""
    if patience.seconds is None:
        raise QueueRefused(
            _(
                "Customers of this queue give up, but their patience is not known: history has only "
                "%(count)d abandonments with waits. Set the patience or import more history."
            )
            % {"count": patience.abandoned}
        )
    return patience


def _checked(goal: ServiceGoal, model: str) -> LiveGoal:
    try:
        live = live_goal(goal)
    except ValueError as error:
        raise QueueRefused(str(error)) from error
    if refusal := refuse_goal(live, model=model):
        raise QueueRefused(refusal)
    return live


def _fill(
    plan: _Plan,
    found: LivePlan,
    offered: FloatArray,
    rows: RowIndex,
    versions: tuple[tuple[RowIndex, Goals], ...],
) -> None:
    callbacks = offered * found.callback_rate
    for places, goals in versions:
        in_time, counted = level_counts(
            goals.definition,
            offered=(offered - callbacks)[places],
            prediction=found.prediction.take(places),
        )
        plan.in_time += float(in_time.sum())
        plan.counted += float(counted.sum())
    plan.callbacks[rows] = callbacks
    plan.agents[rows] = found.agents
    plan.fewer_level[rows], plan.more_level[rows] = found.fewer_level, found.more_level
    plan.compared_agents[rows] = found.compared_agents
    plan.compared_level[rows] = found.compared_level
    plan.level[rows] = found.level
    found.prediction.service_levels.clear()
    plan.prediction.put(rows, found.prediction)


def _detail(
    patience: Patience | None, params: RequirementParams, live: LiveQueue, plan: _Plan
) -> dict[str, Any]:
    offered = live.traffic.erlangs > 0.0
    detail: dict[str, Any] = {
        "strategy": str(params.live_strategy),
        "peak_agents": float(plan.agents.max(initial=0.0)),
        "peak_erlangs": float(live.traffic.erlangs.max(initial=0.0)),
        "compared_agents_total": float(np.nansum(plan.compared_agents)),
        "worst_level": _least(plan.level[offered]),
        "compared_worst_level": _least(plan.compared_level[offered]),
    }
    if patience is not None:
        detail["patience"] = vars(patience)
    if live.chat is not None:
        detail["chat"] = vars(live.chat)
    if plan.callbacks.any():
        moved = float((plan.callbacks * live.traffic.aht_seconds).sum()) / 3600
        detail["callbacks"] = {"contacts": float(plan.callbacks.sum()), "moved_hours": moved}
    return detail


def _least(levels: FloatArray) -> float | None:
    known = levels[np.isfinite(levels)]
    return float(known.min()) if known.size else None


def _result(
    queue: Queue,
    inputs: QueueInputs,
    live: LiveQueue,
    offered: FloatArray,
    plan: _Plan,
    detail: dict[str, Any],
) -> QueueRequirement:
    hours = queue.interval_minutes / 60
    busy = inputs.is_open & (offered > 0.0)
    shrinkage = inputs.shrinkage
    paid = required_fte(plan.agents, shrinkage.total_rate)
    return QueueRequirement(
        starts_at=inputs.series.starts_at,
        offered=offered,
        aht_seconds=inputs.aht_seconds,
        workload_erlangs=live.traffic.erlangs,
        required_agents=plan.agents,
        required_fte=required_fte(plan.agents, shrinkage.unscheduled_rate),
        shrinkage_rate=shrinkage.unscheduled_rate,
        service_level=np.where(busy, plan.level, np.nan),
        asa_seconds=np.where(busy, plan.prediction.asa_seconds, np.nan),
        abandonment_rate=np.where(busy, plan.prediction.abandonment_rate, np.nan),
        occupancy_rate=np.where(inputs.is_open, plan.prediction.occupancy_rate, np.nan),
        fewer_service_level=np.where(busy, plan.fewer_level, np.nan),
        more_service_level=np.where(busy, plan.more_level, np.nan),
        compared_agents=plan.compared_agents,
        compared_service_level=np.where(busy, plan.compared_level, np.nan),
        finished=np.where(
            busy,
            (offered - plan.callbacks) * (1.0 - np.nan_to_num(plan.prediction.abandonment_rate)),
            0.0,
        ),
        callbacks=plan.callbacks,
        is_open=inputs.is_open,
        model="chat" if live.chat else live.model.value,
        goal={"versions": plan.goals},
        required_hours=float(plan.agents.sum()) * hours,
        paid_hours=float(paid.sum()) * hours,
        overall_level=plan.in_time / plan.counted if plan.counted else None,
        detail=detail,
    )
