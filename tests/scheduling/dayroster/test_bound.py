"""Bounds and whole solves against the optimum of tiny problems, found by a model of its own."""

import math

import numpy as np
import pytest

from scheduling.core.dayroster import construct as construction
from scheduling.core.dayroster import solver
from scheduling.core.dayroster.bounding import ascend
from scheduling.core.dayroster.construct import NoTourError, construct
from scheduling.core.dayroster.dive import DiveParams, dive
from scheduling.core.dayroster.generation import GenerationParams
from scheduling.core.dayroster.incumbent import Incumbent
from scheduling.core.dayroster.master import Master
from scheduling.core.dayroster.neighborhoods import Kind, Neighborhoods
from scheduling.core.dayroster.part import part_of, whole_part
from scheduling.core.dayroster.reading import read_roster
from scheduling.core.dayroster.search import Search
from scheduling.core.dayroster.solver import Clocks, RosterParams, solve
from scheduling.core.result import SolveStatus
from tests.benchmarks.dayroster_cpsat import solve_directly
from tests.scheduling.dayroster.cases import assignments_of, drawn_text, generation_of
from tests.scheduling.dayroster.roster_checker import broken_rules, penalty

SEEDS = range(24)
FEASIBLE = 2


def drawn(seed):
    text = drawn_text(seed, days=9, people=3, shifts=2)
    return text, read_roster(text)


def optimum(data):
    best, bound = solve_directly(data, seconds=60)
    assert best is None or best == round(bound)
    return best


class Steps:
    """A clock that counts questions: the same run on any machine."""

    def __init__(self, most):
        self.asked, self.most = 0, most

    def __call__(self):
        self.asked += 1
        return self.asked / self.most


def solved(data, *, steps=1500, seed=1, threads=1):
    incumbent = Incumbent(data)
    clocks = Clocks(share_used=Steps(steps), computing_seconds=lambda: 0.0)
    solve(data, incumbent, clocks, RosterParams(seed=seed, threads=threads))
    return incumbent


@pytest.mark.parametrize("seed", SEEDS)
def test_a_solve_is_legal_priced_right_and_never_below_the_optimum(seed):
    text, data = drawn(seed)
    best, found = optimum(data), solved(data)
    if best is None:
        assert found.status is SolveStatus.INFEASIBLE
        assert "has no legal tour" in found.impossible
        return
    roster, cost, bound = found.best()
    named = assignments_of(data, roster)
    assert broken_rules(text, named) == set()
    assert cost == penalty(text, named)
    assert bound <= best <= cost
    assert (found.status is SolveStatus.OPTIMAL) == (bound == cost)


def test_most_tiny_problems_are_solved_to_their_optimum():
    reached = 0
    for seed in SEEDS:
        _, data = drawn(seed)
        best = optimum(data)
        reached += best is not None and solved(data).penalty == best
    assert reached >= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_any_prices_give_a_bound_and_steps_along_the_slope_too(seed):
    _, data = drawn(seed)
    best = optimum(data)
    if best is None:
        pytest.skip("nobody can make this roster")
    generation, part = generation_of(data, is_over=Ticks(40)), whole_part(data)
    rng, bounds = np.random.default_rng(seed), []
    ascend(generation, rng.normal(0, 20, data.required.shape), target=best, report=bounds.append)
    assert bounds == sorted(bounds)
    master = Master(data, part, generation.pool, np.empty(0, dtype=np.int64))
    generation.is_over = lambda: False
    found = generation.run(part, master, GenerationParams(report_bound=bounds.append))
    assert found.is_complete
    assert max(bounds) <= best + 1e-6
    assert math.ceil(found.bound - 1e-6) <= best


class Ticks:
    """True after so many questions."""

    def __init__(self, most):
        self.left = most

    def __call__(self):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_of_a_part_is_below_every_roster_that_keeps_the_rest(seed):
    _, data = drawn(seed)
    if optimum(data) is None:
        pytest.skip("nobody can make this roster")
    roster, cost, _ = solved(data, steps=60).best()
    free = np.random.default_rng(seed).random(roster.shape) < 0.5
    generation, part = generation_of(data), part_of(data, roster, free)
    known = [generation.pool.add(person, roster[person]) for person in part.people]
    master = Master(data, part, generation.pool, np.array(known))
    assert round(master.solve().objective) == cost
    found = generation.run(part, master, GenerationParams())
    assert found.bound <= cost + 1e-6
    assert found.prices.objective <= cost + 1e-6


