"""The page of the day in hand, and what to do about a window."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from adherence.models import Alert, Measure, MeasureKind, MeasureStatus
from wfm.intraday.accept import Chosen, UnableToAccept, accept, end_measure
from wfm.intraday.asked import (
    QueueState,
    Scopes,
    UnableToLook,
    ask_of,
    helping_span,
    span_between,
    spare_spans,
    states,
)
from wfm.intraday.charts import people_chart, volume_chart
from wfm.intraday.day import Day, QueueDay, day_of
from wfm.intraday.options import Span, suggestions, time_off_suggestions, together
from wfm.intraday.people import moment
from wfm.intraday.risks import risks
from wfm.org.access import access_of
from wfm.org.access_views import person_of, require
from wfm.org.models import Queue
from wfm.web.formats import zone_of
from wfm.web.scope import Scope, page_scope

MOST_RISKS = 12


@require_GET
@require("intraday.view")
def intraday_page(request: HttpRequest) -> HttpResponse:
    """Show every queue's day, worst first, what is at risk and who answers for it."""
    context = _context(request)
    focus: QueueDay | None = context["focus"]
    if focus is not None:
        context |= {
            "people_chart": people_chart(focus),
            "volume_chart": volume_chart(focus),
            "intervals": focus.intervals(),
            "goal": focus.goal(),
            "spare": [
                {
                    "starts_at": focus.grid.moment(span.first),
                    "ends_at": focus.grid.moment(span.end),
                    "url": options_url(focus.queue, focus, span, aim="free"),
                }
                for span in spare_spans(context["day"], focus)
            ],
        }
    return render(request, "intraday/day.html", context)


