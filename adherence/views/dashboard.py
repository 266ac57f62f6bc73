"""The team lead's live pages: the list and the wall."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from adherence.core.impact import Impact
from adherence.core.rates import adherence_rate
from adherence.models import AdherenceDay, AgentLive, BusyOutcome, LiveFlag, QuarantinedEvent
from adherence.queries import LiveFilter, LiveRow, live_agents, live_counts, live_texts
from adherence.services import changes_since, impacts_now, marks_now
from adherence.views.live_list import ListRow, first_rows
from adherence.views.trend import trend_chart
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Queue, Site, StateGroup, Team
from wfm.web.formats import zone_of
from wfm.web.scope import Scope, page_scope

REASONS = (
    _("System trouble"),
    _("Customer contact ran over"),
    _("Agreed with the team lead"),
    _("Moved break or lunch"),
    _("Coaching or meeting"),
    _("Power or line failure at home"),
)


@dataclass(frozen=True)
class FlagStyle:
    """How a flag is shown: never by colour alone."""

    label: str | Promise
    tone: str
    letter: str


FLAG_STYLES = {
    LiveFlag.NO_SHOW: FlagStyle(LiveFlag.NO_SHOW.label, "under", "N"),
    LiveFlag.LATE: FlagStyle(LiveFlag.LATE.label, "under", "L"),
    LiveFlag.OUT: FlagStyle(LiveFlag.OUT.label, "under", "O"),
    LiveFlag.BUSY_TOO_LONG: FlagStyle(LiveFlag.BUSY_TOO_LONG.label, "warn", "B"),
    LiveFlag.UNKNOWN: FlagStyle(LiveFlag.UNKNOWN.label, "warn", "?"),
    LiveFlag.EXTRA: FlagStyle(LiveFlag.EXTRA.label, "over", "E"),
    LiveFlag.IN: FlagStyle(LiveFlag.IN.label, "goal", "✓"),
    LiveFlag.OFF: FlagStyle(LiveFlag.OFF.label, "", "–"),
}
SHOWN = (("now", _("On shift")), ("out", _("Out of adherence")), ("all", _("Everyone")))
IMPACTS = (
    (Impact.NEGATIVE.value, _("costs service")),
    (Impact.NEUTRAL.value, _("neutral")),
    (Impact.POSITIVE.value, _("helps service")),
)
FIRST_ROWS = 100
"""Rows that the server draws; the page draws the others from the data when they are asked for."""
WALL_ROWS = 10
WALL_THEMES = ("dark", "light")
MOST_SCOPES = 20
DEFAULT_EVERY_SECONDS = 20
_BLANK = LiveRow(
    agent_id=0, name="", sort_key="", employee_number="", team_id=None, team="", site_id=None,
    site="", timezone="UTC", place="", flag=LiveFlag.OFF.value, flag_since=None, severity=0,
    state_group=StateGroup.OFFLINE.value, state=None, state_since=None, planned=None,
    planned_until=None, next=None, next_starts_at=None, queue_id=None, queue="", version=0,
)  # fmt: skip
PLACES = (("", _("Home and office")), ("OFFICE", _("Office")), ("HOME", _("Home")))


@require_GET
@require("adherence.view")
def dashboard(request: HttpRequest) -> HttpResponse:
    """The list: what costs service most first."""
    return render(request, "adherence/dashboard.html", _context(request))


@require_GET
@require("adherence.view")
def wall(request: HttpRequest) -> HttpResponse:
    """The same for a screen on the wall, one scope after the other where the address names several."""
    context = _context(request, most_rows=WALL_ROWS)
    theme = request.GET.get("theme", "")
    return render(
        request,
        "adherence/wall.html",
        context
        | {
            "wall_theme": theme if theme in WALL_THEMES else "dark",
            "wall_data": {
                "rotation": _rotation(request),
                "every_seconds": _every_seconds(request),
            },
        },
    )


def _context(request: HttpRequest, *, most_rows: int = FIRST_ROWS) -> dict[str, Any]:
    at = now()
    scope = page_scope(request, fields=("site", "team", "queue"), zone=floor_zone(request))
    # First the cursor, then the rows: what changes in between is sent again.
    changes = changes_since(epoch="", version=0)
    chosen = LiveFilter(
        team_id=scope.team.pk if scope.team else None,
        site_id=scope.site.pk if scope.site else None,
    )
    texts = live_texts(principal=request.user, chosen=chosen)
    marks = marks_now(principal=request.user, at=at)
    filters = _filters(request, scope)
    return {
        "scope": scope,
        "at": at,
        "items": first_rows(
            texts, impacts=impacts_now(), notes=marks["notes"], filters=filters, most=most_rows
        ),
        "blank": ListRow(_BLANK, None, 0, ()),
        "counts": live_counts(principal=request.user, chosen=chosen),
        "today": _today(live_agents(principal=request.user, chosen=chosen), scope, at),
        "flag_styles": {flag.value: style for flag, style in FLAG_STYLES.items()},
        "flag_choices": LiveFlag.choices,
        "impact_choices": IMPACTS,
        "tag_choices": _tags(marks, filters),
        "outcome_choices": BusyOutcome.choices,
        "reasons": REASONS,
        "filters": filters,
        "shown_choices": SHOWN,
        "place_choices": PLACES,
        "state_choices": StateGroup.choices,
        "trend_chart": trend_chart(request, scope),
        "quarantined": QuarantinedEvent.objects.visible_to(request.user)
        .filter(resolved_at=None)
        .count(),
        "live_data": {
            "cursor": f"{changes.epoch}:{changes.version}",
            "stream_url": _stream_url(request),
            "rows_url": f"{reverse('api-adherence-live')}?{scope.query()}",
            "marks_url": reverse("api-adherence-marks"),
            "agent_url": reverse("adherence-agent", args=[0]),
            "card_url": reverse("adherence-card", args=[0]),
            "filters": filters,
            "sort": request.GET.get("sort", ""),
            "timezone": scope.timezone,
            "flags": {
                flag.value: {
                    "label": str(style.label),
                    "tone": style.tone,
                    "letter": style.letter,
                }
                for flag, style in FLAG_STYLES.items()
            },
            "groups": {value: str(label) for value, label in StateGroup.choices},
            "places": {value: str(label) for value, label in PLACES},
            "marks": marks,
        },
        "live_rows": texts,
        **_may(request),
    }


def _may(request: HttpRequest) -> dict[str, bool]:
    """What the person may do from the list."""
    access = access_of(request.user)
    return {
        "may_approve": access.can("adherence.approve"),
        "may_note": access.can("note.edit"),
        "may_send": access.can("notice.send"),
    }


def _tags(marks: dict[str, Any], filters: dict[str, Any]) -> list[str]:
    """Tags of the day to choose from, and the one chosen."""
    found = {tag for mark in marks["notes"].values() for tag in mark["tags"]}
    return sorted(found | ({filters["tag"]} if filters["tag"] else set()), key=str.casefold)


def floor_zone(request: HttpRequest) -> str:
    """The zone of all the person's sites where they share one; else what the page would take."""
    if request.GET.get("site") or request.GET.get("team") or request.GET.get("queue"):
        return ""
    zones = Team.objects.visible_to(request.user).filter(is_active=True)
    distinct = list(zones.values_list("site__timezone", flat=True).distinct()[:2])
    return distinct[0] if len(distinct) == 1 else ""


