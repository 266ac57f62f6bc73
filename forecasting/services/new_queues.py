"""Starting plans of new queues."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from forecasting.models import StartingPlan
from wfm.org.models import Queue
from wfm.org.services.checks import refused_as

WEEKDAYS = 7
MOST_PARTS = 96


class UnableToPlanStart(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The starting plan is refused; the sentence says why."""


@transaction.atomic
def set_starting_plan(
    *,
    queue: Queue,
    look_alike: Queue | None = None,
    weekly_contacts: float | None = None,
    weekday_shares: Sequence[float] | None = None,
    profile: Sequence[float] | None = None,
) -> StartingPlan:
    """Say what is expected of a new queue; an earlier plan of it is replaced."""
    if weekday_shares is not None and len(weekday_shares) != WEEKDAYS:
        raise UnableToPlanStart(
            _("Expected seven shares from Monday on, got %(count)s.")
            % {"count": len(weekday_shares)}
        )
    if profile is not None and not 2 <= len(profile) <= MOST_PARTS:
        raise UnableToPlanStart(
            _("Expected 2 to %(most)s parts of the day, got %(count)s.")
            % {"most": MOST_PARTS, "count": len(profile)}
        )
    for shares in (weekday_shares, profile):
        if shares is not None and (min(shares) < 0 or sum(shares) <= 0):
            raise UnableToPlanStart(_("Shares are 0 or more, and not all 0."))
    plan = StartingPlan.objects.filter(queue=queue).first() or StartingPlan(queue=queue)
    plan.look_alike, plan.weekly_contacts = look_alike, weekly_contacts
    plan.weekday_shares = list(weekday_shares) if weekday_shares else None
    plan.profile = list(profile) if profile else None
    with refused_as(UnableToPlanStart):
        plan.full_clean()
    plan.save()
    return plan


@transaction.atomic
def clear_starting_plan(*, queue: Queue) -> None:
    """Let the queue be forecast from its own history alone."""
    StartingPlan.objects.filter(queue=queue).delete()
