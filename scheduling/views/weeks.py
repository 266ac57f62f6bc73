"""The list of weeks, and the page before a solve: what would stop or hurt it."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from scheduling.core.data import InvalidDataError
from scheduling.core.findings import Severity
from scheduling.forms import SolveForm
from scheduling.jobs import start_solve
from scheduling.models import ScheduleVersion
from scheduling.queries.findings import NamedFinding, check_weeks
from scheduling.queries.solve_input import CostParams
from scheduling.queries.versions import WEEK, listed_versions, main_timezone, requirement_for, weeks
from scheduling.services import SolveOptions, UnableToSolve
from scheduling.services.versions import MOST_WEEKS
from scheduling.texts import finding_text
from wfm.org.access_views import require

WEEKS_SHOWN = 6
RECENT_VERSIONS = 30
MOST_FINDINGS = 40
TONES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@require_GET
@require("schedule.view")
def schedule(request: HttpRequest) -> HttpResponse:
    """The weeks around now: what is in force, what is in the making, what can be solved."""
    today = localdate()
    zone = main_timezone(today)
    rows = weeks(monday_of(today) - WEEK, WEEKS_SHOWN, timezone=zone, principal=request.user)
    following = next(
        (row for row in rows if row.starts_on > today and not row.published and row.can_solve), None
    )
    context = {
        "rows": rows,
        "this_week": monday_of(today),
        "following": following,
        "versions": listed_versions(request.user).order_by("-pk")[:RECENT_VERSIONS],
        "timezone": zone,
    }
    return render(request, "scheduling/schedule.html", context)


@require_http_methods(["GET", "POST"])
@require("schedule.run")
def solve(request: HttpRequest) -> HttpResponse:
    """Choose week and time; the findings of the input check load beside the form."""
    week = _week(request)
    form = SolveForm(request.POST or None, initial={"week": week, "weeks": _weeks(request)})
    if request.method == "POST" and form.is_valid():
        version = _start(request, form)
        if version is not None:
            return redirect("schedule-version", version.pk)
    context = {"form": form, "week": week, "weeks": _weeks(request)}
    return render(request, "scheduling/solve.html", context)


def _week(request: HttpRequest) -> date:
    asked = parse_date(request.GET.get("week", "")) if request.GET.get("week") else None
    return monday_of(asked or localdate() + WEEK)


def _weeks(request: HttpRequest) -> int:
    """How many weeks are asked for, 1 to 8."""
    asked = request.GET.get("weeks", "")
    return min(MOST_WEEKS, max(1, int(asked))) if asked.isdecimal() else 1


def _start(request: HttpRequest, form: SolveForm) -> ScheduleVersion | None:
    chosen = form.cleaned_data
    week = chosen["week"]
    last = week + WEEK * chosen["weeks"]
    zone = main_timezone(week)
    try:
        return start_solve(
            requirement_run=requirement_for(week, last, zone),
            starts_on=week,
            ends_on=last,
            timezone=zone,
            created_by=request.user,  # type: ignore[arg-type]
            options=SolveOptions(
                **{name: chosen[name] for name in chosen if name not in {"week", "weeks"}}
            ),
        )
    except UnableToSolve as error:
        form.add_error(None, ValidationError(str(error)))
        return None


@require_GET
@require("schedule.run")
def check(request: HttpRequest) -> HttpResponse:
    """The findings of a week's input, as a fragment."""
    week, weeks_asked = _week(request), _weeks(request)
    band = request.GET.get("start_band_minutes", "")
    costs = CostParams(start_band_minutes=int(band)) if band.isdecimal() else CostParams()
    try:
        found = check_weeks(
            starts_on=week,
            ends_on=week + WEEK * weeks_asked,
            timezone=main_timezone(week),
            costs=costs,
        )
    except InvalidDataError as error:
        messages.error(request, str(error))
        return render(request, "scheduling/_findings.html", {"problem": str(error)})
    context = {
        "week": week,
        "requirement_run": found.requirement_run,
        "findings": [_shown(item) for item in found.findings[:MOST_FINDINGS]],
        "more": max(0, len(found.findings) - MOST_FINDINGS),
        "errors": found.count(Severity.ERROR),
        "warnings": found.count(Severity.WARNING),
        "agents": found.agents,
    }
    return render(request, "scheduling/_findings.html", context)


def _shown(item: NamedFinding) -> dict[str, str]:
    return {
        "severity": TONES[item.finding.severity],
        "title": item.name or _("The whole week"),
        "text": finding_text(item.finding),
    }
