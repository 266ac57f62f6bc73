"""The agent's own days: how they went, what of them counts, and where to explain a stretch."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from adherence.queries import agent_day
from adherence.queries.agent_day import days_back
from adherence.queries.effects import effects_of
from adherence.views.portal_frame import for_own_agent
from adherence.views.timeline import day_timeline
from wfm.org.models import Agent

DAYS_SHOWN = 14


@require_GET
@for_own_agent
def days(request: HttpRequest, agent: Agent) -> HttpResponse:
    """The last operational days with their adherence, today first."""
    found = days_back(agent_id=agent.pk, at=now(), count=DAYS_SHOWN)
    return render(
        request, "portal/days.html", {"tab": "now", "days": found, "days_shown": DAYS_SHOWN}
    )


@require_GET
@for_own_agent
def day(request: HttpRequest, agent: Agent, written: str) -> HttpResponse:
    """One of these days whole: plan and what happened, each stretch, what it meant for waiting."""
    at = now()
    try:
        chosen = date.fromisoformat(written)
    except ValueError as error:
        raise Http404(_("%(text)r is no date.") % {"text": written}) from error
    today = at.date() + timedelta(days=1)  # of any zone
    if not today - timedelta(days=DAYS_SHOWN + 1) <= chosen <= today:
        raise Http404(_("Only the last %(days)d days are shown here.") % {"days": DAYS_SHOWN})
    found = agent_day(agent_id=agent.pk, at=at, day=chosen)
    return render(
        request,
        "portal/day.html",
        {
            "tab": "now",
            "at": at,
            "day": found,
            "timeline": day_timeline(found, at=at),
            "effects": effects_of(agent_id=agent.pk, stretches=found.stretches),
        },
    )
