"""Live queues as they really run: each interval begins where the one before it ended.

A steady state per interval promises what a changing day does not give: a queue that is still filling
waits less than its steady state, one that empties waits more, the more so the longer the handling
time. Here the number of contacts follows the Kolmogorov equations of M(t)/M/n(t)+M with rates that
are constant within an interval; agents who leave finish the contact they hold. Staffing goes forward:
each interval gets the fewest agents that meet its goals from the state that the earlier ones leave
behind (after L. V. Green, P. J. Kolesar and W. Whitt, "Coping with time-varying demand when setting
staffing requirements for a service system", Prod. Oper. Manag. 16 (2007),
doi:10.1111/j.1937-5956.2007.tb00164.x, which reviews the stationary approximations it replaces).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from staffing.core import arrival_figures as figure
from staffing.core.callbacks import CallbackOffers
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import DEFINITIONS
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray, IntArray, RowIndex
from staffing.core.pole_systems import exp_and_mean
from staffing.core.traffic import Prediction, Thresholds, Traffic
from staffing.core.transient_ahead import Bounds
from staffing.core.transient_path import OPENS_STEADY, Day, Handling, levels_of
from staffing.core.transient_search import plan_path
from staffing.core.transient_walk import evaluate_path

DEFINITION_CODES = {key: code for code, key in enumerate(ServiceLevel)}
NO_OFFSET = np.zeros(1, dtype=np.int64)
OFFSETS = np.array([0, -1, 1])


@dataclass(frozen=True)
class LivePath:
    """Consecutive intervals of one live queue.

    Attributes:
        traffic: What is offered, one element per interval.
        interval_seconds: Length of an interval.
        begins: How each begins: CONTINUES, OPENS_EMPTY or OPENS_STEADY (`transient_path`).
        concurrency: Most contacts an agent holds.
        growth_rate: What each further contact adds to the handling time of a single one; the AHT is
            that of an agent with all places taken.
        callbacks: Offered where the announced wait is long; None for never.

    """

    traffic: Traffic
    interval_seconds: float
    begins: IntArray
    concurrency: int = 1
    growth_rate: float = 0.0
    callbacks: CallbackOffers | None = None

    @property
    def model(self) -> Model:
        """Erlang A where contacts give up, else C."""
        return Model.C if np.isnan(self.traffic.patience_seconds).all() else Model.A

    def day(self, thresholds: Thresholds) -> Day:
        """Return the intervals as `transient_path` takes them."""
        load = self.traffic.erlangs
        # A handling time that nobody needs must not stop the arithmetic.
        aht = _carried(self.traffic.aht_seconds, load > 0.0)
        leave = np.nan_to_num(1.0 / self.traffic.patience_seconds)
        needs_short = any(key.needs_short_seconds for key in thresholds.definitions)
        short = thresholds.short_seconds if needs_short else np.full(load.shape, np.nan)
        columns = [load / aht, 1.0 / aht, leave, thresholds.threshold_seconds, short]
        offers = self.callbacks or CallbackOffers.none(load.size)
        columns += [offers.after_seconds, offers.acceptance_rate]
        return Day(
            np.column_stack(columns),
            self.begins.astype(np.int64),
            Handling(self.concurrency, float(self.growth_rate), float(self.interval_seconds)),
            exp_and_mean(),
        )


def _carried(values: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """Return the last known value at every place; the first known one before it; 1 without any."""
    places = np.flatnonzero(known)
    if places.size == 0:
        return np.ones(values.shape)
    last = np.searchsorted(places, np.arange(values.size), side="right") - 1
    return np.asarray(values[places[np.maximum(last, 0)]])


def evaluate_transient(
    path: LivePath, *, agents: FloatArray, thresholds: Thresholds, looks_far: bool = True
) -> Prediction:
    """Return what so many agents (whole numbers as floats) give in each interval.

    Who only wants levels need not look as far as the last of those who wait are answered.
    Where nothing is offered rates and waits are 0 and levels 1, as in steady state.
    """
    wanted = thresholds.definitions & DEFINITIONS[path.model]
    asked = Thresholds(thresholds.threshold_seconds, thresholds.short_seconds, wanted)
    found = _figures(path, agents.astype(np.int64), asked, looks_far=looks_far)
    return _prediction(path, found, agents, asked)


@dataclass(frozen=True)
class GoalVersions:
    """Goals along a path: versions that follow one another, each with a definition of its own.

    Attributes:
        parts: Places of the path's intervals, and the goals of these.
        size: Intervals of the path.

    """

    parts: tuple[tuple[RowIndex, Goals], ...]
    size: int

    def definitions(self) -> IntArray:
        """Return the code of each interval's definition."""
        codes = np.zeros(self.size, dtype=np.int64)
        for rows, goals in self.parts:
            codes[rows] = DEFINITION_CODES[goals.definition]
        return codes

    def thresholds(self, wanted: Callable[[ServiceLevel], frozenset[ServiceLevel]]) -> Thresholds:
        """Return each interval's thresholds, and `wanted` of all definitions."""
        definitions: frozenset[ServiceLevel] = frozenset()
        for _rows, goals in self.parts:
            definitions |= wanted(goals.definition)
        return Thresholds(
            self.column("threshold_seconds"), self.column("short_seconds"), definitions
        )

    def column(self, name: str) -> FloatArray:
        """Return one goal of every interval."""
        values = np.full(self.size, np.nan)
        for rows, goals in self.parts:
            values[rows] = getattr(goals, name)
        return values


