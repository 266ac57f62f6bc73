"""Measured shrinkage of a queue beside the profile in force, and its way to staffing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from adherence.core.measured_shrinkage import BAND_HOURS, Bands, Cause, MeasuredShrinkage
from adherence.forms_shrinkage import CauseForm, TakeOverForm, cause_forms, default_choices
from adherence.queries import (
    PeopleEffect,
    measured_shrinkage,
    people_effect,
    profile_on,
    sees_everyone,
    shares_of,
    week_means,
)
from adherence.services import (
    CauseChoice,
    UnableToTakeOver,
    rate_changes,
    take_over_shrinkage,
)
from adherence.time_texts import REASON_TEXTS
from adherence.views.trend_charts import cause_chart
from staffing.core.shrinkage import ShrinkageShare
from staffing.models import ShrinkageProfile
from staffing.services import RateChange
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import ActivityCode, Queue
from wfm.web.formats import zone_of
from wfm.web.scope import Scope, page_scope

LONGEST_DAYS = 400


@dataclass(frozen=True)
class _Page:
    """What one request looks at."""

    scope: Scope
    queue: Queue
    bands: Bands
    measured: MeasuredShrinkage
    profile: ShrinkageProfile | None
    today: date

    @property
    def url(self) -> str:
        query = self.scope.query(
            queue=self.queue.pk,
            band_hours=self.bands.hours,
            by_weekday=int(self.bands.by_weekday) or None,
        )
        return f"{reverse('adherence-shrinkage')}?{query}"


@require_http_methods(["GET", "POST"])
@require("adherence.view")
def shrinkage_page(request: HttpRequest) -> HttpResponse:
    """Show what was measured; on POST show the effect of other choices, or take over."""
    scope = page_scope(request, fields=("queue", "period"), default_period="last_4_weeks")
    visible = Queue.objects.visible_to(request.user).active().order_by("name")
    queue = scope.queue or visible.first()
    if queue is None:
        return render(request, "adherence/shrinkage.html", {"scope": scope, "queue": None})
    page = _page(request, scope, queue)
    may = access_of(request.user).can("staffing.edit") and sees_everyone(request.user)
    if request.method == "POST":
        if not may:
            raise PermissionDenied(_("Only who plans staffing for everyone may take this over."))
        return _posted(request, page)
    forms = cause_forms(list(page.measured.causes), in_force=page.profile)
    head = TakeOverForm(
        initial={
            "name": _("Measured %(first)s – %(last)s")
            % {"first": scope.starts_on.isoformat(), "last": scope.ends_on.isoformat()},
            "starts_on": page.today + timedelta(days=1),
        }
    )
    choices = default_choices(forms)
    return _show(request, page, head, forms, choices, page.today + timedelta(days=1), may=may)


def _page(request: HttpRequest, scope: Scope, queue: Queue) -> _Page:
    if scope.days > LONGEST_DAYS:
        raise Http404(_("Trends look at %(days)d days at most.") % {"days": LONGEST_DAYS})
    hours = request.GET.get("band_hours", "") or "24"
    if hours not in {str(known) for known in BAND_HOURS}:
        known = ", ".join(map(str, BAND_HOURS))
        raise Http404(_("Bands have %(known)s hours.") % {"known": known})
    bands = Bands(hours=int(hours), by_weekday=bool(request.GET.get("by_weekday")))
    today = localdate(timezone=zone_of(queue.timezone))
    return _Page(
        scope=scope,
        queue=queue,
        bands=bands,
        measured=measured_shrinkage(
            queue=queue,
            first=scope.starts_on,
            last=scope.ends_on,
            bands=bands,
            principal=request.user,
        ),
        profile=profile_on(queue, today),
        today=today,
    )


def _posted(request: HttpRequest, page: _Page) -> HttpResponse:
    head = TakeOverForm(request.POST)
    forms = cause_forms(list(page.measured.causes), in_force=page.profile, data=request.POST)
    is_valid = all([head.is_valid(), *(form.is_valid() for form in forms.values())])
    choices = {
        cause: form.choice for cause, form in forms.items() if form.is_valid() and form.choice
    }
    starts_on = head.cleaned_data.get("starts_on") or page.today + timedelta(days=1)
    if is_valid and request.POST.get("act") == "take":
        try:
            profile = take_over_shrinkage(
                queue=page.queue,
                measured=page.measured,
                choices=choices,
                name=head.cleaned_data["name"],
                starts_on=starts_on,
                today=page.today,
            )
        except UnableToTakeOver as error:
            head.add_error(None, str(error))
            is_valid = False
        else:
            messages.success(
                request,
                _("“%(name)s” holds from %(date)s; the next requirement is computed with it.")
                % {"name": profile.name, "date": profile.starts_on},
            )
            return HttpResponseRedirect(page.url)
    status = 200 if is_valid else 422
    return _show(request, page, head, forms, choices, starts_on, may=True, status=status)


def _show(  # noqa: PLR0913 - one page
    request: HttpRequest,
    page: _Page,
    head: TakeOverForm,
    forms: Mapping[Cause, CauseForm],
    choices: Mapping[Cause, CauseChoice],
    starts_on: date,
    *,
    may: bool,
    status: int = 200,
) -> HttpResponse:
    rates = rate_changes(page.measured, choices)
    rows = _rows(page, forms)
    chart = cause_chart(
        [row["name"] for row in rows],
        [row["estimate"].rate for row in rows],
        [row["in_force"] for row in rows],
    )
    context = {
        "scope": page.scope,
        "queue": page.queue,
        "queues": Queue.objects.visible_to(request.user).active().order_by("name"),
        "measured": page.measured,
        "bands": page.bands,
        "band_hours": BAND_HOURS,
        "pooled_lines": sum(line.is_pooled for line in page.measured.lines),
        "profile": page.profile,
        "in_force_placed": _sum_of(page.profile, is_scheduled=True),
        "in_force_other": _sum_of(page.profile, is_scheduled=False),
        "rows": rows,
        "line_count": len(rates),
        "head": head,
        "effect": _effect(request, page, rates, starts_on) if may else None,
        "starts_on": starts_on,
        "may": may,
        "is_everyone": sees_everyone(request.user),
        "action": page.url,
        "chart": chart.payload(),
    }
    return render(request, "adherence/shrinkage.html", context, status=status)


def _rows(page: _Page, forms: Mapping[Cause, CauseForm]) -> list[dict[str, Any]]:
    """One row per cause: measured with its interval, what is in force, and its form."""
    codes = ActivityCode.objects.in_bulk([form.initial["activity_code"] for form in forms.values()])
    known = dict(week_means(shares_of(page.profile)))
    rows = []
    for cause, estimate in page.measured.causes.items():
        reason, code_id = cause
        form = forms[cause]
        code, placed = codes.get(form.initial["activity_code"]), form.initial["is_scheduled"]
        # What is planned under one code stands once, beside its largest cause.
        planned = known.pop((code.key, placed), None) if code else None
        text = str(REASON_TEXTS[reason])
        rows.append(
            {
                "name": f"{code.name}, {text}" if code and code_id else text[:1].upper() + text[1:],
                "estimate": estimate,
                "in_force": planned,
                "form": form,
            }
        )
    return rows


def _sum_of(profile: ShrinkageProfile | None, *, is_scheduled: bool) -> float | None:
    if profile is None:
        return None
    means = week_means(shares_of(profile))
    return sum(rate for (_code, placed), rate in means.items() if placed is is_scheduled)


def _effect(
    request: HttpRequest, page: _Page, rates: list[RateChange], starts_on: date
) -> PeopleEffect | None:
    """What the lines would make of the requirement in force; None where there is none."""
    shares = [
        ShrinkageShare(
            code=rate.activity_code.key,
            rate=rate.rate,
            weekday=rate.weekday,
            starts_minute=rate.starts_minute,
            ends_minute=rate.ends_minute,
            is_scheduled=rate.is_scheduled,
        )
        for rate in rates
    ]
    try:
        return people_effect(
            queue=page.queue, shares=shares, starts_on=starts_on, principal=request.user
        )
    except ValueError:  # The shares add up to all of the time: taking over says so.
        return None
