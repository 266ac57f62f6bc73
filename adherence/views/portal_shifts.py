"""The agent's weeks, offers among colleagues, open shifts, and the calendar address."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from adherence.queries.own_weeks import local_today, monday_of, own_week
from adherence.views.portal_frame import done_or_said, for_own_agent, zone_of_agent
from scheduling.models import (
    BidStatus,
    CalendarFeed,
    OfferStatus,
    OpenShift,
    RankRule,
    Shift,
    ShiftBid,
    ShiftSwap,
    SwapStatus,
)
from scheduling.models.open_shift import LOWEST_BID
from scheduling.models.swap import OPEN_SWAPS
from scheduling.services.calendar_feeds import revoke_feed, rotate_feed
from scheduling.services.errors import UnableToRequest
from scheduling.services.open_shifts import bid_for, claim, withdraw_bid
from scheduling.services.swaps import (
    accept_swap,
    offer_swap,
    possible_exchanges,
    possible_takers,
    refuse_swap,
    withdraw_swap,
)
from wfm.org.models import Agent

WEEK = timedelta(weeks=1)
MOST_WEEKS_AWAY = 60


@require_GET
@for_own_agent
def shifts(request: HttpRequest, agent: Agent) -> HttpResponse:
    """One week, what colleagues offer, and what planners offer."""
    return _week_page(request, agent)


def _week_page(request: HttpRequest, agent: Agent, *, new_address: str = "") -> HttpResponse:
    at, zone = now(), zone_of_agent(agent)
    today = local_today(at, zone)
    starts_on = _week(request.GET.get("week", ""), today)
    context = {
        "tab": "shifts",
        "at": at,
        "zone": zone,
        "today": today,
        "week": own_week(agent_id=agent.pk, starts_on=starts_on, timezone=zone),
        "earlier": starts_on - WEEK,
        "later": starts_on + WEEK,
        "is_this_week": starts_on == monday_of(today),
        "swaps": _swaps(agent),
        "offers": _offers(agent),
        "ranks": range(1, LOWEST_BID + 1),
        "feed": CalendarFeed.objects.filter(agent=agent, revoked_at=None).first(),
        "new_address": new_address,
    }
    return render(request, "portal/shifts.html", context)


@require_GET
@for_own_agent
def shift(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """One shift with its activities, and to whom it may be offered."""
    at, zone = now(), zone_of_agent(agent)
    found = get_object_or_404(
        Shift.objects.filter(agent=agent, is_published=True)
        .select_related("site")
        .prefetch_related("activities__activity_code", "activities__queue"),
        pk=pk,
    )
    offers = ShiftSwap.objects.filter(shift=found, status__in=OPEN_SWAPS)
    offer = offers.select_related("to_agent", "return_shift").first()
    takers = [] if offer or found.starts_at <= at else possible_takers(shift=found, at=at)
    chosen = request.GET.get("with", "")
    colleague = next((person for person, _no in takers if str(person.pk) == chosen), None)
    exchanges = possible_exchanges(shift=found, colleague=colleague, at=at) if colleague else []
    context = {
        "tab": "shifts",
        "zone": zone,
        "shift": found,
        "offer": offer,
        "has_begun": found.starts_at <= at,
        "takers": [person for person, answer in takers if not answer],
        # How many, not why: the reasons are the colleagues' own.
        "colleagues": [person for person, _answer in takers],
        "colleague": colleague,
        "exchanges": [back for back, answer in exchanges if not answer],
        "not_allowed": sum(bool(answer) for _person, answer in takers),
        "paid_seconds": found.paid_minutes * 60,
    }
    return render(request, "portal/shift.html", context)


@require_POST
@for_own_agent
def offer_shift(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Offer it to one colleague or to all."""
    found = get_object_or_404(Shift.objects.filter(agent=agent, is_published=True), pk=pk)
    chosen = request.POST.get("to", "")
    takers = [person for person, _answer in possible_takers(shift=found, at=now())]
    to_agent = next((person for person in takers if str(person.pk) == chosen), None)
    if chosen and to_agent is None:
        messages.error(request, _("This colleague cannot be offered the shift."))
        return redirect("portal-shift", pk)
    return done_or_said(
        request,
        lambda: offer_swap(
            agent=agent,
            shift=found,
            to_agent=to_agent,
            message=request.POST.get("message", "")[:300],
            at=now(),
        ),
        done=_("Offered. You keep the shift until somebody takes it."),
        back=reverse("portal-shift", args=[pk]),
    )


