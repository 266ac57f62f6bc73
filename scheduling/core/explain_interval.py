"""Why an interval is short: capacity, rule or skill, with everybody who could have helped.

Prices are exact: the agent is taken out, the marginal costs of what is left are read, and the best legal tour
is found with and without the condition. The difference is what the condition costs while everybody else stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from scheduling.core.at_work import works_at
from scheduling.core.priced_tours import (
    FORCED,
    best_priced,
    desks_closed,
    saved_by,
    without,
)
from scheduling.core.pricing import AgentClass
from scheduling.core.reach import SHORT, reach_of, served_at
from scheduling.core.roster import Roster
from scheduling.core.rule_book import RULES, Rule
from scheduling.core.tours import TourModel

PRICED_PERSONS = 12
DAY_RULES = frozenset({"hours", "days_off", "start_hours", "start_grid", "pattern_days", "consent"})

TOTALS_OF_A_WEEK = frozenset(
    {"most_days", "least_days", "most_hours", "least_hours", "period_hours", "days_in_row",
     "days_off_together"}
)  # fmt: skip
TIMES_OF_A_WEEK = frozenset({"rest", "start_band"})


def _bundles() -> tuple[tuple[Rule, ...], ...]:
    """The rules in order, neighbours that only ever widen each other together.

    Where all of a bundle switched off does not help, none of them alone does.
    """
    found: list[list[Rule]] = []
    for rule in RULES:
        kind = next((k for k in (TOTALS_OF_A_WEEK, TIMES_OF_A_WEEK) if rule.key in k), None)
        if kind is not None and found and found[-1][-1].key in kind:
            found[-1].append(rule)
        else:
            found.append([rule])
    return tuple(tuple(bundle) for bundle in found)


_BUNDLES = _bundles()


class Cause(StrEnum):
    """Why an interval is short."""

    NOT_SHORT = "not_short"
    HEADCOUNT = "headcount"
    """Everybody who has the skill together is too few."""
    SKILL = "skill"
    """People could be there, but they lack the skill."""
    RULE = "rule"
    """Rules keep too many of those with the skill away."""
    CAPACITY = "capacity"
    """It could be covered; the paid hours save more elsewhere."""
    IMPROVABLE = "improvable"
    """Somebody would save money by being there: edited by hand, or the solve was cut short."""


class Away(StrEnum):
    """Why a person does not serve the interval."""

    SERVES_OTHER = "serves_other"
    ON_BREAK = "on_break"
    NO_SKILL = "no_skill"
    RULE = "rule"
    BETTER_ELSEWHERE = "better_elsewhere"
    WOULD_SAVE = "would_save"
    COULD = "could"
    """Could be there by another legal tour; the price was not asked for."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One agent who does not serve the interval, why, and what it would cost to have them there."""

    agent: int
    away: Away
    rule: str = ""
    extra_cost: float | None = None


@dataclass(frozen=True, kw_only=True)
class IntervalReason:
    """Why a skill is short in a slot."""

    skill: str
    slot: int
    required: float
    served: float
    with_skill: int
    """Agents who have the skill."""
    possible: int
    """Of these, those with a legal tour that is at work in the slot."""
    cause: Cause
    persons: tuple[Person, ...]

    @property
    def missing(self) -> float:
        """People missing."""
        return max(0.0, self.required - self.served)

    @property
    def is_coverable(self) -> bool:
        """False where it is proven that no legal schedule covers the interval."""
        return self.possible >= self.required - SHORT


def explain_interval(roster: Roster, *, skill: str, slot: int) -> IntervalReason:
    """Say why a skill is short in a slot, with the persons who could have helped."""
    coverage = roster.coverage
    number = coverage.skills.index(skill)
    bit = 1 << number
    there = _at_work(roster, slot)
    required = coverage.required[:, slot]
    # The skill comes last among those of equal cost: all of what is missing shows at this one.
    order = sorted(range(len(required)), key=lambda n: (-coverage.under_cost[n], n == number))
    staffed: Counter[int] = Counter(roster.masks[agent] for agent in there)
    served = served_at(required.tolist(), staffed, order)[number]
    having = [agent for agent, mask in enumerate(roster.masks) if mask & bit]
    if float(required[number]) - served <= SHORT:
        return IntervalReason(
            skill=skill,
            slot=slot,
            required=float(required[number]),
            served=served,
            with_skill=len(having),
            possible=max(len([agent for agent in having if agent in there]), int(served)),
            cause=Cause.NOT_SHORT,
            persons=(),
        )
    can = _who_can_be_there(roster, slot, there)
    possible = sum(can[agent] is None for agent in having)
    cause = _cause(
        required=float(required[number]),
        having=len(having),
        possible=possible,
        anybody=sum(rule is None for rule in can),
    )
    persons = _persons(roster, slot, bit, can, there)
    if cause == Cause.CAPACITY and any(p.away == Away.WOULD_SAVE for p in persons):
        cause = Cause.IMPROVABLE
    return IntervalReason(
        skill=skill,
        slot=slot,
        required=float(required[number]),
        served=served,
        with_skill=len(having),
        possible=possible,
        cause=cause,
        persons=persons,
    )


