"""Parts of the live list that the server draws: what costs service, who is missing, a card."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from adherence.models import ActivityEvent, AgentLive, BusyCase, BusyOutcome, Note
from adherence.queries import (
    LiveFilter,
    agent_day,
    agent_zone,
    live_agents,
    live_row,
    live_texts,
)
from adherence.queries.agent_card import agent_card
from adherence.queries.late_taps import closed_by_rule, late_taps
from adherence.services import impacts_now, marks_now
from adherence.views.dashboard import FLAG_STYLES, floor_zone
from adherence.views.live_list import list_row
from adherence.views.timeline import day_timeline
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Agent
from wfm.web.scope import page_scope

INTERVAL_NOTES_BACK = timedelta(hours=12)
LATE_BACK = timedelta(hours=12)
CLOSED_BACK = timedelta(hours=24)
SAME_MOMENT = timedelta(seconds=1)
MOST_LATE = 12


@require_GET
@require("adherence.view")
def panels(request: HttpRequest) -> HttpResponse:
    """Missing skills, long busy states, taps that came late, and what one agent costs by queue."""
    at = now()
    scope = page_scope(request, fields=("site", "team", "queue"), zone=floor_zone(request))
    marks = marks_now(principal=request.user, at=at)
    cases = _cases(request, [case["id"] for case in marks["cases"]])
    here = live_agents(
        principal=request.user,
        chosen=LiveFilter(
            team_id=scope.team.pk if scope.team else None,
            site_id=scope.site.pk if scope.site else None,
        ),
    )
    members = set(
        here.filter(agent__in=[case.agent_id for case in cases]).values_list("agent", flat=True)
    )
    begin, end = at - LATE_BACK, at + SAME_MOMENT
    late = late_taps(principal=request.user, begin=begin, end=end)
    closed = closed_by_rule(principal=request.user, begin=at - CLOSED_BACK, end=end)
    queues = [row for row in marks["impact"]["queues"] if _in_scope(row, scope)]
    return render(
        request,
        "adherence/_panels.html",
        {
            "at": at,
            "scope": scope,
            "gaps": _gaps(marks["skill_gaps"]),
            "cases": [case for case in cases if case.agent_id in members],
            "late_taps": _of(late, here)[:MOST_LATE],
            "closed_by_rule": _of(closed, here)[:MOST_LATE],
            "queues": sorted(queues, key=lambda row: -(row["saved_minutes_per_hour"] or 0.0)),
            "queue_notes": _queue_notes(request),
            "impact": marks["impact"],
            "may_approve": access_of(request.user).can("adherence.approve"),
            "may_note": access_of(request.user).can("note.edit"),
            "outcome_choices": BusyOutcome.choices,
        },
    )


@require_GET
@require("adherence.view")
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """Who it is, how to reach them, now and next, today, and the last notes."""
    at = now()
    visible = AgentLive.objects.visible_to(request.user).values("agent")
    agent = get_object_or_404(Agent.objects.filter(pk__in=visible), pk=pk)
    texts = live_texts(principal=request.user, agent_ids=[agent.pk])
    impacts = impacts_now()
    item = list_row(live_row(texts[0]), impacts=impacts) if texts else None
    day = agent_day(agent_id=agent.pk, at=at)
    access = access_of(request.user)
    return render(
        request,
        "adherence/_card.html",
        {
            "at": at,
            "agent": agent,
            "card": agent_card(agent=agent, principal=request.user, at=at),
            "item": item,
            "queue_impact": item and impacts.of(agent.pk, item.row.queue_id),
            "impact_as_of": impacts.as_of,
            "flag_styles": {flag.value: style for flag, style in FLAG_STYLES.items()},
            "day": day,
            "timeline": day_timeline(day, at=at),
            "late_taps": late_taps(
                principal=request.user, begin=at - LATE_BACK, end=at + SAME_MOMENT
            ).filter(agent=agent)[:MOST_LATE],
            "may_approve": access.can("adherence.approve"),
            "may_note": access.can("note.edit"),
            "may_send": access.can("notice.send"),
        },
    )


@require_GET
@require("adherence.view")
def day_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes on one operational day of an agent, for the page of that day.

    Nothing without any, and nothing for who may not read notes.
    """
    visible = AgentLive.objects.visible_to(request.user).values("agent")
    agent = get_object_or_404(Agent.objects.filter(pk__in=visible), pk=pk)
    day = parse_date(request.GET.get("day", ""))
    if day is None:
        raise Http404(_("Write the day as day=YYYY-MM-DD."))
    notes = Note.objects.visible_to(request.user).filter(agent=agent, operational_date=day)
    return render(
        request,
        "adherence/_day_notes.html",
        {
            "notes": notes.select_related("author").order_by("created_at", "pk"),
            "zone": agent_zone(agent_id=agent.pk, day=day),
        },
    )


def _of(events: QuerySet[ActivityEvent], here: QuerySet[AgentLive]) -> QuerySet[ActivityEvent]:
    return events.filter(agent__in=here.values("agent"))


def _cases(request: HttpRequest, ids: list[int]) -> list[BusyCase]:
    rows = BusyCase.objects.visible_to(request.user).filter(pk__in=ids, closed_at=None)
    return list(
        rows.select_related("agent", "activity_code", "assigned_to").order_by("began_at", "pk")
    )


def _gaps(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = dict(
        Agent.objects.filter(pk__in={pk for gap in gaps for pk in gap["agent_ids"]}).values_list(
            "pk", "name"
        )
    )
    return [
        gap | {"agents": [{"pk": pk, "name": names[pk]} for pk in gap["agent_ids"] if pk in names]}
        for gap in gaps
    ]


def _in_scope(row: dict[str, Any], scope: Any) -> bool:
    return scope.queue is None or row["queue_id"] == scope.queue.pk


def _queue_notes(request: HttpRequest) -> dict[str, list[Note]]:
    """Notes on intervals of the last hours, by queue."""
    found: dict[str, list[Note]] = {}
    notes = Note.objects.visible_to(request.user).filter(
        queue__isnull=False, starts_at__gte=now() - INTERVAL_NOTES_BACK
    )
    for note in notes.select_related("author").order_by("-starts_at", "-pk"):
        found.setdefault(str(note.queue_id), []).append(note)
    return found
