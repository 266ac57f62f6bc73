"""Whether a change of published shifts is legal for each person: rules, skills, seats, notice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from scheduling.core.mark_diff import LEAST_HOURS
from scheduling.core.rule_marks import PlannedShift
from scheduling.models import RequestPolicy, Shift, ShiftPlace
from scheduling.queries.published import RuleBook, has_free_seat
from scheduling.request_texts import Answer, answer_text, say_rule
from scheduling.services.errors import UnableToRequest
from scheduling.services.shift_changes import ShiftState
from wfm.org.models import WorkMode


def check_rules(
    book: RuleBook,
    after: Mapping[int, Sequence[PlannedShift]],
    *,
    ignored: Collection[str] = (),
) -> None:
    """Refuse with the rule and the person where somebody's shifts would break one that holds now."""
    answer = broken_rules(book, after, ignored=ignored)
    if answer:
        raise UnableToRequest(answer_text(answer))


def broken_rules(
    book: RuleBook,
    after: Mapping[int, Sequence[PlannedShift]],
    *,
    ignored: Collection[str] = (),
) -> Answer:
    """The rules that would be broken, person by person; empty where the change is legal."""
    answer: Answer = []
    for agent_id, shifts in after.items():
        check_team(book, agent_id)
        policy = book.policy(agent_id)
        left_out = {*ignored, *(() if policy.least_hours_bind else LEAST_HOURS)}
        name = book.assignments[agent_id].agent.name
        for mark in book.broken(agent_id, shifts, ignored=left_out):
            answer.append(say_rule(name, mark.code, mark.values))
    return answer


def check_team(book: RuleBook, agent_id: int) -> None:
    """Refuse people who belong to no team in these days."""
    if not book.knows(agent_id):
        raise UnableToRequest(_("This person belongs to no team in these days."))


def check_notice(policies: Collection[RequestPolicy], starts_at: datetime, at: datetime) -> None:
    """Refuse shifts that have begun or begin too soon."""
    if starts_at <= at:
        raise UnableToRequest(_("The shift has begun; what has begun or is past stays."))
    least = max((policy.swap_notice_minutes for policy in policies), default=0)
    if starts_at - at < timedelta(minutes=least):
        raise UnableToRequest(
            _("The shift begins in less than %(minutes)d minutes; that is too late to change it.")
            % {"minutes": least}
        )


def taken_over(state: ShiftState, book: RuleBook, agent_id: int) -> ShiftState:
    """The shift as it is when the agent works it: on their site, where they work."""
    row = book.assignments[agent_id]
    place = state.place
    if row.work_mode == WorkMode.HOME:
        place = ShiftPlace.HOME
    elif row.work_mode == WorkMode.OFFICE:
        place = ShiftPlace.OFFICE
    return replace(
        state,
        agent_id=agent_id,
        site_id=row.team.site_id,
        place=place,
        operational_date=_date_for(
            book, state.starts_at, state.operational_date, giver=state.agent_id, taker=agent_id
        ),
    )


def _date_for(book: RuleBook, starts_at: datetime, day: date, *, giver: int, taker: int) -> date:
    """The operational day on the taker's site: where its clock shows another date, that one."""
    if not book.knows(giver) or book.zone(giver) == book.zone(taker):
        return day
    here, there = (starts_at.astimezone(book.zone(pk)).date() for pk in (giver, taker))
    return day + (there - here)


def check_seat(state: ShiftState, before: ShiftState | None, *, but_of: Collection[int]) -> None:
    """Refuse an office shift where the site has no desk left; one that keeps its desk needs none."""
    if state.place != ShiftPlace.OFFICE or state.site_id is None:
        return
    keeps = before is not None and (before.place, before.site_id) == (state.place, state.site_id)
    if keeps or has_free_seat(
        site_id=state.site_id, starts_at=state.starts_at, ends_at=state.ends_at, but_of=but_of
    ):
        return
    raise UnableToRequest(_("No desk is free at the site for the whole shift."))


def moved(
    book: RuleBook, shift: Shift, *, giver: int, taker: int
) -> tuple[PlannedShift, PlannedShift]:
    """The shift as the giver's and as the taker's, as rules read it."""
    found = next((s for s in book.planned.get(giver, ()) if s.number == shift.pk), None)
    if found is None:
        raise UnableToRequest(_("This shift is no longer in force."))
    local = shift.starts_at.astimezone(book.zone(taker))
    return found, replace(
        found,
        start_minute=local.hour * 60 + local.minute,
        operational_date=_date_for(
            book, shift.starts_at, shift.operational_date, giver=giver, taker=taker
        ),
    )
