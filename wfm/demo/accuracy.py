"""The forecast of the last two weeks, made from what was known before them, against what came."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.computations.queue_forecast import forecast_queue
from forecasting.models import IntervalActual
from wfm.demo.operation import TORONTO
from wfm.org.models import Queue

HELD_OUT = timedelta(weeks=2)
WEEK_SECONDS = 7 * 86_400


def two_week_rows(*, until: date) -> list[dict[str, Any]]:
    """Return each queue's WAPE over the two weeks before a date, and that of the seasonal naive.

    Seasonal naive: the same quarter hour of the last week that was known at the origin. Both are
    measured on the intervals that have both numbers.
    """
    ends_at = datetime.combine(until, time.min, tzinfo=ZoneInfo(TORONTO)).astimezone(UTC)
    origin_at = ends_at - HELD_OUT
    return [
        {"label": queue.name, **_errors(queue, origin_at, ends_at)}
        for queue in Queue.objects.active().select_related("work_type").order_by("pk")
    ]


def _errors(queue: Queue, origin_at: datetime, ends_at: datetime) -> dict[str, float | None]:
    made = forecast_queue(queue, origin_at=origin_at, days=HELD_OUT.days)
    starts = made.starts_at.astype("datetime64[s]").astype(np.int64)
    forecast = dict(zip(starts.tolist(), made.mean.tolist(), strict=True))
    rows = IntervalActual.objects.filter(
        queue=queue, starts_at__gte=origin_at - timedelta(weeks=1), starts_at__lt=ends_at
    ).values_list("starts_at", "offered")
    actual = {int(moment.timestamp()): offered for moment, offered in rows}
    origin = int(origin_at.timestamp())
    naive = {moment: actual.get(_week_before(moment, origin)) for moment in forecast}
    compared = [moment for moment in forecast if moment in actual and naive.get(moment) is not None]
    return {
        "wape": _wape(compared, forecast, actual),
        "wape_seasonal_naive": _wape(compared, naive, actual),
    }


def _week_before(moment: int, origin: int) -> int:
    """Return the same instant in the last known week."""
    weeks = (moment - origin) // WEEK_SECONDS + 1
    return moment - weeks * WEEK_SECONDS


def _wape(
    moments: list[int], forecast: Mapping[int, float | None], actual: Mapping[int, float]
) -> float | None:
    """Return the sum of absolute errors over the sum of what came; None without contacts."""
    total = sum(actual[moment] for moment in moments)
    if not total:
        return None
    return sum(abs((forecast[moment] or 0.0) - actual[moment]) for moment in moments) / total
