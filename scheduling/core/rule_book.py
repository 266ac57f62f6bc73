"""Every rule that binds agents, with its smallest relaxation and with the rule switched off.

One small pair of functions per rule. Prices of rules take the smallest step for everyone; the search for clashing
rules switches rules of one agent off. What a rule does inside the solver is not repeated here: a relaxed
rule is the same data with other limits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import TypeAlias

from scheduling.core.data import (
    MINUTES_PER_DAY,
    AgentRules,
    BreakRule,
    ContractRules,
    Horizon,
    ScheduleData,
    ShiftPattern,
    Span,
)

Bound: TypeAlias = tuple[AgentRules, ContractRules]
Change: TypeAlias = Callable[[AgentRules, ContractRules, Horizon], Bound]

UNBOUND_DAYS = 7
UNBOUND_RUN = 60
UNBOUND_MINUTES = 7 * MINUTES_PER_DAY


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: how it gives way by its smallest step, and how it is switched off."""

    key: str
    step: Change
    off: Change

    def binds(self, agent: AgentRules, contract: ContractRules, horizon: Horizon) -> bool:
        """True where switching the rule off changes anything for the agent."""
        return self.off(agent, contract, horizon) != (agent, contract)


def relaxed(data: ScheduleData, rule: Rule) -> ScheduleData:
    """The same data with this rule one step wider for every agent.

    Rules of contracts are relaxed once per contract, so that agents go on sharing classes.
    """
    contracts = dict(data.contracts)
    agents = []
    for agent in data.agents:
        given = data.contracts[agent.contract]
        changed, contract = rule.step(agent, given, data.horizon_of(agent))
        contracts[agent.contract] = contract
        agents.append(changed)
    return replace(data, contracts=contracts, agents=tuple(agents))


def _of_contract(**changes: Callable[[ContractRules], object]) -> Change:
    def change(agent: AgentRules, contract: ContractRules, _horizon: Horizon) -> Bound:
        return agent, replace(contract, **{k: of(contract) for k, of in changes.items()})  # type: ignore[arg-type]

    return change


def _of_agent(**changes: Callable[[AgentRules], object]) -> Change:
    def change(agent: AgentRules, contract: ContractRules, _horizon: Horizon) -> Bound:
        return replace(agent, **{k: of(agent) for k, of in changes.items()}), contract  # type: ignore[arg-type]

    return change


def start_grid(contract: ContractRules) -> int:
    """The finest step between starts of the contract's shifts."""
    return min((pattern.start_grid_minutes for pattern in contract.patterns), default=15)


def paid_step(contract: ContractRules) -> int:
    """The smallest amount by which the paid time of two weeks can differ."""
    return gcd(*(pattern.paid_minutes for pattern in contract.patterns)) or 15


def _with_patterns(
    contract: ContractRules, of: Callable[[ShiftPattern], ShiftPattern]
) -> ContractRules:
    return replace(contract, patterns=tuple(of(pattern) for pattern in contract.patterns))


def _patterns(of: Callable[[ShiftPattern, Horizon], ShiftPattern]) -> Change:
    def change(agent: AgentRules, contract: ContractRules, horizon: Horizon) -> Bound:
        return agent, _with_patterns(contract, lambda pattern: of(pattern, horizon))

    return change


def _finer_grid(pattern: ShiftPattern, horizon: Horizon) -> ShiftPattern:
    halved = pattern.start_grid_minutes // 2
    fits = halved >= horizon.interval_minutes and halved % horizon.interval_minutes == 0
    return replace(pattern, start_grid_minutes=halved) if fits else pattern


def _any_grid(pattern: ShiftPattern, horizon: Horizon) -> ShiftPattern:
    return replace(pattern, start_grid_minutes=horizon.interval_minutes)


def _longer_start_hours(pattern: ShiftPattern, _horizon: Horizon) -> ShiftPattern:
    step = pattern.start_grid_minutes
    return replace(
        pattern,
        earliest_start_minute=max(0, pattern.earliest_start_minute - step),
        latest_start_minute=min(MINUTES_PER_DAY, pattern.latest_start_minute + step),
    )


def _any_start(pattern: ShiftPattern, _horizon: Horizon) -> ShiftPattern:
    return replace(pattern, earliest_start_minute=0, latest_start_minute=MINUTES_PER_DAY)


