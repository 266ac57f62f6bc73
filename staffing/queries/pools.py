"""Reads of pools."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch

from staffing.models import (
    Pool,
    PoolQueue,
    RequirementPoolResult,
    RequirementQueueResult,
    RequirementRun,
)
from staffing.models.pool import PoolQuerySet
from wfm.org.models import Queue


def pools_with_queues(*, principal: object) -> PoolQuerySet:
    """Return the visible pools by name, their members in the order of priority."""
    members = PoolQueue.objects.select_related("queue__work_type", "queue__client")
    return (
        Pool.objects.visible_to(principal)
        .prefetch_related(Prefetch("members", queryset=members.order_by("priority")))
        .order_by("name")
    )


def pools_of_queues(queue_ids: Iterable[int]) -> dict[int, list[PoolQueue]]:
    """Return the members among these queues by pool, in the order of priority."""
    found: dict[int, list[PoolQueue]] = {}
    members = PoolQueue.objects.filter(queue__in=list(queue_ids))
    for member in members.select_related("pool", "queue__work_type").order_by("pool", "priority"):
        found.setdefault(member.pool_id, []).append(member)
    return found


def is_pooled(run: RequirementRun, queue: Queue) -> bool:
    """Tell whether the run staffs the queue together with others."""
    results = RequirementQueueResult.objects.filter(run=run, queue=queue)
    return results.filter(detail__has_key="pool").exists()


def pool_results(run: RequirementRun, *, principal: object) -> list[RequirementPoolResult]:
    """Return what a run says of its pools, by name."""
    found = RequirementPoolResult.objects.visible_to(principal).filter(run=run)
    return list(found.order_by("name", "pk"))
