"""Fifty chat queues: the agents that the chain asks for, and what long simulated days say to them.

A case agrees when simulated days with the required agents keep the goal and with one fewer do not. It
is a near tie, and left out, when either level lies within three standard errors of the goal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.core.chat import ChatHandling, required_chat_agents
from staffing.core.goals import Goals
from staffing.core.simulation import OFFERED, SERVED_WITHIN, SimulatedQueue
from staffing.core.simulation_chat import simulate_chat
from staffing.core.traffic import Traffic
from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.findings import Findings

CASES, SMOKE_CASES = 50, 4
SEED = 20261122
STRETCHES = 40
"""Independent stretches of a steady queue, from whose scatter the standard error comes."""
CONTACTS = 1_200_000  # in all of them, warm-up aside
SMOKE_CONTACTS = 160_000
WARM_UP_HANDLINGS = 30  # times the handling time or patience, whichever is longer, before counting
NEAR = 3.0  # standard errors


@dataclass(frozen=True)
class ChatCase:
    """One queue in steady state and its goal; patience NaN: nobody gives up."""

    erlangs: float
    concurrency: int
    growth_rate: float
    aht_seconds: float
    patience_seconds: float
    level: float
    threshold_seconds: float

    def required(self) -> int:
        """Return the agents that the chain asks for."""
        goals = Goals.same(1, level=self.level, threshold_seconds=self.threshold_seconds)
        traffic = Traffic(
            np.array([self.erlangs]),
            np.array([self.aht_seconds]),
            np.array([self.patience_seconds]),
        )
        handling = ChatHandling(self.concurrency, self.growth_rate)
        return int(required_chat_agents(handling=handling, traffic=traffic, goals=goals)[0])

    def simulated(self, agents: int, *, contacts: int, seed: int) -> tuple[float, float]:
        """Return the level with so many agents over long stretches, and its standard error."""
        if agents < 1:
            return 0.0, 0.0
        rate = self.erlangs / self.aht_seconds
        counted = contacts / STRETCHES / rate
        slowest = max(self.aht_seconds, np.nan_to_num(self.patience_seconds))
        warm_up = WARM_UP_HANDLINGS * slowest
        length = max(counted, warm_up)
        size = 1 + int(np.ceil(counted / length))
        same = np.ones(size)
        queue = SimulatedQueue(
            arrival_rate=rate * same,
            aht_seconds=self.aht_seconds * same,
            patience_seconds=self.patience_seconds * same,
            agents=np.full(size, agents),
            interval_seconds=length,
            threshold_seconds=self.threshold_seconds,
            short_seconds=5.0,
        )
        counts = simulate_chat(
            queue,
            concurrency=self.concurrency,
            growth_rate=self.growth_rate,
            days=STRETCHES,
            seed=seed,
        )[:, 1:]
        offered = counts[:, :, OFFERED].sum(axis=1)
        within = counts[:, :, SERVED_WITHIN].sum(axis=1)
        level = within.sum() / offered.sum()
        error = (within - level * offered).std(ddof=1) / np.sqrt(STRETCHES) / offered.mean()
        return float(level), float(error)


@dataclass(frozen=True)
class ChatResult:
    """A case, the chain's agents, and the simulated levels with them and with one fewer."""

    case: ChatCase
    agents: int
    enough: tuple[float, float]
    fewer: tuple[float, float]

    @property
    def is_near(self) -> bool:
        """Whether chance could decide."""
        return any(
            abs(level - self.case.level) <= NEAR * error
            for level, error in (self.enough, self.fewer)
        )

    @property
    def agrees(self) -> bool:
        """Whether the least agents of the simulation are those of the chain."""
        return self.fewer[0] < self.case.level <= self.enough[0]

    def row(self) -> str:
        """Return the line in Markdown."""
        case = self.case
        patience = "–" if np.isnan(case.patience_seconds) else f"{case.patience_seconds:.0f} s"
        said = "near tie" if self.is_near else ("yes" if self.agrees else "**no**")
        return (
            f"| {case.erlangs:.1f} | {case.concurrency} | {case.growth_rate:.2f} "
            f"| {case.aht_seconds:.0f} s | {patience} | {case.level:.0%} in "
            f"{case.threshold_seconds:.0f} s | {self.agents} | {self.enough[0]:.2%} "
            f"| {self.fewer[0]:.2%} | {3 * max(self.enough[1], self.fewer[1]):.2%} | {said} |"
        )


def cases(count: int) -> list[ChatCase]:
    """Draw queues of 1 to 60 erlang; the same in every run, the first of a longer list."""
    chance = np.random.default_rng(SEED)
    return [
        ChatCase(
            erlangs=float(np.exp(chance.uniform(0.0, np.log(60.0)))),
            concurrency=int(chance.integers(2, 6)),
            growth_rate=float(chance.uniform(0.0, 0.7)),
            aht_seconds=float(chance.uniform(120.0, 1200.0)),
            patience_seconds=float(chance.uniform(60.0, 600.0)) if number % 3 else np.nan,
            level=float(chance.uniform(0.7, 0.95)),
            threshold_seconds=float(chance.uniform(20.0, 120.0)),
        )
        for number in range(count)
    ]


def run(*, is_smoke: bool) -> Findings:
    """Staff and simulate each case."""
    contacts = SMOKE_CONTACTS if is_smoke else CONTACTS
    results = []
    for number, case in enumerate(cases(SMOKE_CASES if is_smoke else CASES)):
        agents = case.required()
        enough = case.simulated(agents, contacts=contacts, seed=2 * number)
        fewer = case.simulated(agents - 1, contacts=contacts, seed=2 * number + 1)
        results.append(ChatResult(case, agents, enough, fewer))
    told = [result for result in results if not result.is_near]
    differing = sum(not result.agrees for result in told)
    bars = [
        Bar(
            f"chat: agents that differ from the simulation's, {len(told)} cases and "
            f"{len(results) - len(told)} near ties",
            "0",
            str(differing),
            differing == 0 and bool(told),
        )
    ]
    head = (
        "| load, erlang | at once | growth | AHT | patience | goal | agents | level | with one fewer "
        "| 3 standard errors | equal |"
    )
    table = "\n".join([head, "|" + "---|" * 11, *(result.row() for result in results)])
    return Findings(bars, [("Chat queues against simulated chats", table)])
