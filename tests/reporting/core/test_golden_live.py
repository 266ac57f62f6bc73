"""Service levels of live queues, computed by hand."""

from datetime import date

import numpy as np
import pytest

from reporting.core.counting import IntervalRows, usable_intervals
from tests.reporting.core.builders import NAN, calls, fractions, live_results, promise, utc
from wfm.metrics.sla import Period, Verdict
from wfm.timeline import BusinessCalendar

DAY = date(2026, 3, 2)  # a Monday
NINE = ("2026-03-02T09:00", 10, 10, 0, 0, 0)
TEN = ("2026-03-02T10:00", 190, 120, 10, 4, 1)
SL = "service_level."


@pytest.mark.parametrize(
    ("key", "numerator", "denominator"),
    [
        # 10 + 190 answered, 130 of them in time; 10 abandoned, 4 in time, 1 short.
        (SL + "answered_over_offered", 130, 210),
        (SL + "answered_or_abandoned_within_over_offered", 134, 210),
        (SL + "excl_abandons_within_threshold", 130, 206),
        (SL + "excl_short_abandons", 130, 209),
        (SL + "answered_over_answered", 130, 200),
        (SL + "short_abandons_count", 131, 210),
        ("abandonment_rate", 10, 210),
        ("abandonment_rate.excl_short", 9, 209),
        ("answer_rate", 200, 210),
        ("asa_seconds", 3000, 200),
    ],
)
def test_day_is_pooled_over_its_intervals(key, numerator, denominator):
    (result,) = live_results(calls(NINE, TEN), first=DAY, last=DAY, promised=promise(key))
    assert (result.ratio.numerator, result.ratio.denominator) == (numerator, denominator)
    assert result.ratio.value == pytest.approx(numerator / denominator)


def test_pooled_value_is_not_the_mean_of_the_intervals():
    (result,) = live_results(calls(NINE, TEN), first=DAY, last=DAY)
    assert result.ratio.value == pytest.approx(0.619047619)  # the mean of 100 % and 60 % is 80 %
    assert result.verdict is Verdict.MISSED


def test_interval_without_contacts_changes_nothing_but_is_present():
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 615)]})  # 09:00-10:15
    quiet = ("2026-03-02T09:15", 0, 0, 0, 0, 0)
    (result,) = live_results(calls(NINE, quiet, TEN), first=DAY, last=DAY, calendar=calendar)
    assert (result.ratio.numerator, result.ratio.denominator) == (130, 210)
    assert (result.present_rows, result.expected_rows) == (3, 5)


def test_day_without_any_contact_is_undefined_and_not_judged():
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 555)]})
    quiet = ("2026-03-02T09:00", 0, 0, 0, 0, 0)
    (result,) = live_results(calls(quiet), first=DAY, last=DAY, calendar=calendar)
    assert result.ratio.value is None
    assert result.verdict is Verdict.NOT_JUDGED
    assert (result.present_rows, result.expected_rows) == (1, 1)


def test_unknown_contacts_of_a_quiet_interval_are_zero_when_nothing_was_offered():
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 570)]})
    unknown = ("2026-03-02T09:15", NAN, NAN, NAN, NAN, NAN)
    (result,) = live_results(calls(NINE, unknown), first=DAY, last=DAY, calendar=calendar)
    assert fractions([result]) == {"2026-03-02": (10, 10)}
    assert (result.present_rows, result.expected_rows) == (2, 2)


def test_interval_with_volume_but_without_service_is_missing_and_not_zero():
    rows = calls(NINE, ("2026-03-02T09:15", NAN, NAN, NAN, NAN, NAN))
    rows.counts["offered"][1] = 40
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 570)]})
    (result,) = live_results(rows, first=DAY, last=DAY, calendar=calendar)
    assert fractions([result]) == {"2026-03-02": (10, 10)}
    assert (result.present_rows, result.expected_rows) == (1, 2)


def test_every_contact_a_short_abandon_leaves_nothing_to_judge():
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 555)]})
    rows = calls(("2026-03-02T09:00", 0, 0, 6, 6, 6))
    (result,) = live_results(
        rows, first=DAY, last=DAY, calendar=calendar, promised=promise(SL + "excl_short_abandons")
    )
    assert (result.ratio.denominator, result.ratio.value) == (0, None)


def test_counts_taken_with_another_threshold_are_not_used():
    rows = calls(NINE, TEN, threshold=30)
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 615)]})
    (result,) = live_results(rows, first=DAY, last=DAY, calendar=calendar)
    assert (result.ratio.value, result.present_rows) == (None, 0)


