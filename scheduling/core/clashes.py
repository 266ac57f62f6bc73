"""Where rules clash: the smallest set that clashes, and the most rules that can be kept together.

An agent without a legal tour: each rule is switched off in turn and stays off where the others still clash (deletion
filter), which leaves a minimal set; where the rules are few enough, all smaller sets are tried, too, which proves it
the smallest. The fewest rules to give up are found by trying sets of rising size, and give the best partial
schedule. A group with activities: the same filter over the windows of the activities and the rules of those
who attend.

J. W. Chinneck and E. W. Dravnieks, Locating minimal infeasible constraint sets in linear programs (1991),
ORSA Journal on Computing 3(2), doi:10.1287/ijoc.3.2.157, for the filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import (
    AgentRules,
    ContractRules,
    FloatingActivity,
    Horizon,
    ScheduleData,
    Span,
)
from scheduling.core.priced_tours import FORCED
from scheduling.core.rule_book import RULES, closed_days, open_days
from scheduling.core.tours import Tour, TourModel

Bound: TypeAlias = tuple[AgentRules, ContractRules]
MOST_CHECKS = 1500
"""Tours that a search for clashes may ask for."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One rule that can be switched off: of an agent, a lock, a closed day, or an activity's window."""

    key: str
    agent: str = ""
    day: int | None = None
    activity: str = ""


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Rules that cannot be kept together, and the fewest to give up."""

    items: tuple[Item, ...]
    """A minimal set: without any one of them the rest can be kept."""
    is_smallest: bool
    """True where every smaller set is proven free of clashes."""
    give_up: tuple[Item, ...]
    """The fewest items whose loss leaves a legal schedule, as far as the search went."""
    is_fewest: bool
    tours: Mapping[str, Tour]
    """Best partial schedule: the tour of each agent concerned with all other rules kept."""


class _TooManyError(Exception):
    """The search has asked for more tours than it may."""


class _Counted:
    """A test that remembers its answers and stops after so many."""

    def __init__(self, holds: Callable[[frozenset[Item]], bool], most: int) -> None:
        self.holds, self.left = holds, most
        self.known: dict[frozenset[Item], bool] = {}

    def __call__(self, kept: Iterable[Item]) -> bool:
        """True where all these rules can be kept together."""
        key = frozenset(kept)
        if key not in self.known:
            if self.left <= 0:
                raise _TooManyError
            self.left -= 1
            self.known[key] = self.holds(key)
        return self.known[key]


# -- one agent -----------------------------------------------------------------------------------


def items_of(agent: AgentRules, contract: ContractRules, horizon: Horizon) -> list[Item]:
    """Every rule that binds the agent, closed days and locked shifts one by one."""
    found = [
        Item(key=rule.key, agent=agent.key)
        for rule in RULES
        if rule.key not in {"days_off", "break_windows", "must_work"}
        and rule.binds(agent, contract, horizon)
    ]
    found += [Item(key="day_off", agent=agent.key, day=day) for day in closed_days(agent)]
    found += [Item(key="lock", agent=agent.key, day=shift.day) for shift in agent.fixed]
    found += [Item(key="must_work", agent=agent.key, day=day) for day in sorted(agent.must_work)]
    return found


def bound_by(
    agent: AgentRules, contract: ContractRules, horizon: Horizon, kept: frozenset[Item]
) -> Bound:
    """The agent with only these rules switched on; nobody else's items matter."""
    own = {item for item in kept if item.agent == agent.key}
    keys = {item.key for item in own if item.day is None}
    days = {
        kind: {item.day for item in own if item.key == kind}
        for kind in ("day_off", "lock", "must_work")
    }
    opened = [day for day in closed_days(agent) if day not in days["day_off"]]
    freed = tuple(shift for shift in agent.fixed if shift.day in days["lock"])
    agent = open_days(agent, opened, horizon)
    agent = replace(agent, fixed=freed, must_work=agent.must_work & frozenset(days["must_work"]))
    for rule in RULES:
        if rule.key not in {"days_off", "break_windows", "must_work"} and rule.key not in keys:
            agent, contract = rule.off(agent, contract, horizon)
    return agent, contract


def agent_clash(
    agent: AgentRules,
    contract: ContractRules,
    horizon: Horizon,
    *,
    first_weekday: int = 0,
    most_checks: int = MOST_CHECKS,
) -> Clash | None:
    """Why an agent has no legal tour; None where one exists."""

    def model(kept: frozenset[Item]) -> TourModel:
        bound = bound_by(agent, contract, horizon, kept)
        return TourModel(*bound, horizon, first_weekday=first_weekday)

    def tours(kept: frozenset[Item]) -> Mapping[str, Tour]:
        tour = model(kept).best_tour(np.ones(horizon.slots))
        return {} if tour is None else {agent.key: tour}

    return _clash(
        items_of(agent, contract, horizon),
        _Counted(lambda kept: model(kept).has_week(), most_checks),
        tours,
    )


# -- the search ----------------------------------------------------------------------------------


def _clash(
    items: Sequence[Item],
    holds: _Counted,
    tours: Callable[[frozenset[Item]], Mapping[str, Tour]],
) -> Clash | None:
    if holds(items):
        return None
    minimal = deletion_filter(items, holds)
    smallest, proven = _smallest(items, minimal, holds)
    given_up, is_fewest = _fewest(items, smallest, holds)
    kept = frozenset(items) - frozenset(given_up)
    return Clash(
        items=tuple(smallest),
        is_smallest=proven,
        give_up=tuple(given_up),
        is_fewest=is_fewest,
        tours=tours(kept),
    )


