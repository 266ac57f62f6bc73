"""Excuse a whole team, a site or who works on a queue; look at it afterwards and withdraw it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from adherence.forms_group import REASONS, GroupExceptionForm, initial_stretch
from adherence.models import AdherenceException, GroupException
from adherence.services.exceptions import UnableToApprove
from adherence.services.group_exceptions import (
    GroupPreview,
    approve_group,
    preview_group,
    withdraw_group,
)
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Agent, User
from wfm.web.scope import page_scope

MOST_LISTED = 500
"""People who are offered one by one; of more one chooses a team."""
ROWS_PER_PAGE = 200
KINDS = ("queue", "team", "site")
PREFILLED = ("day", "starts", "ends", "reason")


@require_http_methods(["GET", "POST"])
@require("adherence.approve")
def excuse_group(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST show whom it concerns, then save what was shown."""
    at = now()
    scope = page_scope(request, fields=())  # the form itself says for whom
    if request.method == "GET":
        form = GroupExceptionForm(principal=request.user, initial={"people": _chosen(request)})
        form.initial.update(initial_stretch(at, form.timezone or scope.timezone))
        form.initial.update(
            {name: value for name in PREFILLED if (value := request.GET.get(name, ""))}
        )
        return _show(request, form)
    form = GroupExceptionForm(request.POST, principal=request.user)
    if not form.is_valid():
        return _show(request, form)
    assert isinstance(request.user, User)
    who: dict[str, Any] = {"principal": request.user, "approved_by": request.user, "at": at}
    is_looked_at = request.POST.get("looked_at") == form.looked_at
    picked = _picked(request) if is_looked_at else None
    if picked is not None and not picked:
        form.add_error(None, _("Nobody is ticked; tick who is to be excused."))
        return _show(request, form)
    try:
        if is_looked_at and request.POST.get("act") == "save":
            ask = form.ask
            ask = replace(ask, people=replace(ask.people, agent_ids=picked))
            group, done = approve_group(ask=ask, **who)
            messages.success(request, _said(done))
            return redirect("adherence-group-exception", group.pk)
        preview = preview_group(ask=form.ask, **who)
    except UnableToApprove as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form)
    return _show(request, form, preview, picked)


@require_GET
@require("adherence.view")
def group_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is excused by it, and how it stands."""
    group = _group(request, pk)
    scope = page_scope(request, fields=(), zone=group.timezone)
    rows = AdherenceException.objects.visible_to(request.user).filter(group=group)
    ordered = rows.select_related("agent", "decided_by").order_by("agent__sort_key", "pk")
    return render(
        request,
        "adherence/group_exception.html",
        {
            "scope": scope,
            "group": group,
            "page": Paginator(ordered, ROWS_PER_PAGE).get_page(request.GET.get("page")),
            "again_query": _again(group),
            "may_approve": access_of(request.user).can("adherence.approve"),
        },
    )


@require_POST
@require("adherence.approve")
def withdraw_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back for everybody."""
    group = _group(request, pk)
    assert isinstance(request.user, User)
    try:
        count = withdraw_group(
            group=group, principal=request.user, withdrawn_by=request.user, at=now()
        )
    except UnableToApprove as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            ngettext(
                "Withdrawn for %(count)d person; the days are computed again.",
                "Withdrawn for %(count)d people; the days are computed again.",
                count,
            )
            % {"count": count},
        )
    return redirect("adherence-group-exception", pk)


def _group(request: HttpRequest, pk: int) -> GroupException:
    groups = GroupException.objects.visible_to(request.user).with_counts(request.user)
    return get_object_or_404(groups.select_related("created_by"), pk=pk)


def _chosen(request: HttpRequest) -> str:
    """The narrowest part of the address that the form offers: a queue, a team or a site."""
    found = (f"{kind}-{request.GET[kind]}" for kind in KINDS if request.GET.get(kind))
    return next(found, "")


def _again(group: GroupException) -> str:
    """The form filled with the same again, for who has withdrawn too much; empty for chosen agents."""
    part = {"team": group.team_id, "site": group.site_id, "queue": group.queue_id}
    chosen = {name: pk for name, pk in part.items() if pk is not None}
    if not chosen:
        return ""
    first, last = (
        moment.astimezone(ZoneInfo(group.timezone)) for moment in (group.starts_at, group.ends_at)
    )
    told = {
        "day": first.date().isoformat(),
        "starts": f"{first:%H:%M}",
        "ends": f"{last:%H:%M}",
        "reason": group.reason,
    }
    return urlencode(chosen | told)


def _picked(request: HttpRequest) -> frozenset[int] | None:
    """Who is ticked; None where nobody was offered one by one."""
    if not request.POST.get("is_listed"):
        return None
    return frozenset(int(text) for text in request.POST.getlist("agent") if text.isdecimal())


def _said(done: GroupPreview) -> str:
    parts = [
        ngettext("%(count)d person is excused", "%(count)d people are excused", done.to_excuse)
        % {"count": done.to_excuse}
    ]
    if done.already_excused:
        parts.append(_("%(count)d were already") % {"count": done.already_excused})
    if done.left_out:
        parts.append(_("%(count)d were not at work then") % {"count": done.left_out})
    return _("%(parts)s. The days are computed again.") % {"parts": _("; ").join(parts)}


def _show(
    request: HttpRequest,
    form: GroupExceptionForm,
    preview: GroupPreview | None = None,
    picked: frozenset[int] | None = None,
) -> HttpResponse:
    people: list[Agent] = []
    if preview is not None and 1 < preview.to_excuse <= MOST_LISTED:
        agents = Agent.objects.visible_to(request.user)
        people = list(agents.filter(pk__in=preview.standing.excusable).order_by("sort_key"))
    return render(
        request,
        "adherence/excuse_group.html",
        {
            "form": form,
            "preview": preview,
            "looked_at": "" if preview is None else form.looked_at,
            "people": people,
            "picked": {agent.pk for agent in people} if picked is None else picked,
            "reasons": REASONS,
        },
    )
