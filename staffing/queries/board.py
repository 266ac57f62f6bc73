"""What the board and the API show of a requirement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.models import RequirementQueueResult, RequirementRun
from wfm.org.models import Queue

FIGURES = (
    "offered",
    "aht_seconds",
    "workload_erlangs",
    "required_agents",
    "required_fte",
    "shrinkage_rate",
    "service_level",
    "asa_seconds",
    "abandonment_rate",
    "occupancy_rate",
)


@dataclass(frozen=True)
class RequirementSeries:
    """The requirement of one queue, interval by interval in UTC; NaN where there is no figure."""

    starts_at: NDArray[np.datetime64]
    offered: FloatArray
    aht_seconds: FloatArray
    workload_erlangs: FloatArray
    required_agents: FloatArray
    required_fte: FloatArray
    shrinkage_rate: FloatArray
    service_level: FloatArray
    asa_seconds: FloatArray
    abandonment_rate: FloatArray
    occupancy_rate: FloatArray
    is_open: NDArray[np.bool_]

    def moments(self) -> list[datetime]:
        """Return the starts as aware datetimes."""
        return [
            datetime.fromtimestamp(second, tz=UTC) for second in self.starts_at.astype(int).tolist()
        ]


def requirement_series(
    *, run: RequirementRun, queue: Queue, starts_at: datetime, ends_at: datetime
) -> RequirementSeries:
    """Return the run's intervals of a queue in [starts_at, ends_at)."""
    names = ", ".join(FIGURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT extract(epoch FROM starts_at)::bigint, is_open::int, {names} "  # noqa: S608 - our own column names
            "FROM staffing_requirementinterval "
            "WHERE run_id = %s AND queue_id = %s AND starts_at >= %s AND starts_at < %s "
            "ORDER BY starts_at",
            [run.pk, queue.pk, starts_at, ends_at],
        )
        rows = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 2 + len(FIGURES))
    figures = {name: rows[:, 2 + column] for column, name in enumerate(FIGURES)}
    return RequirementSeries(
        starts_at=rows[:, 0].astype(np.int64).astype("datetime64[s]"),
        is_open=rows[:, 1] > 0,
        **figures,
    )


def queue_results(run: RequirementRun) -> QuerySet[RequirementQueueResult]:
    """Return how each queue of a run was computed, live ones first."""
    found = RequirementQueueResult.objects.filter(run=run)
    return found.select_related("queue__work_type", "queue__client").order_by(
        "-queue__work_type__handling", "queue__client__name", "queue__name"
    )
