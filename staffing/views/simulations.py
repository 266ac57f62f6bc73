"""Simulations of a requirement: start one from a queue's page, watch it, read what came of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from staffing.forms import SimulationForm
from staffing.jobs import start_simulation
from staffing.models import RequirementPoolResult, RequirementRun, RequirementSimulation
from staffing.queries.simulations import shown_figures
from staffing.services import UnableToSimulate
from wfm.org.access_views import person_of, require
from wfm.org.models import Queue
from wfm.web.charts import Axis, Series, TimeChart
from wfm.web.form_errors import is_good


@require_POST
@require("staffing.run")
def simulate(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a simulation of some days of one queue of a run."""
    run = get_object_or_404(RequirementRun.objects.visible_to(request.user), pk=pk)
    form = SimulationForm(request.POST)
    back = request.POST.get("queue", "")
    if not is_good(request, form):
        return redirect(f"{reverse('staffing')}?queue={back if back.isdigit() else ''}")
    asked = form.cleaned_data
    queue = get_object_or_404(Queue.objects.visible_to(request.user), pk=asked.pop("queue"))
    try:
        started = start_simulation(run=run, queue=queue, created_by=person_of(request), **asked)
    except UnableToSimulate as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('staffing')}?queue={queue.pk}")
    return redirect("requirement-simulation", started.pk)


@require_GET
@require("staffing.view")
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """One simulation: progress while it runs, then how the level is spread."""
    found = get_object_or_404(
        RequirementSimulation.objects.visible_to(request.user).select_related(
            "run", "queue__client", "queue__work_type", "job"
        ),
        pk=pk,
    )
    figures = shown_figures([found], request.user)[found.pk]
    context = {
        "simulation": found,
        "figures": figures,
        "pool": _pool(figures),
        "chart": _chart(found).payload() if found.is_done else None,
        "days": [
            row | {"day": date.fromisoformat(row["day"])}
            for row in figures.get("days", [])
            if row["mean"] is not None
        ],
    }
    return render(request, "staffing/simulation.html", context)


def _pool(figures: dict[str, Any]) -> dict[str, Any] | None:
    """Return the queues that were lived through together; None where the queue stands alone."""
    pool = figures.get("pool")
    if pool is None:
        return None
    queues = Queue.objects.in_bulk([row["queue"] for row in pool["queues"]])
    result = RequirementPoolResult.objects.filter(pk=pool["result"] or 0).first()
    return {
        "result": result,
        "queues": [row | {"queue": queues[row["queue"]]} for row in pool["queues"]],
    }


def _chart(simulation: RequirementSimulation) -> TimeChart:
    rows = simulation.figures["intervals"]
    if not simulation.queue.is_live:
        return _backlog_chart(simulation)
    return TimeChart(
        starts_at=[datetime.fromtimestamp(second, tz=UTC) for second in rows["starts_at"]],
        step_minutes=simulation.queue.interval_minutes,
        tz=simulation.queue.timezone,
        y=Axis(title=_("Share"), unit="%", minimum=0, maximum=1),
        series=[
            Series(key="1", label=_("Simulated service level"), values=rows["level"]),
            Series(key="3", label=_("Predicted by the run"), values=rows["said"], dashed=True),
            Series(key="baseline", label=_("Goal"), values=rows["goal"], dashed=True),
        ],
    )


def _backlog_chart(simulation: RequirementSimulation) -> TimeChart:
    rows = simulation.figures["intervals"]
    return TimeChart(
        starts_at=[datetime.fromtimestamp(second, tz=UTC) for second in rows["starts_at"]],
        step_minutes=simulation.queue.interval_minutes,
        tz=simulation.queue.timezone,
        y=Axis(title=_("Items"), minimum=0),
        series=[Series(key="1", label=_("Open items"), values=rows["backlog"])],
    )
