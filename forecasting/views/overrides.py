"""Overrides: make one, undo one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from forecasting.forms import OverrideForm
from forecasting.models import ForecastQueueResult, ForecastRun, Override
from forecasting.services import OverrideChange, UnableToOverride, create_override, revoke_override
from forecasting.views.forecasts import queue_url
from wfm.org.access_views import person_of, require
from wfm.org.models import Queue
from wfm.web.form_errors import is_good


@require_POST
@require("forecast.override")
def override_create(request: HttpRequest, pk: int, queue_pk: int) -> HttpResponse:
    """Change the forecast of a stretch of time, with the reason."""
    run = get_object_or_404(ForecastRun.objects.visible_to(request.user), pk=pk)
    queue = get_object_or_404(Queue.objects.visible_to(request.user), pk=queue_pk)
    get_object_or_404(ForecastQueueResult, run=run, queue=queue)
    form = OverrideForm(request.POST, queue=queue)
    back = _back(request, run, queue)
    if not is_good(request, form):
        return back
    data = dict(form.cleaned_data)
    change = OverrideChange(**{name: data.pop(name) for name in ("component", "kind", "value")})
    try:
        create_override(queue=queue, change=change, created_by=person_of(request), **data)
    except UnableToOverride as error:
        messages.error(request, str(error))
        return back
    if run.is_published:
        messages.success(
            request,
            _(
                "The override is kept. This forecast is published and stays as it is; the next one has it."
            ),
        )
    else:
        messages.success(request, _("The forecast is changed."))
    return back


@require_POST
@require("forecast.override")
def override_revoke(request: HttpRequest, pk: int, override_pk: int) -> HttpResponse:
    """Undo an override; it stays in the log."""
    run = get_object_or_404(ForecastRun.objects.visible_to(request.user), pk=pk)
    visible = Override.objects.visible_to(request.user)
    override = get_object_or_404(visible.select_related("queue"), pk=override_pk)
    try:
        revoke_override(override=override, revoked_at=now(), revoked_by=person_of(request))
    except UnableToOverride as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The override is undone."))
    return _back(request, run, override.queue)


def _back(request: HttpRequest, run: ForecastRun, queue: Queue) -> HttpResponse:
    """The page as it was looked at: the same period and the same day."""
    query = request.GET.urlencode()
    return redirect(f"{queue_url(run, queue)}{'?' if query else ''}{query}#overrides")
