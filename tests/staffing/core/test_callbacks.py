"""Callbacks along the day: the chain whose arrivals depend on the state, against single contacts."""

import math

import numpy as np
import pytest

from staffing.core.callbacks import CallbackOffers
from staffing.core.definitions import Model
from staffing.core.goals import Goals
from staffing.core.requirement import agents_or_inf
from staffing.core.simulation import CALLBACKS, OFFERED, SERVED_WITHIN, SimulatedQueue, simulate
from staffing.core.traffic import Traffic
from staffing.core.transient import (
    LivePath,
    evaluate_transient,
    power_of_one_along,
    required_steady,
    required_transient,
)
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY, OPENS_STEADY

HALF_HOUR, T = 1800.0, 20.0
LOAD = np.array([8.0, 14.0, 20.0, 20.0, 12.0, 5.0])


def path_of(load, *, patience=np.nan, after=60.0, rate=0.5, aht=300.0, begins=None):
    size = load.size
    if begins is None:
        begins = np.full(size, CONTINUES)
        begins[0] = OPENS_EMPTY
    offers = CallbackOffers(np.full(size, after), np.full(size, rate))
    traffic = Traffic(load, np.full(size, aht), np.full(size, patience))
    return LivePath(traffic, HALF_HOUR, begins, callbacks=offers)


def figures_of(path, agents):
    """Level of those who stay, and the share that takes a callback, by the chain."""
    goals = Goals.same(agents.size, level=0.8, threshold_seconds=T)
    found = power_of_one_along(
        path,
        agents=agents,
        thresholds=goals.thresholds(),
        definition=goals.definition,
    )
    return found.prediction.service_levels[goals.definition], found.callback_rate


def simulated(path, agents, *, days, seed=7):
    traffic, offers = path.traffic, path.callbacks
    queue = SimulatedQueue(
        arrival_rate=traffic.erlangs / traffic.aht_seconds,
        aht_seconds=traffic.aht_seconds,
        patience_seconds=traffic.patience_seconds,
        agents=agents.astype(np.int64),
        interval_seconds=HALF_HOUR,
        threshold_seconds=T,
        short_seconds=5.0,
        callback_after_seconds=offers.after_seconds,
        callback_rate=offers.acceptance_rate,
    )
    counts = simulate(queue, days=days, seed=seed)
    called, stay = counts[:, :, CALLBACKS], counts[:, :, OFFERED]
    within = counts[:, :, SERVED_WITHIN]
    level, share = within.sum(0) / stay.sum(0), called.sum(0) / (called + stay).sum(0)
    level_error = (within - level * stay).std(0) / math.sqrt(days) / stay.mean(0)
    share_error = (called - share * (called + stay)).std(0) / math.sqrt(days)
    return level, share, level_error, share_error / (called + stay).mean(0)


@pytest.mark.parametrize("patience", [np.nan, 120.0])
@pytest.mark.parametrize(("after", "rate"), [(60.0, 0.5), (0.0, 0.9), (25.0, 0.3)])
def test_levels_and_callbacks_are_those_of_single_contacts(patience, after, rate):
    """The same agents all day: no interval's last waits depend on the next one's agents."""
    path = path_of(LOAD, patience=patience, after=after, rate=rate)
    agents = np.full(LOAD.size, 17.0)
    level, share = figures_of(path, agents)
    found, found_share, error, share_error = simulated(path, agents, days=6000)
    assert (np.abs(level - found) < 4.5 * error + 1e-9).all(), (level, found, error)
    assert (np.abs(share - found_share) < 4.5 * share_error + 1e-9).all(), (share, found_share)
    assert share.max() > 0.02, "the case must be one in which callbacks are taken"


