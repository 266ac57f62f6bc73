"""Service that a version's staffing gives: per queue and day, by the queue's own model, beside its goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduling.core.predicted import on_position, pooled
from scheduling.models import ScheduleVersion
from scheduling.queries.board import Coverage, coverage
from scheduling.queries.versions import requirement_for
from staffing.core.definitions import ServiceLevel
from staffing.core.goals import Goals
from staffing.core.model_choice import DEFERRED
from staffing.core.params import RequirementParams
from staffing.core.series import RequirementSeries
from staffing.models import RequirementQueueResult
from staffing.queries import live_queue, series_of_run
from wfm.org.models import Queue
from wfm.timeline import local_dates

Floats = NDArray[np.float64]
FAMILY = "service_level."
Goal: TypeAlias = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DayService:
    """One queue on one day."""

    date: date
    offered: float
    level: float | None
    asa_seconds: float | None
    goal_level: float | None
    required_hours: float
    staffed_hours: float

    @property
    def is_met(self) -> bool | None:
        """The level reaches the goal; None where one is unknown."""
        if self.level is None or self.goal_level is None:
            return None
        return self.level >= self.goal_level - 5e-4


@dataclass(frozen=True, kw_only=True)
class IntervalService:
    """One interval of a queue."""

    starts_at: datetime
    offered: float
    required_agents: float
    staffed_agents: float
    level: float | None
    asa_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class QueueService:
    """A queue's predicted service."""

    queue: Queue
    model: str
    metric_key: str
    threshold_seconds: float | None
    days: tuple[DayService, ...]
    intervals: tuple[IntervalService, ...]


def predicted_service(version: ScheduleVersion) -> list[QueueService]:
    """Evaluate every live queue with the people scheduled; deferred queues are left out.

    Scheduled people are reduced by unplanned absence as the requirement has it. Parts of a person
    mix the levels of both whole numbers. Each interval is taken in steady state.
    """
    run = version.requirement_run
    if run is None:
        run = requirement_for(version.starts_on, version.ends_on, version.timezone)
    if run is None:
        return []
    covered = coverage(version)
    results = (
        RequirementQueueResult.objects.filter(
            run=run, is_refused=False, queue__in=[queue.pk for queue in covered.queues]
        )
        .select_related("queue__work_type", "run")
        .order_by("queue__name")
    )
    return [
        found
        for result in results
        if result.model and result.model != DEFERRED
        for found in _queue_service(version, result, covered)
    ]


def _queue_service(
    version: ScheduleVersion, result: RequirementQueueResult, covered: Coverage
) -> Iterator[QueueService]:
    queue, series = result.queue, series_of_run(result)
    inside = _inside(series, covered)
    if not inside.any() or not result.goal.get("versions"):
        return
    staffed = _staffed(covered, queue, series)[inside]
    there = on_position(
        staffed,
        required_agents=series.required_agents[inside],
        required_fte=series.required_fte[inside],
    )
    dates = local_dates(series.starts_at[inside], version.timezone)
    goals = [_goal_on(result, str(day)) for day in np.unique(dates)]
    goal = next((found for found in goals if found), None)
    if goal is None:
        return
    level, asa = _levels(result, series, inside, there, goal)
    offered = np.where(series.is_open[inside], series.offered[inside], 0.0)
    figures = np.stack([offered, level, asa, staffed, series.required_fte[inside]])
    yield QueueService(
        queue=queue,
        model=result.model,
        metric_key=goal["metric_key"],
        threshold_seconds=goal["threshold_seconds"],
        days=tuple(
            _day(_goal_on(result, str(day)), day, queue, figures[:, dates == day])
            for day in np.unique(dates)
        ),
        intervals=tuple(
            IntervalService(
                starts_at=moment,
                offered=float(offered[row]),
                required_agents=float(series.required_agents[inside][row]),
                staffed_agents=float(staffed[row]),
                level=_known(level[row]),
                asa_seconds=_known(asa[row]),
            )
            for row, moment in enumerate(_moments(series, inside))
        ),
    )


