"""Drivers of a queue: estimated anew in each run, kept only where they help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from forecasting import queries
from forecasting.core.drivers import DrivenFactors, driven_factors
from forecasting.core.drivers import DriverLink as EstimatedLink
from forecasting.core.wall_clock import FloatArray
from forecasting.models import DriverLink
from wfm.org.models import Queue


@dataclass(frozen=True)
class DriverInput:
    """Kept links as day factors of the driven queue."""

    links: tuple[tuple[Queue, EstimatedLink], ...]
    past: FloatArray
    future: FloatArray

    @property
    def sentence(self) -> str:
        """The links in plain words."""
        return " ".join(link.in_words(f"{driver.name} item") for driver, link in self.links)

    def as_json(self) -> dict[str, Any]:
        """What the run keeps: the strongest link, and the others under `more`."""
        first, *more = [_link_json(driver, link) for driver, link in self.links]
        return {**first, "more": more}


def best_driver(
    queue: Queue, first: date, days: int, horizon_days: int, origin_at: datetime
) -> DriverInput | None:
    """Day factors of the active links that lower the held-out error, or None."""
    drivers = _values_by_driver(queue, first, days, horizon_days, origin_at)
    if not drivers:
        return None
    found: DrivenFactors = driven_factors(
        totals=queries.daily_totals(queue, first_date=first, days=days, before=origin_at),
        drivers={str(driver.pk): values for driver, values in drivers},
        first_date=first,
    )
    if not found.links:
        return None
    by_id = {str(driver.pk): driver for driver, _values in drivers}
    return DriverInput(
        links=tuple((by_id[link.driver], link) for link in found.links),
        past=found.past,
        future=found.future,
    )


def _values_by_driver(
    queue: Queue, first: date, days: int, horizon_days: int, origin_at: datetime
) -> list[tuple[Queue, FloatArray]]:
    links = DriverLink.objects.filter(queue=queue, is_active=True).order_by("pk")
    result = []
    for link in links.select_related("driver_queue__work_type"):
        driver = link.driver_queue
        past = queries.daily_totals(driver, first_date=first, days=days, before=origin_at)
        if np.isfinite(past).any():
            # A queue has no row on a day without contacts; after its first day that is a zero.
            begun = np.cumsum(np.isfinite(past)) > 0
            past = np.where(begun & ~np.isfinite(past), 0.0, past)
            result.append((driver, np.concatenate([past, np.full(horizon_days, np.nan)])))
    return result


def _link_json(driver: Queue, link: EstimatedLink) -> dict[str, Any]:
    low, high = link.usual_days
    return {
        "queue_id": driver.pk,
        "words": link.in_words(f"{driver.name} item"),
        "first_day": low,
        "last_day": high,
        "mean_lag_days": link.mean_lag_days,
        "contacts_per_unit": link.contacts_per_unit,
        "share": link.share,
        "error_without": link.error_without,
        "error_with": link.error_with,
    }
