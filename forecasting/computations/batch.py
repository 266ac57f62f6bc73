"""Queues that the engine can forecast in one call: they share zone, interval and dates.

`plan_batches` sorts queues into batches, `gather` reads what a batch needs: counts, opening hours,
special days and holidays (`_specials`), drivers, and what is known of today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.computations.driver_input import DriverInput, day_factors, queue_drivers
from forecasting.computations.holiday_input import holiday_input
from forecasting.core import HistoryData, HorizonData
from forecasting.core.make_up_days import MakeUpDays
from forecasting.core.special_days import (
    SpecialDate,
    SpecialFactors,
    horizon_factors,
    learn_mask,
)
from forecasting.core.wall_clock import BoolArray, FloatArray, WallClockGrid, labels_per_day
from forecasting.queries import ContactSplit
from wfm.org.models import Queue

LONGEST_HISTORY_DAYS = 1_100
MOST_QUEUES = 128
MOST_CELLS = 24_000_000
"""Cells of all arrays of a batch: history counts twice, the horizon ten times."""
SPECIAL_ROWS = 32


@dataclass(frozen=True)
class Span:
    """The local dates that a forecast uses and makes."""

    first: date
    history_days: int
    gap_days: int
    """Dates between the last recorded one and the first to forecast."""
    days: int

    @property
    def horizon_first(self) -> date:
        """The date after the history."""
        return self.first + timedelta(days=self.history_days)

    @property
    def horizon_days(self) -> int:
        """Dates that the engine forecasts, the gap included."""
        return self.gap_days + self.days


@dataclass(frozen=True)
class Batch:
    """Queues of one zone, interval and span, for one call of the engine."""

    queues: tuple[Queue, ...]
    span: Span
    origin_at: datetime
    by_items: frozenset[int]
    """Ids of the queues that are counted from their work items."""

    @cached_property
    def known(self) -> WallClockGrid:
        """The dates of the history and the first one of the horizon."""
        return self._grid(self.span.first, self.span.history_days + 1)

    @cached_property
    def ahead(self) -> WallClockGrid:
        """The dates that the engine forecasts."""
        return self._grid(self.span.horizon_first, self.span.horizon_days)

    def _grid(self, first: date, days: int) -> WallClockGrid:
        queue = self.queues[0]
        return WallClockGrid(first, days, ZoneInfo(queue.timezone), queue.interval_minutes)


@dataclass(frozen=True)
class BatchInput:
    """What the engine gets, and the driver behind each queue's day factors."""

    history: HistoryData
    horizon: HorizonData
    drivers: tuple[DriverInput | None, ...]
    make_up: tuple[MakeUpDays, ...] = ()
    """By queue: horizon dates that are forecast like others."""
    splits: Mapping[int, ContactSplit] = field(default_factory=dict)
    """First and repeat contacts by queue id, where the source tells the customer."""


@dataclass(frozen=True)
class Plan:
    """Batches to forecast, and the queues that cannot be, with the sentence."""

    batches: tuple[Batch, ...]
    refusals: tuple[tuple[Queue, str], ...]


def plan_batches(
    queues: Sequence[Queue], *, origin_at: datetime, days: int, history_days: int | None = None
) -> Plan:
    """Sort queues into batches that share everything the engine needs them to share."""
    limit = min(history_days or LONGEST_HISTORY_DAYS, LONGEST_HISTORY_DAYS)
    by_items = queries.item_queues(queues)
    bounds = queries.bounds_of(queues, before=origin_at, by_items=by_items)
    groups: dict[tuple[str, int, Span], list[Queue]] = {}
    refusals = []
    for queue in queues:
        today = origin_at.astimezone(ZoneInfo(queue.timezone)).date()
        span = _span(bounds.get(queue.pk), today, days, limit)
        if isinstance(span, Span):
            groups.setdefault((queue.timezone, queue.interval_minutes, span), []).append(queue)
        else:
            refusals.append((queue, span % {"queue": queue, "days": limit}))
    batches = [
        Batch(queues=part, span=span, origin_at=origin_at, by_items=by_items)
        for (_zone, interval, span), members in groups.items()
        for part in _parts(members, _most_queues(span, interval))
    ]
    return Plan(batches=tuple(batches), refusals=tuple(refusals))


def _span(bounds: tuple[date, date] | None, today: date, days: int, limit: int) -> Span | str:
    """The dates used, or the sentence that refuses the queue."""
    if bounds is None:
        return _("There is no history of %(queue)s; import some.")
    first = max(bounds[0], today - timedelta(days=limit))
    last = min(bounds[1], today - timedelta(days=1))
    if last < first:
        return _(
            "The history of %(queue)s lies outside the last %(days)s days or holds only today."
        )
    return Span(
        first=first,
        history_days=(last - first).days + 1,
        gap_days=(today - last).days - 1,
        days=days,
    )


