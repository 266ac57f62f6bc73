"""The list of alerts, and one alert with what was done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, F, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from adherence.models import Alert, AlertKind, AlertOutcome, Measure, PlaybookRun
from adherence.services.alerts import (
    UnableToAcknowledge,
    acknowledge,
    log_action,
    set_outcome,
    take_over,
)
from wfm.board.grid import SLOT_MINUTES
from wfm.intraday.views import window_url
from wfm.intraday.words import value_words, what_words
from wfm.org.access import access_of
from wfm.org.access_views import person_of, require
from wfm.web.scope import Scope, page_scope

PER_PAGE = 50
OPTIONS_AHEAD = timedelta(hours=2)
"""The window in which the page of an alert looks for what to do."""


@require_GET
@require("intraday.view")
def alerts(request: HttpRequest) -> HttpResponse:
    """Show the alerts: open ones that nobody has acknowledged first."""
    scope = page_scope(request, fields=("client", "site", "team", "queue"))
    kind, shown = request.GET.get("kind", ""), request.GET.get("status", "open")
    rows = _rows(request, scope)
    if kind in AlertKind.values:
        rows = rows.filter(kind=kind)
    everything = rows
    if shown == "open":
        rows = rows.filter(closed_at=None)
    elif shown == "mine":
        rows = rows.filter(closed_at=None, owner=person_of(request))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "intraday/alerts.html",
        {
            "scope": scope,
            "page": page,
            "rows": [_row(alert) for alert in page],
            "kind": kind,
            "kinds": AlertKind.choices,
            "shown": shown,
            "showings": (("open", _("Open")), ("mine", _("Mine")), ("all", _("All"))),
            "open_count": everything.filter(closed_at=None).count(),
            "waiting_count": everything.filter(closed_at=None, acknowledged_at=None).count(),
            "ownerless_count": everything.filter(
                closed_at=None, owner=None, owner_role=None
            ).count(),
            "may_act": access_of(request.user).can("intraday.act"),
        },
    )


def _rows(request: HttpRequest, scope: Scope) -> QuerySet[Alert]:
    rows = Alert.objects.visible_to(request.user).shown()
    for name in ("client", "site", "team", "queue"):
        part = getattr(scope, name)
        if part is not None:
            rows = rows.filter(**{name: part})
    waiting = Case(
        When(closed_at=None, acknowledged_at=None, then=0), When(closed_at=None, then=1), default=2
    )
    return rows.select_related(
        "queue", "team", "site", "client", "skill", "owner", "owner_role", "acknowledged_by"
    ).order_by(waiting, F("opened_at").desc(), "-pk")


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert,
        "what": what_words(alert),
        "worst": value_words(alert.kind, alert.worst_value),
        "threshold": value_words(alert.kind, alert.threshold),
    }


@require_GET
@require("intraday.view")
def alert_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one alert: figures, who answers for it, what was done, and what can be."""
    alert = _alert(request, pk)
    return render(
        request,
        "intraday/alert.html",
        {
            **_row(alert),
            "log": alert.log.select_related("by").order_by("at", "pk"),
            "measures": Measure.objects.visible_to(request.user)
            .filter(alert=alert)
            .select_related("agent"),
            "runs": PlaybookRun.objects.visible_to(request.user)
            .filter(alert=alert)
            .select_related("playbook"),
            "outcomes": AlertOutcome.choices,
            "is_mine": alert.owner_id is not None and alert.owner == person_of(request),
            "may_act": access_of(request.user).can("intraday.act"),
            "options_url": _options_url(alert, now()),
        },
    )


def _options_url(alert: Alert, at: datetime) -> str:
    """Return where one sees what to do about an open alert of a queue in the coming hours."""
    if alert.queue is None or alert.closed_at is not None:
        return ""
    starts_at = at - timedelta(
        minutes=at.minute % SLOT_MINUTES, seconds=at.second, microseconds=at.microsecond
    )
    aim = "free" if alert.kind == AlertKind.BELOW_FORECAST else "help"
    ends_at = starts_at + OPTIONS_AHEAD
    return window_url("intraday-options", alert.queue, starts_at, ends_at, aim, alert=alert)


def _alert(request: HttpRequest, pk: int) -> Alert:
    rows = Alert.objects.visible_to(request.user).shown()
    return get_object_or_404(
        rows.select_related(
            "queue", "team", "site", "client", "skill", "owner", "owner_role", "acknowledged_by"
        ),
        pk=pk,
    )


@require_POST
@require("intraday.act")
def alert_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Acknowledge, take over, write down what was done, or say what came of it."""
    alert, person, at = _alert(request, pk), person_of(request), now()
    note = request.POST.get("note", "")
    acts: dict[str, Any] = {
        "acknowledge": lambda: acknowledge(alert_id=alert.pk, by=person, at=at),
        "take-over": lambda: take_over(alert_id=alert.pk, by=person, at=at),  # type: ignore[arg-type] # a page has a person
        "action": lambda: log_action(alert_id=alert.pk, text=note, by=person, at=at),
        "outcome": lambda: set_outcome(
            alert_id=alert.pk,
            outcome=_outcome(request.POST.get("outcome", "")),
            note=note,
            by=person,
            at=at,
        ),
    }
    if act not in acts:
        raise Http404(_("There is no such act."))
    try:
        acts[act]()
    except UnableToAcknowledge as error:
        messages.error(request, str(error))
    if request.POST.get("next") == "list":
        return redirect("intraday-alerts")
    return redirect("intraday-alert", pk)


def _outcome(given: str) -> str:
    if given not in AlertOutcome.values:
        raise UnableToAcknowledge(_("Choose what came of it."))
    return given
