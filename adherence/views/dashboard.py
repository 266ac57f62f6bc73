"""The team lead's live pages: the list and the wall."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from adherence.core.rates import adherence_rate
from adherence.models import AdherenceDay, AgentLive, LiveFlag, QuarantinedEvent
from adherence.queries import LiveFilter, LiveRow, live_rows
from adherence.services import changes_since
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import StateGroup, Team
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
PLACES = (("", _("Home and office")), ("OFFICE", _("Office")), ("HOME", _("Home")))


@require_GET
@require("adherence.view")
def dashboard(request: HttpRequest) -> HttpResponse:
    """The list: worst first."""
    return render(request, "adherence/dashboard.html", _context(request))


@require_GET
@require("adherence.view")
def wall(request: HttpRequest) -> HttpResponse:
    """The same for a screen on the wall."""
    return render(request, "adherence/wall.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    at = now()
    scope = page_scope(request, fields=("site", "team", "queue"), zone=_zone(request))
    # First the cursor, then the rows: what changes in between is sent again.
    changes = changes_since(epoch="", version=0)
    visible = set(AgentLive.objects.visible_to(request.user).values_list("agent_id", flat=True))
    chosen = LiveFilter(
        team_id=scope.team.pk if scope.team else None,
        site_id=scope.site.pk if scope.site else None,
    )
    rows = live_rows(agent_ids=visible, chosen=chosen, at=at)
    filters = _filters(request, scope)
    return {
        "scope": scope,
        "at": at,
        "rows": [row for row in rows if _is_shown(row, filters)],
        "blank_row": {"flag": LiveFlag.OFF.value, "state_group": StateGroup.OFFLINE.value},
        "counts": _counts(rows),
        "today": _today(rows, scope, at),
        "flag_styles": {flag.value: style for flag, style in FLAG_STYLES.items()},
        "reasons": REASONS,
        "filters": filters,
        "shown_choices": SHOWN,
        "place_choices": PLACES,
        "state_choices": StateGroup.choices,
        "may_approve": access_of(request.user).can("adherence.approve"),
        "quarantined": QuarantinedEvent.objects.visible_to(request.user)
        .filter(resolved_at=None)
        .count(),
        "live_data": {
            "cursor": f"{changes.epoch}:{changes.version}",
            "stream_url": _stream_url(request),
            "rows_url": f"{reverse('api-adherence-live')}?{scope.query()}",
            "agent_url": reverse("adherence-agent", args=[0]),
            "filters": filters,
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
            "rows": [row.as_dict() for row in rows],
        },
    }


def _zone(request: HttpRequest) -> str:
    """The zone of all the person's sites where they share one; else what the page would take."""
    if request.GET.get("site") or request.GET.get("team") or request.GET.get("queue"):
        return ""
    zones = Team.objects.visible_to(request.user).filter(is_active=True)
    distinct = list(zones.values_list("site__timezone", flat=True).distinct()[:2])
    return distinct[0] if len(distinct) == 1 else ""


def _filters(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """The page's filters from its address; unknown values are ignored."""
    show = request.GET.get("show", "now")
    state = request.GET.get("state", "")
    place = request.GET.get("place", "")
    return {
        "show": show if show in dict(SHOWN) else "now",
        "state": state if state in StateGroup.values else "",
        "place": place if place in dict(PLACES) else "",
        "queue": scope.queue.pk if scope.queue else None,
    }


def _is_shown(row: LiveRow, filters: dict[str, Any]) -> bool:
    """The same rule as `isShown` of live-rows.js."""
    is_present = row.planned is not None or row.state_group not in {"OFFLINE", "UNKNOWN"}
    return (
        {"now": is_present, "out": row.severity > 0, "all": True}[filters["show"]]
        and filters["state"] in {"", row.state_group}
        and filters["place"] in {"", row.place}
        and filters["queue"] in {None, row.queue_id}
    )


def _counts(rows: list[LiveRow]) -> dict[str, int]:
    """The line of figures; live-rows.js counts the same."""
    return {
        "planned": sum(row.planned is not None for row in rows),
        "in": sum(row.flag == LiveFlag.IN for row in rows),
        "out": sum(row.flag in {LiveFlag.OUT, LiveFlag.BUSY_TOO_LONG} for row in rows),
        "absent": sum(row.flag in {LiveFlag.LATE, LiveFlag.NO_SHOW} for row in rows),
        "unknown": sum(row.flag == LiveFlag.UNKNOWN for row in rows),
    }


def _today(rows: list[LiveRow], scope: Scope, at: datetime) -> dict[str, Any]:
    """Adherence so far of the operational days that are under way, pooled over the page's agents.

    A night that began yesterday is still under way until its day has ended.
    """
    day = localdate(at, timezone=zone_of(scope.timezone))
    under_way = Q(operational_date=day) | Q(
        operational_date=day - timedelta(days=1), is_final=False
    )
    sums = AdherenceDay.objects.filter(
        under_way, agent__in=[row.agent_id for row in rows]
    ).aggregate(
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
