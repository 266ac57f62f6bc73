"""What moves a queue beside its own history: drivers, and the plan of a new one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forecasting.models import (
    DriverLink,
    DriverSeries,
    DriverValue,
    ForecastQueueResult,
    StartingPlan,
)
from forecasting.services import (
    UnableToPlanStart,
    UnableToSetDriver,
    clear_starting_plan,
    create_series,
    link_driver,
    parse_values,
    set_driver_values,
    set_starting_plan,
    unlink_driver,
)
from forecasting.views.input_forms import (
    DriverLinkForm,
    DriverSeriesForm,
    DriverValuesForm,
    StartingPlanForm,
)
from forecasting.views.words import driver_words
from wfm.org.access import access_of
from wfm.org.access_views import person_of, require
from wfm.org.models import Queue
from wfm.web.form_errors import is_good
from wfm.web.scope import page_scope

DAYS_SHOWN = 60


@require_GET
@require("forecast.view")
def inputs(request: HttpRequest) -> HttpResponse:
    """Drivers and starting plan of one queue."""
    scope = page_scope(request, fields=("client", "queue"))
    visible = Queue.objects.visible_to(request.user).active()
    if scope.client is not None:
        visible = visible.filter(client=scope.client)
    queues = list(visible.select_related("client").order_by("client__name", "name"))
    queue = scope.queue or next(iter(queues), None)
    context: dict[str, Any] = {"scope": scope, "queues": queues, "queue": queue}
    if queue is not None:
        context |= _of_queue(request, queue)
    return render(request, "forecasting/inputs.html", context)


def _of_queue(request: HttpRequest, queue: Queue) -> dict[str, Any]:
    links = _links(request, queue)
    plan = StartingPlan.objects.filter(queue=queue).select_related("look_alike").first()
    return {
        "links": links,
        "words": _words(queue),
        "values": _coming(queue, links),
        "plan": plan,
        "link_form": DriverLinkForm(queue=queue, principal=request.user),
        "series_form": DriverSeriesForm(),
        "values_form": DriverValuesForm(links=links),
        "plan_form": StartingPlanForm(plan=plan, queue=queue, principal=request.user),
        "may_edit": access_of(request.user).can("forecast.run"),
    }


def _links(request: HttpRequest, queue: Queue) -> list[DriverLink]:
    found = DriverLink.objects.visible_to(request.user).filter(queue=queue).order_by("pk")
    return list(found.select_related("driver_queue", "series", "queue"))


def _words(queue: Queue) -> list[str]:
    """What the latest forecast says of the drivers it kept."""
    result = ForecastQueueResult.objects.filter(queue=queue).order_by("-run_id").first()
    driver = result.components.get("driver") if result else None
    return [driver_words(each) for each in (driver, *driver.get("more", ()))] if driver else []


def _coming(queue: Queue, links: list[DriverLink]) -> list[dict[str, Any]]:
    """Values of the days to come, by driver."""
    today = now().astimezone(ZoneInfo(queue.timezone)).date()
    rows = []
    for link in links:
        if link.driver_queue_id is not None and link.driver_queue is None:
            continue  # it belongs to a client that the person may not see
        of_series = link.series_id is not None
        of_driver = Q(series=link.series_id) if of_series else Q(queue=link.driver_queue_id)
        found = DriverValue.objects.filter(
            of_driver, date__gte=today, date__lt=today + timedelta(days=DAYS_SHOWN)
        )
        rows += [{"link": link, "value": value} for value in found.order_by("date")]
    return rows


def _queue(request: HttpRequest, queue_pk: int) -> Queue:
    return get_object_or_404(Queue.objects.visible_to(request.user), pk=queue_pk)


def _back(queue: Queue, part: str) -> HttpResponse:
    return redirect(f"{reverse('forecast-inputs')}?queue={queue.pk}#{part}")


@require_POST
@require("forecast.run")
def driver_link(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Let the queue's forecasts try a driver."""
    queue = _queue(request, queue_pk)
    form = DriverLinkForm(request.POST, queue=queue, principal=request.user)
    if is_good(request, form):
        chosen = form.cleaned_data["driver"]
        name = "series" if isinstance(chosen, DriverSeries) else "driver_queue"
        try:
            link_driver(queue=queue, **{name: chosen})
        except UnableToSetDriver as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("Linked. The next forecast keeps it if it lowers the error.")
            )
    return _back(queue, "drivers")


@require_POST
@require("forecast.run")
def driver_unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a driver no longer."""
    visible = DriverLink.objects.visible_to(request.user)
    link = get_object_or_404(visible.select_related("queue"), pk=pk)
    unlink_driver(link=link)
    messages.success(request, _("The next forecast goes without this driver."))
    return _back(link.queue, "drivers")


@require_POST
@require("forecast.run")
def driver_series_create(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """A new named driver, linked to the queue at once."""
    queue = _queue(request, queue_pk)
    form = DriverSeriesForm(request.POST)
    if is_good(request, form):
        try:
            link_driver(queue=queue, series=create_series(**form.cleaned_data))
        except UnableToSetDriver as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Linked. Give it its values by day."))
    return _back(queue, "values")


@require_POST
@require("forecast.run")
def driver_values_set(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Record typed or pasted days of a driver."""
    queue = _queue(request, queue_pk)
    form = DriverValuesForm(request.POST, links=_links(request, queue))
    if is_good(request, form):
        chosen = form.cleaned_data["driver"]
        name = "series" if isinstance(chosen, DriverSeries) else "queue"
        try:
            count = set_driver_values(
                values=parse_values(form.cleaned_data["values"]),
                today=now().astimezone(ZoneInfo(queue.timezone)).date(),
                recorded_by=person_of(request),
                **{name: chosen},
            )
        except UnableToSetDriver as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(count)s days are recorded.") % {"count": count})
    return _back(queue, "values")


@require_POST
@require("forecast.run")
def starting_plan_set(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Say what is expected of a new queue, or forget it."""
    queue = _queue(request, queue_pk)
    if "clear" in request.POST:
        clear_starting_plan(queue=queue)
        messages.success(request, _("The queue is forecast from its own history alone."))
        return _back(queue, "start")
    form = StartingPlanForm(request.POST, queue=queue, principal=request.user, plan=None)
    if is_good(request, form):
        try:
            set_starting_plan(queue=queue, **form.cleaned_data)
        except UnableToPlanStart as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("Kept. It counts until the queue has four weeks of its own.")
            )
    return _back(queue, "start")
