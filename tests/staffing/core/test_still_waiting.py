"""Who still waits when an interval ends: against matrices, sums over the day, and single contacts."""

import numpy as np
import pytest
from scipy.linalg import expm

from staffing.core import still_waiting
from staffing.core.definitions import ServiceLevel
from staffing.core.goals import Goals
from staffing.core.requirement import agents_or_inf
from staffing.core.simulation import OFFERED, SERVED, SERVED_WAIT, SimulatedQueue, simulate
from staffing.core.still_waiting import Fate, Pace, at_this_rate, fate, left_over, nobody_follows
from staffing.core.traffic import Thresholds, Traffic
from staffing.core.transient import (
    GoalVersions,
    LivePath,
    evaluate_transient,
    level_by,
    power_of_one_along,
    required_transient,
)
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY

DAYS = 3000
SURE = 4.5  # standard errors: one figure in 150,000 lies farther off
STATES = 260


def path_of(erlangs, *, aht, patience=np.nan, seconds=1800.0):
    erlangs = np.asarray(erlangs, dtype=float)
    begins = np.full(erlangs.size, CONTINUES)
    begins[0] = OPENS_EMPTY
    same = np.ones(erlangs.size)
    return LivePath(Traffic(erlangs, aht * same, patience * same), seconds, begins)


def evaluated(path, agents):
    size = path.begins.size
    thresholds = Thresholds(np.full(size, 20.0), np.full(size, 5.0))
    return evaluate_transient(path, agents=np.asarray(agents, dtype=float), thresholds=thresholds)


def planned(path, **goals):
    wanted = Goals.same(path.begins.size, threshold_seconds=20.0, **goals)
    guess = agents_or_inf(model=path.model, traffic=path.traffic, goals=wanted)
    return required_transient(path, goals=wanted, guess=guess)


def simulated(path, agents):
    """Abandonment and speed of answer by interval over many days, and their standard errors."""
    traffic = path.traffic
    days = simulate(
        SimulatedQueue(
            arrival_rate=traffic.erlangs / traffic.aht_seconds,
            aht_seconds=traffic.aht_seconds,
            patience_seconds=traffic.patience_seconds,
            agents=np.asarray(agents).astype(int),
            interval_seconds=path.interval_seconds,
            threshold_seconds=20.0,
            short_seconds=5.0,
        ),
        days=DAYS,
        seed=20260101,
    )
    found = []
    served = days[:, :, SERVED]
    for over, under in (
        (days[:, :, OFFERED] - served, days[:, :, OFFERED]),
        (days[:, :, SERVED_WAIT], served),
    ):
        rate = over.sum(axis=0) / np.maximum(under.sum(axis=0), 1.0)
        error = (over - rate * under).std(axis=0) * np.sqrt(DAYS)
        found += [rate, error / np.maximum(under.sum(axis=0), 1.0)]
    return found


def given_up(path, agents):
    """Patience's rate times the integral of the mean queue, by the matrix of all states, to the end."""
    state = np.zeros(STATES)
    state[0] = 1.0
    contacts = np.arange(STATES)
    leave = 1.0 / path.traffic.patience_seconds[0]
    total, before = 0.0, None
    for load, count in zip(path.traffic.erlangs, agents, strict=True):
        if before is not None and count < before:
            taken = np.maximum(np.minimum(contacts, before) - count, 0)
            state = np.bincount(contacts - taken, weights=state, minlength=STATES)
        aht = path.traffic.aht_seconds[0]
        down = np.minimum(contacts, count) / aht + np.maximum(contacts - count, 0) * leave
        rates = np.diag(np.full(STATES - 1, load / aht), 1) + np.diag(down[1:], -1)
        rates -= np.diag(rates.sum(axis=1))
        block = np.zeros((2 * STATES, 2 * STATES))
        block[:STATES, :STATES] = rates * path.interval_seconds
        block[:STATES, STATES:] = np.eye(STATES) * path.interval_seconds
        whole = expm(block)
        total += leave * (state @ whole[:STATES, STATES:]) @ np.maximum(contacts - count, 0)
        state, before = state @ whole[:STATES, :STATES], count
    return total


@pytest.mark.parametrize("seconds", [600.0, 900.0, 1800.0])
def test_who_gives_up_over_a_day_is_who_leaves_the_queue(seconds):
    """Two quiet hours at the end see the last ones off, so that both sides count everybody."""
    quiet = int(7200 / seconds)
    path = path_of([60, 60, 10, 10] + [0.0] * quiet, aht=900.0, patience=1800.0, seconds=seconds)
    agents = [28, 46, 29, 12] + [12] * quiet
    offered = path.traffic.erlangs * seconds / 900.0
    found = evaluated(path, agents)
    expected = given_up(path, agents)
    assert expected > 0.5
    assert offered @ found.abandonment_rate == pytest.approx(expected, abs=1e-6)


