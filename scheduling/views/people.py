"""When people can work: time off and availability."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from scheduling.forms import AvailabilityForm, TimeOffForm
from scheduling.models import Availability, TimeOff, TimeOffStatus
from scheduling.services.errors import UnableToEdit
from scheduling.services.people import decide, grant
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.weekdays import WEEKDAYS

LOOK_BACK = timedelta(days=14)
MOST_ROWS = 300


@require_http_methods(["GET", "POST"])
@require("timeoff.view")
def time_off(request: HttpRequest) -> HttpResponse:
    """Requests first, then what is granted; planners may enter time off themselves."""
    may_decide = access_of(request.user).can("timeoff.approve")
    form = TimeOffForm(request.POST or None, principal=request.user) if may_decide else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            grant(row=form.save(commit=False), decided_by=request.user, decided_at=now())  # type: ignore[arg-type]
        except UnableToEdit as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Granted. The next solve keeps it free."))
            return redirect("schedule-time-off")
    rows = TimeOff.objects.all().visible_to(request.user).select_related("agent", "activity_code")
    context = {
        "form": form,
        "may_decide": may_decide,
        "requests": rows.filter(status=TimeOffStatus.REQUESTED).order_by("starts_at"),
        "granted": rows.filter(
            status=TimeOffStatus.APPROVED, ends_at__gt=now() - LOOK_BACK
        ).order_by("starts_at")[:MOST_ROWS],
    }
    return render(request, "scheduling/time_off.html", context)


@require_POST
@require("timeoff.approve")
def decide_time_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or decline a request."""
    row = get_object_or_404(TimeOff.objects.all().visible_to(request.user), pk=pk)
    approved = request.POST.get("decision") == "approve"
    try:
        decide(row=row, is_approved=approved, decided_by=request.user, decided_at=now())  # type: ignore[arg-type]
    except UnableToEdit as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Granted.") if approved else _("Declined."))
    return redirect("schedule-time-off")


@require_http_methods(["GET", "POST"])
@require("schedule.view")
def availability(request: HttpRequest) -> HttpResponse:
    """When people can work on each weekday; no row: any time."""
    may_edit = access_of(request.user).can("schedule.edit")
    form = AvailabilityForm(request.POST or None, principal=request.user) if may_edit else None
    if request.method == "POST" and form is not None and form.is_valid():
        form.save()
        messages.success(request, _("Saved. The next solve keeps to it."))
        return redirect("schedule-availability")
    rows = (
        Availability.objects.all()
        .visible_to(request.user)
        .select_related("agent")
        .order_by("agent__sort_key", "weekday", "starts_minute")
    )
    names = dict(WEEKDAYS)
    context = {
        "form": form,
        "may_edit": may_edit,
        "rows": [
            {"row": row, "weekday": names[row.weekday], "hours": _hours(row)}
            for row in rows[:MOST_ROWS]
        ],
    }
    return render(request, "scheduling/availability.html", context)


@require_POST
@require("schedule.edit")
def delete_availability(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a limit away."""
    get_object_or_404(Availability.objects.all().visible_to(request.user), pk=pk).delete()
    messages.success(request, _("Deleted."))
    return redirect("schedule-availability")


def _hours(row: Availability) -> str:
    """`22:00–06:00`; an end on the next day reads as its clock time."""
    first, last = (f"{m // 60 % 24:02d}:{m % 60:02d}" for m in (row.starts_minute, row.ends_minute))
    return f"{first}–{last}"
