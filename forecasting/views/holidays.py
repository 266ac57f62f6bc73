"""Special dates of a queue: national calendars, and days that planners declare."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from forecasting.forms import HolidayCodesForm, SpecialDayForm
from forecasting.models import SpecialDay
from forecasting.services import UnableToSetSpecialDay, set_holiday_codes, set_special_day
from wfm.org.access_views import require
from wfm.org.models import Queue
from wfm.web.form_errors import is_good
from wfm.web.formats import local_day


@require_POST
@require("history.edit")
def holiday_codes_set(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Set the national calendars of a queue."""
    queue = get_object_or_404(Queue.objects.visible_to(request.user), pk=queue_pk)
    form = HolidayCodesForm(request.POST)
    back = _back(queue.pk)
    if not is_good(request, form):
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


@require_POST
@require("history.edit")
def special_day_set(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Declare a date special."""
    queue = get_object_or_404(Queue.objects.visible_to(request.user), pk=queue_pk)
    form = SpecialDayForm(request.POST)
    back = _back(queue.pk)
    if not is_good(request, form):
        return back
    data = form.cleaned_data
    try:
        day = set_special_day(
            queue=queue,
            on_date=data["date"],
            kind=data["kind"],
            name=data["name"],
            factor=data["factor"],
        )
    except UnableToSetSpecialDay as error:
        messages.error(request, str(error))
        return back
    messages.success(
        request,
        _("%(day)s is now special. The next forecast learns from it.")
        % {"day": local_day(day.date)},
    )
    return back


@require_POST
@require("history.edit")
def special_day_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a date ordinary again."""
    day = get_object_or_404(SpecialDay.objects.visible_to(request.user), pk=pk)
    queue_pk, name = day.queue_id, str(day)
    day.delete()
    messages.success(request, _("%(day)s is an ordinary day again.") % {"day": name})
    return _back(queue_pk)


def _back(queue_pk: int) -> HttpResponse:
    return redirect(f"{reverse('history')}?queue={queue_pk}#special-days")
