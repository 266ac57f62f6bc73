"""Drivers: the lag is found, noise is dropped, and the forecast follows what is known ahead."""

from datetime import date

import numpy as np
import pytest

from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.backtest import origins_of
from forecasting.core.driver_future import as_told, completed
from forecasting.core.driver_kernel import kernel_family, lag_kernel, smeared
from forecasting.core.drivers import driven_factors
from tests.benchmarks.forecasting.drivers_synthetic import JUDGED, NOISE, make_case, noise_driver

MONDAY = date(2026, 1, 5)
DAYS, AHEAD = 182, 28


def made_world(*, lag=3, per_claim=0.4, share=0.7, days=DAYS, seed=4):
    """Claims with waves; calls come exactly `lag` days later, over a weekday pattern."""
    rng = np.random.default_rng(seed)
    pattern = np.resize([1.1, 1.0, 1.0, 0.9, 1.0, 0.6, 0.4], days + AHEAD)
    waves = np.exp(np.convolve(rng.normal(0, 0.35, days + AHEAD + 4), np.ones(5) / 2, mode="valid"))
    claims = rng.poisson(300 * pattern * waves).astype(float)
    lagged = np.concatenate([np.full(lag, claims.mean()), claims[: claims.size - lag]])
    base = per_claim * 300 * (1 - share) / share * np.resize([1, 1, 1, 1, 1, 0.5, 0.5], claims.size)
    calls = rng.poisson(base + per_claim * lagged).astype(float)
    return claims, calls


def test_kernels_are_smooth_shares_from_the_same_day_to_a_month():
    family = kernel_family(30.0)
    assert (family >= 0).all()
    assert family.sum(axis=1) == pytest.approx(1.0)
    assert family[0, 0] == 1
    assert family @ np.arange(family.shape[1]) == pytest.approx(
        np.clip(family @ np.arange(family.shape[1]), 0, 30.5)
    )
    narrow = lag_kernel(4.0, 16.0)
    assert int(np.argmax(narrow)) == 4
    assert (np.sign(np.diff(narrow)) >= 0)[:4].all()
    assert (np.diff(narrow)[4:] <= 0).all()


@pytest.mark.parametrize(("lag", "shape"), [(-1.0, 1.0), (2.0, 0.0)])
def test_a_kernel_refuses_negative_lags_and_flat_shapes(lag, shape):
    with pytest.raises(ValueError, match="Expected a mean lag >= 0"):
        lag_kernel(lag, shape)


def test_smearing_keeps_a_steady_driver_as_it_is():
    assert smeared(np.full(40, 7.0), kernel_family(10.0)) == pytest.approx(7.0)


def test_the_link_says_how_many_calls_and_when():
    claims, calls = made_world()
    found = driven_factors(totals=calls[:DAYS], drivers={"claims": claims})
    (link,) = found.links
    assert link.contacts_per_unit == pytest.approx(0.4, rel=0.1)
    assert link.mean_lag_days == pytest.approx(3, abs=0.3)
    assert link.share == pytest.approx(0.7, abs=0.1)
    assert link.error_with < 0.5 * link.error_without
    assert link.in_words("claim", "calls").startswith("Each claim brings 0.")
    assert "most after 3 days" in link.words


def test_a_same_day_driver_is_found_with_its_sign():
    rng = np.random.default_rng(8)
    rain = rng.gamma(1.0, 4.0, DAYS + AHEAD)
    calls = rng.poisson(np.maximum(300 - 9 * rain, 5)).astype(float)
    (link,) = driven_factors(totals=calls[:DAYS], drivers={"rain": rain}).links
    assert link.contacts_per_unit == pytest.approx(-9, rel=0.15)
    assert "takes away" in link.words
    assert "on the same day" in link.words


def test_two_drivers_at_once_each_get_their_part_and_noise_gets_none():
    first, calls = made_world(lag=2, seed=1)
    second, more = made_world(lag=6, seed=2)
    drivers = {"claims": first, "orders": second, "noise": noise_driver(5, "stormy", first.size)}
    found = driven_factors(totals=(calls + more)[:DAYS], drivers=drivers)
    assert {link.driver for link in found.links} == {"claims", "orders"}
    lags = {link.driver: link.mean_lag_days for link in found.links}
    assert lags["claims"] == pytest.approx(2, abs=0.5)
    assert lags["orders"] == pytest.approx(6, abs=1)
    assert [item.driver for item in found.rejected] == ["noise"]
    assert found.rejected[0].reason