def test_metric_without_threshold_takes_counts_of_any_threshold():
    rows = calls(NINE, TEN, threshold=30)
    (result,) = live_results(rows, first=DAY, last=DAY, promised=promise("answer_rate", 0.9))
    assert fractions([result]) == {"2026-03-02": (200, 210)}
    assert result.verdict is Verdict.MET


def test_clock_forward_day_has_92_quarters():
    # 29 March 2026 in London: 01:00 local does not exist; 23:00 UTC is already the 30th.
    rows = calls(
        ("2026-03-28T23:45", 5, 5, 0, 0, 0),
        ("2026-03-29T00:45", 7, 6, 0, 0, 0),
        ("2026-03-29T01:00", 9, 8, 1, 0, 0),
        ("2026-03-29T22:45", 3, 1, 0, 0, 0),
        ("2026-03-29T23:00", 11, 11, 0, 0, 0),
    )
    found = live_results(
        rows,
        first=date(2026, 3, 28),
        last=date(2026, 3, 30),
        tz="Europe/London",
        calendar=BusinessCalendar.always("Europe/London"),
    )
    assert fractions(found) == {
        "2026-03-28": (5, 5),
        "2026-03-29": (15, 20),
        "2026-03-30": (11, 11),
    }
    assert [result.expected_rows for result in found] == [96, 92, 96]


def test_clock_back_day_counts_the_hour_twice():
    # 25 October 2026 in London: 00:30 UTC and 01:30 UTC both read 01:30.
    rows = calls(
        ("2026-10-24T23:00", 1, 1, 0, 0, 0),
        ("2026-10-25T00:30", 10, 9, 0, 0, 0),
        ("2026-10-25T01:30", 10, 7, 0, 0, 0),
        ("2026-10-25T23:45", 4, 4, 0, 0, 0),
    )
    (result,) = live_results(
        rows,
        first=date(2026, 10, 25),
        last=date(2026, 10, 25),
        tz="Europe/London",
        calendar=BusinessCalendar.always("Europe/London"),
    )
    assert fractions([result]) == {"2026-10-25": (21, 25)}
    assert result.expected_rows == 100


def test_month_ends_on_the_clients_clock_not_the_sites():
    # The site is in New York; the client in Shanghai judges April from 16:00 UTC on 31 March.
    rows = calls(
        ("2026-03-31T15:45", 10, 10, 0, 0, 0),
        ("2026-03-31T16:00", 10, 5, 0, 0, 0),
        ("2026-04-30T15:45", 20, 18, 0, 0, 0),
        ("2026-04-30T16:00", 40, 40, 0, 0, 0),
    )
    found = live_results(
        rows, first=date(2026, 3, 31), last=date(2026, 5, 1), period="month", tz="Asia/Shanghai"
    )
    assert fractions(found) == {
        "2026-03-01": (10, 10),
        "2026-04-01": (23, 30),
        "2026-05-01": (40, 40),
    }


def test_same_calls_fall_into_other_days_for_another_client():
    rows = calls(("2026-03-02T15:30", 4, 4, 0, 0, 0), ("2026-03-02T16:30", 6, 3, 0, 0, 0))
    utc_days = live_results(rows, first=DAY, last=date(2026, 3, 3))
    shanghai = live_results(rows, first=DAY, last=date(2026, 3, 3), tz="Asia/Shanghai")
    assert fractions(utc_days) == {"2026-03-02": (7, 10)}
    assert fractions(shanghai) == {"2026-03-02": (4, 4), "2026-03-03": (3, 6)}


def test_week_runs_from_monday_to_sunday():
    rows = calls(
        ("2026-03-01T23:45", 9, 0, 0, 0, 0),
        ("2026-03-02T00:00", 4, 3, 0, 0, 0),
        ("2026-03-08T23:45", 6, 5, 0, 0, 0),
        ("2026-03-09T00:00", 8, 8, 0, 0, 0),
    )
    found = live_results(rows, first=DAY, last=DAY, period="week")
    assert fractions(found) == {"2026-03-02": (8, 10)}


def test_calls_outside_opening_hours_are_left_out():
    calendar = BusinessCalendar(tz="America/New_York", weekly={0: [(540, 1020)]})  # 14:00-22:00 UTC
    rows = calls(
        ("2026-03-02T13:45", 9, 0, 0, 0, 0),
        ("2026-03-02T14:00", 8, 6, 0, 0, 0),
        ("2026-03-02T21:45", 2, 2, 0, 0, 0),
        ("2026-03-02T22:00", 9, 0, 0, 0, 0),
    )
    (result,) = live_results(rows, first=DAY, last=DAY, calendar=calendar)
    assert fractions([result]) == {"2026-03-02": (8, 10)}
    assert (result.present_rows, result.expected_rows) == (2, 32)


