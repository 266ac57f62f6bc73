"""Deferred queues as workload with due times, instead of people in each interval.

What arrives within an hour is one piece of work: there from the end of that hour, due when its first item
is. Whoever is free and has the skill may do it, also while the queue is closed to arrivals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.models import ForecastRun
from scheduling.core.data import DeferredWork
from scheduling.models import ScheduleVersion
from scheduling.queries.solve_input.axis import INTERVAL_MINUTES, Axis
from staffing.models import RequirementInterval
from staffing.queries import backlog_by_due
from wfm.org.calendars import business_calendars
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import DueRule, DueUnit, due_instant, due_instants

SLOT_SECONDS = INTERVAL_MINUTES * 60
SLOTS_PER_PIECE = 4
DEFAULT_CLEAR_MINUTES = 480


@dataclass(frozen=True, kw_only=True)
class DeferredInput:
    """Pieces of work and the queue of each."""

    work: tuple[DeferredWork, ...] = ()
    queues: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Arrivals:
    """What arrives in the intervals of a queue, in agent-slots of paid people."""

    starts_at: NDArray[np.datetime64]
    agent_slots: NDArray[np.float64]
    slots_per_item: float


def deferred_input(
    version: ScheduleVersion,
    axis: Axis,
    queues: Sequence[Queue],
    late_cost: Mapping[int, float],
) -> DeferredInput:
    """The work of these deferred queues of the version's requirement, its opening backlog included."""
    goals: dict[int, list[ServiceGoal]] = {}
    for goal in ServiceGoal.objects.filter(queue__in=queues).order_by("starts_on"):
        goals.setdefault(goal.queue_id, []).append(goal)
    calendars = business_calendars(queues)
    work: list[DeferredWork] = []
    numbers: list[int] = []
    for queue in queues:
        arrivals = _arrivals(version, axis, queue)
        if arrivals is None:
            continue
        due = np.full(len(arrivals.starts_at), np.datetime64("NaT", "s"))
        for goal in goals.get(queue.pk, []):
            rule = goal.due_rule
            if rule is None:
                continue
            days = arrivals.starts_at.astype("datetime64[D]")
            holds = days >= np.datetime64(goal.starts_on)
            if goal.ends_on is not None:
                holds &= days < np.datetime64(goal.ends_on)
            due[holds] = due_instants(calendars[queue.pk], rule, arrivals.starts_at[holds])
        pieces = _pieces(axis, queue, arrivals, due)
        pieces += _backlog(version, axis, queue, arrivals.slots_per_item)
        for first, end, amount in pieces:
            work.append(
                DeferredWork(
                    skill=str(queue.skill_id),
                    release_slot=first,
                    due_slot=end,
                    agent_slots=amount,
                    late_cost=late_cost[queue.pk],
                )
            )
            numbers.append(queue.pk)
    return DeferredInput(work=tuple(work), queues=tuple(numbers))


def _arrivals(version: ScheduleVersion, axis: Axis, queue: Queue) -> _Arrivals | None:
    rows = list(
        RequirementInterval.objects.filter(
            run=version.requirement_run_id,
            queue=queue,
            starts_at__gte=axis.starts_at,
            starts_at__lt=axis.moment(axis.slots),
        )
        .order_by("starts_at")
        .values_list("starts_at", "offered", "aht_seconds", "shrinkage_rate")
    )
    if not rows:
        return None
    offered = np.array([row[1] for row in rows])
    per_item = np.array([(row[2] or 0.0) / SLOT_SECONDS / (1.0 - row[3]) for row in rows])
    moments = [row[0].astimezone(UTC).replace(tzinfo=None) for row in rows]
    return _Arrivals(
        starts_at=np.array(moments, dtype="datetime64[s]"),
        agent_slots=offered * per_item,
        slots_per_item=float(np.median(per_item[per_item > 0])) if (per_item > 0).any() else 0.0,
    )


def _pieces(
    axis: Axis, queue: Queue, arrivals: _Arrivals, due: NDArray[np.datetime64]
) -> list[tuple[int, int, float]]:
    """Release, due slot and amount of each hour's arrivals; what has no due time is left out."""
    length = max(1, queue.interval_minutes // INTERVAL_MINUTES)
    found: dict[int, tuple[int, float]] = {}
    for moment, due_at, amount in zip(arrivals.starts_at, due, arrivals.agent_slots, strict=True):
        if amount <= 0 or np.isnat(due_at):
            continue
        arrived = axis.end_slot(_aware(moment)) + length
        release = -(-arrived // SLOTS_PER_PIECE) * SLOTS_PER_PIECE
        # The first item is due before those that come later in the hour.
        end = max(release + 1, min(axis.slots, axis.slot(_aware(due_at))))
        earlier, total = found.get(release, (end, 0.0))
        found[release] = (min(earlier, end), total + float(amount))
    return [
        (release, end, amount)
        for release, (end, amount) in sorted(found.items())
        if release < axis.slots
    ]


def _backlog(
    version: ScheduleVersion, axis: Axis, queue: Queue, slots_per_item: float
) -> list[tuple[int, int, float]]:
    """Items that are open when the schedule begins, where the requirement begins there, too.

    A schedule of later weeks finds none: what is open today is done by then.
    """
    forecast = ForecastRun.objects.get(requirement_runs=version.requirement_run_id)
    if axis.starts_at > forecast.starts_at + timedelta(days=1) or not slots_per_item:
        return []
    due, items = backlog_by_due(queue, at=axis.starts_at, step_seconds=SLOT_SECONDS)
    run = version.requirement_run
    minutes = (run.parameters if run else {}).get("clear_overdue_minutes", DEFAULT_CLEAR_MINUTES)
    calendar = business_calendars([queue])[queue.pk]
    clear = DueRule(DueUnit.BUSINESS_MINUTES, int(minutes))
    by_when = max(1, axis.slot(due_instant(calendar, clear, axis.starts_at)))
    found: dict[int, float] = {}
    for slot, count in zip(due.tolist(), items.tolist(), strict=True):
        end = by_when if slot <= 0 else min(axis.slots, int(slot))
        found[end] = found.get(end, 0.0) + count * slots_per_item
    return [(0, end, amount) for end, amount in sorted(found.items())]


def _aware(moment: np.datetime64) -> datetime:
    found: datetime = moment.astype("datetime64[s]").astype(object)
    return found.replace(tzinfo=UTC)
