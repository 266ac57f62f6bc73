"""Links between queues: which hold in a period, and what their sources finish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.core.linked import fed_by
from staffing.core.series import RequirementSeries
from staffing.models import (
    CallbackOffer,
    QueueLink,
    RequirementInterval,
    RequirementQueueResult,
    RequirementRun,
)
from staffing.models.link import MOST_DELAY_MINUTES
from staffing.queries.board import series_in_force
from staffing.queries.callbacks import callbacks_into
from staffing.queries.in_force import in_force
from wfm.org.models import Queue
from wfm.timeline import Interval, day_bounds, local_dates, subtract

LONGEST_STEP_MINUTES = 60
DAY = timedelta(days=1)
LONGEST_DELAY = timedelta(minutes=MOST_DELAY_MINUTES)
Feed = QueueLink | CallbackOffer
"""What brings one queue the work of another: finished there, or promised a callback there."""


@dataclass(frozen=True)
class Finished:
    """What a source's plan finishes.

    Attributes:
        starts_at: Intervals of the source, in order.
        items: Finished in each while the link holds, else 0.
        run_ids: The runs that say so, oldest first.
        gaps: Stretches of the wanted time, while the link holds, of which no run says anything.
        is_held: Whether the link holds in the wanted time at all.

    """

    starts_at: NDArray[np.datetime64]
    items: FloatArray
    run_ids: list[int]
    gaps: list[Interval]
    is_held: bool


def feeds_into(queue_ids: Sequence[int]) -> dict[int, list[Feed]]:
    """Return what ever brings each of these queues the work of others: links, then callbacks."""
    links = QueueLink.objects.filter(target__in=queue_ids).select_related("source__work_type")
    found: dict[int, list[Feed]] = {pk: [] for pk in queue_ids}
    feeds: list[Feed] = [*links.order_by("source_id", "starts_on"), *callbacks_into(queue_ids)]
    for feed in feeds:
        found[feed.target_id].append(feed)
    return found


def touching(feeds: Iterable[Feed], *, starts_at: datetime, ends_at: datetime) -> list[Feed]:
    """Return those that may bring something in [starts_at, ends_at): delays reach back."""
    last_day = (ends_at + DAY).date()
    found = []
    for feed in feeds:
        reach = DAY if isinstance(feed, CallbackOffer) else LONGEST_DELAY + DAY
        is_over = feed.ends_on is not None and feed.ends_on <= (starts_at - reach).date()
        if feed.starts_on <= last_day and not is_over:
            found.append(feed)
    return found


def sources_by_target() -> dict[int, set[int]]:
    """Return by queue those that feed it or ever fed it."""
    found: dict[int, set[int]] = defaultdict(set)
    links = QueueLink.objects.order_by().values_list("source_id", "target_id")
    offers = CallbackOffer.objects.order_by().values_list("queue_id", "target_id")
    for source, target in [*links, *offers]:
        found[target].add(source)
    return found


def edges_between(starts_at: datetime, ends_at: datetime) -> list[tuple[int, int]]:
    """Return (source, target) of all links that hold in a period."""
    wanted = Interval(starts_at, ends_at)
    days = (starts_at - DAY).date(), (ends_at + DAY).date()
    found = QueueLink.objects.touching(*days)
    offers = CallbackOffer.objects.touching(*days).select_related("queue").order_by("pk")
    return [
        (link.source_id, link.target_id)
        for link in [*found.select_related("source").order_by("pk"), *offers]
        if _held(link, wanted)
    ]


def queues_fed_by(queue_ids: Iterable[int], *, starts_at: datetime, ends_at: datetime) -> list[int]:
    """Return the active queues that these feed in a period, one after the other."""
    fed = fed_by(queue_ids, edges_between(starts_at, ends_at))
    active = Queue.objects.active().filter(pk__in=fed, interval_minutes__lte=LONGEST_STEP_MINUTES)
    return list(active.order_by("pk").values_list("pk", flat=True))


def finished_by(
    link: Feed, *, run: RequirementRun | None, starts_at: datetime, ends_at: datetime
) -> Finished:
    """Return what the link's source finishes, or whom it promises a callback, in [starts_at, ends_at).

    The run's own numbers go before those in force, which fill the time that it does not cover.
    """
    wanted = Interval(starts_at, ends_at)
    moments, items, covered = _of_run(link, run, wanted)
    run_ids = {run.pk} if run is not None and covered else set()
    for left in subtract([wanted], covered):
        found = in_force([link.source_id], starts_at=left.starts_at, ends_at=left.ends_at)
        series = series_in_force(link.source, found)
        moments = np.concatenate([moments, series.starts_at])
        items = np.concatenate([items, _items(series, link)])
        run_ids |= {part.run_id for part in found}
        covered = [*covered, *(Interval(part.starts_at, part.ends_at) for part in found)]
    order = np.argsort(moments, kind="stable")
    moments, items = moments[order], items[order]
    held = _held(link, wanted)
    return Finished(
        starts_at=moments,
        items=np.where(_holds(link, moments), items, 0.0),
        run_ids=sorted(run_ids),
        gaps=subtract(held, covered),
        is_held=bool(held),
    )


def _of_run(
    link: Feed, run: RequirementRun | None, wanted: Interval
) -> tuple[NDArray[np.datetime64], FloatArray, list[Interval]]:
    """Return what the run's own plan of the source brings when, and the time that it covers."""
    queue, column = link.source, "callbacks" if isinstance(link, CallbackOffer) else "finished"
    rows: list[tuple[datetime, float | None]] = []
    if run is not None:
        found = RequirementInterval.objects.filter(
            run=run, queue=queue, starts_at__gte=wanted.starts_at, starts_at__lt=wanted.ends_at
        )
        rows = list(found.order_by("starts_at").values_list("starts_at", column))
    seconds = np.array([int(moment.timestamp()) for moment, _ in rows], dtype=np.int64)
    items = np.array([finished or 0.0 for _, finished in rows], dtype=np.float64)
    step = timedelta(minutes=queue.interval_minutes)
    covered = [Interval(rows[0][0], rows[-1][0] + step)] if rows else []
    return seconds.astype("datetime64[s]"), items, covered


