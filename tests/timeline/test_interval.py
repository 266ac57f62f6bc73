"""Intervals, grids and local days."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.timeline import (
    Interval,
    day_bounds,
    day_intervals,
    grid,
    local_dates,
    local_minutes,
    merge,
    overlap_seconds,
    subtract,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def minutes_covered(intervals):
    """Slow and obvious: every minute that some interval holds."""
    return {
        minute
        for minute in range(-200, 400)
        if any(item.starts_at <= at(minute) < item.ends_at for item in intervals)
    }


@st.composite
def intervals(draw):
    start = draw(st.integers(-100, 200))
    return Interval(at(start), at(start + draw(st.integers(0, 100))))


@given(st.lists(intervals(), max_size=8))
def test_merge_covers_the_same_time_without_overlap(items):
    merged = merge(items)
    assert minutes_covered(merged) == minutes_covered(items)
    assert all(one.ends_at < two.starts_at for one, two in pairwise(merged))


@given(st.lists(intervals(), max_size=6), st.lists(intervals(), max_size=6))
def test_subtract_leaves_what_the_other_does_not_cover(items, removed):
    left = subtract(items, removed)
    assert minutes_covered(left) == minutes_covered(items) - minutes_covered(removed)


@given(intervals(), intervals())
def test_overlap_counts_the_shared_time(one, other):
    shared = minutes_covered([one]) & minutes_covered([other])
    assert overlap_seconds(one, other) == 60 * len(shared)
    assert one.overlaps(other) or not shared


def test_touching_intervals_do_not_overlap():
    assert not Interval(at(0), at(15)).overlaps(Interval(at(15), at(30)))
    assert not Interval(at(0), at(15)).contains(at(15))


def test_an_interval_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="end at or after the start"):
        Interval(at(15), at(0))


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="aware instants"):
        Interval(datetime(2026, 3, 1), at(0))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("day", "zone", "count"),
    [
        (date(2026, 3, 29), "Europe/London", 92),  # clocks go forward
        (date(2026, 10, 25), "Europe/London", 100),  # and back
        (date(2026, 6, 1), "Europe/London", 96),
        (date(2026, 4, 5), "Australia/Lord_Howe", 98),  # half an hour back
        (date(2018, 11, 4), "America/Sao_Paulo", 92),  # midnight itself is skipped
        (date(2026, 6, 1), "Asia/Kathmandu", 96),  # +05:45
    ],
)
def test_a_local_day_has_its_true_number_of_quarter_hours(day, zone, count):
    starts = day_intervals(day, zone, 15)
    assert len(starts) == count
    assert starts[0] == day_bounds(day, zone).starts_at
    instants = grid(starts[0], starts[-1] + timedelta(minutes=15), 15)
    assert set(local_dates(instants, zone).astype(str)) == {str(day)}


def test_two_days_meet_without_a_seam():
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2018, 11, 3), date(2018, 11, 4)):
        for zone in ("Europe/London", "America/Sao_Paulo", "Pacific/Apia"):
            assert (
                day_bounds(day, zone).ends_at == day_bounds(day + timedelta(days=1), zone).starts_at
            )


def test_local_minutes_repeat_in_the_repeated_hour():
    bounds = day_bounds(date(2026, 10, 25), "Europe/London")
    minutes = local_minutes(grid(bounds.starts_at, bounds.ends_at, 60), "Europe/London")
    assert minutes.tolist() == [0, 60, 60, *range(120, 1440, 60)]


def test_a_grid_refuses_a_broken_interval():
    with pytest.raises(ValueError, match="whole number of 15-minute"):
        grid(at(0), at(20), 15)


def test_a_grid_is_half_open():
    assert grid(at(0), at(30), 15).tolist() == [
        np.datetime64("2026-03-01T12:00:00").item(),
        np.datetime64("2026-03-01T12:15:00").item(),
    ]
