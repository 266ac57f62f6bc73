"""A step that lasts is followed within days; what does not last is not taken for one."""

import numpy as np
import pytest

from forecasting.core import forecast
from forecasting.core.level_steps import step_factors
from tests.forecasting.core.arrays import history, horizon

WEEK = np.array([1.3, 1.1, 1.0, 0.95, 0.9, 0.6, 0.5])


def stepped(factor, age, *, days=182, ahead=56, queues=6, seed=5, scatter=0.1):
    """Days before and ahead, with a step so many days before the end of the history."""
    rng = np.random.default_rng(seed)
    level = np.where(np.arange(days + ahead) >= days - age, factor, 1.0)
    mean = 500.0 * level * np.resize(WEEK, days + ahead)
    return mean, rng.poisson(mean * rng.gamma(1 / scatter**2, scatter**2, (queues, mean.size)))


def share_of_truth(factor, age, **fields):
    mean, counts = stepped(factor, age, **fields)
    past = history(counts[:, :182, None])
    found = forecast(history=past, horizon=horizon(past, days=56)).mean[:, :, 0]
    return found[:, :14].sum() / mean[182:196].sum() / len(counts)


@pytest.mark.parametrize(
    ("factor", "age", "least", "most"),
    [(2, 8, 0.78, 1.02), (2, 15, 0.86, 1.02), (0.5, 8, 0.98, 1.4), (0.5, 15, 0.98, 1.25)],
)
def test_a_step_that_lasts_is_followed(factor, age, least, most):
    assert least < share_of_truth(factor, age) < most


@pytest.mark.parametrize(("factor", "age"), [(2, 2), (0.0, 2), (1.1, 30), (1.0, 0)])
def test_what_is_short_or_small_is_no_step(factor, age):
    mean, counts = stepped(factor, age)
    due = np.repeat(np.resize(500.0 * WEEK, 182)[None], len(counts), axis=0)
    factors = step_factors(counts[:, :182] * 1.0, due, np.ones(due.shape))
    assert (factors == 1).all()
    assert mean.size == 238


def test_a_trend_is_no_step():
    days = np.arange(182)
    rng = np.random.default_rng(2)
    due = np.repeat(np.resize(500.0 * WEEK, 182)[None], 4, axis=0)
    counts = rng.poisson(due * np.exp(0.012 * (days - 182))).astype(float)
    assert (step_factors(counts, due, np.ones(due.shape)) == 1).all()


def test_the_past_moves_the_more_the_longer_the_step_has_lasted():
    found = []
    for age in (6, 12, 28):
        _mean, counts = stepped(2.0, age)
        due = np.repeat(np.resize(500.0 * WEEK, 182)[None], len(counts), axis=0)
        factors = step_factors(counts[:, :182] * 1.0, due, np.ones(due.shape))
        assert (factors[:, -age + 2 :] == 1).all()
        found.append(1 / factors[:, 0].mean())
    assert 1.1 < found[0] < found[1] < found[2] < 2.1


def test_days_that_are_not_trusted_make_no_step():
    _mean, counts = stepped(3.0, 7)
    due = np.repeat(np.resize(500.0 * WEEK, 182)[None], len(counts), axis=0)
    weights = np.ones(due.shape)
    weights[:, -7:] = 0.0
    assert (step_factors(counts[:, :182] * 1.0, due, weights) == 1).all()


def test_a_history_too_short_to_tell_has_no_step():
    assert (step_factors(np.ones((2, 13)), np.ones((2, 13)), np.ones((2, 13))) == 1).all()


def test_a_queue_that_closed_ten_days_ago_is_not_forecast_at_half():
    counts = np.random.default_rng(1).poisson(500.0, (3, 400, 1)).astype(float)
    counts[:, -10:] = 0.0
    past = history(counts)
    found = forecast(history=past, horizon=horizon(past, days=28)).mean[:, :, 0]
    assert found.max() < 50
    assert found[:, -1] == pytest.approx(found[:, 1], rel=0.2)