def _wider_breaks(pattern: ShiftPattern, horizon: Horizon) -> ShiftPattern:
    """Each window opens by one interval on both sides, as far as its neighbours and the piece allow."""
    order = sorted(
        range(len(pattern.breaks)),
        key=lambda n: (pattern.breaks[n].piece, pattern.breaks[n].earliest_minutes),
    )
    found: list[BreakRule] = list(pattern.breaks)
    for place, number in enumerate(order):
        rule = found[number]
        before = found[order[place - 1]] if place else None
        after = found[order[place + 1]] if place + 1 < len(order) else None
        low, high = 0, pattern.piece_minutes[rule.piece]
        if before is not None and before.piece == rule.piece:
            low = before.latest_minutes + before.minutes
        if after is not None and after.piece == rule.piece:
            high = after.earliest_minutes
        found[number] = replace(
            rule,
            earliest_minutes=max(low, rule.earliest_minutes - horizon.interval_minutes),
            latest_minutes=min(high - rule.minutes, rule.latest_minutes + horizon.interval_minutes),
        )
    return replace(pattern, breaks=tuple(found))


def _every_day(pattern: ShiftPattern, _horizon: Horizon) -> ShiftPattern:
    return replace(pattern, days=None)


def _whole_day(day: int, horizon: Horizon) -> tuple[Span, ...]:
    last = min(day + 2, horizon.days)
    end = max(horizon.day_starts[last], min(horizon.day_starts[day + 1] + 48, horizon.slots))
    return ((horizon.day_starts[day], min(end, horizon.slots)),)


