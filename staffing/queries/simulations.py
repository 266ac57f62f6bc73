"""What a simulation starts from: one run's rows of a queue, as they were computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.models import RequirementInterval, RequirementRun
from wfm.org.models import Queue
from wfm.timeline import day_bounds

WARM_UP = timedelta(hours=2)
COLUMNS = ("starts_at", "workload_erlangs", "aht_seconds", "required_agents", "service_level")


@dataclass(frozen=True)
class SimulatedDay:
    """The open intervals of one local date, and those just before it from which the queue is warm."""

    day: date
    starts_at: NDArray[np.int64]
    """Epoch seconds."""
    erlangs: FloatArray
    aht_seconds: FloatArray
    agents: FloatArray
    said_level: FloatArray
    """What the run says; NaN where nothing is offered."""
    is_counted: NDArray[np.bool_]
    """False before the date begins."""


def simulated_day(run: RequirementRun, queue: Queue, day: date) -> SimulatedDay:
    """Return one local date of the run's rows of this queue."""
    bounds = day_bounds(day, queue.timezone)
    rows = RequirementInterval.objects.filter(
        run=run,
        queue=queue,
        starts_at__gte=bounds.starts_at - WARM_UP,
        starts_at__lt=bounds.ends_at,
    ).order_by("starts_at")
    found = list(rows.values_list(*COLUMNS))
    starts = np.array([row[0].timestamp() for row in found], dtype=np.int64)
    table = np.array([row[1:] for row in found], dtype=np.float64).reshape(-1, len(COLUMNS) - 1)
    return SimulatedDay(
        day=day,
        starts_at=starts,
        erlangs=table[:, 0],
        aht_seconds=np.where(np.isnan(table[:, 1]), queue.default_aht_seconds, table[:, 1]),
        agents=table[:, 2],
        said_level=table[:, 3],
        is_counted=starts >= int(bounds.starts_at.timestamp()),
    )