@pytest.mark.parametrize(
    ("days", "driver", "sentence"),
    [
        (21, lambda claims: claims, "21 known days of contacts are too few"),
        (DAYS, lambda claims: np.full(claims.size, 5.0), "never changes"),
        (DAYS, lambda claims: np.full(claims.size, np.nan), "0 known days of the driver"),
    ],
)
def test_what_cannot_be_judged_changes_nothing_and_says_why(days, driver, sentence):
    claims, calls = made_world()
    found = driven_factors(totals=calls[:days], drivers={"claims": driver(claims)[: days + AHEAD]})
    assert not found.links
    assert sentence in found.rejected[0].reason
    assert (found.past == 1).all()
    assert found.future.shape == (AHEAD,)


def test_drivers_must_cover_the_contacts():
    with pytest.raises(ValueError, match="at least the 40 days"):
        driven_factors(totals=np.ones(40), drivers={"short": np.ones(39)})


def test_days_without_contacts_or_not_to_learn_from_are_left_out():
    claims, calls = made_world()
    totals = calls[:DAYS].copy()
    totals[6::7] = np.nan
    totals[100] = 20_000
    learn = np.ones(DAYS, dtype=bool)
    learn[100] = False
    (link,) = driven_factors(totals=totals, drivers={"c": claims}, learn_mask=learn).links
    assert link.contacts_per_unit == pytest.approx(0.4, rel=0.1)


def test_an_outage_and_a_spike_do_not_hide_the_link():
    claims, calls = made_world()
    totals = calls[:DAYS].copy()
    totals[[60, 61]] = 0
    totals[120] *= 3
    (link,) = driven_factors(totals=totals, drivers={"claims": claims}).links
    assert link.contacts_per_unit == pytest.approx(0.4, rel=0.2)
    assert link.mean_lag_days == pytest.approx(3, abs=0.5)


def test_known_days_ahead_stay_and_unknown_ones_are_forecast():
    claims, _calls = made_world()
    values = claims.copy()
    values[DAYS + 3 :] = np.nan
    values[DAYS + 10] = 5_000.0
    whole = completed({"claims": values}, days=DAYS).values["claims"]
    assert (whole[: DAYS + 3] == claims[: DAYS + 3]).all()
    assert whole[DAYS + 10] == 5_000
    rest = np.delete(whole[DAYS + 3 :], 7)
    assert np.isfinite(rest).all()
    assert rest.mean() == pytest.approx(claims[DAYS - 28 : DAYS].mean(), rel=0.5)


def test_days_of_the_past_that_come_late_are_forecast_like_the_future():
    claims, _calls = made_world()
    values = np.concatenate([claims[: DAYS - 3] * np.linspace(1, 3, DAYS - 3), np.full(31, np.nan)])
    values[DAYS + 10] = 5_000.0
    whole = completed({"claims": values}, days=DAYS).values["claims"]
    ahead = completed({"claims": values}, days=DAYS - 3).values["claims"]
    assert whole == pytest.approx(ahead)
    assert whole[DAYS + 10] == 5_000
    assert whole[DAYS - 3 : DAYS].min() > 0


def test_a_driver_that_may_be_negative_is_forecast_too():
    degrees = np.concatenate([np.sin(np.arange(60)) - 8, np.full(7, np.nan)])
    whole = completed({"degrees": degrees}, days=60).values["degrees"]
    assert (whole[60:] < 0).all()


