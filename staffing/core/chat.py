"""Chat: one agent holds several contacts, and each takes longer the more there are.

An exact birth-death chain: new chats go to the least busy agent, so with j chats and n agents r =
j mod n agents hold q + 1 and the others q = j div n; each state leaves at the sum of those agents'
rates. Once all places are taken the queue is that of Erlang A (`staffing.core.waiting`).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import Model
from staffing.core.erlang import impatient_prediction, nobody_there
from staffing.core.goals import Goals
from staffing.core.input_checks import refuse_goals, refuse_traffic
from staffing.core.kernels import FloatArray, RowIndex
from staffing.core.search import smallest_passing
from staffing.core.traffic import Prediction, Thresholds, Traffic
from staffing.core.waiting import ImpatientQueue

LEAST = 1e-300
NEVER_LEAVES_SECONDS = 1e9  # patience that stands for "nobody gives up": 30 years


@dataclass(frozen=True)
class ChatHandling:
    """How handling time grows with the contacts held at once.

    Attributes:
        concurrency: Most contacts one agent holds.
        growth_rate: Extra handling time per further contact, as a share of that of a single one.

    """

    concurrency: int
    growth_rate: float

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            msg = f"Expected concurrency >= 1, got {self.concurrency}."
            raise ValueError(msg)
        if not 0.0 <= self.growth_rate < 1.0:
            msg = (
                f"Expected 0 <= growth_rate < 1, got {self.growth_rate}: with 1 or more a second "
                "contact would make the agent slower than one after the other."
            )
            raise ValueError(msg)

    def relative_aht(self, contacts: NDArray[np.int64]) -> FloatArray:
        """Return the handling time with so many contacts at once; the most an agent holds is 1."""
        most = 1.0 + self.growth_rate * (self.concurrency - 1)
        return np.asarray((1.0 + self.growth_rate * (contacts - 1)) / most)


def evaluate_chat(
    *, handling: ChatHandling, traffic: Traffic, agents: FloatArray, thresholds: Thresholds
) -> Prediction:
    """Return what `agents` give; AHT is that of an agent with all places taken.

    Occupancy is the share of agents with at least one chat. Without load all is served at once, and
    with load and nobody there nobody is.
    """
    refuse_traffic(None, traffic)
    prediction = _unloaded(agents.size, thresholds)
    loaded, patient = traffic.erlangs > 0.0, np.isnan(traffic.patience_seconds)
    for model, kind in ((Model.C, patient), (Model.A, ~patient)):
        alone = np.flatnonzero(loaded & (agents == 0.0) & kind)
        if alone.size:
            given = thresholds.take(alone)
            prediction.put(alone, nobody_there(model, traffic.take(alone), given))
    busy = np.flatnonzero(loaded & (agents > 0.0))
    if busy.size:
        prediction.put(
            busy, _evaluate_busy(handling, traffic.take(busy), agents[busy], thresholds.take(busy))
        )
    return prediction


def _unloaded(size: int, thresholds: Thresholds) -> Prediction:
    zero = np.zeros(size)
    level = np.where(np.isnan(thresholds.threshold_seconds), np.nan, 1.0)
    return Prediction(
        block_rate=np.full(size, np.nan),
        wait_rate=zero.copy(),
        abandonment_rate=zero.copy(),
        mean_wait_seconds=zero.copy(),
        asa_seconds=zero.copy(),
        occupancy_rate=zero.copy(),
        service_levels={key: level.copy() for key in thresholds.definitions},
    )


def _evaluate_busy(
    handling: ChatHandling, traffic: Traffic, agents: FloatArray, thresholds: Thresholds
) -> Prediction:
    patience = np.where(
        np.isnan(traffic.patience_seconds), NEVER_LEAVES_SECONDS, traffic.patience_seconds
    )
    full, busy_when_free = _free_states(handling, traffic.erlangs, agents)
    places = agents * handling.concurrency
    scale = patience / traffic.aht_seconds
    queue = ImpatientQueue(
        log_free=-np.log(np.maximum(full, LEAST)),
        capacity=places * scale,
        load=traffic.erlangs * scale,
        spare=(places - traffic.erlangs) * scale,
        patience_seconds=patience,
    )
    found = impatient_prediction(queue, thresholds, busy_per_served=np.ones(agents.shape))
    busy = found.wait_rate + (1.0 - found.wait_rate) * busy_when_free
    return replace(found, occupancy_rate=busy)


def _free_states(
    handling: ChatHandling, erlangs: FloatArray, agents: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the weight of the last state with a free place among all such, and the busy share."""
    # The compiler stays out of web processes until somebody asks for a chat queue's figures.
    from staffing.core.birth_death import Chain  # noqa: PLC0415
    from staffing.core.chat_states import free_states  # noqa: PLC0415

    blocking, busy = np.empty(erlangs.shape), np.empty(erlangs.shape)
    for row, (load, count) in enumerate(zip(erlangs.tolist(), agents.tolist(), strict=True)):
        chain = Chain(load, 1.0, 0.0, int(count), handling.concurrency, handling.growth_rate)
        blocking[row], busy[row] = free_states(chain)
    return blocking, busy


def required_chat_agents(*, handling: ChatHandling, traffic: Traffic, goals: Goals) -> FloatArray:
    """Return the smallest n that meets every goal, inf where none does; minimum staff unloaded."""

    def margin(agents: FloatArray, rows: RowIndex) -> FloatArray:
        wanted = goals.take(rows)
        return wanted.margin(
            evaluate_chat(
                handling=handling,
                traffic=traffic.take(rows),
                agents=agents,
                thresholds=wanted.thresholds(),
            )
        )

    refuse_traffic(None, traffic)
    refuse_goals(None, traffic, goals)
    floor = np.where(np.isnan(goals.min_agents), 0.0, np.ceil(goals.min_agents))
    floor = np.maximum(floor, traffic.erlangs > 0.0)
    guess = np.ceil(traffic.erlangs / handling.concurrency)
    step = np.ceil(np.sqrt(traffic.erlangs) / 4.0)
    return smallest_passing(margin=margin, floor=floor, guess=guess, step=step)
