"""Open shifts, overtime and voluntary time off: offered, claimed or bid for, and given by a rule.

Of two who claim the last place at once the offer's row lets one through; the other reads that it is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.core.mark_diff import LEAST_HOURS, OF_THE_PATTERN
from scheduling.core.rank_rules import Bidder, by_rule
from scheduling.models import (
    BidStatus,
    OfferKind,
    OfferStatus,
    OpenShift,
    RankRule,
    ShiftBid,
    ShiftChange,
    ShiftChangeKind,
)
from scheduling.queries.published import RuleBook, rule_book, version_of_day
from scheduling.queries.time_off import here_since
from scheduling.request_texts import say
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit, UnableToRequest
from scheduling.services.legal import check_notice, check_rules, check_team
from scheduling.services.offered_work import Work, added, longer, shorter
from scheduling.services.rules import keep
from scheduling.services.shift_changes import Reason, lock_agents, write_changes
from scheduling.services.tell import lazy_answer, record_request, tell_agents
from wfm.integration.services import lazy_words
from wfm.org.models import Agent, User

QUARTER = timedelta(weeks=13)
CHANGE_KINDS = {
    OfferKind.OPEN_SHIFT: ShiftChangeKind.CLAIM,
    OfferKind.OVERTIME: ShiftChangeKind.OVERTIME,
    OfferKind.VOLUNTARY_TIME_OFF: ShiftChangeKind.VOLUNTARY_TIME_OFF,
}
IGNORED = {
    OfferKind.OPEN_SHIFT: LEAST_HOURS,
    OfferKind.OVERTIME: LEAST_HOURS | OF_THE_PATTERN,
    OfferKind.VOLUNTARY_TIME_OFF: LEAST_HOURS | OF_THE_PATTERN,
}
"""Whoever takes more falls below nothing; what is offered outside the contract's shifts may be taken."""


@transaction.atomic
def publish_offer(offer: OpenShift, *, at: datetime, by: User | None) -> OpenShift:
    """Offer an open shift, overtime or time off on days that have a published schedule."""
    version = version_of_day(offer.operational_date)
    if version is None:
        raise UnableToEdit(
            _("No schedule is published for %(day)s.") % {"day": offer.operational_date}
        )
    if offer.starts_at <= at:
        raise UnableToEdit(_("An offer begins in the future."))
    offer.version, offer.created_at, offer.created_by = version, at, by
    return keep(offer)


@transaction.atomic
def cancel_offer(*, offer: OpenShift, at: datetime) -> OpenShift:
    """Take an offer back; who has been given a place keeps it."""
    found = _locked(offer)
    if found.status != OfferStatus.OPEN:
        raise UnableToRequest(_no_longer(found))
    found.status = OfferStatus.CANCELLED
    found.save(update_fields=["status"])
    for bid in found.bids.filter(status=BidStatus.MADE):
        _lose(bid, [say("cancelled")], at)
    return found


@transaction.atomic
def claim(*, offer: OpenShift, agent: Agent, at: datetime) -> ShiftBid:
    """First come, first served: the place is the agent's at once, or the sentence says why not."""
    found = _locked(offer)
    _check_open(found, agent, at)
    if found.rank_rule != RankRule.FIRST:
        raise UnableToRequest(_("Bids are collected for this offer; make a bid."))
    bid = ShiftBid.objects.filter(open_shift=found, agent=agent).first()
    if bid is not None and bid.status == BidStatus.WON:
        raise UnableToRequest(_("You have this offer already."))
    lock_agents([agent.pk])
    change = _carry_out(found, agent.pk, at=at, by=_user_of(agent))
    bid = bid or ShiftBid(open_shift=found, agent=agent)
    bid.made_at = at
    if bid.pk is None:
        bid.save()
        _record("made", bid, at)
    _give(bid, change, found, at)
    _close_if_full(found)
    return bid


