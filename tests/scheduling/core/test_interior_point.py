"""Clarabel on the weeks' programmes: the optimum that HiGHS finds, prices that prove it, and an end when told."""

import threading
import time

import numpy as np
import pytest
from scipy import sparse

from scheduling.core import bound as bounds
from scheduling.core import interior_point
from scheduling.core.bound import Bound
from scheduling.core.programme_rows import LinearSolver, Rows
from scheduling.core.week_programme import WeekProgramme
from tests.scheduling.core.test_week_programme import never, programme_of, random_data


def week(seed, *, bands=False, **fields):
    """A week's programme, not yet solved, and its bound object."""
    _, bound = programme_of(random_data(seed, **fields))
    return bound, WeekProgramme(bound.pricer, bound.masks, 0, bands=bands)


def captured(monkeypatch, seed, **fields):
    """The arrays that a week's programme hands to its solver."""
    seen = {}
    plain = LinearSolver.__init__

    def keep(self, given):
        seen.update(vars(given))
        plain(self, given)

    monkeypatch.setattr(LinearSolver, "__init__", keep)
    week(seed, **fields)
    return seen


@pytest.mark.parametrize("bands", [False, True])
@pytest.mark.parametrize("seed", [1, 4, 9])
def test_value_and_profile_are_those_of_highs(seed, bands):
    bound, programme = week(seed, bands=bands)
    assert programme.solver.by_interior_point(crossover=False)
    value, cover = programme.solver.value, sum(programme.profile().values())
    assert programme.solver.without_basis()
    assert programme.solver.value == pytest.approx(value, rel=1e-4)
    found = sum(programme.profile().values())
    assert found.sum() == pytest.approx(cover.sum(), rel=0.02)
    slots, prices = programme.prices()
    whole = np.zeros_like(bound.pricer.required)
    whole[:, slots] = prices
    assert bound.pricer.price(whole).bound >= value - 2e-4 * abs(value)


@pytest.mark.parametrize("seed", [2, 5])
def test_prices_prove_the_value_in_highs_own_signs(monkeypatch, seed):
    """Levels at their prices and reduced costs add up to the optimum: weak duality, checked by hand."""
    given = captured(monkeypatch, seed)
    found = interior_point.solve(**given, stop=never)
    rows = given["matrix"] @ found.solution
    scale = 1e-3 * max(1.0, np.abs(given["costs"]).max())
    assert (rows >= given["low"] - scale).all()
    assert (rows <= given["high"] + scale).all()
    assert (found.solution >= 0).all()
    level = np.where(found.duals >= 0, given["low"], given["high"])
    priced = np.abs(found.duals) > 1e-9
    proven = float((found.duals[priced] * np.nan_to_num(level[priced], posinf=0, neginf=0)).sum())
    reduced = given["costs"] - given["matrix"].T @ found.duals
    most = np.where(np.isfinite(given["most"]), given["most"], 0.0)
    proven += float((np.minimum(reduced, 0.0) * most).sum())
    assert proven == pytest.approx(found.value, rel=1e-3)
    assert (reduced[~np.isfinite(given["most"])] >= -scale).all()


def test_bounds_that_rows_imply_are_left_out_and_no_others(monkeypatch):
    rows = Rows()
    part = rows.variables(3, cost=1.0)
    total = rows.variables(3)
    rows.running(total, part)
    later = rows.variables(2)
    rows.at_most(later, total[:2])
    more = rows.variables(2)
    rows.at_most(later, more)
    seen = {}
    monkeypatch.setattr(LinearSolver, "__init__", lambda _self, given: seen.update(vars(given)))
    rows.solver()
    found = interior_point.implied(seen["matrix"], seen["low"])
    assert np.flatnonzero(found).tolist() == [*total, *more]


def test_a_row_that_may_be_below_nothing_implies_nothing():
    matrix = sparse.csc_matrix(np.array([[-1.0, 1.0], [0.0, 1.0]]))
    assert not interior_point.implied(matrix, np.array([-1.0, -np.inf])).any()
    assert interior_point.implied(matrix, np.array([-1.0, 0.0])).tolist() == [False, True]


def test_both_factorisations_find_the_same(monkeypatch):
    given = captured(monkeypatch, 3)
    plain = interior_point.solve(**given, stop=never)
    monkeypatch.setattr(interior_point, "MUCH_FILL", 0)
    blocks = interior_point.solve(**given, stop=never)
    assert blocks.value == pytest.approx(plain.value, rel=1e-4)


def test_the_same_programme_gives_the_same_bytes(monkeypatch):
    given = captured(monkeypatch, 3)
    first, second = (interior_point.solve(**given, stop=never) for _ in range(2))
    assert first.solution.tobytes() == second.solution.tobytes()
    assert first.duals.tobytes() == second.duals.tobytes()


def test_a_stop_comes_through_at_the_next_iteration():
    _, programme = week(1)
    asked = []
    programme.solver.stop = lambda: len(asked) > 2 or bool(asked.append(1))
    assert not programme.solver.without_basis()
    assert len(asked) == 3


