"""Special days, holidays and make-up workdays: what their past says of their future."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core import ForecastParams, forecast
from forecasting.core.make_up_days import like_weekdays, make_up_days
from forecasting.core.opening import open_slots
from forecasting.core.special_days import (
    MakeUpDay,
    SpecialCalendar,
    SpecialDate,
    horizon_factors,
    learn_mask,
)
from tests.forecasting.core.arrays import MONDAY, history, horizon, poisson_history

TWO_YEARS = 735


def special(offset, kind="Sale", **fields):
    return SpecialDate(MONDAY + timedelta(days=offset), kind, **fields)


def holiday(offset, kind, **fields):
    return special(offset, kind, is_holiday=True, **fields)


def factors_of(past, dates, days=14):
    mask = learn_mask([dates], MONDAY, past.days)
    trusting = history(past.offered, open_mask=past.open_mask, learn_mask=mask)
    return horizon_factors(history=trusting, special=[dates], days=days).factors[0]


def test_special_days_are_left_out_of_learning():
    dates = [[special(2), special(60)], []]
    mask = learn_mask(dates, MONDAY, 7)
    assert np.argwhere(~mask).tolist() == [[0, 2]]


def test_make_up_workdays_are_left_out_of_learning():
    worked = [MakeUpDay(MONDAY + timedelta(days=day), 3) for day in (5, 12)]
    special = SpecialCalendar(make_up=tuple(worked)).special_dates(
        before=MONDAY + timedelta(days=12)
    )
    mask = learn_mask([special, special], MONDAY, 14)
    assert np.argwhere(~mask).tolist() == [[0, 5], [1, 5]]


def test_holidays_never_leave_a_weekday_without_anything_to_learn_from():
    """Christmas and New Year's Day are both Thursdays of two weeks of history."""
    both = [[holiday(3, "Christmas Day"), holiday(10, "New Year's Day")]]
    assert learn_mask(both, MONDAY, 14).all()
    assert (~learn_mask(both, MONDAY, 21)).sum() == 2
    planners = [[special(3, "Outage"), special(10, "Outage")]]
    assert (~learn_mask(planners, MONDAY, 14)).sum() == 2


def test_a_special_day_ahead_is_closed_typed_learnt_or_ordinary():
    past = poisson_history(days=70, mean=40)
    past.offered[0, [30, 44]] *= 2
    dates = [
        special(30), special(44), special(70), special(71, is_closed=True),
        special(72, scale=0.3), special(73, kind="Never seen"), special(500),
    ]  # fmt: skip
    factors = factors_of(past, dates, 7)
    assert factors[0] == pytest.approx(1.8, abs=0.12)  # two days at 2, half a day at 1
    assert (factors[0] == factors[0, 0]).all()
    assert factors[1:4, 0].tolist() == [0.0, 0.3, 1.0]
    assert (factors[4:] == 1).all()


def test_a_special_day_is_measured_against_the_level_of_its_time():
    past = poisson_history(days=112, mean=40)
    past.offered[0, 56:] *= 3
    past.offered[0, 30] *= 0.5
    factors = factors_of(past, [special(30), special(112)], 1)
    assert factors[0, 0] == pytest.approx((0.5 + 0.5) / 1.5, abs=0.05)


def test_no_special_days_cost_nothing():
    past = poisson_history(days=28)
    assert (horizon_factors(history=past, special=[[]], days=3).factors == 1).all()


def test_a_negative_scale_is_refused():
    with pytest.raises(ValueError, match="scale >= 0"):
        special(1, scale=-0.5)


def test_a_weekday_beyond_the_week_is_refused():
    with pytest.raises(ValueError, match="weekday from 0 to 6, got 7"):
        MakeUpDay(MONDAY, 7)


