"""What the board and the API show of a requirement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.models import Max, QuerySet

from staffing.core.series import FIGURES, RequirementSeries
from staffing.models import (
    IntradayRequirement,
    RequirementInterval,
    RequirementQueueResult,
    RequirementRun,
)
from staffing.queries.in_force import in_force
from wfm.org.in_force import Stretch
from wfm.org.models import Queue


def series_in_force(queue: Queue, found: Sequence[Stretch]) -> RequirementSeries:
    """Return the intervals of these stretches of a queue; the rest of today as it was updated."""
    figures = ", ".join(
        f"CASE WHEN today.id IS NULL THEN row.{name} ELSE today.{name} END" for name in FIGURES
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT extract(epoch FROM row.starts_at)::bigint, row.is_open::int, {figures} "  # noqa: S608 - our own column names
            "FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) "
            "AS wanted(run_id, starts_at, ends_at) "
            "JOIN staffing_requirementinterval AS row ON row.run_id = wanted.run_id "
            "AND row.queue_id = %s "
            "AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at "
            "LEFT JOIN staffing_intradayrequirement AS today ON today.queue_id = row.queue_id "
            "AND today.starts_at = row.starts_at AND today.run_id = row.run_id "
            "ORDER BY row.starts_at",
            [
                [stretch.run_id for stretch in found],
                [stretch.starts_at for stretch in found],
                [stretch.ends_at for stretch in found],
                queue.pk,
            ],
        )
        rows = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 2 + len(FIGURES))
    columns = {name: rows[:, 2 + column] for column, name in enumerate(FIGURES)}
    return RequirementSeries(
        starts_at=rows[:, 0].astype(np.int64).astype("datetime64[s]"),
        is_open=rows[:, 1] > 0,
        **columns,
    )


def series_of_run(result: RequirementQueueResult) -> RequirementSeries:
    """Return all intervals of a queue's requirement as the run wrote them, in order."""
    rows = RequirementInterval.objects.filter(run=result.run_id, queue=result.queue_id)
    found = list(rows.order_by("starts_at").values_list("starts_at", "is_open", *FIGURES))
    table = np.array([row[1:] for row in found], dtype=np.float64).reshape(-1, 1 + len(FIGURES))
    starts = np.array([int(row[0].timestamp()) for row in found], dtype=np.int64)
    columns = {name: table[:, 1 + column] for column, name in enumerate(FIGURES)}
    return RequirementSeries(
        starts_at=starts.astype("datetime64[s]"), is_open=table[:, 0] > 0, **columns
    )


def queue_results(run: RequirementRun, *, principal: object) -> QuerySet[RequirementQueueResult]:
    """Return how each queue that the principal sees was computed, live ones first."""
    found = RequirementQueueResult.objects.visible_to(principal).filter(run=run)
    return found.select_related("queue__work_type", "queue__client").order_by(
        "-queue__work_type__handling", "queue__client__name", "queue__name"
    )


@dataclass(frozen=True)
class BoardQueue:
    """One queue on the board: what is in force of its requirement in the period."""

    queue: Queue
    run: RequirementRun
    """The newest of the runs in force."""
    result: RequirementQueueResult
    series: RequirementSeries
    stretches: tuple[Stretch, ...]
    updated_until: datetime | None = None
    """Until when the update of the day knew what came; None where there is none."""

    def run_id_at(self, moment: datetime) -> int:
        """Return the run in force at a moment of the period."""
        return next(
            (part.run_id for part in self.stretches if part.starts_at <= moment < part.ends_at),
            self.run.pk,
        )

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
        # Callbacks leave the queue: the level is of those who stay.
        level = self.series.service_level
        offered = self.series.offered - np.nan_to_num(self.series.callbacks)
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
    """Return the visible queues with a requirement in force in the period, live ones first."""
    queues = Queue.objects.visible_to(principal).active()
    if client_id is not None:
        queues = queues.filter(client=client_id)
    if queue_id is not None:
        queues = queues.filter(pk=queue_id)
    ids = list(queues.values_list("pk", flat=True))
    by_queue: dict[int, list[Stretch]] = {}
    for part in in_force(ids, starts_at=starts_at, ends_at=ends_at):
        by_queue.setdefault(part.queue_id, []).append(part)
    newest = [max(parts, key=_run_of).result_id for parts in by_queue.values()]
    results = RequirementQueueResult.objects.visible_to(principal).filter(pk__in=newest)
    known = _updated_until(list(by_queue), starts_at, ends_at)
    board = [
        BoardQueue(
            queue=result.queue,
            run=result.run,
            result=result,
            series=series_in_force(result.queue, by_queue[result.queue_id]),
            stretches=tuple(by_queue[result.queue_id]),
            updated_until=known.get((result.queue_id, result.run_id)),
        )
        for result in results.select_related(
            "queue__work_type", "queue__client", "run__forecast_run"
        )
    ]
    return sorted(board, key=lambda item: (not item.queue.is_live, item.queue.name))


def _run_of(part: Stretch) -> int:
    return part.run_id


def _updated_until(
    queue_ids: list[int], starts_at: datetime, ends_at: datetime
) -> dict[tuple[int, int], datetime]:
    """Return how far the updates of the day reach in the period, by queue and run."""
    rows = IntradayRequirement.objects.filter(
        queue__in=queue_ids, starts_at__gte=starts_at, starts_at__lt=ends_at
    ).order_by()
    latest = rows.values_list("queue_id", "run_id").annotate(until=Max("known_until"))
    return {(queue_id, run_id): until for queue_id, run_id, until in latest}
