"""Business time across nights, weekends, holidays and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.timeline import BusinessCalendar, grid

LONDON = ZoneInfo("Europe/London")
OFFICE = BusinessCalendar(
    tz="Europe/London",
    weekly={weekday: [(8 * 60, 17 * 60)] for weekday in range(5)},
    closed_dates=frozenset({date(2026, 12, 25)}),
    special_dates={date(2026, 12, 24): [(8 * 60, 12 * 60)]},
)
NIGHT = BusinessCalendar(
    tz="Europe/London",
    weekly={weekday: [(0, 6 * 60), (22 * 60, 24 * 60)] for weekday in range(7)},
)
HOUR = 3600
START = datetime(2026, 1, 1, tzinfo=UTC)


def london(*parts):
    return datetime(*parts, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("arrived", "hours", "due"),
    [
        (london(2026, 11, 17, 15), 4, london(2026, 11, 18, 10)),  # 2 h today, 2 h tomorrow
        (london(2026, 11, 20, 16), 2, london(2026, 11, 23, 9)),  # over the weekend
        (london(2026, 11, 21, 11), 1, london(2026, 11, 23, 9)),  # arrives while closed
        (london(2026, 12, 24, 11), 2, london(2026, 12, 28, 9)),  # short day, holiday, weekend
        (london(2026, 11, 17, 8), 9, london(2026, 11, 17, 17)),  # due at closing time itself
    ],
)
def test_due_time_counts_open_hours_only(arrived, hours, due):
    assert OFFICE.add_business_seconds(arrived, hours * HOUR) == due


def test_a_night_across_the_skipped_hour_is_an_hour_shorter():
    starts = london(2026, 3, 28, 22)
    assert NIGHT.business_seconds_between(starts, london(2026, 3, 29, 6)) == 7 * HOUR
    assert (
        NIGHT.business_seconds_between(london(2026, 10, 24, 22), london(2026, 10, 25, 6))
        == 9 * HOUR
    )


@given(
    st.integers(0, 365 * 24 * HOUR).map(lambda second: START + timedelta(seconds=second)),
    st.integers(0, 80 * HOUR),
)
def test_adding_and_measuring_are_inverse(at, seconds):
    due = OFFICE.add_business_seconds(at, seconds)
    assert OFFICE.business_seconds_between(at, due) == pytest.approx(seconds)
    assert due >= at


def test_open_mask_agrees_with_the_open_intervals():
    starts, ends = london(2026, 12, 21), london(2026, 12, 28)
    instants = grid(starts, ends, 15)
    mask = OFFICE.open_mask(instants)
    open_minutes = 15 * int(mask.sum())
    assert open_minutes == (3 * 9 + 4) * 60
    assert OFFICE.business_seconds_between(starts, ends) == open_minutes * 60


def test_a_calendar_that_never_opens_says_so():
    with pytest.raises(ValueError, match="no 60 open seconds"):
        BusinessCalendar(tz="UTC", weekly={}).add_business_seconds(london(2026, 1, 1), 60)


def test_negative_time_is_refused():
    with pytest.raises(ValueError, match="seconds >= 0"):
        OFFICE.add_business_seconds(london(2026, 1, 1), -1)


def test_hours_outside_the_day_are_refused():
    with pytest.raises(ValueError, match="1440"):
        BusinessCalendar(tz="UTC", weekly={0: [(600, 1500)]})


def test_always_open_is_calendar_time():
    always = BusinessCalendar.always("America/New_York")
    at = datetime(2026, 3, 7, 20, tzinfo=UTC)
    assert always.add_business_seconds(at, 86400) == at + timedelta(days=1)


def test_overlapping_hours_count_once():
    calendar = BusinessCalendar(tz="UTC", weekly={3: [(480, 720), (600, 780), (780, 840)]})
    starts, ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert calendar.business_seconds_between(starts, ends) == 6 * HOUR
    assert len(calendar.intervals(date(2026, 1, 1))) == 1


@pytest.mark.parametrize(
    ("span", "day", "open_hours"),
    [
        ((0, 90), (2026, 10, 25), 1.5),  # closes at the first 01:30 and does not open again
        ((90, 300), (2026, 10, 25), 4.5),  # opens at the first 01:30 and stays open
        ((90, 300), (2026, 3, 29), 2.5),  # 01:30 is skipped: its shift, 02:30
        ((0, 1440), (2026, 10, 25), 25),
    ],
)
def test_the_mask_and_the_hours_agree_where_the_clock_changes(span, day, open_hours):
    calendar = BusinessCalendar(tz="Europe/London", weekly={6: [span]})
    starts, ends = london(*day), london(*day) + timedelta(days=1)
    mask = calendar.open_mask(grid(starts, ends, 15))
    assert mask.sum() / 4 == open_hours
    assert calendar.business_seconds_between(starts, ends) == open_hours * HOUR
