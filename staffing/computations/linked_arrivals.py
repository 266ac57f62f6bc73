"""A queue's arrivals: its own forecast, and what the queues before it finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from forecasting.queries import IntervalSeries, interval_series_of
from staffing import queries
from staffing.computations.refused import QueueRefused
from staffing.core.kernels import FloatArray
from staffing.core.linked import Arriving, Edge, arriving_items, feeding_order, loop_through
from staffing.models import CallbackOffer, RequirementQueueResult, RequirementRun
from staffing.queries.links import (
    Feed,
    Finished,
    edges_between,
    feeds_into,
    finished_by,
    touching,
)
from wfm.org.models import Queue
from wfm.timeline import grid


@dataclass(frozen=True)
class Arrivals:
    """What a queue is staffed from, and what of it comes from other queues (None: nothing)."""

    inputs: queries.QueueInputs
    detail: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.inputs.series.starts_at.size:
            raise QueueRefused(
                _(
                    "The forecast holds no numbers for this queue, and no queue feeds it; forecast it"
                    " or link it."
                )
            )

    @property
    def begins_at(self) -> datetime:
        """The start of its first interval: a queue's own days begin by its own clock."""
        return _moment(self.inputs.series.starts_at[0])

    def noted(self, detail: dict[str, Any]) -> dict[str, Any]:
        """Return a result's detail with its shrinkage and where its arrivals come from."""
        detail = detail | {"shrinkage": self.inputs.shrinkage_lines}
        return detail if self.detail is None else detail | {"arrivals": self.detail}


def in_feeding_order(run: RequirementRun, queues: Sequence[Queue]) -> list[Queue]:
    """Return the queues so that each comes after those that feed it in the run's period."""
    forecast = run.forecast_run
    by_id = {queue.pk: queue for queue in queues}
    edges = edges_between(forecast.starts_at, forecast.ends_at)
    return [by_id[pk] for pk in feeding_order(list(by_id), edges)]


@dataclass(frozen=True)
class ReadQueues:
    """What several queues of a run are staffed from, read together.

    Attributes:
        series: Each queue's own forecast; empty where the run has none of it.
        settings: What is set for each.
        feeds: What may bring each the work of others.
        edges: Source and target of all links in the run's period.

    """

    series: dict[int, IntervalSeries]
    settings: dict[int, queries.QueueSettings]
    feeds: dict[int, list[Feed]]
    edges: list[Edge]


def read_queues(run: RequirementRun, queues: Sequence[Queue]) -> ReadQueues:
    """Read what these queues are staffed from, in as many queries for one as for hundreds."""
    forecast, ids = run.forecast_run, [queue.pk for queue in queues]
    period = {"starts_at": forecast.starts_at, "ends_at": forecast.ends_at}
    return ReadQueues(
        series=interval_series_of(ids, run=forecast, **period),
        settings=queries.settings_of(queues),
        feeds=feeds_into(ids),
        edges=edges_between(**period),
    )


def arrivals_of_run(run: RequirementRun, queue: Queue, read: ReadQueues | None = None) -> Arrivals:
    """Return what the run staffs a queue from; the queues that feed it must be done.

    A queue without a forecast of its own has the run's period as its grid.
    """
    read = read or read_queues(run, [queue])
    series, forecast = read.series[queue.pk], run.forecast_run
    bounds = forecast.starts_at, forecast.ends_at
    if series.starts_at.size:
        bounds = _bounds(series, queue)
    _refuse_loops(queue, read.edges)
    known = _Known(series, read.settings[queue.pk], read.feeds[queue.pk])
    return _with_links(queue, known, run=run, starts_at=bounds[0], ends_at=bounds[1])


def arrivals_of_today(
    queue: Queue, series: IntervalSeries, *, starts_at: datetime, ends_at: datetime
) -> Arrivals:
    """Return what the rest of a day is staffed from: sources as they are in force, updates too.

    A queue without a forecast of its own has the time asked for as its grid.
    """
    if series.starts_at.size:
        starts_at, ends_at = _bounds(series, queue)
    known = _Known(series, queries.settings_of([queue])[queue.pk], feeds_into([queue.pk])[queue.pk])
    return _with_links(queue, known, run=None, starts_at=starts_at, ends_at=ends_at)


@dataclass(frozen=True)
class _Known:
    """What is read of one queue."""

    series: IntervalSeries
    settings: queries.QueueSettings
    feeds: list[Feed]


