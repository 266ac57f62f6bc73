from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.demo.calendar import last_friday, monday_of
from wfm.demo.planning import FORECAST_DAYS, PlannedWeeks, plan_weeks, wanted_weeks

MONDAY = date(2026, 11, 16)
NEXT = date(2026, 11, 23)
AFTER = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("today", "weeks"),
    [
        (date(2026, 11, 22), [MONDAY, NEXT]),  # Sunday: this week and the next
        (date(2026, 11, 23), [MONDAY, NEXT, AFTER]),  # Monday: last week as well
        (date(2026, 11, 24), [MONDAY, NEXT, AFTER]),
        (date(2026, 11, 25), [NEXT, AFTER]),
    ],
)
def test_the_weeks_around_today_are_wanted(today, weeks):
    assert wanted_weeks(today) == weeks


def test_the_weeks_are_planned_from_the_saturday_before_the_first():
    plan = plan_weeks(date(2026, 11, 22), bank_until=date(2026, 11, 21), scheduled=[])
    assert plan == PlannedWeeks(date(2026, 11, 14), (MONDAY, NEXT))


def test_a_later_week_is_planned_from_newer_history():
    plan = plan_weeks(date(2026, 11, 25), bank_until=date(2026, 11, 21), scheduled=[NEXT])
    assert plan == PlannedWeeks(date(2026, 11, 21), (AFTER,))


def test_scheduled_weeks_are_left_alone():
    today = date(2026, 11, 22)
    assert plan_weeks(today, bank_until=date(2026, 11, 21), scheduled=[MONDAY, NEXT]) is None


@given(st.integers(0, 1500))
def test_no_forecast_begins_after_the_history_or_after_its_weeks(days):
    today = date(2026, 1, 1) + timedelta(days=days)
    bank_until = last_friday(today) + timedelta(days=1)
    plan = plan_weeks(today, bank_until=bank_until, scheduled=[])
    assert plan is not None
    assert monday_of(today) in plan.weeks
    assert plan.origin <= bank_until
    assert plan.origin <= plan.weeks[0]
    assert (plan.weeks[-1] - plan.origin).days + 7 <= FORECAST_DAYS
