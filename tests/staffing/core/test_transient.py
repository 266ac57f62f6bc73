"""Live queues from interval to interval, against matrices, the steady state and single contacts."""

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.linalg import expm

from staffing.core.birth_death import (
    NO_OFFER,
    Chain,
    advance,
    after_leaving,
    departure_rates,
    steady_state,
    uniformized,
    window,
)
from staffing.core.chat import ChatHandling, evaluate_chat, required_chat_agents
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import DEFINITIONS, evaluate
from staffing.core.goals import Goals
from staffing.core.pole_systems import by_poles, exp_and_mean
from staffing.core.rational_exp import exp_poles
from staffing.core.requirement import agents_or_inf
from staffing.core.simulation import OFFERED, SERVED_WITHIN, SimulatedQueue, simulate
from staffing.core.traffic import Thresholds, Traffic
from staffing.core.transient import (
    LivePath,
    evaluate_transient,
    power_of_one_along,
    required_transient,
)
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY, OPENS_STEADY

HALF_HOUR = 1800.0
POLES = exp_and_mean()


def double_peak(peak, *, intervals=48):
    hours = (np.arange(intervals) + 0.5) * 24 / intervals
    shape = (
        0.05 + np.exp(-(((hours - 10.5) / 2) ** 2)) + 0.8 * np.exp(-(((hours - 15.5) / 2.2) ** 2))
    )
    return peak * shape / shape.max()


def surge(peak, *, intervals=48):
    hours = (np.arange(intervals) + 0.5) * 24 / intervals
    shape = 0.15 + 0.35 * np.exp(-(((hours - 13) / 4) ** 2)) + (np.abs(hours - 14) < 0.75)
    return peak * shape / shape.max()


def queue_day(
    erlangs, *, aht=300.0, patience=np.nan, begins=OPENS_EMPTY, seconds=HALF_HOUR, **fields
):
    erlangs = np.asarray(erlangs, dtype=float)
    starts = np.full(erlangs.size, CONTINUES)
    starts[0] = begins
    traffic = Traffic(erlangs, np.full(erlangs.size, aht), np.full(erlangs.size, patience))
    return LivePath(traffic, seconds, starts, **fields)


def goals_of(path, **goals):
    return Goals.same(
        path.traffic.erlangs.size, **({"level": 0.8, "threshold_seconds": 20.0} | goals)
    )


def steady_agents(path, goals):
    return agents_or_inf(model=path.model, traffic=path.traffic, goals=goals)


def planned(path, goals):
    return required_transient(path, goals=goals, guess=steady_agents(path, goals))


def every_threshold(size, seconds=20.0):
    return Thresholds(np.full(size, seconds), np.full(size, 5.0))


def test_the_poles_stand_for_exp_on_the_whole_negative_axis():
    x = -np.concatenate([[0.0], np.logspace(-9, 8, 300)])
    for order, error in ((6, 3e-6), (12, 1e-11), (14, 1e-12)):
        poles, residues = exp_poles(order)
        assert poles.size == order // 2
        approximation = (residues / (x[:, None] - poles)).sum(axis=1).real
        assert np.abs(approximation - np.exp(x)).max() < error


@pytest.mark.parametrize("order", [0, 7])
def test_poles_come_in_pairs(order):
    with pytest.raises(ValueError, match=f"even order >= 2, got {order}"):
        exp_poles(order)


def births(chain, states):
    return np.full(states.size, chain.arrival_rate)


def generator(rates, arrivals):
    """Matrix of rates from state to state (row: from), nothing leaving the ends of the window."""
    size = rates.size
    matrix = np.diag(np.full(size - 1, arrivals), 1) + np.diag(rates[1:], -1)
    return matrix - np.diag(matrix.sum(axis=1))


