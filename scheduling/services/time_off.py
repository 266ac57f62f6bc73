"""Time off: asked for, reviewed at once, decided once, taken back; the next on the waitlist follows.

All decisions wait for each other by one lock: a limit counts people of teams, sites and skills at once, so
that any two requests may want the same last place. A decision takes milliseconds. Order of locks: this one,
then agents by id, then shifts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.core.balances import missing_for
from scheduling.core.off_limits import Full, OffBook, next_to_grant, positions
from scheduling.models import (
    BalanceUnit,
    Review,
    ShiftChangeKind,
    TimeOff,
    TimeOffCharge,
    TimeOffKind,
    TimeOffLimit,
    TimeOffStatus,
)
from scheduling.queries.time_off import (
    Charge,
    as_waiting,
    assignment_on,
    balances_of,
    charges_of,
    off_book,
    waiting_rows,
)
from scheduling.request_texts import Answer, answer_text, say, say_by
from scheduling.services.errors import UnableToEdit, UnableToRequest
from scheduling.services.rules import keep, remove
from scheduling.services.shift_changes import Reason, lock_agents
from scheduling.services.shift_edits import becomes_time_off
from scheduling.services.tell import lazy_answer, record_request, tell_agents, tell_deciders
from wfm.integration.services import lazy_words
from wfm.org.models import Agent, AgentAssignment, User
from wfm.org.own import is_about, own_refusal

LOCK = 0x7466_6F66  # "tfof"
LONGEST = timedelta(days=366)
OPEN = (TimeOffStatus.REQUESTED, TimeOffStatus.WAITLISTED)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of a request, why, and what it takes."""

    status: TimeOffStatus
    answer: Answer
    charges: list[Charge] = field(default_factory=list)
    position: int | None = None

    @property
    def text(self) -> str:
        """The answer in the reader's language."""
        return answer_text(self.answer)


def preview_time_off(
    *, agent: Agent, kind: TimeOffKind, starts_at: datetime, ends_at: datetime, at: datetime
) -> Outcome:
    """What would become of a request now; nothing is written."""
    row = _asked(agent, kind, starts_at, ends_at, "", at)
    return _review(row, kind, at=at, book=off_book(starts_at=starts_at, ends_at=ends_at))


@transaction.atomic
def ask_time_off(
    *,
    agent: Agent,
    kind: TimeOffKind,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    at: datetime,
) -> TimeOff:
    """Ask for time off: granted at once, put on the waitlist or sent to the lead, with the reason."""
    _one_at_a_time([agent.pk])
    row = _asked(agent, kind, starts_at, ends_at, reason, at)
    outcome = _review(row, kind, at=at, book=off_book(starts_at=starts_at, ends_at=ends_at))
    row.status, row.answer = outcome.status, outcome.answer
    row.paid_minutes = sum(charge.minutes for charge in outcome.charges)
    if row.status == TimeOffStatus.APPROVED:
        row.decided_at = at
    row.save()
    _keep_charges(row, outcome.charges)
    _record("made", row, at)
    if row.status == TimeOffStatus.APPROVED:
        _clear_shifts(row, by=None, at=at)
        _record("decided", row, at)
    else:
        _tell_deciders(row, at)
    return row


@transaction.atomic
def withdraw_time_off(*, row: TimeOff, at: datetime) -> TimeOff:
    """Take a request or a grant back before it begins; the next on the waitlist is served.

    Shifts that a grant took away are not given back by themselves: their work may be planned otherwise.
    """
    waiting = _lock_with_waitlist([row.agent_id], at)
    found = TimeOff.objects.select_for_update().get(pk=row.pk)
    if found.status not in (*OPEN, TimeOffStatus.APPROVED):
        raise UnableToRequest(
            _("This request has been decided before: %(status)s.")
            % {"status": found.get_status_display()}
        )
    if found.starts_at <= at:
        raise UnableToRequest(_("It has begun already; ask your team lead to change it."))
    found.status, found.answer = TimeOffStatus.WITHDRAWN, [say("withdrawn")]
    found.save(update_fields=["status", "answer"])
    _record("withdrawn", found, at)
    _serve([item for item in waiting if item.pk != found.pk], at=at)
    return found