def deletion_filter(items: Sequence[Item], holds: Callable[[Iterable[Item]], bool]) -> list[Item]:
    """A minimal clashing set: every item whose removal would end the clash stays."""
    kept = list(items)
    for item in items:
        without = [other for other in kept if other != item]
        try:
            still_clashes = not holds(without)
        except _TooManyError:
            break
        if still_clashes:
            kept = without
    return kept


def _smallest(
    items: Sequence[Item], minimal: list[Item], holds: _Counted
) -> tuple[list[Item], bool]:
    """The smallest clashing set by trying all smaller ones; False where that was cut short."""
    try:
        for size in range(len(minimal)):
            for chosen in combinations(items, size):
                if not holds(chosen):
                    return list(chosen), True
    except _TooManyError:
        return minimal, False
    return minimal, True


def _fewest(
    items: Sequence[Item], clash: Sequence[Item], holds: _Counted
) -> tuple[list[Item], bool]:
    """The fewest items to give up; at least one belongs to every clashing set."""
    everything = set(items)
    try:
        for size in range(1, len(items) + 1):
            for chosen in _hitting(items, clash, size):
                if holds(everything - set(chosen)):
                    return list(chosen), True
    except _TooManyError:
        pass
    given: list[Item] = []
    for item in (*clash, *(other for other in items if other not in clash)):
        given.append(item)
        if holds.known.get(frozenset(everything - set(given))):
            break
    return given, False


def _hitting(items: Sequence[Item], clash: Sequence[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """Sets of this size with at least one item of the clash, the clash's own first."""
    order = [*clash, *(item for item in items if item not in clash)]
    for chosen in combinations(order, size):
        if any(item in clash for item in chosen):
            yield chosen


# -- a group with activities ---------------------------------------------------------------------


def group_clash(
    data: ScheduleData,
    activities: Sequence[FloatingActivity],
    *,
    most_checks: int = MOST_CHECKS,
) -> Clash | None:
    """Why activities cannot be placed for everyone who attends; None where they can.

    The items are the windows of the activities and all rules of those who attend.
    """
    group = _Group(data, activities)
    holds = _Counted(lambda kept: group.place(kept) is not None, most_checks)
    return _clash(group.items(), holds, lambda kept: group.place(kept) or {})


class _Group:
    """Agents and the activities that they share."""

    def __init__(self, data: ScheduleData, activities: Sequence[FloatingActivity]) -> None:
        self.data, self.activities = data, list(activities)
        self.agents = {agent.key: agent for agent in data.agents}
        self.attending = sorted({key for activity in activities for key in activity.attendants})
        self._tours: dict[tuple[str, frozenset[Item], tuple[Span, ...]], Tour | None] = {}
        self._models: dict[tuple[str, frozenset[Item]], TourModel] = {}

    def items(self) -> list[Item]:
        """The windows of the activities, then everybody's rules."""
        found = [Item(key="window", activity=activity.key) for activity in self.activities]
        for key in self.attending:
            agent = self.agents[key]
            contract = self.data.contracts[agent.contract]
            found += items_of(agent, contract, self.data.horizon_of(agent))
        return found

    def place(self, kept: frozenset[Item]) -> Mapping[str, Tour] | None:
        """A tour of everyone who attends with every activity at one time for all; None for none."""
        return self._place(kept, 0, {})

    def _place(
        self, kept: frozenset[Item], number: int, spans: dict[str, tuple[Span, ...]]
    ) -> Mapping[str, Tour] | None:
        if number == len(self.activities):
            tours = {key: self._tour(kept, key, spans.get(key, ())) for key in self.attending}
            placed = {key: tour for key, tour in tours.items() if tour is not None}
            return placed if len(placed) == len(tours) else None
        activity = self.activities[number]
        for span in self._starts(kept, activity):
            tried = dict(spans)
            for key in activity.attendants:
                tried[key] = (*tried.get(key, ()), span)
            if all(self._tour(kept, key, tried[key]) for key in activity.attendants):
                found = self._place(kept, number + 1, tried)
                if found is not None:
                    return found
        return None

    def _starts(self, kept: frozenset[Item], activity: FloatingActivity) -> Iterator[Span]:
        length = -(-activity.minutes // self.data.horizon.interval_minutes)
        inside = Item(key="window", activity=activity.key) in kept
        windows = activity.spans if inside else ((0, self.data.horizon.slots),)
        for low, high in windows:
            for first in range(low, high - length + 1):
                yield first, first + length

    def _tour(self, kept: frozenset[Item], key: str, spans: tuple[Span, ...]) -> Tour | None:
        own = frozenset(item for item in kept if item.agent == key)
        if (key, own, spans) not in self._tours:
            self._tours[key, own, spans] = self._best(own, key, spans)
        return self._tours[key, own, spans]

    def _best(self, own: frozenset[Item], key: str, spans: tuple[Span, ...]) -> Tour | None:
        if (key, own) not in self._models:
            agent = self.agents[key]
            horizon = self.data.horizon_of(agent)
            bound = bound_by(agent, self.data.contracts[agent.contract], horizon, own)
            self._models[key, own] = TourModel(
                *bound, horizon, first_weekday=self.data.first_weekday
            )
        wanted: NDArray[np.bool_] = np.zeros(self.data.horizon.slots, dtype=bool)
        length = 0
        for low, high in spans:
            wanted[low:high] = True
            length += high - low
        if int(wanted.sum()) < length:
            return None
        tour = self._models[key, own].best_tour(np.where(wanted, FORCED, 1.0))
        if tour is None or int(wanted[tour.working].sum()) < length:
            return None
        return tour
