"""Power of one: what one agent more or less changes in an interval."""

from dataclasses import dataclass

import numpy as np

from staffing.core.chat import ChatHandling, evaluate_chat
from staffing.core.definitions import Model
from staffing.core.erlang import evaluate
from staffing.core.kernels import FloatArray
from staffing.core.traffic import Prediction, Thresholds, Traffic


@dataclass(frozen=True)
class Step:
    """Service with so many agents in one interval."""

    agents: int
    service_level: float
    asa_seconds: float
    abandonment_rate: float
    occupancy_rate: float


def power_of_one(
    *,
    model: Model,
    traffic: Traffic,
    thresholds: Thresholds,
    agents: int,
    reach: int = 1,
    chat: ChatHandling | None = None,
) -> list[Step]:
    """Return the service with agents - reach to agents + reach (not below one) in one interval.

    `traffic` and `thresholds` hold one row and one definition.
    """
    counts = np.arange(max(1, agents - reach), agents + reach + 1, dtype=np.float64)
    rows = np.zeros(counts.size, dtype=np.intp)
    question = {
        "traffic": traffic.take(rows),
        "agents": counts,
        "thresholds": thresholds.take(rows),
    }
    prediction = _evaluate(model, chat, **question)
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


def _evaluate(
    model: Model,
    chat: ChatHandling | None,
    *,
    traffic: Traffic,
    agents: FloatArray,
    thresholds: Thresholds,
) -> Prediction:
    if chat is None:
        return evaluate(model=model, traffic=traffic, agents=agents, thresholds=thresholds)
    return evaluate_chat(handling=chat, traffic=traffic, agents=agents, thresholds=thresholds)