@pytest.mark.parametrize("labels", [1, 24])
def test_a_surge_that_is_known_ahead_reaches_the_forecast_after_its_lag(labels):
    claims, calls = made_world()
    claims[DAYS + 5 :] = claims[:DAYS].mean()
    claims[DAYS + 5] *= 6
    found = driven_factors(totals=calls[:DAYS], drivers={"claims": claims})
    rng = np.random.default_rng(0)
    offered = rng.poisson(calls[:DAYS, None] / labels, (DAYS, labels)).astype(float)
    shape = (1, AHEAD, labels)
    means = []
    for past, future in ((None, None), (found.past[None], found.future[None])):
        result = forecast(
            history=HistoryData(
                offered=offered[None],
                open_mask=np.ones((1, DAYS, labels), dtype=bool),
                first_date=MONDAY,
                interval_minutes=1440 // labels,
                day_factors=past,
            ),
            horizon=HorizonData(open_mask=np.ones(shape, dtype=bool), day_factors=future),
            params=ForecastParams(quantiles=(0.5,)),
        )
        means.append(result.mean[0].sum(axis=1))
    plain, driven = means
    brought = 0.4 * 5 * claims[:DAYS].mean()
    assert (driven - plain)[7:10].sum() == pytest.approx(brought, rel=0.2)
    assert driven[14:17].sum() == pytest.approx(plain[14:17].sum(), rel=0.2)


def banded(claims, calls, *, known_days, is_told):
    """Share of the days ahead inside the 80 % band, and the WAPE that the backtest reports."""
    values = claims.copy()
    values[DAYS + known_days :] = np.nan
    found = driven_factors(
        totals=calls[:DAYS],
        drivers={"claims": values},
        origins=origins_of(DAYS, ForecastParams()),
    )
    assert found.links
    result = forecast(
        history=HistoryData(
            offered=calls[None, :DAYS, None],
            open_mask=np.ones((1, DAYS, 1), dtype=bool),
            first_date=MONDAY,
            interval_minutes=1440,
            day_factors=found.past[None],
            told_factors=found.told[None] if is_told else None,
        ),
        horizon=HorizonData(
            open_mask=np.ones((1, AHEAD, 1), dtype=bool), day_factors=found.future[None]
        ),
    )
    low, _median, high = result.quantiles[:, 0, :, 0]
    score = next(item for item in result.outcomes[0].scores if item.horizon == "all")
    return np.mean((calls[DAYS:] >= low) & (calls[DAYS:] <= high)), score.wape


def test_bands_are_as_wide_as_what_is_not_known_of_the_driver():
    worlds = [made_world(seed=seed) for seed in range(10)]
    unsure = np.array([banded(*one, known_days=0, is_told=True) for one in worlds])
    blind = np.array([banded(*one, known_days=0, is_told=False) for one in worlds])
    known = np.array([banded(*one, known_days=AHEAD, is_told=True) for one in worlds])
    assert blind[:, 0].mean() < 0.5, "the case must be one that needs the width"
    assert 0.7 < unsure[:, 0].mean() < 0.92
    assert 0.7 < known[:, 0].mean() < 0.95
    assert (unsure[:, 1] > 1.5 * known[:, 1]).all(), "the backtest says what it did not know"


def event_world(seed):
    """Mailings on one day in sixteen; each letter brings half a call within four days."""
    rng = np.random.default_rng(seed)
    letters = (rng.random(DAYS + AHEAD) < 0.06) * rng.gamma(4, 200, DAYS + AHEAD)
    week = np.resize([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4], letters.size)
    mean = 300 * week + 0.5 * np.convolve(letters, [0.3, 0.4, 0.2, 0.1])[: letters.size]
    return letters, mean, rng.poisson(mean).astype(float)


def test_events_that_nobody_knows_of_count_in_the_mean_and_in_no_single_day():
    """Their mean over many worlds is right; the median stays that of a day without any."""
    told, plain, due, ordinary = 0.0, 0.0, 0.0, 0.0
    for seed in range(12):
        letters, mean, calls = event_world(seed)
        values = np.append(letters[:DAYS], np.full(AHEAD, np.nan))
        found = driven_factors(totals=calls[:DAYS], drivers={"letters": values})
        assert found.links
        whole = completed({"letters": values}, days=DAYS)
        expected = whole.means()["letters"][DAYS:].mean()
        assert expected == pytest.approx(letters[:DAYS].mean(), rel=0.05)
        assert whole.values["letters"][DAYS:].mean() < 0.01 * expected
        result = forecast(
            history=HistoryData(
                offered=calls[None, :DAYS, None],
                open_mask=np.ones((1, DAYS, 1), dtype=bool),
                first_date=MONDAY,
                interval_minutes=1440,
                day_factors=found.past[None],
            ),
            horizon=HorizonData(
                open_mask=np.ones((1, AHEAD, 1), dtype=bool),
                day_factors=found.future[None],
                mean_factors=found.mean_factors[None],
            ),
        )
        factors = result.components
        product = factors.level * factors.weekday * factors.driver
        assert result.mean[0, :, 0] == pytest.approx((product * factors.profile[:, :, 0])[0])
        told += result.mean.sum()
        plain += result.quantiles[1].sum()
        due += mean[DAYS:].sum()
        ordinary += (300 * np.resize([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4], AHEAD)).sum()
    assert told == pytest.approx(due, rel=0.03)
    assert plain == pytest.approx(ordinary, rel=0.03)
    assert due > 1.06 * ordinary, "the case must be one in which it matters"