def _most_queues(span: Span, interval_minutes: int) -> int:
    """How many queues of these dates fit into memory at once."""
    cells = (2 * span.history_days + 10 * span.horizon_days) * labels_per_day(interval_minutes)
    return max(1, min(MOST_QUEUES, MOST_CELLS // cells))


def _parts(queues: list[Queue], size: int) -> Iterator[tuple[Queue, ...]]:
    for start in range(0, len(queues), size):
        yield tuple(queues[start : start + size])


def gather(batch: Batch) -> BatchInput:
    """Read the batch's input: one query per table for all its queues."""
    span = batch.span
    cells = queries.cells_of(
        batch.queues, grid=batch.known, before=batch.origin_at, by_items=batch.by_items
    )
    is_open = queries.open_labels_of(batch.queues, grid=batch.known, by_items=batch.by_items)
    holidays = holiday_input(
        batch.queues,
        first_date=span.first,
        history_days=span.history_days,
        horizon_days=span.horizon_days,
    )
    special = holidays.special
    past = slice(0, span.history_days)
    history = HistoryData(
        offered=cells.offered[:, past],
        open_mask=is_open[:, past],
        first_date=span.first,
        interval_minutes=batch.ahead.interval_minutes,
        aht_seconds=cells.aht_seconds[:, past],
        learn_mask=learn_mask(special, span.first, span.history_days),
    )
    drivers = queue_drivers(
        batch.queues,
        history,
        special,
        horizon_days=span.horizon_days,
        origin_at=batch.origin_at,
    )
    history = replace(
        history,
        day_factors=day_factors(drivers, "past"),
        told_factors=day_factors(drivers, "told"),
    )
    unusual = _specials(history, special, span.horizon_days)
    horizon = HorizonData(
        open_mask=queries.open_labels_of(batch.queues, grid=batch.ahead, by_items=batch.by_items),
        day_factors=day_factors(drivers, "future"),
        mean_factors=day_factors(drivers, "mean"),
        special_factors=None if unusual is None else unusual.factors,
        special_variances=None if unusual is None else unusual.variances,
        today_offered=_today(batch, cells.offered[:, -1]),
    )
    return BatchInput(
        history=history,
        horizon=horizon,
        drivers=drivers,
        make_up=holidays.make_up,
        splits=_splits(batch),
    )


def _specials(
    history: HistoryData, special: list[list[SpecialDate]], days: int
) -> SpecialFactors | None:
    """Multipliers of holidays and special days; None without any."""
    rows = np.array([row for row, dates in enumerate(special) if dates], dtype=np.int64)
    if rows.size == 0:
        return None
    result = SpecialFactors.ordinary(history.queues, days, history.labels)
    for start in range(0, rows.size, SPECIAL_ROWS):
        chosen = rows[start : start + SPECIAL_ROWS]
        found = horizon_factors(
            history=_rows_of(history, chosen), special=[special[row] for row in chosen], days=days
        )
        result.factors[chosen], result.variances[chosen] = found.factors, found.variances
    return result


def _rows_of(history: HistoryData, rows: np.ndarray) -> HistoryData:
    """The history of some of the queues."""
    return HistoryData(
        offered=history.offered[rows],
        open_mask=history.open_mask[rows],
        first_date=history.first_date,
        interval_minutes=history.interval_minutes,
        learn_mask=None if history.learn_mask is None else history.learn_mask[rows],
        day_factors=None if history.day_factors is None else history.day_factors[rows],
    )


def _splits(batch: Batch) -> dict[int, ContactSplit]:
    """First and repeat contacts of those queues whose customers are known, by queue id."""
    ids = [queue.pk for queue in batch.queues]
    bounds = queries.contact_bounds(ids, before=batch.origin_at)
    grid = batch._grid(batch.span.first, batch.span.history_days)  # noqa: SLF001 - of this module
    found = {}
    for queue in batch.queues:
        if queue.pk not in bounds:
            continue
        # Volumes may reach back further than the contacts that are kept, or come sooner.
        first, last = ((at.astimezone(grid.tz).date() - grid.first_date).days
                       for at in bounds[queue.pk])  # fmt: skip
        found[queue.pk] = queries.contact_split(
            queue, grid=grid, before=batch.origin_at, window_days=settings.REPEAT_WINDOW_DAYS
        ).known_within(first, last)
    return found


def _today(batch: Batch, offered: FloatArray) -> FloatArray | None:
    """What is known of the first horizon date when it is under way: only intervals that ended."""
    if batch.span.gap_days:
        return None
    ended = _ended_labels(batch)
    today = np.where(ended, offered, np.nan)
    return today if np.isfinite(today).any() else None


def _ended_labels(batch: Batch) -> BoolArray:
    grid = batch._grid(batch.span.horizon_first, 1)  # noqa: SLF001 - of this module
    ends_at = grid.starts_at + np.timedelta64(grid.interval_minutes * 60, "s")
    known_until = np.datetime64(int(batch.origin_at.timestamp()), "s")
    ended = grid.fold((ends_at <= known_until) * 1.0)[0]
    return np.asarray(ended >= np.maximum(grid.repeats[0], 1))
