"""Swaps: a published shift is offered, accepted, judged by the rules of both, and changes hands.

Judged twice: when it is accepted, and again in the same transaction that moves the shifts, after the people
and the shifts are held, so that two who accept at once cannot both win and no rule is broken by a race.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.core.rule_marks import PlannedShift
from scheduling.models import (
    OPEN_SWAPS,
    RequestPolicy,
    Review,
    Shift,
    ShiftChangeKind,
    ShiftSwap,
    SwapStatus,
)
from scheduling.queries.published import RuleBook, activities_of, rule_book
from scheduling.request_texts import Answer, say, say_by
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit, UnableToRequest
from scheduling.services.legal import (
    broken_rules,
    check_notice,
    check_rules,
    check_seat,
    check_team,
    moved,
    taken_over,
)
from scheduling.services.shift_changes import (
    PlannedChange,
    Reason,
    lock_agents,
    lock_published,
    state_of,
    write_changes,
)
from scheduling.services.tell import lazy_answer, record_request, tell_agents, tell_deciders
from wfm.integration.services import lazy_words
from wfm.org.models import Agent, User
from wfm.org.own import is_about, own_refusal

ONE_OPEN = "scheduling_shiftswap_one_open"
EXCHANGED_WITHIN = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class _Held:
    """The two people's shifts, locked, and what binds them."""

    shift: Shift
    back: Shift | None
    giver: int
    taker: int
    book: RuleBook

    @property
    def policies(self) -> list[RequestPolicy]:
        """Of both teams."""
        people = (self.giver, self.taker)
        return [self.book.policy(pk) for pk in people if self.book.knows(pk)]


@transaction.atomic
def offer_swap(
    *,
    agent: Agent,
    shift: Shift,
    at: datetime,
    to_agent: Agent | None = None,
    return_shift: Shift | None = None,
    message: str = "",
) -> ShiftSwap:
    """Offer an own published shift to a colleague or to all, or in exchange for one of a colleague's."""
    lock_agents([agent.pk])
    held = lock_published({shift.pk: None})[shift.pk]
    if held.agent_id != agent.pk:
        raise UnableToRequest(_("This is not your shift."))
    book = rule_book(agent_ids=[agent.pk], days=[held.operational_date])
    check_team(book, agent.pk)
    check_notice([book.policy(agent.pk)], held.starts_at, at)
    if return_shift is not None:
        to_agent = _owner(return_shift, agent)
    if to_agent is not None and to_agent.pk == agent.pk:
        raise UnableToRequest(_("A swap needs two people."))
    swap = ShiftSwap(
        offered_by=agent,
        shift=held,
        shift_revision=held.revision,
        to_agent=to_agent,
        return_shift=return_shift,
        return_revision=None if return_shift is None else return_shift.revision,
        is_exchange=return_shift is not None,
        operational_date=held.operational_date,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        message=message,
        requested_at=at,
    )
    try:
        with transaction.atomic():
            swap.save()
    except IntegrityError as error:
        if ONE_OPEN not in str(error):
            raise
        raise UnableToRequest(_("This shift is offered already.")) from error
    _record("made", swap, at)
    if to_agent is not None:
        subject = lazy_words(gettext_lazy("%(name)s offers you a shift"), name=str(agent))
        _tell(swap, [to_agent.pk], subject, at)
    return swap


@transaction.atomic
def accept_swap(*, swap: ShiftSwap, agent: Agent, at: datetime) -> ShiftSwap:
    """Accept an offer: done at once, or sent to the lead where the setting says so.

    `UnableToRequest` says which rule of whom stands against it, or who was faster.
    """
    found = _locked(swap)
    if found.status != SwapStatus.OFFERED:
        raise UnableToRequest(_no_longer(found))
    if found.to_agent_id not in (None, agent.pk):
        raise UnableToRequest(_("This shift is offered to somebody else."))
    if found.offered_by_id == agent.pk:
        raise UnableToRequest(_("This is your own offer."))
    held = _hold(found, agent.pk)
    changes = _judged(held, at)
    found.accepted_by = agent
    if any(policy.swap_review == Review.LEAD for policy in held.policies):
        found.status, found.answer = SwapStatus.ACCEPTED, [say("swap_to_lead")]
        found.save()
        waits = gettext_lazy("Your swap waits for the team lead")
        _tell(found, [found.offered_by_id], waits, at)
        tell_deciders(
            [found.offered_by_id, agent.pk],
            permission="request.decide",
            name=found.offered_by.name,
            what=gettext_lazy("swap"),
            answer=found.answer,
            at=at,
        )
        return found
    return _execute(found, changes, at=at, by=_user_of(agent), answer=[say("swap_done")])


