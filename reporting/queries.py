"""Reads: interval history, work items, promises and stored results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Q, QuerySet

from forecasting.models import IntervalActual, WorkItem
from reporting.core.counting import IntervalRows, ItemRows
from reporting.core.periods import Span, as_datetime64
from reporting.core.results import Promise
from wfm.metrics import get
from wfm.metrics.sla import Period
from wfm.org.models import Client, Queue, ServiceGoal, SlaClause

# Column of IntervalActual by the name that formulas use.
COUNT_COLUMNS = {
    "offered": "offered",
    "answered": "answered",
    "handled": "answered",
    "abandoned": "abandoned",
    "answered_within_threshold": "answered_within",
    "abandoned_within_threshold": "abandoned_within",
    "abandoned_within_short": "short_abandoned",
    "answered_wait_seconds": "wait_seconds_answered",
    "total_wait_seconds": "wait_seconds_total",
    "handle_seconds": "handle_seconds",
}
_COLUMNS = sorted(set(COUNT_COLUMNS.values()))


@dataclass(frozen=True, kw_only=True)
class DatedPromise:
    """A promise and the local dates [starts_on, ends_on) in which it is in force."""

    promise: Promise
    clause: SlaClause | None
    starts_on: date
    ends_on: date | None

    def is_in_force(self, day: date) -> bool:
        """Tell whether it holds on a date."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def queues_to_report(*, client_ids: Iterable[int] | None = None) -> list[Queue]:
    """Return the active queues of active clients, by client and name."""
    queues = Queue.objects.active().filter(client__is_active=True)
    if client_ids is not None:
        queues = queues.filter(client__in=list(client_ids))
    return list(queues.select_related("client", "work_type").order_by("client__name", "name"))


def interval_rows(*, queue: Queue, starts_at: datetime, ends_at: datetime) -> IntervalRows:
    """Return the queue's history in [starts_at, ends_at), in order."""
    rows = (
        IntervalActual.objects.filter(queue=queue, starts_at__gte=starts_at, starts_at__lt=ends_at)
        .order_by("starts_at")
        .values_list(
            "starts_at",
            "threshold_seconds",
            "is_volume_simulated",
            "is_service_simulated",
            *_COLUMNS,
        )
    )
    columns = list(zip(*rows, strict=True)) or [()] * (4 + len(_COLUMNS))
    starts, thresholds, volume_simulated, service_simulated, *values = columns
    by_column = {
        name: np.array(column, dtype=np.float64)
        for name, column in zip(_COLUMNS, values, strict=True)
    }
    return IntervalRows(
        starts_at=_instants(starts),
        counts={name: by_column[column] for name, column in COUNT_COLUMNS.items()},
        threshold_seconds=np.array(thresholds, dtype=np.float64),
        is_simulated=np.array(volume_simulated, dtype=bool)
        | np.array(service_simulated, dtype=bool),
    )


def item_rows(*, queue: Queue, starts_at: datetime, ends_at: datetime) -> ItemRows:
    """Return the items due, arrived or completed in [starts_at, ends_at) or open at its start."""
    rows = list(
        WorkItem.objects.filter(queue=queue, arrived_at__lt=ends_at)
        .filter(Q(completed_at=None) | Q(completed_at__gte=starts_at) | Q(due_at__gte=starts_at))
        .values_list("arrived_at", "due_at", "completed_at", "handle_seconds", "is_simulated")
    )
    arrived, due, completed, handle, simulated = list(zip(*rows, strict=True)) or [()] * 5
    return ItemRows(
        arrived_at=_instants(arrived),
        due_at=_instants(due),
        completed_at=_instants(completed),
        handle_seconds=np.array(handle, dtype=np.float64),
        is_simulated=np.array(simulated, dtype=bool),
    )


def promises_of(*, queue: Queue) -> dict[str, list[DatedPromise]]:
    """Return what was promised for a queue, by metric, the latest first.

    The client's clauses come first; a metric without a clause takes the queue's own goal, which
    has a target but judges nothing.
    """
    found: dict[str, list[DatedPromise]] = {}
    clauses = SlaClause.objects.filter(queue=queue, contract__client=queue.client_id)
    for clause in clauses.select_related("contract").order_by("-contract__starts_on", "pk"):
        found.setdefault(clause.metric_key, []).append(
            DatedPromise(
                promise=Promise(
                    metric=get(clause.metric_key, clause.metric_version),
                    target=clause.target,
                    threshold_seconds=clause.threshold_seconds,
                    judged_period=Period(clause.period.lower()),
                    minimum_sample=clause.minimum_sample,
                ),
                clause=clause,
                starts_on=clause.contract.starts_on,
                ends_on=clause.contract.ends_on,
            )
        )
    promised = set(found)
    for goal in ServiceGoal.objects.filter(queue=queue).order_by("-starts_on"):
        if goal.metric_key not in promised:
            found.setdefault(goal.metric_key, []).append(
                DatedPromise(
                    promise=Promise(
                        metric=get(goal.metric_key),
                        target=goal.level,
                        threshold_seconds=goal.threshold_seconds,
                    ),
                    clause=None,
                    starts_on=goal.starts_on,
                    ends_on=goal.ends_on,
                )
            )
    return found


def promise_for(span: Span, dated: Sequence[DatedPromise]) -> DatedPromise | None:
    """Return the promise in force on the first day of the span, else the first that begins in it.

    A contract that changes inside a month judges from the next month on.
    """
    for item in dated:
        if item.is_in_force(span.starts_on):
            return item
    begun = [item for item in dated if span.starts_on <= item.starts_on < span.ends_on]
    return min(begun, key=lambda item: item.starts_on, default=None)


def clients_of(principal: object) -> QuerySet[Client]:
    """Return the active clients that the principal sees."""
    visible = Client.objects.visible_to(principal)
    clients: QuerySet[Client] = visible.filter(is_active=True).order_by("name")
    return clients


def _instants(
    moments: Iterable[datetime | None],
) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    found = [np.datetime64("NaT", "us") if at is None else as_datetime64(at) for at in moments]
    return np.array(found, dtype="datetime64[us]")
