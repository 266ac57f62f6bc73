"""Comfort and fairness against numbers worked out by hand."""

import pytest

from scheduling.core.comfort import (
    ComfortParams,
    WorkedShift,
    comfort_of,
    fairness,
    longest_run,
    start_spread_minutes,
)


def shift(day, start=9, hours=8, **fields):
    return WorkedShift(day=day, start_minute=start * 60, end_minute=(start + hours) * 60, **fields)


def test_a_steady_week_without_weekend_scores_full():
    found = comfort_of([shift(day) for day in range(5)], days=7, wishes=2, wishes_kept=2)

    assert found.score == pytest.approx(100.0)
    assert (found.weekends, found.weekends_worked, found.longest_run_days) == (1, 0, 5)
    assert found.shortest_rest_hours == pytest.approx(16.0)
    assert found.start_spread_minutes == 0.0


def test_each_part_is_weighed_as_stated():
    shifts = [shift(0, 8), shift(1, 9), shift(2, 10), shift(5, 9, pieces=2)]

    found = comfort_of(shifts, days=7, wishes=4, wishes_kept=1)

    # Wishes 1/4; spread (60+0+60+0)/4 = 30 min of 120; the weekend worked; rest 17 h; one of 4 split.
    expected = (0.3 * 0.25 + 0.2 * 0.75 + 0.2 * 0.0 + 0.1 + 0.1 + 0.1 * 0.75) / 1.0
    assert found.score == pytest.approx(100 * expected)


def test_who_never_wished_is_judged_by_the_rest():
    found = comfort_of([shift(0), shift(6)], days=7)

    # 0.2 steadiness + 0.1 rest + 0.1 run + 0.1 splits of 0.7, the weekend worked.
    assert found.score == pytest.approx(100 * 0.5 / 0.7)


def test_a_short_rest_and_a_long_run_cost_comfort():
    short = comfort_of([shift(0, 14), shift(1, 9)], days=5)
    long = comfort_of([shift(d) for d in range(7)], days=7)

    assert short.shortest_rest_hours == pytest.approx(11.0)
    assert short.score < comfort_of([shift(0, 9), shift(1, 9)], days=5).score
    assert long.longest_run_days == 7
    # Weekend worked and run of 7: steadiness, rest and splits remain.
    assert long.score == pytest.approx(100 * (0.2 + 0.1 + 0.1) / 0.7)


def test_nothing_worked_and_nothing_wished_is_no_burden():
    assert comfort_of([], days=7).score == 100.0


def test_starts_around_midnight_lie_close_together():
    assert start_spread_minutes([0, 1380]) == pytest.approx(690.0)
    assert start_spread_minutes([1380, 1380, 15]) == pytest.approx(25.0)
    assert start_spread_minutes([540]) is None


def test_days_worked_before_lengthen_a_run_that_touches_them():
    assert longest_run({0, 1, 3}, before=4) == 6
    assert longest_run({1, 2}, before=4) == 2


def test_more_wishes_kept_than_made_are_refused():
    with pytest.raises(ValueError, match="wishes_kept"):
        comfort_of([], days=7, wishes=1, wishes_kept=2)


def test_scales_that_run_backwards_are_refused():
    with pytest.raises(ValueError, match="good_rest_hours"):
        ComfortParams(good_rest_hours=10, poor_rest_hours=11)


def test_burdens_shared_evenly_are_fair():
    found = fairness([1, 1, 1, 1], [4, 4, 4, 4])

    assert (found.mean, found.spread, found.jain_index, found.most) == (0.25, 0.0, 1.0, ())


def test_one_who_bears_all_is_named():
    found = fairness([4, 0, 0, 0], [4, 4, 4, 4])

    assert found.jain_index == pytest.approx(0.25)
    assert found.most == (0,)


def test_the_past_quarter_evens_out_and_presence_counts():
    even = fairness([2, 0], [13, 13], past=[2, 4])
    part_time = fairness([1, 2], [6, 12])

    assert even.jain_index == pytest.approx(1.0)
    assert part_time.jain_index == pytest.approx(1.0)


def test_who_was_never_there_is_refused():
    with pytest.raises(ValueError, match="weeks"):
        fairness([1], [0])
