"""Forecast the rest of today anew for all queues, from what came so far, without refitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.timezone import now

from forecasting import queries
from forecasting.core.intraday import IntradayMemory, RestOfDay, moved_bands, rest_of_day
from forecasting.core.wall_clock import BoolArray, FloatArray, WallClockGrid
from forecasting.services import DayUpdate, save_day_updates
from wfm.jobs.runner import JobContext
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant
from wfm.timeline import day_bounds

LEVELS = (0.1, 0.5, 0.9)
MEMORY_FIELDS = ("day_variance", "fading_variance", "fading_hours", "own_variance")


@dataclass(frozen=True)
class Refreshed:
    """What one refresh did."""

    queues: int
    intervals: int


@dataclass(frozen=True)
class _Day:
    """Queues of one zone and interval on their local date."""

    queues: tuple[Queue, ...]
    grid: WallClockGrid
    known_until: datetime
    """End of the last whole interval."""
    published: dict[int, queries.PublishedToday]


def refresh_today(*, at: datetime, only_fresh: bool = True) -> Refreshed:
    """Update what is left of today in every queue that has a published forecast.

    `only_fresh` skips queues without a new interval since their last update.
    """
    published = queries.published_today(at)
    queues = Queue.objects.active().filter(pk__in=published).select_related("work_type")
    groups: dict[tuple[str, int, date], list[Queue]] = {}
    for queue in queues.order_by("pk"):
        today = at.astimezone(ZoneInfo(queue.timezone)).date()
        groups.setdefault((queue.timezone, queue.interval_minutes, today), []).append(queue)
    updates = []
    for (zone, interval, today), members in groups.items():
        day = _Day(
            queues=tuple(members),
            grid=WallClockGrid(today, 1, ZoneInfo(zone), interval),
            known_until=_last_whole(at, today, zone, interval),
            published=published,
        )
        updates.extend(_update(day, only_fresh=only_fresh))
    rows = save_day_updates(updates=updates, made_at=at)
    changed = sum(len(np.unique(update.queue_id)) for update in updates)
    return Refreshed(queues=changed, intervals=rows)


def refresh_today_job(ctx: JobContext) -> dict[str, Any]:
    """The same as a job, for a person who does not want to wait for the clock."""
    ctx.progress(0.1)
    with ctx.publishing():
        done = refresh_today(at=now(), only_fresh=False)
    return {"queues": done.queues, "intervals": done.intervals}


def refresh_today_now() -> Refreshed:
    """What beat rings for."""
    with system_tenant():
        return refresh_today(at=now())


def _last_whole(at: datetime, today: date, zone: str, interval_minutes: int) -> datetime:
    """End of the last interval of the day that is over."""
    starts_at = day_bounds(today, zone).starts_at
    step = timedelta(minutes=interval_minutes)
    return starts_at + (at - starts_at) // step * step


def _update(day: _Day, *, only_fresh: bool) -> list[DayUpdate]:
    """The remaining intervals of the queues that have something new."""
    values = queries.day_forecasts(
        day.queues,
        day.published,
        on_date=day.grid.first_date,
        instants=day.grid.starts_at.astype(np.int64),
    )
    came = _came(day)
    chosen = _worth(day, came, only_fresh=only_fresh)
    if not chosen.any():
        return []
    return [_corrected(day, np.flatnonzero(chosen), values[:, chosen], came[chosen])]


def _came(day: _Day) -> FloatArray:
    """Contacts so far by queue × label; NaN where unknown, not over, or known to the forecast."""
    by_items = queries.item_queues(day.queues)
    cells = queries.cells_of(day.queues, grid=day.grid, before=day.known_until, by_items=by_items)
    came = cells.offered[:, 0]
    label = np.arange(day.grid.labels)
    starts = day.grid.fold(day.grid.starts_at.astype(np.int64).astype(np.float64))[0]
    starts = starts / np.maximum(day.grid.repeats[0], 1)
    for row, queue in enumerate(day.queues):
        if queue.pk in by_items:
            # The feed of items says nothing after its last item: silence is not yet zero.
            arrived = np.flatnonzero(np.nan_to_num(came[row]) > 0)
            came[row, label > (arrived[-1] if arrived.size else -1)] = np.nan
        taken_in = starts < day.published[queue.pk].origin_at.timestamp()
        came[row, taken_in] = np.nan
    return came


def _worth(day: _Day, came: FloatArray, *, only_fresh: bool) -> BoolArray:
    """Queues with something known today, and since their last update if that matters."""
    known = np.isfinite(came)
    worth: BoolArray = np.asarray(known.any(axis=1))
    if not only_fresh:
        return worth
    since = day_bounds(day.grid.first_date, day.queues[0].timezone).starts_at
    before = queries.known_until(day.queues, since=since)
    for row, queue in enumerate(day.queues):
        last = before.get((queue.pk, day.published[queue.pk].run_id))
        if last is not None and worth[row]:
            worth[row] = _known_end(day, known[row]) > last
    return worth


def _known_end(day: _Day, known: BoolArray) -> datetime:
    """End of the last known label, on its first pass."""
    first = np.searchsorted(day.grid.positions, int(np.flatnonzero(known)[-1]))
    starts_at = day.grid.starts_at[first].astype(np.int64)
    moment = datetime.fromtimestamp(int(starts_at), tz=day.known_until.tzinfo)
    return moment + timedelta(minutes=day.grid.interval_minutes)


def _corrected(day: _Day, rows: np.ndarray, values: FloatArray, came: FloatArray) -> DayUpdate:
    """Corrected intervals after the last known one of each queue.

    Overrides count: what is corrected is the final mean, and the bands move with it.
    """
    final = values[4]
    scale = np.where(values[0] > 0, final / np.maximum(values[0], 1e-9), 1.0)
    mean = day.grid.fold(final)[:, 0] / np.maximum(day.grid.repeats[0], 1)
    queues = [day.queues[row] for row in rows]
    rest = rest_of_day(mean=mean, today=came, memory=_memory(day, queues))
    by_instant = RestOfDay(
        factor=day.grid.pick(rest.factor[:, None]),
        dispersion_before=day.grid.pick(rest.dispersion_before[:, None]),
        dispersion_after=day.grid.pick(rest.dispersion_after[:, None]),
        silenced=day.grid.pick(rest.silenced[:, None] * 1.0) > 0.0,
    )
    bands = moved_bands(quantiles=values[1:4] * scale, levels=LEVELS, mean=final, rest=by_instant)
    ends = np.array([int(_known_end(day, np.isfinite(known)).timestamp()) for known in came])
    instants = day.grid.starts_at.astype(np.int64)
    ahead = (instants[None, :] >= ends[:, None]) & (final > 0)
    number, place = np.nonzero(ahead)
    return DayUpdate(
        queue_id=np.array([queue.pk for queue in queues])[number],
        starts_at=day.grid.starts_at[place],
        run_id=np.array([day.published[queue.pk].run_id for queue in queues])[number],
        mean=(final * by_instant.factor)[ahead],
        quantiles=bands[:, ahead],
        known_until=ends[number].astype("datetime64[s]"),
    )


def _memory(day: _Day, queues: Sequence[Queue]) -> IntradayMemory:
    """What the backtest of each queue's forecast said of mornings; the usual where it did not."""
    usual = IntradayMemory.usual(len(queues))
    columns = {name: getattr(usual, name).copy() for name in MEMORY_FIELDS}
    for row, queue in enumerate(queues):
        learnt = day.published[queue.pk].memory
        if learnt:
            for name in MEMORY_FIELDS:
                columns[name][row] = learnt[name]
    return IntradayMemory(**columns)
