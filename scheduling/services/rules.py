"""Rules that planners keep: contracts' limits, templates, rotations, wishes, consents, values of queues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from scheduling.models import ActivityRequest, BreakRule, ShiftTemplate
from wfm.org.models import Agent

_Row = TypeVar("_Row", bound=models.Model)


@transaction.atomic
def keep(row: _Row) -> _Row:
    """Write a row that keeps to the constraints of its table; `ValidationError` says what does not."""
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def keep_template(template: ShiftTemplate, breaks: Sequence[BreakRule] | None) -> ShiftTemplate:
    """Write a shift template; its breaks are replaced where they are given."""
    keep(template)
    if breaks is not None:
        template.breaks.all().delete()
        for rule in breaks:
            rule.template = template
            keep(rule)
    return template


@transaction.atomic
def keep_activity(request: ActivityRequest, attendants: Iterable[Agent] | None) -> ActivityRequest:
    """Write an activity to place; its attendants are replaced where they are given."""
    people = None if attendants is None else list(attendants)
    if people == []:
        raise ValidationError({"attendants": _("Someone must attend.")})
    keep(request)
    if people is not None:
        request.attendants.set(people)
    return request


@transaction.atomic
def remove(row: models.Model) -> None:
    """Take a row away; the audit keeps it."""
    row.delete()