def test_a_bound_is_rounded_up_and_never_falls():
    _, data = drawn(1)
    incumbent = Incumbent(data)
    for value, known in ((-math.inf, None), (6.2, 7), (5.0, 7), (7.0000001, 7), (7.1, 8)):
        incumbent.raise_bound(value)
        assert incumbent.lower_bound == known


def test_nothing_is_optimal_before_it_is_proven():
    _, data = drawn(FEASIBLE)
    incumbent = Incumbent(data)
    assert incumbent.status is SolveStatus.NO_SOLUTION
    roster, cost, _ = solved(data).best()
    assert incumbent.offer(roster)
    assert not incumbent.offer(roster)
    incumbent.raise_bound(cost - 1)
    assert incumbent.status is SolveStatus.FEASIBLE
    incumbent.raise_bound(cost)
    assert incumbent.status is SolveStatus.OPTIMAL


@pytest.mark.parametrize("seed", range(12))
def test_what_is_too_large_for_column_generation_is_still_legal_and_bounded(seed, monkeypatch):
    """The way of rosters over a year: everything priced that would be counted."""
    monkeypatch.setattr(solver, "LARGE_CELLS", -1)
    monkeypatch.setattr(construction, "QUICK_CELLS", 0)
    text, data = drawn(seed)
    best, found = optimum(data), solved(data, steps=3000)
    if best is None or found.status is SolveStatus.NO_SOLUTION:
        assert found.status in {SolveStatus.INFEASIBLE, SolveStatus.NO_SOLUTION}
        return
    roster, cost, bound = found.best()
    assert broken_rules(text, assignments_of(data, roster)) == set()
    assert bound is not None
    assert bound <= best <= cost


@pytest.mark.parametrize("seed", range(12))
def test_a_dive_brings_nothing_that_is_not_cheaper_than_asked(seed):
    _, data = drawn(seed)
    best = optimum(data)
    if best is None:
        pytest.skip("nobody can make this roster")
    for cutoff in (best, best + 1, best + 50):
        generation, part = generation_of(data), whole_part(data)
        master = Master(data, part, generation.pool, np.empty(0, dtype=np.int64))
        rng = np.random.default_rng(seed)
        made = dive(generation, part, master, rng, DiveParams(cutoff=cutoff))
        assert made is None or best <= data.penalty(made) < cutoff


@pytest.mark.parametrize("seed", range(6))
def test_no_step_of_the_search_makes_a_roster_worse(seed):
    text = drawn_text(seed + 100, days=21, people=5, shifts=3)
    data = read_roster(text)
    generation, rng = generation_of(data), np.random.default_rng(seed)
    try:
        roster = construct(generation, rng)
    except NoTourError:
        pytest.skip("nobody can make this roster")
    search = Search(
        generation=generation,
        neighborhoods=Neighborhoods(data, rng),
        rng=rng,
        clock=lambda: 0.0,
        cover=np.zeros(data.required.shape),
    )
    cost = data.penalty(roster)
    for _ in range(30):
        made = search.step(roster, cost)
        if made is not None:
            assert data.penalty(made) <= cost
            assert broken_rules(text, assignments_of(data, made)) == set()
            roster, cost = made, data.penalty(made)


def test_neighborhoods_follow_the_work_they_make():
    data = read_roster(drawn_text(3, days=28, people=9, shifts=2))
    drawn_from = Neighborhoods(data, np.random.default_rng(1))
    roster = np.full((9, 28), -1, dtype=np.int16)
    kinds = {drawn_from.draw(roster)[0] for _ in range(60)}
    assert kinds == set(Kind)
    before = dict(drawn_from.sizes)
    for kind in Kind:
        drawn_from.learn(kind, work=1e-6, is_better=False)
        assert drawn_from.sizes[kind] > before[kind]
        drawn_from.learn(kind, work=1e6, is_better=True)
        drawn_from.learn(kind, work=1e6, is_better=True)
        assert drawn_from.sizes[kind] < before[kind]
    for _ in range(400):
        drawn_from.learn(Kind.DAYS, work=0.0, is_better=False)
    sizes = {drawn_from.draw(roster)[1].sum() for _ in range(50)}
    assert max(sizes) == roster.size


def test_a_lock_that_nobody_can_open_any_more_is_renewed():
    """A fork copies a lock as it is at that moment, but not the thread that holds it."""
    _, data = drawn(FEASIBLE)
    incumbent = Incumbent(data)
    incumbent._lock.acquire()
    incumbent.renew_lock()
    assert incumbent.best() == (None, None, None)
