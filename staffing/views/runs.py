"""Start, watch and publish requirement runs."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forecasting.models import ForecastRun
from staffing import queries
from staffing.core.params import LiveStrategy, RequirementParams
from staffing.core.plan_shape import PlanShape
from staffing.forms import StartForm
from staffing.jobs import start_requirement
from staffing.models import RequirementRun
from staffing.services import UnableToPublish, UnableToStaffRun, publish_requirement
from wfm.org.access_views import person_of, require
from wfm.web.form_errors import is_good

ROWS_PER_PAGE = 30


@require_GET
@require("staffing.view")
def runs(request: HttpRequest) -> HttpResponse:
    """List the runs, newest first, and offer to start one."""
    found = RequirementRun.objects.visible_to(request.user).select_related(
        "job", "forecast_run", "created_by"
    )
    page = Paginator(found.order_by("-pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": StartForm(), "forecast_run": _latest_forecast(request)}
    return render(request, "staffing/runs.html", context)


def _latest_forecast(request: HttpRequest) -> ForecastRun | None:
    forecasts = ForecastRun.objects.visible_to(request.user)
    return forecasts.published().first()


@require_POST
@require("staffing.run")
def start(request: HttpRequest) -> HttpResponse:
    """Start a run from the forecast named, else from the latest published one."""
    form = StartForm(request.POST)
    if not is_good(request, form):
        return redirect("requirement-runs")
    forecasts = ForecastRun.objects.visible_to(request.user).published()
    named = request.POST.get("forecast_run", "")
    forecast = (
        get_object_or_404(forecasts, pk=named) if named.isdigit() else _latest_forecast(request)
    )
    if forecast is None:
        messages.error(request, _("Publish a forecast first; the requirement is computed from it."))
        return redirect("requirement-runs")
    params = RequirementParams(
        live_strategy=LiveStrategy(form.cleaned_data["live_strategy"]),
        deferred_shape=PlanShape(form.cleaned_data["deferred_shape"]),
        chat_growth_rate=form.cleaned_data["chat_growth_rate"],
        clear_overdue_minutes=form.cleaned_data["clear_overdue_minutes"],
        handling_spread=form.cleaned_data["handling_spread"],
    )
    try:
        started = start_requirement(
            forecast_run=forecast, params=params, created_by=person_of(request)
        )
    except UnableToStaffRun as error:
        messages.error(request, str(error))
        return redirect("requirement-runs")
    return redirect("requirement-run", started.pk)


def _run(request: HttpRequest, pk: int) -> RequirementRun:
    found = RequirementRun.objects.visible_to(request.user)
    return get_object_or_404(
        found.select_related("job", "forecast_run", "created_by", "published_by"), pk=pk
    )


@require_GET
@require("staffing.view")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: progress while it computes, then what each queue needs, and why some were refused."""
    found = _run(request, pk)
    results = list(queries.queue_results(found, principal=request.user))
    context = {
        "run": found,
        "results": [result for result in results if not result.is_refused],
        "refused": [result for result in results if result.is_refused],
        "pool_results": queries.pool_results(found, principal=request.user),
        "stale": queries.staleness(found) if found.is_published else [],
        "is_complete": found.job is None or found.job.status == "SUCCEEDED",
    }
    return render(request, "staffing/run.html", context)


@require_POST
@require("staffing.publish")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the run final, so that the schedule builds on it."""
    found = _run(request, pk)
    try:
        publish_requirement(run=found, published_at=now(), published_by=person_of(request))
    except UnableToPublish as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Requirement #%(pk)s is published.") % {"pk": found.pk})
    return redirect("requirement-run", pk)
