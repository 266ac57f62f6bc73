"""What one agent more or fewer does to each queue now: published requirement, plan and floor."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from adherence.core.impact import QueueImpact, QueueKind, money_of_one
from adherence.core.overdue import DueWork, overdue_by_one, slack_person_hours
from adherence.core.queue_cost import PowerOfOneNow, power_of_one_now
from adherence.queries.floor import FloatArray, Floor, read_floor
from forecasting.models import WorkItem
from scheduling.models import QueueValue
from staffing.core.goals import Goals
from staffing.core.model_choice import DEFERRED
from staffing.core.params import RequirementParams
from staffing.core.traffic import Traffic
from staffing.core.transient import LivePath
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY, OPENS_STEADY
from staffing.models import RequirementQueueResult
from staffing.queries.in_force import in_force
from staffing.queries.live import live_goal, live_queue
from wfm.org.binary_copy import read_columns
from wfm.org.calendars import business_calendars
from wfm.org.in_force import Stretch, stretch_columns
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import BusinessCalendar, due_instants

BEFORE = timedelta(hours=1)
"""So long before now a live queue is lived through, so that it is filling or emptying as it is."""
WINDOW = timedelta(hours=1)
"""For so long one agent is missing or extra."""
AFTER = timedelta(hours=2)
"""So long after now who waits is followed."""
DEFERRED_AHEAD = timedelta(hours=24)
STEP = timedelta(minutes=15)
REQUIRED_SQL = """
SELECT row.queue_id, extract(epoch FROM row.starts_at)::bigint, row.is_open,
       coalesce(today.offered, row.offered, 0), coalesce(today.aht_seconds, row.aht_seconds, 'NaN'),
       coalesce(today.required_agents, row.required_agents, 0)
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(run_id, queue_id, starts_at, ends_at)
JOIN staffing_requirementinterval AS row
  ON row.run_id = wanted.run_id AND row.queue_id = wanted.queue_id
 AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at
LEFT JOIN staffing_intradayrequirement AS today
  ON today.queue_id = row.queue_id AND today.starts_at = row.starts_at
 AND today.run_id = row.run_id
ORDER BY row.queue_id, row.starts_at
"""


@dataclass(frozen=True)
class RequiredNow:
    """The requirement in force of one queue around now."""

    starts_at: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    offered: FloatArray
    aht_seconds: FloatArray
    required_agents: FloatArray

    def at(self, second: int, seconds: int) -> int | None:
        """The place of the interval that holds the second; None outside or while closed."""
        place = int(np.searchsorted(self.starts_at, second, side="right")) - 1
        is_inside = place >= 0 and second < self.starts_at[place] + seconds
        return place if is_inside and self.is_open[place] else None


@dataclass(frozen=True)
class Source:
    """What is known of one queue, or of a pool by its first queue."""

    queues: tuple[Queue, ...]
    result: RequirementQueueResult
    rows: RequiredNow
    goal: ServiceGoal | None
    hour_value: float | None

    @property
    def queue(self) -> Queue:
        """The queue that stands for all."""
        return self.queues[0]

    @property
    def ids(self) -> list[int]:
        """Ids of all queues."""
        return [queue.pk for queue in self.queues]

    @property
    def step_seconds(self) -> int:
        """Length of an interval."""
        return self.queue.interval_minutes * 60


@dataclass(frozen=True)
class FloorImpacts:
    """What one agent does to each queue, and whose work each agent's is."""

    queues: tuple[QueueImpact, ...]
    home_queue: dict[int, int]


def queue_impacts(*, at: datetime) -> FloorImpacts:
    """Compute the impact of one agent for every queue with a published requirement now.

    All queues at once, in a fixed number of queries; never per agent.
    """
    until = at + max(AFTER, DEFERRED_AHEAD)
    sources = _sources(at, until)
    second = int(at.timestamp())
    load = {}
    for source in sources:
        place = source.rows.at(second, source.step_seconds)
        load[source.queue.pk] = 0.0 if place is None else float(source.rows.required_agents[place])
    floor = read_floor(at=at, until=until, load=load)
    due = _open_items([source.queue.pk for source in sources if not source.queue.is_live], at)
    calendars = business_calendars(s.queue for s in sources if not s.queue.is_live)
    found: list[QueueImpact] = []
    for source in sources:
        if source.queue.is_live:
            one = _live(source, floor, at)
        else:
            one = _deferred(source, floor, at, due[source.queue.pk], calendars[source.queue.pk])
        found += [QueueImpact(**{**one.as_dict(), "queue_id": pk}) for pk in source.ids]
    return FloorImpacts(tuple(found), floor.home_queue)


