"""Service levels and turnaround of deferred queues, computed by hand."""

from datetime import date

import pytest

from tests.reporting.core.builders import deferred_results, fractions, items, promise, utc
from wfm.metrics.sla import Verdict

DAY = date(2026, 3, 2)
ON_TIME = ("2026-03-01T09:00", "2026-03-02T09:00", "2026-03-02T08:00")
LATE = ("2026-03-01T10:00", "2026-03-02T10:00", "2026-03-02T12:00")
OPEN = ("2026-03-01T11:00", "2026-03-02T11:00", None)


def test_open_overdue_item_counts_as_missed():
    (result,) = deferred_results(items(ON_TIME, LATE, OPEN), first=DAY, last=DAY)
    assert fractions([result]) == {"2026-03-02": (1, 3)}
    assert result.verdict is Verdict.MISSED


def test_item_belongs_to_the_day_it_was_due_not_to_arrival_or_completion():
    early = ("2026-02-27T09:00", "2026-03-03T09:00", "2026-03-01T09:00")
    found = deferred_results(items(ON_TIME, early), first=date(2026, 2, 27), last=date(2026, 3, 4))
    assert fractions(found) == {"2026-03-02": (1, 1), "2026-03-03": (1, 1)}


def test_completed_exactly_at_its_due_time_is_in_time():
    exact = ("2026-03-01T09:00", "2026-03-02T09:00", "2026-03-02T09:00")
    (result,) = deferred_results(items(exact), first=DAY, last=DAY)
    assert result.ratio.value == 1.0


def test_item_due_after_the_as_of_time_is_not_judged_yet():
    (result,) = deferred_results(
        items(ON_TIME, LATE, OPEN), first=DAY, last=DAY, as_of=utc("2026-03-02T10:30")
    )
    assert fractions([result]) == {"2026-03-02": (1, 2)}
    assert not result.is_final


def test_completion_after_the_as_of_time_was_not_known_then():
    quick = ("2026-03-01T09:00", "2026-03-02T20:00", "2026-03-02T15:00")
    open_then = deferred_results(
        items(ON_TIME, quick), first=DAY, last=DAY, as_of=utc("2026-03-02T14:00")
    )
    known_later = deferred_results(items(ON_TIME, quick), first=DAY, last=DAY)
    assert fractions(open_then) == {"2026-03-02": (1, 1)}
    assert fractions(known_later) == {"2026-03-02": (2, 2)}


def test_due_at_midnight_belongs_to_the_day_that_begins():
    midnight = ("2026-03-01T09:00", "2026-03-03T00:00", "2026-03-02T23:00")
    found = deferred_results(items(midnight), first=DAY, last=date(2026, 3, 3))
    assert fractions(found) == {"2026-03-03": (1, 1)}


def test_month_is_the_clients_month():
    # 20:00 UTC on 31 March is 1 April in Shanghai.
    late = ("2026-03-30T09:00", "2026-03-31T20:00", "2026-04-01T09:00")
    found = deferred_results(
        items(late, ("2026-03-30T09:00", "2026-03-31T15:00", "2026-03-31T14:00")),
        first=date(2026, 3, 31),
        last=date(2026, 4, 1),
        period="month",
        tz="Asia/Shanghai",
    )
    assert fractions(found) == {"2026-03-01": (1, 1), "2026-04-01": (0, 1)}


def test_day_of_the_clock_change_is_23_hours_long():
    # Due 23:30 UTC on 29 March is already the 30th in London.
    found = deferred_results(
        items(
            ("2026-03-28T09:00", "2026-03-29T22:30", "2026-03-29T22:00"),
            ("2026-03-28T09:00", "2026-03-29T23:30", None),
        ),
        first=date(2026, 3, 29),
        last=date(2026, 3, 30),
        tz="Europe/London",
    )
    assert fractions(found) == {"2026-03-29": (1, 1), "2026-03-30": (0, 1)}


@pytest.mark.parametrize(
    ("key", "numerator", "denominator"),
    [
        # Two completed that day: after 23 h and 26 h, one of them in time.
        ("tat_seconds", (23 + 26) * 3600, 2),
        ("tat_within_sla_rate", 1, 2),
        ("aht_seconds.deferred", 600, 2),
    ],
)
def test_turnaround_looks_at_the_items_completed(key, numerator, denominator):
    turnaround = promise(key, 0.0, threshold_seconds=None)
    (result,) = deferred_results(
        items(ON_TIME, LATE, OPEN), first=DAY, last=DAY, promised=turnaround
    )
    assert (result.ratio.numerator, result.ratio.denominator) == (numerator, denominator)


def test_backlog_opens_adds_arrivals_and_takes_off_completions():
    arrives = ("2026-03-02T13:00", "2026-03-03T13:00", None)
    backlog = promise("backlog_items", 0.0, threshold_seconds=None)
    (result,) = deferred_results(
        items(ON_TIME, LATE, OPEN, arrives), first=DAY, last=DAY, promised=backlog
    )
    assert result.ratio.value == 3 + 1 - 2


def test_day_with_nothing_due_has_no_result():
    assert deferred_results(items(ON_TIME), first=date(2026, 3, 5), last=date(2026, 3, 5)) == []


def test_no_items_at_all_have_no_result():
    empty = items(ON_TIME)
    nothing = type(empty)(**{name: getattr(empty, name)[:0] for name in empty.__dataclass_fields__})
    assert deferred_results(nothing, first=DAY, last=DAY) == []
