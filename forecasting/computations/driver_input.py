"""Drivers of a queue: estimated anew in each run, kept only where they help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forecasting import queries
from forecasting.core import ForecastParams
from forecasting.core.backtest import origins_of
from forecasting.core.drivers import DriverLink as EstimatedLink
from forecasting.core.drivers import driven_factors
from forecasting.core.wall_clock import FloatArray
from forecasting.models import DriverLink
from wfm.org.models import Queue

LINKED = ("queue", "series", "driver_queue__work_type")


@dataclass(frozen=True)
class DriverInput:
    """Kept links as day factors of the driven queue."""

    links: tuple[tuple[DriverLink, EstimatedLink], ...]
    past: FloatArray
    future: FloatArray
    told: FloatArray
    """Origin of the backtest × day from there on: what the factors could have been told to be."""

    @property
    def sentence(self) -> str:
        """The links in plain words."""
        return " ".join(kept.in_words(link.unit) for link, kept in self.links)

    def as_json(self) -> dict[str, Any]:
        """What the run keeps: the strongest link, and the others under `more`."""
        first, *more = [_link_json(link, kept) for link, kept in self.links]
        return {**first, "more": more}


def best_driver(
    queue: Queue, first: date, days: int, horizon_days: int, origin_at: datetime
) -> DriverInput | None:
    """Day factors of the active links that lower the held-out error, or None."""
    links = DriverLink.objects.filter(queue=queue, is_active=True).order_by("pk")
    by_key = {str(link.pk): link for link in links.select_related(*LINKED)}
    drivers = {
        key: queries.driver_values(
            link, first_date=first, days=days, horizon_days=horizon_days, origin_at=origin_at
        )
        for key, link in by_key.items()
    }
    if not drivers:
        return None
    found = driven_factors(
        totals=queries.daily_totals(queue, first_date=first, days=days, before=origin_at),
        drivers=drivers,
        origins=origins_of(days, ForecastParams()),
    )
    if not found.links or found.told is None:
        return None
    return DriverInput(
        links=tuple((by_key[kept.driver], kept) for kept in found.links),
        past=found.past,
        future=found.future,
        told=found.told,
    )


def _link_json(link: DriverLink, kept: EstimatedLink) -> dict[str, Any]:
    low, high = kept.usual_days
    return {
        "queue_id": link.driver_queue_id,
        "series_id": link.series_id,
        "words": kept.in_words(link.unit),
        "first_day": low,
        "last_day": high,
        "mean_lag_days": kept.mean_lag_days,
        "contacts_per_unit": kept.contacts_per_unit,
        "share": kept.share,
        "error_without": kept.error_without,
        "error_with": kept.error_with,
    }
