"""The smallest number of agents that meets every goal."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.requirement import UnableToStaff, agents_or_inf, required_agents
from staffing.core.search import smallest_passing
from staffing.core.traffic import Traffic


def traffic(*erlangs, aht=240.0, patience=60.0):
    shape = np.ones(len(erlangs))
    return Traffic(np.array(erlangs, dtype=float), aht * shape, patience * shape)


def required(model, *erlangs, aht=240.0, patience=60.0, **goals):
    return required_agents(
        model=model,
        traffic=traffic(*erlangs, aht=aht, patience=patience),
        goals=Goals.same(len(erlangs), **goals),
    ).tolist()


@pytest.mark.parametrize(
    ("definition", "agents"),
    [
        (ServiceLevel.ANSWERED_OVER_OFFERED, 176),
        (ServiceLevel.ANSWERED_OR_ABANDONED, 159),
        (ServiceLevel.EXCL_ABANDONS_WITHIN, 163),
        (ServiceLevel.ANSWERED_OVER_ANSWERED, 162),
    ],
)
def test_golden_erlang_a_by_definition(definition, agents):
    """The glossary's check: 200 erlang, AHT 240 s, 80/20, patience 60 s."""
    assert required(Model.A, 200, definition=definition, level=0.8, threshold_seconds=20) == [
        agents
    ]


def test_golden_erlang_c():
    assert required(Model.C, 200, level=0.8, threshold_seconds=20) == [209]


def test_abandonment_makes_fewer_agents_than_load_legal():
    """Load 100, AHT 300 s, patience 60 s, 80 % in 60 s needs 81."""
    assert required(Model.A, 100, aht=300, level=0.8, threshold_seconds=60) == [81]


def test_hand_computed_blocking():
    """B(n, 2) = 2/3, 2/5, 4/19, 2/21, ...: 10 % needs 4, 9 % needs 5; all may be lost at 100 %."""
    for cap, agents in ((0.7, 1), (0.41, 2), (0.1, 4), (0.09, 5), (1.0, 0)):
        assert required(Model.B, 2, max_block_rate=cap) == [agents]


def test_every_goal_that_is_set_must_hold():
    level = {"level": 0.8, "threshold_seconds": 20}
    assert required(Model.A, 40, **level) == [39]
    with_cap = required(Model.A, 40, **level, max_occupancy_rate=0.8)[0]
    with_asa = required(Model.A, 40, **level, max_asa_seconds=1.0)[0]
    with_abandonment = required(Model.A, 40, **level, max_abandonment_rate=0.01)[0]
    all_three = required(
        Model.A,
        40,
        **level,
        max_occupancy_rate=0.8,
        max_asa_seconds=1.0,
        max_abandonment_rate=0.01,
        min_agents=3,
    )
    assert min(with_cap, with_asa, with_abandonment) > 39
    assert all_three == [max(with_cap, with_asa, with_abandonment)]


def test_an_exact_tie_meets_the_cap():
    """80 erlang at 80 % occupancy is exactly 100 agents, 5.6 at 70 % exactly 8."""
    assert required(Model.C, 80, max_occupancy_rate=0.8) == [100]
    assert required(Model.C, 5.6, max_occupancy_rate=0.7) == [8]


def test_no_load_needs_the_minimum_staff():
    goals = {"level": 0.9, "threshold_seconds": 10}
    assert required(Model.A, 0, 5, **goals, min_agents=2) == [2, required(Model.A, 5, **goals)[0]]
    assert required(Model.C, 0, **goals) == [0]
    assert required(Model.A, 0.5, **goals, min_agents=9) == [9]


def test_with_load_somebody_is_there():
    """A goal that even an empty floor would meet still wants one agent to answer."""
    goals = {"level": 0.5, "threshold_seconds": 60, "patience": 10}
    assert required(Model.A, 3, definition=ServiceLevel.ANSWERED_OR_ABANDONED, **goals) == [1]


def test_each_interval_has_its_own_goals():
    goals = replace(Goals.same(3, threshold_seconds=20), level=np.array([0.5, 0.8, 0.99]))
    together = required_agents(model=Model.A, traffic=traffic(30, 30, 30), goals=goals).tolist()
    apart = [
        required(Model.A, 30, level=level, threshold_seconds=20)[0] for level in (0.5, 0.8, 0.99)
    ]
    assert together == apart
    assert together == sorted(set(together))


def scan(erlangs, goals, model=Model.A, patience=60.0, most=80):
    """Try 1, 2, 3, ...: no search that could be misled."""
    for agents in range(1, most):
        prediction = evaluate(
            model=model,
            traffic=traffic(erlangs, patience=patience),
            agents=np.array([float(agents)]),
            thresholds=goals.thresholds(),
        )
        if goals.met_by(prediction)[0] and agents >= np.nan_to_num(goals.min_agents[0]):
            return agents
    return None


