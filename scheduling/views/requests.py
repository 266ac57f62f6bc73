"""The planner's and the lead's pages of requests and of open shifts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from scheduling.forms.requests import OfferForm
from scheduling.models import (
    OfferStatus,
    OpenShift,
    PersonalRequest,
    ShiftSwap,
    TimeOff,
)
from scheduling.queries.cover_effect import CoverBook
from scheduling.queries.requests import (
    RequestFilter,
    RequestKind,
    RequestState,
    request_rows,
)
from scheduling.request_texts import answer_text
from scheduling.services.candidate_offers import KINDS as CANDIDATES
from scheduling.services.candidate_offers import publish_candidates
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit, UnableToRequest
from scheduling.services.open_shifts import award, cancel_offer, publish_offer, why_not
from scheduling.services.people import decide
from scheduling.services.personal import decide_personal
from scheduling.services.swaps import decide_swap
from scheduling.services.time_off import waitlist_positions
from wfm.jobs.models import Job
from wfm.org.access import access_of
from wfm.org.access_views import person_of, require
from wfm.web.scope import page_scope

ON_A_PAGE = 50
PERMISSIONS = {
    RequestKind.TIME_OFF: "timeoff.approve",
    RequestKind.SWAP: "request.decide",
    RequestKind.AVAILABILITY: "request.decide",
}
"""What it takes to decide a request of each kind."""
REFUSALS = (UnableToRequest, UnableToEdit, ChangedMeanwhile)


@require_http_methods(["GET"])
@require("timeoff.view")
def requests(request: HttpRequest) -> HttpResponse:
    """All requests on one list; kind, state and team stand in the address."""
    scope = page_scope(request, fields=("team",))
    kind, state = request.GET.get("kind", ""), request.GET.get("state", RequestState.OPEN)
    if kind not in ("", *RequestKind.values) or state not in RequestState.values:
        raise Http404
    rows = request_rows(
        request.user,
        RequestFilter(kind=kind, state=state, team=scope.team),
        positions=waitlist_positions(at=now()),
        today=localdate(),
    )
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    access = access_of(request.user)
    context = {
        "page": page,
        "items": [
            (row, row.kind in PERMISSIONS and access.can(PERMISSIONS[row.kind])) for row in page
        ],
        "kind": kind,
        "state": state,
        "kinds": RequestKind.choices,
        "states": RequestState.choices,
    }
    return render(request, "scheduling/requests.html", context)


@require_POST
@require("timeoff.view")
def decide_request(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Approve or decline a request; the sentence says why where it cannot be."""
    approved = request.POST.get("decision") in {"approve", "above"}
    deciders: dict[str, tuple[Any, Callable[[Any], object]]] = {
        RequestKind.TIME_OFF: (TimeOff, lambda row: _time_off(request, row)),
        RequestKind.SWAP: (ShiftSwap, lambda row: decide_swap(swap=row, **_answer(request))),
        RequestKind.AVAILABILITY: (
            PersonalRequest,
            lambda row: decide_personal(request=row, **_answer(request)),
        ),
    }
    if kind not in deciders:
        raise Http404
    permission = PERMISSIONS[RequestKind(kind)]
    if not access_of(request.user).can(permission):
        msg = f"Your roles do not include {permission!r}."
        raise PermissionDenied(msg)
    model, decide_row = deciders[kind]
    row = get_object_or_404(model.objects.all().visible_to(request.user), pk=pk)
    try:
        decide_row(row)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Granted.") if approved else _("Declined."))
    return redirect(_back(request))


def _answer(request: HttpRequest) -> dict[str, Any]:
    return {
        "is_approved": request.POST.get("decision") == "approve",
        "by": person_of(request),
        "at": now(),
        "note": request.POST.get("note", "")[:300],
    }


def _time_off(request: HttpRequest, row: TimeOff) -> TimeOff:
    decision = request.POST.get("decision")
    return decide(
        row=row,
        is_approved=decision in {"approve", "above"},
        is_above_limit=decision == "above",
        decided_by=person_of(request),
        decided_at=now(),
        note=request.POST.get("note", "")[:300],
    )


