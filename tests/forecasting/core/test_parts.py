"""The parts of the engine, against numbers computed by hand or by another library."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from forecasting.core import accuracy
from forecasting.core.baselines import seasonal_naive, seasonal_naive_scale, weekday_mean
from forecasting.core.cleaning import day_weights, nan_median
from forecasting.core.fitting import whole_weeks
from forecasting.core.gamma_law import from_scores, normal_scores
from forecasting.core.profiles import pool_like_weekdays, smooth_labels
from forecasting.core.selection import BUCKET_NAMES, bucket_index, level_weights, variant_weights
from forecasting.core.small_counts import small_count_steps

ALL = np.ones(2, dtype=bool)


def test_measures_by_hand():
    forecast, actual = np.array([12.0, 6.0]), np.array([10.0, 10.0])
    assert accuracy.wape(forecast, actual, ALL) == 0.3
    assert accuracy.bias(forecast, actual, ALL) == -0.1
    assert accuracy.mase(forecast, actual, ALL, 6.0) == 0.5
    assert accuracy.coverage(np.array([10.0, 0]), np.array([12.0, 9]), actual, ALL) == 0.25


def test_measures_of_nothing_are_unknown():
    nothing = np.zeros(2)
    assert accuracy.wape(nothing, nothing, ALL) is None
    assert accuracy.bias(nothing, nothing, ALL) is None
    assert accuracy.mase(nothing, nothing, ~ALL, 1.0) is None
    assert accuracy.mase(nothing, nothing, ALL, 0.0) is None
    assert accuracy.mase(nothing, nothing, ALL, float("nan")) is None
    assert accuracy.coverage(nothing, nothing, nothing, ~ALL) is None
    assert accuracy.noise_floor(nothing, ALL) is None


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.5, 1.0, 3.7, 50.0, 199.0])
def test_the_noise_floor_is_the_mean_deviation_of_a_poisson_variable(mean):
    counts = np.arange(2_000)
    expected = (np.abs(counts - mean) * poisson.pmf(counts, mean)).sum()
    assert accuracy.poisson_mean_deviation(np.array([mean]))[0] == pytest.approx(expected, rel=1e-9)


def test_large_means_use_the_normal_limit():
    value = accuracy.poisson_mean_deviation(np.array([1e4]))[0]
    assert value == pytest.approx(np.sqrt(2e4 / np.pi))


@pytest.mark.parametrize("dispersion", [1e-5, 0.01, 0.3, 2.0, 25.0])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.999])
def test_small_count_quantiles_equal_the_negative_binomial(dispersion, share):
    steps = small_count_steps(dispersion, share)
    means = np.linspace(0.013, 4.97, 60)
    found = np.searchsorted(steps, means, side="left")
    if dispersion < 1e-4:
        expected = poisson.ppf(share, means)
    else:
        size = 1 / dispersion
        expected = nbinom.ppf(share, size, size / (size + means))
    assert found.tolist() == expected.tolist()


@given(mean=st.floats(5, 1e5), dispersion=st.floats(1e-4, 2), score=st.floats(-1.5, 3))
def test_scores_and_values_are_inverse(mean, dispersion, score):
    value = from_scores(np.array(score), np.array(mean), np.array(dispersion))
    if value > 0:
        back = normal_scores(value, np.array(mean), np.array(dispersion))
        assert back == pytest.approx(score, abs=1e-6)


def test_baselines_by_hand():
    volumes = np.arange(1.0, 22.0).reshape(1, 21, 1)
    known, trust = np.ones(volumes.shape), np.ones((1, 21))
    naive = seasonal_naive(volumes=volumes, known=known, trust=trust, origin=21)
    assert naive[0, :, 0].tolist() == [15, 16, 17, 18, 19, 20, 21]
    mean = weekday_mean(volumes=volumes, known=known, trust=trust, origin=21)
    assert mean[0, 0, 0] == pytest.approx((1 * 1 + 2 * 8 + 3 * 15) / 6)
    trust[0, 14] = 0
    assert seasonal_naive(volumes=volumes, known=known, trust=trust, origin=21)[0, 0, 0] == 8
    known[:, 0::7] = 0
    assert np.isnan(weekday_mean(volumes=volumes, known=known, trust=trust, origin=21)[0, 0, 0])
    assert np.isnan(seasonal_naive(volumes=volumes, known=known, trust=trust, origin=21)[0, 0, 0])


def test_the_naive_scale_is_the_mean_change_in_a_week():
    volumes = np.concatenate([np.zeros(7), np.full(7, 4.0)]).reshape(1, 14, 1)
    assert seasonal_naive_scale(volumes, np.ones(volumes.shape)).tolist() == [4.0]
    assert np.isnan(seasonal_naive_scale(volumes, np.zeros(volumes.shape)))[0]
    assert np.isnan(seasonal_naive_scale(volumes[:, :7], np.ones((1, 7, 1))))[0]


def test_whole_weeks_end_at_the_origin():
    values = np.arange(10.0).reshape(1, 10)
    weeks = whole_weeks(values, 9)
    assert weeks.shape == (1, 2, 7)
    assert weeks[0, 1].tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert weeks[0, 0].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert whole_weeks(values, 7).shape == (1, 1, 7)


def test_medians_ignore_what_is_missing():
    values = np.array([[3.0, np.nan, 1.0], [np.nan] * 3, [2.0, 4.0, 9.0]])
    assert nan_median(values)[[0, 2]].tolist() == [2.0, 4.0]
    assert np.isnan(nan_median(values)[1])


def test_a_run_of_odd_days_is_a_new_level_and_a_lone_one_an_outlier():
    expected = np.full((1, 10, 7), 1000.0)
    observed = expected.copy()
    observed[0, 4, 2] = 100
    observed[0, 9, 2:] = 2500
    weights = day_weights(observed, expected)
    assert weights[0, 4, 2] < 0.1
    assert (weights[0, 9] == 1).all()
    assert (weights < 0.5).sum() == 1
    assert day_weights(expected[:, :1, :3], expected[:, :1, :3]).min() == 1


def test_like_weekdays_lend_their_shape_and_unlike_ones_do_not():
    rng = np.random.default_rng(1)
    office, night = np.array([10.0, 40, 40, 10]), np.array([40.0, 5, 5, 40])
    counts = np.stack([rng.poisson(office * 3) for _ in range(5)] + [rng.poisson(night * 3)] * 2)
    pooled, exposure = pool_like_weekdays(counts[None].astype(float), np.full((1, 7, 4), 3.0))
    rates = pooled / exposure
    own = counts / 3
    assert rates.sum(axis=-1) == pytest.approx(own.sum(axis=-1)[None], rel=1e-6)
    shape = rates[0, 0] / rates[0, 0].sum()
    assert np.abs(shape - office / 100).max() < 0.02
    assert np.abs(rates[0, 5] / rates[0, 5].sum() - own[5] / own[5].sum()).max() < 1e-6


@settings(max_examples=20)
@given(passes=st.integers(0, 5), seed=st.integers(0, 100))
def test_smoothing_keeps_the_total_of_even_exposure(passes, seed):
    counts = np.random.default_rng(seed).poisson(5, (1, 7, 24)).astype(float)
    smooth = smooth_labels(counts, np.ones(counts.shape), passes)
    assert smooth.sum() == pytest.approx(counts.sum())


def test_buckets():
    days = [0, 1, 2, 3, 6, 7, 13, 14, 27, 28, 400]
    assert bucket_index(401)[days].tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_weights_sum_to_one_and_favor_the_better():
    weights = variant_weights(np.array([[100.0], [101.0], [150.0]]))
    assert weights.sum() == pytest.approx(1)
    assert weights[0, 0] > weights[1, 0] > weights[2, 0]
    buckets = len(BUCKET_NAMES)
    errors = np.multiply.outer([1.0, 9.0, 1.0], np.ones((buckets, 1)))
    days = np.full((buckets, 1), 10.0)
    levels = level_weights(errors, days, np.array([[1.0], [1.0], [0.0]]))
    np.testing.assert_allclose(levels.sum(axis=0), 1.0)
    assert (levels[0] > 5 * levels[1]).all()
    assert (levels[2] == 0).all()  # not available


def test_a_bucket_without_evidence_leans_on_its_neighbour():
    errors = np.ones((2, len(BUCKET_NAMES), 1))
    errors[1, 4] = 4.0
    days = np.where(np.arange(len(BUCKET_NAMES)) == 5, 0.0, 10.0)[:, None]
    weights = level_weights(errors * (days > 0), days, np.ones((2, 1)))[:, :, 0]

    assert weights[0, 5] > 0.55
    assert abs(weights[0, 0] - 0.5) < 0.01
