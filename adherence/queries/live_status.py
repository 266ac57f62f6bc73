"""How the live path stands: what waits, which feeds are heard, what could not be taken."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Sum

from adherence.models import EventFeed, PendingDay, QuarantinedEvent

WAITING_SQL = """
SELECT (SELECT count(*) FROM adherence_livemark),
    (SELECT min(received_at) FROM adherence_livemark),
    (SELECT count(*) FROM adherence_pendingspan)
"""


@dataclass(frozen=True)
class Waiting:
    """What has been left for the keeper and the workers and not been taken."""

    marks: int
    oldest_mark_at: datetime | None
    spans: int
    days: int


@dataclass(frozen=True)
class FeedState:
    """A feed, and whether it is heard."""

    source: str
    last_heard_at: datetime | None
    silence_limit_seconds: int | None
    is_silent: bool


@dataclass(frozen=True)
class QuarantineCount:
    """Unresolved events of one source and reason."""

    source: str
    reason_code: str
    events: int
    times_seen: int


def read_waiting() -> Waiting:
    """Return what waits now."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_SQL)
        marks, oldest, spans = cursor.fetchone()
    return Waiting(marks=marks, oldest_mark_at=oldest, spans=spans, days=PendingDay.objects.count())


def feed_states(*, at: datetime) -> list[FeedState]:
    """Return every feed in the order of their names."""
    return [
        FeedState(
            source=feed.source,
            last_heard_at=feed.last_heard_at,
            silence_limit_seconds=feed.silence_limit_seconds,
            is_silent=_is_silent(feed, at),
        )
        for feed in EventFeed.objects.order_by("source")
    ]


def quarantine_counts() -> list[QuarantineCount]:
    """Return what could not be taken and still waits for someone, most first."""
    rows = (
        QuarantinedEvent.objects.filter(resolved_at=None)
        .values("source", "reason_code")
        .annotate(events=Count("pk"), times_seen=Sum("times_seen"))
        .order_by("-events", "source", "reason_code")
    )
    return [QuarantineCount(**row) for row in rows]


def _is_silent(feed: EventFeed, at: datetime) -> bool:
    if feed.silence_limit_seconds is None:
        return False
    limit = timedelta(seconds=feed.silence_limit_seconds)
    return feed.last_heard_at is None or feed.last_heard_at + limit <= at
