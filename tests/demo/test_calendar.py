from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.demo.bank import SOURCE_ENDS_ON, SOURCE_STARTS_ON
from wfm.demo.calendar import SourceCalendar, last_friday


def calendar(anchor: date) -> SourceCalendar:
    return SourceCalendar(SOURCE_STARTS_ON, SOURCE_ENDS_ON, anchor)


@pytest.mark.parametrize(
    ("today", "friday"),
    [
        (date(2026, 11, 20), date(2026, 11, 13)),  # a Friday: the one a week ago
        (date(2026, 11, 21), date(2026, 11, 20)),
        (date(2026, 11, 22), date(2026, 11, 20)),
        (date(2026, 11, 26), date(2026, 11, 20)),
    ],
)
def test_last_friday_lies_before_today(today, friday):
    assert last_friday(today) == friday


def test_the_source_ends_on_the_anchor():
    source = calendar(date(2026, 11, 20)).source_day(date(2026, 11, 20))
    assert (source.source_date, source.lap) == (SOURCE_ENDS_ON, 0)


def test_the_week_after_the_anchor_is_the_first_of_the_second_lap():
    source = calendar(date(2026, 11, 20)).source_day(date(2026, 11, 23))
    assert (source.source_date, source.lap) == (SOURCE_STARTS_ON, 1)


@given(st.integers(0, 2000))
def test_the_weekday_is_kept(days):
    shifted = calendar(date(2026, 11, 20))
    day = shifted.starts_on + timedelta(days=days)
    assert shifted.source_day(day).source_date.weekday() == day.weekday()


def test_a_day_before_the_history_is_refused():
    shifted = calendar(date(2026, 11, 20))
    with pytest.raises(ValueError, match="starts on 2026-03-30"):
        shifted.source_day(date(2026, 3, 29))


@pytest.mark.parametrize(
    ("starts_on", "anchor", "message"),
    [
        (date(2003, 3, 4), date(2026, 11, 20), "start on a Monday"),
        (SOURCE_STARTS_ON, date(2026, 11, 19), "anchor_friday to be a Friday"),
    ],
)
def test_a_calendar_off_the_weekdays_is_refused(starts_on, anchor, message):
    with pytest.raises(ValueError, match=message):
        SourceCalendar(starts_on, SOURCE_ENDS_ON, anchor)
