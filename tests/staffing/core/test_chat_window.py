"""With chats at once fewer contacts are there than when all places are taken: those states count."""

import numpy as np
import pytest

from staffing.core.birth_death import NO_OFFER, Chain, steady_state, window
from staffing.core.chat import ChatHandling, evaluate_chat
from staffing.core.traffic import Thresholds, Traffic
from staffing.core.transient import LivePath, evaluate_transient
from staffing.core.transient_path import OPENS_STEADY

GROWTH, CONCURRENCY, AHT, LOAD = 0.6, 5, 600.0, 400.0


@pytest.mark.parametrize("agents", [100, 130, 300])
def test_a_large_chat_queue_has_the_mean_that_its_rates_balance(agents):
    """Little's law on the rates themselves: what comes is what goes, in the mean of the states."""
    chain = Chain(LOAD / AHT, 1 / AHT, 0.0, agents, CONCURRENCY, GROWTH)
    state, low = steady_state(chain, NO_OFFER)
    contacts = low + np.arange(state.size)
    served = served_rates(contacts, agents)
    assert state @ served == pytest.approx(LOAD / AHT, rel=1e-9)
    first, last = window(low, low + state.size, chain, 1800.0)
    assert first <= low < last
    if agents == 300:
        # One or two at a time, so each takes 600 s / 3.4 or a little more: far fewer than 400.
        assert state @ contacts == pytest.approx(LOAD / 3.4, rel=0.02)


def served_rates(contacts, agents):
    held = np.minimum(contacts, agents * CONCURRENCY)
    evenly, more = np.divmod(held, agents)
    seconds = AHT * (1 + GROWTH * np.maximum(np.arange(-1, CONCURRENCY + 1), 0)) / 3.4
    return (agents - more) * evenly / seconds[evenly] + more * (evenly + 1) / seconds[
        np.minimum(evenly + 1, CONCURRENCY)
    ]


@pytest.mark.parametrize("agents", [85, 120, 300])
def test_a_large_chat_queue_that_goes_on_keeps_its_steady_state(agents):
    size = 4
    traffic = Traffic(np.full(size, LOAD), np.full(size, AHT), np.full(size, 300.0))
    begins = np.zeros(size, dtype=np.int64)
    begins[0] = OPENS_STEADY
    path = LivePath(traffic, 1800.0, begins, CONCURRENCY, GROWTH)
    thresholds = Thresholds(np.full(size, 30.0), np.full(size, 5.0))
    given = np.full(size, float(agents))
    running = evaluate_transient(path, agents=given, thresholds=thresholds)
    steady = evaluate_chat(
        handling=ChatHandling(CONCURRENCY, GROWTH),
        traffic=traffic,
        agents=given,
        thresholds=thresholds,
    )
    for name in ("wait_rate", "occupancy_rate", "abandonment_rate"):
        assert getattr(running, name) == pytest.approx(getattr(steady, name), abs=1e-7)
