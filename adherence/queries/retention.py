"""How far back days can be computed: as far as the events that bear on them are kept."""

from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from adherence.core.states import LASTS_SECONDS


def oldest_kept(at: datetime) -> date:
    """The first UTC day whose events are kept."""
    return at.astimezone(UTC).date() - timedelta(days=settings.EVENT_RETENTION_DAYS)


def oldest_computable(at: datetime) -> date:
    """The first operational day that can be computed again: every event that bears on it is kept.

    A state may have begun 31 days before the day, and the day of a zone begins up to a day earlier
    than that of UTC.
    """
    return oldest_kept(at) + timedelta(seconds=LASTS_SECONDS) + timedelta(days=2)