@require_GET
@require("intraday.view")
def intraday_now(request: HttpRequest) -> HttpResponse:
    """Return the part of the page that changes with the minute."""
    return render(request, "intraday/_now.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    at = now()
    scope = page_scope(
        request, fields=("client", "site", "team", "queue", "period"), default_period="day"
    )
    day = day_of(
        ask_of(
            principal=request.user,
            day=_day(scope, at),
            timezone=scope.timezone,
            at=at,
            scopes=Scopes(client=scope.client, site=scope.site, team=scope.team, queue=scope.queue),
        )
    )
    asked = {found.queue.pk for found in day.queues}
    at_risk = [risk for risk in risks(day) if risk.queue.pk in asked]
    alerts = list(Alert.objects.visible_to(request.user).open().order_by("opened_at"))
    rows = states(day, at_risk, alerts)
    return {
        "scope": scope,
        "day": day,
        "at": at,
        "on": day.ask.starts_on,
        "is_today": day.grid.period.starts_at <= at < day.grid.period.ends_at,
        "is_over": day.grid.period.ends_at <= at,
        "rows": rows,
        "risks": [_risk_row(risk) for risk in at_risk[:MOST_RISKS]],
        "more_risks": max(len(at_risk) - MOST_RISKS, 0),
        "risk_count": len(at_risk),
        "risk_cost": sum(risk.window.cost for risk in at_risk),
        "ownerless": sum(not risk.owner_name for risk in at_risk),
        "alerts": alerts,
        "unacknowledged": sum(alert.acknowledged_at is None for alert in alerts),
        "totals": _totals(rows),
        "focus": _focus(request, rows),
        "measures": day.measures,
        "may_act": access_of(request.user).can("intraday.act"),
    }


def _day(scope: Scope, at: datetime) -> date:
    """Return the one day looked at: today where the period holds it, else its first day."""
    today = at.astimezone(zone_of(scope.timezone)).date()
    return today if scope.starts_on <= today <= scope.ends_on else scope.starts_on


def _focus(request: HttpRequest, rows: list[QueueState]) -> QueueDay | None:
    """Return the queue whose picture is shown: the one asked for, else the worst."""
    wanted = request.GET.get("show", "")
    chosen = next((row.day for row in rows if str(row.day.queue.pk) == wanted), None)
    return chosen or (rows[0].day if rows else None)


def _totals(rows: list[QueueState]) -> dict[str, Any]:
    required = [found for row in rows if (found := row.day.required_now()) is not None]
    planned = sum(row.day.people.planned for row in rows)
    live = [row.day for row in rows if row.day.queue.is_live]
    known = sum(found.so_far().actual for found in live)
    due = sum(found.so_far().forecast for found in live)
    return {
        "required": sum(required) if required else None,
        "planned": planned,
        "present": sum(row.day.people.present for row in rows),
        "came": sum(found.came for found in live),
        "forecast": due,
        "difference": known / due - 1.0 if due else None,
    }


def _risk_row(risk: Any) -> dict[str, Any]:
    span = Span(
        first=int(risk.day.edges[0][risk.window.first]),
        end=int(risk.day.edges[1][risk.window.end - 1]),
    )
    return {"risk": risk, "url": options_url(risk.queue, risk.day, span, aim="help")}


def options_url(queue: Queue, found: QueueDay, span: Span, *, aim: str) -> str:
    """Return where the options of a window are."""
    return window_url(
        "intraday-options", queue, found.grid.moment(span.first), found.grid.moment(span.end), aim
    )


def window_url(
    name: str,
    queue: Queue,
    starts_at: datetime,
    ends_at: datetime,
    aim: str,
    *,
    alert: Alert | None = None,
) -> str:
    """Return the address of a page about a window of a queue, and of the alert it is looked at for."""
    query: dict[str, str | int] = {
        "queue": queue.pk,
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "aim": aim,
    }
    if alert is not None:
        query["alert"] = alert.pk
    return f"{reverse(name)}?{urlencode(query)}"


@require_GET
@require("intraday.view")
def options_page(request: HttpRequest) -> HttpResponse:
    """Show a window; what to do about it is tried while the page is there already."""
    queue, starts_at, ends_at, aim = _window(request.GET, request.user)
    alert = _alert_of(request.GET, request.user, queue)
    return render(
        request,
        "intraday/options.html",
        {
            "queue": queue,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "aim": aim,
            "list_url": window_url(
                "intraday-options-list", queue, starts_at, ends_at, aim, alert=alert
            ),
            "alert": alert,
            "back_url": f"{reverse('intraday')}?show={queue.pk}",
        },
    )


@require_GET
@require("intraday.view")
def options_list(request: HttpRequest) -> HttpResponse:
    """Return what can be done about the window, with the effect of each."""
    queue, starts_at, ends_at, aim = _window(request.GET, request.user)
    found = _window_of(request, queue, starts_at, ends_at)
    if found is None:
        return render(request, "intraday/_options.html", {"is_over": True})
    day, queue_day, span = found
    helping = helping_span(day, queue_day, span)
    offers = (time_off_suggestions if aim == "free" else suggestions)(day, queue_day, helping)
    joint = together(day, queue_day, helping, offers)
    return render(
        request,
        "intraday/_options.html",
        {
            "queue": queue,
            "queue_day": queue_day,
            "goal": queue_day.goal(),
            "level": queue_day.level_between(span.first, span.end),
            "aim": aim,
            "alert": _alert_of(request.GET, request.user, queue),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "offers": [
                {
                    "item": item,
                    "starts_at": moment(item.option.starts_at),
                    "ends_at": moment(item.option.ends_at),
                    "moved_from": None
                    if item.option.moved_from is None
                    else moment(item.option.moved_from),
                }
                for item in offers
            ],
            "together": None if joint is None else {"people": len(joint[0]), "effect": joint[1]},
            "measures": [m for m in day.measures if queue.pk in {m.queue_id, m.other_queue_id}],
            "may_act": access_of(request.user).can("intraday.act"),
        },
    )


def _window(given: Any, principal: object) -> tuple[Queue, datetime, datetime, str]:
    number = str(given.get("queue", ""))
    queue = get_object_or_404(
        Queue.objects.visible_to(principal), pk=int(number) if number.isdigit() else 0
    )
    starts_at, ends_at = _instant(given, "starts_at"), _instant(given, "ends_at")
    if starts_at >= ends_at:
        raise Http404(_("A window must end after it begins."))
    return queue, starts_at, ends_at, "free" if given.get("aim") == "free" else "help"


def _alert_of(given: Any, principal: object, queue: Queue) -> Alert | None:
    """Return the alert that the window is looked at for: about this queue, or about no queue."""
    number = str(given.get("alert", ""))
    if not number:
        return None
    alert = get_object_or_404(
        Alert.objects.visible_to(principal).shown(), pk=int(number) if number.isdigit() else 0
    )
    if alert.queue_id not in (None, queue.pk):
        raise Http404(_("This alert is about another queue."))
    return alert


def _instant(given: Any, name: str) -> datetime:
    try:
        found = parse_datetime(str(given.get(name, "")))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Http404(_("Write {name} as an instant with its offset.").format(name=name))
    return found


def _window_of(
    request: HttpRequest, queue: Queue, starts_at: datetime, ends_at: datetime
) -> tuple[Day, QueueDay, Span] | None:
    """Return the day of a window, the queue in it and its slots; None where it is over."""
    at = now()
    day = day_of(
        ask_of(
            principal=request.user,
            day=max(starts_at, at).astimezone(zone_of(queue.timezone)).date(),
            timezone=queue.timezone,
            at=at,
            scopes=Scopes(queue=queue),
        )
    )
    queue_day = day.of(queue.pk)
    if queue_day is None:
        return None
    try:
        return day, queue_day, span_between(day, starts_at, ends_at)
    except UnableToLook:
        return None


@require_POST
@require("intraday.act")
def accept_option(request: HttpRequest) -> HttpResponse:
    """Accept one of the suggestions and come back to the window."""
    queue, starts_at, ends_at, aim = _window(request.POST, request.user)
    alert = _alert_of(request.POST, request.user, queue)
    back = redirect(window_url("intraday-options", queue, starts_at, ends_at, aim, alert=alert))
    found = _window_of(request, queue, starts_at, ends_at)
    if found is None:
        messages.error(request, _("This window is over."))
        return back
    day, queue_day, span = found
    kind = request.POST.get("kind", "")
    agent = request.POST.get("agent", "")
    if kind not in MeasureKind.values or not agent.isdigit():
        raise BadRequest(_("Choose one of the suggestions."))
    try:
        made = accept(
            day=day,
            queue_day=queue_day,
            span=helping_span(day, queue_day, span),
            chosen=Chosen(
                kind=kind,
                agent_id=int(agent),
                starts_at=_instant(request.POST, "from"),
                ends_at=_instant(request.POST, "until"),
            ),
            by=person_of(request),
            alert=alert,
        )
    except UnableToAccept as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("Accepted: %(what)s, %(name)s. The day counts with it.")
            % {"what": made.get_kind_display(), "name": made.agent.name},
        )
    return back


@require_POST
@require("intraday.act")
def end_accepted(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a measure is done, or take it back."""
    measure = get_object_or_404(Measure.objects.visible_to(request.user), pk=pk)
    to = request.POST.get("status", "")
    if to not in {MeasureStatus.DONE, MeasureStatus.WITHDRAWN}:
        raise BadRequest(_("A measure is done or withdrawn."))
    try:
        end_measure(measure=measure, status=to, by=person_of(request), at=now())
    except UnableToAccept as error:
        messages.error(request, str(error))
    return redirect("intraday")
