"""Who answers for what, and when alerts are raised."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from adherence.core.alert_defaults import DEFAULTS
from adherence.models import AlertKind, AlertRule, Responsibility
from adherence.queries.duties import duties_at
from wfm.intraday.forms import AlertRuleForm, ResponsibilityForm
from wfm.intraday.words import unit_words, value_words
from wfm.org.access import access_of
from wfm.org.access_views import require

KINDS: dict[str, tuple[Any, Any]] = {
    "limit": (AlertRule, AlertRuleForm),
    "person": (Responsibility, ResponsibilityForm),
}


@require_GET
@require("intraday.view")
def duties(request: HttpRequest) -> HttpResponse:
    """Show the chain of people and the limits, built-in ones included."""
    people = (
        Responsibility.objects.visible_to(request.user)
        .select_related("queue", "team", "site", "client", "user", "role")
        .order_by("queue__name", "team__name", "site__name", "client__name", "place", "pk")
    )
    limits = (
        AlertRule.objects.visible_to(request.user)
        .select_related("queue", "team", "site", "client")
        .order_by("kind", "pk")
    )
    found = duties_at(now())
    return render(
        request,
        "intraday/duties.html",
        {
            "people": [
                {
                    "row": row,
                    "is_on": row.pk in found.rows
                    and next(d for d in found.duties if d.key == row.pk).is_on(
                        weekday=found.local[row.pk][0], minute=found.local[row.pk][1]
                    ),
                    "from": _clock(row.from_minute),
                    "until": _clock(row.until_minute),
                }
                for row in people
            ],
            "limits": [
                {"row": row, "threshold": value_words(row.kind, row.threshold)} for row in limits
            ],
            "defaults": [_default(kind) for kind in AlertKind],
            "has_fallback": any(
                not any(pk is not None for pk in row.scope_ids.values()) for row in people
            ),
            "may_edit": access_of(request.user).can("intraday.edit"),
        },
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _default(kind: AlertKind) -> dict[str, Any]:
    limits = DEFAULTS[kind]
    return {
        "label": kind.label,
        "threshold": value_words(kind, limits.threshold),
        "unit": unit_words()[kind],
        "hold": limits.hold_seconds // 60,
        "clear": limits.clear_seconds // 60,
        "escalate": limits.escalate_seconds // 60,
    }


@require_http_methods(["GET", "POST"])
@require("intraday.edit")
def edit(request: HttpRequest, what: str, pk: int | None = None) -> HttpResponse:
    """Add or change a limit or a responsibility."""
    model, form_class = _kind(what)
    row = None
    if pk is not None:
        row = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    form = form_class(request.POST or None, instance=row, principal=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("intraday-duties")
    units = [(AlertKind(kind).label, words) for kind, words in unit_words().items()]
    return render(
        request,
        "intraday/duty_form.html",
        {"form": form, "row": row, "what": what, "units": units if what == "limit" else []},
    )


@require_POST
@require("intraday.edit")
def delete(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Delete a limit or a responsibility."""
    model, _form = _kind(what)
    get_object_or_404(model.objects.visible_to(request.user), pk=pk).delete()
    return redirect("intraday-duties")


def _kind(what: str) -> tuple[Any, Any]:
    if what not in KINDS:
        raise Http404(_("There is no such page."))
    return KINDS[what]