def test_callbacks_hold_up_a_queue_that_nobody_else_could():
    """20 erlang for 17 agents, nobody gives up: it is bearable once half of the late ones leave."""
    load = np.full(40, 20.0)
    begins = np.full(load.size, OPENS_STEADY)
    steady, share = figures_of(path_of(load, begins=begins), np.full(load.size, 17.0))
    assert np.ptp(steady) < 1e-9
    running = path_of(load)
    level, along = figures_of(running, np.full(load.size, 17.0))
    assert level[-1] == pytest.approx(steady[-1], abs=1e-6)
    assert along[-1] == pytest.approx(share[-1], abs=1e-6)
    # Those who stay fill 17 agents at most: three erlang of twenty must go.
    assert share[-1] >= 0.15


def test_without_takers_nothing_changes():
    agents = np.full(LOAD.size, 18.0)
    with_offer, share = figures_of(path_of(LOAD, rate=0.0), agents)
    without = LivePath(path_of(LOAD).traffic, HALF_HOUR, path_of(LOAD).begins)
    plain, _share = figures_of(without, agents)
    assert with_offer.tolist() == plain.tolist()
    assert not share.any()


def test_an_offer_that_nobody_reaches_is_almost_none():
    agents = np.full(LOAD.size, 26.0)
    far, share = figures_of(path_of(LOAD, after=3600.0, rate=0.9), agents)
    plain, _share = figures_of(path_of(LOAD, rate=0.0), agents)
    assert far == pytest.approx(plain, abs=1e-9)
    assert share.max() < 1e-9


@pytest.mark.parametrize("patience", [np.nan, 120.0])
def test_with_nobody_there_all_are_offered_a_callback(patience):
    path = path_of(LOAD, patience=patience, after=600.0, rate=0.4)
    level, share = figures_of(path, np.zeros(LOAD.size))
    assert share == pytest.approx(np.full(LOAD.size, 0.4))
    assert level.max() < 1e-9
    found = simulated(path, np.zeros(LOAD.size), days=400)
    assert found[1] == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("patience", [np.nan, 120.0])
def test_fewer_agents_keep_the_goal_of_those_who_stay(patience):
    goals = Goals.same(LOAD.size, level=0.8, threshold_seconds=T)
    model = Model.C if math.isnan(patience) else Model.A
    offered = path_of(LOAD, patience=patience, after=20.0, rate=0.7)
    alone = agents_or_inf(model=model, traffic=offered.traffic, goals=goals)
    steady = required_steady(offered, goals=goals, guess=alone)
    carried = required_transient(offered, goals=goals, guess=steady)
    assert (steady <= alone).all()
    assert steady.sum() < alone.sum()
    level, _share = figures_of(offered, carried)
    assert level.min() >= 0.8 - 6e-4
    one_fewer, _share = figures_of(
        path_of(LOAD, patience=patience, after=20.0, rate=0.7, begins=np.full(6, OPENS_STEADY)),
        steady - 1,
    )
    assert (one_fewer < 0.8).all(), "the steady requirement is the least"


def test_an_unbearable_queue_in_the_middle_of_its_hours_begins_with_everybody_at_work():
    """Nobody gives up and the load is above the agents: there is no steady state to begin in."""
    load = np.array([20.0, 20.0])
    traffic = Traffic(load, np.full(2, 300.0), np.full(2, np.nan))
    thresholds = Goals.same(2, level=0.8, threshold_seconds=T).thresholds()
    found = [
        evaluate_transient(
            LivePath(traffic, HALF_HOUR, np.array([begins, CONTINUES])),
            agents=np.full(2, 18.0),
            thresholds=thresholds,
        )
        for begins in (OPENS_STEADY, OPENS_EMPTY)
    ]
    middle, empty = (prediction.wait_rate[0] for prediction in found)
    assert middle > empty + 0.1


@pytest.mark.parametrize(
    ("after", "rate", "reason"),
    [
        (60.0, 1.0, "Expected 0 <= acceptance_rate < 1, got 1.0"),  # nobody would be left
        (60.0, -0.1, "acceptance_rate"),
        (60.0, np.nan, "acceptance_rate"),
        (-1.0, 0.5, "Expected after_seconds >= 0, got -1.0"),
        (np.nan, 0.5, "after_seconds"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(after, rate, reason):
    with pytest.raises(ValueError, match=reason):
        CallbackOffers(np.array([after]), np.array([rate]))
