"""What one agent fewer did to those who waited: the power of one, told backwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from staffing.core.live import Step
from staffing.models import RequirementQueueResult
from staffing.queries.in_force import in_force_at
from staffing.queries.why import goal_in_force, goal_of, interval_of, steps_around
from wfm.org.models import Queue


@dataclass(frozen=True)
class OneFewer:
    """One interval of a live queue with all its people and without one of them.

    The formula in steady state, with the volume that the requirement in force expects.
    """

    starts_at: datetime
    ends_at: datetime
    whole: Step
    fewer: Step


def one_fewer(*, queue: Queue, starts_at: datetime, people: int) -> OneFewer | None:
    """Return the service with `people` on the queue and with one of them missing.

    None where that cannot be said: deferred or pooled work, nothing expected, no requirement in
    force, or nobody else there.
    """
    stretch = in_force_at(starts_at, queue_ids=[queue.pk]).get(queue.pk)
    if stretch is None or people < 2 or not queue.is_live:
        return None
    result = RequirementQueueResult.objects.select_related("run", "queue__work_type").get(
        pk=stretch.result_id
    )
    interval, goal = interval_of(result, starts_at), goal_in_force(result, starts_at)
    if interval is None or goal is None or not interval.offered or "pool" in result.detail:
        return None
    fewer, whole, _more = steps_around(result, interval, goal=goal_of(goal), agents=people)
    ends_at = starts_at + timedelta(minutes=queue.interval_minutes)
    return OneFewer(starts_at=starts_at, ends_at=ends_at, whole=whole, fewer=fewer)
