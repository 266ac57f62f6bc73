"""Turn by turn: what was expected of the next interval's agents is put right, for every goal."""

import numpy as np
import pytest

from staffing.core.birth_death import (
    NO_OFFER,
    Chain,
    advance,
    how_far,
    steady_state,
    uniformized,
)
from staffing.core.definitions import Model
from staffing.core.goals import Goals
from staffing.core.pole_systems import exp_and_mean
from staffing.core.requirement import agents_or_inf
from staffing.core.traffic import Traffic
from staffing.core.transient import LivePath, evaluate_transient, required_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY
from staffing.core.transient_search import is_alike

FALLING = np.repeat([60.0, 60.0, 8.0, 8.0, 40.0, 3.0], 2)


def falling_path(patience=np.nan, seconds=600.0):
    begins = np.full(FALLING.size, CONTINUES)
    begins[0] = OPENS_EMPTY
    same = np.full(FALLING.size, 1.0)
    return LivePath(Traffic(FALLING, 300.0 * same, patience * same), seconds, begins)


def planned(path, goals):
    model = Model.C if np.isnan(path.traffic.patience_seconds).all() else Model.A
    steady = agents_or_inf(model=model, traffic=path.traffic, goals=goals)
    return required_transient(path, goals=goals, guess=steady)


@pytest.mark.parametrize(
    ("wanted", "patience"),
    [
        ({"max_asa_seconds": 60.0}, np.nan),
        ({"max_asa_seconds": 30.0}, 180.0),
        ({"max_abandonment_rate": 0.04}, 180.0),
        ({"level": 0.7, "max_asa_seconds": 40.0}, np.nan),
    ],
)
def test_every_goal_holds_once_the_next_agents_are_known(wanted, patience):
    """An afternoon that empties: agents leave while contacts of the last minutes still wait."""
    path = falling_path(patience)
    goals = Goals.same(FALLING.size, threshold_seconds=120.0, **wanted)
    agents = planned(path, goals)
    found = evaluate_transient(path, agents=agents, thresholds=goals.thresholds())
    if "max_asa_seconds" in wanted:
        assert found.asa_seconds.max() <= wanted["max_asa_seconds"] * 1.0006
    if "max_abandonment_rate" in wanted:
        assert found.abandonment_rate.max() <= wanted["max_abandonment_rate"] + 6e-4
    if "level" in wanted:
        assert found.service_levels[goals.definition].min() >= wanted["level"] - 6e-4


def test_turns_change_what_the_next_agents_change():
    """Without turns the plan misses: the test above would not fail for nothing."""
    path = falling_path()
    goals = Goals.same(FALLING.size, threshold_seconds=120.0, max_asa_seconds=60.0)
    agents = planned(path, goals)
    alone = agents_or_inf(model=Model.C, traffic=path.traffic, goals=goals)
    found = evaluate_transient(path, agents=alone, thresholds=goals.thresholds())
    assert found.asa_seconds.max() > 61.0
    assert not np.array_equal(agents, alone)


def test_states_are_alike_wherever_their_windows_begin():
    states = np.array([0.25, 0.5, 0.25])
    assert is_alike(states, 4, np.concatenate([[0.0], states, [0.0]]), 3)
    assert not is_alike(states, 4, states, 5)
    assert not is_alike(states, 4, states + np.array([1e-9, 0.0, 0.0]), 4)


def test_distance_from_equilibrium_bounds_the_error_of_the_poles():
    """30 contacts in the care of four agents: few events, and no probability below zero tells."""
    chain = Chain(6 / 1800, 1 / 1800, 1 / 600, 4, 1, 0.0)
    rates = np.minimum(np.arange(40), 4) / 1800 + np.maximum(np.arange(40) - 4, 0) / 600
    births = np.full(40, chain.arrival_rate)
    state, low = steady_state(chain, NO_OFFER)
    start = np.zeros(40)
    start[low : low + state.size] = state[: 40 - low]
    assert how_far(start, rates, births) == pytest.approx(1.0, abs=1e-6)
    far = np.zeros(40)
    far[30] = 1.0
    assert how_far(far, rates, births) > 1e6
    end, _mean = advance(far, rates, births, 900.0, exp_and_mean())
    exact, _exact_mean = uniformized(far, rates, births, 900.0)
    assert end == pytest.approx(exact, abs=1e-12)
