"""The forecast room: runs, one run, one queue of a run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forecasting import queries
from forecasting.forms import OverrideForm, StartForm
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastQueueResult, ForecastRun, Override
from forecasting.services import UnableToForecast, UnableToPublish, publish_forecast
from forecasting.services.runs import LONGEST_HORIZON_DAYS
from forecasting.views.charts import forecast_chart
from forecasting.views.queue_accuracy import (
    accuracy_context,
    backtest_errors_words,
    backtest_words,
)
from forecasting.views.why import day_context
from forecasting.views.words import horizon_headers, method_words, score_rows, why_words
from wfm.org.access import access_of
from wfm.org.access_views import person_of, require
from wfm.org.models import Queue
from wfm.timeline import day_bounds
from wfm.web.form_errors import is_good
from wfm.web.scope import Scope, page_scope

ROWS_PER_PAGE = 20
DAYS_SHOWN_BEFORE = 7
DAYS_SHOWN = 14
LONGEST_AHEAD = timedelta(days=LONGEST_HORIZON_DAYS)


@require_GET
@require("forecast.view")
def index(request: HttpRequest) -> HttpResponse:
    """The published forecast of every queue, and all runs."""
    scope = page_scope(request, fields=("client", "queue"))
    runs = ForecastRun.objects.visible_to(request.user).select_related("job", "created_by")
    if scope.queue is not None:
        runs = runs.filter(queue_results__queue=scope.queue)
    page = Paginator(runs.order_by("-pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    current = ForecastRun.objects.visible_to(request.user).published().first()
    access = access_of(request.user)
    context = {
        "scope": scope,
        "page": page,
        "current": current,
        "stale": queries.staleness(current) if current else [],
        "errors_words": backtest_errors_words(),
        "results": _results_in_force(request, current, scope),
        "running": runs.filter(job__in=_open_jobs(request)).order_by("-pk"),
        "form": StartForm(principal=request.user, initial={"queue": scope.queue}),
        "may_run": access.can("forecast.run"),
    }
    return render(request, "forecasting/index.html", context)


def _open_jobs(request: HttpRequest) -> Any:
    from wfm.jobs.models import Job  # noqa: PLC0415 - keeps the list of imports to this room's own

    return Job.objects.visible_to(request.user).unfinished()


def _results_in_force(
    request: HttpRequest, newest: ForecastRun | None, scope: Scope
) -> list[dict[str, Any]]:
    """What is in force of each queue now; of queues without anything, why the newest run refused.

    A run of one queue, or a shorter one, does not take the others' place.
    """
    if newest is None:
        return []
    moment = now()
    ahead = queries.in_force(None, starts_at=moment, ends_at=moment + LONGEST_AHEAD)
    chosen: dict[int, int] = {}
    for part in ahead:
        chosen.setdefault(part.queue_id, part.result_id)
    of_newest = Q(run=newest) & ~Q(queue__in=list(chosen))
    return _results(request, Q(pk__in=list(chosen.values())) | of_newest, scope)


def _results(request: HttpRequest, wanted: Q, scope: Scope | None) -> list[dict[str, Any]]:
    """Rows of the table of queues."""
    found = ForecastQueueResult.objects.visible_to(request.user).filter(wanted)
    if scope is not None and scope.client is not None:
        found = found.filter(queue__client=scope.client)
    if scope is not None and scope.queue is not None:
        found = found.filter(queue=scope.queue)
    return [
        {"result": result, "method": method_words(result.method)}
        for result in found.select_related("queue__client").order_by(
            "queue__client__name", "queue__name"
        )
    ]


@require_POST
@require("forecast.run")
def start(request: HttpRequest) -> HttpResponse:
    """Start a forecast of one queue or of all."""
    form = StartForm(request.POST, principal=request.user)
    if not is_good(request, form):
        return redirect("forecast")
    chosen = form.cleaned_data["queue"]
    queues = Queue.objects.visible_to(request.user).active().order_by("pk")
    try:
        started = start_forecast(
            queues=[chosen] if chosen else list(queues),
            days=form.cleaned_data["days"],
            quantiles=form.cleaned_data["quantiles"],
            origin_at=now(),
            created_by=person_of(request),
        )
    except UnableToForecast as error:
        messages.error(request, str(error))
        return redirect("forecast")
    return redirect("forecast-run", started.pk)


def _run(request: HttpRequest, pk: int) -> ForecastRun:
    visible = ForecastRun.objects.visible_to(request.user).select_related("job", "published_by")
    return get_object_or_404(visible, pk=pk)


@require_GET
@require("forecast.view")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: progress, then every queue with its method and its accuracy."""
    found = _run(request, pk)
    access = access_of(request.user)
    is_open = found.job is not None and found.job.is_open
    results = _results(request, Q(run=found), None)
    context = {
        "run": found,
        "job": found.job if is_open else None,
        "last_job": found.job,
        "results": results,
        "refused": [row for row in results if row["result"].flag == "REFUSED"],
        "stale": queries.staleness(found),
        "errors_words": backtest_errors_words(),
        "may_publish": access.can("forecast.publish")
        and not found.is_published
        and not is_open
        and any(row["result"].flag != "REFUSED" for row in results),
    }
    return render(request, "forecasting/run.html", context)


