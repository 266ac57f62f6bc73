"""Adherence by day: the table of agents, and one agent's day with its explanation."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from adherence.core.projections import project
from adherence.models import (
    ActivityEvent,
    AdherenceDay,
    AdherenceException,
    ChangeKind,
    DayCorrection,
    EventSource,
    ExceptionStatus,
)
from adherence.queries import AgentDayView, PeriodFigures, agent_day, period_figures
from adherence.queries.agent_day import unfollowed_changes
from adherence.views.dashboard import REASONS
from adherence.views.formulas import chosen_formula, formula_choices, title_of
from adherence.views.timeline import day_timeline
from scheduling.models import ShiftChange
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Agent, AgentAssignment
from wfm.web.formats import zone_of
from wfm.web.scope import Scope, page_scope


@require_GET
@require("adherence.view")
def days(request: HttpRequest) -> HttpResponse:
    """Agents of the scope over the period: seconds, rates pooled from them."""
    scope = page_scope(request, fields=("site", "team", "period"), default_period="day")
    formula = chosen_formula(request)
    found = period_figures(_days(request, scope), first=scope.starts_on)
    return render(
        request,
        "adherence/days.html",
        {
            "scope": scope,
            "formula": formula,
            "formula_title": title_of(formula),
            "formulas": formula_choices(),
            "rows": _rows(found, formula, days=scope.days),
            "total": _summed(found.total, formula),
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
    formula = chosen_formula(request)
    return render(
        request,
        "adherence/agent.html",
        {
            "scope": scope,
            "agent": agent,
            "day": day,
            "formula": formula,
            "formula_title": title_of(formula),
            "formulas": formula_choices(),
            "rate": day.rates[formula],
            "unfollowed": _unfollowed(request, agent, day),
            "corrections": _corrections(request, agent, day, formula),
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


def _unfollowed(request: HttpRequest, agent: Agent, day: AgentDayView) -> list[ShiftChange]:
    """Changes of the schedule that the figures of a day without events do not follow."""
    if day.is_kept:
        return []
    changes = ShiftChange.objects.visible_to(request.user)
    return unfollowed_changes(changes, agent_id=agent.pk, day=day.operational_date)


def _corrections(
    request: HttpRequest, agent: Agent, day: AgentDayView, formula: str
) -> list[dict[str, Any]]:
    """How the finished day's figures have changed, newest first: both rates, who and why."""
    found = DayCorrection.objects.visible_to(request.user).filter(
        agent=agent, operational_date=day.operational_date
    )
    return [
        {
            "corrected_at": row.corrected_at,
            "before": row.rates_before[formula].value,
            "after": row.rates_after[formula].value,
            "out_before": row.figures_before["out_seconds"],
            "out_after": row.figures_after["out_seconds"],
            "scheduled_before": row.figures_before["scheduled_seconds"],
            "scheduled_after": row.figures_after["scheduled_seconds"],
            "causes": [{**cause, "label": ChangeKind(cause["kind"]).label} for cause in row.causes],
        }
        for row in found.order_by("-corrected_at", "-pk")
    ]


def _visible(request: HttpRequest) -> Any:
    """Agents whose adherence the person may see."""
    return Agent.objects.visible_to(request.user).values("pk")


def _days(request: HttpRequest, scope: Scope) -> QuerySet[AdherenceDay]:
    """The scope's days of the period."""
    found = AdherenceDay.objects.visible_to(request.user).filter(
        operational_date__range=(scope.starts_on, scope.ends_on)
    )
    members = _members(scope)
    return found if members is None else found.filter(agent__in=members)


def _rows(found: PeriodFigures, formula: str, *, days: int) -> list[dict[str, Any]]:
    """One row per agent, by name, with the sums and the rate of each day."""
    sums = found.by_agent()
    place_of = {agent_id: place for place, agent_id in enumerate(found.agents.tolist())}
    daily = found.daily_rates(formula, days=days) if days > 1 else {}
    return [
        {
            "agent": agent,
            "sum": _summed(
                {name: int(values[place_of[agent.pk]]) for name, values in sums.items()}, formula
            ),
            "rates": daily.get(agent.pk, []),
        }
        for agent in Agent.objects.filter(pk__in=place_of).order_by("sort_key", "pk")
    ]


def _summed(figures: dict[str, int], formula: str) -> dict[str, Any]:
    """Sums of the seconds, with the rates made of them."""
    return {
        **figures,
        "rate": project(formula, figures).value,
        "conformance_rate": project("conformance_rate", figures).value,
    }


def _members(scope: Scope) -> Any:
    """Agents of the chosen team or site at the end of the period; None: no choice was made."""
    assignments = AgentAssignment.objects.effective_on(scope.ends_on)
    if scope.team:
        return assignments.filter(team=scope.team).values("agent")
    if scope.site:
        return assignments.filter(team__site=scope.site).values("agent")
    return None
