"""The smallest number of agents that meets every goal, for all intervals at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.erlang_c_walk import walk_to_requirement
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.traffic import RowIndex, Traffic

Meets = Callable[[FloatArray, RowIndex], NDArray[np.bool_]]
MOST_AGENTS = 1e9


class UnableToStaff(ValueError):  # noqa: N818 - domain errors are named for what failed
    """No number of agents meets the goals."""


def required_agents(*, model: Model, traffic: Traffic, goals: Goals) -> NDArray[np.int64]:
    """Return the smallest n that meets every goal of `goals` in each interval.

    Raises UnableToStaff when some interval's goals cannot be met.
    """
    agents = agents_or_inf(model=model, traffic=traffic, goals=goals)
    if unmet := np.flatnonzero(np.isinf(agents)).tolist():
        msg = (
            f"No number of agents up to {MOST_AGENTS:.0f} meets the goals of interval "
            f"{unmet[0]} with {traffic.erlangs[unmet[0]]:g} erlang."
        )
        raise UnableToStaff(msg)
    return agents.astype(np.int64)


def agents_or_inf(*, model: Model, traffic: Traffic, goals: Goals) -> FloatArray:
    """Return the smallest n that meets every goal, inf where none does.

    Without load that is the minimum staff. With load at least one agent is there to answer, except
    for Erlang B, whose goal may allow that all are turned away.

    Every goal but one improves with each agent: the wait falls in likelihood-ratio order, and each
    definition is a ratio of means of functions that fall with the wait. The exception is
    `short_abandons_count` with short_seconds beyond the threshold; there the numbers that miss the
    level form one stretch, so the search starts where all other goals are met.
    """
    floor = np.where(np.isnan(goals.min_agents), 0.0, np.ceil(goals.min_agents))
    loaded = traffic.erlangs > 0.0
    if model is not Model.B:
        floor = np.maximum(floor, loaded)
    rows = np.flatnonzero(loaded)
    if rows.size:
        floor[rows] = _search(model, traffic.take(rows), goals.take(rows), floor[rows])
    return floor


def _search(model: Model, traffic: Traffic, goals: Goals, floor: FloatArray) -> FloatArray:
    if model is not Model.C:
        return _general_search(model, traffic, goals, floor)
    agents, settled = walk_to_requirement(traffic, goals, floor=floor)
    rest = np.flatnonzero(~settled)
    if rest.size:
        agents[rest] = _general_search(model, traffic.take(rest), goals.take(rest), floor[rest])
    return agents


def _general_search(model: Model, traffic: Traffic, goals: Goals, floor: FloatArray) -> FloatArray:
    dips = goals.definition is ServiceLevel.SHORT_ABANDONS_COUNT and bool(
        np.any(goals.short_seconds > goals.threshold_seconds)
    )
    if dips:
        others = replace(goals, level=np.full(floor.shape, np.nan))
        floor = smallest_passing(
            meets=_test(model, traffic, others), floor=floor, guess=floor + 1.0, step=_step(traffic)
        )
    return smallest_passing(
        meets=_test(model, traffic, goals),
        floor=floor,
        guess=_guess(model, traffic, goals),
        step=_step(traffic),
    )


def _test(model: Model, traffic: Traffic, goals: Goals) -> Meets:
    def meets(agents: FloatArray, rows: RowIndex) -> NDArray[np.bool_]:
        wanted = goals.take(rows)
        prediction = evaluate(
            model=model, traffic=traffic.take(rows), agents=agents, thresholds=wanted.thresholds()
        )
        return wanted.met_by(prediction)

    return meets


def _step(traffic: Traffic) -> FloatArray:
    return np.asarray(np.ceil(np.sqrt(traffic.erlangs) / 8.0))


def _guess(model: Model, traffic: Traffic, goals: Goals) -> FloatArray:
    """Return a first number to try; only the speed depends on it."""
    spare = np.sqrt(traffic.erlangs) if model is not Model.A else 0.0
    guess = np.ceil(traffic.erlangs + spare)
    cap = np.where(goals.max_occupancy_rate > 0.0, goals.max_occupancy_rate, 1.0)
    return np.asarray(np.ceil(guess / np.where(np.isnan(cap), 1.0, cap)))


@dataclass
class _Bracket:
    """Bounds of the search: `low` fails, `high` passes (inf while unknown)."""

    low: FloatArray
    high: FloatArray
    step: FloatArray
    low_is_floor: NDArray[np.bool_]

    def probe(self, rows: RowIndex) -> FloatArray:
        """Gallop up until something passes, down until something fails, then halve."""
        low, high, step = self.low[rows], self.high[rows], self.step[rows]
        middle = np.floor((low + np.where(np.isinf(high), low, high)) / 2.0)
        down = np.where(self.low_is_floor[rows], np.maximum(high - step, middle), middle)
        return np.asarray(np.minimum(np.where(np.isinf(high), low + step, down), MOST_AGENTS))

    def learn(self, rows: RowIndex, agents: FloatArray, passes: NDArray[np.bool_]) -> None:
        self.high[rows[passes]] = agents[passes]
        self.low[rows[~passes]] = agents[~passes]
        self.low_is_floor[rows[~passes]] = False
        self.step[rows] *= 2.0


def smallest_passing(
    *, meets: Meets, floor: FloatArray, guess: FloatArray, step: FloatArray
) -> FloatArray:
    """Return the least whole n >= floor with meets(n), where meets stays true once true.

    Rows that a thousand million agents do not satisfy come back as inf.
    """
    everything = np.arange(floor.size)
    passes = meets(floor, everything)
    bracket = _Bracket(
        low=floor.copy(),
        high=np.where(passes, floor, np.inf),
        step=np.maximum(step, 1.0),
        low_is_floor=np.ones(floor.shape, dtype=bool),
    )
    open_rows = everything[~passes]
    probe = np.minimum(np.maximum(guess, floor + 1.0), MOST_AGENTS)[open_rows]
    while open_rows.size:
        bracket.learn(open_rows, probe, meets(probe, open_rows))
        gap = bracket.high[open_rows] - bracket.low[open_rows]
        open_rows = open_rows[(gap > 1.0) & (bracket.low[open_rows] < MOST_AGENTS)]
        probe = bracket.probe(open_rows)
    return bracket.high
