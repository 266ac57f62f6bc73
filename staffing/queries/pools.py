"""Reads of pools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import Prefetch
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.models import (
    Pool,
    PoolQueue,
    RequirementInterval,
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


@dataclass(frozen=True)
class Separate:
    """A queue's rows as its run staffed it apart from others."""

    starts_at: NDArray[np.datetime64]
    offered: FloatArray
    aht_seconds: FloatArray
    required_agents: FloatArray


def separate_rows(run: RequirementRun, queue: Queue) -> Separate:
    """Return the rows of a queue before its pool is planned."""
    rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
    found = list(
        rows.values_list("starts_at", "offered", "aht_seconds", "required_agents").iterator()
    )
    numbers = np.array([row[1:] for row in found], dtype=np.float64).reshape(-1, 3)
    seconds = [int(row[0].timestamp()) for row in found]
    return Separate(
        starts_at=np.array(seconds, dtype="datetime64[s]"),
        offered=numbers[:, 0],
        aht_seconds=np.where(np.isnan(numbers[:, 1]), queue.default_aht_seconds, numbers[:, 1]),
        required_agents=numbers[:, 2],
    )


def is_pooled(run: RequirementRun, queue: Queue) -> bool:
    """Tell whether the run staffs the queue together with others."""
    results = RequirementQueueResult.objects.filter(run=run, queue=queue)
    return results.filter(detail__has_key="pool").exists()


def pool_results(run: RequirementRun, *, principal: object) -> list[RequirementPoolResult]:
    """Return what a run says of its pools, by name."""
    found = RequirementPoolResult.objects.visible_to(principal).filter(run=run)
    return list(found.order_by("name", "pk"))