@transaction.atomic
def bid_for(*, offer: OpenShift, agent: Agent, rank: int, at: datetime) -> ShiftBid:
    """Make a bid, or change its rank, until the offer closes."""
    found = _locked(offer)
    _check_open(found, agent, at)
    if found.rank_rule == RankRule.FIRST:
        raise UnableToRequest(_("This offer is first come, first served; claim it."))
    if found.closes_at is not None and found.closes_at <= at:
        raise UnableToRequest(_("Bids have closed."))
    book = rule_book(agent_ids=[agent.pk], days=[found.operational_date])
    _judge(found, agent.pk, book, at)
    bid = ShiftBid.objects.filter(open_shift=found, agent=agent).first()
    bid = bid or ShiftBid(open_shift=found, agent=agent)
    is_new = bid._state.adding or bid.status != BidStatus.MADE  # noqa: SLF001 - Django's documented name
    bid.rank, bid.made_at, bid.status, bid.answer = rank, at, BidStatus.MADE, []
    kept = keep(bid)
    if is_new:
        _record("made", kept, at)
    return kept


@transaction.atomic
def withdraw_bid(*, bid: ShiftBid, at: datetime) -> ShiftBid:
    """Take a bid back that nothing was given for."""
    _locked(bid.open_shift)
    found = ShiftBid.objects.select_for_update().get(pk=bid.pk)
    if found.status != BidStatus.MADE:
        raise UnableToRequest(
            _("This bid is no longer open: %(status)s.") % {"status": found.get_status_display()}
        )
    found.status, found.decided_at = BidStatus.WITHDRAWN, at
    found.save(update_fields=["status", "decided_at"])
    _record("withdrawn", found, at)
    return found


@transaction.atomic
def award(*, offer: OpenShift, at: datetime, by: User | None = None) -> list[ShiftBid]:
    """Give the places by the offer's rule to those whom the labor rules allow; the rest read why not."""
    found = _locked(offer)
    if found.status != OfferStatus.OPEN:
        raise UnableToRequest(_no_longer(found))
    bids = {bid.agent_id: bid for bid in found.bids.filter(status=BidStatus.MADE)}
    lock_agents(bids)
    for bidder in by_rule(found.rank_rule, _bidders(bids, at), seed=found.seed):
        bid = bids[bidder.agent_id]
        if _places_left(found) <= 0:
            _lose(bid, [say("taken", rule=found.rank_rule)], at)
            continue
        try:
            with transaction.atomic():
                change = _carry_out(found, bidder.agent_id, at=at, by=by)
        except UnableToRequest as error:
            _lose(bid, [say("note", text=str(error))], at)
            continue
        _give(bid, change, found, at)
    found.status = OfferStatus.CLOSED if _places_left(found) else OfferStatus.AWARDED
    found.save(update_fields=["status"])
    return list(bids.values())


def award_due(*, at: datetime) -> int:
    """Give what has closed for bids and close what has begun; return how many offers."""
    due = OpenShift.objects.filter(status=OfferStatus.OPEN)
    ready = due.exclude(rank_rule=RankRule.FIRST).filter(closes_at__lte=at)
    count = 0
    for offer in ready.order_by("closes_at", "pk"):
        award(offer=offer, at=at)
        count += 1
    begun = due.filter(rank_rule=RankRule.FIRST, starts_at__lte=at)
    return count + begun.update(status=OfferStatus.CLOSED)


def why_not(*, offer: OpenShift, agent_ids: Sequence[int], at: datetime) -> dict[int, str]:
    """Per agent the sentence that stands against their taking part; empty: they may."""
    book = rule_book(agent_ids=agent_ids, days=[offer.operational_date])
    found = {}
    for agent_id in agent_ids:
        try:
            _judge(offer, agent_id, book, at)
        except UnableToRequest as error:
            found[agent_id] = str(error)
        else:
            found[agent_id] = ""
    return found


# -- inside the transaction ----------------------------------------------------------------------


def _locked(offer: OpenShift) -> OpenShift:
    return (
        OpenShift.objects.select_for_update(of=("self",))
        .select_related("queue", "version")
        .get(pk=offer.pk)
    )


def _check_open(offer: OpenShift, agent: Agent, at: datetime) -> None:
    if offer.status != OfferStatus.OPEN or _places_left(offer) <= 0:
        raise UnableToRequest(_no_longer(offer))
    if not OpenShift.objects.for_agent(agent.pk).filter(pk=offer.pk).exists():
        raise UnableToRequest(_("This offer is for other people."))
    if offer.starts_at <= at:
        raise UnableToRequest(_("The shift has begun; what has begun or is past stays."))


