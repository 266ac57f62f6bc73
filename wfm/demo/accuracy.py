"""The forecast of the last two weeks, made from what was known before them, against what came."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.computations.queue_forecast import forecast_queue
from forecasting.queries import actual_series
from wfm.demo.operation import TORONTO
from wfm.org.models import Queue

HELD_OUT = timedelta(weeks=2)
WEEK_SECONDS = 7 * 86_400

Series = Mapping[int, float | None]


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
    forecast = dict(
        zip(starts[made.is_open].tolist(), made.mean[made.is_open].tolist(), strict=True)
    )
    actual = actual_series(queue, starts_at=origin_at - timedelta(weeks=1), ends_at=ends_at)
    missing = None if queue.is_live else 0.0  # no item is a zero, no interval row is unknown
    origin = int(origin_at.timestamp())
    came = {moment: actual.get(moment, missing) for moment in forecast}
    naive = {moment: actual.get(_week_before(moment, origin), missing) for moment in forecast}
    return {"wape": _wape(forecast, came, naive), "wape_seasonal_naive": _wape(naive, came, naive)}


def _week_before(moment: int, origin: int) -> int:
    """Return the same instant in the last known week."""
    weeks = (moment - origin) // WEEK_SECONDS + 1
    return moment - weeks * WEEK_SECONDS


def _wape(tested: Series, came: Series, naive: Series) -> float | None:
    """Return the sum of absolute errors over the sum of what came; None without contacts.

    Counted are the moments that the naive forecast knows too, so that both are measured alike.
    """
    errors = total = 0.0
    for moment, actual in came.items():
        forecast = tested[moment]
        if actual is not None and forecast is not None and naive[moment] is not None:
            errors += abs(forecast - actual)
            total += actual
    return errors / total if total else None
