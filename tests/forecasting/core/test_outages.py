"""Silence where much was due: an outage, unless it lasts."""

import numpy as np
import pytest

from forecasting.core.backtest import LearningData, Weights, method_forecasts
from forecasting.core.levels import MEMBERS
from forecasting.core.outages import outages
from forecasting.core.selection import BUCKET_NAMES
from tests.forecasting.core.arrays import history, horizon, poisson_history
from tests.forecasting.core.test_engine import run

PLAIN = poisson_history(days=70, mean=6.0)


def mask_of(volumes, known=None):
    return outages(volumes, np.ones(volumes.shape) if known is None else known)


def test_a_silent_afternoon_is_an_outage_and_nothing_else_is():
    volumes = PLAIN.offered.copy()
    volumes[0, 50, 30:] = 0.0
    dead = mask_of(volumes)

    assert dead[0, 50, 30:].all()
    assert dead.sum() <= 18 + 1  # a label that was 0 by chance just before


def test_quiet_hours_of_a_small_queue_are_no_outage():
    volumes = np.random.default_rng(3).poisson(0.4, (1, 140, 48)).astype(float)

    assert not mask_of(volumes).any()


def test_a_queue_that_closes_earlier_now_is_believed_after_four_days():
    volumes = PLAIN.offered.copy()
    volumes[0, 60:, 30:] = 0.0
    assert not mask_of(volumes)[0, 60:, 30:].any()
    volumes = PLAIN.offered.copy()
    volumes[0, 67:, 30:] = 0.0
    assert mask_of(volumes)[0, 67:, 31:].all()


def test_the_run_may_reach_over_closed_days():
    volumes, known = PLAIN.offered.copy(), np.ones(PLAIN.offered.shape)
    volumes[0, 60:66] = 0.0
    known[0, 62:64] = 0.0
    assert not mask_of(volumes, known).any()


@pytest.mark.parametrize("labels", [slice(24, None), slice(None)])
def test_outages_do_not_move_the_forecast(labels):
    broken = PLAIN.offered.copy()
    for day in (56, 61, 66):
        broken[0, day, labels] = 0.0
    clean, damaged = (run(history(v), ahead=horizon(PLAIN)).mean for v in (PLAIN.offered, broken))

    np.testing.assert_allclose(damaged.sum(), clean.sum(), rtol=0.02)
    np.testing.assert_allclose(damaged.sum(axis=1), clean.sum(axis=1), rtol=0.12)


def test_the_trend_does_not_take_an_outage_for_a_fall():
    broken = PLAIN.offered.copy()
    broken[0, -1] = 1.0  # nearly nothing, but not silent
    ahead = horizon(PLAIN, days=56)
    clean, damaged = (run(history(v), ahead=ahead).mean for v in (PLAIN.offered, broken))

    np.testing.assert_allclose(damaged[0, 28:].sum(), clean[0, 28:].sum(), rtol=0.05)


def test_no_method_repeats_a_spike():
    """The simple methods leave out what is taken for an outlier, too: one may be the best."""
    volumes = PLAIN.offered.copy()
    volumes[0, -6] *= 3
    data = LearningData(
        volumes=volumes,
        known=np.ones(volumes.shape),
        trust=np.ones(volumes.shape[:2]),
        factors=np.ones(volumes.shape[:2]),
    )
    fit = data.fit(70)
    equal = Weights(
        variants=np.full((len(fit.rates), 1), 1 / len(fit.rates)),
        levels=np.full((MEMBERS, len(BUCKET_NAMES), 1), 1 / MEMBERS),
    )
    forecasts = method_forecasts(data, fit, equal, 70, 7).sum(axis=-1)[:, 0]

    assert (forecasts[:, 1] < 1.25 * PLAIN.offered[0, 1::7].sum(axis=-1).mean()).all()
