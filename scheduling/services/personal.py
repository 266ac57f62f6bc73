"""Availability and wishes that agents ask for themselves: taken up at once, or decided by the lead."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.models import (
    Availability,
    PersonalRequest,
    PersonalRequestKind,
    PersonalRequestStatus,
    Preference,
    RequestPolicy,
    Review,
)
from scheduling.queries.policies import policy_for
from scheduling.queries.time_off import assignment_on
from scheduling.request_texts import Answer, say, say_by
from scheduling.services.errors import UnableToRequest
from scheduling.services.rules import keep
from scheduling.services.shift_changes import lock_agents
from scheduling.services.tell import lazy_answer, record_request, tell_agents, tell_deciders
from wfm.integration.services import lazy_words
from wfm.org.models import Agent, User
from wfm.org.own import is_about, own_refusal

WISH_FIELDS = (
    "kind",
    "date",
    "weekday",
    "earliest_start_minute",
    "latest_start_minute",
    "template_id",
    "rank",
)
DATES = ("date",)


@transaction.atomic
def ask_availability(
    *,
    agent: Agent,
    rows: list[dict[str, Any]],
    starts_on: date,
    ends_on: date | None = None,
    message: str = "",
    at: datetime,
) -> PersonalRequest:
    """Ask for other hours of a week on [starts_on, ends_on): in force at once, or sent to the lead.

    The rows take the place of all limits in force in these dates; none means any time.
    """
    lock_agents([agent.pk])
    policy = _policy(agent, starts_on)
    least = policy.availability_notice_days
    today = at.date()
    if starts_on < today + timedelta(days=least):
        raise UnableToRequest(
            _("Availability changes from %(days)d days ahead: at the earliest on %(day)s.")
            % {"days": least, "day": today + timedelta(days=least)}
        )
    for wanted in rows:
        _row(agent, wanted, starts_on, ends_on).full_clean()
    request = _request(agent, PersonalRequestKind.AVAILABILITY, starts_on, ends_on, message, at)
    request.wanted = rows
    return _review(request, policy.availability_review, at)


@transaction.atomic
def ask_wish(*, wish: Preference, message: str = "", at: datetime) -> PersonalRequest:
    """Make a wish of one's own: taken up at once, or sent to the lead."""
    lock_agents([wish.agent_id])
    wish.full_clean()
    day = wish.date or wish.starts_on or at.date()
    policy = _policy(wish.agent, day)
    request = _request(wish.agent, PersonalRequestKind.WISH, day, wish.ends_on, message, at)
    values = {name: getattr(wish, name) for name in WISH_FIELDS}
    request.wanted = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
    return _review(request, policy.wish_review, at)


@transaction.atomic
def decide_personal(
    *, request: PersonalRequest, is_approved: bool, by: User | None, at: datetime, note: str = ""
) -> PersonalRequest:
    """Take a request up or decline it, once; nobody decides their own."""
    if is_about(by, request.agent_id):
        raise UnableToRequest(own_refusal())
    found = _locked(request)
    extra: Answer = [say("note", text=note)] if note else []
    found.decided_by, found.decided_at = by, at
    if is_approved:
        return _take_up(found, [say_by("granted_by", by), *extra], at)
    found.status = PersonalRequestStatus.DECLINED
    found.answer = [say_by("declined_by", by), *extra]
    found.save()
    _tell(found, at)
    return found


@transaction.atomic
def withdraw_personal(*, request: PersonalRequest, at: datetime) -> PersonalRequest:
    """Take a request back that is not decided yet."""
    found = _locked(request)
    found.status, found.answer, found.decided_at = (
        PersonalRequestStatus.WITHDRAWN,
        [say("withdrawn")],
        at,
    )
    found.save()
    _record("withdrawn", found, at)
    return found


def wishes_need_the_lead(agent: Agent, at: datetime) -> bool:
    """Wishes of the agent's team are decided by the lead."""
    return policy_for(assignment_on(agent.pk, at.date())).wish_review == Review.LEAD


def _policy(agent: Agent, day: date) -> RequestPolicy:
    assignment = assignment_on(agent.pk, day)
    if assignment is None:
        raise UnableToRequest(
            _("%(name)s belongs to no team on %(day)s.") % {"name": agent, "day": day}
        )
    return policy_for(assignment)


