"""What a simulation starts from: one run's rows of a queue, as they were computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Max, Min
from numpy.typing import NDArray

from staffing.core.callbacks import CallbackOffers
from staffing.core.kernels import FloatArray
from staffing.models import (
    RequirementInterval,
    RequirementPoolResult,
    RequirementRun,
    RequirementSimulation,
)
from staffing.queries.callbacks import callback_offers
from wfm.org.calendars import business_calendar
from wfm.org.models import Queue
from wfm.timeline import day_bounds, local_dates

WARM_UP = timedelta(hours=2)
COLUMNS = (
    "starts_at",
    "workload_erlangs",
    "aht_seconds",
    "required_agents",
    "service_level",
    "is_open",
)


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
    is_open: NDArray[np.bool_]
    is_counted: NDArray[np.bool_]
    """False before the date begins."""
    callbacks: CallbackOffers
    """As offered now; the run keeps no offers of its own."""

    def stretches(self) -> list[NDArray[np.intp]]:
        """Return the rows of each stretch of open intervals: at its end those there stay."""
        rows = np.flatnonzero(self.is_open)
        if rows.size == 0:
            return []
        return np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)


def covered_dates(run: RequirementRun, queue: Queue) -> tuple[date, date] | None:
    """Return the first and the last local date of the run's rows of this queue; None without any."""
    found = RequirementInterval.objects.filter(run=run, queue=queue).aggregate(
        first=Min("starts_at"), last=Max("starts_at")
    )
    if found["first"] is None:
        return None
    zone = ZoneInfo(queue.timezone)
    return found["first"].astimezone(zone).date(), found["last"].astimezone(zone).date()


def shown_figures(
    simulations: Sequence[RequirementSimulation], principal: object
) -> dict[int, dict[str, Any]]:
    """Return by simulation what came of it, of its pool only the queues that the principal may see.

    Two queries for however many simulations.
    """
    pools = [pool for one in simulations if (pool := one.figures.get("pool")) is not None]
    queue_ids = {row["queue"] for pool in pools for row in pool["queues"]}
    result_ids = {pool["result"] for pool in pools}
    queues = Queue.objects.visible_to(principal).filter(pk__in=queue_ids)
    results = RequirementPoolResult.objects.visible_to(principal).filter(pk__in=result_ids)
    seen = set(queues.values_list("pk", flat=True))
    whole = set(results.values_list("pk", flat=True))
    return {one.pk: _narrowed(one.figures, seen=seen, whole=whole) for one in simulations}


def _narrowed(figures: dict[str, Any], *, seen: set[int], whole: set[int]) -> dict[str, Any]:
    pool = figures.get("pool")
    if pool is None:
        return figures
    return figures | {
        "pool": {
            "result": pool["result"] if pool["result"] in whole else None,
            "queues": [row for row in pool["queues"] if row["queue"] in seen],
        }
    }


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
    starts, table = _warmed(queue, starts, table, begins=int(bounds.starts_at.timestamp()))
    dates = local_dates(starts.astype("datetime64[s]"), queue.timezone)
    return SimulatedDay(
        day=day,
        starts_at=starts,
        erlangs=table[:, 0],
        aht_seconds=np.where(np.isnan(table[:, 1]), queue.default_aht_seconds, table[:, 1]),
        agents=table[:, 2],
        said_level=table[:, 3],
        is_open=table[:, 4] > 0.0,
        is_counted=starts >= int(bounds.starts_at.timestamp()),
        callbacks=callback_offers(queue, dates),
    )


def _warmed(
    queue: Queue, starts: NDArray[np.int64], table: FloatArray, *, begins: int
) -> tuple[NDArray[np.int64], FloatArray]:
    """Put two hours like the first interval before a run that begins in the middle of its hours.

    The plan begins there in the queue's steady state; nobody comes to an empty one at midnight.
    """
    step = queue.interval_minutes * 60
    if starts.size == 0 or starts[0] != begins or not table[0, -1]:
        return starts, table
    before = np.array([begins - step]).astype("datetime64[s]")
    if not business_calendar(queue).open_mask(before).any():
        return starts, table
    count = int(WARM_UP.total_seconds()) // step
    earlier = begins - step * np.arange(count, 0, -1)
    return np.r_[earlier, starts], np.r_[np.repeat(table[:1], count, axis=0), table]
