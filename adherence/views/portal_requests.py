"""What agents ask for: time off, availability, wishes, and that a stretch does not count."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from adherence.forms_portal import AvailabilityAskForm, ExplainForm, TimeOffAskForm, WishForm
from adherence.models import AdherenceException
from adherence.queries.own_weeks import local_today
from adherence.services.exception_requests import UnableToAsk, ask_exception, withdraw_request
from adherence.views.portal_frame import done_or_said, for_own_agent, zone_of_agent
from scheduling.models import PersonalRequest, Preference, TimeOff, TimeOffStatus
from scheduling.queries.time_off import balances_of
from scheduling.request_texts import answer_text
from scheduling.services.errors import UnableToRequest
from scheduling.services.personal import ask_availability, ask_wish, withdraw_personal
from scheduling.services.rules import remove
from scheduling.services.time_off import (
    ask_time_off,
    preview_time_off,
    waitlist_positions,
    withdraw_time_off,
)
from wfm.org.models import Agent

LOOK_BACK = timedelta(days=60)
LOOK_AHEAD = timedelta(days=366)
MOST_ROWS = 30


@require_GET
@for_own_agent
def requests(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Everything asked for and its answer; balances; where to ask."""
    at, zone = now(), zone_of_agent(agent)
    today = local_today(at, zone)
    positions = waitlist_positions(at=at)
    time_off = TimeOff.objects.filter(agent=agent, ends_at__gt=at - LOOK_BACK)
    personal = PersonalRequest.objects.filter(agent=agent).order_by("-pk")
    exceptions = AdherenceException.objects.filter(agent=agent, ends_at__gt=at - LOOK_BACK)
    context = {
        "tab": "requests",
        "at": at,
        "zone": zone,
        "balances": [
            {
                "kind": item.kind,
                "balance": item.balance,
                "entitlement": item.entitlement,
                "free_seconds": float(item.balance.free) * 60,
            }
            for item in balances_of(agent.pk, first=today, last=today + LOOK_AHEAD, today=today)
        ],
        "time_off": [
            {
                "row": row,
                "answer": answer_text(row.answer),
                "position": positions.get(row.pk),
                "may_withdraw": row.starts_at > at
                and row.status not in (TimeOffStatus.DECLINED, TimeOffStatus.WITHDRAWN),
            }
            for row in time_off.select_related("activity_code").order_by("-starts_at")[:MOST_ROWS]
        ],
        "personal": [
            {"row": row, "answer": answer_text(row.answer)} for row in personal[:MOST_ROWS]
        ],
        "exceptions": exceptions.order_by("-starts_at")[:MOST_ROWS],
        "wishes": Preference.objects.filter(agent=agent)
        .select_related("template")
        .order_by("rank", "date", "weekday")[:MOST_ROWS],
    }
    return render(request, "portal/requests.html", context)


@require_http_methods(["GET", "POST"])
@for_own_agent
def time_off(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Ask for time off; the answer comes at once."""
    zone = zone_of_agent(agent)
    form = TimeOffAskForm(request.POST or None, agent_id=agent.pk, timezone=zone)
    if request.method == "POST" and form.is_valid():
        try:
            row = ask_time_off(
                agent=agent,
                kind=form.cleaned_data["kind"],
                starts_at=form.cleaned_data["starts_at"],
                ends_at=form.cleaned_data["ends_at"],
                reason=form.cleaned_data["reason"],
                at=now(),
            )
        except UnableToRequest as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, answer_text(row.answer))
            return redirect("portal-requests")
    context = {"tab": "requests", "form": form, "zone": zone}
    return render(request, "portal/ask_time_off.html", context)


@require_POST
@for_own_agent
def time_off_check(request: HttpRequest, agent: Agent) -> HttpResponse:
    """What would become of it, while it is typed."""
    zone = zone_of_agent(agent)
    form = TimeOffAskForm(request.POST, agent_id=agent.pk, timezone=zone)
    outcome, refusal = None, ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            outcome = preview_time_off(
                agent=agent,
                kind=data["kind"],
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                at=now(),
            )
        except UnableToRequest as error:
            refusal = str(error)
    days = sum(charge.days for charge in outcome.charges) if outcome else None
    context = {"outcome": outcome, "refusal": refusal, "days": days, "zone": zone}
    if form.is_valid():
        context |= {name: form.cleaned_data[name] for name in ("starts_at", "ends_at")}
    return render(request, "portal/_time_off_outcome.html", context)


@require_POST
@for_own_agent
def time_off_withdraw(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take it back."""
    row = get_object_or_404(TimeOff, pk=pk, agent=agent)
    return done_or_said(
        request,
        lambda: withdraw_time_off(row=row, at=now()),
        done=_("Taken back."),
        back=reverse("portal-requests"),
    )


@require_http_methods(["GET", "POST"])
@for_own_agent
def availability(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Ask for other hours of the week."""
    form = AvailabilityAskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asked = ask_availability(
                agent=agent,
                rows=data["rows"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                message=data["message"],
                at=now(),
            )
        except UnableToRequest as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, answer_text(asked.answer))
            return redirect("portal-requests")
    return render(request, "portal/ask_availability.html", {"tab": "requests", "form": form})


@require_http_methods(["GET", "POST"])
@for_own_agent
def wish(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Make a wish."""
    form = WishForm(request.POST or None, instance=Preference(agent=agent))
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_wish(wish=form.save(commit=False), at=now())
        except UnableToRequest as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, answer_text(asked.answer))
            return redirect("portal-requests")
    return render(request, "portal/ask_wish.html", {"tab": "requests", "form": form})


@require_POST
@for_own_agent
def personal_withdraw(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take an availability or wish back that is not decided."""
    row = get_object_or_404(PersonalRequest, pk=pk, agent=agent)
    return done_or_said(
        request,
        lambda: withdraw_personal(request=row, at=now()),
        done=_("Taken back."),
        back=reverse("portal-requests"),
    )


@require_POST
@for_own_agent
def wish_remove(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take a wish in force away."""
    row = get_object_or_404(Preference, pk=pk, agent=agent)
    return done_or_said(
        request,
        lambda: remove(row),
        done=_("Removed: the next solve no longer knows this wish."),
        back=reverse("portal-requests"),
    )


@require_http_methods(["GET", "POST"])
@for_own_agent
def explain(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Ask the team lead to let a stretch count as in adherence."""
    initial = {name: request.GET.get(name, "") for name in ("starts_at", "ends_at")}
    form = ExplainForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            ask_exception(agent=agent, asked_by=request.user, at=now(), **form.cleaned_data)  # type: ignore[arg-type]
        except UnableToAsk as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent to your team lead, who decides."))
            return redirect("portal-requests")
    context = {"tab": "requests", "form": form, "zone": zone_of_agent(agent)}
    return render(request, "portal/explain.html", context)


@require_POST
@for_own_agent
def explain_withdraw(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Take the question back while it is open."""
    row = get_object_or_404(AdherenceException, pk=pk, agent=agent)
    try:
        withdraw_request(exception=row, at=now())
    except UnableToAsk as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back."))
    return redirect("portal-requests")