def _cause(*, required: float, having: int, possible: int, anybody: int) -> Cause:
    if possible >= required - SHORT:
        return Cause.CAPACITY
    if having >= required - SHORT:
        return Cause.RULE
    return Cause.SKILL if anybody >= required - SHORT else Cause.HEADCOUNT


def _at_work(roster: Roster, slot: int) -> set[int]:
    return {
        agent
        for agent, tour in enumerate(roster.tours)
        if tour is not None and bool((tour.working == slot).any())
    }


def _who_can_be_there(roster: Roster, slot: int, there: set[int]) -> list[str | None]:
    """Per agent None where a legal tour is at work in the slot, else the rule that prevents it."""
    found: list[str | None] = [None] * len(roster.tours)
    known: dict[tuple[object, ...], str | None] = {}
    for group in roster.classes:
        if any(member in there for member in group.members):
            continue
        key = _legality(group)
        if key not in known:
            known[key] = rule_against(group, slot)
        for member in group.members:
            found[member] = known[key]
    return found


def _legality(group: AgentClass) -> tuple[object, ...]:
    """Everything that decides which tours of a class are legal: not skills, wishes, or whose desk it is."""
    agent = group.model.agent
    return (
        agent.contract,
        agent.zone,
        agent.spans,
        agent.fixed,
        agent.previous_run_days,
        agent.previous_weekends,
        agent.credited_days,
        agent.credited_minutes,
        agent.must_work,
        agent.excluded_patterns,
        agent.office_days_per_week,
        agent.office_days,
        agent.home_days,
    )


def rule_against(group: AgentClass, slot: int) -> str | None:
    """The rule that keeps a class from a slot: None where none does, `several` where no single one."""
    model = group.model
    if works_at(model, slot):
        return None
    closed = _closed(model, slot)
    if closed is not None:
        return closed
    in_reach = bool(reach_of(model, model.horizon.slots)[slot])
    for bundle in _BUNDLES:
        binding = [
            rule
            for rule in bundle
            if rule.binds(model.agent, model.contract, model.horizon)
            and not (in_reach and rule.key in DAY_RULES)
        ]
        if len(binding) > 1 and not works_at(without(model, *binding), slot):
            continue
        for rule in binding:
            if works_at(without(model, rule), slot):
                return rule.key
    return "several"


def _closed(model: TourModel, slot: int) -> str | None:
    """The rule where the slot lies in no stretch in which the agent can work; the quick answer."""
    spans = model.agent.spans
    if any(low <= slot < high for day in spans for low, high in day):
        return None
    if any(shift.start_slot <= slot < shift.end_slot for shift in model.fixed.values()):
        return None
    day = int(np.searchsorted(model.horizon.day_starts, slot, side="right")) - 1
    if not 0 <= day < len(spans):
        return None
    return "hours" if spans[day] else "days_off"


def _persons(
    roster: Roster, slot: int, bit: int, can: Sequence[str | None], there: set[int]
) -> tuple[Person, ...]:
    """The cheapest who could be there first, then those whom rules keep away, then the others."""
    on_break, elsewhere, kept_away, unskilled = [], [], [], []
    for agent, mask in enumerate(roster.masks):
        if not mask & bit:
            if agent not in there and can[agent] is None:
                unskilled.append(Person(agent=agent, away=Away.NO_SKILL))
        elif agent in there:
            if mask != bit:
                elsewhere.append(Person(agent=agent, away=Away.SERVES_OTHER))
        elif can[agent] is not None:
            kept_away.append(Person(agent=agent, away=Away.RULE, rule=can[agent] or ""))
        else:
            on_break.append(agent)
    on_break.sort(key=lambda agent: _distance(roster, agent, slot))
    priced = [_priced_person(roster, agent, slot) for agent in on_break[:PRICED_PERSONS]]
    priced.sort(key=lambda person: np.inf if person.extra_cost is None else person.extra_cost)
    others = [Person(agent=agent, away=Away.COULD) for agent in on_break[PRICED_PERSONS:]]
    return (*priced, *others, *kept_away, *elsewhere, *unskilled)


def _distance(roster: Roster, agent: int, slot: int) -> int:
    """Slots between the agent's nearest work and the slot: whose day it is costs least to move."""
    tour = roster.tours[agent]
    if tour is None or not len(tour.working):
        return roster.data.horizon.slots
    return int(np.abs(tour.working - slot).min())


def _priced_person(roster: Roster, agent: int, slot: int) -> Person:
    """What it costs to have the agent at work in the slot, the slot's own gain taken off."""
    old = roster.take(agent)
    weights = roster.coverage.weights(roster.masks[agent])
    model, closed = roster.class_of[agent].model, desks_closed(roster, agent)
    forced = weights.copy()
    forced[slot] += FORCED
    found = best_priced(model, forced, closed=closed)
    present = -np.inf if old is None else saved_by(old, weights)
    roster.put(agent, old)
    if found is None or not (found.tour.working == slot).any():
        return Person(agent=agent, away=Away.COULD)
    is_break = old is not None and any(s.start_slot <= slot < s.end_slot for s in old.shifts)
    extra = present - saved_by(found.tour, weights) if old is not None else None
    away = Away.ON_BREAK if is_break else Away.BETTER_ELSEWHERE
    if extra is not None and extra < -SHORT:
        away = Away.WOULD_SAVE
    return Person(agent=agent, away=away, extra_cost=extra)