def _inside(series: RequirementSeries, covered: Coverage) -> NDArray[np.bool_]:
    first = np.datetime64(int(covered.starts_at.timestamp()), "s")
    last = first + np.timedelta64(covered.slots * 15, "m")
    return np.asarray((series.starts_at >= first) & (series.starts_at < last))


def _moments(series: RequirementSeries, inside: NDArray[np.bool_]) -> list[datetime]:
    return [moment for moment, chosen in zip(series.moments(), inside, strict=True) if chosen]


def _staffed(covered: Coverage, queue: Queue, series: RequirementSeries) -> Floats:
    """Mean people scheduled in each interval of the queue's own length."""
    row = covered.staffed[queue.pk]
    first = int(covered.starts_at.timestamp())
    per = max(1, queue.interval_minutes // 15)
    starts = (series.starts_at.astype(np.int64) - first) // 900
    running = np.concatenate([[0.0], np.cumsum(row)])
    low = np.clip(starts, 0, len(row))
    high = np.clip(starts + per, 0, len(row))
    return np.asarray((running[high] - running[low]) / per)


def _goal_on(result: RequirementQueueResult, day: str) -> Goal | None:
    begun = [goal for goal in result.goal.get("versions", []) if goal["starts_on"] <= day]
    return begun[-1] if begun else None


def _levels(
    result: RequirementQueueResult,
    series: RequirementSeries,
    inside: NDArray[np.bool_],
    there: Floats,
    goal: Goal,
) -> tuple[Floats, Floats]:
    """Level and speed of answer with so many people; NaN where there is no traffic."""
    offered = np.where(series.is_open, series.offered, 0.0)[inside]
    aht = np.nan_to_num(series.aht_seconds[inside], nan=0.0)
    live = live_queue(
        result.queue,
        model=result.model,
        offered=offered,
        aht_seconds=np.where(aht > 0, aht, result.queue.default_aht_seconds),
        patience_seconds=result.detail.get("patience", {}).get("seconds"),
        params=_params(result),
    )
    definition = ServiceLevel(str(goal["metric_key"]).removeprefix(FAMILY))
    goals = Goals.same(
        offered.size,
        definition=definition,
        level=float(goal["level"]),
        threshold_seconds=float(goal["threshold_seconds"]),
    )
    thresholds = goals.thresholds()
    few = np.floor(there + 1e-9)
    part = np.maximum(there - few, 0.0)
    low = live.predict(few, thresholds)
    high = live.predict(few + 1.0, thresholds)
    level = (1 - part) * low.service_levels[definition] + part * high.service_levels[definition]
    asa = np.where(part > 0, high.asa_seconds, low.asa_seconds)
    both = np.isfinite(low.asa_seconds) & np.isfinite(high.asa_seconds)
    asa = np.where(both, (1 - part) * low.asa_seconds + part * high.asa_seconds, asa)
    silent = offered <= 0
    return np.where(silent, np.nan, level), np.where(silent | ~np.isfinite(asa), np.nan, asa)


def _day(goal: Goal | None, day: np.datetime64, queue: Queue, figures: Floats) -> DayService:
    """Add up one day: offered, level, speed of answer, people scheduled and to be scheduled."""
    offered, level, asa, staffed, required = figures
    hours = queue.interval_minutes / 60
    return DayService(
        date=date.fromisoformat(str(day)),
        offered=float(offered.sum()),
        level=pooled(offered, level).value,
        asa_seconds=pooled(offered, asa).value,
        goal_level=None if goal is None else float(goal["level"]),
        required_hours=float(required.sum()) * hours,
        staffed_hours=float(staffed.sum()) * hours,
    )


def _params(result: RequirementQueueResult) -> RequirementParams:
    given = result.run.parameters
    return RequirementParams.from_json(given) if given else RequirementParams()


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
