"""Taps of the portal that reached us late: made without network, or on a sleeping phone."""

from datetime import datetime

from django.db.models import QuerySet

from adherence.models import ActivityEvent, EventSource


def late_taps(*, principal: object, begin: datetime, end: datetime) -> QuerySet[ActivityEvent]:
    """Select the late taps made in `[begin, end)` that a person may see, newest first."""
    return (
        ActivityEvent.objects.visible_to(principal)
        .filter(
            source=EventSource.PORTAL, is_late=True, occurred_at__gte=begin, occurred_at__lt=end
        )
        .select_related("agent", "activity_code")
        .order_by("-occurred_at", "-pk")
    )
