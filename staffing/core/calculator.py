"""One interval while a slider moves: the requirement and what more or fewer agents would give."""

from dataclasses import dataclass

import numpy as np

from staffing.core.chat import ChatHandling
from staffing.core.definitions import DEFAULT_SHORT_SECONDS, Model
from staffing.core.goals import Goals
from staffing.core.live import LiveQueue, Step, power_of_one
from staffing.core.model_choice import LiveGoal, refuse_goal
from staffing.core.shrinkage import required_fte
from staffing.core.traffic import Traffic

MOST_OFFERED = 1e6
MOST_AHT_SECONDS = 86_400.0
MOST_PATIENCE_SECONDS = 1e9
CURVE_REACH = 0.35  # share of the requirement that the curve shows to each side
LEAST_REACH = 6
CURVE_POINTS = 61


class UnableToCalculate(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The question has no answer; the sentence says why and the cure."""


@dataclass(frozen=True)
class Question:
    """What is asked of one interval.

    Attributes:
        offered: Contacts in the interval.
        interval_minutes: Its length.
        aht_seconds: Average handle time.
        patience_seconds: Mean patience; None where nobody gives up.
        goal: What must hold.
        short_seconds: Abandons within it count as short.
        shrinkage_rate: Share of paid time not available.
        min_agents: Fewest agents.
        concurrency: Contacts one agent holds at once.
        chat_growth_rate: Extra handling time per further contact.
        agents: So many are tried; None for the requirement itself.

    """

    offered: float
    interval_minutes: int
    aht_seconds: float
    patience_seconds: float | None
    goal: LiveGoal
    short_seconds: float = DEFAULT_SHORT_SECONDS
    shrinkage_rate: float = 0.0
    min_agents: int = 0
    concurrency: int = 1
    chat_growth_rate: float = 0.25
    agents: int | None = None

    def __post_init__(self) -> None:
        checks = {
            "offered": (0.0 <= self.offered <= MOST_OFFERED, f"0 to {MOST_OFFERED:.0f}"),
            "aht_seconds": (
                0.0 < self.aht_seconds <= MOST_AHT_SECONDS,
                f"above 0 to {MOST_AHT_SECONDS:.0f}",
            ),
            "interval_minutes": (1 <= self.interval_minutes <= 1440, "1 to 1440"),
            "shrinkage_rate": (0.0 <= self.shrinkage_rate < 1.0, "0 to below 1"),
            "patience_seconds": (
                self.patience_seconds is None
                or 0.0 < self.patience_seconds <= MOST_PATIENCE_SECONDS,
                f"above 0 to {MOST_PATIENCE_SECONDS:.0f}, or none",
            ),
            "concurrency": (1 <= self.concurrency <= 20, "1 to 20"),
            "agents": (self.agents is None or 0 <= self.agents <= MOST_OFFERED, "0 or more"),
        }
        for name, (holds, bounds) in checks.items():
            if not holds:
                msg = f"Expected {name} from {bounds}, got {getattr(self, name)}."
                raise UnableToCalculate(msg)

    @property
    def model(self) -> Model:
        """Return Erlang A where customers give up, else C."""
        return Model.C if self.patience_seconds is None else Model.A

    @property
    def chat(self) -> ChatHandling | None:
        """Return the chat handling where an agent holds several contacts."""
        if self.concurrency == 1:
            return None
        return ChatHandling(self.concurrency, self.chat_growth_rate)

    @property
    def erlangs(self) -> float:
        """Return the workload."""
        return self.offered * self.aht_seconds / (self.interval_minutes * 60)


@dataclass(frozen=True)
class Answer:
    """What the interval needs and what it gets.

    Attributes:
        erlangs: Workload.
        required_agents: Smallest n that meets every goal.
        required_fte: The same in paid people.
        steps: Service with one agent fewer, with the agents tried, and with one more.
        curve: Service over a range of agents around the requirement.

    """

    erlangs: float
    required_agents: int
    required_fte: float
    steps: list[Step]
    curve: list[Step]


def calculate(question: Question) -> Answer:
    """Return the requirement of one interval with its neighbourhood; NumPy alone.

    Raises UnableToCalculate when no number of agents meets the goals.
    """
    if refusal := refuse_goal(question.goal, model=question.model):
        raise UnableToCalculate(refusal)
    queue = _queue(question)
    goals = question.goal.over(
        1, min_agents=question.min_agents, short_seconds=question.short_seconds
    )
    found = queue.required(goals)
    if np.isinf(found[0]):
        msg = f"No number of agents meets these goals at {question.erlangs:.1f} erlang."
        raise UnableToCalculate(msg)
    required = int(found[0])
    tried = required if question.agents is None else question.agents
    return Answer(
        erlangs=question.erlangs,
        required_agents=required,
        required_fte=float(required_fte(found, np.array([question.shrinkage_rate]))[0]),
        steps=power_of_one(queue, thresholds=goals.thresholds(), agents=tried),
        curve=_curve(queue, goals, around=max(required, 1), tried=tried),
    )


def _queue(question: Question) -> LiveQueue:
    patience = np.nan if question.patience_seconds is None else question.patience_seconds
    traffic = Traffic(
        np.array([question.erlangs]), np.array([question.aht_seconds]), np.array([patience])
    )
    return LiveQueue(traffic, question.model, question.chat)


def _curve(queue: LiveQueue, goals: Goals, *, around: int, tried: int) -> list[Step]:
    """Return some CURVE_POINTS steps, the requirement among them, that reach to the agents tried."""
    reach = max(LEAST_REACH, round(around * CURVE_REACH), abs(tried - around) + 1)
    steps = power_of_one(queue, thresholds=goals.thresholds(), agents=around, reach=reach)
    stride = max(1, -(-len(steps) // CURVE_POINTS))
    here = next(place for place, step in enumerate(steps) if step.agents == around)
    return steps[here % stride :: stride]