def test_highs_takes_over_where_clarabel_gives_up(monkeypatch):
    _, programme = week(1)
    assert programme.solver.without_basis()
    value = programme.solver.value
    monkeypatch.setattr(interior_point, "USABLE", ())
    assert programme.solver.without_basis()
    assert programme.solver.value == pytest.approx(value, rel=1e-4)
    assert programme.solver.highs.getSolution().value_valid


def test_who_asks_for_a_stop_does_not_wait_for_a_long_iteration(monkeypatch):
    """A factorisation that takes long is left to end by itself."""
    _, bound = programme_of(random_data(1))
    entered, release = threading.Event(), threading.Event()

    def long_iteration(_solver):
        entered.set()
        release.wait(60)
        return True

    monkeypatch.setattr(bounds, "LIGHT_GROUPS", 0)
    monkeypatch.setattr(LinearSolver, "without_basis", long_iteration)
    try:
        assert not bound.solve_weeks(threads=1, stop=entered.is_set)
    finally:
        release.set()


def test_many_groups_are_solved_without_a_basis_and_prove_as_much_as_highs(monkeypatch):
    """Up to a hundredth: optimal prices are not unique, and each proves something of its own."""
    data = random_data(6)
    monkeypatch.setattr(bounds, "LIGHT_GROUPS", 0)
    _, mine = programme_of(data)
    assert mine.is_light
    programme = mine.programmes[0]
    assert not programme.solver.highs.getSolution().value_valid
    other = Bound(mine.pricer, mine.masks)
    assert programme.solver.by_interior_point(crossover=False)
    other.programmes = [programme]
    other._read()
    assert mine.best == pytest.approx(other.best, rel=1e-2)


def after(count):
    """A stop that comes when it has been asked for so many times."""
    asked = []
    return lambda: len(asked) >= count or bool(asked.append(1))


def test_a_solve_that_is_stopped_leaves_prices_that_prove_most_of_the_bound(monkeypatch):
    given = captured(monkeypatch, 6)
    whole = interior_point.solve(**given, stop=never)
    bound, programme = week(6)
    iterations = []
    programme.solver.stop = lambda: bool(iterations.append(1))
    assert programme.solver.without_basis()
    assert programme.solver.is_optimal
    programme.solver.stop = after(len(iterations) - 3)
    assert not programme.solver.without_basis()
    assert programme.solver.has_prices
    assert not programme.solver.is_optimal
    assert programme.solver.is_near
    slots, prices = programme.prices()
    stopped = np.zeros_like(bound.pricer.required)
    stopped[:, slots] = prices
    assert bound.pricer.price(stopped).bound > 0.8 * whole.value


def stopped_bound(monkeypatch, seed, *, left, cancelled=never):
    """A bound whose programme is stopped so many iterations before its end, or after the third."""
    monkeypatch.setattr(bounds, "LIGHT_GROUPS", 0)
    data, asked = random_data(seed), []
    _, whole = programme_of(data)
    solve = interior_point.solve

    def counted(matrix, *, stop, **rest):
        solve(matrix, stop=lambda: bool(asked.append(1)), **rest)
        own = after(3 if left is None else len(asked) - left)
        found = solve(matrix, stop=own, **rest)
        # The caller's clock is over before it hears of the end.
        over.set()
        while not stop():
            time.sleep(0.01)
        return found

    over = threading.Event()
    monkeypatch.setattr(interior_point, "solve", counted)
    cut = Bound(whole.pricer, whole.masks)
    solved = cut.solve_weeks(threads=1, stop=over.is_set, cancelled=cancelled)
    return whole, cut, solved


def test_a_bound_is_proven_although_the_time_ends_before_the_programme(monkeypatch):
    whole, cut, solved = stopped_bound(monkeypatch, 6, left=3)
    assert not solved
    assert 0.8 * whole.best < cut.best
    assert cut.programmes
    there, here = sum(whole.profile.values()), sum(cut.profile.values())
    assert here.sum() == pytest.approx(there.sum(), rel=0.1)


def test_a_programme_far_from_its_optimum_gives_no_profile_to_follow(monkeypatch):
    whole, cut, solved = stopped_bound(monkeypatch, 6, left=None)
    assert not solved
    assert not cut.programmes
    assert not cut.profile
    assert np.isfinite(cut.best)
    assert cut.best <= whole.best


def test_a_cancel_leaves_what_a_stopped_programme_has_found(monkeypatch):
    _, cut, solved = stopped_bound(monkeypatch, 6, left=3, cancelled=lambda: True)
    assert not solved
    assert not cut.programmes
    assert cut.best == -np.inf


def test_a_budget_that_is_used_up_starts_no_programme():
    """Under counted work the same programmes are solved each time, however fast they are."""
    _, bound = programme_of(random_data(1))
    before = bound.best
    again = Bound(bound.pricer, bound.masks)
    assert not again.solve_weeks(threads=1, stop=lambda: True, cancelled=never)
    assert not again.programmes
    assert again.best <= before