@transaction.atomic
def decide_swap(
    *, swap: ShiftSwap, is_approved: bool, by: User | None, at: datetime, note: str = ""
) -> ShiftSwap:
    """The lead decides a swap that both want; the rules are judged again. Not one of the two."""
    found = _locked(swap)
    if is_about(by, found.offered_by_id, found.accepted_by_id):
        raise UnableToRequest(own_refusal())
    if found.status != SwapStatus.ACCEPTED or found.accepted_by_id is None:
        raise UnableToRequest(_no_longer(found))
    extra = [say("note", text=note)] if note else []
    if not is_approved:
        return _close(found, SwapStatus.DECLINED, [say_by("declined_by", by), *extra], at, by=by)
    changes = _judged(_hold(found, found.accepted_by_id), at)
    answer = [say_by("granted_by", by), *extra]
    return _execute(found, changes, at=at, by=by, answer=answer)


@transaction.atomic
def refuse_swap(*, swap: ShiftSwap, agent: Agent, at: datetime) -> ShiftSwap:
    """The colleague to whom a shift was offered does not want it."""
    found = _locked(swap)
    if found.status != SwapStatus.OFFERED or found.to_agent_id != agent.pk:
        raise UnableToRequest(_no_longer(found))
    answer = [say("refused_by_colleague", name=agent.name)]
    return _close(found, SwapStatus.DECLINED, answer, at)


@transaction.atomic
def withdraw_swap(*, swap: ShiftSwap, at: datetime) -> ShiftSwap:
    """Take an own offer back before it is done."""
    found = _locked(swap)
    if found.status not in OPEN_SWAPS:
        raise UnableToRequest(_no_longer(found))
    return _close(found, SwapStatus.WITHDRAWN, [say("withdrawn")], at)


@transaction.atomic
def lapse_swaps(*, at: datetime) -> int:
    """Close offers whose shift has begun, changed or gone; return how many."""
    lapsed = 0
    rows = ShiftSwap.objects.filter(status__in=OPEN_SWAPS).select_for_update(
        of=("self",), skip_locked=True
    )
    for swap in rows.select_related("shift").order_by("pk"):
        shift = swap.shift
        stands = (
            shift is not None
            and shift.is_published
            and shift.revision == swap.shift_revision
            and shift.starts_at > at
        )
        if not stands:
            _close(swap, SwapStatus.LAPSED, [say("lapsed")], at)
            lapsed += 1
    return lapsed


def possible_takers(*, shift: Shift, at: datetime) -> list[tuple[Agent, Answer]]:
    """Colleagues of the site with what stands against their taking the shift; empty: they may."""
    site = shift.site_id
    people = list(
        Agent.objects.filter(
            is_active=True,
            assignments__team__site=site,
            assignments__starts_on__lte=shift.operational_date,
        )
        .exclude(pk=shift.agent_id)
        .exclude(assignments__ends_on__lte=shift.operational_date)
        .order_by("sort_key")
        .distinct()
    )
    if shift.starts_at <= at:
        return []
    ids = [shift.agent_id, *(agent.pk for agent in people)]
    book = rule_book(agent_ids=ids, days=[shift.operational_date])
    found = []
    for agent in people:
        if not book.knows(agent.pk):
            continue
        _, theirs = moved(book, shift, giver=shift.agent_id, taker=agent.pk)
        after = {agent.pk: [*book.planned.get(agent.pk, ()), theirs]}
        found.append((agent, broken_rules(book, after)))
    return found


def possible_exchanges(
    *, shift: Shift, colleague: Agent, at: datetime
) -> list[tuple[Shift, Answer]]:
    """The colleague's shifts around it with what stands against exchanging them; empty: they may."""
    day = shift.operational_date
    theirs = list(
        Shift.objects.filter(
            is_published=True,
            agent=colleague,
            starts_at__gt=at,
            operational_date__range=(day - EXCHANGED_WITHIN, day + EXCHANGED_WITHIN),
        ).order_by("starts_at")
    )
    if shift.starts_at <= at or not theirs:
        return []
    people = (shift.agent_id, colleague.pk)
    book = rule_book(agent_ids=people, days={day, *(back.operational_date for back in theirs)})
    if not all(book.knows(person) for person in people):
        return []
    return [
        (back, broken_rules(book, _shifts_after(book, shift, back, shift.agent_id, colleague.pk)))
        for back in theirs
    ]


# -- inside the transaction ----------------------------------------------------------------------


def _locked(swap: ShiftSwap) -> ShiftSwap:
    return (
        ShiftSwap.objects.select_for_update(of=("self",))
        .select_related("offered_by", "to_agent", "accepted_by")
        .get(pk=swap.pk)
    )


