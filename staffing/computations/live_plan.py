"""Agents of a live queue under both strategies, and what a running day makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.callbacks import CallbackOffers
from staffing.core.kernels import FloatArray, IntArray, RowIndex
from staffing.core.live import LiveQueue
from staffing.core.params import LiveStrategy
from staffing.core.pooling import with_base
from staffing.core.traffic import Prediction
from staffing.core.transient import (
    GoalVersions,
    LivePath,
    evaluate_transient,
    level_by,
    power_of_one_along,
    required_steady,
    required_transient,
)
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY, OPENS_STEADY


@dataclass(frozen=True)
class LivePlan:
    """Agents per interval and what they achieve when the queue carries over.

    Attributes:
        agents: Under the strategy asked for; inf where no number meets the goals.
        prediction: What a running day gives with them.
        level: Service level by each interval's definition.
        fewer_level: Service level with one agent fewer in that interval alone.
        more_level: The same with one more.
        compared_agents: Under the other strategy.
        compared_level: What a running day gives with those.
        callback_rate: Share of the offered that takes a callback instead of waiting.

    """

    agents: FloatArray
    prediction: Prediction
    level: FloatArray
    fewer_level: FloatArray
    more_level: FloatArray
    compared_agents: FloatArray
    compared_level: FloatArray
    callback_rate: FloatArray


def plan_live(
    live: LiveQueue,
    goals: GoalVersions,
    *,
    begins: IntArray,
    interval_seconds: int,
    strategy: LiveStrategy,
    callbacks: CallbackOffers | None = None,
) -> LivePlan | None:
    """Return the plan; None where no number of agents meets the goals of some interval.

    The queue goes on from one version of its goals to the next as within one.
    """
    chat = live.chat
    path = LivePath(
        traffic=live.traffic,
        interval_seconds=float(interval_seconds),
        begins=begins,
        concurrency=1 if chat is None else chat.concurrency,
        growth_rate=0.0 if chat is None else chat.growth_rate,
        callbacks=callbacks,
    )
    steady = np.zeros(begins.size)
    for rows, version in goals.parts:
        steady[rows] = live.take(rows).required(version)
    if callbacks is not None and callbacks.is_made:
        steady = required_steady(path, goals=goals, guess=steady)
    if np.isinf(steady).any():
        return None
    carried = required_transient(path, goals=goals, guess=steady)
    is_carried = strategy is LiveStrategy.CARRIED_OVER
    agents, compared = (carried, steady) if is_carried else (steady, carried)
    if np.isinf(agents).any():
        return None
    thresholds, definitions = goals.thresholds(with_base), goals.definitions()
    chosen = power_of_one_along(path, agents=agents, thresholds=thresholds, definition=definitions)
    compared_level = np.full(compared.shape, np.nan)
    if np.isfinite(compared).all():
        other = evaluate_transient(path, agents=compared, thresholds=thresholds, looks_far=False)
        compared_level = level_by(other, definitions)
    return LivePlan(
        agents=agents,
        prediction=chosen.prediction,
        level=level_by(chosen.prediction, definitions),
        fewer_level=chosen.fewer_level,
        more_level=chosen.more_level,
        compared_agents=np.where(np.isfinite(compared), compared, np.nan),
        compared_level=compared_level,
        callback_rate=chosen.callback_rate,
    )


def path_begins(rows: RowIndex, *, is_open: NDArray[np.bool_], is_open_before: bool) -> IntArray:
    """Return how each of the open rows begins (see transient_path).

    A row after a closed one opens empty. Where the queue is open right before the first row, it is
    in the middle of its hours: the plan begins in the middle of the day.
    """
    begins = np.full(rows.size, OPENS_EMPTY)
    if rows.size == 0:
        return begins
    begins[1:][np.diff(rows) == 1] = CONTINUES
    first = int(rows[0])
    if is_open[first - 1] if first > 0 else is_open_before:
        begins[0] = OPENS_STEADY
    return begins
