"""Exceptions: what a team lead lets count as in adherence, with who and why."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from adherence.models import AdherenceException, ChangeKind, ExceptionStatus
from adherence.queries.retention import oldest_computable
from adherence.services.causes import ChangeCause
from adherence.services.days import recompute_days
from adherence.services.marks import mark_agents
from adherence.services.telling import tell_of_decision
from wfm.org.models import Agent, User
from wfm.org.own import is_about, own_refusal

LONGEST = timedelta(hours=24)


class UnableToApprove(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The exception cannot be approved as it was asked for."""


def approve_exception(
    *,
    agent: Agent,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    approved_by: User | None,
    at: datetime,
) -> AdherenceException:
    """Let this stretch count as in adherence and compute again what it changes.

    Raises UnableToApprove for oneself, without a reason, backwards, over more than a day, or for
    days whose events are no longer kept.
    """
    if is_about(approved_by, agent.pk):
        raise UnableToApprove(own_refusal())
    refuse_stretch(starts_at, ends_at, reason=reason, at=at)
    with transaction.atomic():
        found = AdherenceException.objects.create(
            agent=agent,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason.strip(),
            status=ExceptionStatus.APPROVED,
            created_by=approved_by,
            decided_by=approved_by,
            decided_at=at,
        )
        apply_exception(found, at=at, why=found.reason)
        tell_of_decision(found, at=at)
    return found


def withdraw_exception(
    *, exception: AdherenceException, withdrawn_by: User | None, at: datetime
) -> None:
    """Take an approval back; the row stays, declined, with who did it.

    Raises UnableToApprove for days whose events are no longer kept: their figures stand.
    """
    if sentence := reason_against(exception.starts_at, at=at):
        raise UnableToApprove(sentence)
    with transaction.atomic():
        held = AdherenceException.objects.select_for_update().get(pk=exception.pk)
        is_new = held.status != ExceptionStatus.DECLINED
        exception.status = ExceptionStatus.DECLINED
        exception.decided_by = withdrawn_by
        exception.decided_at = at
        exception.save(update_fields=["status", "decided_by", "decided_at"])
        why = _("Withdrawn: %(reason)s") % {"reason": exception.reason}
        apply_exception(exception, at=at, why=why)
        if is_new:  # said twice, it is told once
            tell_of_decision(exception, at=at)


def refuse_stretch(starts_at: datetime, ends_at: datetime, *, reason: str, at: datetime) -> None:
    """Raise UnableToApprove for what can be excused for nobody."""
    if not reason.strip():
        raise UnableToApprove(_("Give a reason: it is shown beside the exception."))
    if starts_at >= ends_at:
        raise UnableToApprove(_("The exception must end after it begins."))
    if ends_at - starts_at > LONGEST:
        raise UnableToApprove(_("An exception covers 24 hours at most; this is longer."))
    if sentence := reason_against(starts_at, at=at):
        raise UnableToApprove(sentence)


def reason_against(starts_at: datetime, *, at: datetime) -> str:
    """Why an exception from this moment on can no longer be decided; empty where it can.

    Its figures could not follow: an exception that is told but does not count would mislead.
    """
    # The operational day may be that of the day before in UTC.
    first = oldest_computable(at) + timedelta(days=1)
    if starts_at.astimezone(UTC).date() >= first:
        return ""
    return _(
        "The events of that day are no longer kept, so its figures stand as they are;"
        " exceptions can be decided from %(day)s on."
    ) % {"day": first.isoformat()}


def apply_exception(exception: AdherenceException, *, at: datetime, why: str) -> None:
    """Mark the live row and compute the days again, with why."""
    agent_id = exception.agent_id
    mark_agents(agent_ids=[agent_id], at=at)
    # The zone's date is at most one day beside that of UTC.
    recompute_days(
        agent_ids=[agent_id],
        first_date=(exception.starts_at - timedelta(days=1)).date(),
        last_date=(exception.ends_at + timedelta(days=1)).date(),
        at=at,
        cause=ChangeCause(ChangeKind.EXCEPTION, by_id=exception.decided_by_id, why=why),
    )