def _sources(at: datetime, until: datetime) -> list[Source]:
    stretches = in_force(None, starts_at=at - BEFORE - STEP, ends_at=until)
    rows = _required(stretches)
    newest = {part.queue_id: part.result_id for part in sorted(stretches, key=lambda p: p.run_id)}
    results = RequirementQueueResult.objects.filter(pk__in=newest.values()).select_related(
        "run", "queue__work_type"
    )
    goals = {
        goal.queue_id: goal for goal in ServiceGoal.objects.effective_on(at.date()).order_by("pk")
    }
    values = {
        queue_id: float(value)
        for queue_id, value in QueueValue.objects.values_list("queue_id", "hour_value")
        if value is not None
    }
    together: defaultdict[tuple[str, int], list[RequirementQueueResult]] = defaultdict(list)
    for result in results.order_by("queue_id"):
        if not result.queue.is_active or result.queue_id not in rows:
            continue
        pool = (result.detail or {}).get("pool", {}).get("result")
        is_shared = pool is not None and result.queue.is_live
        together[("pool", pool) if is_shared else ("queue", result.queue_id)].append(result)
    return [
        Source(
            queues=tuple(result.queue for result in own),
            result=own[0],
            rows=_joined([rows[result.queue_id] for result in own]),
            goal=goals.get(own[0].queue_id),
            hour_value=max((values[r.queue_id] for r in own if r.queue_id in values), default=None),
        )
        for own in together.values()
    ]


def _required(found: Sequence[Stretch]) -> dict[int, RequiredNow]:
    queue_ids, *columns = read_columns(
        REQUIRED_SQL,
        stretch_columns(found),
        types=["bigint", "bigint", "boolean", "float8", "float8", "float8"],
    )
    return {
        int(pk): RequiredNow(*(column[queue_ids == pk] for column in columns))
        for pk in np.unique(queue_ids)
    }


def _joined(rows: list[RequiredNow]) -> RequiredNow:
    """One stream of the queues of a pool: contacts added, handling times weighted by them."""
    if len(rows) == 1:
        return rows[0]
    starts_at = np.unique(np.concatenate([row.starts_at for row in rows]))
    offered, work, required = (np.zeros(starts_at.size) for _ in range(3))
    is_open = np.zeros(starts_at.size, dtype=np.bool_)
    for row in rows:
        place = np.searchsorted(starts_at, row.starts_at)
        offered[place] += row.offered
        work[place] += row.offered * np.nan_to_num(row.aht_seconds)
        required[place] += row.required_agents
        is_open[place] |= row.is_open
    aht = np.divide(work, offered, out=np.full(offered.size, np.nan), where=offered > 0.0)
    return RequiredNow(starts_at, is_open, offered, aht, required)


@dataclass(frozen=True)
class _People:
    present: int
    planned: float
    by_step: FloatArray


def _people(source: Source, floor: Floor, at: datetime, edges: NDArray[np.int64]) -> _People:
    """Planned people by step; in the coming hour as many more or fewer as are there now."""
    second = int(at.timestamp())
    planned = float(floor.work.people(source.ids, np.array([second, second + 60]))[0])
    present = sum(floor.present.get(pk, 0) for pk in source.ids)
    by_step = floor.work.people(source.ids, edges)
    near = (edges[1:] > second) & (edges[:-1] < second + WINDOW.total_seconds())
    by_step = np.where(near, np.maximum(by_step + present - planned, 0.0), by_step)
    return _People(present, planned, by_step)


