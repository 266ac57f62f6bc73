"""Each employee's cheapest tour against trying every tour."""

import numpy as np
import pytest

from scheduling.core.dayroster import programme
from scheduling.core.dayroster.programme import EmployeeProgramme
from scheduling.core.dayroster.reading import read_roster
from tests.scheduling.dayroster.cases import drawn_text, legal_tours, tour_costs

SHAPES = [(7, 2), (6, 3), (8, 2), (10, 1)]


def drawn(seed):
    days, shifts = SHAPES[seed % len(SHAPES)]
    text = drawn_text(seed, days=days, shifts=shifts, people=1)
    cost = np.random.default_rng(seed).integers(-20, 10, size=(days, shifts)).astype(float)
    return EmployeeProgramme(read_roster(text), 0), cost, legal_tours(text)


@pytest.mark.parametrize("seed", range(40))
def test_the_cheapest_tour_is_the_cheapest_of_all(seed):
    person, cost, tours = drawn(seed)
    found = person.run(cost, most=5)
    if not len(tours):
        assert (found.tours, found.bound) == ((), np.inf)
        return
    least = tour_costs(tours, cost).min()
    assert found.bound == least
    assert found.is_exact
    legal = {tour.tobytes() for tour in tours}
    assert {tour.tobytes() for tour in found.tours} <= legal
    assert tour_costs(np.array(found.tours), cost).tolist()[0] == least


@pytest.mark.parametrize("seed", range(40))
def test_where_days_are_fixed_the_cheapest_of_the_rest_is_found(seed):
    person, cost, tours = drawn(seed)
    if not len(tours):
        pytest.skip("nobody can work here")
    rng = np.random.default_rng(seed)
    fixed, free = tours[rng.integers(len(tours))], rng.random(len(cost)) < rng.choice([0.2, 0.6])
    if seed % 2:
        first = int(rng.integers(len(free)))
        free = np.arange(len(free)) // 3 == first // 3
    among = tours[(tours[:, ~free] == fixed[~free]).all(axis=1)]
    found = person.run(cost, free=free, fixed=fixed)
    assert found.bound == tour_costs(among, cost).min()
    assert tour_costs(np.array(found.tours), cost).tolist() == [found.bound]
    assert (found.tours[0][~free] == fixed[~free]).all()


@pytest.mark.parametrize("seed", range(40))
def test_limits_that_are_priced_give_legal_tours_and_a_bound(seed, monkeypatch):
    """What happens where states would be too many: no shift counted, weekends left out."""
    monkeypatch.setattr(programme, "COUNTING_CELLS", 0)
    person, cost, tours = drawn(seed)
    found = person.run(cost, most_cells=0)
    legal = {tour.tobytes() for tour in tours}
    assert {tour.tobytes() for tour in found.tours} <= legal
    if len(tours):
        least = tour_costs(tours, cost).min()
        assert found.bound <= least + 1e-9
        assert found.is_exact == (bool(found.tours) and found.bound >= least - 1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_quick_bound_is_one_whatever_a_weekend_costs(seed):
    person, cost, tours = drawn(seed)
    for _ in range(4):
        bound, _tour = person.relaxed_bound(cost, step=2.0)
        assert bound <= tour_costs(tours, cost).min(initial=np.inf) + 1e-9


def test_pricing_is_tried_on_problems_where_limits_bind():
    """Else the tests above compare nothing."""
    binding = 0
    for seed in range(40):
        person, cost, tours = drawn(seed)
        if len(tours):
            person.run(cost)
            binding += bool(person.critical)
    assert binding >= 5
