"""The page of the daily briefing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from adherence.models import BriefingSubscription
from wfm.briefing.daily import About, briefing
from wfm.briefing.forms import BriefingForm
from wfm.briefing.mail import subscribe
from wfm.org.access_views import person_of, require
from wfm.org.models import User
from wfm.web.scope import page_scope


@require_http_methods(["GET", "POST"])
@require("intraday.view")
def briefing_page(request: HttpRequest) -> HttpResponse:
    """Show yesterday and today so far against targets; POST keeps who wants it by e-mail."""
    person = person_of(request)
    if person is None:
        return redirect("today")
    form = BriefingForm(request.POST or None, initial=_wish(person))
    if request.method == "POST" and form.is_valid():
        subscribe(user=person, at=now(), **form.wish())
        messages.success(request, _("Your wish for the briefing is kept."))
        return redirect("briefing")
    scope = page_scope(request, fields=("client", "site", "team", "queue"))
    found = briefing(
        principal=request.user,
        timezone=scope.timezone,
        at=now(),
        about=About(client=scope.client, site=scope.site, team=scope.team, queue=scope.queue),
    )
    return render(
        request,
        "briefing/briefing.html",
        {
            "scope": scope,
            "briefing": found,
            "days": [found.today, found.yesterday],
            "form": form,
        },
    )


def _wish(person: User) -> dict[str, Any]:
    row = BriefingSubscription.objects.filter(user=person).first()
    if row is None:
        return {
            "is_active": False,
            "at_minute": 450,
            "timezone": person.timezone or get_current_timezone_name(),
            "weekdays": "01234",
        }
    return {
        "is_active": row.is_active,
        "at_minute": row.at_minute,
        "timezone": row.timezone,
        "weekdays": row.weekdays,
    }
