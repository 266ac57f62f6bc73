"""Freeze what the system said, score it once the day has come, forget it when it is old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction

from forecasting.core.scoring import LEAD_DAYS, Score
from forecasting.core.wall_clock import FloatArray, WallClockGrid
from forecasting.models import ForecastRun, ForecastScore, ForecastSnapshot
from forecasting.models.snapshot import RETENTION_SETTING
from forecasting.services.saving import Outcome, QueueForecast
from forecasting.services.staging import Staging
from wfm.org.models import Queue

KEEP_SNAPSHOTS_DAYS = 200
KEEP_SCORES_DAYS = 1_200
STORED = "<f4"
SCORE_COLUMNS = {
    "queue_id": "bigint",
    "target_date": "date",
    "lead_days": "smallint",
    **{field.name: "double precision" for field in fields(Score)},
}


@transaction.atomic
def freeze_snapshots(*, run: ForecastRun, outcomes: Sequence[Outcome]) -> None:
    """Keep the system's own numbers of the run, without overrides; the first of a day stays."""
    rows = [
        row
        for queue, item in outcomes
        if isinstance(item, QueueForecast)
        for row in _snapshots(run, queue, item)
    ]
    ForecastSnapshot.objects.bulk_create(rows, ignore_conflicts=True)


def _snapshots(run: ForecastRun, queue: Queue, item: QueueForecast) -> Iterable[ForecastSnapshot]:
    zone = ZoneInfo(queue.timezone)
    days = item.days
    grid = WallClockGrid(days.first_date, days.days, zone, queue.interval_minutes)
    low, _median, high = item.quantiles
    parts = [
        _by_label(grid, np.where(item.is_open, part, np.nan)) for part in (item.mean, low, high)
    ]
    today = run.origin_at.astimezone(zone).date()
    for lead in LEAD_DAYS:
        target: date = today + timedelta(days=lead)
        index = (target - days.first_date).days
        if not 0 <= index < days.days:
            continue
        mean, bottom, top = (part[index].astype(STORED).tobytes() for part in parts)
        yield ForecastSnapshot(
            queue=queue,
            target_date=target,
            lead_days=lead,
            origin_at=run.origin_at,
            run_number=run.pk,
            mean=mean,
            low=bottom,
            high=top,
        )


def _by_label(grid: WallClockGrid, values: FloatArray) -> FloatArray:
    """Date × label from instants; a skipped label is closed."""
    flat = np.full(grid.days * grid.labels, np.nan)
    flat[grid.positions] = values
    return flat.reshape(grid.days, grid.labels)


@transaction.atomic
def save_scores(rows: Iterable[tuple[int, date, int, Score]]) -> int:
    """Write the score of each queue × day × lead, replacing an earlier one; return how many."""
    staging = Staging("staged_scores", SCORE_COLUMNS)
    count = staging.copy(
        (queue_id, target, lead, *(getattr(score, field.name) for field in fields(Score)))
        for queue_id, target, lead, score in rows
    )
    names = ", ".join(SCORE_COLUMNS)
    updates = ", ".join(f"{field.name} = EXCLUDED.{field.name}" for field in fields(Score))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO forecasting_forecastscore ({names}) SELECT {names} "  # noqa: S608 - our own names
            f"FROM staged_scores ON CONFLICT (queue_id, target_date, lead_days) "
            f"DO UPDATE SET {updates}"
        )
    return count


@transaction.atomic
def forget_old_snapshots(*, at: datetime) -> int:
    """Delete snapshots and scores beyond their retention; return how many snapshots."""
    today = at.date()
    with connection.cursor() as cursor:  # only here does the database let them go
        cursor.execute("SELECT set_config(%s, 'on', true)", [RETENTION_SETTING])
    old = ForecastSnapshot.objects.filter(target_date__lt=today - timedelta(KEEP_SNAPSHOTS_DAYS))
    deleted = old.filter(created_at__lt=at - timedelta(days=KEEP_SNAPSHOTS_DAYS)).delete()[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [RETENTION_SETTING])
    ForecastScore.objects.filter(target_date__lt=today - timedelta(KEEP_SCORES_DAYS)).delete()
    return deleted
