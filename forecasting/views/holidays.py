"""Which countries' holidays move a queue."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from forecasting.forms import HolidayCodesForm
from forecasting.services import UnableToSetSpecialDay, set_holiday_codes
from wfm.org.access_views import require
from wfm.org.models import Queue


@require_POST
@require("history.edit")
def holiday_codes_set(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Set the national calendars of a queue."""
    queue = get_object_or_404(Queue.objects.visible_to(request.user), pk=queue_pk)
    form = HolidayCodesForm(request.POST)
    back = redirect(f"{reverse('history')}?queue={queue.pk}#special-days")
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["codes"])))
        return back
    try:
        codes = set_holiday_codes(queue=queue, codes=form.cleaned_data["codes"])
    except UnableToSetSpecialDay as error:
        messages.error(request, str(error))
        return back
    if codes:
        text = _("The next forecast knows the holidays of %(codes)s.") % {"codes": ", ".join(codes)}
    else:
        text = _("The next forecast knows no national holidays.")
    messages.success(request, text)
    return back
