"""Drivers of a queue: estimated anew in each run, kept only where they help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from forecasting import queries
from forecasting.core import ForecastParams, HistoryData
from forecasting.core.backtest import origins_of
from forecasting.core.day_totals import daily_totals
from forecasting.core.driver_future import DriverDates
from forecasting.core.drivers import DriverLink as EstimatedLink
from forecasting.core.drivers import driven_factors, stacked
from forecasting.core.special_days import SpecialDate, learn_mask
from forecasting.core.wall_clock import BoolArray, FloatArray
from forecasting.models import DriverLink
from wfm.org.models import Queue

FactorPart = Literal["past", "future", "mean", "told"]
LINKED = ("queue", "series", "driver_queue__work_type")


@dataclass(frozen=True)
class DriverInput:
    """Kept links as day factors of the driven queue."""

    links: tuple[tuple[DriverLink, EstimatedLink], ...]
    past: FloatArray
    future: FloatArray
    mean: FloatArray
    """Further multipliers of the means of future days."""
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


@dataclass(frozen=True)
class DrivenQueue:
    """What the drivers of one queue are judged by."""

    queue: Queue
    totals: FloatArray
    """Contacts of each past day; NaN where unknown."""
    learn_mask: BoolArray
    """False on past days that are special."""
    dates: DriverDates


def queue_drivers(
    queues: Sequence[Queue],
    history: HistoryData,
    special: Sequence[Sequence[SpecialDate]],
    *,
    horizon_days: int,
    origin_at: datetime,
) -> tuple[DriverInput | None, ...]:
    """The driver of each queue that has a link worth keeping."""
    linked = set(
        DriverLink.objects.filter(queue__in=queues, is_active=True).values_list(
            "queue_id", flat=True
        )
    )
    found: list[DriverInput | None] = [None] * len(queues)
    for row, queue in enumerate(queues):
        if queue.pk not in linked:
            continue
        own = slice(row, row + 1)
        dates = DriverDates(history.first_date, tuple(special[row]))
        driven = DrivenQueue(
            queue=queue,
            totals=daily_totals(history.offered[own], history.open_mask[own])[0],
            learn_mask=learn_mask([dates.special], dates.first_date, history.days)[0],
            dates=dates,
        )
        found[row] = best_driver(driven, horizon_days=horizon_days, origin_at=origin_at)
    return tuple(found)


def day_factors(drivers: Sequence[DriverInput | None], part: FactorPart) -> FloatArray | None:
    """One part of the factors of all queues, 1 where nothing drives; None when nothing drives any."""
    return stacked([None if driver is None else getattr(driver, part) for driver in drivers])


def best_driver(
    driven: DrivenQueue, *, horizon_days: int, origin_at: datetime
) -> DriverInput | None:
    """Day factors of the active links that lower the held-out error, or None."""
    queue, days = driven.queue, driven.totals.size
    links = DriverLink.objects.filter(queue=queue, is_active=True).order_by("pk")
    by_key = {str(link.pk): link for link in links.select_related(*LINKED)}
    drivers = {
        key: queries.driver_values(
            link,
            first_date=driven.dates.first_date,
            days=days,
            horizon_days=horizon_days,
            origin_at=origin_at,
        )
        for key, link in by_key.items()
    }
    if not drivers:
        return None
    found = driven_factors(
        totals=driven.totals,
        drivers=drivers,
        learn_mask=driven.learn_mask,
        origins=origins_of(days, ForecastParams()),
        dates=driven.dates,
    )
    if not found.links or found.told is None or found.mean_factors is None:
        return None
    return DriverInput(
        links=tuple((by_key[kept.driver], kept) for kept in found.links),
        past=found.past,
        future=found.future,
        mean=found.mean_factors,
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
