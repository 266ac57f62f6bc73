"""The smallest number of agents that meets every goal, for all intervals at once."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import predict
from staffing.core.erlang_c_walk import walk_to_requirement
from staffing.core.goals import UNSURE_MARGIN, Goals
from staffing.core.input_checks import refuse_goals, refuse_traffic
from staffing.core.kernels import EXACT, QUICK, FloatArray, Quadrature, RowIndex
from staffing.core.search import MOST_AGENTS, Margin, smallest_passing
from staffing.core.square_root import square_root_guess
from staffing.core.traffic import Traffic

ROWS_AT_ONCE = 16_384  # their columns stay in the processor's cache
# First step of the search: that part of sqrt(load), at least one agent; B's guess is a rough one.
STEPS_PER_ROOT = {Model.B: 4.0, Model.C: 32.0, Model.A: 32.0}


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
    level form one stretch, so the search starts where all other goals are met. Raises UnusableInput
    for numbers that no interval or goal can have.
    """
    refuse_traffic(model, traffic)
    refuse_goals(model, traffic, goals)
    floor = np.where(np.isnan(goals.min_agents), 0.0, np.ceil(goals.min_agents))
    loaded = traffic.erlangs > 0.0
    if model is Model.B:
        # Nobody at work is never too busy: only a blocking goal asks for the first agent.
        loaded &= (floor > 0.0) | (goals.max_block_rate < 1.0)
    else:
        floor = np.maximum(floor, loaded)
    if loaded.all():
        return _search(model, traffic, goals, floor)
    busy = np.flatnonzero(loaded)
    floor[busy] = _search(model, traffic.take(busy), goals.take(busy), floor[busy])
    return floor


def _search(model: Model, traffic: Traffic, goals: Goals, floor: FloatArray) -> FloatArray:
    """Return the answers for loads above 0, Erlang C's by a walk wherever that finds them."""
    agents, rest = np.empty(floor.shape), np.arange(floor.size)
    if model is Model.C:
        settled = np.empty(floor.shape, dtype=bool)
        for block in _blocks(floor.size):
            agents[block], settled[block] = walk_to_requirement(
                traffic.take(block), goals.take(block), floor=floor[block]
            )
        rest = np.flatnonzero(~settled)
    for block in _blocks(rest.size):
        rows = rest[block]
        offered, wanted = traffic.take(rows), goals.take(rows)
        guess = agents[rows] if model is Model.C else _guess(model, offered, wanted)
        agents[rows] = _general_search(model, offered, wanted, floor=floor[rows], guess=guess)
    return agents


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, ROWS_AT_ONCE):
        yield slice(start, start + ROWS_AT_ONCE)


def _general_search(
    model: Model, traffic: Traffic, goals: Goals, *, floor: FloatArray, guess: FloatArray
) -> FloatArray:
    dips = goals.definition is ServiceLevel.SHORT_ABANDONS_COUNT and bool(
        np.any(goals.short_seconds > goals.threshold_seconds)
    )
    step = np.ceil(np.sqrt(traffic.erlangs) / STEPS_PER_ROOT[model])
    if dips:
        others = replace(goals, level=np.full(floor.shape, np.nan))
        floor = smallest_passing(
            margin=_margin(model, traffic, others), floor=floor, guess=floor, step=step
        )
        floor = np.minimum(floor, MOST_AGENTS)
    return smallest_passing(
        margin=_margin(model, traffic, goals),
        floor=floor,
        guess=guess,
        step=step,
        floor_first=dips,
    )


def _margin(model: Model, traffic: Traffic, goals: Goals) -> Margin:
    """Evaluate quickly first, and exactly where that does not tell on which side of the goals."""

    def by_rule(agents: FloatArray, rows: RowIndex, rule: Quadrature) -> FloatArray:
        wanted = goals.take(rows)
        prediction = predict(
            model=model,
            traffic=traffic.take(rows),
            agents=agents,
            thresholds=wanted.thresholds(),
            rule=rule,
        )
        return wanted.margin(prediction)

    def margin(agents: FloatArray, rows: RowIndex) -> FloatArray:
        found = by_rule(agents, rows, QUICK)
        unsure = np.flatnonzero(np.abs(found) < UNSURE_MARGIN)
        if unsure.size:
            found[unsure] = by_rule(agents[unsure], rows[unsure], EXACT)
        return found

    return margin


def _guess(model: Model, traffic: Traffic, goals: Goals) -> FloatArray:
    """Return a first number to try; only the speed depends on it."""
    if model is Model.A:
        return square_root_guess(traffic, goals)
    return np.asarray(np.ceil(traffic.erlangs + np.sqrt(traffic.erlangs)))
