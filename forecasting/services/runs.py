"""Forecast runs: created with their job, published once; `saving` fills them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from forecasting.models import ForecastRun
from wfm.jobs.publication import publish_run
from wfm.org.models import Queue, User
from wfm.timeline import day_bounds

LONGEST_HORIZON_DAYS = 550
"""18 months."""
DEFAULT_HORIZON_DAYS = 42
MOST_QUANTILES = 9
LOWEST_QUANTILE = 0.001
QUANTILE_DIGITS = 4


class UnableToForecast(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The forecast cannot start; the sentence says why."""


@transaction.atomic
def create_forecast_run(
    *,
    queues: Sequence[Queue],
    days: int,
    origin_at: datetime,
    created_by: User | None,
    publish_when_done: bool = False,
    freeze: bool = False,
    quantiles: Sequence[float] = (),
) -> ForecastRun:
    """A run of these queues from the local date of the origin over `days` local dates."""
    asked = _asked_quantiles(quantiles)
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
            "publish_when_done": publish_when_done,
            "freeze": freeze,
            "quantiles": asked,
        },
        code_version=str(getattr(settings, "CODE_VERSION", "")),
        created_by=created_by,
    )


def _asked_quantiles(quantiles: Sequence[float]) -> list[float]:
    """Rising; raises UnableToForecast where there are too many, or one is none."""
    if len(quantiles) > MOST_QUANTILES:
        raise UnableToForecast(
            _("Expected at most %(most)s quantiles, got %(count)s.")
            % {"most": MOST_QUANTILES, "count": len(quantiles)}
        )
    for level in quantiles:
        if not LOWEST_QUANTILE <= level <= 1 - LOWEST_QUANTILE:
            raise UnableToForecast(
                _("Expected a quantile from %(low)s to %(high)s, got %(level)s.")
                % {"low": LOWEST_QUANTILE, "high": 1 - LOWEST_QUANTILE, "level": level}
            )
    asked = sorted({round(level, QUANTILE_DIGITS) for level in quantiles})
    if len(asked) < len(quantiles):
        raise UnableToForecast(_("A quantile stands twice."))
    return asked


def _bounds(queue: Queue, origin_at: datetime, days: int) -> tuple[datetime, datetime]:
    first = origin_at.astimezone(_zone(queue)).date()
    last = first + timedelta(days=days - 1)
    return (
        day_bounds(first, queue.timezone).starts_at,
        day_bounds(last, queue.timezone).ends_at,
    )


def _zone(queue: Queue) -> ZoneInfo:
    return ZoneInfo(queue.timezone)


def lock_queues(queue_ids: Collection[int]) -> None:
    """Hold these queues' forecasts until this transaction ends; take it before any run.

    An override made while a run is being written waits, and then finds the run.
    """
    held = Queue.objects.select_for_update(no_key=True).filter(pk__in=queue_ids)
    list(held.order_by("pk").values_list("pk"))


def publish_forecast(
    *, run: ForecastRun, published_at: datetime, published_by: User | None, by_own_job: bool = False
) -> ForecastRun:
    """Make the run final, so that staffing builds on it; see publish_run."""
    return publish_run(
        run=run, published_at=published_at, published_by=published_by, by_own_job=by_own_job
    )
