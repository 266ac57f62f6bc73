import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adherence.core.silence import NOT_AGAIN, feed_silences


def silences(heard_at, until=1000, limit=60):
    heard = np.array([moment for moment in heard_at if moment < until], dtype=np.int64)
    starts, ends = feed_silences(
        heard_at=heard,
        next_heard_at=np.append(heard[1:], [NOT_AGAIN] * bool(len(heard))),
        limit_seconds=np.full(len(heard), limit),
        until=until,
    )
    return [
        (start, end)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if start < end
    ]


def test_a_feed_is_silent_once_its_limit_has_passed():
    assert silences([0, 60, 200], until=230) == [(120, 200)]


def test_a_feed_that_is_silent_now_is_silent_until_now():
    assert silences([0], until=100) == [(60, 100)]


def test_a_feed_that_may_still_be_heard_is_not_silent():
    assert silences([0], until=60) == []


def test_a_feed_never_heard_has_no_limit_to_break():
    assert silences([]) == []


def test_what_was_heard_later_is_not_yet_known():
    assert silences([0, 5000], until=100) == [(60, 100)]


def test_a_limit_must_be_positive():
    with pytest.raises(ValueError, match="limit_seconds > 0"):
        silences([0], limit=0)


@given(heard=st.lists(st.integers(0, 900)).map(sorted), late=st.integers(0, 900))
def test_a_late_event_only_shortens_silence(heard, late):
    def silent(moments):
        return {second for start, end in silences(moments) for second in range(start, end)}

    if heard and late >= heard[0]:
        assert silent(sorted([*heard, late])) <= silent(heard)
