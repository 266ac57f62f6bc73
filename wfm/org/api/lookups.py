"""Rows that a request names by their number."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from wfm.org.models import Queue
from wfm.web.api.fields import row_number


def queue_of(request: Request, text: str) -> Queue:
    """Return the queue of this number, if the principal may see it."""
    number = row_number(text)
    if number is None:
        raise ValidationError({"queue": _("Expected the number of a queue.")})
    visible = Queue.objects.visible_to(request.user).select_related("work_type")
    found = visible.filter(pk=number).first()
    if found is None:
        raise NotFound(_("There is no queue %(pk)s.") % {"pk": text})
    return found