def test_closed_day_has_no_result():
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 600)]}, closed_dates=frozenset({DAY}))
    rows = calls(("2026-03-09T09:00", 5, 5, 0, 0, 0))
    found = live_results(rows, first=DAY, last=date(2026, 3, 9), calendar=calendar)
    assert fractions(found) == {"2026-03-09": (5, 5)}


def test_open_day_without_data_is_shown_as_incomplete():
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 600)]})
    rows = calls(("2026-03-09T09:00", 5, 5, 0, 0, 0))
    missing, present = live_results(rows, first=DAY, last=date(2026, 3, 9), calendar=calendar)
    assert (missing.ratio.value, missing.present_rows, missing.expected_rows) == (None, 0, 4)
    assert (present.ratio.value, present.present_rows, present.expected_rows) == (1.0, 1, 4)


def test_running_day_counts_what_has_ended_by_the_as_of_time():
    rows = calls(
        ("2026-03-02T09:00", 4, 4, 0, 0, 0),
        ("2026-03-02T09:15", 6, 2, 0, 0, 0),
        ("2026-03-02T09:30", 9, 0, 0, 0, 0),
    )
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 600)]})
    (result,) = live_results(
        rows, first=DAY, last=date(2026, 3, 3), calendar=calendar, as_of=utc("2026-03-02T09:44")
    )
    assert fractions([result]) == {"2026-03-02": (6, 10)}
    assert (result.present_rows, result.expected_rows, result.is_final) == (2, 2, False)


def test_day_is_final_once_it_is_over():
    (result,) = live_results(calls(NINE), first=DAY, last=DAY, as_of=utc("2026-03-03T00:00"))
    assert result.is_final


def test_half_hour_intervals_expect_half_as_many():
    rows = calls(("2026-03-02T09:00", 4, 4, 0, 0, 0), ("2026-03-02T09:30", 4, 2, 0, 0, 0))
    calendar = BusinessCalendar(tz="UTC", weekly={0: [(540, 660)]})
    (result,) = live_results(rows, first=DAY, last=DAY, calendar=calendar, minutes=30)
    assert (result.ratio.value, result.present_rows, result.expected_rows) == (0.75, 2, 4)


def test_too_small_a_sample_is_not_judged():
    few = promise(minimum_sample=30)
    (result,) = live_results(
        calls(("2026-03-02T09:00", 29, 0, 0, 0, 0)), first=DAY, last=DAY, promised=few
    )
    assert (result.ratio.value, result.verdict) == (0.0, Verdict.NOT_JUDGED)


def test_target_exactly_reached_is_met():
    (result,) = live_results(calls(("2026-03-02T09:00", 10, 8, 0, 0, 0)), first=DAY, last=DAY)
    assert result.verdict is Verdict.MET


def test_lower_is_better_for_the_speed_of_answer():
    fast = promise("asa_seconds", 15.0)
    (result,) = live_results(calls(NINE), first=DAY, last=DAY, promised=fast)
    assert (result.ratio.value, result.verdict) == (15.0, Verdict.MET)


def test_only_the_contracts_period_is_judged():
    monthly = promise(judged_period=Period.MONTH)
    (day,) = live_results(calls(NINE), first=DAY, last=DAY, promised=monthly)
    (month,) = live_results(calls(NINE), first=DAY, last=DAY, period="month", promised=monthly)
    assert (day.verdict, month.verdict) == (None, Verdict.MET)


def test_one_simulated_interval_marks_the_period():
    rows = calls(NINE, TEN, ("2026-03-03T09:00", 1, 1, 0, 0, 0))
    rows.is_simulated[1] = True
    found = live_results(rows, first=DAY, last=date(2026, 3, 3))
    assert [result.is_simulated for result in found] == [True, False]


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one length"):
        IntervalRows(
            starts_at=np.array([], dtype="datetime64[s]"),
            counts={"offered": np.zeros(1)},
            threshold_seconds=np.zeros(0),
            is_simulated=np.zeros(0, dtype=bool),
        )


def test_metric_that_intervals_do_not_hold_uses_no_interval():
    rows = calls(NINE)
    mask = usable_intervals(rows, metric=promise("lost_contacts", 0).metric, threshold_seconds=None)
    assert mask.tolist() == [False]