def _hold(swap: ShiftSwap, taker: int) -> _Held:
    """Both people and shifts, held in order; refused where a shift is not what was offered."""
    lock_agents([swap.offered_by_id, taker])
    if swap.shift_id is None or (swap.is_exchange and swap.return_shift_id is None):
        raise UnableToRequest(_("This shift is no longer in force."))
    wanted: dict[int, int | None] = {swap.shift_id: swap.shift_revision}
    if swap.return_shift_id is not None:
        wanted[swap.return_shift_id] = swap.return_revision
    try:
        shifts = lock_published(wanted)
    except ChangedMeanwhile as error:
        raise UnableToRequest(str(error)) from error
    shift = shifts[swap.shift_id]
    back = None if swap.return_shift_id is None else shifts[swap.return_shift_id]
    days = {item.operational_date for item in (shift, back) if item is not None}
    return _Held(
        shift=shift,
        back=back,
        giver=swap.offered_by_id,
        taker=taker,
        book=rule_book(agent_ids=[swap.offered_by_id, taker], days=days),
    )


def _judged(held: _Held, at: datetime) -> list[PlannedChange]:
    """What the swap would write; refused where notice, rules or seats stand against it."""
    book, giver, taker = held.book, held.giver, held.taker
    for person in (giver, taker):
        check_team(book, person)
    for shift in (held.shift, held.back):
        if shift is not None:
            check_notice(held.policies, shift.starts_at, at)
    check_rules(book, _shifts_after(book, held.shift, held.back, giver, taker))
    pairs = [(held.shift, taker)]
    if held.back is not None:
        pairs.append((held.back, giver))
    changes = []
    for shift, person in pairs:
        before = state_of(shift, activities_of([shift.pk])[shift.pk])
        state = taken_over(before, book, person)
        check_seat(state, before, but_of=[item.pk for item, _person in pairs])
        changes.append(PlannedChange(shift=shift, after=state, version_id=shift.version_id))
    return changes


def _shifts_after(
    book: RuleBook, shift: Shift, back: Shift | None, giver: int, taker: int
) -> dict[int, list[PlannedShift]]:
    """What both would work after it, as rules read it."""
    given, received = moved(book, shift, giver=giver, taker=taker)
    after = {
        giver: [s for s in book.planned.get(giver, ()) if s.number != given.number],
        taker: [*book.planned.get(taker, ()), received],
    }
    if back is not None:
        own, theirs = moved(book, back, giver=taker, taker=giver)
        after[taker] = [s for s in after[taker] if s.number != own.number]
        after[giver].append(theirs)
    return after


def _execute(
    swap: ShiftSwap, changes: list[PlannedChange], *, at: datetime, by: User | None, answer: Answer
) -> ShiftSwap:
    names = {"giver": swap.offered_by, "taker": swap.accepted_by}
    why = _("%(giver)s and %(taker)s") if swap.is_exchange else _("%(giver)s to %(taker)s")
    reason = Reason(kind=ShiftChangeKind.SWAP, at=at, by=by, why=why % names)
    try:
        write_changes(changes, reason)
    except UnableToEdit as error:
        raise UnableToRequest(str(error)) from error
    return _close(swap, SwapStatus.DONE, answer, at, by=by)


def _close(
    swap: ShiftSwap, status: SwapStatus, answer: Answer, at: datetime, *, by: User | None = None
) -> ShiftSwap:
    swap.status, swap.answer = status, answer
    swap.decided_by, swap.decided_at = by, at
    swap.save()
    people = [pk for pk in (swap.offered_by_id, swap.accepted_by_id) if pk is not None]
    subject = lazy_words(gettext_lazy("Your swap: %(status)s"), status=SwapStatus(status).label)
    _tell(swap, people, subject, at)
    _record("withdrawn" if status == SwapStatus.WITHDRAWN else "decided", swap, at)
    return swap


def _owner(return_shift: Shift, agent: Agent) -> Agent:
    """The colleague whose shift is wanted in exchange."""
    if not return_shift.is_published:
        raise UnableToRequest(_("This shift is no longer in force."))
    if return_shift.agent_id == agent.pk:
        raise UnableToRequest(_("A swap needs two people."))
    return return_shift.agent


def _user_of(agent: Agent) -> User | None:
    return User.objects.filter(agent=agent).first()


def _no_longer(swap: ShiftSwap) -> str:
    if swap.accepted_by_id is not None:
        return _("Somebody else was faster: this shift has been taken.")
    return _("This offer is no longer open: %(status)s.") % {"status": swap.get_status_display()}


def _tell(swap: ShiftSwap, agent_ids: list[int], subject: str | Promise, at: datetime) -> None:
    tell_agents(agent_ids, kind="swap", subject=subject, body=lazy_answer(swap.answer), at=at)


def _record(what: str, swap: ShiftSwap, at: datetime) -> None:
    record_request(
        what,
        request="swap",
        pk=swap.pk,
        agent_id=swap.offered_by_id,
        status=swap.status,
        at=at,
        taken_by=swap.accepted_by_id,
        starts_at=swap.starts_at,
        ends_at=swap.ends_at,
        decided_by=swap.decided_by_id,
    )
