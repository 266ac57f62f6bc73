"""Agents explain a stretch; the team lead approves or declines it, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from adherence.models import AdherenceException, ExceptionStatus
from adherence.services.exceptions import LONGEST, apply_exception, reason_against
from adherence.services.telling import record_withdrawn, tell_of_decision, tell_of_question
from wfm.org.models import Agent, User
from wfm.org.own import is_about, own_refusal

OLDEST = timedelta(days=30)


class UnableToAsk(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The stretch cannot be explained, or has been decided."""


@transaction.atomic
def ask_exception(
    *,
    agent: Agent,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    asked_by: User,
    at: datetime,
) -> AdherenceException:
    """Ask that [starts_at, ends_at) counts as in adherence.

    Raises UnableToAsk backwards, in the future, over more than a day, for what is older than the
    30 days that are computed again, or where it is asked or granted already.
    """
    if not reason.strip():
        raise UnableToAsk(_("Give a reason: it is shown beside the exception."))
    if starts_at >= ends_at:
        raise UnableToAsk(_("The exception must end after it begins."))
    if ends_at - starts_at > LONGEST:
        raise UnableToAsk(_("An exception covers 24 hours at most; this is longer."))
    if starts_at > at:
        raise UnableToAsk(_("This has not happened yet; ask for time off instead."))
    if ends_at < at - OLDEST:
        raise UnableToAsk(_("This is more than 30 days ago; tell your team lead."))
    Agent.objects.select_for_update().get(pk=agent.pk)  # two taps at once ask once
    same = AdherenceException.objects.filter(
        agent=agent, starts_at__lte=starts_at, ends_at__gte=ends_at
    ).exclude(status=ExceptionStatus.DECLINED)
    if known := same.first():
        raise UnableToAsk(
            _("This stretch has been asked for already: %(status)s.")
            % {"status": known.get_status_display()}
        )
    asked = AdherenceException.objects.create(
        agent=agent,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        status=ExceptionStatus.REQUESTED,
        created_by=asked_by,
    )
    tell_of_question(asked, at=at)
    return asked


@transaction.atomic
def decide_exception(
    *, exception: AdherenceException, is_approved: bool, decided_by: User | None, at: datetime
) -> AdherenceException:
    """Approve or decline what an agent asked for; of two leads the second is refused.

    Raises UnableToAsk also for whom it is about. Where the events of the day are no longer kept it
    can only be declined.
    """
    if is_about(decided_by, exception.agent_id):
        raise UnableToAsk(own_refusal())
    found = AdherenceException.objects.select_for_update().get(pk=exception.pk)
    _refuse_decided(found)
    if is_approved and (sentence := reason_against(found.starts_at, at=at)):
        raise UnableToAsk(sentence)
    found.status = ExceptionStatus.APPROVED if is_approved else ExceptionStatus.DECLINED
    found.decided_by, found.decided_at = decided_by, at
    found.save(update_fields=["status", "decided_by", "decided_at"])
    if is_approved:
        apply_exception(found, at=at, why=found.reason)
    tell_of_decision(found, at=at)
    return found


@transaction.atomic
def withdraw_request(*, exception: AdherenceException, at: datetime) -> None:
    """The agent takes the question back while it is open."""
    found = AdherenceException.objects.select_for_update().get(pk=exception.pk)
    _refuse_decided(found)
    found.status = ExceptionStatus.DECLINED
    found.decided_by, found.decided_at = found.created_by, at
    found.save(update_fields=["status", "decided_by", "decided_at"])
    record_withdrawn(found, at=at)


def _refuse_decided(found: AdherenceException) -> None:
    if found.status != ExceptionStatus.REQUESTED:
        raise UnableToAsk(
            _("This has been decided before: %(status)s.") % {"status": found.get_status_display()}
        )
