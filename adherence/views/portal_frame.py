"""What the pages of the agent portal share: whose they are, and the frame around them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from adherence.queries import agent_zone
from scheduling.services.errors import UnableToEdit, UnableToRequest
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Agent

OwnView = Callable[..., HttpResponse]


def own_agent(request: HttpRequest) -> Agent | None:
    """The agent that the person is."""
    return Agent.objects.active().filter(pk=access_of(request.user).agent_id or 0).first()


def for_own_agent(view: OwnView) -> Callable[..., Any]:
    """Give the view the agent whose portal it is; people who are no agent are told so."""

    @require("portal.use")
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        agent = own_agent(request)
        if agent is None:
            return render(request, "portal/no_agent.html", status=404)
        return view(request, agent, *args, **kwargs)

    return guarded


def zone_of_agent(agent: Agent) -> str:
    """The zone of the agent's site today."""
    return agent_zone(agent_id=agent.pk, day=now().date())


def done_or_said(
    request: HttpRequest, act: Callable[[], object], *, done: str, back: str
) -> HttpResponse:
    """Act and go back with what came of it; a refusal is said in its own sentence."""
    try:
        act()
    except (UnableToRequest, UnableToEdit) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(back)