def _back(request: HttpRequest) -> str:
    """The list as it was looked at."""
    asked = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if asked and allowed else "schedule-requests"


@require_http_methods(["GET", "POST"])
@require("schedule.view")
def open_shifts(request: HttpRequest) -> HttpResponse:
    """Offers of shifts, overtime and time off, and the form of a new one."""
    may_edit = access_of(request.user).can("schedule.edit")
    form = OfferForm(request.POST or None, principal=request.user) if may_edit else None
    if (
        request.method == "POST"
        and form is not None
        and form.is_valid()
        and _offered(request, form)
    ):
        messages.success(request, _("Offered. Agents see it now."))
        return redirect("schedule-open-shifts")
    rows = (
        OpenShift.objects.all()
        .visible_to(request.user)
        .select_related("queue", "team", "site", "for_agent")
        .prefetch_related("bids")
    )
    page = Paginator(rows.order_by("-pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    for offer in page:
        bids = list(offer.bids.all())
        offer.given = sum(bid.status == "WON" for bid in bids)  # type: ignore[attr-defined]
        offer.asked = sum(bid.status == "MADE" for bid in bids)  # type: ignore[attr-defined]
    return render(
        request, "scheduling/open_shifts.html", {"page": page, "form": form, "may_edit": may_edit}
    )


def _offered(request: HttpRequest, form: OfferForm) -> bool:
    offer = form.save(commit=False)
    offer.operational_date = localdate(offer.starts_at)
    try:
        publish_offer(offer, at=now(), by=person_of(request))
    except UnableToEdit as error:
        form.add_error(None, str(error))
        return False
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


@require_http_methods(["GET"])
@require("schedule.view")
def open_shift(request: HttpRequest, pk: int) -> HttpResponse:
    """An offer with its bids, in the order of its rule, and what stands against each."""
    offer = _offer(request, pk)
    bids = list(offer.bids.select_related("agent").order_by("status", "rank", "made_at"))
    waiting = [bid.agent_id for bid in bids if bid.status == "MADE"]
    against = why_not(offer=offer, agent_ids=waiting, at=now()) if waiting else {}
    seen = set(offer.bids.all().visible_to(request.user).values_list("pk", flat=True))
    context = {
        "offer": offer,
        "rows": [
            {
                "bid": bid,
                "answer": answer_text(bid.answer) or against.get(bid.agent_id, ""),
            }
            for bid in bids
            if bid.pk in seen
        ],
        "effect": CoverBook().of_offer(offer),
        "may_edit": access_of(request.user).can("schedule.edit")
        and offer.status == OfferStatus.OPEN,
    }
    return render(request, "scheduling/open_shift.html", context)


@require_POST
@require("schedule.edit")
def act_on_offer(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Give the places now, or take the offer back."""
    offer = _offer(request, pk)
    try:
        if act == "award":
            award(offer=offer, at=now(), by=person_of(request))
            messages.success(request, _("The places have been given."))
        elif act == "cancel":
            cancel_offer(offer=offer, at=now())
            messages.success(request, _("Taken back."))
        else:
            raise Http404
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("schedule-open-shift", pk)


@require_POST
@require("schedule.edit")
def offer_candidate(request: HttpRequest, job: int, kind: str, number: int) -> HttpResponse:
    """Offer what a re-optimisation found to its person."""
    jobs: Any = Job.objects.all()
    found = get_object_or_404(jobs.visible_to(request.user), pk=job)
    if kind not in CANDIDATES:
        raise Http404
    try:
        [offer] = publish_candidates(
            found,
            kind=kind,
            numbers=[number],
            price_per_hour=None,
            at=now(),
            by=person_of(request),
        )
    except UnableToEdit as error:
        messages.error(request, str(error))
        return redirect("schedule-open-shifts")
    messages.success(request, _("Offered. Agents see it now."))
    return redirect("schedule-open-shift", offer.pk)


def _offer(request: HttpRequest, pk: int) -> OpenShift:
    rows = OpenShift.objects.all().visible_to(request.user)
    return get_object_or_404(rows.select_related("queue", "team", "site", "for_agent"), pk=pk)
