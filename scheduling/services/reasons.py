"""Answers to "why": for a short interval, for an agent's day, for a wish. What pages and the API show."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from django.utils.translation import gettext as _

from scheduling.core.clashes import Clash, agent_clash
from scheduling.core.data import Wish
from scheduling.core.explain_day import DayReason, WishPrice, explain_day, price_wish
from scheduling.core.explain_interval import IntervalReason, explain_interval
from scheduling.core.tours import PlacedShift
from scheduling.models import ScheduleVersion
from scheduling.queries.planned import PlannedVersion, planned_version
from scheduling.services.errors import UnableToExplain
from wfm.org.models import Agent, Queue

KEPT_SECONDS = 20.0
KEPT_VERSIONS = 2

_lock = Lock()
_busy = Lock()
"""Held while a roster is asked: an answer takes people out and puts them back."""
_kept: OrderedDict[tuple[int, int, int], tuple[float, PlannedVersion]] = OrderedDict()


@dataclass(frozen=True, kw_only=True)
class PersonReason:
    """Somebody who does not serve the interval."""

    agent: Agent
    away: str
    rule: str
    extra_cost: float | None


@dataclass(frozen=True, kw_only=True)
class IntervalAnswer:
    """Why an interval of a queue is short."""

    queue: Queue
    starts_at: datetime
    reason: IntervalReason
    persons: tuple[PersonReason, ...]
    """Those whom the asker may see."""
    hidden: int
    kept_away: dict[str, int]
    """How many people each rule keeps away."""


@dataclass(frozen=True, kw_only=True)
class ChoiceAnswer:
    """Another way to spend the day."""

    kind: str
    starts_at: datetime | None
    ends_at: datetime | None
    extra_cost: float


@dataclass(frozen=True, kw_only=True)
class DayAnswer:
    """Why an agent works as they do on a day."""

    agent: Agent
    date: date
    starts_at: datetime | None
    ends_at: datetime | None
    reason: DayReason
    choices: tuple[ChoiceAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class WishedDay:
    """A wish as people put it; minutes of the local day."""

    date: date
    works: bool = True
    earliest_start_minute: int = 0
    latest_start_minute: int = 1440
    pattern: str = ""


def planned_for(version: ScheduleVersion, principal: object) -> PlannedVersion:
    """The version as the core sees it, kept for some seconds: a planner asks many times in a row.

    Kept by person: row-level security decides what each can read.
    """
    key = (getattr(principal, "pk", 0) or 0, version.pk, version.revision)
    moment = time.monotonic()
    with _lock:
        for old in [k for k, (since, _p) in _kept.items() if moment - since > KEPT_SECONDS]:
            del _kept[old]
        if key in _kept:
            return _kept[key][1]
    found = planned_version(version)
    with _lock:
        _kept[key] = (moment, found)
        while len(_kept) > KEPT_VERSIONS:
            _kept.popitem(last=False)
    return found


def why_interval(
    *, version: ScheduleVersion, queue: Queue, at: datetime, principal: object
) -> IntervalAnswer:
    """Why a queue is short in the interval that holds `at`."""
    planned = planned_for(version, principal)
    skill = str(queue.skill_id)
    slot = planned.axis.slot(at)
    if skill not in planned.data.required_agents:
        raise UnableToExplain(_("Nothing is required of this queue in the version's days."))
    if not 0 <= slot < planned.data.horizon.slots:
        raise UnableToExplain(_("%(moment)s is not in the version's days.") % {"moment": at})
    with _busy:
        reason = explain_interval(planned.roster, skill=skill, slot=slot)
    ids = [planned.given.agents[person.agent].pk for person in reason.persons]
    seen = Agent.objects.visible_to(principal).in_bulk(ids)
    kept_away: dict[str, int] = {}
    for person in reason.persons:
        if person.rule:
            kept_away[person.rule] = kept_away.get(person.rule, 0) + 1
    persons = tuple(
        PersonReason(
            agent=seen[key], away=str(person.away), rule=person.rule, extra_cost=person.extra_cost
        )
        for key, person in zip(ids, reason.persons, strict=True)
        if key in seen
    )
    return IntervalAnswer(
        queue=queue,
        starts_at=planned.axis.moment(slot),
        reason=reason,
        persons=persons,
        hidden=len(reason.persons) - len(persons),
        kept_away=dict(sorted(kept_away.items(), key=lambda item: -item[1])),
    )


def why_day(*, version: ScheduleVersion, agent: Agent, day: date, principal: object) -> DayAnswer:
    """Why an agent works this shift, or none, on a day."""
    planned = planned_for(version, principal)
    number, place = _numbers(planned, agent, day)
    with _busy:
        reason = explain_day(planned.roster, agent=number, day=place)
    model = planned.roster.class_of[number].model
    choices = []
    for choice in reason.choices:
        starts_at = ends_at = None
        if choice.start_slot is not None and choice.shape is not None:
            starts_at = planned.axis.moment(choice.start_slot)
            ends_at = planned.axis.moment(choice.start_slot + model.shapes[choice.shape].length)
        choices.append(
            ChoiceAnswer(
                kind=choice.kind, starts_at=starts_at, ends_at=ends_at, extra_cost=choice.extra_cost
            )
        )
    return DayAnswer(
        agent=agent,
        date=day,
        starts_at=_moment(planned, reason.shift, end=False),
        ends_at=_moment(planned, reason.shift, end=True),
        reason=reason,
        choices=tuple(choices),
    )


def cost_of_wish(
    *, version: ScheduleVersion, agent: Agent, wish: WishedDay, principal: object
) -> WishPrice:
    """What keeping a wish would cost while everybody else stays."""
    planned = planned_for(version, principal)
    number, place = _numbers(planned, agent, wish.date)
    asked = Wish(
        day=place,
        worth=0.0,
        works=wish.works,
        earliest_start_minute=wish.earliest_start_minute,
        latest_start_minute=wish.latest_start_minute,
        pattern=wish.pattern,
    )
    with _busy:
        return price_wish(planned.roster, agent=number, wish=asked)


def clash_of(*, version: ScheduleVersion, agent: Agent, principal: object) -> Clash | None:
    """Which rules of an agent clash; None where a legal tour exists."""
    planned = planned_for(version, principal)
    number, _place = _numbers(planned, agent, version.starts_on)
    rules = planned.data.agents[number]
    return agent_clash(
        rules,
        planned.data.contracts[rules.contract],
        planned.data.horizon_of(rules),
        first_weekday=planned.data.first_weekday,
    )


def _numbers(planned: PlannedVersion, agent: Agent, day: date) -> tuple[int, int]:
    number = planned.number_of.get(agent.pk)
    if number is None:
        raise UnableToExplain(
            _("%(name)s is not among the people of this version.") % {"name": agent}
        )
    place = (day - planned.axis.first_date).days
    if not 0 <= place < planned.axis.days:
        raise UnableToExplain(_("%(day)s is not one of the version's days.") % {"day": day})
    return number, place


def _moment(planned: PlannedVersion, shift: PlacedShift | None, *, end: bool) -> datetime | None:
    if shift is None:
        return None
    return planned.axis.moment(shift.end_slot if end else shift.start_slot)


def shown(persons: Collection[PersonReason], most: int) -> list[PersonReason]:
    """The first so many of each kind, so that a page stays short."""
    counts: dict[str, int] = {}
    found = []
    for person in persons:
        counts[person.away] = counts.get(person.away, 0) + 1
        if counts[person.away] <= most:
            found.append(person)
    return found
