"""From instants to the wall clock and back, through clock changes."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.wall_clock import WallClockGrid, labels_per_day

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
ZONES = [
    "UTC",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Shanghai",
]


@pytest.mark.parametrize(
    ("day", "instants"), [(SPRING, 92), (date(2026, 3, 28), 96), (AUTUMN, 100)]
)
def test_a_day_has_92_96_or_100_quarter_hours(day, instants):
    grid = WallClockGrid(day, 1, LONDON, 15)
    assert len(grid.starts_at) == instants
    assert grid.repeats.shape == (1, 96)


def test_the_skipped_label_holds_nothing_and_the_repeated_one_two():
    spring = WallClockGrid(SPRING, 1, LONDON, 60).repeats[0]
    autumn = WallClockGrid(AUTUMN, 1, LONDON, 60).repeats[0]
    assert list(spring[:4]) == [1, 0, 1, 1]
    assert list(autumn[:4]) == [1, 2, 1, 1]


def test_folding_sums_a_repeated_label_and_picking_repeats_it():
    grid = WallClockGrid(AUTUMN, 1, LONDON, 60)
    values = np.arange(25.0)
    folded = grid.fold(values)
    assert list(folded[0, :4]) == [0, 1 + 2, 3, 4]
    assert list(grid.pick(folded)[:4]) == [0, 3, 3, 3]


def test_a_missing_instant_makes_its_label_missing():
    grid = WallClockGrid(AUTUMN, 1, LONDON, 60)
    values = np.ones(25)
    values[2] = np.nan
    assert np.flatnonzero(np.isnan(grid.fold(values)[0])).tolist() == [1]


def test_a_daily_grid_has_one_instant_per_date():
    grid = WallClockGrid(SPRING, 3, LONDON, 1440)
    assert [str(start) for start in grid.starts_at] == [
        "2026-03-29T00:00:00",
        "2026-03-29T23:00:00",
        "2026-03-30T23:00:00",
    ]


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2000, 1, 1), date(2035, 1, 1)),
    days=st.integers(1, 40),
    minutes=st.sampled_from([15, 30]),
)
def test_nothing_is_lost_between_instants_and_labels(zone, first, days, minutes):
    grid = WallClockGrid(first, days, ZoneInfo(zone), minutes)
    values = np.arange(len(grid.starts_at), dtype=float)
    assert grid.fold(values).sum() == values.sum()
    assert grid.repeats.sum() == len(values)
    steps = np.diff(grid.starts_at).astype(int)
    assert (steps == minutes * 60).all()


@pytest.mark.parametrize("minutes", [0, -15, 7, 1441])
def test_a_step_that_does_not_divide_a_day_is_refused(minutes):
    with pytest.raises(ValueError, match="divides a day"):
        labels_per_day(minutes)


def test_an_empty_grid_is_refused():
    with pytest.raises(ValueError, match="at least one day"):
        WallClockGrid(SPRING, 0, LONDON, 15)


def test_a_label_counts_twice_or_not_at_all_only_when_all_of_it_does():
    for minutes in (120, 480, 1440):
        for day in (SPRING, AUTUMN):
            assert (WallClockGrid(day, 1, LONDON, minutes).repeats == 1).all()
    half_hour = ZoneInfo("Australia/Lord_Howe")
    for day in (date(2021, 10, 3), date(2021, 4, 4)):
        assert (WallClockGrid(day, 1, half_hour, 60).repeats == 1).all()
    assert WallClockGrid(date(2021, 10, 3), 1, half_hour, 30).repeats[0, 4] == 0
    assert WallClockGrid(date(2021, 4, 4), 1, half_hour, 30).repeats[0, 3] == 2


def test_a_date_that_a_zone_left_out_has_no_labels():
    grid = WallClockGrid(date(2011, 12, 30), 1, ZoneInfo("Pacific/Apia"), 60)
    assert (grid.repeats == 0).all()
