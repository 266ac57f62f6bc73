"""A live queue as staffing sees it: one traffic, one model, whichever that is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.chat import ChatHandling, evaluate_chat, required_chat_agents
from staffing.core.definitions import Model
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray, RowIndex
from staffing.core.requirement import agents_or_inf
from staffing.core.traffic import Prediction, Thresholds, Traffic


@dataclass(frozen=True)
class LiveQueue:
    """Traffic per interval and how it is handled.

    Attributes:
        traffic: What is offered.
        model: Erlang model; with `chat` the chain takes its place.
        chat: Several contacts at once; None for one.

    """

    traffic: Traffic
    model: Model
    chat: ChatHandling | None = None

    def take(self, rows: RowIndex) -> "LiveQueue":
        """Return the chosen intervals."""
        return LiveQueue(self.traffic.take(rows), self.model, self.chat)

    def required(self, goals: Goals) -> FloatArray:
        """Return the smallest n per interval that meets every goal, inf where none does."""
        if self.chat is not None:
            return required_chat_agents(handling=self.chat, traffic=self.traffic, goals=goals)
        return agents_or_inf(model=self.model, traffic=self.traffic, goals=goals)

    def predict(self, agents: FloatArray, thresholds: Thresholds) -> Prediction:
        """Return what so many agents give."""
        if self.chat is not None:
            return evaluate_chat(
                handling=self.chat, traffic=self.traffic, agents=agents, thresholds=thresholds
            )
        return evaluate(
            model=self.model, traffic=self.traffic, agents=agents, thresholds=thresholds
        )


@dataclass(frozen=True)
class Step:
    """Service with so many agents in one interval."""

    agents: int
    service_level: float
    asa_seconds: float
    abandonment_rate: float
    occupancy_rate: float


def power_of_one(
    queue: LiveQueue, *, thresholds: Thresholds, agents: int, reach: int = 1
) -> list[Step]:
    """Return the service with agents - reach to agents + reach, not below one.

    The queue and the thresholds hold one interval and one definition.
    """
    counts = np.arange(max(1, agents - reach), agents + reach + 1, dtype=np.float64)
    rows: NDArray[np.intp] = np.zeros(counts.size, dtype=np.intp)
    prediction = queue.take(rows).predict(counts, thresholds.take(rows))
    (level,) = prediction.service_levels.values()
    return [
        Step(
            agents=int(counts[row]),
            service_level=float(level[row]),
            asa_seconds=float(prediction.asa_seconds[row]),
            abandonment_rate=float(prediction.abandonment_rate[row]),
            occupancy_rate=float(prediction.occupancy_rate[row]),
        )
        for row in range(counts.size)
    ]