def _with_links(
    queue: Queue,
    known: _Known,
    *,
    run: RequirementRun | None,
    starts_at: datetime,
    ends_at: datetime,
) -> Arrivals:
    links = touching(known.feeds, starts_at=starts_at, ends_at=ends_at)
    if not links:
        return Arrivals(queries.inputs_of_series(queue, known.series, known.settings))
    whole = _filled(known.series, queue, starts_at=starts_at, ends_at=ends_at)
    linked, sources = np.zeros(whole.starts_at.shape), []
    for link in links:
        delay = timedelta(minutes=link.delay_minutes)
        found = finished_by(link, run=run, starts_at=starts_at - delay, ends_at=ends_at)
        _refuse_gaps(link, found, run=run, starts_at=starts_at, ends_at=ends_at - delay)
        part = _arriving(link, found, whole)
        linked += part.items
        if found.is_held:
            sources.append(_source_facts(link, found, part))
    own = np.nan_to_num(whole.final_mean)
    series = replace(whole, final_mean=own + linked)
    inputs = queries.inputs_of_series(queue, series, known.settings)
    detail = {
        "own_items": float(own.sum()),
        "linked_items": float(linked.sum()),
        "sources": sources,
    }
    if queue.is_live:
        detail["lost_items"] = float(linked[~inputs.is_open].sum())
    return Arrivals(inputs, detail)


def _arriving(link: Feed, found: Finished, whole: IntervalSeries) -> Arriving:
    return arriving_items(
        finished=found.items,
        finished_at=found.starts_at,
        finished_step_seconds=link.source.interval_minutes * 60,
        share=link.share,
        delay_seconds=link.delay_minutes * 60,
        grid=whole.starts_at,
        grid_step_seconds=link.target.interval_minutes * 60,
    )


def _source_facts(link: Feed, found: Finished, part: Arriving) -> dict[str, Any]:
    """Return what is kept with the result of one link, by which it can be checked later."""
    return {
        "link": link.pk,
        "are_callbacks": isinstance(link, CallbackOffer),
        "queue": link.source_id,
        "share": link.share,
        "delay_minutes": link.delay_minutes,
        "runs": found.run_ids,
        "finished_items": float(found.items.sum()),
        "items": float(part.items.sum()),
        "before_items": part.before,
        "in_delay_items": part.in_delay,
    }


def _bounds(series: IntervalSeries, queue: Queue) -> tuple[datetime, datetime]:
    """Return from when to when a series reaches."""
    first, last = _moment(series.starts_at[0]), _moment(series.starts_at[-1])
    return first, last + timedelta(minutes=queue.interval_minutes)


def _moment(instant: np.datetime64) -> datetime:
    return datetime.fromtimestamp(int(instant.astype(np.int64)), tz=UTC)


def _filled(
    series: IntervalSeries, queue: Queue, *, starts_at: datetime, ends_at: datetime
) -> IntervalSeries:
    """Return the series on every interval of the period: work also arrives where none is forecast."""
    step = timedelta(minutes=queue.interval_minutes)
    moments = grid(
        starts_at, starts_at + (ends_at - starts_at) // step * step, queue.interval_minutes
    )
    places = np.searchsorted(moments, series.starts_at)

    def spread(values: Any) -> FloatArray:
        column = np.full(moments.shape, np.nan)
        column[places] = values
        return column

    is_open = np.ones(moments.shape, dtype=bool)
    is_open[places] = series.is_open
    columns = {
        name: spread(values)
        for name, values in vars(series).items()
        if name not in {"starts_at", "is_open"}
    }
    return replace(series, starts_at=moments, is_open=is_open, **columns)


def _refuse_loops(queue: Queue, edges: Sequence[Edge]) -> None:
    """A queue that feeds itself has no beginning; links that end and begin may make one."""
    for edge in edges:
        others = [other for other in edges if other != edge]
        if edge[1] == queue.pk and (loop := loop_through([*others, edge])):
            names = Queue.objects.in_bulk(loop)
            raise QueueRefused(
                _("Within this period a queue feeds itself: %(loop)s. End one of these links.")
                % {"loop": " → ".join(str(names[pk]) for pk in loop)}
            )


def _refuse_gaps(
    link: Feed,
    found: Finished,
    *,
    run: RequirementRun | None,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """Raise QueueRefused where nobody says what the source finishes; the past may be unknown."""
    if run is not None and run.pk in found.run_ids:
        return
    gaps = [gap for gap in found.gaps if gap.ends_at > starts_at and gap.starts_at < ends_at]
    if not gaps:
        return
    refusal = RequirementQueueResult.objects.filter(
        run=run, queue=link.source_id, is_refused=True
    ).first()
    day = max(gaps[0].starts_at, starts_at)
    raise QueueRefused(
        _(
            "%(source)s feeds this queue, but no requirement says what it finishes on %(day)s:"
            " %(reason)s Staff %(source)s first, or end the link."
        )
        % {
            "source": link.source,
            "day": f"{day.astimezone(ZoneInfo(link.source.timezone)):%Y-%m-%d}",
            "reason": refusal.reason
            if refusal
            else _("it is not in this run and none is in force."),
        }
    )
