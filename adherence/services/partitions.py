"""Partitions of events by UTC day: made ahead of time, dropped with their day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from adherence.models import ActivityEvent, EventKey
from adherence.queries.retention import oldest_kept

DAYS_AHEAD = 7
DAYS_BACK = 40
"""An event may be thirty days old when it comes, and a state is looked for 31 days back."""
KEYS_KEPT = timedelta(days=35)
"""Longer than an event may be late: sent again after that, it is refused for its age."""

PARTITIONS_SQL = """
SELECT to_date(right(child.relname, 8), 'YYYYMMDD') FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = 'adherence_activityevent'::regclass AND child.relname ~ '_[0-9]{8}$'
ORDER BY 1
"""


@dataclass(frozen=True)
class Partitions:
    """Which days have a partition, and whether events lie outside of them."""

    days: tuple[date, ...]
    has_strays: bool


def keep_partitions(*, at: datetime) -> tuple[int, int]:
    """Make what is missing, drop what is too old, forget old keys; return (made, dropped).

    A day that already has events without a partition takes them over.
    """
    today = at.astimezone(UTC).date()
    first = max(today - timedelta(days=DAYS_BACK), oldest_kept(at))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT adherence_make_event_partitions(%s, %s)",
            [first, today + timedelta(days=DAYS_AHEAD)],
        )
        (made,) = cursor.fetchone()
        cursor.execute("SELECT adherence_drop_event_partitions(%s)", [oldest_kept(at)])
        (dropped,) = cursor.fetchone()
        EventKey.objects.filter(taken_on__lt=today - KEYS_KEPT).delete()
    return made, dropped


def read_partitions() -> Partitions:
    """Return how things stand."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS_SQL)
        days = tuple(day for (day,) in cursor.fetchall())
        strays = ActivityEvent.objects.all()
        if days:
            begin, end = _midnight(days[0]), _midnight(days[-1] + timedelta(days=1))
            strays = strays.filter(Q(occurred_at__lt=begin) | Q(occurred_at__gte=end))
    return Partitions(days=days, has_strays=strays.exists())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)
