"""The agent's own page: now, next, later; one tap for each activity."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import now
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from adherence.models import ActivityEvent
from adherence.queries import AgentDayView, agent_day, coming_shifts
from adherence.queries.effects import effects_of
from adherence.services import Tap, live_now, record_taps
from adherence.views.portal_frame import own_agent
from adherence.views.timeline import day_timeline
from wfm.org.access_views import require
from wfm.org.models import ActivityCode, Agent

COMING_DAYS = 21
CLOCK_IN_AHEAD = timedelta(minutes=30)
MAX_TAPS = 200
MAX_BODY_BYTES = 100_000
MAX_NUMBER = 2**53 - 1
MAX_MILLISECONDS = 100 * 366 * 86_400_000


@require_GET
@require("portal.use")
def portal(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    agent = own_agent(request)
    if agent is None:
        return render(request, "portal/no_agent.html", status=404)
    context = _day_context(agent, at=now())
    context["portal_data"] = {
        "agent": agent.pk,
        "taps_url": reverse("portal-taps"),
        "worker_url": reverse("portal-worker"),
        "timezone": context["day"].timezone,
        "rendered_at": context["at"].isoformat(),
    }
    return render(request, "portal/portal.html", context)


@require_GET
def portal_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the portal on the device.

    It is no static file, because a worker speaks only for addresses beside its own.
    """
    name = "js/portal/worker.js"
    found = finders.find(name) or settings.STATIC_ROOT / name
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
def portal_manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the portal on its first screen."""
    icon = static("icons/favicon.svg")
    return JsonResponse(
        {
            "name": gettext("My shifts"),
            "short_name": gettext("My shifts"),
            "start_url": reverse("portal"),
            "scope": reverse("portal"),
            "display": "standalone",
            "icons": [{"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )


@require_GET
@require("portal.use")
def portal_day(request: HttpRequest) -> HttpResponse:
    """The changing part of the page."""
    agent = own_agent(request)
    if agent is None:
        return HttpResponse(status=404)
    return render(request, "portal/_day.html", _day_context(agent, at=now()))


@require_POST
@require("portal.use")
def portal_taps(request: HttpRequest) -> JsonResponse:
    """Take taps from the device's queue; answers for each, and with our time."""
    received_at = now()
    agent = own_agent(request)
    if agent is None:
        detail = gettext("You are no longer scheduled as an agent.")
        return JsonResponse({"error": "no_agent", "detail": detail}, status=404)
    try:
        taps, device_now = _taps(request.body)
    except (ValueError, TypeError, KeyError) as error:
        detail = gettext("The server cannot read it (%(fault)s).") % {"fault": error}
        return JsonResponse({"error": "malformed", "detail": detail}, status=400)
    outcomes = record_taps(agent=agent, taps=taps, device_now=device_now, received_at=received_at)
    return JsonResponse(
        {
            "server_now": received_at.isoformat(),
            "results": [
                {**asdict(outcome), "uid": tap.uid}
                for tap, outcome in zip(taps, outcomes, strict=True)
            ],
        }
    )


def _taps(body: bytes) -> tuple[list[Tap], datetime]:
    if len(body) > MAX_BODY_BYTES:
        raise ValueError("Expected at most 100 kB.")
    data = json.loads(body)
    rows = data["taps"]
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_TAPS:
        raise ValueError(f"Expected 1 to {MAX_TAPS} taps.")
    taps = [
        Tap(
            uid=str(row["uid"])[:60],
            code=str(row["code"] or ""),
            tapped_at=_instant(row["tapped_at"]),
            # A page kept from before taps had numbers sends them in their order.
            number=_whole(row.get("number", index), most=MAX_NUMBER),
            age=_milliseconds(row.get("age_ms", 0)),
            clock_offset=(
                None
                if row.get("clock_offset_ms") is None
                else _milliseconds(row["clock_offset_ms"], least=-MAX_MILLISECONDS)
            ),
        )
        for index, row in enumerate(rows)
    ]
    return taps, _instant(data["device_now"])


def _whole(value: Any, *, most: int, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"Expected a whole number from {least} to {most}, got {value!r}.")
    return value


def _milliseconds(value: Any, *, least: int = 0) -> timedelta:
    return timedelta(milliseconds=_whole(value, most=MAX_MILLISECONDS, least=least))


def _instant(value: Any) -> datetime:
    parsed = parse_datetime(str(value))
    if parsed is None or parsed.tzinfo is None:
        raise ValueError(f"Expected an instant with offset, got {value!r}.")
    return parsed.astimezone(UTC)


def _day_context(agent: Agent, *, at: datetime) -> dict[str, Any]:
    day = agent_day(agent_id=agent.pk, at=at)
    codes = list(ActivityCode.objects.for_portal())
    current = next((block for block in day.planned if block.starts_at <= at < block.ends_at), None)
    live = live_now(agent_id=agent.pk, at=at)  # what was tapped a moment ago is in it
    later = [block for block in day.planned if block.starts_at > at]
    return {
        "tab": "now",
        "at": at,
        "codes": codes,
        "day": day,
        "live": live,
        "code_now": live.activity_code or (current.code if current else None),
        "current": current,
        "following": later[0] if later else None,
        "later": later[1:],
        "clock_in_code": _clock_in_code(day, codes, at),
        "last_event": ActivityEvent.objects.filter(
            agent=agent, occurred_at__lte=at, occurred_at__gt=at - timedelta(days=31)
        )
        .select_related("activity_code")
        .order_by("-occurred_at", "-sequence", "-event_uid")
        .first(),
        "timeline": day_timeline(day, at=at),
        "effects": effects_of(agent_id=agent.pk, stretches=day.stretches),
        "coming": coming_shifts(agent_id=agent.pk, after=at, days=COMING_DAYS),
    }


def _clock_in_code(
    day: AgentDayView, codes: list[ActivityCode], at: datetime
) -> ActivityCode | None:
    """What clocking in declares: what is planned now or soon, else the first work code."""
    planned = [
        block.code
        for block in day.planned
        if block.starts_at <= at + CLOCK_IN_AHEAD and block.ends_at > at and block.code in codes
    ]
    return next((code for code in [*planned, *codes] if code.is_work or code in planned), None)
