"""The past of the demo's queues as rows. What exists is never changed, only continued."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from forecasting.models import BacklogSnapshot, IntervalActual, WorkItem
from wfm.demo.bank import BankCalls
from wfm.demo.calendar import SourceCalendar, days_between
from wfm.demo.deferred import Item
from wfm.demo.history import LiveHistory, deferred_history, live_history, utc
from wfm.demo.loading.copying import copy_new_rows, copy_to_staging
from wfm.demo.loading.organization import Organization
from wfm.demo.operation import BANK_VOICE, QUEUES, QueueSpec
from wfm.org.calendars import business_calendars
from wfm.timeline import BusinessCalendar, day_bounds

INTERVAL = timedelta(minutes=15)
SNAPSHOT_WEEKS = 8
LIVE_COLUMNS = (
    "queue_id",
    "starts_at",
    "offered",
    "answered",
    "abandoned",
    "answered_within",
    "abandoned_within",
    "short_abandoned",
    "threshold_seconds",
    "wait_seconds_answered",
    "wait_seconds_total",
    "handle_seconds",
    "is_volume_simulated",
    "is_service_simulated",
)
ITEM_COLUMNS = (
    "queue_id",
    "external_id",
    "arrived_at",
    "due_at",
    "completed_at",
    "handle_seconds",
    "is_simulated",
)


class HistoryLoader:
    """Continues the queues' pasts; made once per load because the calendars are read once."""

    def __init__(
        self, organization: Organization, calls: BankCalls, source: SourceCalendar
    ) -> None:
        self._queues = organization.queues
        self._calls = calls
        self._source = source
        by_id = business_calendars(self._queues.values())
        self._calendars = {key: by_id[queue.pk] for key, queue in self._queues.items()}

    def extend(self, spec: QueueSpec, *, starts_on: date, until: date, seen_at: datetime) -> int:
        """Write the local days [starts_on, until) of a queue as known at a moment; return the rows.

        Only intervals that have ended by then are written, and items show what was done by then.
        """
        if spec.live is not None:
            return self._extend_live(spec, starts_on=starts_on, until=until, seen_at=seen_at)
        return self._extend_deferred(spec, starts_on=starts_on, until=until, seen_at=seen_at)

    def _extend_live(
        self, spec: QueueSpec, *, starts_on: date, until: date, seen_at: datetime
    ) -> int:
        made = live_history(
            spec,
            self._calls,
            self._source,
            self._calendars[spec.key],
            starts_on=starts_on,
            until=until,
        )
        is_real = spec is BANK_VOICE and self._calls.is_real
        rows = live_rows(spec, made, queue_id=self._queues[spec.key].pk, is_real=is_real)
        return copy_new_rows(
            IntervalActual, LIVE_COLUMNS, (row for row in rows if row[1] + INTERVAL <= seen_at)
        )

    def _extend_deferred(
        self, spec: QueueSpec, *, starts_on: date, until: date, seen_at: datetime
    ) -> int:
        """Write items only: a deferred queue's arrivals are its items, at any hour of the day."""
        calendar = self._calendars[spec.key]
        items = deferred_history(
            spec, calendar, starts_on=self._source.starts_on, until=until, seen_at=seen_at
        )
        queue_id = self._queues[spec.key].pk
        return write_items(items, queue_id=queue_id) + write_snapshots(
            items, calendar, queue_id=queue_id, starts_on=starts_on, seen_at=seen_at
        )


def live_rows(
    spec: QueueSpec, made: LiveHistory, *, queue_id: int, is_real: bool
) -> Iterator[tuple[int, datetime, *tuple[object, ...]]]:
    """Yield rows in the order of LIVE_COLUMNS; only the bank's volumes are real."""
    assert spec.live is not None
    threshold = int(spec.live.threshold_seconds)
    values = made.intervals
    handled = values.talk_seconds + values.hold_seconds + values.after_seconds
    columns = (
        made.starts,
        values.offered,
        values.answered,
        values.abandoned,
        values.answered_in_threshold,
        values.abandoned_in_threshold,
        values.abandoned_short,
        values.answered_wait_seconds.round(1),
        (values.answered_wait_seconds + values.abandoned_wait_seconds).round(1),
        handled.round(1),
    )
    for start, *counts, answered_wait, wait, handle in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        yield (
            queue_id,
            utc(start),
            *counts,
            threshold,
            answered_wait,
            wait,
            handle,
            not is_real,
            True,
        )


def write_items(items: Sequence[Item], *, queue_id: int) -> int:
    """Insert new items and close those that were open when last seen; return how many."""
    copy_to_staging(
        WorkItem,
        ITEM_COLUMNS,
        (
            (
                queue_id,
                item.reference,
                item.arrived_at,
                item.due_at,
                item.completed_at,
                None if item.completed_at is None else item.touch_seconds,
                True,
            )
            for item in items
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE forecasting_workitem AS known SET completed_at = seen.completed_at,"
            " handle_seconds = seen.handle_seconds FROM demo_staging AS seen"
            " WHERE known.queue_id = seen.queue_id AND known.external_id = seen.external_id"
            " AND known.completed_at IS NULL AND seen.completed_at IS NOT NULL"
        )
        changed = cursor.rowcount
        names = ", ".join(ITEM_COLUMNS)
        cursor.execute(
            f"INSERT INTO forecasting_workitem ({names}) SELECT {names} FROM demo_staging"  # noqa: S608 - constants
            " ON CONFLICT DO NOTHING"
        )
        return int(changed + cursor.rowcount)


def write_snapshots(
    items: Sequence[Item],
    calendar: BusinessCalendar,
    *,
    queue_id: int,
    starts_on: date,
    seen_at: datetime,
) -> int:
    """Write the age profile at each midnight of the last weeks, by due time to the quarter hour."""
    today = seen_at.astimezone(ZoneInfo(calendar.tz)).date()
    first = max(starts_on, today - timedelta(weeks=SNAPSHOT_WEEKS)) + timedelta(days=1)
    rows = []
    for day in days_between(first, today + timedelta(days=1)):
        at = day_bounds(day, calendar.tz).starts_at
        profile: dict[datetime, int] = {}
        for item in items:
            if item.arrived_at < at and (item.completed_at is None or item.completed_at >= at):
                due_at = _whole_interval(item.due_at + INTERVAL - timedelta(seconds=1))
                profile[due_at] = profile.get(due_at, 0) + 1
        rows += [(queue_id, at, due_at, count) for due_at, count in sorted(profile.items())]
    return copy_new_rows(BacklogSnapshot, ("queue_id", "at", "due_at", "open_items"), rows)


def _whole_interval(moment: datetime) -> datetime:
    """Return the start of the quarter hour that the moment lies in."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def generated_queues() -> list[QueueSpec]:
    """Return the queues whose history goes on to yesterday; the bank's ends last Friday."""
    return [spec for spec in QUEUES if spec is not BANK_VOICE]
