"""Adherence by day: the table of agents, and one agent's day with its explanation."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from adherence.models import (
    ActivityEvent,
    AdherenceDay,
    AdherenceException,
    EventSource,
    ExceptionStatus,
)
from adherence.queries import AgentDayView, agent_day
from adherence.views.dashboard import REASONS
from adherence.views.timeline import day_timeline
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Agent, AgentAssignment
from wfm.web.formats import zone_of
from wfm.web.scope import Scope, page_scope

SUMMED = (
    "scheduled_seconds",
    "in_seconds",
    "out_seconds",
    "unknown_seconds",
    "excepted_seconds",
    "scheduled_work_seconds",
    "worked_seconds",
)


@require_GET
@require("adherence.view")
def days(request: HttpRequest) -> HttpResponse:
    """Agents of the scope over the period: seconds, rates pooled from them."""
    scope = page_scope(request, fields=("site", "team", "period"), default_period="day")
    rows = _rows(request, scope)
    return render(
        request,
        "adherence/days.html",
        {
            "scope": scope,
            "rows": rows,
            "total": _pooled([day for row in rows for day in row["days"]]),
            "is_one_day": scope.days == 1,
        },
    )


@require_GET
@require("adherence.view")
def agent_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One agent's operational day: plan above, what happened below, and what of it counts."""
    at = now()
    agent = get_object_or_404(Agent.objects.filter(pk__in=_visible(request)), pk=pk)
    day = agent_day(agent_id=agent.pk, at=at, day=_chosen_day(request))
    scope = page_scope(request, fields=(), zone=day.timezone)
    exceptions = (
        AdherenceException.objects.visible_to(request.user)
        .filter(
            agent=agent,
            starts_at__date__range=(
                day.operational_date - timedelta(days=1),
                day.operational_date + timedelta(days=1),
            ),
        )
        .exclude(status=ExceptionStatus.REQUESTED)
        .select_related("decided_by")
        .order_by("starts_at")
    )
    return render(
        request,
        "adherence/agent.html",
        {
            "scope": scope,
            "agent": agent,
            "day": day,
            "at": at,
            "timeline": day_timeline(day, at=at),
            "exceptions": exceptions,
            "events": _events(request, agent, day),
            "reasons": REASONS,
            "may_approve": access_of(request.user).can("adherence.approve"),
            "previous": day.operational_date - timedelta(days=1),
            "following": day.operational_date + timedelta(days=1),
            "today": localdate(at, timezone=zone_of(day.timezone)),
        },
    )


def _chosen_day(request: HttpRequest) -> date | None:
    """The day of the address; without one the present operational day."""
    text = request.GET.get("from", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404(_("%(text)r is no date; write from=YYYY-MM-DD.") % {"text": text}) from error


def _events(request: HttpRequest, agent: Agent, day: AgentDayView) -> Any:
    """What was declared that day, with what came late; contact by contact is left out."""
    if not day.actual:
        return []
    found = ActivityEvent.objects.visible_to(request.user).filter(
        agent=agent,
        occurred_at__gte=day.actual[0].starts_at,
        occurred_at__lte=day.actual[-1].ends_at,
    )
    told = Q(is_late=True) | Q(source__in=(EventSource.PORTAL, EventSource.RULE))
    return found.filter(told).select_related("activity_code").order_by("occurred_at", "sequence")


def _visible(request: HttpRequest) -> Any:
    """Agents whose adherence the person may see."""
    return Agent.objects.visible_to(request.user).values("pk")


def _rows(request: HttpRequest, scope: Scope) -> list[dict[str, Any]]:
    found = AdherenceDay.objects.visible_to(request.user).filter(
        operational_date__range=(scope.starts_on, scope.ends_on)
    )
    members = _members(scope)
    if members is not None:
        found = found.filter(agent__in=members)
    by_agent: defaultdict[Agent, list[AdherenceDay]] = defaultdict(list)
    for day in found.select_related("agent").order_by("agent__sort_key", "operational_date"):
        by_agent[day.agent].append(day)
    return [
        {
            "agent": agent,
            "days": own,
            "sum": _pooled(own),
            "rates": _daily_rates(own, scope.starts_on, scope.days),
        }
        for agent, own in by_agent.items()
    ]


def _members(scope: Scope) -> Any:
    """Agents of the chosen team or site at the end of the period; None: no choice was made."""
    assignments = AgentAssignment.objects.effective_on(scope.ends_on)
    if scope.team:
        return assignments.filter(team=scope.team).values("agent")
    if scope.site:
        return assignments.filter(team__site=scope.site).values("agent")
    return None


def _pooled(own: list[AdherenceDay]) -> AdherenceDay:
    """Sums of the seconds; the rates come from the sums."""
    return AdherenceDay(**{name: sum(getattr(day, name) for day in own) for name in SUMMED})


def _daily_rates(own: list[AdherenceDay], first: date, count: int) -> list[float | None]:
    by_date = {day.operational_date: day.adherence_rate for day in own}
    return [by_date.get(first + timedelta(days=offset)) for offset in range(count)]
