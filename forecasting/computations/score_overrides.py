"""Compare what each override changed with what came."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q

from forecasting import queries
from forecasting.core.override_score import JudgedForecast, OverrideEffect, override_effect
from forecasting.core.wall_clock import WallClockGrid
from forecasting.models import ForecastRun, Override, OverrideScore
from wfm.org.models import Queue


def score_overrides(*, since: datetime, at: datetime) -> int:
    """Score every override whose stretch reaches past `since` and has begun; return how many."""
    begun = Override.objects.filter(ends_at__gt=since, starts_at__lt=at, created_at__lt=at)
    count = 0
    for override in begun.select_related("queue__work_type").order_by("pk"):
        stood_at = max(override.starts_at, override.created_at)
        ends_at = min(override.ends_at, at)
        was_undone = override.revoked_at is not None and override.revoked_at <= stood_at
        if was_undone or stood_at >= ends_at:
            continue
        count += _score(override, stood_at, ends_at)
    return count


def _score(override: Override, stood_at: datetime, ends_at: datetime) -> int:
    """Write one override's score; 0 when no forecast was published or nothing is known."""
    run = (
        ForecastRun.objects.published()
        .filter(
            published_at__lte=stood_at, ends_at__gt=stood_at, queue_results__queue=override.queue
        )
        .first()
    )
    if run is None:
        return 0
    effect = _effect(override, run, stood_at, ends_at)
    if effect is None:
        return 0
    OverrideScore.objects.update_or_create(
        override=override,
        defaults={
            "queue": override.queue,
            "run": run,
            "starts_at": stood_at,
            "ends_at": ends_at,
            **vars(effect),
        },
    )
    return 1


def _effect(
    override: Override, run: ForecastRun, stood_at: datetime, ends_at: datetime
) -> OverrideEffect | None:
    queue = override.queue
    series = queries.interval_series(run=run, queue=queue, starts_at=stood_at, ends_at=ends_at)
    came = _actual(queue, series.starts_at, stood_at, ends_at)
    beside = Override.objects.filter(queue=queue, created_at__lte=stood_at)
    beside = beside.filter(Q(revoked_at=None) | Q(revoked_at__gt=stood_at))
    beside = beside.filter(starts_at__lt=ends_at, ends_at__gt=stood_at).exclude(pk=override.pk)
    others = [queries.as_override_data(row) for row in beside.order_by("created_at", "pk")]
    judged = JudgedForecast(
        starts_at=series.starts_at,
        mean=series.mean,
        is_open=series.is_open,
        actual=came,
        factors=queries.instant_factors(run=run, queue=queue, series=series),
    )
    return override_effect(
        forecast=judged, override=queries.as_override_data(override), others=others
    )


def _actual(
    queue: Queue, instants: np.ndarray, starts_at: datetime, ends_at: datetime
) -> np.ndarray:
    """What came in each instant; NaN where nothing is recorded."""
    if not instants.size:
        return np.zeros(0)
    zone = ZoneInfo(queue.timezone)
    first, last = (moment.astimezone(zone).date() for moment in (starts_at, ends_at))
    grid = WallClockGrid(first, (last - first).days + 1, zone, queue.interval_minutes)
    cells = queries.cells_of(
        [queue], grid=grid, before=ends_at, by_items=queries.item_queues([queue])
    )
    by_instant = grid.pick(cells.offered[0])
    return np.asarray(by_instant[np.searchsorted(grid.starts_at, instants)])