def test_nothing_is_added_to_days_of_a_driver_that_are_known():
    letters, _mean, calls = event_world(3)
    found = driven_factors(totals=calls[:DAYS], drivers={"letters": letters})
    assert found.links
    assert (found.mean_factors == 1).all()


def test_factors_told_at_other_origins_are_refused():
    _claims, calls = made_world(days=56)
    with pytest.raises(ValueError, match=r"history\.told_factors of shape \(1, 8, 42\)"):
        forecast(
            history=HistoryData(
                offered=calls[None, :56, None],
                open_mask=np.ones((1, 56, 1), dtype=bool),
                first_date=MONDAY,
                interval_minutes=1440,
                told_factors=np.ones((1, 3, 42)),
            ),
            horizon=HorizonData(open_mask=np.ones((1, 7, 1), dtype=bool)),
        )


def test_what_is_told_at_an_origin_holds_no_later_value_of_the_driver():
    """A surge of claims after the origin changes nothing that was told before it."""
    claims, _calls = made_world()
    values = np.append(claims[:DAYS], np.full(AHEAD, np.nan))
    origins = np.array([DAYS - 40, DAYS - 20])
    plain = as_told(values, days=DAYS, origins=origins)
    moved = values.copy()
    moved[DAYS - 15 : DAYS] *= 9
    surged = as_told(moved, days=DAYS, origins=origins)
    for seen, other in zip(plain, surged, strict=True):
        assert seen == pytest.approx(other)
    late = values.copy()
    late[DAYS - 3 : DAYS] = np.nan
    (seen,) = as_told(late, days=DAYS, origins=np.array([DAYS - 20]))
    assert (seen[: DAYS - 23] == claims[: DAYS - 23]).all()
    assert (seen[DAYS - 23 : DAYS - 20] != claims[DAYS - 23 : DAYS - 20]).all()


def test_most_of_what_the_known_kernel_gains_is_gained():
    """Days 1-14, claims known ahead, worlds made otherwise than those tuned on."""
    errors = np.zeros(3)
    for family in JUDGED:
        for seed in range(500, 508):
            case = make_case(seed, family, horizon=14)
            totals = case.calls[: case.days].sum(axis=1)
            found = driven_factors(totals=totals, drivers={"claims": case.claims})
            true = np.split(case.true_factors(case.claims), [case.days])
            for index, factors in enumerate((None, (found.past, found.future), true)):
                errors[index] += days_error(case, factors)
    none, estimated, known = errors
    assert (none - estimated) / (none - known) > 0.7


def days_error(case, factors):
    """WAPE of the days ahead through the whole engine."""
    result = forecast(
        history=HistoryData(
            offered=case.calls[None, : case.days],
            open_mask=np.ones((1, case.days, 1), dtype=bool),
            first_date=MONDAY,
            interval_minutes=1440,
            day_factors=None if factors is None else factors[0][None],
        ),
        horizon=HorizonData(
            open_mask=np.ones((1, 14, 1), dtype=bool),
            day_factors=None if factors is None else factors[1][None],
        ),
        params=ForecastParams(quantiles=(0.5,)),
    )  # fmt: skip
    truth = case.calls[case.days :]
    return np.abs(result.mean[0] - truth).sum() / truth.sum()


def test_noise_is_dropped_nearly_always():
    kept = 0
    for kind in NOISE:
        for seed in range(20):
            case = make_case(seed, "storms", horizon=1)
            noise = noise_driver(seed, kind, case.claims.size)
            found = driven_factors(totals=case.calls[: case.days, 0], drivers={"n": noise})
            kept += len(found.links)
    assert kept <= 0.05 * 20 * len(NOISE)