def required_transient(
    path: LivePath, *, goals: Goals | GoalVersions, guess: FloatArray
) -> FloatArray:
    """Return the fewest agents of each interval that meet its goals; inf in all if one cannot.

    Args:
        path: The queue's intervals.
        goals: Of each interval.
        guess: Whole agents to begin the search with, e.g. those of the steady state.

    """
    if isinstance(goals, Goals):
        goals = GoalVersions(((np.arange(guess.size), goals),), guess.size)
    day = path.day(goals.thresholds(lambda definition: frozenset({definition})))
    min_agents = np.nan_to_num(np.ceil(goals.column("min_agents")))
    least = np.maximum(min_agents, path.traffic.erlangs > 0.0)
    bounds = Bounds(
        np.nan_to_num(guess, posinf=0.0).astype(np.int64),
        least.astype(np.int64),
        np.full(guess.size, -1),
        np.full(guess.size, -1),
    )
    agents = plan_path(day, _goal_columns(goals), bounds)
    if agents.min(initial=0) < 0:
        return np.full(guess.size, np.inf)
    return agents.astype(np.float64)


@dataclass(frozen=True)
class PowerOfOne:
    """What so many agents give, and the level of each interval with one fewer and one more there."""

    prediction: Prediction
    fewer_level: FloatArray
    more_level: FloatArray
    callback_rate: FloatArray


def power_of_one_along(
    path: LivePath,
    *,
    agents: FloatArray,
    thresholds: Thresholds,
    definition: ServiceLevel | IntArray,
) -> PowerOfOne:
    """Evaluate the path once, with one agent fewer and one more in each interval by itself.

    `definition` is that of the level of all intervals, or the code of each one's.
    """
    counts = agents.astype(np.int64)
    looks_far = OFFSETS == 0
    if ServiceLevel.ANSWERED_OVER_ANSWERED in thresholds.definitions:
        looks_far = np.ones(OFFSETS.shape, dtype=bool)
    found = evaluate_path(path.day(thresholds), counts, OFFSETS, looks_far)
    here, fewer, more = (
        _prediction(path, np.asarray(found[:, place]), np.asarray(agents + offset), thresholds)
        for place, offset in enumerate(OFFSETS.astype(np.float64))
    )
    callbacks = np.where(path.traffic.erlangs > 0.0, found[:, 0, figure.CALLBACKS], 0.0)
    return PowerOfOne(here, level_by(fewer, definition), level_by(more, definition), callbacks)


def level_by(prediction: Prediction, definition: ServiceLevel | IntArray) -> FloatArray:
    """Return the level by one definition, or by each interval's (its code)."""
    if isinstance(definition, ServiceLevel):
        return prediction.service_levels[definition]
    levels = np.full(definition.shape, np.nan)
    for key, level in prediction.service_levels.items():
        chosen = definition == DEFINITION_CODES[key]
        levels[chosen] = level[chosen]
    return levels


def required_steady(
    path: LivePath, *, goals: Goals | GoalVersions, guess: FloatArray
) -> FloatArray:
    """Return the fewest agents of each interval by itself, in its steady state with callbacks.

    The formulas of `staffing.core.erlang` know no offers; the chain of states does.
    """
    alone = replace(path, begins=np.full(guess.size, OPENS_STEADY))
    return required_transient(alone, goals=goals, guess=guess)


def _goal_columns(goals: GoalVersions) -> FloatArray:
    caps = ("max_asa_seconds", "max_abandonment_rate", "max_occupancy_rate")
    definitions = goals.definitions().astype(np.float64)
    return np.column_stack(
        [goals.column("level"), definitions, *(goals.column(name) for name in caps)]
    )


def _figures(
    path: LivePath, agents: IntArray, thresholds: Thresholds, *, looks_far: bool
) -> FloatArray:
    far = np.array([looks_far or ServiceLevel.ANSWERED_OVER_ANSWERED in thresholds.definitions])
    return np.asarray(evaluate_path(path.day(thresholds), agents, NO_OFFSET, far)[:, 0])


def _prediction(
    path: LivePath, found: FloatArray, agents: FloatArray, thresholds: Thresholds
) -> Prediction:
    """Name the figures; intervals without arrivals wait for nothing."""
    idle = path.traffic.erlangs == 0.0
    found = np.where(idle[:, None], 0.0, found)
    served, waited = found[:, figure.SERVED], found[:, figure.SERVED_WAIT]
    nobody = ~idle & (served <= 0.0)
    asa = np.divide(waited, served, out=np.zeros(served.shape), where=served > 0.0)
    abandons = path.model is Model.A
    levels = {}
    for key in sorted(thresholds.definitions):
        level = levels_of(found, DEFINITION_CODES[key])
        levels[key] = np.where(
            np.isnan(thresholds.threshold_seconds), np.nan, np.where(idle, 1.0, level)
        )
    return Prediction(
        block_rate=np.full(served.shape, np.nan),
        wait_rate=found[:, figure.WAITS],
        abandonment_rate=np.where(idle, 0.0, 1.0 - served)
        if abandons
        else np.full(served.shape, np.nan),
        mean_wait_seconds=found[:, figure.MEAN_WAIT],
        asa_seconds=np.where(nobody, np.nan, asa),
        occupancy_rate=found[:, figure.BUSY] / np.maximum(agents, 1.0),
        service_levels=levels,
    )
