"""What the board and the API show of a requirement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from staffing.core.series import FIGURES, RequirementSeries
from staffing.models import RequirementQueueResult, RequirementRun
from wfm.org.models import Queue


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


def queue_results(run: RequirementRun, *, principal: object) -> QuerySet[RequirementQueueResult]:
    """Return how each queue that the principal sees was computed, live ones first."""
    found = RequirementQueueResult.objects.visible_to(principal).filter(run=run)
    return found.select_related("queue__work_type", "queue__client").order_by(
        "-queue__work_type__handling", "queue__client__name", "queue__name"
    )


@dataclass(frozen=True)
class BoardQueue:
    """One queue on the board: its latest published requirement and what it says of the period."""

    queue: Queue
    run: RequirementRun
    result: RequirementQueueResult
    series: RequirementSeries

    @property
    def step_hours(self) -> float:
        """Length of an interval in hours."""
        return self.queue.interval_minutes / 60

    @property
    def required_hours(self) -> float:
        """Agent hours on position in the period."""
        return float(self.series.required_agents.sum()) * self.step_hours

    @property
    def paid_hours(self) -> float:
        """Scheduled hours in the period, unplanned absence included."""
        return float(self.series.required_fte.sum()) * self.step_hours

    @property
    def peak_agents(self) -> float:
        """Most agents needed at once."""
        return float(self.series.required_agents.max(initial=0.0))

    @property
    def workload_hours(self) -> float:
        """Handling time that arrives, in hours."""
        return float(self.series.workload_erlangs.sum()) * self.step_hours

    @property
    def offered(self) -> float:
        """Contacts or items expected."""
        return float(self.series.offered.sum())

    @property
    def service_level(self) -> float | None:
        """Predicted level: intervals weighed with what they offer; deferred, of the whole run."""
        if not self.queue.is_live:
            return self.result.service_level
        level, offered = self.series.service_level, self.series.offered
        known = ~np.isnan(level) & (offered > 0.0)
        weight = float(offered[known].sum())
        return float((level[known] * offered[known]).sum()) / weight if weight else None


def board_queues(
    *,
    principal: object,
    starts_at: datetime,
    ends_at: datetime,
    client_id: int | None = None,
    queue_id: int | None = None,
) -> list[BoardQueue]:
    """Return the visible queues with a published requirement, live ones first."""
    found = RequirementQueueResult.objects.visible_to(principal).filter(
        is_refused=False, run__published_at__isnull=False, queue__is_active=True
    )
    if client_id is not None:
        found = found.filter(queue__client=client_id)
    if queue_id is not None:
        found = found.filter(queue=queue_id)
    latest = found.order_by("queue", "-run__published_at", "-run").distinct("queue")
    results = latest.select_related("queue__work_type", "queue__client", "run__forecast_run")
    board = [
        BoardQueue(
            queue=result.queue,
            run=result.run,
            result=result,
            series=requirement_series(
                run=result.run, queue=result.queue, starts_at=starts_at, ends_at=ends_at
            ),
        )
        for result in results
    ]
    return sorted(board, key=lambda item: (not item.queue.is_live, item.queue.name))