@transaction.atomic
def grant(*, row: TimeOff, decided_by: User | None, decided_at: datetime) -> TimeOff:
    """Record time off that a planner enters: granted at once, whatever the limits say.

    Raises UnableToEdit for oneself.
    """
    if is_about(decided_by, row.agent_id):
        raise UnableToEdit(own_refusal())
    _one_at_a_time([row.agent_id])
    row.status = TimeOffStatus.APPROVED
    row.decided_by, row.decided_at = decided_by, decided_at
    row.answer = [say_by("granted_by", decided_by)]
    _charge_anew(row)
    _clear_shifts(row, by=decided_by, at=decided_at)
    _tell(row, decided_at)
    return row


@transaction.atomic
def decide(
    *,
    row: TimeOff,
    is_approved: bool,
    decided_by: User | None,
    decided_at: datetime,
    note: str = "",
    is_above_limit: bool = False,
) -> TimeOff:
    """Grant or decline a request; one that was decided before stays as it is.

    Above a limit only where the lead says so; nobody decides their own.
    """
    if is_about(decided_by, row.agent_id):
        raise UnableToEdit(own_refusal())
    waiting = _lock_with_waitlist([row.agent_id], decided_at)
    found = TimeOff.objects.select_for_update().get(pk=row.pk)
    if found.status not in OPEN:
        raise UnableToEdit(
            _("This request has been decided before: %(status)s.")
            % {"status": found.get_status_display()}
        )
    reached = _full(found)
    if is_approved and reached and not is_above_limit:
        raise UnableToEdit(_limit_sentence(reached[0]))
    found.status = TimeOffStatus.APPROVED if is_approved else TimeOffStatus.DECLINED
    found.decided_by, found.decided_at = decided_by, decided_at
    found.answer = _decision(decided_by, note, is_approved=is_approved, reached=reached)
    if is_approved:
        _charge_anew(found)
        _clear_shifts(found, by=decided_by, at=decided_at)
    else:
        found.save()
    _tell(found, decided_at)
    _serve([item for item in waiting if item.pk != found.pk], at=decided_at)
    return found


@transaction.atomic
def keep_limit(row: TimeOffLimit, *, at: datetime) -> TimeOffLimit:
    """Write a limit; where it leaves more places, the waitlist is served in the same transaction."""
    waiting = _lock_with_waitlist([], at)
    keep(row)
    _serve(waiting, at=at)
    return row


@transaction.atomic
def remove_limit(row: TimeOffLimit, *, at: datetime) -> None:
    """Take a limit away; whom it alone held back is served."""
    waiting = _lock_with_waitlist([], at)
    remove(row)
    _serve(waiting, at=at)


def waitlist_positions(*, at: datetime) -> dict[int, int]:
    """Each waiting request's position, 1 for the next."""
    rows = waiting_rows(at=at)
    if not rows:
        return {}
    book = off_book(
        starts_at=min(row.starts_at for row in rows), ends_at=max(row.ends_at for row in rows)
    )
    return positions(book, as_waiting(rows), _rule_of())


# -- locks ---------------------------------------------------------------------------------------


