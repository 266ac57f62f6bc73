"""The event simulation: single contacts on a clock, against what is known exactly."""

import numpy as np
import pytest

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.simulation import (
    GONE_SHORT,
    GONE_WITHIN,
    OFFERED,
    SERVED,
    SERVED_WAIT,
    SERVED_WITHIN,
    WAIT,
    SimulatedQueue,
    simulate,
)
from staffing.core.traffic import Thresholds, Traffic


def long_day(*, erlangs=8.0, agents=9, patience=np.nan, aht=200.0, hours=200, spread=1.0):
    intervals = 4
    return SimulatedQueue(
        arrival_rate=np.full(intervals, erlangs / aht),
        aht_seconds=np.full(intervals, aht),
        patience_seconds=np.full(intervals, patience),
        agents=np.full(intervals, agents),
        interval_seconds=hours * 900.0,
        threshold_seconds=20.0,
        short_seconds=5.0,
        handling_spread=spread,
    )


def shares(queue, *, days=20, seed=3):
    """Counts of all days over what was offered."""
    counts = simulate(queue, days=days, seed=seed)
    return counts.sum(axis=(0, 1)) / counts[:, :, OFFERED].sum()


@pytest.mark.parametrize("patience", [np.nan, 90.0])
def test_long_days_meet_the_exact_figures(patience):
    found = shares(long_day(patience=patience))
    model = Model.C if np.isnan(patience) else Model.A
    exact = evaluate(
        model=model,
        traffic=Traffic(np.array([8.0]), np.array([200.0]), np.array([patience])),
        agents=np.array([9.0]),
        thresholds=Thresholds(np.array([20.0]), np.array([5.0])),
    )
    level = {key: float(value[0]) for key, value in exact.service_levels.items()}
    assert found[SERVED_WITHIN] == pytest.approx(
        level[ServiceLevel.ANSWERED_OVER_OFFERED], abs=0.006
    )
    assert found[WAIT] == pytest.approx(exact.mean_wait_seconds[0], rel=0.05)
    assert found[SERVED_WAIT] / found[SERVED] == pytest.approx(exact.asa_seconds[0], rel=0.05)
    if model is Model.A:
        assert 1 - found[SERVED] == pytest.approx(exact.abandonment_rate[0], abs=0.004)
        gone = level[ServiceLevel.ANSWERED_OR_ABANDONED] - level[ServiceLevel.ANSWERED_OVER_OFFERED]
        assert found[GONE_WITHIN] == pytest.approx(gone, abs=0.003)
        short = level[ServiceLevel.SHORT_ABANDONS_COUNT] - level[ServiceLevel.ANSWERED_OVER_OFFERED]
        assert found[GONE_SHORT] == pytest.approx(short, abs=0.002)
    else:
        assert found[SERVED] == 1


def test_handling_times_that_scatter_less_wait_less():
    """Pollaczek-Khinchine: with one agent the wait is in proportion to 1 + spread squared."""
    one = {"erlangs": 0.7, "agents": 1, "hours": 800}
    waits = {spread: shares(long_day(spread=spread, **one))[WAIT] for spread in (0.0, 0.5, 1.0)}
    exponential = 0.7 / 0.3 * 200.0
    for spread, wait in waits.items():
        assert wait == pytest.approx(exponential * (1 + spread**2) / 2, rel=0.08)


def test_a_seed_gives_the_same_days_and_another_gives_others():
    queue = long_day(hours=4)
    again = simulate(queue, days=2, seed=5)
    assert (simulate(queue, days=2, seed=5) == again).all()
    assert (simulate(queue, days=2, seed=6) != again).any()


def test_nobody_there_means_that_all_hang_up():
    counts = simulate(long_day(agents=0, patience=60.0, hours=8), days=2, seed=1).sum(axis=(0, 1))
    assert counts[SERVED] == counts[SERVED_WITHIN] == 0
    assert counts[WAIT] / counts[OFFERED] == pytest.approx(60.0, rel=0.1)
    assert counts[GONE_WITHIN] / counts[OFFERED] == pytest.approx(1 - np.exp(-20 / 60), abs=0.06)


def test_an_agent_whose_shift_ends_finishes_the_contact_and_takes_no_other():
    """One contact at a time for a day of hours; then nobody is there although many wait."""
    queue = SimulatedQueue(
        arrival_rate=np.array([0.05, 0.05, 0.0]),
        aht_seconds=np.full(3, 600.0),
        patience_seconds=np.full(3, 3600.0),
        agents=np.array([10, 0, 0]),
        interval_seconds=3600.0,
        threshold_seconds=20.0,
        short_seconds=5.0,
    )
    counts = simulate(queue, days=50, seed=2)
    assert counts[:, 1, SERVED].sum() == 0
    assert counts[:, 0, SERVED].sum() > 0
    assert (counts[:, 0, SERVED] <= counts[:, 0, OFFERED]).all()
    assert (counts[:, 2, OFFERED] == 0).all()