@require_POST
@for_own_agent
def exchange_shift(request: HttpRequest, agent: Agent, pk: int) -> HttpResponse:
    """Offer it in exchange for a shift of a colleague of the site."""
    at = now()
    found = get_object_or_404(Shift.objects.filter(agent=agent, is_published=True), pk=pk)
    people = [person for person, _answer in possible_takers(shift=found, at=at)]
    wanted = request.POST.get("for", "")
    back = get_object_or_404(
        Shift.objects.filter(agent__in=people, is_published=True).select_related("agent"),
        pk=wanted if wanted.isdecimal() else 0,
    )
    return done_or_said(
        request,
        lambda: offer_swap(
            agent=agent,
            shift=found,
            return_shift=back,
            message=request.POST.get("message", "")[:300],
            at=at,
        ),
        done=_("Offered in exchange. Both of you keep your shifts until your colleague agrees."),
        back=reverse("portal-shift", args=[pk]),
    )


@require_POST
@for_own_agent
def answer_swap(request: HttpRequest, agent: Agent, pk: int, answer: str) -> HttpResponse:
    """Take a colleague's shift, say no to it, or take one's own offer back."""
    swap = get_object_or_404(ShiftSwap.objects.all().concerning(agent.pk), pk=pk)
    at = now()
    if answer == "withdraw":
        own = get_object_or_404(ShiftSwap, pk=pk, offered_by=agent)
        return done_or_said(
            request,
            lambda: withdraw_swap(swap=own, at=at),
            done=_("Taken back."),
            back=reverse("portal-shifts"),
        )
    if answer == "refuse":
        return done_or_said(
            request,
            lambda: refuse_swap(swap=swap, agent=agent, at=at),
            done=_("Declined; your colleague is told."),
            back=reverse("portal-shifts"),
        )
    try:
        found = accept_swap(swap=swap, agent=agent, at=at)
    except UnableToRequest as error:
        messages.error(request, str(error))
    else:
        is_done = found.status == SwapStatus.DONE
        messages.success(
            request,
            _("The shift is yours.") if is_done else _("Sent to the team lead, who decides."),
        )
    return redirect("portal-shifts")


@require_POST
@for_own_agent
def answer_offer(request: HttpRequest, agent: Agent, pk: int, answer: str) -> HttpResponse:
    """Claim an open shift, bid for one, or take the bid back."""
    offer = get_object_or_404(OpenShift.objects.all().for_agent(agent.pk), pk=pk)
    at, back = now(), reverse("portal-shifts")
    if answer == "claim":
        return done_or_said(
            request,
            lambda: claim(offer=offer, agent=agent, at=at),
            done=_("It is yours."),
            back=back,
        )
    if answer == "bid":
        asked = request.POST.get("rank", "1")
        rank = int(asked) if asked.isdecimal() and 1 <= int(asked) <= LOWEST_BID else 1
        return done_or_said(
            request,
            lambda: bid_for(offer=offer, agent=agent, rank=rank, at=at),
            done=_("Your bid is in."),
            back=back,
        )
    bid = get_object_or_404(ShiftBid, open_shift=offer, agent=agent)
    return done_or_said(
        request, lambda: withdraw_bid(bid=bid, at=at), done=_("Taken back."), back=back
    )


@require_POST
@for_own_agent
def calendar(request: HttpRequest, agent: Agent, answer: str) -> HttpResponse:
    """A new secret address, told on this answer alone; or none any more."""
    if answer == "revoke":
        revoke_feed(agent=agent, at=now())
        messages.success(request, _("The address no longer answers."))
        return redirect(f"{reverse('portal-shifts')}#calendar")
    token = rotate_feed(agent=agent, at=now())
    address = request.build_absolute_uri(reverse("ical", args=[token]))
    return _week_page(request, agent, new_address=address)


def _week(text: str, today: date) -> date:
    """The Monday of the week that the address names; anything odd is this week."""
    try:
        day = parse_date(text) or today
    except ValueError:
        day = today
    return monday_of(day if abs(day - today) <= MOST_WEEKS_AWAY * WEEK else today)


def _swaps(agent: Agent) -> list[ShiftSwap]:
    """What colleagues offer and what is one's own, the earliest shift first."""
    rows = ShiftSwap.objects.filter(status__in=OPEN_SWAPS).concerning(agent.pk)
    related = ("offered_by", "to_agent", "accepted_by", "shift__site", "return_shift")
    return list(rows.select_related(*related).order_by("starts_at").distinct()[:50])


def _offers(agent: Agent) -> list[dict[str, object]]:
    """Open shifts, overtime and time off that planners offer, with one's own bid."""
    rows = OpenShift.objects.filter(status=OfferStatus.OPEN, starts_at__gt=now())
    offers = list(
        rows.for_agent(agent.pk).select_related("queue", "site").order_by("starts_at")[:50]
    )
    bids = {
        bid.open_shift_id: bid
        for bid in ShiftBid.objects.filter(
            open_shift__in=offers, agent=agent, status__in=(BidStatus.MADE, BidStatus.WON)
        )
    }
    return [
        {
            "row": offer,
            "bid": bids.get(offer.pk),
            "is_claim": offer.rank_rule == RankRule.FIRST,
        }
        for offer in offers
    ]
