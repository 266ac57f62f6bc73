"""Chats one by one: the slowdown, the least busy first, and the chain of the whole queue."""

import numpy as np
import pytest

from staffing.core.chat import ChatHandling, evaluate_chat
from staffing.core.definitions import ServiceLevel
from staffing.core.goals import Goals
from staffing.core.simulation import OFFERED, SERVED, SERVED_WITHIN, WAIT, SimulatedQueue, simulate
from staffing.core.simulation_chat import change_shift, simulate_chat
from staffing.core.traffic import Thresholds, Traffic
from staffing.core.transient import LivePath, evaluate_transient, required_transient
from staffing.core.transient_path import CONTINUES


def chat_day(erlangs, agents, *, aht=300.0, patience=np.nan, seconds=1800.0):
    erlangs = np.asarray(erlangs, dtype=float)
    return SimulatedQueue(
        arrival_rate=erlangs / aht,
        aht_seconds=np.full(erlangs.size, aht),
        patience_seconds=np.full(erlangs.size, patience),
        agents=np.asarray(agents),
        interval_seconds=seconds,
        threshold_seconds=30.0,
        short_seconds=5.0,
    )


@pytest.mark.parametrize("patience", [np.nan, 120.0])
@pytest.mark.parametrize(("concurrency", "growth_rate"), [(2, 0.3), (4, 0.15)])
def test_long_days_meet_the_chain(concurrency, growth_rate, patience):
    erlangs, agents = 8.0, {2: 6, 4: 3}[concurrency]
    queue = chat_day([erlangs], [agents], patience=patience, seconds=4_000_000.0)
    counts = simulate_chat(
        queue, concurrency=concurrency, growth_rate=growth_rate, days=4, seed=1
    ).sum(axis=(0, 1))
    exact = evaluate_chat(
        handling=ChatHandling(concurrency, growth_rate),
        traffic=Traffic(np.array([erlangs]), np.array([300.0]), np.array([patience])),
        agents=np.array([float(agents)]),
        thresholds=Thresholds(np.array([30.0]), np.array([5.0])),
    )
    level = exact.service_levels[ServiceLevel.ANSWERED_OVER_OFFERED][0]
    assert counts[SERVED_WITHIN] / counts[OFFERED] == pytest.approx(level, abs=0.006)
    assert counts[WAIT] / counts[OFFERED] == pytest.approx(exact.mean_wait_seconds[0], rel=0.06)


def test_one_chat_at_a_time_is_the_plain_queue():
    queue = chat_day([8.0] * 4, [9] * 4, patience=90.0, seconds=200_000.0)
    plain = simulate(queue, days=4, seed=1).sum(axis=(0, 1))
    chats = simulate_chat(queue, concurrency=1, growth_rate=0.0, days=4, seed=2).sum(axis=(0, 1))
    shares = [counts[SERVED_WITHIN] / counts[OFFERED] for counts in (plain, chats)]
    assert shares[0] == pytest.approx(shares[1], abs=0.01)


def test_a_planned_day_of_chats_keeps_its_level_chat_by_chat():
    erlangs = 25.0 * np.exp(-(((np.arange(20) - 10) / 5.0) ** 2)) + 1.0
    begins = np.full(20, CONTINUES)
    begins[0] = 1
    traffic = Traffic(erlangs, np.full(20, 300.0), np.full(20, 150.0))
    path = LivePath(traffic, 1800.0, begins, concurrency=3, growth_rate=0.2)
    goals = Goals.same(20, level=0.8, threshold_seconds=30.0)
    agents = required_transient(path, goals=goals, guess=np.ceil(erlangs / 2))
    said = evaluate_transient(path, agents=agents, thresholds=goals.thresholds())
    queue = chat_day(erlangs, agents.astype(int), patience=150.0)
    counts = simulate_chat(queue, concurrency=3, growth_rate=0.2, days=600, seed=3)
    offered, within = counts[:, :, OFFERED], counts[:, :, SERVED_WITHIN]
    level = within.sum(axis=0) / offered.sum(axis=0)
    error = (within - level * offered).std(axis=0) / np.sqrt(600) / offered.mean(axis=0)
    scores = (level - said.service_levels[goals.definition]) / error
    assert np.abs(scores).max() < 4.5
    assert np.sqrt((scores**2).mean()) < 1.5


def test_who_holds_least_goes_home_and_who_comes_holds_nothing():
    assert change_shift(np.array([1, 3, 0, 2]), 2).tolist() == [3, 2]
    assert change_shift(np.array([1, 3]), 4).tolist() == [3, 1, 0, 0]


def test_without_agents_everybody_leaves_unserved():
    counts = simulate_chat(
        chat_day([5.0], [0], patience=60.0), concurrency=3, growth_rate=0.2, days=3, seed=1
    )
    assert counts[:, :, SERVED].sum() == 0
    assert counts[:, :, WAIT].sum() > 0