def _wider_hours(agent: AgentRules, contract: ContractRules, horizon: Horizon) -> Bound:
    """The hours of each open day begin and end one start step further out."""
    step = max(1, start_grid(contract) // horizon.interval_minutes)
    spans = tuple(
        tuple((max(0, low - step), min(horizon.slots, high + step)) for low, high in day)
        for day in agent.spans
    )
    return replace(agent, spans=spans), contract


def _all_hours(agent: AgentRules, contract: ContractRules, horizon: Horizon) -> Bound:
    spans = tuple(
        _whole_day(day, horizon) if day_spans else () for day, day_spans in enumerate(agent.spans)
    )
    return replace(agent, spans=spans), contract


def usual_span(agent: AgentRules, day: int, horizon: Horizon) -> tuple[Span, ...]:
    """Hours of a closed day if it were open: those of the nearest open day, else the whole day."""
    opened = [n for n, spans in enumerate(agent.spans) if spans]
    if not opened:
        return _whole_day(day, horizon)
    like = min(opened, key=lambda n: (abs(n - day), n))
    moved = horizon.day_starts[day] - horizon.day_starts[like]
    return tuple(
        (max(0, low + moved), min(horizon.slots, high + moved)) for low, high in agent.spans[like]
    )


def closed_days(agent: AgentRules) -> list[int]:
    """Days on which the agent can have no shift at all."""
    fixed = {shift.day for shift in agent.fixed}
    return [day for day, spans in enumerate(agent.spans) if not spans and day not in fixed]


def open_days(agent: AgentRules, days: Sequence[int], horizon: Horizon) -> AgentRules:
    """The agent with these days open at the hours of the nearest open day."""
    spans = list(agent.spans)
    for day in days:
        spans[day] = usual_span(agent, day, horizon)
    return replace(agent, spans=tuple(spans))


def _one_more_day(agent: AgentRules, contract: ContractRules, horizon: Horizon) -> Bound:
    """The first closed day of each week opens."""
    first: dict[int, int] = {}
    for day in closed_days(agent):
        first.setdefault(day // 7, day)
    return open_days(agent, list(first.values()), horizon), contract


def _all_days(agent: AgentRules, contract: ContractRules, horizon: Horizon) -> Bound:
    return open_days(agent, closed_days(agent), horizon), contract


def _wider_period(contract: ContractRules) -> tuple[int, int] | None:
    if contract.paid_minutes_per_period is None:
        return None
    low, high = contract.paid_minutes_per_period
    return max(0, low - paid_step(contract)), high + paid_step(contract)


def _one_more(value: int | None) -> int | None:
    return None if value is None else value + 1


def _wider_quota(agent: AgentRules) -> tuple[int, int] | None:
    if agent.office_days_per_week is None:
        return None
    low, high = agent.office_days_per_week
    return max(0, low - 1), high + 1


RULES: tuple[Rule, ...] = (
    Rule(
        key="most_days",
        step=_of_contract(days_per_week=lambda c: (c.days_per_week[0], c.days_per_week[1] + 1)),
        off=_of_contract(days_per_week=lambda c: (c.days_per_week[0], UNBOUND_DAYS)),
    ),
    Rule(
        key="least_days",
        step=_of_contract(
            days_per_week=lambda c: (max(0, c.days_per_week[0] - 1), c.days_per_week[1])
        ),
        off=_of_contract(days_per_week=lambda c: (0, c.days_per_week[1])),
    ),
    Rule(
        key="most_hours",
        step=_of_contract(
            paid_minutes_per_week=lambda c: (
                c.paid_minutes_per_week[0],
                c.paid_minutes_per_week[1] + paid_step(c),
            )
        ),
        off=_of_contract(
            paid_minutes_per_week=lambda c: (c.paid_minutes_per_week[0], UNBOUND_MINUTES)
        ),
    ),
    Rule(
        key="least_hours",
        step=_of_contract(
            paid_minutes_per_week=lambda c: (
                max(0, c.paid_minutes_per_week[0] - paid_step(c)),
                c.paid_minutes_per_week[1],
            )
        ),
        off=_of_contract(paid_minutes_per_week=lambda c: (0, c.paid_minutes_per_week[1])),
    ),
    Rule(
        key="period_hours",
        step=_of_contract(paid_minutes_per_period=_wider_period),
        off=_of_contract(paid_minutes_per_period=lambda _: None),
    ),
    Rule(
        key="days_in_row",
        step=_of_contract(max_consecutive_days=lambda c: c.max_consecutive_days + 1),
        off=_of_contract(max_consecutive_days=lambda _: UNBOUND_RUN),
    ),
    Rule(
        key="days_off_together",
        step=_of_contract(consecutive_days_off=lambda c: max(0, c.consecutive_days_off - 1)),
        off=_of_contract(consecutive_days_off=lambda _: 0),
    ),
    Rule(
        key="rest",
        step=_of_contract(min_rest_minutes=lambda c: max(0, c.min_rest_minutes - start_grid(c))),
        off=_of_contract(min_rest_minutes=lambda _: 0),
    ),
    Rule(
        key="start_band",
        step=_of_contract(
            start_band_minutes=lambda c: min(MINUTES_PER_DAY, c.start_band_minutes + start_grid(c))
        ),
        off=_of_contract(start_band_minutes=lambda _: MINUTES_PER_DAY),
    ),
    Rule(
        key="weekends",
        step=_of_contract(max_weekends_in_4_weeks=lambda c: _one_more(c.max_weekends_in_4_weeks)),
        off=_of_contract(max_weekends_in_4_weeks=lambda _: None),
    ),
    Rule(
        key="split_shifts",
        step=_of_contract(
            max_split_shifts_per_week=lambda c: _one_more(c.max_split_shifts_per_week)
        ),
        off=_of_contract(max_split_shifts_per_week=lambda _: None),
    ),
    Rule(key="start_grid", step=_patterns(_finer_grid), off=_patterns(_any_grid)),
    Rule(key="start_hours", step=_patterns(_longer_start_hours), off=_patterns(_any_start)),
    Rule(key="break_windows", step=_patterns(_wider_breaks), off=_patterns(_wider_breaks)),
    Rule(key="pattern_days", step=_patterns(_every_day), off=_patterns(_every_day)),
    Rule(key="hours", step=_wider_hours, off=_all_hours),
    Rule(key="days_off", step=_one_more_day, off=_all_days),
    Rule(
        key="consent",
        step=_of_agent(excluded_patterns=lambda _: frozenset()),
        off=_of_agent(excluded_patterns=lambda _: frozenset()),
    ),
    Rule(
        key="must_work",
        step=_of_agent(must_work=lambda _: frozenset()),
        off=_of_agent(must_work=lambda _: frozenset()),
    ),
    Rule(
        key="office_quota",
        step=_of_agent(office_days_per_week=_wider_quota),
        off=_of_agent(office_days_per_week=lambda _: None),
    ),
    Rule(
        key="office_days",
        step=_of_agent(office_days=lambda _: frozenset(), home_days=lambda _: frozenset()),
        off=_of_agent(office_days=lambda _: frozenset(), home_days=lambda _: frozenset()),
    ),
)
"""Rules of agents and contracts. Seats and skills belong to no single agent: see `rule_prices`."""

BY_KEY = {rule.key: rule for rule in RULES}
