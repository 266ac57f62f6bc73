"""Periods on the client's wall clock: weeks, months, clock changes, odd zones."""

from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.core.periods import index_of_span, span_of, spans_between
from wfm.metrics.sla import Period


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "day", "tz", "starts_on", "ends_on", "starts_at", "ends_at"),
    [
        # The clock goes forward on 29 March 2026 in London: the day has 23 hours.
        ("day", "2026-03-29", "Europe/London", "2026-03-29", "2026-03-30", "2026-03-29T00:00", "2026-03-29T23:00"),
        # And back on 25 October: 25 hours.
        ("day", "2026-10-25", "Europe/London", "2026-10-25", "2026-10-26", "2026-10-24T23:00", "2026-10-26T00:00"),
        ("day", "2026-06-01", "Asia/Shanghai", "2026-06-01", "2026-06-02", "2026-05-31T16:00", "2026-06-01T16:00"),
        # A zone of 45 minutes, and one where midnight does not exist that day.
        ("day", "2026-06-01", "Asia/Kathmandu", "2026-06-01", "2026-06-02", "2026-05-31T18:15", "2026-06-01T18:15"),
        ("day", "2026-09-06", "America/Santiago", "2026-09-06", "2026-09-07", "2026-09-06T04:00", "2026-09-07T03:00"),
        # Sunday belongs to the week that began on Monday, also over the year's end.
        ("week", "2026-11-22", "UTC", "2026-11-16", "2026-11-23", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("week", "2027-01-01", "UTC", "2026-12-28", "2027-01-04", "2026-12-28T00:00", "2027-01-04T00:00"),
        ("month", "2026-02-28", "America/New_York", "2026-02-01", "2026-03-01", "2026-02-01T05:00", "2026-03-01T05:00"),
        # March in New York loses an hour.
        ("month", "2026-03-08", "America/New_York", "2026-03-01", "2026-04-01", "2026-03-01T05:00", "2026-04-01T04:00"),
        ("month", "2026-12-31", "UTC", "2026-12-01", "2027-01-01", "2026-12-01T00:00", "2027-01-01T00:00"),
        ("quarter", "2026-11-22", "UTC", "2026-10-01", "2027-01-01", "2026-10-01T00:00", "2027-01-01T00:00"),
    ],
)  # fmt: skip
def test_period_holds_the_local_day(period, day, tz, starts_on, ends_on, starts_at, ends_at):
    span = span_of(period=Period(period), day=date.fromisoformat(day), tz=tz)
    assert (span.starts_on.isoformat(), span.ends_on.isoformat()) == (starts_on, ends_on)
    assert (span.starts_at, span.ends_at) == (utc(starts_at), utc(ends_at))


def test_interval_is_no_calendar_period():
    with pytest.raises(ValueError, match="has no first day"):
        span_of(period=Period.INTERVAL, day=date(2026, 1, 1), tz="UTC")


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 100),
    st.sampled_from([Period.DAY, Period.WEEK, Period.MONTH, Period.QUARTER]),
    st.sampled_from(["UTC", "Europe/London", "America/New_York", "Asia/Shanghai", "Pacific/Apia"]),
)
def test_spans_touch_and_cover_the_days(first, length, period, tz):
    last = date.fromordinal(first.toordinal() + length)
    spans = spans_between(period=period, first=first, last=last, tz=tz)
    assert spans[0].starts_on <= first <= spans[0].ends_on
    assert spans[-1].starts_on <= last < spans[-1].ends_on
    for earlier, later in pairwise(spans):
        assert (earlier.ends_on, earlier.ends_at) == (later.starts_on, later.starts_at)


def test_instants_find_their_half_open_span():
    spans = spans_between(
        period=Period.DAY, first=date(2026, 3, 28), last=date(2026, 3, 30), tz="Europe/London"
    )
    instants = np.array(
        ["2026-03-27T23:59:59", "2026-03-28T00:00", "2026-03-29T22:59:59", "2026-03-29T23:00",
         "2026-03-30T22:59:59", "2026-03-30T23:00"],
        dtype="datetime64[s]",
    )  # fmt: skip
    assert index_of_span(instants, spans).tolist() == [-1, 0, 1, 2, 2, -1]


def test_no_spans_hold_nothing():
    assert index_of_span(np.array(["2026-01-01"], dtype="datetime64[s]"), []).tolist() == [-1]
