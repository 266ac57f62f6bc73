"""How far the requirement of the day follows the forecast's updates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Max

from forecasting.core.wall_clock import InstantArray
from forecasting.queries import IntervalSeries, day_updates, series_in_force
from staffing.models import IntradayRequirement
from wfm.org.models import Queue
from wfm.timeline import Interval, day_bounds, local_dates

DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayFollowed:
    """What the requirement of today of a queue follows.

    Attributes:
        made_at: When the newest update was made, of its own forecast or of what feeds it.
        known_until: End of the last interval that counted.

    """

    made_at: datetime
    known_until: datetime


def followed(queue_ids: Sequence[int], *, at: datetime) -> dict[tuple[int, int], DayFollowed]:
    """What the requirement of today follows, by queue and run."""
    rows = IntradayRequirement.objects.filter(
        queue__in=queue_ids, starts_at__gte=at - DAY, starts_at__lt=at + DAY
    ).order_by()
    latest = rows.values_list("queue_id", "run_id").annotate(
        made_at=Max("forecast_made_at"), until=Max("known_until")
    )
    return {(queue_id, run_id): DayFollowed(*rest) for queue_id, run_id, *rest in latest}


def updated_series(
    queue: Queue, *, run_id: int, starts_at: datetime, ends_at: datetime
) -> IntervalSeries:
    """The forecast in force from then on, the rest of its first day as the update has it."""
    series = series_in_force(queue, starts_at=starts_at, ends_at=ends_at)
    on_date = local_dates(np.array([_instant(starts_at)]), queue.timezone)[0].astype(object)
    changed = day_updates(queue, run_id=run_id, on_date=on_date)
    means = {_instant(moment): mean for moment, (mean, *_bands) in changed.items()}
    since = _instant(starts_at)
    for place, moment in enumerate(series.starts_at):
        if moment >= since and moment in means:
            series.final_mean[place] = means[moment]
    return series


def end_of_day(queue: Queue, moment: datetime) -> datetime:
    """End of the queue's local date that holds a moment."""
    return _day_of(queue, moment).ends_at


def interval_start(queue: Queue, moment: datetime) -> datetime:
    """Start of the queue's interval that holds a moment; intervals are counted from midnight."""
    midnight = _day_of(queue, moment).starts_at
    step = timedelta(minutes=queue.interval_minutes)
    return midnight + (moment - midnight) // step * step


def _day_of(queue: Queue, moment: datetime) -> Interval:
    on_date = local_dates(np.array([_instant(moment)]), queue.timezone)[0].astype(object)
    return day_bounds(on_date, queue.timezone)


def until(instants: InstantArray, moment: datetime) -> int:
    """How many of the instants, which are in order, lie before a moment."""
    return int(np.searchsorted(instants, _instant(moment)))


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64(int(moment.timestamp()), "s")
