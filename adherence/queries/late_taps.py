"""What a lead should know of how a day was recorded: taps that came late, stretches closed by rule.

Both are asked for by when they reached us: a clock-out of 17:00 that a phone sends at eight the next
morning is news of that morning.
"""

from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from adherence.models import ActivityEvent, EventSource
from scheduling.models import Shift

OLDEST = timedelta(days=31)
"""Nothing is taken that is older when it comes; partitions before need not be looked at."""
SHIFT_BEFORE = timedelta(hours=36)


def late_taps(*, principal: object, begin: datetime, end: datetime) -> QuerySet[ActivityEvent]:
    """Select the late taps received in `[begin, end)` that a person may see, newest first."""
    return _received(principal, begin, end).filter(source=EventSource.PORTAL, is_late=True)


def closed_by_rule(*, principal: object, begin: datetime, end: datetime) -> QuerySet[ActivityEvent]:
    """Select the clock-outs that the rule set in `[begin, end)`, newest first.

    `shift_date` is the operational day that each ended; None where no shift went before.
    """
    shifts = Shift.objects.filter(
        is_published=True,
        agent=OuterRef("agent"),
        starts_at__lte=OuterRef("occurred_at"),
        starts_at__gt=OuterRef("occurred_at") - SHIFT_BEFORE,
    ).order_by("-starts_at")
    return (
        _received(principal, begin, end)
        .filter(source=EventSource.RULE)
        .annotate(shift_date=Subquery(shifts.values("operational_date")[:1]))
    )


def _received(principal: object, begin: datetime, end: datetime) -> QuerySet[ActivityEvent]:
    return (
        ActivityEvent.objects.visible_to(principal)
        .filter(received_at__gte=begin, received_at__lt=end, occurred_at__gte=begin - OLDEST)
        .select_related("agent", "activity_code")
        .order_by("-received_at", "-occurred_at", "-pk")
    )