ASA_GOALS = {
    "falls": ([60, 60, 10, 10], 900.0, np.nan, 1800.0, 60.0),
    "falls, quarter hours": ([40, 40, 8, 8, 30, 3], 600.0, np.nan, 900.0, 60.0),
    "nobody calls for half an hour": ([10, 0, 10], 240.0, np.nan, 1800.0, 12.0),
    "nobody calls for three quarters": ([10, 0, 0, 0, 10], 240.0, np.nan, 900.0, 12.0),
    "waits longer than the interval": ([60, 60, 10, 10, 40, 5], 1800.0, np.nan, 900.0, 300.0),
    "gives up": ([10, 60, 60, 20, 20], 300.0, 600.0, 1800.0, 30.0),
    "gives up, quarter hours": ([10, 60, 20, 0, 20], 300.0, 600.0, 900.0, 30.0),
}
ABANDONMENT_GOALS = {
    "falls": ([60, 60, 10, 10], 900.0, 1800.0, 1800.0, 0.05),
    "falls, quarter hours": ([60, 60, 10, 10], 900.0, 1800.0, 900.0, 0.05),
    "nobody calls for half an hour": ([10, 0, 10], 240.0, 300.0, 1800.0, 0.03),
    "nobody calls at the end": ([60, 60, 10, 10, 0, 0], 900.0, 1800.0, 900.0, 0.05),
    "rises and falls": ([10, 60, 60, 20, 20], 300.0, 600.0, 1800.0, 0.05),
}


@pytest.mark.parametrize("name", ASA_GOALS)
def test_a_speed_of_answer_that_is_planned_is_met_when_simulated(name):
    erlangs, aht, patience, seconds, cap = ASA_GOALS[name]
    path = path_of(erlangs, aht=aht, patience=patience, seconds=seconds)
    agents = planned(path, max_asa_seconds=cap)
    _given_up, _error, asa, error = simulated(path, agents)
    busy = path.traffic.erlangs > 0.0
    assert np.where(busy, asa - SURE * error, 0.0).max() <= cap * 1.0005
    said = evaluated(path, agents).asa_seconds
    assert (np.abs(said - asa)[busy] < SURE * error[busy] + 1e-3).all()
    assert said.max() > 0.75 * cap, "a plan of twice as many would keep the goal as well"


@pytest.mark.parametrize("name", ABANDONMENT_GOALS)
def test_an_abandonment_that_is_planned_is_met_when_simulated(name):
    erlangs, aht, patience, seconds, cap = ABANDONMENT_GOALS[name]
    path = path_of(erlangs, aht=aht, patience=patience, seconds=seconds)
    agents = planned(path, max_abandonment_rate=cap)
    gone, error, asa, asa_error = simulated(path, agents)
    busy = path.traffic.erlangs > 0.0
    assert np.where(busy, gone - SURE * error, 0.0).max() <= cap + 5e-4
    said = evaluated(path, agents)
    assert (np.abs(said.abandonment_rate - gone)[busy] < SURE * error[busy] + 1e-4).all()
    assert (np.abs(said.asa_seconds - asa)[busy] < SURE * asa_error[busy] + 0.5).all()
    assert said.abandonment_rate.max() > 0.7 * cap


@pytest.mark.parametrize("seconds", [900.0, 1800.0])
@pytest.mark.parametrize("patience", [np.nan, 3600.0])
def test_who_calls_while_nobody_is_there_waits_for_those_who_come(patience, seconds):
    path = path_of([10, 10, 10, 10, 10, 10], aht=240.0, patience=patience, seconds=seconds)
    agents = [14, 0, 14, 11, 14, 14]
    said = evaluated(path, agents)
    gone, error, asa, asa_error = simulated(path, agents)
    assert said.asa_seconds[1] > 0.5 * seconds
    assert (np.abs(said.asa_seconds - asa) < SURE * asa_error + 0.01 * asa).all()
    assert (np.abs(np.nan_to_num(said.abandonment_rate) - gone) < SURE * error + 1e-3).all()


def test_somebody_stays_for_those_who_wait_though_nobody_calls():
    path = path_of([10, 0, 10], aht=240.0)
    assert planned(path, level=0.8)[1] >= 1
    assert planned(path, max_occupancy_rate=0.3)[1] == 0, "hardly anybody ever waits"


