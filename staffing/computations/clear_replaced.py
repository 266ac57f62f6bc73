"""The nightly job that keeps the requirements from growing without end."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from staffing.models import RequirementQueueResult
from staffing.services.clearing import clear_replaced
from wfm.jobs.clearing import clear_in_steps
from wfm.jobs.runner import JobContext


def clear_replaced_requirements(ctx: JobContext) -> dict[str, Any]:
    """Delete what newer requirements have replaced, and drafts that nobody published."""
    return clear_in_steps(
        ctx,
        results=RequirementQueueResult.objects.with_numbers(),
        clear=clear_replaced,
        words=_("Deleting what newer requirements have replaced"),
    )
