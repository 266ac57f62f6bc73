"""Why an interval needs what it needs: its inputs, its goal, and one agent more or fewer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.queries import interval_series
from staffing.core.definitions import ServiceLevel
from staffing.core.live import Step, power_of_one
from staffing.core.model_choice import DEFERRED, LiveGoal
from staffing.core.params import LiveStrategy, RequirementParams
from staffing.models import IntradayRequirement, RequirementInterval, RequirementQueueResult
from staffing.queries.callbacks import callback_offers
from staffing.queries.live import FAMILY, live_queue
from wfm.timeline import local_dates


@dataclass(frozen=True)
class Offer:
    """Who is told a wait beyond so many seconds is offered a callback; a share takes it."""

    after_seconds: float
    acceptance_rate: float


@dataclass(frozen=True)
class ReasonStep:
    """So many agents: the interval's level on the running day, and its figures in steady state."""

    level: float | None
    steady: Step


@dataclass(frozen=True)
class Reason:
    """The derivation of one interval's requirement.

    Attributes:
        interval: The row itself.
        model: A, C, chat or deferred.
        goal: The goal version in force then, as kept with the result.
        patience_seconds: Mean patience used; None where nobody gives up.
        steps: Service with one agent fewer, as required, and with one more; empty for deferred work.
        own_offered: What of the interval's arrivals is forecast; the rest comes from linked queues.
            None where no queue feeds this one.
        binding: Which goal the missing agent would break, in words' keys.
        pool_result_id: What the run says of its pool, where the people serve other queues too: then
            no agent is this queue's alone and there are no steps.
        offer: The callbacks offered in this interval; then the formula in steady state, which knows
            no offers, says nothing of it.

    """

    interval: RequirementInterval | IntradayRequirement
    model: str
    goal: dict[str, Any] | None
    patience_seconds: float | None
    steps: list[ReasonStep]
    binding: list[str]
    own_offered: float | None = None
    pool_result_id: int | None = None
    offer: Offer | None = None


def interval_reason(result: RequirementQueueResult, *, starts_at: datetime) -> Reason | None:
    """Return the reason for the interval that starts then; None without such a row."""
    interval = interval_of(result, starts_at)
    if interval is None:
        return None
    goal = goal_in_force(result, starts_at)
    patience = result.detail.get("patience", {}).get("seconds")
    own = _own_offered(result, interval)
    pool = result.detail.get("pool", {}).get("result")
    offer = _offer(result, starts_at)
    reason = Reason(interval, result.model, goal, patience, [], [], own, pool, offer)
    if pool is not None:
        return reason
    if result.model == DEFERRED or goal is None or not interval.offered or not interval.is_open:
        return reason
    return _with_steps(result, reason, goal)


def goal_of(goal: dict[str, Any]) -> LiveGoal:
    """The goal version as the run has kept it, for the core."""
    return LiveGoal(
        definition=ServiceLevel(goal["metric_key"].removeprefix(FAMILY)),
        level=goal["level"],
        threshold_seconds=goal["threshold_seconds"],
        max_asa_seconds=goal["max_asa_seconds"],
        max_abandonment_rate=goal["max_abandonment_rate"],
        max_occupancy_rate=goal["max_occupancy_rate"],
    )


def steps_around(
    result: RequirementQueueResult,
    interval: RequirementInterval | IntradayRequirement,
    *,
    goal: LiveGoal,
    agents: int,
) -> list[Step]:
    """Service of a live queue's interval with one agent fewer, so many, and one more."""
    live = live_queue(
        result.queue,
        model=result.model,
        offered=np.array([interval.offered]),
        aht_seconds=np.array([interval.aht_seconds or np.nan]),
        patience_seconds=result.detail.get("patience", {}).get("seconds"),
        params=RequirementParams.from_json(result.run.parameters),
    )
    return power_of_one(live, thresholds=goal.over(1, min_agents=0).thresholds(), agents=agents)


def interval_of(
    result: RequirementQueueResult, starts_at: datetime
) -> RequirementInterval | IntradayRequirement | None:
    """The result's row that starts then, as the update of the day has it."""
    wanted = {"run": result.run_id, "queue": result.queue_id, "starts_at": starts_at}
    return (
        IntradayRequirement.objects.filter(**wanted).first()
        or RequirementInterval.objects.filter(**wanted).first()
    )


def goal_in_force(result: RequirementQueueResult, starts_at: datetime) -> dict[str, Any] | None:
    """The version of the queue's goal that the run has planned this interval for."""
    day = str(_local_day(result, starts_at)[0])
    begun = [goal for goal in result.goal.get("versions", []) if goal["starts_on"] <= day]
    return begun[-1] if begun else None


def _local_day(result: RequirementQueueResult, starts_at: datetime) -> NDArray[np.datetime64]:
    instant = np.array([np.datetime64(int(starts_at.timestamp()), "s")])
    return local_dates(instant, result.queue.timezone)


def _offer(result: RequirementQueueResult, starts_at: datetime) -> Offer | None:
    offers = callback_offers(result.queue, _local_day(result, starts_at))
    if not offers.is_made:
        return None
    return Offer(float(offers.after_seconds[0]), float(offers.acceptance_rate[0]))


def _own_offered(
    result: RequirementQueueResult, interval: RequirementInterval | IntradayRequirement
) -> float | None:
    """Return the forecast of the interval where other queues add to it.

    The update of a day keeps only the sum.
    """
    if "arrivals" not in result.detail or isinstance(interval, IntradayRequirement):
        return None
    step = timedelta(minutes=result.queue.interval_minutes)
    series = interval_series(
        run=result.run.forecast_run,
        queue=result.queue,
        starts_at=interval.starts_at,
        ends_at=interval.starts_at + step,
    )
    return float(np.nan_to_num(series.final_mean).sum())


def _with_steps(result: RequirementQueueResult, reason: Reason, goal: dict[str, Any]) -> Reason:
    interval = reason.interval
    required = int(interval.required_agents)
    core_goal = goal_of(goal)
    steps = steps_around(result, interval, goal=core_goal, agents=required)
    fewer = next((step for step in steps if step.agents == required - 1), None)
    is_carried = result.detail.get("strategy") == LiveStrategy.CARRIED_OVER
    level = interval.fewer_service_level if is_carried else None
    binding = _binding(fewer, core_goal, fewer_level=level)
    if reason.offer is not None:
        binding = [] if level is None or level >= core_goal.level else ["level"]
    carried = {
        required - 1: interval.fewer_service_level,
        required: interval.service_level,
        required + 1: interval.more_service_level,
    }
    shown = [ReasonStep(carried.get(step.agents), step) for step in steps]
    return replace(reason, steps=shown, binding=binding)


def _binding(fewer: Step | None, goal: LiveGoal, *, fewer_level: float | None) -> list[str]:
    """Return which goals one agent fewer would break; none means that minimum staff decides.

    The level is that of the running day where the run knows it; the other figures are steady.
    """
    if fewer is None:
        return []
    level = fewer.service_level if fewer_level is None else fewer_level
    broken = {
        "level": level < goal.level,
        "asa": goal.max_asa_seconds is not None and fewer.asa_seconds > goal.max_asa_seconds,
        "abandonment": goal.max_abandonment_rate is not None
        and fewer.abandonment_rate > goal.max_abandonment_rate,
        "occupancy": goal.max_occupancy_rate is not None
        and fewer.occupancy_rate > goal.max_occupancy_rate,
    }
    return [name for name, is_broken in broken.items() if is_broken]
