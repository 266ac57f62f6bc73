"""Bands of sums: what moves together, what does not."""

import numpy as np
import pytest
from scipy import stats

from forecasting.core.totals import (
    NORMAL_90,
    band_of_sum,
    day_dispersion,
    day_totals,
    shared_covariance,
    variance_of_band,
    variance_of_sum,
)

RNG = np.random.default_rng(7)
MEANS = np.array([[400.0], [250.0], [900.0], [120.0]])


def days_of(shared, own, days=2000):
    """Days of four queues whose rates share a gamma factor and have one of their own."""
    together = RNG.gamma(1 / shared, shared, days) if shared else np.ones(days)
    alone = RNG.gamma(1 / own, own, (4, days)) if own else np.ones((4, days))
    expected = np.repeat(MEANS, days, axis=1)
    return expected, RNG.poisson(expected * together * alone).astype(float)


@pytest.mark.parametrize(("shared", "own"), [(0.02, 0.0), (0.02, 0.05), (0.0, 0.05), (0.0, 0.0)])
def test_the_covariance_is_what_queues_share_and_no_more(shared, own):
    assert shared_covariance(*days_of(shared, own)) == pytest.approx(shared, abs=0.004)


@pytest.mark.parametrize(("shared", "own"), [(0.02, 0.0), (0.0, 0.03), (0.01, 0.02)])
def test_the_band_of_a_sum_covers_what_it_says(shared, own):
    expected, actual = days_of(shared, own, days=4000)
    train, test = slice(0, 2000), slice(2000, 4000)
    covariance = shared_covariance(expected[:, train], actual[:, train])
    spread = np.array([[day_dispersion(e, a)] for e, a in zip(expected, actual, strict=True)])
    mean = expected.sum(axis=0)[test]
    variance = variance_of_sum(
        mean=mean,
        square=(expected**2).sum(axis=0)[test],
        variance=(expected + spread * expected**2).sum(axis=0)[test],
        covariance=covariance,
    )
    low, high = (
        band_of_sum(mean=mean, variance=variance, normal=sign * NORMAL_90) for sign in (-1, 1)
    )
    came = actual.sum(axis=0)[test]
    assert ((came > low) & (came < high)).mean() == pytest.approx(0.8, abs=0.03)


def test_adding_up_quantiles_would_be_too_wide_for_queues_of_their_own():
    mean, variance = np.full(1, 100.0), np.full(1, 100.0)
    one = band_of_sum(mean=mean, variance=variance, normal=NORMAL_90) - 100
    four = band_of_sum(mean=4 * mean, variance=4 * variance, normal=NORMAL_90) - 400
    assert four == pytest.approx(2 * one, rel=0.05)


@pytest.mark.parametrize("shape", [1.5, 3.0, 40.0, 2000.0])
@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_bands_are_those_of_a_gamma_distribution(shape, level):
    found = band_of_sum(
        mean=np.array([50.0]),
        variance=np.array([50.0**2 / shape]),
        normal=float(stats.norm.ppf(level)),
    )
    assert found[0] == pytest.approx(stats.gamma.ppf(level, shape, scale=50 / shape), rel=0.03)


def test_nothing_expected_has_no_band():
    zero = np.zeros(1)
    assert band_of_sum(mean=zero, variance=zero, normal=NORMAL_90).tolist() == [0]


def test_a_lasting_bias_is_no_common_movement():
    expected, _actual = days_of(0.0, 0.0, days=50)
    assert shared_covariance(expected, 1.3 * expected) == pytest.approx(0, abs=1e-12)


def test_unknown_days_and_single_queues_say_nothing():
    assert shared_covariance(np.full((1, 5), 10.0), np.full((1, 5), 20.0)) == 0
    nothing = np.full((3, 5), np.nan)
    assert shared_covariance(nothing, nothing) == 0
    assert day_dispersion(nothing[0], nothing[0]) == 0


def test_day_totals_hold_scored_cells_only():
    predicted = np.arange(8.0).reshape(1, 1, 2, 4)
    weight = np.ones_like(predicted)
    weight[0, 0, 0, 3] = 0
    weight[0, 0, 1] = 0
    expected, actual = day_totals(predicted, predicted + 1, weight)
    assert expected[0, 0, 0] == 0 + 1 + 2
    assert actual[0, 0, 0] == 1 + 2 + 3
    assert np.isnan(expected[0, 0, 1])


def test_a_band_gives_its_variance_back():
    spread = variance_of_band(np.array([100 - NORMAL_90 * 5]), np.array([100 + NORMAL_90 * 5]))
    assert spread[0] == pytest.approx(25)
