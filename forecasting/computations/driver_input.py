"""Driver links of a queue: estimated anew in each run, kept only where they help."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from forecasting import queries
from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.drivers import DriverLink as EstimatedLink
from forecasting.core.drivers import day_factors, estimate_link
from forecasting.core.wall_clock import FloatArray
from forecasting.models import DriverLink
from wfm.org.models import Queue

DAILY_MINUTES = 1440


@dataclass(frozen=True)
class DriverInput:
    """A kept link as day factors of the driven queue."""

    driver: Queue
    link: EstimatedLink
    past: FloatArray
    future: FloatArray

    @property
    def sentence(self) -> str:
        """The link in plain words."""
        return self.link.in_words(f"{self.driver.name} item", "contacts")

    def as_json(self) -> dict[str, Any]:
        """What the run keeps of it."""
        low, high = self.link.usual_days
        return {
            "queue_id": self.driver.pk,
            "words": self.sentence,
            "first_day": low,
            "last_day": high,
            **asdict(self.link),
        }


def best_driver(
    queue: Queue, first: date, days: int, horizon_days: int, origin_at: datetime
) -> DriverInput | None:
    """The active link that lowers the held-out error most, or None."""
    links = DriverLink.objects.filter(queue=queue, is_active=True).select_related(
        "driver_queue__work_type"
    )
    found = [
        item
        for link in links
        if (item := _estimate(queue, link.driver_queue, first, days, horizon_days, origin_at))
    ]
    if not found:
        return None
    return min(found, key=lambda item: item.link.error_with / item.link.error_without)


def _estimate(
    queue: Queue, driver: Queue, first: date, days: int, horizon_days: int, origin_at: datetime
) -> DriverInput | None:
    totals = queries.daily_totals(queue, first_date=first, days=days, before=origin_at)
    drive = queries.daily_totals(driver, first_date=first, days=days, before=origin_at)
    if not np.isfinite(drive).any():
        return None
    # A deferred driver has no row on a day without items; after its first day that is a zero.
    begun = np.cumsum(np.isfinite(drive)) > 0
    drive = np.where(begun & ~np.isfinite(drive), 0.0, drive)
    link = estimate_link(totals, drive)
    if link is None:
        return None
    whole = np.concatenate([drive, _future(drive, first, horizon_days)])
    factors = day_factors(whole, link)
    return DriverInput(driver=driver, link=link, past=factors[:days], future=factors[days:])


def _future(drive: FloatArray, first: date, horizon_days: int) -> FloatArray:
    """The driver's own forecast by day; its mean where it cannot be forecast."""
    shape = (1, drive.size, 1)
    result = forecast(
        history=HistoryData(
            offered=drive.reshape(shape),
            open_mask=np.ones(shape, dtype=bool),
            first_date=first,
            interval_minutes=DAILY_MINUTES,
        ),
        horizon=HorizonData(open_mask=np.ones((1, horizon_days, 1), dtype=bool)),
        params=ForecastParams(quantiles=(0.5,)),
    )
    mean = result.mean[0, :, 0]
    return np.where(np.isfinite(mean), mean, np.nanmean(drive))