def _request(
    agent: Agent,
    kind: PersonalRequestKind,
    starts_on: date,
    ends_on: date | None,
    message: str,
    at: datetime,
) -> PersonalRequest:
    if ends_on is not None and ends_on <= starts_on:
        raise UnableToRequest(_("The last day lies before the first."))
    return PersonalRequest(
        agent=agent,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        message=message,
        requested_at=at,
    )


def _review(request: PersonalRequest, review: str, at: datetime) -> PersonalRequest:
    if review == Review.LEAD:
        request.answer = [say("to_lead")]
        request.save()
        _record("made", request, at)
        tell_deciders(
            [request.agent_id],
            permission="request.decide",
            name=request.agent.name,
            what=PersonalRequestKind(request.kind).label,
            answer=request.answer,
            at=at,
        )
        return request
    request.save()
    _record("made", request, at)
    request.decided_at = at
    return _take_up(request, [], at)


def _locked(request: PersonalRequest) -> PersonalRequest:
    found = (
        PersonalRequest.objects.select_for_update(of=("self",))
        .select_related("agent")
        .get(pk=request.pk)
    )
    if found.status != PersonalRequestStatus.REQUESTED:
        raise UnableToRequest(
            _("This request has been decided before: %(status)s.")
            % {"status": found.get_status_display()}
        )
    lock_agents([found.agent_id])
    return found


def _take_up(request: PersonalRequest, answer: Answer, at: datetime) -> PersonalRequest:
    if request.kind == PersonalRequestKind.AVAILABILITY:
        _replace_availability(request)
        done = say("availability_done", day=request.starts_on)
    else:
        _add_wish(request)
        done = say("wish_done")
    request.status, request.answer = PersonalRequestStatus.APPROVED, [*answer, done]
    request.save()
    _tell(request, at)
    return request


def _replace_availability(request: PersonalRequest) -> None:
    """End what is in force on the first day, let it go on after the last, and put the new rows between."""
    first, last = request.starts_on, request.ends_on
    old = Availability.objects.filter(agent=request.agent_id).filter(
        Q(ends_on=None) | Q(ends_on__gt=first)
    )
    if last is not None:
        old = old.filter(Q(starts_on=None) | Q(starts_on__lt=last))
    for row in old:
        goes_on = last is not None and (row.ends_on is None or row.ends_on > last)
        began = row.starts_on is None or row.starts_on < first
        if goes_on:
            Availability.objects.create(
                agent_id=row.agent_id,
                weekday=row.weekday,
                is_available=row.is_available,
                starts_minute=row.starts_minute,
                ends_minute=row.ends_minute,
                starts_on=last,
                ends_on=row.ends_on,
            )
        if began:
            row.ends_on = first
            row.save(update_fields=["ends_on"])
        else:
            row.delete()
    for wanted in request.wanted:
        keep(_row(request.agent, wanted, first, last))


def _row(
    agent: Agent, wanted: dict[str, Any], starts_on: date, ends_on: date | None
) -> Availability:
    return Availability(agent=agent, starts_on=starts_on, ends_on=ends_on, **wanted)


def _add_wish(request: PersonalRequest) -> None:
    values = {
        name: parse_date(value) if name in DATES and value else value
        for name, value in request.wanted.items()
    }
    dated = values["date"] is not None
    wish = Preference(
        agent=request.agent,
        starts_on=None if dated else request.starts_on,
        ends_on=None if dated else request.ends_on,
        **values,
    )
    try:
        keep(wish)
    except ValidationError as error:
        raise UnableToRequest(" ".join(error.messages)) from error


def _tell(request: PersonalRequest, at: datetime) -> None:
    tell_agents(
        [request.agent_id],
        kind="personal_request",
        subject=lazy_words(
            gettext_lazy("Your request: %(status)s"),
            status=PersonalRequestStatus(request.status).label,
        ),
        body=lazy_answer(request.answer),
        at=at,
    )
    _record("decided", request, at)


def _record(what: str, request: PersonalRequest, at: datetime) -> None:
    record_request(
        what,
        request=request.kind.lower(),
        pk=request.pk,
        agent_id=request.agent_id,
        status=request.status,
        at=at,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
        decided_by=request.decided_by_id,
    )
