"""Erlang B, C and A against hand-computed values and an independent chain of states."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.traffic import Thresholds, Traffic
from tests.staffing.core import chain

LEVELS = list(ServiceLevel)


def predict(model, *, erlangs, agents, aht=240.0, patience=math.nan, threshold=20.0, short=5.0):
    """One interval; returns scalars by name."""
    result = evaluate(
        model=model,
        traffic=Traffic(np.array([float(erlangs)]), np.array([aht]), np.array([patience])),
        agents=np.array([float(agents)]),
        thresholds=Thresholds(np.array([threshold]), np.array([short])),
    )
    figures = {name: value for name, value in vars(result).items() if name != "service_levels"}
    figures |= {key.value: level for key, level in result.service_levels.items()}
    return {name: float(value[0]) for name, value in figures.items()}


def blocking_by_sum(erlangs, agents):
    load = Fraction(erlangs).limit_denominator(10**6)
    weights = [load**k / math.factorial(k) for k in range(agents + 1)]
    return float(weights[-1] / sum(weights))


@pytest.mark.parametrize("erlangs", [0.01, 0.5, 3.0, 40.0, 90.0])
@pytest.mark.parametrize("agents", [1, 2, 7, 40, 75])
def test_erlang_b_equals_the_sum_over_states(erlangs, agents):
    expected = blocking_by_sum(erlangs, agents)
    found = predict(Model.B, erlangs=erlangs, agents=agents)
    assert found["block_rate"] == pytest.approx(expected, rel=1e-12)
    assert found["occupancy_rate"] == pytest.approx(erlangs * (1 - expected) / agents, rel=1e-9)


def test_erlang_c_of_one_agent_is_the_mm1_queue():
    found = predict(Model.C, erlangs=0.8, agents=1, aht=100, threshold=50)
    assert found["wait_rate"] == pytest.approx(0.8, rel=1e-13)
    assert found["mean_wait_seconds"] == pytest.approx(400, rel=1e-13)
    assert found["answered_over_offered"] == pytest.approx(1 - 0.8 * math.exp(-0.1), rel=1e-13)
    assert found["occupancy_rate"] == 0.8
    assert math.isnan(found["abandonment_rate"])


@pytest.mark.parametrize("agents", [1, 4, 5])
def test_erlang_c_without_spare_agents_never_answers(agents):
    found = predict(Model.C, erlangs=5, agents=agents)
    assert (found["wait_rate"], found["mean_wait_seconds"]) == (1.0, math.inf)
    assert (found["occupancy_rate"], found["answered_over_offered"]) == (1.0, 0.0)


CASES = [
    # erlangs, agents, aht, patience: light, balanced, far overloaded, impatient, very patient
    (2.0, 5, 180, 60),
    (10.0, 10, 300, 120),
    (30.0, 12, 300, 60),
    (8.0, 3, 1800, 10),
    (9.0, 10, 30, 3600),
    (0.05, 1, 60, 1),
]


@pytest.mark.parametrize(("erlangs", "agents", "aht", "patience"), CASES)
def test_erlang_a_equals_the_chain_of_states(erlangs, agents, aht, patience):
    expected = chain.impatient(
        erlangs=erlangs, agents=agents, aht_seconds=aht, patience_seconds=patience, states=3000
    )
    found = predict(Model.A, erlangs=erlangs, agents=agents, aht=aht, patience=patience)
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("erlangs", "agents", "aht", "patience"), CASES[:5])
@pytest.mark.parametrize("threshold", [10.0, 60.0])
def test_service_levels_equal_the_passage_of_a_tagged_contact(
    erlangs, agents, aht, patience, threshold
):
    shape = {
        "erlangs": erlangs,
        "agents": agents,
        "aht_seconds": aht,
        "patience_seconds": patience,
    }
    virtual = chain.served_late(**shape, threshold_seconds=threshold)
    found = predict(
        Model.A, erlangs=erlangs, agents=agents, aht=aht, patience=patience, threshold=threshold
    )
    waits_longer = virtual * math.exp(-threshold / patience)
    assert found["virtual"] == pytest.approx(1 - virtual, abs=1e-7)
    assert found["answered_or_abandoned_within_over_offered"] == pytest.approx(
        1 - waits_longer, abs=1e-7
    )


def test_the_definitions_differ_by_whom_they_count():
    """Each level rebuilt from three shares: answered in time, abandoned in time, abandoned short."""
    at = {"erlangs": 200, "agents": 170, "patience": 60.0}
    found = predict(Model.A, **at)
    in_time = found["answered_over_offered"]
    within = found["answered_or_abandoned_within_over_offered"] - in_time
    short = found["short_abandons_count"] - in_time
    served = 1 - found["abandonment_rate"]
    assert found["excl_abandons_within_threshold"] == pytest.approx(
        in_time / (1 - within), rel=1e-12
    )
    assert found["excl_short_abandons"] == pytest.approx(in_time / (1 - short), rel=1e-12)
    assert found["answered_over_answered"] == pytest.approx(in_time / served, rel=1e-12)
    assert 0 < short < within < found["abandonment_rate"]


def test_short_abandons_are_those_within_the_short_seconds():
    """With short = threshold the two pairs of definitions are the same."""
    found = predict(Model.A, erlangs=50, agents=45, patience=90.0, threshold=20, short=20)
    assert found["short_abandons_count"] == found["answered_or_abandoned_within_over_offered"]
    assert found["excl_short_abandons"] == pytest.approx(
        found["excl_abandons_within_threshold"], rel=1e-13
    )


def test_erlang_a_tends_to_erlang_c_as_patience_grows():
    patient = predict(Model.A, erlangs=20, agents=24, patience=1e9)
    endless = predict(Model.C, erlangs=20, agents=24)
    assert patient["wait_rate"] == pytest.approx(endless["wait_rate"], rel=1e-6)
    assert patient["asa_seconds"] == pytest.approx(endless["asa_seconds"], rel=1e-6)
    assert patient["answered_over_offered"] == pytest.approx(
        endless["answered_over_offered"], rel=1e-6
    )


@pytest.mark.parametrize("key", LEVELS)
def test_an_endless_threshold_counts_all_who_are_served(key):
    found = predict(Model.A, erlangs=12, agents=8, patience=60.0, threshold=math.inf, short=5)
    served = 1 - found["abandonment_rate"]
    short = found["short_abandons_count"] - served
    expected = {
        ServiceLevel.ANSWERED_OVER_OFFERED: served,
        ServiceLevel.EXCL_SHORT_ABANDONS: served / (1 - short),
        ServiceLevel.SHORT_ABANDONS_COUNT: served + short,
    }
    assert found[key] == pytest.approx(expected.get(key, 1.0), rel=1e-12)


def test_without_load_nothing_waits():
    found = predict(Model.A, erlangs=0, agents=0, patience=60.0)
    assert all(found[key] == 1.0 for key in LEVELS)
    assert (found["wait_rate"], found["asa_seconds"], found["occupancy_rate"]) == (0, 0, 0)
    assert predict(Model.B, erlangs=0, agents=3)["block_rate"] == 0
    assert math.isnan(predict(Model.C, erlangs=0, agents=3)["abandonment_rate"])


def test_with_nobody_there_all_are_lost():
    """All abandon at their patience; only the definitions that count them show a level."""
    found = predict(Model.A, erlangs=3, agents=0, patience=60.0, threshold=20, short=5)
    assert (found["abandonment_rate"], found["mean_wait_seconds"]) == (1.0, 60.0)
    assert found["answered_or_abandoned_within_over_offered"] == 1 - math.exp(-20 / 60)
    assert found["short_abandons_count"] == pytest.approx(1 - math.exp(-5 / 60), rel=1e-14)
    assert (found["answered_over_offered"], found["virtual"]) == (0.0, 0.0)
    assert predict(Model.B, erlangs=3, agents=0)["block_rate"] == 1.0
    endless = predict(Model.C, erlangs=3, agents=0)
    assert (endless["wait_rate"], endless["asa_seconds"]) == (1.0, math.inf)


def test_no_threshold_means_no_service_level():
    found = predict(Model.A, erlangs=3, agents=4, patience=60.0, threshold=math.nan)
    assert all(math.isnan(found[key]) for key in LEVELS)
    assert math.isnan(predict(Model.C, erlangs=3, agents=4, threshold=math.nan)[LEVELS[0]])


loads = st.floats(0.01, 5000)
patiences = st.floats(1, 86_400)


@settings(deadline=None)
@given(
    erlangs=loads,
    share=st.floats(0.2, 2.0),
    aht=st.floats(30, 1800),
    patience=patiences,
    threshold=st.floats(0, 3600),
    short=st.floats(0, 60),
)
def test_one_more_agent_never_lowers_service(erlangs, share, aht, patience, threshold, short):
    agents = max(1, round(erlangs * share))
    at = {
        "erlangs": erlangs,
        "aht": aht,
        "patience": patience,
        "threshold": threshold,
        "short": short,
    }
    fewer, more = (predict(Model.A, agents=n, **at) for n in (agents, agents + 1))
    falling = (
        "wait_rate",
        "abandonment_rate",
        "mean_wait_seconds",
        "asa_seconds",
        "occupancy_rate",
    )
    for name in falling:
        assert more[name] <= fewer[name] * (1 + 1e-9) + 1e-13
    dips = ServiceLevel.SHORT_ABANDONS_COUNT if short > threshold else None
    for key in LEVELS:
        if key is not dips:
            assert more[key] >= fewer[key] - 1e-11


@settings(deadline=None)
@given(erlangs=loads, share=st.floats(0.2, 2.0), aht=st.floats(30, 1800), patience=patiences)
def test_what_is_offered_is_answered_or_abandoned(erlangs, share, aht, patience):
    """Occupancy counts the served, the abandonment the rest: together they are the load."""
    agents = max(1, round(erlangs * share))
    found = predict(Model.A, erlangs=erlangs, agents=agents, aht=aht, patience=patience)
    served = found["occupancy_rate"] * agents / erlangs
    assert served + found["abandonment_rate"] == pytest.approx(1, abs=1e-11)
    assert 0 <= found["wait_rate"] <= 1


@settings(deadline=None)
@given(erlangs=st.floats(0.01, 1e5), agents=st.integers(1, 200_000))
def test_blocking_follows_its_recursion(erlangs, agents):
    """B(n) = A B(n - 1) / (n + A B(n - 1)), between two independent evaluations."""
    before = predict(Model.B, erlangs=erlangs, agents=agents)["block_rate"]
    after = predict(Model.B, erlangs=erlangs, agents=agents + 1)["block_rate"]
    ratio = erlangs * before / (agents + 1)
    assert after == pytest.approx(ratio / (1 + ratio), rel=1e-8, abs=1e-300)