def _filters(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """The page's filters from its address; unknown values are ignored."""
    choices: dict[str, Collection[str]] = {
        "state": StateGroup.values,
        "flag": LiveFlag.values,
        "place": dict(PLACES),
        "impact": dict(IMPACTS),
    }
    show = request.GET.get("show", "now")
    return {
        "show": show if show in dict(SHOWN) else "now",
        **{
            name: value if (value := request.GET.get(name, "")) in known else ""
            for name, known in choices.items()
        },
        "tag": request.GET.get("tag", "")[:40],
        "queue": scope.queue.pk if scope.queue else None,
    }


def _rotation(request: HttpRequest) -> list[dict[str, Any]]:
    """Scopes one after the other: `rotate=team-3,site-1,queue-7,all`; what is not there is left out."""
    models: dict[str, type[Team | Site | Queue]] = {"team": Team, "site": Site, "queue": Queue}
    found: list[dict[str, Any]] = []
    for word in request.GET.get("rotate", "").split(",")[:MOST_SCOPES]:
        kind, _separator, number = word.strip().partition("-")
        if kind == "all":
            found.append({"kind": "all", "id": None, "name": ""})
        elif kind in models and number.isdigit():
            row = models[kind].objects.visible_to(request.user).filter(pk=int(number)).first()
            if row is not None:
                found.append({"kind": kind, "id": row.pk, "name": str(row)})
    return found


def _every_seconds(request: HttpRequest) -> int:
    """How long each scope is shown."""
    text = request.GET.get("every", "")
    seconds = int(text) if text.isdigit() and len(text) < 6 else DEFAULT_EVERY_SECONDS
    return min(max(seconds, 5), 3600)


def _today(agents: QuerySet[AgentLive], scope: Scope, at: datetime) -> dict[str, Any]:
    """Adherence so far of the operational days that are under way, pooled over the page's agents.

    A night that began yesterday is still under way until its day has ended.
    """
    day = localdate(at, timezone=zone_of(scope.timezone))
    under_way = Q(operational_date=day) | Q(
        operational_date=day - timedelta(days=1), is_final=False
    )
    sums = AdherenceDay.objects.filter(under_way, agent__in=agents.values("agent")).aggregate(
        out=Sum("out_seconds", default=0),
        scheduled=Sum("scheduled_seconds", default=0),
        unknown=Sum("unknown_seconds", default=0),
    )
    rate = adherence_rate(
        out_seconds=sums["out"],
        scheduled_seconds=sums["scheduled"],
        unknown_seconds=sums["unknown"],
    )
    is_defined = sums["scheduled"] > sums["unknown"]
    return {**sums, "rate": float(rate) if is_defined else None, "date": day}


def _stream_url(request: HttpRequest) -> str:
    """Where the live process answers: its own origin, this host's port, or behind the proxy."""
    if settings.LIVE_ORIGIN:
        return f"{settings.LIVE_ORIGIN}/live/agents/"
    if request.is_secure():
        return "/live/agents/"
    host = urlsplit(f"//{request.get_host()}").hostname
    return f"http://{host}:{settings.LIVE_PORT}/live/agents/"
