from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.demo.relief import relief_span

NOW = datetime(2026, 11, 23, 3, 7, 11, tzinfo=UTC)
LONG_AGO, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


def test_the_shift_begins_with_the_quarter_hour_and_lasts_eight_hours():
    span = relief_span(NOW, not_before=LONG_AGO, not_after=LATER)
    assert span.starts_at == datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    assert span.duration == timedelta(hours=8)


@given(st.integers(0, 180), st.integers(1, 600))
def test_the_shift_covers_now_and_keeps_to_its_bounds(before, after):
    first, last = NOW - timedelta(minutes=before), NOW + timedelta(minutes=after)
    span = relief_span(NOW, not_before=first, not_after=last)
    assert first <= span.starts_at <= NOW < span.ends_at <= last


def test_a_moment_outside_the_bounds_is_refused():
    with pytest.raises(ValueError, match="can cover"):
        relief_span(NOW, not_before=NOW + timedelta(hours=1), not_after=LATER)
