import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adherence.core.silence import feed_silences


def silences(heard_at, until=1000):
    starts, ends = feed_silences(heard_at=np.array(heard_at), limit_seconds=60, until=until)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def test_a_feed_is_silent_once_its_limit_has_passed():
    assert silences([0, 60, 200], until=230) == [(120, 200)]


def test_a_feed_that_is_silent_now_is_silent_until_now():
    assert silences([0], until=100) == [(60, 100)]


def test_a_feed_never_heard_has_no_limit_to_break():
    assert silences([]) == []


def test_what_was_heard_later_is_not_yet_known():
    assert silences([0, 5000], until=100) == [(60, 100)]


def test_a_limit_must_be_positive():
    with pytest.raises(ValueError, match="limit_seconds > 0"):
        feed_silences(heard_at=np.array([0]), limit_seconds=0, until=10)


@given(heard=st.lists(st.integers(0, 900)).map(sorted), late=st.integers(0, 900))
def test_a_late_event_only_shortens_silence(heard, late):
    def silent(moments):
        return {second for start, end in silences(moments) for second in range(start, end)}

    if heard and late >= heard[0]:
        assert silent(sorted([*heard, late])) <= silent(heard)
