"""What each rule costs: one rule relaxed by its smallest step, the saving bracketed from both sides.

Relaxing a rule changes the best possible cost by opt - opt'. Neither is known, both are bracketed: a schedule
is a cost from above, prices prove a bound from below. For each rule the present schedule answers under the wider
rule (best responses until nobody gains, the same way as under the old rules), and the bound is proven anew with
prices re-optimised: by subgradient steps, and where the bound falls noticeably by the weeks' programmes; these
rules come last. That gives
    bound - cost'  <=  opt - opt'  <=  cost - bound',
and the estimate is what the answers save, raised to what the bounds fall by where they show more and a programme
stands behind them, kept within the bracket.

M. Held, P. Wolfe and H. P. Crowder, Validation of subgradient optimization (1974), doi:10.1007/BF01580223.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.absence import moved_tour
from scheduling.core.bound import Bound
from scheduling.core.data import AgentRules, ScheduleData
from scheduling.core.pricing import AgentClass, Pricer
from scheduling.core.roster import Roster
from scheduling.core.rule_book import RULES, relaxed
from scheduling.core.tours import Tour

Floats = NDArray[np.float64]
BASE_PASSES = 10
NOTICEABLE = 0.002
"""A bound that falls by this part of the cost is looked at by the programmes."""
PRICE_TOLERANCE = 1e-2
"""Of programmes of many groups: two thirds of the time, and what they prove changes by up to 0.3 %."""
SAME = 1e-6
"""A bound that falls by less has not fallen."""


@dataclass(frozen=True, kw_only=True)
class RulePrice:
    """What one step of a rule is worth over the horizon; hours are per week."""

    rule: str
    subject: str
    """Skill or site where the rule belongs to one; empty for a rule of contracts."""
    agents: int
    """How many agents the step changes anything for."""
    saved_cost: float
    """Estimate of the money saved."""
    least_saved: float
    """Proven from below; 0 where the bounds do not say more."""
    most_saved: float
    """Proven from above."""
    short_hours_saved: float
    """Hours short a week that the answers take away."""
    agent_hours: float
    """The estimate in hours of shortage a week: money over what an hour short costs."""


@dataclass(frozen=True, kw_only=True)
class PriceParams:
    """How much work goes into each price."""

    passes: int = 2
    price_rounds: int = 12
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class Step:
    """One relaxation to price."""

    rule: str
    data: ScheduleData
    agents: int
    subject: str = ""


def steps_of(data: ScheduleData, prices: Mapping[str, Floats] | None = None) -> Iterator[Step]:
    """Every rule that binds somebody, relaxed by its smallest step."""
    for rule in RULES:
        changed = relaxed(data, rule)
        touched = sum(
            new != old or changed.contracts[new.contract] != data.contracts[old.contract]
            for old, new in zip(data.agents, changed.agents, strict=True)
        )
        if touched:
            yield Step(rule=rule.key, data=changed, agents=touched)
    for site, seats in data.seats.items():
        wider = {**data.seats, site: seats + 1}
        touched = sum(agent.site == site for agent in data.agents)
        yield Step(rule="seats", data=replace(data, seats=wider), agents=touched, subject=site)
    if len(data.required_agents) > 1:
        for skill in sorted(data.required_agents):
            trained = _trained(data, skill, prices)
            if trained is not None:
                yield Step(rule="skill", data=trained, agents=1, subject=skill)


def _trained(
    data: ScheduleData, skill: str, prices: Mapping[str, Floats] | None
) -> ScheduleData | None:
    """One more agent with the skill: the one whose own skills are worth least beside it."""
    lacking = [n for n, agent in enumerate(data.agents) if skill not in agent.skills]
    if not lacking:
        return None

    def gained(number: int) -> float:
        agent = data.agents[number]
        if prices is None or skill not in prices:
            return float(-len(agent.skills))
        own = [prices[s] for s in agent.skills if s in prices]
        best = np.max(own, axis=0) if own else np.zeros(data.horizon.slots)
        there = _in_spans(agent, data.horizon.slots)
        return float(np.maximum(prices[skill] - best, 0.0)[there].sum())

    chosen = max(lacking, key=lambda number: (gained(number), -number))
    agents = list(data.agents)
    agents[chosen] = replace(agents[chosen], skills=(*agents[chosen].skills, skill))
    return replace(data, agents=tuple(agents))


def _in_spans(agent: AgentRules, slots: int) -> NDArray[np.bool_]:
    there = np.zeros(slots, dtype=bool)
    for spans in agent.spans:
        for low, high in spans:
            there[low:high] = True
    return there


@dataclass(frozen=True, kw_only=True, eq=False)
class _Side:
    """What is known under one set of rules."""

    cost: float
    bound: float
    short_hours: float
    tours: list[Tour | None]
    prices: dict[str, Floats]
    is_sharp: bool
    """False where better prices may prove noticeably more."""


def rule_prices(
    data: ScheduleData,
    tours: Sequence[Tour | None],
    prices: Mapping[str, Floats],
    *,
    params: PriceParams | None = None,
    report: Callable[[float, str], None] = lambda _share, _rule: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[RulePrice, ...]:
    """Price every rule that binds somebody, the dearest first.

    Args:
        data: what the schedule was made for.
        tours: the schedule.
        prices: the solver's, per skill and slot; any give valid brackets, good ones narrow them.
        params: work for each price.
        report: share done and the rule just priced.
        cancelled: ends the work; what is priced so far is returned.

    """
    chosen = params or PriceParams()
    steps = list(steps_of(data, prices))
    base = _side(data, tours, prices, chosen, known_bound=np.inf)
    base = _sharpened(data, base, chosen, stop=cancelled)
    found: list[RulePrice] = []

    def tell(step: Step, side: _Side) -> None:
        found.append(_price(data, step, base, side))
        report(len(found) / len(steps), step.rule)

    waiting = []
    for step in steps:
        if cancelled():
            break
        side = _side(step.data, base.tours, base.prices, chosen, known_bound=base.bound)
        if side.is_sharp:
            tell(step, side)
        else:
            waiting.append((step, side))
    for step, side in waiting:
        if cancelled():
            break
        sharpened = _sharpened(step.data, side, chosen, stop=cancelled)
        if not cancelled():
            tell(step, sharpened)
    return tuple(sorted(found, key=lambda price: (-price.saved_cost, price.rule, price.subject)))


def _price(data: ScheduleData, step: Step, before: _Side, after: _Side) -> RulePrice:
    weeks = max(1, data.weeks)
    most = max(0.0, before.cost - after.bound)
    least = min(most, max(0.0, before.bound - after.cost))
    answered = max(0.0, before.cost - after.cost)
    shown = max(answered, before.bound - after.bound) if after.is_sharp else answered
    saved = min(most, max(least, shown))
    hour = max(data.under_cost.values(), default=1.0) * 60 / data.horizon.interval_minutes
    return RulePrice(
        rule=step.rule,
        subject=step.subject,
        agents=step.agents,
        saved_cost=saved,
        least_saved=least,
        most_saved=most,
        short_hours_saved=max(0.0, before.short_hours - after.short_hours) / weeks,
        agent_hours=saved / hour / weeks,
    )


def _side(
    data: ScheduleData,
    tours: Sequence[Tour | None],
    prices: Mapping[str, Floats],
    params: PriceParams,
    *,
    known_bound: float,
) -> _Side:
    """The schedule's answer under these rules, and the bound with prices re-optimised by steps.

    It is not sharp where that lies noticeably below `known_bound`.
    """
    roster = Roster(data)
    for agent, tour in enumerate(tours):
        if tour is not None:
            roster.put(agent, moved_tour(tour, roster.class_of[agent].model))
    # The schedule as it is may still be improved: only what the rule brings on top counts.
    _answer(roster, params, passes=BASE_PASSES if known_bound == np.inf else params.passes)
    cost = roster.cost()
    proof = _Proof(roster, target=cost)
    # A wider rule never proves more: where as much is proven as before, there is nothing to look for.
    proof.enough = known_bound - SAME * cost
    proof.improve(prices, rounds=params.price_rounds)
    hours = data.horizon.interval_minutes / 60
    return _Side(
        cost=cost,
        bound=proof.highest,
        short_hours=float(roster.coverage.shortage().sum()) * hours,
        tours=list(roster.tours),
        prices=proof.by_skill(),
        is_sharp=proof.highest >= known_bound - NOTICEABLE * cost,
    )


def _sharpened(
    data: ScheduleData, side: _Side, params: PriceParams, *, stop: Callable[[], bool]
) -> _Side:
    """The same side with the prices of the weeks' programmes where they prove more."""
    roster = Roster(data)
    roster.load(side.tours)
    proof = _Proof(roster, target=side.cost)
    proof.improve(side.prices, rounds=0)
    is_sharp = proof.by_programmes(rounds=params.price_rounds, stop=stop)
    return replace(side, bound=proof.highest, prices=proof.by_skill(), is_sharp=is_sharp)