def _places_left(offer: OpenShift) -> int:
    return offer.people - offer.bids.filter(status=BidStatus.WON).count()


def _judge(offer: OpenShift, agent_id: int, book: RuleBook, at: datetime) -> Work:
    """What the agent would work, refused where notice, skills, rules or seats stand against it."""
    check_team(book, agent_id)
    check_notice([book.policy(agent_id)], offer.starts_at, at)
    kinds = {
        OfferKind.OPEN_SHIFT: added,
        OfferKind.OVERTIME: longer,
        OfferKind.VOLUNTARY_TIME_OFF: shorter,
    }
    work = kinds[OfferKind(offer.kind)](offer, agent_id, book)
    check_rules(book, {agent_id: work.after}, ignored=IGNORED[OfferKind(offer.kind)])
    return work


def _carry_out(offer: OpenShift, agent_id: int, *, at: datetime, by: User | None) -> ShiftChange:
    """Judge after the agent is held, then write; the caller holds offer and agent."""
    book = rule_book(agent_ids=[agent_id], days=[offer.operational_date])
    work = _judge(offer, agent_id, book, at)
    reason = Reason(
        kind=CHANGE_KINDS[OfferKind(offer.kind)],
        at=at,
        by=by,
        why=offer.note or str(OfferKind(offer.kind).label),
    )
    try:
        return write_changes([work.change], reason)
    except (UnableToEdit, ChangedMeanwhile) as error:
        raise UnableToRequest(str(error)) from error


def _bidders(bids: dict[int, ShiftBid], at: datetime) -> list[Bidder]:
    since = here_since(bids)
    lately: dict[int, int] = dict.fromkeys(bids, 0)
    won = ShiftBid.objects.filter(
        agent__in=bids, status=BidStatus.WON, decided_at__gt=at - QUARTER, decided_at__lte=at
    )
    for agent_id in won.values_list("agent_id", flat=True):
        lately[agent_id] += 1
    return [
        Bidder(
            agent_id=agent_id,
            rank=bid.rank,
            made_at=bid.made_at,
            here_since=since.get(agent_id, at.date()),
            given_lately=lately[agent_id],
        )
        for agent_id, bid in bids.items()
    ]


def _give(bid: ShiftBid, change: ShiftChange, offer: OpenShift, at: datetime) -> None:
    bid.status, bid.decided_at, bid.change = BidStatus.WON, at, change
    bid.answer = [say("won", rule=offer.rank_rule)]
    bid.save()
    _tell(bid, at)


def _lose(bid: ShiftBid, answer: list[dict[str, object]], at: datetime) -> None:
    bid.status, bid.decided_at, bid.answer = BidStatus.LOST, at, answer
    bid.save()
    _tell(bid, at)


def _close_if_full(offer: OpenShift) -> None:
    if _places_left(offer) <= 0:
        offer.status = OfferStatus.AWARDED
        offer.save(update_fields=["status"])


def _no_longer(offer: OpenShift) -> str:
    if offer.status in (OfferStatus.AWARDED, OfferStatus.OPEN):
        return _("Others were faster: all places have been given.")
    return _("This offer is no longer open: %(status)s.") % {"status": offer.get_status_display()}


def _user_of(agent: Agent) -> User | None:
    return User.objects.filter(agent=agent).first()


def _tell(bid: ShiftBid, at: datetime) -> None:
    tell_agents(
        [bid.agent_id],
        kind="bid",
        subject=lazy_words(
            gettext_lazy("Your bid: %(status)s"), status=BidStatus(bid.status).label
        ),
        body=lazy_answer(bid.answer),
        at=at,
    )
    _record("decided", bid, at)


def _record(what: str, bid: ShiftBid, at: datetime) -> None:
    record_request(
        what,
        request="bid",
        pk=bid.pk,
        agent_id=bid.agent_id,
        status=bid.status,
        at=at,
        open_shift=bid.open_shift_id,
    )
