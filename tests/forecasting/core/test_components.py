"""The factors of a forecast: their product is the mean."""

from datetime import date

import numpy as np
import pytest

from forecasting.core import HistoryData, HorizonData, forecast
from forecasting.core.components import week_levels


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(4)
    weekdays = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.0])
    profile = np.concatenate([np.zeros(8), 20 * np.sin(np.linspace(0.2, 3, 12)), np.zeros(4)])
    rate = weekdays[np.arange(56) % 7][:, None] * profile
    mask = np.broadcast_to(rate > 0, (2, 56, 24))
    horizon = HorizonData(
        open_mask=mask[:, :14],
        day_factors=np.linspace(1, 1.3, 28).reshape(2, 14),
        special_factors=np.where(np.arange(14)[:, None] == 3, 0.5, 1.0) * np.ones((2, 14, 24)),
        today_offered=np.where(np.arange(24) < 12, 30.0, np.nan) * np.ones((2, 24)),
    )
    history = HistoryData(
        offered=rng.poisson(rate * np.ones((2, 1, 1))).astype(float),
        open_mask=mask,
        first_date=date(2026, 3, 2),
        interval_minutes=60,
    )
    return forecast(history=history, horizon=horizon)


def test_the_product_of_the_components_is_the_mean(result):
    part = result.components
    product = (
        (part.level * part.weekday * part.driver)[..., None]
        * part.profile
        * part.special
        * part.today
    )
    np.testing.assert_allclose(product, result.mean, rtol=1e-12, atol=1e-12)


def test_each_component_says_what_its_name_says(result):
    part = result.components
    np.testing.assert_allclose(part.profile.sum(axis=-1)[:, :6], 1.0)
    assert (part.weekday[:, 6] == 0).all()  # closed
    assert part.weekday[0, 0] == pytest.approx(1.3 / (5.8 / 6), rel=0.1)
    assert part.special[0, 3, 10] == 0.5
    assert (part.today[0, 0, 12:20] > 1.01).all()  # more came this morning than was expected
    assert part.today[:, 1:] == pytest.approx(1.0)
    np.testing.assert_allclose(part.driver, np.linspace(1, 1.3, 28).reshape(2, 14))


def test_the_level_is_the_mean_of_the_open_days_around():
    totals = np.tile([10.0, 20, 30, 40, 50, 60, 0], 3)[None]

    np.testing.assert_allclose(week_levels(totals), 35.0)
    assert week_levels(totals[:, :3])[0] == pytest.approx([20.0, 20, 20])