CHAINS = [
    Chain(40 / 300, 1 / 300, 1 / 60, 42, 1, 0.0),
    Chain(40 / 300, 1 / 300, 0.0, 45, 1, 0.0),
    Chain(40 / 300, 1 / 300, 0.0, 30, 1, 0.0),
    Chain(6 / 1800, 1 / 1800, 1 / 600, 4, 1, 0.0),
    Chain(40 / 300, 1 / 300, 1 / 90, 20, 3, 0.25),
    Chain(3 / 300, 1 / 300, 1 / 90, 0, 1, 0.0),
]


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("contacts", [0, 30, 70])
def test_a_stretch_of_time_is_the_exponential_of_the_rates(chain, contacts):
    low, high = window(contacts, contacts + 1, chain, 900.0)
    start = np.zeros(high - low)
    start[contacts - low] = 1.0
    rates = departure_rates(low, high - low, chain)
    matrix = generator(rates, chain.arrival_rate)
    # exp of [[Q, 1], [0, 0]] holds the integral of exp(Q s) beside exp(Q t).
    size = start.size
    block = np.zeros((2 * size, 2 * size))
    block[:size, :size] = matrix * 900.0
    block[:size, size:] = np.eye(size)
    whole = expm(block)
    for method in (lambda *given: advance(*given, POLES), uniformized):
        end, mean = method(start, rates, births(chain, start), 900.0)
        assert end == pytest.approx(start @ whole[:size, :size], abs=1e-7)
        assert mean == pytest.approx(start @ whole[:size, size:], abs=1e-7)
        assert min(end.min(), mean.min()) >= 0


def test_a_start_far_from_equilibrium_is_not_left_to_the_poles():
    chain = Chain(400 / 1800, 1 / 1800, 0.0, 420, 1, 0.0)
    low, high = window(0, 1, chain, HALF_HOUR)
    start = np.zeros(high - low)
    start[0] = 1.0
    rates = departure_rates(low, high - low, chain)
    raw, _mean = by_poles(start, rates, births(chain, start), HALF_HOUR, POLES)
    assert raw.min() < -1e-6, "the case must be one that the poles cannot do at once"
    end, mean = advance(start, rates, births(chain, start), HALF_HOUR, POLES)
    exact, exact_mean = uniformized(start, rates, births(chain, start), HALF_HOUR)
    assert end == pytest.approx(exact, abs=1e-8)
    assert mean == pytest.approx(exact_mean, abs=1e-8)
    assert end.sum() == pytest.approx(1.0, abs=1e-9)


def test_where_nobody_is_there_contacts_only_come():
    """As by the clock, from any start, and in as few states as chance can reach."""
    chain = Chain(40 / 300, 1 / 300, 0.0, 0, 1, 0.0)
    low, high = window(500, 520, chain, HALF_HOUR)
    assert high - low < 420
    start = np.zeros(high - low)
    start[500 - low : 520 - low] = 0.05
    rates = departure_rates(low, high - low, chain)
    end, mean = advance(start, rates, births(chain, start), HALF_HOUR, POLES)
    exact, exact_mean = uniformized(start, rates, births(chain, start), HALF_HOUR)
    assert end == pytest.approx(exact, abs=1e-12)
    assert mean == pytest.approx(exact_mean, abs=1e-12)
    assert end @ (low + np.arange(end.size)) == pytest.approx(509.5 + 240.0, abs=1e-6)


def test_few_people_leave_the_states_far_below_out_of_reach():
    """A backlog of 3,000 that ten people work on: what is cut off is next to nothing."""
    chain = Chain(40 / 300, 1 / 300, 0.0, 10, 1, 0.0)
    low, high = window(3000, 3001, chain, HALF_HOUR)
    assert low > 2700
    assert high < 3500
    start = np.zeros(high - low)
    start[3000 - low] = 1.0
    rates = departure_rates(low, high - low, chain)
    end, _mean = advance(start, rates, births(chain, start), HALF_HOUR, POLES)
    assert max(end[0], end[-1]) < 1e-12
    assert end @ (low + np.arange(end.size)) == pytest.approx(3000 + 240 - 60, abs=1e-6)


