"""Reads: interval history and work items, as the core counts them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from django.db.models import Q

from forecasting.models import IntervalActual, WorkItem
from reporting.core.counting import IntervalRows, ItemRows
from reporting.core.periods import as_datetime64
from wfm.org.models import Queue

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


def _instants(
    moments: Iterable[datetime | None],
) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    found = [np.datetime64("NaT", "us") if at is None else as_datetime64(at) for at in moments]
    return np.array(found, dtype="datetime64[us]")
