"""One version: the solve while it runs, then the planner's grid; publish, copy, delete."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from scheduling.models import ScheduleStatus, ScheduleVersion
from scheduling.queries.board import (
    Coverage,
    coverage,
    grid_payload,
    week_coverage,
    week_dates,
)
from scheduling.queries.inside import inside_of
from scheduling.queries.money import version_money
from scheduling.queries.versions import has_shifts, staleness
from scheduling.queries.wishes import version_outcomes
from scheduling.services import (
    UnableToEdit,
    UnableToPublish,
    copy_version,
    delete_version,
    publish_schedule,
)
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Agent
from wfm.web.charts import Axis, Series, TimeChart
from wfm.web.scope import page_scope

STEP = timedelta(minutes=15)
MOST_FINDINGS = 100


def _version(request: HttpRequest, pk: int) -> ScheduleVersion:
    queryset = (
        ScheduleVersion.objects.all()
        .visible_to(request.user)
        .select_related("job", "requirement_run", "created_by", "published_by", "based_on")
    )
    return get_object_or_404(queryset, pk=pk)


@require_GET
@require("schedule.view")
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid of a version; while the solver works, its progress instead."""
    found = _version(request, pk)
    if found.job is not None and (found.job.is_open or not has_shifts(found)):
        return render(request, "scheduling/solving.html", {"version": found, "job": found.job})
    page_scope(request, fields=("team",))
    return render(request, "scheduling/version.html", _context(request, found))


def _context(request: HttpRequest, found: ScheduleVersion) -> dict[str, Any]:
    covered = coverage(found)
    week = _week(request, found)
    required = covered.required_hours()
    under, over = covered.under_hours(), covered.over_hours()
    can = access_of(request.user).can
    is_draft = found.status == ScheduleStatus.DRAFT
    return {
        "version": found,
        "required_hours": required,
        "under_hours": under,
        "over_hours": over,
        "fit": 1 - (under + over) / required if required else None,
        "chart": _chart(week_coverage(found, covered, week), found),
        "week": week + 1,
        "week_starts_on": week_dates(found, week)[0],
        "weeks": [
            {"number": number + 1, "starts_on": week_dates(found, number)[0]}
            for number in range(found.weeks)
        ],
        "stale": staleness(found),
        "is_draft": is_draft,
        "can_edit": is_draft and can("schedule.edit"),
        "can_publish": is_draft and can("schedule.publish"),
        "can_copy": can("schedule.edit"),
        "can_see_money": can("cost.view"),
        "inside": inside_of(found, request.user),
        "findings": _findings(request, found),
        "unplaced": list(found.unplaced.select_related("agent").order_by("agent__sort_key")),
    }


def _findings(request: HttpRequest, found: ScheduleVersion) -> list[dict[str, Any]]:
    """What the solve could not keep, about people whom the reader may see."""
    people = {item["agent"] for item in found.findings if item.get("agent")}
    seen = set(
        Agent.objects.visible_to(request.user).filter(pk__in=people).values_list("pk", flat=True)
    )
    return [
        {**item, "severity": str(item["severity"]).lower()}
        for item in found.findings[:MOST_FINDINGS]
        if not item.get("agent") or item["agent"] in seen
    ]


def _week(request: HttpRequest, found: ScheduleVersion) -> int:
    """The week of the version that is shown, 0 for its first: as asked, else the one of today."""
    asked = request.GET.get("week", "")
    if asked.isdecimal() and 1 <= int(asked) <= found.weeks:
        return int(asked) - 1
    today = localdate(timezone=ZoneInfo(found.timezone))
    passed = (today - found.starts_on).days // 7
    return passed if 0 <= passed < found.weeks else 0


def _chart(covered: Coverage, found: ScheduleVersion) -> dict[str, Any]:
    """All queues together; the strip above the grid has them one by one."""
    nothing = np.zeros(covered.slots)
    required = sum(covered.required.values(), nothing)
    staffed = sum(covered.staffed.values(), nothing)
    moments = [covered.starts_at + STEP * number for number in range(covered.slots)]
    return TimeChart(
        starts_at=moments,
        step_minutes=15,
        tz=found.timezone,
        y=Axis(title=_("People on position"), digits=1),
        series=[
            Series(key="required", label=_("Required"), shape="step", values=required),
            Series(key="staffed", label=_("Staffed"), shape="area", values=staffed),
        ],
        difference=("staffed", "required"),
        now=now(),
    ).payload()


@require_GET
@require("schedule.view")
def grid(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid's data."""
    found = _version(request, pk)
    scope = page_scope(request, fields=("team",))
    return JsonResponse(
        grid_payload(found, request.user, team=scope.team, week=_week(request, found))
    )


@require_GET
@require("schedule.view")
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the solver stands: what the solve page draws each second."""
    found = _version(request, pk)
    job = found.job
    if job is None:
        return JsonResponse({"is_open": False, "detail": {}})
    return JsonResponse(
        {
            "is_open": job.is_open,
            "status": job.status,
            "progress": job.progress,
            "message": job.message,
            "detail": job.detail,
        }
    )


@require_POST
@require("schedule.publish")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the version in force."""
    found = _version(request, pk)
    try:
        publish_schedule(version=found, published_at=now(), published_by=request.user)  # type: ignore[arg-type]
    except UnableToPublish as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Published. Agents see these shifts now."))
    return redirect("schedule-version", pk)


@require_POST
@require("schedule.edit")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a new draft with the same shifts."""
    made = copy_version(version=_version(request, pk), created_by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("This is a draft; nobody else sees it until you publish it."))
    return redirect("schedule-version", made.pk)


@require_POST
@require("schedule.edit")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    try:
        delete_version(version=_version(request, pk))
    except UnableToEdit as error:
        messages.error(request, str(error))
        return redirect("schedule-version", pk)
    messages.success(request, _("The draft is deleted."))
    return redirect("schedule")


@require_GET
@require("cost.view")
def money(request: HttpRequest, pk: int) -> HttpResponse:
    """What the version costs and what its cover is worth, as a fragment."""
    found = _version(request, pk)
    wishes = version_outcomes(found)
    context = {
        "money": version_money(found),
        "wishes": len(wishes),
        "kept": sum(item.is_kept for item in wishes),
    }
    return render(request, "scheduling/_money.html", context)