@pytest.mark.parametrize("chain", CHAINS[:2] + CHAINS[3:5])
def test_the_steady_state_stays(chain):
    state, low = steady_state(chain, NO_OFFER)
    first, last = window(low, low + state.size, chain, 900.0)
    start = np.zeros(last - first)
    start[low - first : low - first + state.size] = state
    end, mean = advance(
        start, departure_rates(first, last - first, chain), births(chain, start), 900.0, POLES
    )
    assert end == pytest.approx(start, abs=1e-9)
    assert mean == pytest.approx(start, abs=1e-9)


def test_who_leaves_takes_the_contact_along_and_the_idle_leave_first():
    def after(contacts, before, agents, concurrency=1):
        chain = Chain(0.1, 0.01, 0.0, agents, concurrency, 0.25)
        moved, low = after_leaving(np.ones(1), contacts, before, chain)
        return low + int(np.argmax(moved))

    assert after(3, before=5, agents=4) == 3, "one of two idle agents leaves"
    assert after(5, before=5, agents=3) == 3, "two finish theirs elsewhere"
    assert after(9, before=5, agents=3) == 7, "four still wait"
    assert after(9, before=5, agents=8) == 9
    assert after(7, before=4, agents=3, concurrency=3) == 6, "the leaver holds one of 2, 2, 2, 1"
    assert after(2, before=2, agents=0) == 0


@pytest.mark.parametrize("patience", [np.nan, 90.0])
def test_days_that_never_change_end_in_the_steady_state(patience):
    """Every figure and every definition of the exact core, after hours at constant rates."""
    path = queue_day(np.full(30, 20.0), patience=patience)
    agents = np.full(30, 23.0)
    thresholds = every_threshold(30)
    found = evaluate_transient(path, agents=agents, thresholds=thresholds)
    exact = evaluate(model=path.model, traffic=path.traffic, agents=agents, thresholds=thresholds)
    assert set(found.service_levels) == set(DEFINITIONS[path.model])
    for key, level in exact.service_levels.items():
        assert found.service_levels[key][-1] == pytest.approx(level[-1], abs=1e-8)
    names = ["wait_rate", "mean_wait_seconds", "asa_seconds", "occupancy_rate", "abandonment_rate"]
    for name in names:
        expected = getattr(exact, name)[-1]
        assert getattr(found, name)[-1] == pytest.approx(expected, rel=1e-7, nan_ok=True)
    assert found.service_levels[ServiceLevel.ANSWERED_OVER_OFFERED][0] > 0.8, "it opens empty"


def test_chats_that_never_change_end_in_their_chain():
    handling = ChatHandling(3, 0.25)
    path = queue_day(np.full(30, 20.0), patience=120.0, concurrency=3, growth_rate=0.25)
    agents = np.full(30, 8.0)
    thresholds = every_threshold(30)
    found = evaluate_transient(path, agents=agents, thresholds=thresholds)
    exact = evaluate_chat(
        handling=handling, traffic=path.traffic, agents=agents, thresholds=thresholds
    )
    for key, level in exact.service_levels.items():
        assert found.service_levels[key][-1] == pytest.approx(level[-1], abs=1e-7)
    assert found.occupancy_rate[-1] == pytest.approx(exact.occupancy_rate[-1], rel=1e-6)


def test_a_queue_open_around_the_clock_begins_in_its_steady_state():
    path = queue_day(np.full(3, 20.0), begins=OPENS_STEADY)
    agents = np.full(3, 23.0)
    thresholds = every_threshold(3)
    found = evaluate_transient(path, agents=agents, thresholds=thresholds)
    exact = evaluate(model=Model.C, traffic=path.traffic, agents=agents, thresholds=thresholds)
    key = ServiceLevel.ANSWERED_OVER_OFFERED
    assert found.service_levels[key] == pytest.approx(exact.service_levels[key], abs=1e-8)
    unbearable = evaluate_transient(path, agents=np.full(3, 15.0), thresholds=thresholds)
    assert np.diff(unbearable.service_levels[key]).max() < 0, "it begins empty and fills up"


DAYS = [
    (aht, peak, shape)
    for aht in (180.0, 300.0, 1800.0)
    for peak in (10, 60, 300, 1000)
    for shape in (double_peak, surge)
]


