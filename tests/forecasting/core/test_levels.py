"""Members of the level: robust centre, trend, year."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.core import HistoryData, HorizonData, forecast
from forecasting.core.bands import small_sample_growth
from forecasting.core.cleaning import HUBER_CELL_Z, day_weights, huber_weights
from forecasting.core.fitting import fit_at
from forecasting.core.levels import (
    HALF_LIVES_DAYS,
    TREND_BASES,
    YEAR_BASES,
    discounted_levels,
    learn_levels,
)
from forecasting.core.selection import bucket_index

FIRST = date(2023, 1, 2)


def yearly(days, *, amplitude=0.3):
    return np.exp(amplitude * np.sin(2 * np.pi * np.arange(days) / 365.2425))


def test_plain_levels_follow_a_step_in_the_order_of_their_half_lives():
    observed = np.concatenate([np.full(60, 100.0), np.full(5, 150.0)])[None]
    levels = discounted_levels(observed, np.full((1, 65), 100.0), np.ones((1, 65)))[:, 0]

    assert (np.diff(levels) < 0).all()
    assert levels[0] > 1.4
    assert levels[-1] < 1.1


def test_missing_days_carry_no_exposure():
    expected = np.full((1, 40), 100.0)
    expected[0, 30:] = 0.0
    levels = discounted_levels(expected * 1.2, expected, np.ones((1, 40)))

    assert levels == pytest.approx(1.2, rel=0.1)


def test_trend_members_go_on_half_as_fast_and_come_to_rest():
    growth = np.exp(0.01 * np.arange(56))[None]
    levels = learn_levels(100 * growth, np.full((1, 56), 100.0), np.ones((1, 56)))
    paths = levels.paths(56, 200)[:, 0]
    trends = paths[len(HALF_LIVES_DAYS) : len(HALF_LIVES_DAYS) + len(TREND_BASES)]

    np.testing.assert_allclose(paths[0], paths[0, 0])  # plain members stay
    assert np.log(trends[0, 1] / trends[0, 0]) == pytest.approx(0.5 * 0.01 * 0.95**2, rel=0.05)
    assert np.log(trends[0, -1] / trends[0, 0]) == pytest.approx(0.5 * 0.01 * 18, rel=0.05)


def test_the_modes_of_the_year_are_known_after_a_year_only():
    season = yearly(330)[None] * 100
    young = learn_levels(season, np.full(season.shape, 100.0), np.ones(season.shape))
    assert (young.season == 0).all()
    assert (young.available[-len(YEAR_BASES) :] == 0).all()

    season = yearly(800)[None] * 100
    old = learn_levels(season, np.full(season.shape, 100.0), np.ones(season.shape))
    path = old.paths(800, 120)[-1, 0]
    assert old.available.all()
    np.testing.assert_allclose(path, yearly(920)[800:], rtol=0.03)


def test_a_year_of_history_carries_the_season_to_the_far_horizon():
    """Two months ahead on a queue with a season: less than a third of the error without a year."""
    rng = np.random.default_rng(8)
    truth = 40 * yearly(1100)[:, None] * np.ones(12)
    volumes = rng.poisson(truth).astype(float)
    origin = 900

    def far_error(first):
        part = volumes[None, first:origin]
        result = forecast(
            history=HistoryData(
                offered=part,
                open_mask=np.ones(part.shape, dtype=bool),
                first_date=FIRST + timedelta(days=first),
                interval_minutes=120,
            ),
            horizon=HorizonData(open_mask=np.ones((1, 60, 12), dtype=bool)),
        )
        return np.abs(result.mean[0, 30:].sum() / truth[origin + 30 : origin + 60].sum() - 1)

    assert far_error(0) < far_error(origin - 200) / 3


def test_days_count_less_the_farther_they_lie_off_and_outliers_hardly():
    expected = np.full((1, 8, 7), 1000.0)
    observed = np.random.default_rng(3).normal(1000, 60, expected.shape)
    observed[0, 4, 2] = 3000.0
    weights = day_weights(observed, expected)

    assert weights[0, 4, 2] < 0.05
    assert np.median(weights) > 0.9
    usual = np.delete(weights.ravel(), 4 * 7 + 2)
    gaps = np.abs(np.delete(observed.ravel(), 4 * 7 + 2) - 1000)
    assert usual[gaps > 100].max() < usual[gaps < 40].min()


def test_a_cell_far_off_counts_in_proportion():
    expected = np.full((1, 6, 7, 24), 100.0)
    volumes = np.random.default_rng(5).poisson(expected).astype(float)
    volumes[0, 2, 3, 4] = 300.0
    far, weights = huber_weights(volumes[0], expected[0], 0.0)

    place = np.ravel_multi_index((2, 3, 4), expected.shape[1:])
    assert weights[far == place] == pytest.approx(HUBER_CELL_Z * 10 / 200, rel=0.15)
    assert weights.max() < 1.0
    assert far.size < 0.2 * expected.size  # 13 of 100 Poisson cells lie beyond 1.5 of their spread


def test_the_mean_stays_a_mean_where_volumes_are_skewed():
    """One hour in twelve brings ten times as much: the median ignores it, the mean must not."""
    rng = np.random.default_rng(2)
    bursts = np.where(rng.random((1, 140, 24)) < 1 / 12, 10.0, 1.0)
    volumes = rng.poisson(20 * bursts).astype(float)
    result = forecast(
        history=HistoryData(
            offered=volumes[:, :112],
            open_mask=np.ones((1, 112, 24), dtype=bool),
            first_date=FIRST,
            interval_minutes=60,
        ),
        horizon=HorizonData(open_mask=np.ones((1, 28, 24), dtype=bool)),
    )
    truth = 20 * (1 + 9 / 12)

    assert result.mean.mean() == pytest.approx(truth, rel=0.1)
    assert result.quantiles[1].mean() < 0.85 * truth


def test_few_stretches_widen_the_band_as_students_t_does():
    weight = np.zeros((8, 1, 56, 2))
    weight[:, :, :14] = 1.0
    growth = small_sample_growth(weight, bucket_index(56))[:, 0]

    assert growth[0] == pytest.approx((1.4149 / 1.2816) ** 2, rel=1e-3)  # seven degrees of freedom
    assert growth[5] > 2.0  # never seen: two degrees


@pytest.mark.parametrize(("before", "after"), [(0.0, 5.0), (2.0, 5.0), (5.0, 1.0)])
def test_a_step_of_the_level_leaves_the_mean_ratio_alone(before, after):
    """A queue that began, grew or shrank three weeks ago is not skewed for that."""
    rng = np.random.default_rng(1)
    rate = np.where(np.arange(70) < 50, before, after)[:, None] * np.ones((1, 70, 24))
    volumes = rng.poisson(rate).astype(float)
    days = np.ones((1, 70))
    fit = fit_at(volumes=volumes, known=np.ones(volumes.shape), trust=days, factors=days, origin=70)

    assert fit.mean_ratios == pytest.approx(1.0, abs=0.07)
    centre = fit.rates.mean(axis=0).mean() * fit.levels.start[1, 0]
    assert centre == pytest.approx(after, rel=0.2)  # three days of half-life, prior included


def test_the_bias_of_the_backtest_is_that_of_the_mean():
    rng = np.random.default_rng(2)
    bursts = np.where(rng.random((1, 140, 24)) < 1 / 12, 10.0, 1.0)
    volumes = rng.poisson(20 * bursts).astype(float)
    result = forecast(
        history=HistoryData(
            offered=volumes,
            open_mask=np.ones((1, 140, 24), dtype=bool),
            first_date=FIRST,
            interval_minutes=60,
        ),
        horizon=HorizonData(open_mask=np.ones((1, 7, 24), dtype=bool)),
    )
    bias = {s.method: s.bias for s in result.outcomes[0].scores if s.horizon == "all"}

    assert abs(bias["discounted_blend"]) < 0.08  # the median lies 40 % below
