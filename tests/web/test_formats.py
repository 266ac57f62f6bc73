"""Numbers and moments as people read them, in both languages."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from wfm.web import formats


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (None, 0, "–"),
        (float("nan"), 1, "–"),
        (float("inf"), 1, "∞"),
        (float("-inf"), 1, "−∞"),
        (1234.5, 1, "1,234.5"),
        (-1234.56, 1, "−1,234.6"),
        (-0.04, 1, "0.0"),
        (0, 0, "0"),
    ],
)
def test_number_is_grouped_and_nothing_is_a_dash(value, digits, shown):
    assert formats.number(value, digits) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(3.2, "+3"), (-3.2, "−3"), (0.2, "0"), (None, "–"), (float("inf"), "∞")]
)
def test_signed_shows_the_direction_but_no_signed_zero(value, shown):
    assert formats.signed(value) == shown


@pytest.mark.parametrize(
    ("rate", "shown"), [(0.81132, "81.1\u202f%"), (0, "0.0\u202f%"), (None, "–")]
)
def test_percent_takes_a_fraction(rate, shown):
    assert formats.percent(rate) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0, "0\u202fs"),
        (45, "45\u202fs"),
        (59.6, "1\u202fmin"),
        (245, "4\u202fmin 5\u202fs"),
        (3600, "1\u202fh"),
        (7500, "2\u202fh 5\u202fmin"),
        (93600, "1\u202fd 2\u202fh"),
        (-90, "−1\u202fmin 30\u202fs"),
        (float("inf"), "∞"),
    ],
)
def test_duration_has_two_units_at_most(seconds, shown):
    assert formats.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(139500, "38:45"), (-90, "−0:02"), (0, "0:00"), (None, "–")]
)
def test_clock_is_hours_and_minutes(seconds, shown):
    assert formats.clock(seconds) == shown


def test_local_time_is_in_the_zone_that_is_asked_for():
    moment = datetime(2026, 11, 16, 14, 15, tzinfo=UTC)

    assert formats.local_time(moment, "America/Toronto") == "Mon 16 Nov 2026, 09:15"
    assert formats.local_clock(moment, "Asia/Shanghai") == "22:15"
    assert formats.local_time(None) == formats.local_clock(None) == formats.local_day(None) == "–"


def test_chinese_dates_are_written_the_chinese_way():
    with translation.override("zh-hans"):
        assert formats.local_day(date(2026, 11, 16)) == "2026年11月16日 周一"
        assert formats.day_span(date(2026, 11, 16), date(2026, 11, 22)).startswith("2026年11月16日")


def test_a_moment_counts_for_its_day_in_the_zone():
    late = datetime(2026, 11, 17, 3, 0, tzinfo=UTC)

    assert formats.local_day(late, "America/Toronto") == "Mon 16 Nov 2026"


def test_day_span_names_the_month_once():
    assert formats.day_span(date(2026, 11, 16), date(2026, 11, 22)) == "16–22 Nov 2026"
    assert formats.day_span(date(2026, 11, 16), date(2026, 11, 16)) == "Mon 16 Nov 2026"
