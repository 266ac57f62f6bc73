"""One approved exception for many people at once, and its withdrawal, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adherence.models import AdherenceException, ChangeKind, ExceptionStatus, GroupException
from adherence.queries.group_people import (
    GroupPeople,
    Standing,
    group_agents,
    group_standing,
    group_zone,
)
from adherence.services.causes import ChangeCause
from adherence.services.days import mark_days
from adherence.services.exceptions import UnableToApprove, reason_against, refuse_stretch
from adherence.services.marks import mark_agents
from adherence.services.telling import tell_of_group
from wfm.org.access import agent_filter
from wfm.org.models import Agent, User
from wfm.org.own import own_refusal

ROWS_AT_ONCE = 1000
MOST_WHY = 300


class NobodyToExcuse(UnableToApprove):
    """Everybody is excused already, was not at work, or has been withdrawn before."""


@dataclass(frozen=True, kw_only=True)
class GroupAsk:
    """What is to be excused, for whom and why."""

    people: GroupPeople
    starts_at: datetime
    ends_at: datetime
    reason: str
    includes_absent: bool = False


@dataclass(frozen=True)
class GroupPreview:
    """What approving would do now."""

    standing: Standing
    is_own_left_out: bool
    """Whoever approves is among them: somebody else decides that one."""

    @property
    def people(self) -> int:
        """How many are meant, without whoever approves."""
        return self.standing.everyone

    @property
    def at_work(self) -> int:
        """How many it concerns: those to be excused and those who are."""
        return len(self.standing.excusable) + len(self.standing.excused)

    @property
    def to_excuse(self) -> int:
        """How many rows would be made."""
        return len(self.standing.excusable)

    @property
    def already_excused(self) -> int:
        """How many need none."""
        return len(self.standing.excused)

    @property
    def left_out(self) -> int:
        """How many were not at work in the stretch."""
        return len(self.standing.absent)


def preview_group(
    *, ask: GroupAsk, principal: object, approved_by: User | None, at: datetime
) -> GroupPreview:
    """Tell whom it would excuse; nothing is written. A reason may still be missing.

    Raises UnableToApprove as approving does.
    """
    ask = replace(ask, reason=ask.reason.strip() or "–")
    return _preview(ask, principal=principal, approved_by=approved_by, at=at)


@transaction.atomic
def approve_group(
    *, ask: GroupAsk, principal: object, approved_by: User | None, at: datetime
) -> tuple[GroupException, GroupPreview]:
    """Let the stretch count for all of them who were at work; return it and what was done.

    Every agent gets a row of their own; days and live rows are marked, to be computed by the tick.
    Of two who excuse the same people at once the second finds them excused. Raises UnableToApprove
    for a stretch that cannot be excused for one agent either, and NobodyToExcuse.
    """
    done = _preview(ask, principal=principal, approved_by=approved_by, at=at, is_held=True)
    if not done.to_excuse:
        raise NobodyToExcuse(_why_nobody(done))
    people, reason = ask.people, ask.reason.strip()
    group = GroupException.objects.create(
        scope=people.scope,
        scope_name=people.name,
        team=people.team,
        site=people.site,
        queue=people.queue,
        starts_at=ask.starts_at,
        ends_at=ask.ends_at,
        timezone=group_zone(people),
        reason=reason,
        includes_absent=ask.includes_absent,
        created_by=approved_by,
        created_at=at,
    )
    rows = AdherenceException.objects.bulk_create(
        [
            AdherenceException(
                agent_id=agent_id,
                starts_at=ask.starts_at,
                ends_at=ask.ends_at,
                reason=reason,
                status=ExceptionStatus.APPROVED,
                created_by=approved_by,
                decided_by=approved_by,
                decided_at=at,
                group=group,
            )
            for agent_id in done.standing.excusable
        ],
        batch_size=ROWS_AT_ONCE,
    )
    _follow(group, [(row.pk, row.agent_id) for row in rows], by=approved_by, at=at, why=reason)
    return group, done


@transaction.atomic
def withdraw_group(
    *, group: GroupException, principal: object, withdrawn_by: User | None, at: datetime
) -> int:
    """Take it back for all whom the principal may decide about; return how many.

    The rows stay, declined, with who did it; both figures of finished days are kept. Raises
    UnableToApprove for days whose events are no longer kept, NobodyToExcuse where nothing is left.
    """
    if sentence := reason_against(group.starts_at, at=at):
        raise UnableToApprove(sentence)
    held = list(
        AdherenceException.objects.visible_to(principal)
        .filter(agent_filter(principal, "adherence.approve", "agent"))
        .filter(group=group, status=ExceptionStatus.APPROVED)
        .select_for_update(of=("self",))
        .order_by("pk")
        .values_list("pk", "agent_id")
    )
    if not held:
        raise NobodyToExcuse(_("This has been withdrawn before."))
    AdherenceException.objects.filter(pk__in=[pk for pk, _agent in held]).update(
        status=ExceptionStatus.DECLINED, decided_by=withdrawn_by, decided_at=at
    )
    why = _("Withdrawn: %(reason)s") % {"reason": group.reason}
    _follow(group, held, by=withdrawn_by, at=at, why=why, is_approved=False)
    return len(held)


def _preview(
    ask: GroupAsk,
    *,
    principal: object,
    approved_by: User | None,
    at: datetime,
    is_held: bool = False,
) -> GroupPreview:
    refuse_stretch(ask.starts_at, ask.ends_at, reason=ask.reason, at=at)
    agents = group_agents(
        ask.people, principal=principal, starts_at=ask.starts_at, ends_at=ask.ends_at
    )
    known = dict(agents.order_by("pk").values_list("pk", "is_active"))
    _refuse_unknown(ask.people, known)
    own = None if approved_by is None else approved_by.agent_id
    is_own_left_out = known.pop(own or 0, None) is not None
    if is_held:
        _hold(known)
    standing = group_standing(
        known,
        starts_at=ask.starts_at,
        ends_at=ask.ends_at,
        at=at,
        includes_absent=ask.includes_absent,
    )
    return GroupPreview(standing, is_own_left_out)


def _hold(agent_ids: Iterable[int]) -> None:
    """Wait for whoever else excuses these agents; read what they did only afterwards.

    Rows that only refer to an agent, such as events, do not wait for this lock.
    """
    agents = Agent.objects.filter(pk__in=list(agent_ids)).order_by("pk")
    list(agents.select_for_update(no_key=True).values_list("pk"))


def _refuse_unknown(people: GroupPeople, known: Iterable[int]) -> None:
    """Whoever is named must be there: all or nothing. Of a team that is narrowed some may have left."""
    if people.agent_ids is None or people.name:
        return
    if missing := sorted(people.agent_ids - set(known)):
        raise UnableToApprove(
            _("There is no agent %(ids)s that you may decide about.")
            % {"ids": ", ".join(map(str, missing[:10]))}
        )


def _why_nobody(done: GroupPreview) -> str:
    if done.already_excused:
        return ngettext(
            "There is nobody left to excuse: %(count)d person is excused already.",
            "There is nobody left to excuse: %(count)d people are excused already.",
            done.already_excused,
        ) % {"count": done.already_excused}
    if done.is_own_left_out and not done.left_out:
        return own_refusal()
    return _("Nobody of them was at work in this stretch.")


def _follow(
    group: GroupException,
    rows: list[tuple[int, int]],
    *,
    by: User | None,
    at: datetime,
    why: str,
    is_approved: bool = True,
) -> None:
    """Have days and live rows computed again and tell everybody, all at once."""
    agent_ids = [agent_id for _pk, agent_id in rows]
    mark_agents(agent_ids=agent_ids, at=at)
    if group.starts_at <= at:  # nothing is computed of what is to come
        mark_days(
            spans=[(agent_id, group.starts_at, group.ends_at) for agent_id in agent_ids],
            at=at,
            cause=ChangeCause(
                ChangeKind.EXCEPTION, by_id=None if by is None else by.pk, why=why[:MOST_WHY]
            ),
        )
    tell_of_group(group, rows, is_approved=is_approved, by=by, at=at)