def yearly(effect_by_name, *, days=TWO_YEARS, mean=30.0, seed=3):
    """Holidays every year on given days of it, scaled; returns the history and the dates."""
    past = poisson_history(days=days, labels=24, mean=mean, seed=seed)
    dates = []
    for year in range(days // 365 + 1):
        for number, (name, effect) in enumerate(effect_by_name.items()):
            offset = 365 * year + 20 + 45 * number
            dates.append(holiday(offset, name))
            if offset < days:
                past.offered[0, offset] = np.round(past.offered[0, offset] * effect)
    return past, dates


def test_a_holiday_is_mostly_what_it_was():
    past, dates = yearly({"Christmas": 0.3, "May Day": 0.8, "Ascension": 1.3, "Unity": 0.9})
    factors = factors_of(past, dates, 200)
    ahead = {item.kind: (item.on_date - MONDAY).days - TWO_YEARS for item in dates}
    totals = {name: factors[day].mean() for name, day in ahead.items() if 0 <= day < 200}
    assert totals["Christmas"] == pytest.approx(0.33, abs=0.06)
    assert totals["May Day"] == pytest.approx(0.8, abs=0.06)
    assert totals["Ascension"] == pytest.approx(1.25, abs=0.12)
    others = np.delete(factors, [day for day in ahead.values() if 0 <= day < 200], axis=0)
    assert (others == 1).mean() > 0.98


def test_a_holiday_goes_by_its_name_wherever_it_falls():
    past = poisson_history(days=TWO_YEARS, labels=24, mean=30)
    easters = [99, 99 + 350, 99 + 350 + 384]
    for day in easters[:2]:
        past.offered[0, day] = np.round(past.offered[0, day] * 0.4)
    factors = factors_of(past, [holiday(day, "Easter") for day in easters], 120)
    assert factors[easters[2] - TWO_YEARS].mean() == pytest.approx(0.43, abs=0.06)


def test_a_new_holiday_leans_on_the_others_as_far_as_they_agree():
    like, dates = yearly({f"Day {number}": 0.5 for number in range(6)}, days=365)
    agreed = factors_of(like, [*dates, holiday(371, "New")], 14)[6].mean()
    mixed, dates = yearly(
        {f"Day {number}": 0.5 if number % 2 else 2.0 for number in range(6)}, days=365
    )
    open_question = factors_of(mixed, [*dates, holiday(371, "New")], 14)[6].mean()
    assert agreed == pytest.approx(0.55, abs=0.06)
    assert open_question == pytest.approx(1.0, abs=0.1)


def test_a_family_stands_in_for_a_kind_that_was_never_seen():
    past, dates = yearly({"Christmas Day": 0.2, "Easter": 1.0, "May Day": 1.0}, days=365)
    observed = holiday(371, "Christmas Day (observed)", family="Christmas Day")
    assert factors_of(past, [*dates, observed], 14)[6].mean() < 0.35


@given(days=st.integers(14, 60), ahead=st.integers(0, 13))
def test_a_history_without_holidays_gives_no_effect(days, ahead):
    past = poisson_history(days=days, labels=4)
    assert (factors_of(past, [holiday(days + ahead, "Christmas")]) == 1).all()


def test_a_holiday_that_was_ordinary_stays_nearly_so():
    past, dates = yearly({"Columbus": 1.0, "Veterans": 1.0, "Presidents": 1.0})
    assert factors_of(past, dates, 200).mean(axis=1) == pytest.approx(1.0, abs=0.1)


def test_a_holiday_brings_its_own_profile():
    past, dates = yearly({"Christmas": 1.0, "Easter": 1.0}, mean=200)
    christmases = list(range(20, TWO_YEARS, 365))
    past.offered[0, christmases, :12] *= 0.2
    past.offered[0, christmases, 12:] *= 1.8
    factors = factors_of(past, dates, 60)
    christmas = factors[20 + 730 - TWO_YEARS]
    assert christmas.mean() == pytest.approx(1.0, abs=0.08)
    assert christmas[:12].mean() < 0.5
    assert christmas[12:].mean() > 1.5


def test_a_queue_that_closes_on_holidays_is_learnt_to():
    """No row on any holiday of a history that is otherwise whole."""
    past, dates = yearly({"Christmas": 1, "Easter": 1, "May Day": 1, "Unity": 1})
    for item in dates:
        day = (item.on_date - MONDAY).days
        if day < TWO_YEARS:
            past.offered[0, day] = np.nan
    assert factors_of(past, dates, 60)[20 + 730 - TWO_YEARS].max() < 0.1
    gaps = history(past.offered.copy())
    gaps.offered[0, 5::9] = np.nan  # now absent days are nothing special
    assert factors_of(gaps, dates, 60)[20 + 730 - TWO_YEARS].min() > 0.9


def test_eves_and_days_after_count_only_when_they_stand_out():
    past, dates = yearly({"Christmas": 0.3, "Easter": 0.5})
    for day in (19, 384):
        past.offered[0, day] = np.round(past.offered[0, day] * 0.5)
    factors = factors_of(past, dates, 60)
    christmas = 20 + 730 - TWO_YEARS
    assert factors[christmas - 1].mean() == pytest.approx(0.55, abs=0.12)
    assert (factors[christmas + 1] == 1).all()


def test_a_planners_day_goes_before_the_holiday():
    past, dates = yearly({"Christmas": 0.3})
    day = 20 + 730
    typed = [*[item for item in dates if item.on_date != MONDAY + timedelta(days=day)],
             special(day, "Christmas campaign", scale=2.5)]  # fmt: skip
    assert (factors_of(past, typed, 30)[day - TWO_YEARS] == 2.5).all()


def test_closed_weekdays_and_unknown_days_do_no_harm():
    past, dates = yearly({"Christmas": 0.3, "Easter": 1.2}, days=365)
    mask = np.ones(past.offered.shape, dtype=bool)
    mask[:, 5::7] = mask[:, 6::7] = False
    past.offered[0, 60:65] = np.nan
    part = history(np.where(mask, past.offered, np.nan), open_mask=mask)
    assert np.isfinite(factors_of(part, dates, 100)).all()
    blank = history(np.full((1, 30, 4), np.nan))
    assert (factors_of(blank, [holiday(10, "A"), holiday(35, "A")]) == 1).all()


def test_holidays_are_forecast_with_their_factor():
    past, dates = yearly({"Christmas": 0.3, "Easter": 0.9, "May Day": 1.0})
    mask = learn_mask([dates], MONDAY, past.days)
    trusting = history(past.offered, learn_mask=mask)
    factors = horizon_factors(history=trusting, special=[dates], days=28).factors
    plain = forecast(history=trusting, horizon=horizon(past, days=28))
    told = forecast(history=trusting, horizon=horizon(past, days=28, special_factors=factors))
    assert told.mean == pytest.approx(plain.mean * factors)
    assert told.mean[0, 15].sum() < 0.5 * plain.mean[0, 15].sum()


def test_make_up_workdays_are_forecast_like_the_weekday_they_replace():
    past = poisson_history(days=56, labels=24)
    mask = np.ones(past.offered.shape, dtype=bool)
    mask[:, 5::7] = mask[:, 6::7] = False
    office = history(np.where(mask, past.offered, np.nan), open_mask=mask)
    saturday = MONDAY + timedelta(days=56 + 5)
    thursday = MONDAY + timedelta(days=56 + 3)
    calendar = SpecialCalendar(
        dates=(SpecialDate(thursday, "Festival", is_holiday=True),),
        make_up=(MakeUpDay(saturday, 3),),
    )
    make_up = make_up_days(calendar, MONDAY + timedelta(days=56), 7)
    assert make_up.sources == {5: 10}  # the next Thursday: this week's is the holiday
    assert make_up.days == 11
    is_open = np.ones((1, 11, 24), dtype=bool)
    is_open[:, [5, 6]] = False
    result = forecast(
        history=office, horizon=horizon(past, days=11, open_mask=is_open), params=ForecastParams()
    )
    copied = like_weekdays(result, make_up)
    assert result.mean[0, 5].sum() == 0
    assert copied.mean[0, 5].tolist() == result.mean[0, 10].tolist()
    assert copied.quantiles[:, 0, 5].tolist() == result.quantiles[:, 0, 10].tolist()
    assert copied.components.level[0, 5] == result.components.level[0, 10]
    assert copied.mean[0, 6].sum() == 0
    assert make_up.applied(is_open, 1)[0, 5].all()


def test_a_calendar_without_make_up_days_changes_nothing():
    result = forecast(history=poisson_history(days=28), horizon=horizon(poisson_history(days=28)))
    assert like_weekdays(result, make_up_days(None, MONDAY, 14)) is result
    assert make_up_days(SpecialCalendar(), MONDAY, 14).days == 14


def test_slots_that_the_clock_skipped_do_not_count_against_them():
    has_row = np.ones((21, 2), dtype=bool)
    has_row[[0, 7], 1] = False
    exists = np.ones((21, 2), dtype=bool)
    assert not open_slots(has_row, exists)[0, 1]
    exists[0, 1] = False
    assert open_slots(has_row, exists)[0, 1]
    assert not open_slots(np.zeros((14, 2), dtype=bool)).any()


def test_make_up_days_outside_the_horizon_are_left():
    calendar = SpecialCalendar(make_up=(MakeUpDay(MONDAY - timedelta(days=1), 4),))
    assert make_up_days(calendar, MONDAY, 14).sources == {}


def test_a_new_holiday_does_less_to_a_weekend():
    past, dates = yearly({f"Day {number}": 0.5 for number in range(6)}, days=365)
    saturday = next(day for day in range(366, 376) if day % 7 == 5)
    new = [holiday(saturday, "New"), holiday(saturday + 4, "Other")]
    factors = factors_of(past, [*dates, *new], 20).mean(axis=1)
    assert factors[saturday + 4 - 365] < factors[saturday - 365] < 0.8


def holiday_world(seed, *, days):
    """One daily queue whose holidays take away a third on average, no two years quite alike."""
    rng = np.random.default_rng(seed)
    names = [f"Holiday {number}" for number in range(8)]
    effects = dict(zip(names, rng.normal(-0.4, 0.3, 8), strict=True))
    dates = [
        holiday(year * 364 + 20 + 45 * number, name)
        for year in range(3)
        for number, name in enumerate(names)
    ]
    counts = 500.0 * np.resize([1.1, 1.0, 1.0, 1.0, 1.0, 0.6, 0.5], days + 364)
    counts = rng.poisson(counts * np.exp(rng.normal(0, 0.03, counts.size))).astype(float)
    for item in dates:
        index = (item.on_date - MONDAY).days
        if index < counts.size:
            counts[index] *= np.exp(effects[item.kind] + rng.normal(0, 0.15))
    return counts, dates


def holiday_bands(counts, dates, *, days, is_told):
    """For each holiday ahead: what came, and the ends of its band."""
    past = history(counts[None, :days, None])
    mask = learn_mask([dates], MONDAY, days)
    past = history(past.offered, open_mask=past.open_mask, learn_mask=mask)
    ahead = counts.size - days
    found = horizon_factors(history=past, special=[dates], days=ahead)
    result = forecast(
        history=past,
        horizon=horizon(
            past,
            days=ahead,
            special_factors=found.factors,
            special_variances=found.variances if is_told else None,
        ),
    )
    hits = [(item.on_date - MONDAY).days - days for item in dates]
    hits = [index for index in hits if 0 <= index < ahead]
    low, _median, high = result.quantiles[:, 0, hits, 0]
    return counts[days:][hits], low, high


@pytest.mark.parametrize(("days", "least"), [(728, 0.7), (49, 0.55)])
def test_bands_of_holidays_are_as_wide_as_holidays_are_unsure(days, least):
    """After seven weeks a holiday is new, so that its band leans on what others say of holidays."""
    inside = {True: [], False: []}
    for seed in range(8):
        counts, dates = holiday_world(seed, days=days)
        for is_told, found in inside.items():
            came, low, high = holiday_bands(counts, dates, days=days, is_told=is_told)
            found.extend((came >= low) & (came <= high))
    assert least < np.mean(inside[True]) < 0.95
    assert np.mean(inside[True]) > np.mean(inside[False]) + 0.2


def test_only_what_is_learnt_is_unsure():
    past = poisson_history(days=70, mean=40)
    dates = [
        special(72, "Move", is_closed=True),
        special(73, "Sale", scale=1.5),
        holiday(74, "Never seen"),
        special(20, "Campaign"),
        special(75, "Campaign"),
    ]
    found = horizon_factors(history=past, special=[dates], days=14)
    closed, typed, unseen, learnt, ordinary = found.variances[0, 2:7]
    assert (closed, typed, ordinary) == (0, 0, 0)
    assert unseen > learnt > 0
    assert (found.factors[0, 4] == 1).all()


@pytest.mark.parametrize("is_flat", [True, False])
def test_a_holiday_that_moves_to_a_weekend_brings_what_such_holidays_bring(is_flat):
    """Three years of eight dated holidays that bring 200 a day whatever the weekday, or a third."""
    rng = np.random.default_rng(7)
    days = 3 * 364
    usual = np.resize([1000, 1000, 1000, 1000, 1000, 400, 300], days + 364).astype(float)
    # One weekday later every year, as dates go.
    dates = [
        holiday(20 + year * 365 + 45 * number, f"Holiday {number}")
        for year in range(4)
        for number in range(8)
    ]
    counts = rng.poisson(usual).astype(float)
    places = [(item.on_date - MONDAY).days for item in dates]
    places = [place for place in places if place < counts.size]
    due = 200.0 if is_flat else usual[places] / 3
    counts[places] = rng.poisson(due, len(places))
    past = history(counts[None, :days, None])
    mask = learn_mask([dates], MONDAY, days)
    past = history(past.offered, open_mask=past.open_mask, learn_mask=mask)
    found = horizon_factors(history=past, special=[dates], days=364)
    ahead = np.array([place - days for place in places if place >= days])
    forecast_counts = found.factors[0, ahead, 0] * usual[ahead + days]
    truth = np.full(ahead.size, 200.0) if is_flat else usual[ahead + days] / 3
    assert (np.abs(forecast_counts / truth - 1) < 0.35).all()
    assert np.abs(forecast_counts / truth - 1).mean() < 0.15
