"""What queues and items show of the day in hand, as far as it has gone."""

from datetime import UTC, date, datetime, timedelta

from django.db.models import Count

from forecasting.models import IntervalActual
from scheduling.models import ScheduleStatus, ScheduleVersion
from wfm.demo.calendar import days_between
from wfm.demo.deferred import Item
from wfm.demo.loading.copying import copy_new_rows
from wfm.demo.loading.history import (
    INTERVAL,
    LIVE_COLUMNS,
    live_rows,
    write_items,
    write_snapshots,
)
from wfm.demo.loading.operation import demo_today
from wfm.demo.loading.today import (
    DEFERRED,
    LIVE,
    DayWalker,
    Sources,
    WalkedDay,
    operation_day,
)
from wfm.demo.models import DemoOperation
from wfm.demo.operation import BANK_VOICE
from wfm.org.tenancy import system_tenant
from wfm.timeline import Interval

# So long after midnight the day before may lack its last intervals and items.
CLOSING = timedelta(hours=1)


def continue_today(*, at: datetime, walker: DayWalker | None = None) -> int:
    """Write the intervals that have ended and the items that came or were done; return the rows.

    Days since the histories end are made up for. What is written stays, so that a process that was
    killed goes on from what is stored.
    """
    chosen = walker or DayWalker()
    today = demo_today(at)
    with system_tenant():
        rows = 0
        for day in _days_to_write(at, today, chosen.sources):
            walked, _ = chosen.walk(day)
            if not walked.planned:
                continue
            rows += _write_intervals(walked, chosen.sources, at=at)
            if day == today or at - operation_day(today).starts_at < CLOSING:
                rows += _write_items(walked, day, chosen.sources, at=at)
        return rows


def _days_to_write(at: datetime, today: date, sources: Sources) -> list[date]:
    """Return today, and the days before it that lack intervals; days without a plan are not made."""
    operation = DemoOperation.objects.get(pk=1)
    planned_from = (
        ScheduleVersion.objects.filter(status=ScheduleStatus.PUBLISHED)
        .order_by("starts_on")
        .values_list("starts_on", flat=True)
        .first()
    )
    if planned_from is None:
        return []
    first = max(min(operation.bank_until, operation.generated_until), planned_from)
    past = [day for day in days_between(first, today) if _lacks_intervals(day, sources)]
    return [*past, today]


def _lacks_intervals(day: date, sources: Sources) -> bool:
    """Tell whether a queue that was open on a past day has fewer intervals than it should."""
    bounds = operation_day(day)
    counts = dict(
        IntervalActual.objects.filter(starts_at__gte=bounds.starts_at, starts_at__lt=bounds.ends_at)
        .values_list("queue")
        .annotate(rows=Count("pk"))
    )
    return any(
        counts.get(sources.queue_ids[spec.key], 0)
        < _open_seconds(sources, spec.key, bounds, day) // INTERVAL.total_seconds()
        for spec in LIVE
    )


def _open_seconds(sources: Sources, queue: str, bounds: Interval, day: date) -> float:
    opening = sources.opening[queue]
    stretches = [
        stretch
        for local in days_between(day - timedelta(days=1), day + timedelta(days=2))
        for stretch in opening.intervals(local)
    ]
    return sum(
        max(
            (
                min(stretch.ends_at, bounds.ends_at) - max(stretch.starts_at, bounds.starts_at)
            ).total_seconds(),
            0.0,
        )
        for stretch in stretches
    )


def _write_intervals(walked: WalkedDay, sources: Sources, *, at: datetime) -> int:
    """Write the day's intervals that have ended; those of the hours around it are another day's."""
    rows = 0
    for spec in LIVE:
        is_real = spec is BANK_VOICE and sources.calls.is_real
        made = live_rows(
            spec,
            walked.walk.intervals[spec.key],
            queue_id=sources.queue_ids[spec.key],
            is_real=is_real,
        )
        ended = (
            row
            for row in made
            if walked.bounds.starts_at <= row[1] < walked.bounds.ends_at and row[1] + INTERVAL <= at
        )
        rows += copy_new_rows(IntervalActual, LIVE_COLUMNS, ended)
    return rows


def _write_items(walked: WalkedDay, day: date, sources: Sources, *, at: datetime) -> int:
    """Write what arrived and what was done by now, and what was open when the day began."""
    rows = 0
    for spec in DEFERRED:
        items = walked.items[spec.key]
        queue_id = sources.queue_ids[spec.key]
        seen = [
            _as_done(item, walked.walk.done.get((spec.key, item.reference)), walked.bounds, at)
            for item in items
            if item.arrived_at < at
        ]
        rows += write_items(seen, queue_id=queue_id)
        rows += write_snapshots(
            items,
            sources.opening[spec.key],
            queue_id=queue_id,
            starts_on=day - timedelta(days=1),
            seen_at=walked.bounds.starts_at,
        )
    return rows


def _as_done(item: Item, done: float | None, bounds: Interval, at: datetime) -> Item:
    """Return the item as it looks now; what is done after midnight is the next day's to say."""
    if done is None or done >= min(at, bounds.ends_at).timestamp():
        return item
    completed_at = datetime.fromtimestamp(int(done), tz=UTC)
    return Item(
        item.reference,
        item.arrived_at,
        item.due_at,
        max(completed_at, item.arrived_at),
        item.touch_seconds,
    )