def _items(series: RequirementSeries, link: Feed) -> FloatArray:
    """Return what each interval finishes; runs from before links are read by what they do say."""
    queue = link.source
    if isinstance(link, CallbackOffer):
        return np.asarray(np.nan_to_num(series.callbacks))
    if queue.is_live:
        told = series.offered * (1.0 - np.nan_to_num(series.abandonment_rate)) * series.is_open
    else:
        worked = np.nan_to_num(series.occupancy_rate) * series.required_agents
        told = worked * queue.interval_minutes * 60 / np.maximum(series.aht_seconds, 1.0)
    return np.asarray(np.where(np.isnan(series.finished), np.nan_to_num(told), series.finished))


def _holds(link: Feed, moments: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    dates = local_dates(moments, link.source.timezone)
    holds = dates >= np.datetime64(link.starts_on)
    if link.ends_on is not None:
        holds &= dates < np.datetime64(link.ends_on)
    return np.asarray(holds)


def _held(link: Feed, wanted: Interval) -> list[Interval]:
    """Return the wanted time in which the link holds."""
    begins = max(wanted.starts_at, day_bounds(link.starts_on, link.source.timezone).starts_at)
    ends = wanted.ends_at
    if link.ends_on is not None:
        ends = min(ends, day_bounds(link.ends_on, link.source.timezone).starts_at)
    return [Interval(begins, ends)] if begins < ends else []


def links_of(queue: Queue, principal: object) -> list[QueueLink]:
    """Return the links into and out of a queue that the principal sees, latest first."""
    found = QueueLink.objects.visible_to(principal).filter(Q(source=queue) | Q(target=queue))
    return list(found.select_related("source", "target").order_by("-starts_on", "-pk"))


@dataclass(frozen=True)
class ShownSource:
    """What a run reckoned with from one queue; the queue is None where it is not in scope."""

    queue: Queue | None
    share: float
    delay_seconds: int
    items: float
    in_delay_items: float
    runs: list[int]


def sources_of(result: RequirementQueueResult, principal: object) -> list[ShownSource]:
    """Return where a result's arrivals come from besides its own forecast."""
    told = result.detail.get("arrivals", {}).get("sources", [])
    visible = Queue.objects.visible_to(principal).in_bulk([source["queue"] for source in told])
    return [
        ShownSource(
            queue=visible.get(source["queue"]),
            share=source["share"],
            delay_seconds=source["delay_minutes"] * 60,
            items=source["items"],
            in_delay_items=source["in_delay_items"],
            runs=source["runs"],
        )
        for source in told
    ]
