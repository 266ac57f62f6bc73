"""Discounted sums in blocks equal those by a matrix of all days."""

import tracemalloc

import numpy as np
import pytest

from forecasting.core.discounting import around_sums


@pytest.mark.parametrize("steps", [1, 7, 364, 365, 366, 1500])
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("half_life", [6.0, 8.0])
def test_sums_in_blocks_equal_the_matrix(steps, own, half_life):
    values = np.random.default_rng(steps).gamma(1.0, 100.0, (3, steps))
    gaps = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    matrix = 0.5 ** (gaps / half_life) * (own | (gaps > 0))
    assert around_sums(values, half_life, own=own) == pytest.approx(values @ matrix, rel=1e-10)


def test_a_step_alone_has_no_sum_without_itself():
    values = np.zeros((1, 900))
    values[0, 450] = 1e12
    assert around_sums(values, 6.0, own=False)[0, 450] == 0.0


def test_ten_years_of_days_need_no_matrix_of_their_own():
    around_sums(np.ones((1, 10)), 6.0)
    tracemalloc.start()
    around_sums(np.ones((4, 3653)), 6.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6
