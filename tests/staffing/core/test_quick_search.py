"""The search evaluates roughly and begins near the answer; what it finds is exact all the same."""

import time
from dataclasses import replace

import numpy as np
import pytest

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.kernels import QUICK, QUICK_ERROR, log_inverse_blocking, wait_integrals
from staffing.core.requirement import agents_or_inf
from staffing.core.square_root import square_root_guess
from staffing.core.traffic import Traffic

from .chain import impatient, served_late

LEVELS = [0.2, 0.5, 0.8, 0.9, 0.99, 0.9999]


def random_traffic(size, *, least=-2.0, most=4.0, seed=4):
    random = np.random.default_rng(seed)
    return Traffic(
        10 ** random.uniform(least, most, size),
        random.uniform(20, 3600, size),
        10 ** random.uniform(0.5, 4, size),
    )


def random_goals(size, *, definition=ServiceLevel.ANSWERED_OVER_OFFERED, seed=5, caps=False):
    random = np.random.default_rng(seed)

    def some(values):
        return np.where(random.random(size) < 0.3, random.choice(values, size), np.nan)

    goals = replace(
        Goals.same(size, definition=definition),
        level=random.choice(LEVELS, size),
        threshold_seconds=random.choice([0.0, 10.0, 20.0, 120.0, np.inf], size),
    )
    if not caps:
        return goals
    return replace(
        goals,
        max_asa_seconds=some([0.5, 5.0, 60.0]),
        max_abandonment_rate=some([0.01, 0.1]),
        max_occupancy_rate=some([0.5, 0.8, 0.95]),
    )


def test_the_quick_sums_keep_their_error_bound():
    random = np.random.default_rng(1)
    load = 10 ** random.uniform(-3, 6, 60_000)
    agents = np.floor(np.maximum(0, load + random.normal(0, 3, load.size) * np.sqrt(load)))
    agents = np.where(random.random(load.size) < 0.2, np.floor(load * random.uniform(0, 3)), agents)
    exact = log_inverse_blocking(agents, load)
    assert np.abs(log_inverse_blocking(agents, load, QUICK) - exact).max() < QUICK_ERROR
    scale = 10 ** random.uniform(-4, 3, load.size)
    agents = np.maximum(agents, 1.0)
    queue = {"capacity": agents * scale, "spare": (agents - load) * scale, "load": load * scale}
    exact, quick = wait_integrals(**queue), wait_integrals(**queue, rule=QUICK)
    for name in ("waits", "abandons", "serves", "served_waits"):
        error = np.abs(getattr(quick, name) / getattr(exact, name) - 1.0)
        assert error.max() < QUICK_ERROR, name


def assert_least(model, traffic, goals):
    """Exact figures: the goals hold with n and not with one agent fewer."""
    agents = agents_or_inf(model=model, traffic=traffic, goals=goals)
    assert np.isfinite(agents).all()

    def met(count, rows):
        prediction = evaluate(
            model=model,
            traffic=traffic.take(rows),
            agents=count[rows],
            thresholds=goals.take(rows).thresholds(),
        )
        return goals.take(rows).met_by(prediction)

    assert met(agents, np.arange(agents.size)).all()
    more_than_one = np.flatnonzero(agents > 1.0)
    assert more_than_one.size > agents.size / 4
    assert not met(agents - 1.0, more_than_one).any()


@pytest.mark.parametrize("definition", sorted(ServiceLevel))
def test_each_definition_gets_its_least_agents(definition):
    goals = random_goals(4000, definition=definition)
    assert_least(Model.A, random_traffic(4000), goals)


@pytest.mark.parametrize("model", [Model.A, Model.C])
def test_several_goals_at_once_get_their_least_agents(model):
    goals = random_goals(4000, caps=True)
    assert_least(model, random_traffic(4000, most=5), goals)


def test_erlang_b_gets_its_least_agents():
    random = np.random.default_rng(9)
    caps = replace(Goals.same(4000), max_block_rate=10 ** random.uniform(-8, -0.1, 4000))
    assert_least(Model.B, random_traffic(4000), caps)


