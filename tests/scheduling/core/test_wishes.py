"""Worth of wishes and what keeps them, by hand."""

import pytest

from scheduling.core.wishes import Asked, Given, is_kept, wish_worth


@pytest.mark.parametrize(
    ("asked", "given", "kept"),
    [
        (Asked(works=False), [], True),
        (Asked(works=False), [Given(start_minute=480)], False),
        (Asked(works=True), [], False),
        (Asked(works=True, earliest_start_minute=420, latest_start_minute=480),
         [Given(start_minute=480)], True),
        (Asked(works=True, earliest_start_minute=420, latest_start_minute=480),
         [Given(start_minute=481)], False),
        (Asked(works=True, template=3), [Given(start_minute=0, templates=frozenset({2, 3}))], True),
        (Asked(works=True, template=3), [Given(start_minute=0, templates=frozenset({2}))], False),
    ],
)  # fmt: skip
def test_what_keeps_a_wish(asked, given, kept):
    assert is_kept(asked, given) is kept


@pytest.mark.parametrize(
    ("fields", "worth"),
    [
        ({"rank": 1}, 8.0),
        ({"rank": 3}, 2.0),
        ({"rank": 1, "kept_share": 1.0}, 8.0),
        ({"rank": 1, "kept_share": 0.25}, 14.0),
        ({"rank": 1, "extra_weekends": 2.0}, 8.0),
        ({"rank": 1, "extra_weekends": 2.0, "is_free_weekend": True}, 12.0),
        ({"rank": 1, "extra_weekends": -2.0, "is_free_weekend": True}, 8.0),
        ({"rank": 1, "extra_weekends": 40.0, "is_free_weekend": True}, 24.0),
    ],
)
def test_worth_of_a_wish(fields, worth):
    assert wish_worth(first_worth=8.0, **fields) == pytest.approx(worth)