def test_goals_that_change_along_the_way_leave_the_queue_as_it_is():
    """Another definition from the third interval on: the state is carried, each level is its own."""
    path = path_of([60, 60, 20, 20], aht=1800.0, patience=300.0)
    first = Goals.same(2, threshold_seconds=20.0, level=0.8)
    then = Goals.same(
        2, threshold_seconds=60.0, level=0.9, definition=ServiceLevel.ANSWERED_OVER_ANSWERED
    )
    versions = GoalVersions(((np.arange(2), first), (np.arange(2, 4), then)), 4)
    agents = required_transient(path, goals=versions, guess=np.array([60.0, 60.0, 20.0, 20.0]))
    found = power_of_one_along(
        path,
        agents=agents,
        thresholds=versions.thresholds(lambda definition: frozenset({definition})),
        definition=versions.definitions(),
    )
    levels = level_by(found.prediction, versions.definitions())
    assert (levels >= [0.7995, 0.7995, 0.8995, 0.8995]).all()
    assert (found.fewer_level < [0.8, 0.8, 0.9, 0.9]).all()
    apart = path_of([20, 20], aht=1800.0, patience=300.0)
    alone = planned(apart, level=0.9, definition=ServiceLevel.ANSWERED_OVER_ANSWERED)
    assert agents[2] > alone[0], "sixty contacts are there from before"


def test_with_nobody_to_come_nobody_is_answered():
    said = evaluated(path_of([10, 10], aht=240.0), [14, 0])
    assert np.isnan(said.asa_seconds[1])
    assert np.isinf(said.mean_wait_seconds[1])


def tagged(pace, following, count):
    """Served and wait of who has so many ahead, by the exponential of its own chain."""
    rates = np.zeros((count, count))
    for ahead in range(count):
        leaving = pace.full_rate + pace.leave_rate * ahead
        rates[ahead, ahead] = -leaving - pace.leave_rate
        if ahead > 0:
            rates[ahead, ahead - 1] = leaving
    here = at_this_rate(count, pace)
    kept = expm(rates * pace.seconds)
    served, wait = following.served - here.served, following.wait - here.wait
    return here.served + kept @ served, here.wait + kept @ (wait + pace.seconds * served)


@pytest.mark.parametrize(
    "pace",
    [
        Pace(0.02, 0.0, 900.0),
        Pace(0.02, 1 / 600, 900.0),
        Pace(0.0, 1 / 600, 900.0),
        Pace(0.0, 0.0, 900.0),
    ],
)
def test_those_left_over_go_on_in_the_next_interval(pace):
    following = at_this_rate(60, Pace(0.3, 1 / 600 if pace.leave_rate else 0.0, 900.0))
    found = fate(60, pace, following, 0)
    served, wait = tagged(pace, following, 60)
    assert found.served == pytest.approx(served, abs=1e-8)
    assert found.wait == pytest.approx(wait, abs=1e-5)


def test_who_comes_takes_the_first_at_once():
    following = Fate(np.full(20, 1.0), np.full(20, 100.0))
    found = fate(20, Pace(0.0, 0.0, 60.0), following, 5)
    assert found.wait.tolist() == [60.0] * 5 + [160.0] * 15
    alone = fate(20, Pace(0.1, 0.0, 60.0), nobody_follows(), 5)
    assert alone.wait == pytest.approx(10.0 * np.arange(1, 21))


@pytest.mark.parametrize("leave_rate", [0.0, 1 / 600])
def test_what_is_left_of_the_queue_at_the_beginning(leave_rate):
    pace = Pace(0.02, leave_rate, 900.0)
    start = np.zeros(61)
    start[[30, 60]] = 0.5
    rates = np.zeros((61, 61))
    for waiting in range(1, 61):
        leaving = pace.full_rate + pace.leave_rate * waiting
        rates[waiting, waiting], rates[waiting, waiting - 1] = -leaving, leaving
    end = start @ expm(rates * 900.0)
    more = 1.0 - np.cumsum(start)[:-1]
    assert left_over(more, pace) == pytest.approx(1.0 - np.cumsum(end)[:-1], abs=1e-8)


def test_three_points_do_for_long_queues(monkeypatch):
    """Beyond some thousand in the queue the steps forward are taken at three points."""
    waits = np.maximum(np.arange(4000.0) - 500.0, 0.0) + np.arange(4000.0) / 3.0
    exact = still_waiting.stepped.py_func(waits, 900.0, -1)
    monkeypatch.setattr(still_waiting, "MOST_SUMS", 0.0)
    quick = still_waiting.stepped.py_func(waits, 900.0, -1)
    assert np.abs(quick - exact).max() < 10.0
    assert quick[1800:] == pytest.approx(exact[1800:], abs=1e-3)