def test_a_goal_a_hair_beside_what_agents_give_is_told_apart():
    """Closer to the goal than the quick sums can see: met by n, or missed by n and met by n + 1."""
    offered = random_traffic(500, least=0, most=3)
    thresholds = Goals.same(500, level=0.5, threshold_seconds=20.0)
    agents = np.ceil(offered.erlangs)
    for model, least in ((Model.A, agents), (Model.C, agents + 1.0)):
        given = evaluate(
            model=model, traffic=offered, agents=least, thresholds=thresholds.thresholds()
        ).service_levels[ServiceLevel.ANSWERED_OVER_OFFERED]
        for hair, more in ((-1e-9, 0.0), (1e-9, 1.0)):
            goals = replace(thresholds, level=given + hair * (1.0 - given))
            tried = agents_or_inf(model=model, traffic=offered, goals=goals)
            assert tried.tolist() == (least + more).tolist()


@pytest.mark.parametrize("seed", range(24))
def test_the_chain_of_states_asks_for_the_same_agents(seed):
    """The goal lies between what the chain gives with n - 1 and with n agents."""
    random = np.random.default_rng(seed)
    erlangs, aht, patience = 10 ** random.uniform(0, 1.8), 60 * random.integers(1, 11), 90.0
    agents = max(2, round(erlangs + random.normal() * np.sqrt(erlangs)))
    threshold = float(random.choice([5, 20, 60]))
    queue = {"erlangs": erlangs, "aht_seconds": float(aht), "patience_seconds": patience}
    still_waiting = [
        served_late(**queue, agents=count, threshold_seconds=threshold, steps=2000)
        * np.exp(-threshold / patience)
        for count in (agents - 1, agents)
    ]
    share_lost = [
        impatient(**queue, agents=count)["abandonment_rate"] for count in (agents - 1, agents)
    ]
    offered = Traffic(np.array([erlangs]), np.array([float(aht)]), np.array([patience]))
    waited = Goals.same(
        1,
        definition=ServiceLevel.ANSWERED_OR_ABANDONED,
        level=1.0 - sum(still_waiting) / 2,
        threshold_seconds=threshold,
    )
    lost = Goals.same(1, max_abandonment_rate=sum(share_lost) / 2)
    for goals in (waited, lost):
        assert agents_or_inf(model=Model.A, traffic=offered, goals=goals).tolist() == [agents]


@pytest.mark.parametrize("definition", sorted(ServiceLevel))
def test_the_guess_is_near(definition):
    """Not needed for a right answer, but for its speed."""
    random = np.random.default_rng(2)
    size = 2000
    offered = Traffic(
        10 ** random.uniform(0.3, 2.7, size),
        random.uniform(60, 900, size),
        random.uniform(30, 600, size),
    )
    goals = replace(
        Goals.same(size, definition=definition, threshold_seconds=20.0),
        level=random.choice([0.7, 0.8, 0.9, 0.95], size),
    )
    agents = agents_or_inf(model=Model.A, traffic=offered, goals=goals)
    away = np.abs(square_root_guess(offered, goals) - agents)
    assert (away <= 1.0).mean() > 0.9


def test_a_guess_is_a_number_wherever_the_goals_are():
    offered = random_traffic(2000, most=8)
    goals = random_goals(2000, caps=True)
    assert np.isfinite(square_root_guess(offered, goals)).all()
    assert np.isfinite(square_root_guess(offered, Goals.same(2000))).all()


@pytest.mark.parametrize(("model", "least_per_second"), [(Model.C, 200_000), (Model.A, 30_000)])
def test_requirements_are_found_at_the_speed_of_arrays(model, least_per_second):
    """A fraction of what an idle core does (docs/benchmarks/staffing.md), for busy machines."""
    size = 20_000
    offered = Traffic(
        np.random.default_rng(1).uniform(5, 300, size), np.full(size, 240.0), np.full(size, 60.0)
    )
    goals = Goals.same(size, level=0.8, threshold_seconds=20.0)
    begun = time.process_time()
    agents_or_inf(model=model, traffic=offered, goals=goals)
    assert size / (time.process_time() - begun) > least_per_second
