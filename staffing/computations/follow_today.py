"""Staff the rest of today anew where the forecast of it was updated."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.timezone import now
from django.utils.translation import gettext as _

from forecasting.queries import LatestUpdate, latest_updates, series_in_force
from staffing import queries
from staffing.computations.deferred_queue import staff_deferred_queue
from staffing.computations.linked_arrivals import arrivals_of_today
from staffing.computations.live_queue import staff_live_queue
from staffing.computations.refused import QueueRefused
from staffing.core.linked import fed_by, feeding_order
from staffing.core.model_choice import DEFERRED, UnableToChoose
from staffing.core.params import RequirementParams
from staffing.models import RequirementRun
from staffing.queries.links import edges_between
from staffing.queries.today import (
    DAY,
    DayFollowed,
    end_of_day,
    followed,
    interval_start,
    until,
    updated_series,
)
from staffing.services import QueueRequirement
from staffing.services.intraday import save_day_requirement
from wfm.org.in_force import Stretch
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)
REFUSED_KEY = "staffing.follow_today.refused.{}"
REFUSED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Followed:
    """What one round did."""

    queues: int
    intervals: int


@dataclass(frozen=True)
class _Task:
    """A queue whose requirement of today is behind its forecast, or behind what feeds it.

    Attributes:
        queue: The queue.
        in_force: The requirement in force, which the new numbers correct.
        update: The newest update of its own forecast; None where there is none today.
        since: From when on the day is staffed anew.
        made_at: When the newest of all that it follows was made.

    """

    queue: Queue
    in_force: Stretch
    update: LatestUpdate | None
    since: datetime
    made_at: datetime

    @property
    def refused_key(self) -> str:
        """Where it is kept what the queue was refused for."""
        return REFUSED_KEY.format(self.queue.pk)

    @property
    def mark(self) -> str:
        """What was to be followed by which requirement; either may change."""
        update = self.update.run_id if self.update else None
        return f"{self.in_force.run_id} {update} {self.made_at.isoformat()}"


def follow_today_now() -> Followed:
    """What beat rings for."""
    return follow_today(at=now())


def follow_today(*, at: datetime) -> Followed:
    """Bring the requirement of the rest of today up to the forecast's updates.

    A queue follows its own update, and what the queues that feed it have followed. Each has a
    transaction of its own; one that cannot be staffed keeps its numbers and rests until something
    that it follows is updated again.
    """
    with system_tenant():
        day = _day(at)
    queues = intervals = 0
    written_now: set[int] = set()
    for pk in day.order:
        task = day.task(pk, at=at, written_now=written_now)
        if task is None or cache.get(task.refused_key) == task.mark:
            continue
        with system_tenant():
            written = _follow(task)
        if written:
            day.done[pk, task.in_force.run_id] = DayFollowed(task.made_at, task.since)
            written_now.add(pk)
        queues += written > 0
        intervals += written
    return Followed(queues=queues, intervals=intervals)


@dataclass(frozen=True)
class _Day:
    """The day under way.

    Attributes:
        updates: The newest update of each queue's own forecast.
        in_force: The requirement of each queue.
        queues: All that may have to follow.
        sources: The queues that feed each.
        order: Each queue after those that feed it, whose numbers of today it reads.
        done: What each requirement follows already, by queue and run.

    """

    updates: dict[int, LatestUpdate]
    in_force: dict[int, Stretch]
    queues: dict[int, Queue]
    sources: dict[int, set[int]]
    order: list[int]
    done: dict[tuple[int, int], DayFollowed]

    def task(self, pk: int, *, at: datetime, written_now: AbstractSet[int]) -> _Task | None:
        """Return what the queue has to follow; None where it is not behind.

        It is behind a source that this round has written, however old that source's update is.
        """
        part, queue = self.in_force[pk], self.queues[pk]
        own, fed = self.updates.get(pk), self._followed_sources(pk, at=at)
        made_at = [update.made_at for update in (own, *fed) if update is not None]
        done = self.done.get((pk, part.run_id))
        is_behind = done is None or done.made_at < max(made_at, default=done.made_at)
        if not made_at or not (is_behind or self.sources.get(pk, set()) & written_now):
            return None
        # Of a queue without an update nothing is known: it is staffed anew from its sources' on.
        if own is not None:
            since = own.known_until
        else:
            since = interval_start(queue, min(source.known_until for source in fed))
        return _Task(queue, part, own, since, max(made_at))

    def _followed_sources(self, pk: int, *, at: datetime) -> list[DayFollowed]:
        """Return what today's requirements of the queues that feed it follow."""
        found = []
        for source in self.sources.get(pk, set()) & self.in_force.keys():
            done = self.done.get((source, self.in_force[source].run_id))
            if done is not None and end_of_day(self.queues[source], done.known_until) > at:
                found.append(done)
        return found


def _day(at: datetime) -> _Day:
    updates, edges = latest_updates(at), edges_between(at, at + DAY)
    wanted = [*updates, *fed_by(updates, edges)]
    current = queries.in_force_at(at, queue_ids=wanted)
    queues = Queue.objects.active().filter(pk__in=current).select_related("work_type")
    by_id = {queue.pk: queue for queue in queues.order_by("pk")}
    sources: dict[int, set[int]] = defaultdict(set)
    for source, target in edges:
        if source in by_id:
            sources[target].add(source)
    return _Day(
        updates=updates,
        in_force=current,
        queues=by_id,
        sources=sources,
        order=feeding_order(list(by_id), edges),
        done=followed(list(by_id), at=at),
    )


def _follow(task: _Task) -> int:
    """Staff one queue from its last known interval on; return the intervals written."""
    run = RequirementRun.objects.select_related("forecast_run").get(pk=task.in_force.run_id)
    try:
        result = _staff(task, run)
    except (QueueRefused, UnableToChoose) as refusal:
        logger.warning("Unable to staff the rest of today of %s: %s", task.queue, refusal)
        cache.set(task.refused_key, task.mark, REFUSED_SECONDS)
        return 0
    ends_at = end_of_day(task.queue, task.since)
    return save_day_requirement(
        queue=task.queue,
        run_id=run.pk,
        result=result,
        intervals=until(result.starts_at, ends_at),
        known_until=task.since,
        forecast_made_at=task.made_at,
    )


def _staff(task: _Task, run: RequirementRun) -> QueueRequirement:
    """The queue's requirement with the parameters of the one in force.

    Live work is staffed for the rest of the day alone; deferred work is planned as far as the
    forecast goes, from the items that are open now.
    """
    queue, since = task.queue, task.since
    if queries.is_pooled(run, queue):
        raise QueueRefused(
            _("%(queue)s is staffed with its pool; the people of the published run stand.")
            % {"queue": queue}
        )
    params = RequirementParams.from_json(run.parameters)
    model = queries.queue_model(queue, params)
    ends_at = run.forecast_run.ends_at if model == DEFERRED else end_of_day(queue, since)
    if task.update is None:
        series = series_in_force(queue, starts_at=since, ends_at=ends_at)
    else:
        series = updated_series(queue, run_id=task.update.run_id, starts_at=since, ends_at=ends_at)
    inputs = arrivals_of_today(queue, series, starts_at=since, ends_at=ends_at).inputs
    if model == DEFERRED:
        return staff_deferred_queue(queue, inputs, backlog_at=since, params=params)
    return staff_live_queue(
        queue, inputs, model=model, params=params, before=run.forecast_run.origin_at
    )
