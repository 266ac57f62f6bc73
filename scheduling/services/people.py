"""Time off: decided once, by someone who may."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.models import TimeOff, TimeOffStatus
from scheduling.services.errors import UnableToEdit
from wfm.org.models import User


@transaction.atomic
def grant(*, row: TimeOff, decided_by: User, decided_at: datetime) -> TimeOff:
    """Record time off that a planner enters: granted at once."""
    row.status = TimeOffStatus.APPROVED
    row.decided_by, row.decided_at = decided_by, decided_at
    row.save()
    return row


@transaction.atomic
def decide(*, row: TimeOff, is_approved: bool, decided_by: User, decided_at: datetime) -> TimeOff:
    """Grant or decline a request; one that was decided before stays as it is."""
    found = TimeOff.objects.select_for_update().get(pk=row.pk)
    if found.status != TimeOffStatus.REQUESTED:
        raise UnableToEdit(
            _("This request has been decided before: %(status)s.")
            % {"status": found.get_status_display()}
        )
    found.status = TimeOffStatus.APPROVED if is_approved else TimeOffStatus.DECLINED
    found.decided_by, found.decided_at = decided_by, decided_at
    found.save(update_fields=["status", "decided_by", "decided_at"])
    return found
