"""What the contacts of a file make of the counts by interval: only what can be proven."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils.translation import ngettext

from forecasting.core.actual_row import ActualRow
from forecasting.core.wall_clock import WallClockGrid
from forecasting.models import ImportKind, IntervalActual
from forecasting.queries.calendars import open_labels
from forecasting.queries.contacts import contact_counts, staged_counts
from forecasting.services.import_files import UnableToImport
from wfm.org.models import Queue


@dataclass
class Recount:
    """Intervals of one queue between the first and the last contact of a file."""

    queue: Queue
    rows: list[ActualRow] = field(default_factory=list)
    """What is to be recorded: intervals that are new, and counts that grow."""
    new: int = 0
    contacts_before: int = 0
    """Contacts of the intervals that change, as they are recorded."""
    contacts_after: int = 0
    left: list[date] = field(default_factory=list)
    """A date for each interval that keeps its count, which came from another source."""
    unprovable: list[date] = field(default_factory=list)
    """A date for each interval whose own contacts are deleted: nobody knows what it counts."""

    @property
    def notes(self) -> list[str]:
        """What becomes of the intervals, in sentences."""
        notes = []
        changed = len(self.rows) - self.new
        if self.new:
            notes.append(
                ngettext(
                    "%(queue)s: %(count)s interval gets its first count.",
                    "%(queue)s: %(count)s intervals get their first count.",
                    self.new,
                )
                % {"queue": self.queue, "count": self.new}
            )
        if changed:
            notes.append(
                ngettext(
                    "%(queue)s: %(count)s interval changes from %(before)s to %(after)s contacts.",
                    "%(queue)s: %(count)s intervals change, together from %(before)s to %(after)s "
                    "contacts.",
                    changed,
                )
                % {
                    "queue": self.queue,
                    "count": changed,
                    "before": self.contacts_before,
                    "after": self.contacts_after,
                }
            )
        if self.left:
            notes.append(self._left_words())
        return notes

    def _left_words(self) -> str:
        words = ngettext(
            "%(queue)s: %(count)s interval from %(first)s to %(last)s keeps its count, which came "
            "from another source; these contacts only tell first from repeated ones. Import "
            "interval history to change it.",
            "%(queue)s: %(count)s intervals from %(first)s to %(last)s keep their counts, which "
            "came from another source; these contacts only tell first from repeated ones. Import "
            "interval history to change them.",
            len(self.left),
        )
        return words % _span(self.queue, self.left)

    @property
    def refusal(self) -> str:
        """Why the file is refused; empty where everything can be counted."""
        if not self.unprovable:
            return ""
        words = ngettext(
            "%(queue)s: the single contacts behind %(count)s interval from %(first)s to %(last)s "
            "are deleted (they are kept for %(days)s days), so that nobody can tell which contacts "
            "of this file it counts already. Leave these days out of the file, or correct the "
            "count with interval history.",
            "%(queue)s: the single contacts behind %(count)s intervals from %(first)s to %(last)s "
            "are deleted (they are kept for %(days)s days), so that nobody can tell which contacts "
            "of this file they count already. Leave these days out of the file, or correct the "
            "counts with interval history.",
            len(self.unprovable),
        )
        days = {"days": settings.CONTACT_RETENTION_DAYS}
        return words % (_span(self.queue, self.unprovable) | days)


def _span(queue: Queue, dates: list[date]) -> dict[str, object]:
    return {"queue": queue, "count": len(dates), "first": min(dates), "last": max(dates)}


def staged_recounts() -> list[Recount]:
    """What the staged contacts make of the intervals that they span, queue by queue.

    Raises UnableToImport where the contacts behind a count are deleted and the file does not bring
    all of them: what the count holds can be neither proven nor added to.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_id, min(arrived_at), max(arrived_at) FROM staged_contacts"
            " GROUP BY queue_id"
        )
        spans = {queue_id: (first, last) for queue_id, first, last in cursor.fetchall()}
    queues = Queue.objects.filter(pk__in=list(spans)).order_by("pk")
    recounts = [_recount(queue, *spans[queue.pk]) for queue in queues]
    if refusals := [recount.refusal for recount in recounts if recount.unprovable]:
        raise UnableToImport(" ".join(refusals))
    return recounts


def _recount(queue: Queue, first: datetime, last: datetime) -> Recount:
    """Every interval from the one of the first contact to that of the last.

    An open one without a count and without contacts is a zero. A count that equals the contacts
    that are kept came from them and grows with them; one that equals them and the file's together
    is known already. Any other one came from deleted contacts or from another source.
    """
    zone = ZoneInfo(queue.timezone)
    begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    grid = WallClockGrid(begin, (end - begin).days + 1, zone, queue.interval_minutes)
    starts = grid.starts_at.astype(np.int64)
    kept, added = contact_counts(queue, grid=grid), staged_counts(queue, grid=grid)
    is_open = grid.pick(open_labels(queue, grid) * 1.0) > 0
    step = timedelta(minutes=queue.interval_minutes).total_seconds()
    inside = (starts + step > first.timestamp()) & (starts <= last.timestamp())
    recorded = _recorded(queue, first=first - timedelta(seconds=step), last=last)
    found = Recount(queue)
    for index in np.flatnonzero(inside & (is_open | (kept + added > 0))):
        start = datetime.fromtimestamp(int(starts[index]), tz=UTC)
        before, more = int(kept[index]), int(added[index])
        row = ActualRow(queue.pk, start, before + more)
        if start not in recorded:
            found.rows.append(row)
            found.new += 1
            continue
        offered, is_counted = recorded[start]
        if not more or offered == before + more:
            continue
        if offered == before and is_counted:
            found.rows.append(row)
            found.contacts_before += before
            found.contacts_after += before + more
        else:
            dates = found.unprovable if is_counted else found.left
            dates.append(start.astimezone(zone).date())
    return found


def _recorded(queue: Queue, *, first: datetime, last: datetime) -> dict[datetime, tuple[int, bool]]:
    """Count of each interval, and whether it was counted from single contacts."""
    rows = IntervalActual.objects.filter(
        queue=queue, starts_at__gt=first, starts_at__lte=last
    ).values_list("starts_at", "offered", "batch__kind")
    return {start: (offered, kind == ImportKind.CONTACTS) for start, offered, kind in rows}
