"""What a run says of its pools: written once, with the rows of their queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection, transaction

from staffing.core.kernels import FloatArray
from staffing.models import (
    Pool,
    PoolOutcome,
    RequirementPoolResult,
    RequirementQueueResult,
    RequirementRun,
)
from wfm.org.models import Queue

WRITTEN = (
    "required_agents",
    "required_fte",
    "service_level",
    "asa_seconds",
    "abandonment_rate",
    "occupancy_rate",
)
UPDATE_SQL = (
    "UPDATE staffing_requirementinterval AS row SET "  # noqa: S608 - our own column names
    + ", ".join(f"{name} = new.{name}" for name in WRITTEN)
    + ", fewer_service_level = NULL, more_service_level = NULL "
    "FROM unnest(%s::timestamptz[], "
    + ", ".join(["%s::double precision[]"] * len(WRITTEN))
    + f") AS new (starts_at, {', '.join(WRITTEN)}) "
    "WHERE row.run_id = %s AND row.queue_id = %s AND row.starts_at = new.starts_at"
)


@dataclass(frozen=True)
class BlendedQueue:
    """A queue's part of its pool's people, and what it gets there."""

    queue: Queue
    starts_at: np.ndarray[Any, np.dtype[np.datetime64]]
    figures: dict[str, FloatArray]
    required_hours: float
    paid_hours: float
    overall_level: float | None


@dataclass(frozen=True)
class PoolFigures:
    """A pool's people together and apart."""

    required_hours: float
    separate_hours: float
    figures: dict[str, Any] = field(default_factory=dict)


def blended_pool_ids(run: RequirementRun) -> set[int]:
    """Return the pools that the run has said something of."""
    found = RequirementPoolResult.objects.filter(run=run, pool__isnull=False)
    return set(found.values_list("pool_id", flat=True))


@transaction.atomic
def save_pool_apart(
    *,
    run: RequirementRun,
    pool: Pool,
    queue_ids: list[int],
    outcome: PoolOutcome,
    reason: str,
    hours: float,
) -> RequirementPoolResult:
    """Record that the queues stay apart, and why."""
    return RequirementPoolResult.objects.create(
        run=run,
        pool=pool,
        name=pool.name,
        queue_ids=queue_ids,
        outcome=outcome,
        reason=reason,
        required_hours=hours,
        separate_hours=hours,
    )


@transaction.atomic
def save_blended_pool(
    *,
    run: RequirementRun,
    pool: Pool,
    queue_ids: list[int],
    reason: str,
    figures: PoolFigures,
    queues: Sequence[BlendedQueue],
) -> RequirementPoolResult:
    """Give every queue its part in place of what it needs apart; that is kept with the pool."""
    result = RequirementPoolResult.objects.create(
        run=run,
        pool=pool,
        name=pool.name,
        queue_ids=queue_ids,
        outcome=PoolOutcome.BLENDED,
        reason=reason,
        required_hours=figures.required_hours,
        separate_hours=figures.separate_hours,
        figures=figures.figures,
    )
    for blended in queues:
        _put(run, result, blended)
    return result


def _put(run: RequirementRun, pool: RequirementPoolResult, blended: BlendedQueue) -> None:
    starts = [f"{text}+00" for text in np.datetime_as_string(blended.starts_at, unit="s")]
    unknown = np.full(len(starts), np.nan)
    columns = [_plain(blended.figures.get(name, unknown)) for name in WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_SQL, [starts, *columns, run.pk, blended.queue.pk])
    row = RequirementQueueResult.objects.select_for_update().get(run=run, queue=blended.queue)
    row.detail = row.detail | {
        "pool": {
            "result": pool.pk,
            "name": pool.name,
            "separate_hours": row.required_hours,
            "separate_level": row.service_level,
        }
    }
    row.required_hours, row.paid_hours = blended.required_hours, blended.paid_hours
    row.service_level = blended.overall_level
    row.save(update_fields=["detail", "required_hours", "paid_hours", "service_level"])


def _plain(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
