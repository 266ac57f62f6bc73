"""Forecast runs: created with their job, filled queue by queue, published once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from forecasting.core.overrides import apply_overrides
from forecasting.core.wall_clock import BoolArray, FloatArray, InstantArray
from forecasting.models import ForecastQueueResult, ForecastRun
from forecasting.queries.runs import override_data
from forecasting.services.staging import Staging
from wfm.jobs.models import JobStatus
from wfm.org.models import Queue, User
from wfm.timeline import day_bounds

LONGEST_HORIZON_DAYS = 550
DEFAULT_HORIZON_DAYS = 42
INTERVAL_COLUMNS = {
    "starts_at": "timestamptz",
    "mean": "double precision",
    "quantile_10": "double precision",
    "quantile_50": "double precision",
    "quantile_90": "double precision",
    "final_mean": "double precision",
    "aht_seconds": "double precision",
    "is_open": "boolean",
}


class UnableToForecast(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The forecast cannot start; the sentence says why."""


class UnableToPublish(ValueError):  # noqa: N818
    """The run cannot be published; the sentence says why."""


@dataclass(frozen=True)
class QueueForecast:
    """All that one run says about one queue, by instant in UTC."""

    starts_at: InstantArray
    mean: FloatArray
    quantiles: FloatArray
    """10 %, 50 % and 90 % × instant."""
    aht_seconds: FloatArray
    is_open: BoolArray
    flag: str
    method: str
    reason: str
    measures: dict[str, float | None]
    """Fields of ForecastQueueResult: wape, bias, mase, coverage, wape_seasonal_naive, …"""
    backtest: dict[str, Any]
    components: dict[str, Any]


@transaction.atomic
def create_forecast_run(
    *,
    queues: Sequence[Queue],
    days: int,
    origin_at: datetime,
    created_by: User | None,
    publish_when_done: bool = False,
    history_days: int | None = None,
) -> ForecastRun:
    """A run of these queues from the local date of the origin over `days` local dates."""
    if not queues:
        raise UnableToForecast(_("Choose at least one queue to forecast."))
    if not 1 <= days <= LONGEST_HORIZON_DAYS:
        raise UnableToForecast(
            _("Expected between 1 and %(most)s days, got %(days)s.")
            % {"most": LONGEST_HORIZON_DAYS, "days": days}
        )
    bounds = [_bounds(queue, origin_at, days) for queue in queues]
    return ForecastRun.objects.create(
        origin_at=origin_at,
        starts_at=min(first for first, _last in bounds),
        ends_at=max(last for _first, last in bounds),
        parameters={
            "queue_ids": [queue.pk for queue in queues],
            "days": days,
            "history_days": history_days,
            "publish_when_done": publish_when_done,
        },
        code_version=str(getattr(settings, "CODE_VERSION", "")),
        created_by=created_by,
    )


def _bounds(queue: Queue, origin_at: datetime, days: int) -> tuple[datetime, datetime]:
    first = origin_at.astimezone(_zone(queue)).date()
    last = first + timedelta(days=days - 1)
    return (
        day_bounds(first, queue.timezone).starts_at,
        day_bounds(last, queue.timezone).ends_at,
    )


def _zone(queue: Queue) -> ZoneInfo:
    return ZoneInfo(queue.timezone)


@transaction.atomic
def save_queue_forecast(*, run: ForecastRun, queue: Queue, result: QueueForecast) -> None:
    """Write one queue of an unpublished run; written before, it is replaced."""
    _check_unpublished(run)
    _clear(run, queue)
    starts_at = _moment(result.starts_at[0])
    ends_at = _moment(result.starts_at[-1]) + timedelta(minutes=queue.interval_minutes)
    overrides = override_data(queue, starts_at=starts_at, ends_at=ends_at)
    final = apply_overrides(mean=result.mean, starts_at=result.starts_at, overrides=overrides)
    final = np.where(result.is_open, final, 0.0)
    staging = Staging("staged_forecast", INTERVAL_COLUMNS)
    texts = np.datetime_as_string(result.starts_at, unit="s")
    staging.copy(
        zip(
            (f"{text}+00" for text in texts),
            result.mean.round(6).tolist(),
            *(band.round(6).tolist() for band in result.quantiles),
            final.round(6).tolist(),
            result.aht_seconds.round(3).tolist(),
            result.is_open.tolist(),
            strict=True,
        )
    )
    names = ", ".join(INTERVAL_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO forecasting_forecastinterval (run_id, queue_id, {names}) "  # noqa: S608 - our own names
            f"SELECT %s, %s, {names} FROM staged_forecast ORDER BY starts_at",
            [run.pk, queue.pk],
        )
    ForecastQueueResult.objects.create(
        run=run,
        queue=queue,
        flag=result.flag,
        method=result.method,
        reason=result.reason,
        backtest=result.backtest,
        components=result.components | {"overrides": len(overrides)},
        **result.measures,
    )


@transaction.atomic
def save_refusal(*, run: ForecastRun, queue: Queue, reason: str) -> None:
    """Record that a queue could not be forecast, and why."""
    _check_unpublished(run)
    _clear(run, queue)
    ForecastQueueResult.objects.create(
        run=run, queue=queue, flag=ForecastQueueResult.Flag.REFUSED, reason=reason
    )


def _check_unpublished(run: ForecastRun) -> None:
    if run.is_published:
        raise UnableToForecast(
            _("Forecast #%(pk)s is published and final; start a new one.") % {"pk": run.pk}
        )


def _clear(run: ForecastRun, queue: Queue) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM forecasting_forecastinterval WHERE run_id = %s AND queue_id = %s",
            [run.pk, queue.pk],
        )
    ForecastQueueResult.objects.filter(run=run, queue=queue).delete()


def _moment(instant: np.datetime64) -> datetime:
    return datetime.fromtimestamp(int(instant.astype("datetime64[s]").astype(np.int64)), tz=UTC)


@transaction.atomic
def publish_forecast(
    *,
    run: ForecastRun,
    published_at: datetime,
    published_by: User | None,
    by_own_job: bool = False,
) -> ForecastRun:
    """Make the run final, so that staffing builds on it; a later run supersedes it.

    `by_own_job`: the run's job publishes as its last act, while it still counts as running.
    """
    results = ForecastQueueResult.objects.filter(run=run)
    if run.job is not None and run.job.status != JobStatus.SUCCEEDED and not by_own_job:
        raise UnableToPublish(
            _("Forecast #%(pk)s is not complete (%(status)s); start a new one or wait for it.")
            % {"pk": run.pk, "status": run.job.get_status_display()}
        )
    if not results.exclude(flag=ForecastQueueResult.Flag.REFUSED).exists():
        raise UnableToPublish(
            _("Forecast #%(pk)s holds no queue with numbers; there is nothing to publish.")
            % {"pk": run.pk}
        )
    published = ForecastRun.objects.filter(pk=run.pk, published_at=None).update(
        published_at=published_at, published_by=published_by
    )
    if not published:
        raise UnableToPublish(_("Forecast #%(pk)s is already published.") % {"pk": run.pk})
    run.refresh_from_db()
    return run