@pytest.mark.parametrize(("aht", "peak", "shape"), DAYS)
def test_every_half_hour_keeps_its_level_at_hardly_more_hours(aht, peak, shape):
    path = queue_day(shape(peak), aht=aht)
    goals = goals_of(path)
    agents = planned(path, goals)
    steady = steady_agents(path, goals)
    thresholds = goals.thresholds()
    key = goals.definition
    levels = evaluate_transient(path, agents=agents, thresholds=thresholds).service_levels[key]
    assert levels.min() > 0.8 - 1e-3
    assert agents.sum() <= steady.sum() * 1.01
    before = evaluate_transient(path, agents=steady, thresholds=thresholds).service_levels[key]
    if peak >= 60:
        assert before.min() < 0.79, "interval by interval promises what a day does not give"


@pytest.mark.parametrize("shape", [double_peak, surge])
@pytest.mark.parametrize("patience", [np.nan, 120.0])
@pytest.mark.parametrize("aht", [180.0, 1800.0])
def test_single_contacts_meet_the_levels_that_the_equations_say(aht, patience, shape):
    """No interval of 1,000 simulated days lies outside a 99.9 % bound over all of them."""
    path = queue_day(shape(30), aht=aht, patience=patience)
    goals = goals_of(path)
    agents = planned(path, goals)
    said = evaluate_transient(path, agents=agents, thresholds=goals.thresholds())
    days = simulate(
        SimulatedQueue(
            arrival_rate=path.traffic.erlangs / aht,
            aht_seconds=path.traffic.aht_seconds,
            patience_seconds=path.traffic.patience_seconds,
            agents=agents.astype(int),
            interval_seconds=HALF_HOUR,
            threshold_seconds=20.0,
            short_seconds=5.0,
        ),
        days=1000,
        seed=20260101,
    )
    offered, within = days[:, :, OFFERED], days[:, :, SERVED_WITHIN]
    level = within.sum(axis=0) / offered.sum(axis=0)
    scatter = within - level * offered
    error = scatter.std(axis=0) / np.sqrt(len(days)) / offered.mean(axis=0)
    bound = 4.3  # of the normal law: 1 - (1 - 0.001) ** (1 / 48) on both sides
    assert (
        np.abs(level - said.service_levels[goals.definition]).max() < (bound * error).max() + 2e-3
    )
    scores = (level - said.service_levels[goals.definition]) / error
    assert np.abs(scores).max() < bound + 0.5
    assert np.sqrt((scores**2).mean()) < 1.4


def test_one_agent_fewer_in_any_half_hour_misses_the_goal():
    path = queue_day(double_peak(40), patience=90.0)
    goals = goals_of(path)
    agents = planned(path, goals)
    key = goals.definition
    for row in range(3, 45):
        fewer = agents.copy()
        fewer[row] -= 1
        levels = evaluate_transient(path, agents=fewer, thresholds=goals.thresholds())
        assert levels.service_levels[key][row] < 0.8 + 1e-9


def test_the_power_of_one_is_that_of_one_interval():
    path = queue_day(double_peak(40), patience=90.0)
    goals = goals_of(path)
    agents = planned(path, goals)
    thresholds = goals.thresholds()
    found = power_of_one_along(
        path, agents=agents, thresholds=thresholds, definition=goals.definition
    )
    fewer, more = found.fewer_level, found.more_level
    levels = evaluate_transient(path, agents=agents, thresholds=thresholds)
    as_planned = levels.service_levels[goals.definition]
    assert (found.prediction.service_levels[goals.definition] == as_planned).all()
    assert (fewer < as_planned).all()
    assert (more > as_planned).all()
    changed = agents.copy()
    changed[20] -= 1
    alone = evaluate_transient(path, agents=changed, thresholds=thresholds)
    assert alone.service_levels[goals.definition][20] == pytest.approx(fewer[20], abs=1e-12)


