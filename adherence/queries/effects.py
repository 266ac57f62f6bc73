"""What an agent's absence from the plan did to those who waited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from adherence.queries.agent_day import Stretch
from scheduling.models import ShiftActivity
from staffing.queries.one_fewer import one_fewer
from wfm.org.models import Queue
from wfm.timeline import day_bounds

MOST_STRETCHES = 3


@dataclass(frozen=True)
class Effect:
    """One interval of a queue with the agent and without: mean wait and service level.

    `people` is how many were planned on the queue, the agent among them.
    """

    stretch: Stretch
    queue: Queue
    starts_at: datetime
    ends_at: datetime
    people: int
    asa_seconds: float
    asa_seconds_without: float
    service_level: float
    service_level_without: float


def effects_of(*, agent_id: int, stretches: Sequence[Stretch]) -> list[Effect]:
    """What the longest counted stretches of a day did to live queues; others are left out.

    Each is told by the interval of which it took the most.
    """
    counted = [stretch for stretch in stretches if stretch.counts and stretch.planned.is_work]
    longest = sorted(counted, key=lambda stretch: -stretch.seconds)[:MOST_STRETCHES]
    found = [_effect(agent_id, stretch) for stretch in longest]
    return sorted(filter(None, found), key=lambda effect: effect.stretch.starts_at)


def _effect(agent_id: int, stretch: Stretch) -> Effect | None:
    activity = (
        _on_queues()
        .filter(shift__agent=agent_id, starts_at__lt=stretch.ends_at, ends_at__gt=stretch.starts_at)
        .select_related("queue__work_type")
        .order_by("starts_at")
        .first()
    )
    if activity is None or activity.queue is None:
        return None
    queue = activity.queue
    starts_at, ends_at = _worst_interval(stretch, queue=queue)
    middle = starts_at + (ends_at - starts_at) / 2
    people = _on_queues().filter(queue=queue, starts_at__lte=middle, ends_at__gt=middle).count()
    steps = one_fewer(queue=queue, starts_at=starts_at, people=people)
    if steps is None:
        return None
    return Effect(
        stretch=stretch,
        queue=queue,
        starts_at=starts_at,
        ends_at=ends_at,
        people=people,
        asa_seconds=steps.whole.asa_seconds,
        asa_seconds_without=steps.fewer.asa_seconds,
        service_level=steps.whole.service_level,
        service_level_without=steps.fewer.service_level,
    )


def _on_queues() -> QuerySet[ShiftActivity]:
    return ShiftActivity.objects.filter(shift__is_published=True, queue__isnull=False)


def _worst_interval(stretch: Stretch, *, queue: Queue) -> tuple[datetime, datetime]:
    """The queue's interval that the stretch overlaps longest, the first of equals."""
    step = timedelta(minutes=queue.interval_minutes)
    local_date = stretch.starts_at.astimezone(ZoneInfo(queue.timezone)).date()
    midnight = day_bounds(local_date, queue.timezone).starts_at
    at = midnight + (stretch.starts_at - midnight) // step * step
    starts = []
    while at < stretch.ends_at:
        starts.append(at)
        at += step
    best = max(
        starts,
        key=lambda start: min(start + step, stretch.ends_at) - max(start, stretch.starts_at),
    )
    return best, best + step