def _answer(roster: Roster, params: PriceParams, *, passes: int) -> None:
    """Best responses, the same order of agents for every rule, until nobody gains."""
    rng = np.random.default_rng(params.seed)
    for _ in range(passes):
        cost = roster.cost()
        for agent in rng.permutation(roster.placed()):
            old = roster.take(int(agent))
            weights = roster.coverage.weights(roster.masks[agent])
            roster.put(int(agent), roster.best_tour(int(agent), weights) or old)
        if roster.cost() >= cost - 1e-9:
            return


class _Proof:
    """The best bound found so far and its prices."""

    def __init__(self, roster: Roster, *, target: float) -> None:
        self.roster, self.target = roster, target
        self.classes = [
            group
            for group in roster.classes
            if any(roster.tours[number] is not None for number in group.members)
        ]
        self.pricer = Pricer(roster.data, self.classes, roster.coverage)
        self.highest, self.enough = -np.inf, np.inf
        self.best = np.zeros_like(self.pricer.highest)

    def improve(self, prices: Mapping[str, Floats], *, rounds: int) -> None:
        """Start from these prices, those of skills without any from 0."""
        nothing = np.zeros(self.best.shape[1])
        self._steps(
            np.stack([np.asarray(prices.get(s, nothing)) for s in self.roster.coverage.skills]),
            rounds,
        )

    def by_programmes(self, *, rounds: int, stop: Callable[[], bool]) -> bool:
        """Start from the prices of the weeks' linear programmes; False where their solve is stopped."""
        if not self.classes:
            return True
        masks = [self.roster.coverage.mask(group.skills) for group in self.classes]
        search = Bound(self.pricer, masks, tolerance=PRICE_TOLERANCE)
        if not search.solve_weeks(threads=1, stop=stop):
            return False
        self._steps(search.best_prices, rounds)
        return True

    def by_skill(self) -> dict[str, Floats]:
        """The best prices."""
        return dict(zip(self.roster.coverage.skills, self.best, strict=True))

    def _steps(self, start: Floats, rounds: int) -> None:
        """Subgradient steps towards the cost, half as long where the bound does not rise."""
        now, scale = np.clip(start, 0.0, self.pricer.highest), 0.5
        for _ in range(rounds + 1):
            priced = self.pricer.price(now)
            if priced.bound > self.highest + 1e-9:
                self.highest, self.best = priced.bound, now
            else:
                scale /= 2
            missing = _missing(self.roster, self.classes, priced.tours, now)
            length = float((missing**2).sum())
            near = self.target - priced.bound <= 1e-9
            if length <= 0 or near or self.highest >= self.enough:
                return
            step = scale * (self.target - priced.bound) / length
            now = np.clip(now + step * missing, 0.0, self.pricer.highest)


def _missing(
    roster: Roster, classes: Sequence[AgentClass], tours: Sequence[Tour | None], prices: Floats
) -> Floats:
    """Required less who would come at these prices [skill, slot], each at the dearest of their skills."""
    coverage = roster.coverage
    missing = coverage.required.copy()
    for group, tour in zip(classes, tours, strict=True):
        mask = coverage.mask(group.skills)
        rows = np.array([n for n in range(len(prices)) if mask >> n & 1], dtype=np.int64)
        if tour is None or not len(rows):
            continue
        at = rows[prices[rows][:, tour.working].argmax(axis=0)]
        np.subtract.at(missing, (at, tour.working), len(group.members))
    return np.where(coverage.counted, missing, 0.0)