@require_POST
@require("forecast.publish")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the run final."""
    try:
        publish_forecast(run=_run(request, pk), published_at=now(), published_by=person_of(request))
    except UnableToPublish as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The forecast is published; staffing builds on it."))
    return redirect("forecast-run", pk)


def _open_day(run: ForecastRun, queue: Queue, *, from_day: date) -> date:
    """The first open day of the run from a day on; that day where there is none."""
    opens_at = (
        ForecastInterval.objects.filter(
            run=run,
            queue=queue,
            is_open=True,
            starts_at__gte=day_bounds(from_day, queue.timezone).starts_at,
        )
        .order_by("starts_at")
        .values_list("starts_at", flat=True)
        .first()
    )
    return opens_at.astimezone(ZoneInfo(queue.timezone)).date() if opens_at else from_day


@require_GET
@require("forecast.view")
def queue_forecast(request: HttpRequest, pk: int, queue_pk: int) -> HttpResponse:
    """One queue: actuals, mean and band, the method and why, accuracy, overrides."""
    found = _run(request, pk)
    queue = get_object_or_404(Queue.objects.visible_to(request.user), pk=queue_pk)
    results = ForecastQueueResult.objects.select_related("run")
    result = get_object_or_404(results, run=found, queue=queue)
    if "from" not in request.GET and "to" not in request.GET:
        first = found.origin_at.astimezone(ZoneInfo(queue.timezone)).date()
        first -= timedelta(days=DAYS_SHOWN_BEFORE)
        return redirect(_with_period(request, first, first + timedelta(days=DAYS_SHOWN - 1)))
    scope = page_scope(request, fields=("period",), zone=queue.timezone)
    overrides = Override.objects.filter(
        queue=queue, starts_at__lt=found.ends_at, ends_at__gt=found.starts_at
    ).select_related("created_by", "revoked_by")
    chart, total, filled = forecast_chart(
        found, queue, scope, list(overrides.filter(revoked_at=None))
    )
    tomorrow = found.origin_at.astimezone(ZoneInfo(queue.timezone)).date() + timedelta(days=1)
    day = day_context(request, result, queue, _open_day(found, queue, from_day=tomorrow))
    access = access_of(request.user)
    context = {
        "run": found,
        "queue": queue,
        "result": result,
        "scope": scope,
        "chart": chart,
        "total": total,
        "filled": filled,
        "day": day,
        "method": method_words(result.method),
        "why": why_words(result),
        "scores": score_rows(result),
        "horizons": horizon_headers(result),
        "backtest_words": backtest_words(),
        **accuracy_context(queue, overrides, before=now()),
        "override_form": OverrideForm(queue=queue, initial=_override_initial(day["day"])),
        "may_override": access.can("forecast.override"),
        "outliers": [date.fromisoformat(day) for day in result.components.get("outlier_days", [])],
    }
    return render(request, "forecasting/queue.html", context)


def _with_period(request: HttpRequest, first: date, last: date) -> str:
    query = request.GET.copy()
    query["from"], query["to"] = first.isoformat(), last.isoformat()
    return f"{request.path}?{query.urlencode()}"


def _override_initial(on_date: date) -> dict[str, Any]:
    """Three hours of the day that is looked at."""
    start = datetime(on_date.year, on_date.month, on_date.day)  # noqa: DTZ001 - wall clock of the queue
    return {
        "starts_at": start.replace(hour=9),
        "ends_at": start.replace(hour=12),
        "component": "VOLUME",
        "kind": "SCALE",
        "value": 1.1,
    }


def queue_url(found: ForecastRun, queue: Queue) -> str:
    """Address of a queue's page in a run."""
    return reverse("forecast-queue", args=[found.pk, queue.pk])
