"""Compare what each override changed with what came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q

from forecasting import queries
from forecasting.core.override_score import JudgedForecast, OverrideEffect, override_effect
from forecasting.core.wall_clock import FloatArray, InstantArray, WallClockGrid
from forecasting.models import ForecastQueueResult, ForecastRun, Override, OverrideScore
from wfm.org.in_force import Span
from wfm.org.models import Queue


def overrides_by_queue(*, since: datetime, at: datetime) -> list[list[int]]:
    """Ids of the overrides whose stretch reaches past `since` and has begun, queue by queue."""
    begun = Override.objects.filter(ends_at__gt=since, starts_at__lt=at, created_at__lt=at)
    groups: dict[int, list[int]] = {}
    for queue_id, pk in begun.order_by("queue", "pk").values_list("queue_id", "pk"):
        groups.setdefault(queue_id, []).append(pk)
    return list(groups.values())


def score_overrides(override_ids: Sequence[int], *, at: datetime) -> int:
    """Score these overrides; return how many could be."""
    count = 0
    found = Override.objects.filter(pk__in=override_ids).select_related("queue__work_type")
    for override in found.order_by("pk"):
        stood_at = max(override.starts_at, override.created_at)
        ends_at = min(override.ends_at, at)
        was_undone = override.revoked_at is not None and override.revoked_at <= stood_at
        if was_undone or stood_at >= ends_at:
            continue
        count += _score(override, stood_at, ends_at, at)
    return count


def _score(override: Override, stood_at: datetime, ends_at: datetime, at: datetime) -> int:
    """Write one override's score; 0 when no forecast was in force or nothing is known.

    Judged is the run that was in force when it began to stand. Once parts of that run are deleted
    the score that was written before stays.
    """
    found = queries.in_force_at(
        stood_at, queue_ids=[override.queue_id], published_until=stood_at
    ).get(override.queue_id)
    if found is None:
        return 0
    result = ForecastQueueResult.objects.select_related("run").get(pk=found.result_id)
    effect = _effect(override, result.run, (stood_at, ends_at), at)
    if effect is None or (result.cleared_at is not None and _was_fuller(override, effect)):
        return 0
    OverrideScore.objects.update_or_create(
        override=override,
        defaults={
            "queue": override.queue,
            "run": result.run,
            "starts_at": stood_at,
            "ends_at": ends_at,
            **vars(effect),
        },
    )
    return 1


def _was_fuller(override: Override, effect: OverrideEffect) -> bool:
    """Whether an earlier score knew more intervals than are left of the run."""
    earlier = OverrideScore.objects.filter(override=override, intervals__gt=effect.intervals)
    return earlier.exists()


def _effect(
    override: Override, run: ForecastRun, span: Span, at: datetime
) -> OverrideEffect | None:
    queue, (stood_at, ends_at) = override.queue, span
    series = queries.interval_series(run=run, queue=queue, starts_at=stood_at, ends_at=ends_at)
    came = _actual(queue, series.starts_at, span, at)
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


def _actual(queue: Queue, instants: InstantArray, span: Span, at: datetime) -> FloatArray:
    """What came in each instant; NaN where nothing is recorded or the day's feed is still out."""
    if not instants.size:
        return np.zeros(0)
    zone = ZoneInfo(queue.timezone)
    first, last = (moment.astimezone(zone).date() for moment in span)
    grid = WallClockGrid(first, (last - first).days + 1, zone, queue.interval_minutes)
    offered = queries.settled_offered([queue], grid=grid, before=at)
    by_instant = grid.pick(offered[0])
    came = by_instant[np.searchsorted(grid.starts_at, instants)]
    ends_at = np.datetime64(int(span[1].timestamp()), "s")
    return np.asarray(np.where(instants < ends_at, came, np.nan))
