"""New queues: a plan at first, then more and more what they bring themselves."""

import numpy as np
import pytest

from forecasting.core.new_queue import (
    blended,
    scaled_to_week,
    start_forecast,
    typed_expectation,
)

LABELS = 48
QUANTILES = (0.1, 0.5, 0.9)


def office_hours(days, first_weekday=0):
    """Open 08:00-18:00 from Monday to Friday."""
    weekday = (first_weekday + np.arange(days)) % 7
    mask = np.zeros((days, LABELS), dtype=bool)
    mask[:, 16:36] = (weekday < 5)[:, None]
    return mask


def planned(days, first_weekday=0, weekly=1_000.0):
    return typed_expectation(
        weekly_contacts=weekly,
        open_mask=office_hours(days, first_weekday),
        first_weekday=first_weekday,
    )


def started(offered, *, weekly=1_000.0, days_ahead=14, **options):
    own = offered.shape[0]
    whole = planned(own + days_ahead, weekly=weekly)
    return start_forecast(
        expected=whole[own:],
        expected_past=whole[:own],
        offered=offered,
        quantiles=QUANTILES,
        **options,
    )


def test_a_typed_week_brings_its_contacts_within_the_opening_hours():
    expected = planned(14)
    assert expected.sum() == pytest.approx(2_000)
    assert (expected[~office_hours(14)] == 0).all()
    assert (expected[5:7] == 0).all()
    assert 20 <= int(np.argmax(expected[0])) < 28


def test_typed_shares_and_parts_are_followed():
    expected = typed_expectation(
        weekly_contacts=100,
        open_mask=np.ones((7, 24), dtype=bool),
        first_weekday=6,
        weekday_shares=(2, 1, 1, 1, 1, 0, 4),
        profile=(1, 3),
    )
    assert expected.sum(axis=1) == pytest.approx([40, 20, 10, 10, 10, 10, 0])
    assert expected[0, 12:].sum() > 2.5 * expected[0, :12].sum()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weekday_shares": (1, 2)}, "seven weekday shares"),
        ({"weekday_shares": (0,) * 7}, "not all 0"),
        ({"profile": (1, -1)}, "0 or more"),
    ],
)
def test_typed_shares_must_make_sense(options, words):
    with pytest.raises(ValueError, match=words):
        typed_expectation(
            weekly_contacts=9, open_mask=np.ones((7, 4), dtype=bool), first_weekday=0, **options
        )


def test_one_day_is_its_share_of_the_week():
    assert planned(1).sum() == pytest.approx(170)


def test_a_look_alike_is_scaled_to_the_typed_week():
    assert scaled_to_week(planned(28), 300.0).sum() == pytest.approx(4 * 300)
    with pytest.raises(ValueError, match="look-alike with contacts"):
        scaled_to_week(np.zeros((7, 4)), 300.0)


def test_without_own_days_the_plan_stands_in_a_wide_band():
    found = started(np.zeros((0, LABELS)))
    assert found.mean == pytest.approx(planned(14))
    assert found.own_share == 0
    assert (np.diff(found.quantiles, axis=0) >= 0).all()
    peak = np.unravel_index(np.argmax(found.mean), found.mean.shape)
    low, high = found.quantiles[[0, 2]][(slice(None), *peak)]
    assert low < 0.65 * found.mean[peak]
    assert high > 1.35 * found.mean[peak]


def test_own_days_take_the_level_over_as_they_come():
    rng = np.random.default_rng(4)
    shares, totals = [], []
    for days in (1, 3, 7, 13):
        offered = rng.poisson(planned(14, weekly=2_000)[:days]).astype(float)
        offered[~office_hours(days)] = np.nan
        found = started(offered, days_ahead=14)
        shares.append(found.own_share)
        totals.append(found.mean.sum())
    assert shares == sorted(shares)
    assert shares[-1] > 0.95
    assert totals[0] == pytest.approx(4_000, rel=0.25)
    assert totals[-1] == pytest.approx(4_000, rel=0.06)


def test_an_unplanned_level_is_read_off_the_first_day():
    offered = planned(8)[:1] * 0.2
    offered[~office_hours(1)] = np.nan
    assert started(offered, level_is_planned=False).mean.sum() == pytest.approx(400, rel=0.05)


def test_own_weekdays_and_hours_show_through():
    truth = planned(28)
    truth[0::7] *= 1.6
    truth[:, 16:20] *= 2.0
    own = truth[:14].round()
    own[~office_hours(14)] = np.nan
    found = started(own)
    wrong = np.abs(planned(14) * truth.sum() / 2 / 2_000 - truth[14:]).sum()
    assert np.abs(found.mean - truth[14:]).sum() < 0.45 * wrong


def test_bands_hold_what_comes():
    rng = np.random.default_rng(9)
    inside, cells = 0.0, 0
    for _ in range(60):
        level = np.exp(rng.normal(0, 0.3))
        truth = planned(12, weekly=6_000 * level) * np.exp(rng.normal(0, 0.1, (12, 1)))
        came = rng.poisson(truth * np.exp(rng.normal(0, 0.12, truth.shape))).astype(float)
        own = np.where(office_hours(5), came[:5], np.nan)
        found = started(own, weekly=6_000, days_ahead=7)
        judged = found.mean >= 5
        low, high = found.quantiles[0][judged], found.quantiles[2][judged]
        ahead = came[5:][judged]
        inside += ((ahead > low) & (ahead < high)).sum() + 0.5 * (
            (ahead == low) | (ahead == high)
        ).sum()
        cells += judged.sum()
    assert inside / cells == pytest.approx(0.8, abs=0.06)


def test_the_plan_gives_way_day_by_day():
    start, own = np.array([10.0]), np.array([20.0])
    ages = [
        blended(start=start, own=own, own_days=days, from_days=14, until_days=28)[0]
        for days in (10, 14, 21, 28, 90)
    ]
    assert ages == [10, 10, 15, 20, 20]