def _one_at_a_time(agent_ids: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    lock_agents(agent_ids)


def _lock_with_waitlist(agent_ids: list[int], at: datetime) -> list[TimeOff]:
    """Hold the agents and all who wait, at once and in order: whoever is served may lose a shift."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    waiting = waiting_rows(at=at)
    lock_agents([*agent_ids, *(row.agent_id for row in waiting)])
    return waiting


# -- review --------------------------------------------------------------------------------------


def _asked(
    agent: Agent,
    kind: TimeOffKind,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    at: datetime,
) -> TimeOff:
    """The request as a row, refused where it makes no sense."""
    if not kind.is_active:
        raise UnableToRequest(_("This kind of time off cannot be asked for."))
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise UnableToRequest(_("Time off lasts from some minutes to 366 days."))
    if starts_at <= at:
        raise UnableToRequest(
            _("Time off begins in the future; tell your team lead about the past.")
        )
    clash = TimeOff.objects.filter(
        agent=agent,
        status__in=(*OPEN, TimeOffStatus.APPROVED),
        starts_at__lt=ends_at,
        ends_at__gt=starts_at,
    ).first()
    if clash is not None:
        raise UnableToRequest(
            _("You have asked for time off in these days already: %(status)s.")
            % {"status": clash.get_status_display()}
        )
    return TimeOff(
        agent=agent,
        activity_code=kind.activity_code,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        requested_at=at,
    )


def _review(
    row: TimeOff, kind: TimeOffKind, *, at: datetime, book: OffBook, is_next: bool = False
) -> Outcome:
    """Balance first, then limits, then notice: the first that does not allow it decides."""
    assignment = _assignment(row)
    charges = charges_of(assignment, row.starts_at, row.ends_at)
    to_lead = _short_balance(row, kind, charges, at)
    reached = book.full(row.agent_id, (row.starts_at, row.ends_at))
    if not to_lead and reached:
        answer = [_limit_answer(reached[0])]
        return Outcome(
            status=TimeOffStatus.WAITLISTED,
            answer=answer,
            charges=charges,
            position=_position(row, book, at),
        )
    if not to_lead and kind.review == Review.LEAD:
        to_lead = [say("to_lead")]
    if not to_lead:
        to_lead = _short_notice(row, kind, assignment)
    if to_lead:
        return Outcome(status=TimeOffStatus.REQUESTED, answer=to_lead, charges=charges)
    granted = say("granted_next" if is_next else "granted")
    return Outcome(status=TimeOffStatus.APPROVED, answer=[granted], charges=charges)


def _assignment(row: TimeOff) -> AgentAssignment:
    found = assignment_on(row.agent_id, row.starts_at.date())
    if found is None:
        raise UnableToRequest(
            _("%(name)s belongs to no team on %(day)s.")
            % {"name": row.agent, "day": row.starts_at.date()}
        )
    return found


def _short_balance(row: TimeOff, kind: TimeOffKind, charges: list[Charge], at: datetime) -> Answer:
    """Why the balance does not allow it; nothing where it does."""
    if not kind.needs_balance or not charges:
        return []
    first, last = charges[0].date, charges[-1].date
    asked = {charge.date: charge.amount(kind.unit) for charge in charges}
    periods = [
        found
        for found in balances_of(row.agent_id, first=first, last=last, today=at.date(), but=row.pk)
        if found.kind.pk == kind.pk
    ]
    for day in asked:
        if not any(p.balance.starts_on <= day < p.balance.ends_on for p in periods):
            return [say("no_balance", kind=str(kind), day=day)]
    for period in periods:
        missing = missing_for(
            period.balance,
            taken_by_date=period.taken_by_date,
            pending_by_date=period.pending_by_date,
            asked_by_date=asked,
        )
        if missing > 0:
            within = (
                amount
                for day, amount in asked.items()
                if period.balance.starts_on <= day < period.balance.ends_on
            )
            unit = "days" if kind.unit == BalanceUnit.DAYS else "minutes"
            return [
                say(
                    f"balance_short_{unit}",
                    asked=f"{sum(within):.2f}".rstrip("0").rstrip("."),
                    free=f"{period.balance.free:.2f}".rstrip("0").rstrip("."),
                    missing=f"{missing:.2f}".rstrip("0").rstrip("."),
                    first=period.balance.starts_on,
                )
            ]
    return []


def _short_notice(row: TimeOff, kind: TimeOffKind, assignment: AgentAssignment) -> Answer:
    zone = ZoneInfo(assignment.team.site.timezone)
    asked_at = row.requested_at or row.starts_at
    ahead = (row.starts_at.astimezone(zone).date() - asked_at.astimezone(zone).date()).days
    if ahead >= kind.notice_days:
        return []
    return [say("notice", days=ahead, least=kind.notice_days)]


def _limit_answer(reached: Full) -> dict[str, Any]:
    return say(
        "limit_full",
        day=reached.day,
        count=reached.count,
        most=reached.limit.most_people,
        limit=reached.limit.name,
    )


def _limit_sentence(reached: Full) -> str:
    return _(
        "On %(day)s, %(count)d of at most %(most)d people are off already (“%(limit)s”). Raise the "
        "limit, or grant above it."
    ) % {
        "day": reached.day,
        "count": reached.count,
        "most": reached.limit.most_people,
        "limit": reached.limit.name,
    }


def _position(row: TimeOff, book: OffBook, at: datetime) -> int:
    """Behind those who wait for the same places."""
    rows = [item for item in waiting_rows(at=at) if item.pk != row.pk]
    last = 2**62
    row_as = TimeOff(
        pk=last,
        agent_id=row.agent_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        requested_at=row.requested_at,
    )
    return positions(book, as_waiting([*rows, row_as]), _rule_of())[last]


def _rule_of() -> Any:
    rules = dict(TimeOffLimit.objects.values_list("pk", "waitlist_rule"))
    return lambda key: rules.get(key, "FIFO")


def _full(row: TimeOff) -> list[Full]:
    book = off_book(starts_at=row.starts_at, ends_at=row.ends_at, but=row.pk)
    return book.full(row.agent_id, (row.starts_at, row.ends_at))


def _decision(by: User | None, note: str, *, is_approved: bool, reached: list[Full]) -> Answer:
    if not is_approved:
        answer = [say_by("declined_by", by)]
    elif reached:
        answer = [say_by("granted_despite", by, limit=reached[0].limit.name)]
    else:
        answer = [say_by("granted_by", by)]
    return [*answer, say("note", text=note)] if note else answer


# -- what follows --------------------------------------------------------------------------------


def _serve(waiting: list[TimeOff], *, at: datetime) -> None:
    """Serve the waitlist while a request fits; never above a limit."""
    if not waiting:
        return
    rows = {row.pk: row for row in waiting}
    book = off_book(
        starts_at=min(row.starts_at for row in waiting),
        ends_at=max(row.ends_at for row in waiting),
    )
    queue, rule_of = as_waiting(waiting), _rule_of()
    while (item := next_to_grant(book, queue, rule_of)) is not None:
        queue = [other for other in queue if other.key != item.key]
        row = rows[item.key]
        outcome = _review(row, _kind(row), at=at, book=book, is_next=True)
        row.status, row.answer = outcome.status, outcome.answer
        if row.status == TimeOffStatus.APPROVED:
            row.decided_at = at
            _charge_anew(row)
            book.add(row.agent_id, item.span)
            _clear_shifts(row, by=None, at=at)
        else:
            row.save()
        _tell(row, at)


def _kind(row: TimeOff) -> TimeOffKind:
    return TimeOffKind.objects.select_related("activity_code").get(
        activity_code=row.activity_code_id
    )


def _charge_anew(row: TimeOff) -> None:
    """Write the row with what it takes as things stand now; minutes that a planner wrote stay."""
    assignment = assignment_on(row.agent_id, row.starts_at.date())
    charges = [] if assignment is None else charges_of(assignment, row.starts_at, row.ends_at)
    if not row.paid_minutes:
        row.paid_minutes = sum(charge.minutes for charge in charges)
    row.save()
    TimeOffCharge.objects.filter(time_off=row).delete()
    _keep_charges(row, charges)


def _keep_charges(row: TimeOff, charges: list[Charge]) -> None:
    TimeOffCharge.objects.bulk_create(
        TimeOffCharge(time_off=row, date=item.date, minutes=item.minutes, days=item.days)
        for item in charges
    )


def _clear_shifts(row: TimeOff, *, by: User | None, at: datetime) -> None:
    becomes_time_off(
        agent_id=row.agent_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        activity_code_id=row.activity_code_id,
        reason=Reason(kind=ShiftChangeKind.TIME_OFF, by=by, at=at, why=str(row.activity_code)),
    )


def _tell(row: TimeOff, at: datetime) -> None:
    """Tell the agent what became of it; where it goes to the lead now, those who may decide."""
    status = TimeOffStatus(row.status).label
    tell_agents(
        [row.agent_id],
        kind="time_off",
        subject=lazy_words(gettext_lazy("Your time off: %(status)s"), status=status),
        body=lazy_answer(row.answer),
        at=at,
    )
    if row.status in OPEN:
        _tell_deciders(row, at)
    else:
        _record("decided", row, at)


def _tell_deciders(row: TimeOff, at: datetime) -> None:
    tell_deciders(
        [row.agent_id],
        permission="timeoff.approve",
        name=row.agent.name,
        what=gettext_lazy("time off"),
        answer=row.answer,
        at=at,
    )


def _record(what: str, row: TimeOff, at: datetime) -> None:
    record_request(
        what,
        request="time-off",
        pk=row.pk,
        agent_id=row.agent_id,
        status=row.status,
        at=at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        decided_by=row.decided_by_id,
    )