@pytest.mark.parametrize("definition", sorted(ServiceLevel))
def test_every_definition_can_be_a_goal(definition):
    path = queue_day(double_peak(20), patience=60.0)
    goals = goals_of(path, definition=definition, level=0.85)
    agents = planned(path, goals)
    found = evaluate_transient(path, agents=agents, thresholds=goals.thresholds())
    assert found.service_levels[definition].min() > 0.85 - 1e-3


@pytest.mark.parametrize(
    ("goal", "figure"),
    [
        ({"max_asa_seconds": 8.0}, "asa_seconds"),
        ({"max_abandonment_rate": 0.02}, "abandonment_rate"),
        ({"max_occupancy_rate": 0.7}, "occupancy_rate"),
    ],
)
def test_all_goals_that_are_set_hold(goal, figure):
    path = queue_day(double_peak(20), patience=60.0)
    (cap,) = goal.values()
    alone = goals_of(path, level=None, threshold_seconds=None, **goal)
    agents = planned(path, alone)
    found = evaluate_transient(path, agents=agents, thresholds=alone.thresholds())
    assert getattr(found, figure).max() <= cap * (1 + 1e-9)
    both = planned(path, goals_of(path, **goal))
    assert (both >= planned(path, goals_of(path))).all()
    found = evaluate_transient(path, agents=both, thresholds=goals_of(path).thresholds())
    assert getattr(found, figure).max() <= cap * (1 + 1e-6)


def test_minimum_staff_and_quiet_intervals():
    erlangs = np.concatenate([double_peak(10)[18:30], np.zeros(4)])
    path = queue_day(erlangs)
    quiet = planned(path, goals_of(path))[-4:]
    assert quiet.tolist() == [1, 1, 0, 0], "one stays while those of the last half hour wait"
    agents = planned(path, goals_of(path, min_agents=2.0))
    assert agents.min() == 2
    found = evaluate_transient(path, agents=agents, thresholds=every_threshold(16))
    assert (found.service_levels[ServiceLevel.ANSWERED_OVER_OFFERED][-4:] == 1).all()
    assert (found.wait_rate[-4:] == 0).all()


def test_who_goes_home_does_not_leave_the_last_callers_behind():
    """The next interval is empty, but those who called at the end still wait their seconds."""
    agents = {}
    for after in (0.0, 40.0):
        path = queue_day([40.0, 40.0, after], seconds=300.0)
        goals = goals_of(path, threshold_seconds=60.0, level=0.9)
        agents[after] = planned(path, goals)
        found = evaluate_transient(path, agents=agents[after], thresholds=goals.thresholds())
        assert found.service_levels[goals.definition].min() > 0.9 - 1e-3
    assert agents[0.0][1:].sum() > agents[40.0][1]


def test_a_goal_that_nobody_can_meet_has_no_number():
    path = queue_day([10.0, 10.0])
    assert np.isinf(planned_with_guess(path, goals_of(path, max_occupancy_rate=0.0))).all()


def planned_with_guess(path, goals):
    return required_transient(path, goals=goals, guess=np.full(path.traffic.erlangs.size, 10.0))


def test_nothing_offered_needs_nobody():
    path = queue_day(np.zeros(4))
    assert planned(path, goals_of(path)).tolist() == [0, 0, 0, 0]


def test_chats_are_staffed_along_the_day():
    path = queue_day(double_peak(30), patience=180.0, concurrency=3, growth_rate=0.25)
    goals = goals_of(path)
    guess = required_chat_agents(handling=ChatHandling(3, 0.25), traffic=path.traffic, goals=goals)
    agents = required_transient(path, goals=goals, guess=guess)
    levels = evaluate_transient(path, agents=agents, thresholds=goals.thresholds())
    assert levels.service_levels[goals.definition].min() > 0.8 - 1e-3
    assert agents.sum() == pytest.approx(guess.sum(), rel=0.05)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="is that run")
def test_the_loops_do_uncompiled_what_they_do_compiled():
    """Numba's errors do not show in compiled code: out of bounds, for one. Counts its lines, too."""
    chosen = "steady_state or exponential or quiet or leaves or around_the_clock or far_from"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", __file__, "-q", "-k", chosen, "-p", "no:cacheprovider"],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