@settings(deadline=None)
@given(
    erlangs=st.floats(0.05, 30),
    definition=st.sampled_from(list(ServiceLevel)),
    level=st.floats(0.05, 0.98),
    threshold=st.sampled_from([0.0, 5.0, 20.0, 60.0]),
    short=st.sampled_from([0.0, 5.0, 30.0, 90.0]),
    patience=st.sampled_from([5.0, 30.0, 240.0]),
    max_asa=st.sampled_from([None, 2.0, 30.0]),
)
def test_the_search_finds_what_a_scan_finds(
    erlangs, definition, level, threshold, short, patience, max_asa
):
    """Also for short_abandons_count beyond the threshold, where more agents can lower the level."""
    goals = Goals.same(
        1,
        definition=definition,
        level=level,
        threshold_seconds=threshold,
        short_seconds=short,
        max_asa_seconds=max_asa,
    )
    found = required_agents(
        model=Model.A, traffic=traffic(erlangs, patience=patience), goals=goals
    )[0]
    assert found == scan(erlangs, goals, patience=patience)


def test_short_abandons_beyond_the_threshold_can_be_met_twice():
    """By one agent, who drives away nearly all within 90 s (these count), and again from six on."""
    goals = Goals.same(
        1,
        definition=ServiceLevel.SHORT_ABANDONS_COUNT,
        level=0.92,
        threshold_seconds=0,
        short_seconds=90,
    )
    crowd = {"traffic": traffic(6, patience=15), "goals": goals, "model": Model.A}
    assert required_agents(**crowd).tolist() == [1]
    in_the_dip = replace(goals, min_agents=np.array([3.0]))
    assert required_agents(**crowd | {"goals": in_the_dip}).tolist() == [6]
    before_the_dip = replace(goals, max_asa_seconds=np.array([15.0]))
    assert required_agents(**crowd | {"goals": before_the_dip}).tolist() == [
        scan(6, before_the_dip, patience=15)
    ]


def test_a_goal_beyond_any_number_is_refused_with_the_load():
    with pytest.raises(UnableToStaff, match="interval 1 with 5 erlang"):
        required(Model.C, 0, 5, max_occupancy_rate=1e-12)
    assert np.isinf(
        agents_or_inf(
            model=Model.C, traffic=traffic(5), goals=Goals.same(1, max_occupancy_rate=1e-12)
        )
    )


def test_an_unknown_goal_is_refused_by_name():
    with pytest.raises(ValueError, match="got max_wait"):
        Goals.same(1, max_wait=3)


def steep(gap):
    return np.expm1(np.clip(gap, -40, 40))


@pytest.mark.parametrize("answer", [0, 1, 2, 3, 17, 64, 1000])
@pytest.mark.parametrize("guess", [0, 1, 16, 900, 5000])
@pytest.mark.parametrize(
    "shape", [lambda gap: gap, np.sign, lambda gap: np.where(gap < 0, -1e9, gap), np.cbrt, steep]
)
def test_the_search_is_right_from_any_guess(answer, guess, shape):
    found = smallest_passing(
        margin=lambda agents, rows: shape(agents - answer),
        floor=np.zeros(2),
        guess=np.full(2, float(guess)),
        step=np.array([1.0, 7.0]),
    )
    assert found.tolist() == [answer, answer]


@settings(deadline=None)
@given(
    erlangs=st.floats(0.01, 60),
    level=st.one_of(st.none(), st.floats(0.01, 0.999999)),
    threshold=st.sampled_from([0.0, 20.0, 600.0, np.inf]),
    max_asa=st.sampled_from([None, 0.001, 5.0, 4000.0]),
    max_occupancy=st.sampled_from([None, 0.3, 0.95, 1.0]),
    min_agents=st.integers(0, 70),
)
def test_the_walk_of_erlang_c_finds_what_a_scan_finds(
    erlangs, level, threshold, max_asa, max_occupancy, min_agents
):
    goals = Goals.same(
        1,
        level=level,
        threshold_seconds=threshold,
        max_asa_seconds=max_asa,
        max_occupancy_rate=max_occupancy,
        min_agents=min_agents,
    )
    found = required_agents(model=Model.C, traffic=traffic(erlangs), goals=goals)[0]
    assert found == scan(erlangs, goals, model=Model.C, most=300)


def test_a_walk_that_would_be_long_is_left_to_the_search():
    """Certainty within no time and with no threshold are far from the square-root rule."""
    assert required(Model.C, 5, level=1.0, threshold_seconds=np.inf) == [6]
    assert required(Model.C, 2000, max_asa_seconds=1e-9)[0] > 2200
    mixed = replace(Goals.same(2, max_occupancy_rate=0.5), max_asa_seconds=np.array([np.nan, 1.0]))
    found = required_agents(model=Model.C, traffic=traffic(10, 10), goals=mixed)
    assert found.tolist() == [20, 20]
