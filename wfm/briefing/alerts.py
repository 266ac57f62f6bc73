"""Open alerts: how many, how many wait for somebody, and those that are one's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from adherence.models import Alert, PlaybookRun
from wfm.org.models import User

MOST_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class AlertsNow:
    """Counts of open alerts, and the first that wait."""

    open: int
    waiting: int
    mine: int
    runs: int
    first: list[Alert]


def alerts_now(*, principal: object, person: object) -> AlertsNow:
    """Count the open alerts and running playbooks in the viewer's scope."""
    rows = Alert.objects.visible_to(principal).open()
    own = Q(pk__in=[])
    if isinstance(person, User):
        own = Q(owner=person) | Q(owner_role__in=person.role_grants.values("role"))
    waiting = Q(acknowledged_at=None)
    counts = rows.aggregate(
        open=Count("pk"),
        waiting=Count("pk", filter=waiting),
        mine=Count("pk", filter=own & waiting),
    )
    first = rows.filter(waiting).select_related("queue", "team", "site", "client", "skill")
    return AlertsNow(
        runs=PlaybookRun.objects.visible_to(principal).open().count(),
        first=list(first.order_by("opened_at", "pk")[:MOST_SHOWN]),
        **counts,
    )
