"""What an agent would work who takes an offer: a shift more, a longer one or a shorter one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from scheduling.core.rule_marks import PlannedShift
from scheduling.models import OpenShift, Shift, ShiftPlace
from scheduling.queries.published import RuleBook
from scheduling.services.edit import fitted, usual_day, work_code
from scheduling.services.errors import UnableToEdit, UnableToRequest
from scheduling.services.legal import check_seat, taken_over
from scheduling.services.shift_changes import (
    PlannedChange,
    ShiftState,
    paid_minutes,
    state_of,
)
from scheduling.services.shift_edits import extended, without
from wfm.org.models import Queue

NEW = 0
"""Number of a shift that is not there yet."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """The change to write, and the agent's shifts after it as rules read them."""

    change: PlannedChange
    after: Sequence[PlannedShift]


def added(offer: OpenShift, agent_id: int, book: RuleBook) -> Work:
    """A shift more, with the breaks that the contract gives one of this length."""
    assignment = book.assignments[agent_id]
    planned = usual_day(assignment, offer.starts_at, offer.ends_at)
    if offer.queue_id is not None:
        work = work_code().pk
        planned = [
            replace(s, queue_id=offer.queue_id) if s.activity_code_id == work else s
            for s in planned
        ]
    state = ShiftState(
        agent_id=agent_id,
        operational_date=offer.operational_date,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        site_id=assignment.team.site_id,
        place=offer.place,
        stretches=tuple(fitted(planned, offer.starts_at, offer.ends_at)),
    )
    state = taken_over(state, book, agent_id)
    if offer.place == ShiftPlace.OFFICE:
        check_seat(state, None, but_of=())
    change = PlannedChange(shift=None, after=state, version_id=offer.version_id)
    own = book.planned.get(agent_id, ())
    return Work(change=change, after=[*own, _as_planned(state, NEW, book)])


def longer(offer: OpenShift, agent_id: int, book: RuleBook) -> Work:
    """Overtime beside the agent's own shift makes it longer; on a day without one it is a shift more."""
    beside = (
        Shift.objects.filter(is_published=True, agent=agent_id)
        .filter(starts_at__lte=offer.ends_at, ends_at__gte=offer.starts_at)
        .order_by("starts_at")
        .first()
    )
    if beside is None:
        return added(offer, agent_id, book)
    if beside.starts_at <= offer.starts_at and offer.ends_at <= beside.ends_at:
        raise UnableToRequest(_("You work at that time already."))
    state = _or_refuse(beside, offer, lengthen=True)
    assert state is not None
    return _changed(beside, state, agent_id, book)


def shorter(offer: OpenShift, agent_id: int, book: RuleBook) -> Work:
    """Voluntary time off takes the beginning, the end or all of the agent's shift in that time."""
    shift = (
        Shift.objects.filter(
            is_published=True,
            agent=agent_id,
            starts_at__lt=offer.ends_at,
            ends_at__gt=offer.starts_at,
        )
        .order_by("starts_at")
        .first()
    )
    if shift is None:
        raise UnableToRequest(_("You do not work at that time."))
    return _changed(shift, _or_refuse(shift, offer, lengthen=False), agent_id, book)


def _or_refuse(shift: Shift, offer: OpenShift, *, lengthen: bool) -> ShiftState | None:
    try:
        if lengthen:
            return extended(state_of(shift), offer.starts_at, offer.ends_at)
        return without(state_of(shift), offer.starts_at, offer.ends_at)
    except UnableToEdit as error:
        raise UnableToRequest(str(error)) from error


def _changed(shift: Shift, state: ShiftState | None, agent_id: int, book: RuleBook) -> Work:
    others = [s for s in book.planned.get(agent_id, ()) if s.number != shift.pk]
    after = others if state is None else [*others, _as_planned(state, shift.pk, book)]
    change = PlannedChange(shift=shift, after=state, version_id=shift.version_id)
    return Work(change=change, after=after)


def _as_planned(state: ShiftState, number: int, book: RuleBook) -> PlannedShift:
    """A shift that is not there yet, as rules read it."""
    local = state.starts_at.astimezone(book.zone(state.agent_id))
    queues = {item.queue_id for item in state.stretches if item.queue_id is not None}
    skills = Queue.objects.filter(pk__in=queues).values_list("skill_id", flat=True)
    return PlannedShift(
        number=number,
        operational_date=state.operational_date,
        starts_at=state.starts_at,
        ends_at=state.ends_at,
        paid_minutes=paid_minutes(state.stretches),
        start_minute=local.hour * 60 + local.minute,
        queue_skills=frozenset(skills),
    )
