"""Special days, overrides and drivers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.drivers import (
    day_factors,
    driver_multiple,
    estimate_link,
    lag_kernel,
)
from forecasting.core.overrides import OverrideData, OverrideKind, apply_overrides, scale_bands

STARTS = np.datetime64("2026-03-02T09:00:00", "s") + np.arange(4) * np.timedelta64(1800, "s")


def change(kind, value, first=1, last=3):
    ends = np.append(STARTS, STARTS[-1] + np.timedelta64(1800, "s"))
    return OverrideData(OverrideKind[kind], value, ends[first], ends[last])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("ADD", 5)], [10, 15, 15, 10]),
        ([change("ADD", -15)], [10, 0, 0, 10]),
        ([change("SCALE", 1.5)], [10, 15, 15, 10]),
        ([change("SET", 3)], [10, 3, 3, 10]),
        ([change("SET", 3), change("ADD", 1, 2, 4)], [10, 3, 4, 11]),
        ([], [10, 10, 10, 10]),
    ],
)
def test_overrides_act_in_order_and_leave_the_system_alone(changes, expected):
    mean = np.full(4, 10.0)
    assert apply_overrides(mean=mean, starts_at=STARTS, overrides=changes).tolist() == expected
    assert mean.tolist() == [10] * 4


@pytest.mark.parametrize(("kind", "value"), [("SCALE", -1), ("SET", -0.1)])
def test_negative_factors_and_volumes_are_refused(kind, value):
    with pytest.raises(ValueError, match=">= 0"):
        change(kind, value)


def test_an_override_must_end_after_it_starts():
    with pytest.raises(ValueError, match="starts_at < ends_at"):
        change("ADD", 1, 2, 2)


def test_bands_move_with_the_mean():
    bands = scale_bands(
        quantiles=np.array([[5.0, 0.0], [15.0, 0.0]]),
        mean=np.array([10.0, 0.0]),
        changed=np.array([20.0, 4.0]),
    )
    assert bands.tolist() == [[10.0, 4.0], [30.0, 4.0]]


@given(lag=st.floats(0.3, 14), shape=st.floats(0.5, 20))
def test_a_lag_kernel_is_a_distribution(lag, shape):
    kernel = lag_kernel(lag, shape)
    assert kernel.sum() == pytest.approx(1)
    assert (kernel >= 0).all()


def test_the_kernels_mean_is_its_lag():
    kernel = lag_kernel(4.0, 8.0)
    assert kernel @ np.arange(kernel.size) == pytest.approx(4.0, abs=0.02)


@pytest.mark.parametrize(("lag", "shape"), [(0, 1), (1, 0)])
def test_an_impossible_kernel_is_refused(lag, shape):
    with pytest.raises(ValueError, match="lag and shape > 0"):
        lag_kernel(lag, shape)


def claims(days=182, seed=1):
    rng = np.random.default_rng(seed)
    waves = np.exp(np.convolve(rng.normal(0, 0.25, days + 6), np.ones(7) / 2, mode="valid"))
    return rng.poisson(200 * waves).astype(float)


def calls_after(driver, *, per_claim=0.5, base=20, lag=3.0, shape=4.0, seed=2):
    lagged = driver_multiple(driver, mean_lag_days=lag, shape=shape) * driver.mean()
    return np.random.default_rng(seed).poisson(base + per_claim * lagged).astype(float)


def test_a_driver_is_found_with_its_lag_and_its_strength():
    driver = claims()
    link = estimate_link(calls_after(driver), driver)
    assert link.mean_lag_days == pytest.approx(3.0, abs=0.5)
    assert link.contacts_per_unit == pytest.approx(0.5, rel=0.25)
    assert link.error_with < 0.8 * link.error_without
    words = link.in_words("claim", "calls")
    assert words.startswith("Each claim brings 0.")
    assert "most after 2" in words
    factors = day_factors(driver, link)
    assert factors.mean() == pytest.approx(1, abs=0.02)


def test_noise_is_seldom_kept_and_never_trusted_much():
    kept = [
        link
        for seed in range(20)
        if (link := estimate_link(calls_after(claims(seed=seed)), claims(seed=seed + 100)))
    ]
    assert len(kept) <= 2


@pytest.mark.parametrize(
    ("totals", "driver"),
    [
        (np.ones(40), np.arange(40.0)),
        (np.ones(80), np.ones(80)),
        (np.ones(80), np.full(80, np.nan)),
    ],
)
def test_too_little_to_learn_from_gives_no_link(totals, driver):
    assert estimate_link(totals, driver) is None


def test_a_driver_of_zeros_changes_nothing():
    assert (driver_multiple(np.zeros(30), mean_lag_days=2, shape=2) == 1).all()