def _live(source: Source, floor: Floor, at: datetime) -> QueueImpact:
    rows, step, second = source.rows, source.step_seconds, int(at.timestamp())
    place = rows.at(second, step)
    kind = QueueKind.POOL if len(source.queues) > 1 else QueueKind.LIVE
    first = rows.starts_at.searchsorted(second - BEFORE.total_seconds())
    last = rows.starts_at.searchsorted(second + AFTER.total_seconds())
    near = slice(int(first), int(last))
    starts_at = rows.starts_at[near]
    edges = np.append(starts_at, starts_at[-1] + step if starts_at.size else second)
    people = _people(source, floor, at, edges if edges.size > 1 else np.array([second, second + 1]))
    if place is None or not starts_at.size:
        return QueueImpact(
            queue_id=source.queue.pk,
            kind=kind,
            present=people.present,
            planned=people.planned,
            note="closed",
        )
    required = float(rows.required_agents[place])
    here = place - int(first)
    length = max(1, int(WINDOW.total_seconds()) // step)
    found = _power(source, near, np.round(people.by_step), slice(here, here + length))
    saved_money, lost_money = money_of_one(
        hour_value=source.hour_value, required=required, present=people.present
    )
    return QueueImpact(
        queue_id=source.queue.pk,
        kind=kind,
        present=people.present,
        planned=people.planned,
        required=required,
        saved_minutes_per_hour=found.saved_minutes_per_hour,
        caused_minutes_per_hour=found.caused_minutes_per_hour,
        level=found.now.level,
        level_more=found.more.level,
        level_fewer=found.fewer.level,
        asa_seconds=found.now.asa_seconds,
        asa_more_seconds=found.more.asa_seconds,
        asa_fewer_seconds=found.fewer.asa_seconds,
        saved_money_per_hour=saved_money,
        lost_money_per_hour=lost_money,
    )


def _power(source: Source, near: slice, people: FloatArray, window: slice) -> PowerOfOneNow:
    rows, queue, result = source.rows, source.queue, source.result
    is_open = rows.is_open[near]
    offered = np.where(is_open, rows.offered[near], 0.0)
    measured = (result.detail or {}).get("patience") or {}
    live = live_queue(
        queue,
        model=result.model,
        offered=offered,
        aht_seconds=np.where(
            np.isnan(rows.aht_seconds[near]), queue.default_aht_seconds, rows.aht_seconds[near]
        ),
        patience_seconds=queue.patience_seconds or measured.get("seconds"),
        params=RequirementParams.from_json(result.run.parameters)
        if result.run.parameters
        else RequirementParams(),
    )
    begins = np.full(people.size, CONTINUES)
    begins[0] = OPENS_STEADY if is_open[0] else OPENS_EMPTY
    traffic: Traffic = live.traffic
    path = LivePath(
        traffic=traffic,
        interval_seconds=float(source.step_seconds),
        begins=begins,
        concurrency=1 if live.chat is None else live.chat.concurrency,
        growth_rate=0.0 if live.chat is None else live.chat.growth_rate,
    )
    return power_of_one_now(
        path, people=people, offered=offered, goals=_goals(source, people.size), window=window
    )


def _goals(source: Source, size: int) -> Goals | None:
    """The goal as the core's; None without one, of a pool, or where it is none of a live queue."""
    if source.goal is None or len(source.queues) > 1:
        return None
    try:
        return live_goal(source.goal).over(size, min_agents=0)
    except ValueError:
        return None


def _open_items(queue_ids: list[int], at: datetime) -> dict[int, FloatArray]:
    """Due times, in seconds from now, of what is open in each queue."""
    found: dict[int, list[float]] = {pk: [] for pk in queue_ids}
    items = WorkItem.objects.filter(queue__in=queue_ids, arrived_at__lte=at, completed_at=None)
    for queue_id, due_at in items.values_list("queue_id", "due_at"):
        found[queue_id].append((due_at - at).total_seconds())
    return {pk: np.array(due, dtype=np.float64) for pk, due in found.items()}


def _deferred(
    source: Source, floor: Floor, at: datetime, due_now: FloatArray, calendar: BusinessCalendar
) -> QueueImpact:
    second, step = int(at.timestamp()), int(STEP.total_seconds())
    count = int(DEFERRED_AHEAD / STEP)
    edges = second + np.arange(count + 1) * step
    people = _people(source, floor, at, edges)
    place = source.rows.at(second, source.step_seconds)
    required = None if place is None else float(source.rows.required_agents[place])
    empty = QueueImpact(
        queue_id=source.queue.pk,
        kind=QueueKind.DEFERRED,
        present=people.present,
        planned=people.planned,
        required=required,
        note="no_goal",
    )
    if source.goal is None or source.goal.due_rule is None or source.result.model != DEFERRED:
        return empty
    try:
        work = _due_work(source, at, due_now, calendar, people.by_step)
    except ValueError:  # no open time by which anything could be due
        return empty
    saved, caused = overdue_by_one(work, hour=slice(0, int(WINDOW / STEP)))
    saved_money, lost_money = money_of_one(
        hour_value=source.hour_value, required=required, present=people.present
    )
    return QueueImpact(
        queue_id=source.queue.pk,
        kind=QueueKind.DEFERRED,
        present=people.present,
        planned=people.planned,
        required=required,
        saved_minutes_per_hour=saved,
        caused_minutes_per_hour=caused,
        slack_hours=slack_person_hours(work),
        saved_money_per_hour=saved_money,
        lost_money_per_hour=lost_money,
    )


def _due_work(
    source: Source,
    at: datetime,
    due_now: FloatArray,
    calendar: BusinessCalendar,
    people: FloatArray,
) -> DueWork:
    """What is open by due time, and what is forecast to come, by the goal's due rule."""
    rows, second, step = source.rows, int(at.timestamp()), int(STEP.total_seconds())
    assert source.goal is not None
    rule = source.goal.due_rule
    assert rule is not None
    coming = (rows.starts_at > second) & (rows.starts_at < second + people.size * step)
    coming &= rows.is_open & (rows.offered > 0.0)
    arrived = rows.starts_at[coming].astype("datetime64[s]")
    due = due_instants(calendar, rule, arrived).astype(np.int64) - second
    later = (rows.starts_at[coming] - second) // step
    handled = rows.aht_seconds[coming]
    known = handled[np.isfinite(handled)]
    return DueWork(
        step_seconds=float(step),
        people=people,
        items=np.concatenate([np.ones(due_now.size), rows.offered[coming]]),
        arrives=np.concatenate([np.zeros(due_now.size), later.astype(np.float64)]),
        due_seconds=np.concatenate([due_now, due.astype(np.float64)]),
        aht_seconds=float(known.mean()) if known.size else source.queue.default_aht_seconds,
    )
