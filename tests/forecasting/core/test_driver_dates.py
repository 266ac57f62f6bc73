"""Special days of a line and the driver's own forecast; days of which something is missing."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.core.day_totals import daily_totals
from forecasting.core.driver_future import DriverDates, as_told, completed
from forecasting.core.drivers import driven_factors
from forecasting.core.special_days import SpecialDate, learn_mask

MONDAY = date(2024, 1, 1)
DAYS, AHEAD, LAG = 364, 56, 2
WEEK = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])
HOLIDAYS = np.arange(24, DAYS + AHEAD, 31)
NEXT = int(HOLIDAYS[HOLIDAYS >= DAYS][0])


def special_days(**line):
    """Holidays every 31 days; of those ahead, what a planner typed of the line."""
    return tuple(
        SpecialDate(
            MONDAY + timedelta(days=int(day)),
            f"holiday {number % 4}",
            is_holiday=True,
            **(line if day >= DAYS else {}),
        )
        for number, day in enumerate(HOLIDAYS)
    )


def claims_with(holiday_share, seed=3):
    """Claims a day, and how many an ordinary day would have brought."""
    usual = np.resize(200 * WEEK, DAYS + AHEAD)
    mean = usual.copy()
    mean[HOLIDAYS] *= holiday_share
    return np.random.default_rng(seed).poisson(mean).astype(float), usual


@pytest.mark.parametrize("line", [{}, {"is_closed": True}, {"scale": 3.0}])
@pytest.mark.parametrize("share", [0.05, 1.0])
def test_a_driver_does_on_holidays_ahead_what_it_did_on_past_ones(share, line):
    claims, usual = claims_with(share)
    claims[DAYS:] = np.nan
    dates = DriverDates(MONDAY, special_days(**line))
    ahead = completed({"claims": claims}, days=DAYS, dates=dates).values["claims"][DAYS:]
    ratio = ahead / usual[DAYS:]
    rests = np.isin(np.arange(DAYS, DAYS + AHEAD), HOLIDAYS)
    assert ratio[rests] == pytest.approx(share, abs=0.15)
    assert ratio[~rests] == pytest.approx(1, abs=0.15)


def test_the_backtest_is_told_of_holidays_after_its_origin():
    claims, usual = claims_with(0.05)
    claims[DAYS:] = np.nan
    origin = int(HOLIDAYS[-4]) - 3
    dates = DriverDates(MONDAY, special_days())
    (seen,) = as_told(claims, days=DAYS, origins=np.array([origin]), dates=dates)
    assert (seen / usual[:DAYS])[origin + 3] < 0.25
    assert (seen / usual[:DAYS])[origin + 4 : origin + 10] == pytest.approx(1, abs=0.2)


def test_a_holiday_of_the_driver_reaches_the_line_after_its_lag_and_not_twice():
    claims, _usual = claims_with(0.05)
    lagged = np.concatenate([np.full(LAG, claims.mean()), claims[:-LAG]])
    base = np.resize(150 * WEEK, claims.size)
    base[HOLIDAYS] *= 0.3
    calls = np.random.default_rng(4).poisson(base + lagged).astype(float)
    known = driven_factors(totals=calls[:DAYS], drivers={"claims": claims})
    claims = claims.copy()
    claims[DAYS:] = np.nan
    special = special_days()
    found = driven_factors(
        totals=calls[:DAYS],
        drivers={"claims": claims},
        learn_mask=learn_mask([special], MONDAY, DAYS)[0],
        dates=DriverDates(MONDAY, special),
    )
    rest = NEXT + LAG - DAYS
    assert known.future[rest] < 0.7, "the case must be one in which it matters"
    assert found.future[rest] == pytest.approx(known.future[rest], abs=0.1)
    # What the line itself does on a holiday is left to the line's own holidays.
    assert found.future[NEXT - DAYS] == pytest.approx(1, abs=0.1)


def test_a_day_counts_when_most_of_it_is_known_and_is_scaled_up():
    offered = np.full((1, 28, 10), 5.0)
    offered[0, 3, 8:] = np.nan
    offered[0, 4, 7:] = np.nan
    is_open = np.ones(offered.shape, dtype=bool)
    totals = daily_totals(offered, is_open)[0]
    assert totals[[2, 3]] == pytest.approx(50)
    assert np.isnan(totals[4])
    assert np.isfinite(np.delete(totals, 4)).all()


def test_labels_without_rows_in_most_weeks_are_not_waited_for():
    offered = np.full((1, 28, 10), 5.0)
    offered[:, 7:, 6:] = np.nan
    totals = daily_totals(offered, np.ones(offered.shape, dtype=bool))[0]
    assert totals[7:] == pytest.approx(30)
    assert np.isnan(daily_totals(offered, np.zeros(offered.shape, dtype=bool))).all()
