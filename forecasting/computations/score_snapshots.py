"""The job that compares frozen forecasts with what came, queue by queue in batches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.computations.score_overrides import overrides_by_queue, score_overrides
from forecasting.core.scoring import Score, score_days
from forecasting.core.wall_clock import FloatArray, WallClockGrid
from forecasting.models import ForecastSnapshot
from forecasting.services.contacts import forget_contacts
from forecasting.services.imports import discard_before
from forecasting.services.snapshots import STORED, forget_old_snapshots, save_scores
from wfm.jobs.runner import JobContext
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

QUEUES_PER_STEP = 32
CONTACTS_PER_STEP = 50_000
CONTACT_FILES_KEPT = timedelta(days=1)
WEEK_DAYS = 7


def score_snapshots(ctx: JobContext) -> dict[str, Any]:
    """Score every frozen day from `first` to `last`; each step can be done twice."""
    first, last = (date.fromisoformat(ctx.params[name]) for name in ("first", "last"))
    at = datetime.fromisoformat(ctx.params["at"])
    with system_tenant():
        snapshots = ForecastSnapshot.objects.filter(target_date__range=(first, last))
        ids = snapshots.order_by("queue").values_list("queue", flat=True).distinct()
        queues = list(Queue.objects.filter(pk__in=list(ids)).select_related("work_type"))
    steps = list(_steps(queues))
    scored = 0
    for number, step in enumerate(steps):
        ctx.raise_if_cancelled()
        ctx.progress(number / len(steps), _("Scoring %(queue)s and others") % {"queue": step[0]})
        with ctx.publishing():
            scored += save_scores(_scores(step, first, last, at))
    overrides = _score_overrides(ctx, since=datetime.combine(first, time.min, tzinfo=UTC), at=at)
    contacts = _forget_contacts(ctx, at)
    with ctx.publishing():
        forgotten = forget_old_snapshots(at=at)
        discarded = discard_before(at - CONTACT_FILES_KEPT)
    return {
        "days_scored": scored,
        "overrides_scored": overrides,
        "snapshots_forgotten": forgotten,
        "contact_files_discarded": discarded,
        "contacts_forgotten": contacts,
    }


def _forget_contacts(ctx: JobContext, at: datetime) -> int:
    """Delete single contacts beyond their retention, a batch at a time."""
    before = at - timedelta(days=settings.CONTACT_RETENTION_DAYS)
    count = 0
    while True:
        ctx.raise_if_cancelled()
        with ctx.publishing():
            deleted = forget_contacts(before=before, limit=CONTACTS_PER_STEP)
        count += deleted
        if deleted < CONTACTS_PER_STEP:
            return count


def _score_overrides(ctx: JobContext, *, since: datetime, at: datetime) -> int:
    """Score overrides a few queues at a time: the job's row is never held for long."""
    with system_tenant():
        groups = overrides_by_queue(since=since, at=at)
    count = 0
    for start in range(0, len(groups), QUEUES_PER_STEP):
        ctx.raise_if_cancelled()
        step = groups[start : start + QUEUES_PER_STEP]
        with ctx.publishing():
            count += score_overrides([pk for group in step for pk in group], at=at)
    return count


def _steps(queues: list[Queue]) -> Iterator[list[Queue]]:
    """Queues of one wall clock and interval, a few at a time."""
    groups: dict[tuple[str, int], list[Queue]] = {}
    for queue in queues:
        groups.setdefault((queue.timezone, queue.interval_minutes), []).append(queue)
    for members in groups.values():
        for start in range(0, len(members), QUEUES_PER_STEP):
            yield members[start : start + QUEUES_PER_STEP]


def _scores(
    queues: list[Queue], first: date, last: date, at: datetime
) -> list[tuple[int, date, int, Score]]:
    """Scores of all frozen days of these queues that are over and of which something is known."""
    begin = first - timedelta(days=WEEK_DAYS)
    days = (last - begin).days + 1
    zone = ZoneInfo(queues[0].timezone)
    grid = WallClockGrid(begin, days, zone, queues[0].interval_minutes)
    came = queries.settled_offered(queues, grid=grid, before=at)
    today = at.astimezone(zone).date()
    row_of = {queue.pk: row for row, queue in enumerate(queues)}
    found = ForecastSnapshot.objects.filter(
        queue__in=queues, target_date__range=(first, min(last, today - timedelta(days=1)))
    )
    keys, arrays = [], []
    for pk, target, lead, *parts in found.values_list(
        "queue_id", "target_date", "lead_days", "mean", "low", "high"
    ):
        values = [np.frombuffer(part, STORED) for part in parts]
        if values[0].size == grid.labels:  # else the queue's interval was changed since
            keys.append((pk, target, lead))
            arrays.append(values)
    if not keys:
        return []
    rows = np.array([row_of[pk] for pk, _target, _lead in keys])
    dates = np.array([(target - begin).days for _pk, target, _lead in keys])
    mean, low, high = np.array(arrays, dtype=np.float64).swapaxes(0, 1)
    scores = score_days(
        mean=mean,
        low=low,
        high=high,
        actual=came[rows, dates],
        week_before=came[rows, dates - WEEK_DAYS],
        hours=_hours(grid)[dates],
    )
    return [(*key, score) for key, score in zip(keys, scores, strict=True) if score.intervals > 0]


def _hours(grid: WallClockGrid) -> FloatArray:
    return grid.repeats.astype(np.float64)
