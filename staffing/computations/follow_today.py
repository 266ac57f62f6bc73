"""Staff the rest of today anew where the forecast of it was updated."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.timezone import now
from django.utils.translation import gettext as _

from forecasting.queries import LatestUpdate, latest_updates
from staffing import queries
from staffing.computations.deferred_queue import staff_deferred_queue
from staffing.computations.linked_arrivals import arrivals_of_today
from staffing.computations.live_queue import staff_live_queue
from staffing.computations.refused import QueueRefused
from staffing.core.linked import feeding_order
from staffing.core.model_choice import DEFERRED, UnableToChoose
from staffing.core.params import RequirementParams
from staffing.models import RequirementRun
from staffing.queries.links import edges_between
from staffing.queries.today import DAY, end_of_day, followed, until, updated_series
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
    """A queue whose requirement of today is behind its forecast."""

    queue: Queue
    update: LatestUpdate
    in_force: Stretch
    """The requirement in force, which the new numbers correct."""

    @property
    def refused_key(self) -> str:
        """Where it is kept which update the queue was refused for."""
        return REFUSED_KEY.format(self.queue.pk)

    @property
    def mark(self) -> str:
        """What was to be followed by which requirement; either may change."""
        return f"{self.in_force.run_id} {self.update.run_id} {self.update.made_at.isoformat()}"


def follow_today_now() -> Followed:
    """What beat rings for."""
    return follow_today(at=now())


def follow_today(*, at: datetime) -> Followed:
    """Bring the requirement of the rest of today up to the forecast's updates.

    Each queue has a transaction of its own; one that cannot be staffed keeps its numbers and rests
    until the next update of its forecast.
    """
    with system_tenant():
        tasks = _tasks(at)
    queues = intervals = 0
    for task in tasks:
        with system_tenant():
            written = _follow(task)
        queues += written > 0
        intervals += written
    return Followed(queues=queues, intervals=intervals)


def _tasks(at: datetime) -> list[_Task]:
    updates = latest_updates(at)
    current = queries.in_force_at(at, queue_ids=list(updates))
    done = followed(list(current), at=at)
    behind = [
        pk
        for pk, part in current.items()
        if (made_at := done.get((pk, part.run_id))) is None or made_at < updates[pk].made_at
    ]
    queues = Queue.objects.active().filter(pk__in=behind).select_related("work_type")
    by_id = {queue.pk: queue for queue in queues.order_by("pk")}
    # A queue comes after those that feed it, whose numbers of today it reads.
    order = feeding_order(list(by_id), edges_between(at, at + DAY))
    tasks = [_Task(by_id[pk], updates[pk], current[pk]) for pk in order]
    refused = cache.get_many([task.refused_key for task in tasks])
    return [task for task in tasks if refused.get(task.refused_key) != task.mark]


def _follow(task: _Task) -> int:
    """Staff one queue from its last known interval on; return the intervals written."""
    run = RequirementRun.objects.select_related("forecast_run").get(pk=task.in_force.run_id)
    try:
        result = _staff(task, run)
    except (QueueRefused, UnableToChoose) as refusal:
        logger.warning("Unable to staff the rest of today of %s: %s", task.queue, refusal)
        cache.set(task.refused_key, task.mark, REFUSED_SECONDS)
        return 0
    ends_at = end_of_day(task.queue, task.update.known_until)
    return save_day_requirement(
        queue=task.queue,
        run_id=run.pk,
        result=result,
        intervals=until(result.starts_at, ends_at),
        known_until=task.update.known_until,
        forecast_made_at=task.update.made_at,
    )


def _staff(task: _Task, run: RequirementRun) -> QueueRequirement:
    """The queue's requirement with the parameters of the one in force.

    Live work is staffed for the rest of the day alone; deferred work is planned as far as the
    forecast goes, from the items that are open now.
    """
    queue, since = task.queue, task.update.known_until
    if queries.is_pooled(run, queue):
        raise QueueRefused(
            _("%(queue)s is staffed with its pool; the people of the published run stand.")
            % {"queue": queue}
        )
    params = RequirementParams.from_json(run.parameters)
    model = queries.queue_model(queue, params)
    ends_at = run.forecast_run.ends_at if model == DEFERRED else end_of_day(queue, since)
    series = updated_series(queue, run_id=task.update.run_id, starts_at=since, ends_at=ends_at)
    inputs = arrivals_of_today(queue, series).inputs
    if model == DEFERRED:
        return staff_deferred_queue(queue, inputs, backlog_at=since, params=params)
    return staff_live_queue(
        queue, inputs, model=model, params=params, before=run.forecast_run.origin_at
    )
