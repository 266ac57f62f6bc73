"""Stored results: from history and clauses to rows, safe to run twice."""

from datetime import date

import pytest

from reporting.jobs import start_sla_results
from reporting.models import SlaResult
from reporting.services import refill_queue
from tests.factories.org import make_client, make_deferred_queue, make_goal, make_queue
from tests.factories.reporting import (
    SERVICE_LEVEL,
    make_clause,
    make_contract,
    make_interval,
    make_item,
    utc,
)
from wfm.jobs.models import Job
from wfm.org.models import OpeningHours
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
AFTER = utc("2026-06-01T00:00")


@pytest.fixture(autouse=True)
def as_the_system(db):
    with system_tenant():
        yield


def refill(queue, first="2026-03-02", last=None, as_of=AFTER):
    first = date.fromisoformat(first)
    return refill_queue(
        queue=queue,
        first=first,
        last=date.fromisoformat(last) if last else first,
        as_of=as_of,
    )


def rows(queue, *columns):
    found = SlaResult.objects.filter(queue=queue).order_by("period", "metric_key", "starts_on")
    return list(found.values_list(*columns))


def test_day_week_and_month_are_filled_and_only_the_clauses_period_is_judged():
    queue = make_queue()
    make_clause(queue, target=0.8, period="MONTH")
    make_interval(queue, "2026-03-02T09:00", answered=10, within=7)
    make_interval(queue, "2026-03-20T09:00", answered=10, within=10)
    refill(queue)
    assert rows(queue, "period", "starts_on", "numerator", "denominator", "target", "is_met") == [
        ("DAY", date(2026, 3, 2), 7, 10, 0.8, None),
        ("MONTH", date(2026, 3, 1), 17, 20, 0.8, True),
        ("WEEK", date(2026, 3, 2), 7, 10, 0.8, None),
    ]


def test_running_twice_changes_nothing():
    queue = make_queue()
    make_clause(queue)
    make_interval(queue, "2026-03-02T09:00")
    assert refill(queue).written == 3
    once = rows(queue, "period", "starts_on", "numerator", "denominator", "as_of")
    assert refill(queue).written == 3
    assert rows(queue, "period", "starts_on", "numerator", "denominator", "as_of") == once


def test_later_history_replaces_the_old_value():
    queue = make_queue()
    make_clause(queue, period="DAY")
    row = make_interval(queue, "2026-03-02T09:00", answered=10, within=9)
    refill(queue)
    row.answered_within = 5
    row.save(update_fields=["answered_within"])
    refill(queue)
    assert (0.5, False) in rows(queue, "value", "is_met")
    assert SlaResult.objects.filter(queue=queue, period="DAY").count() == 1


def test_other_queues_and_days_are_left_alone():
    queue, other = make_queue(), make_queue()
    for each in (queue, other):
        make_clause(each)
        make_interval(each, "2026-03-02T09:00")
        make_interval(each, "2026-03-09T09:00")
        refill(each, "2026-03-02", "2026-03-09")
    before = {row.pk for row in SlaResult.objects.filter(queue=other)}
    kept = SlaResult.objects.get(queue=queue, period="DAY", starts_on=date(2026, 3, 9)).pk
    refill(queue, "2026-03-02")
    assert {row.pk for row in SlaResult.objects.filter(queue=other)} == before
    assert SlaResult.objects.filter(pk=kept).exists()


def test_month_is_the_clients_month_and_opening_hours_are_the_queues():
    # The client is in Shanghai, its queue works in New York from 09:00 to 17:00.
    client = make_client(timezone="Asia/Shanghai")
    queue = make_queue(client=client, timezone="America/New_York", opening=[(540, 1020)])
    make_clause(queue)
    make_interval(queue, "2026-03-31T15:45", answered=10, within=10)  # 11:45 in New York
    make_interval(queue, "2026-03-31T16:00", answered=10, within=4)  # 1 April in Shanghai
    make_interval(queue, "2026-03-31T22:00", answered=10, within=0)  # closed in New York
    refill(queue, "2026-03-31", "2026-04-01")
    months = SlaResult.objects.filter(queue=queue, period="MONTH").order_by("starts_on")
    assert list(months.values_list("starts_on", "numerator", "denominator")) == [
        (date(2026, 3, 1), 10, 10),
        (date(2026, 4, 1), 4, 10),
    ]


def test_expected_intervals_follow_the_opening_hours_and_the_clock_change():
    client = make_client(timezone="Europe/London")
    queue = make_queue(client=client, timezone="Europe/London")
    make_clause(queue)
    make_interval(queue, "2026-03-29T00:45")
    refill(queue, "2026-03-29")
    day = SlaResult.objects.get(queue=queue, period="DAY")
    assert (day.expected_intervals, day.present_intervals) == (92, 1)


def test_queue_without_opening_hours_counts_everything_and_expects_nothing():
    queue = make_queue()
    OpeningHours.objects.filter(queue=queue).delete()
    make_clause(queue)
    make_interval(queue, "2026-03-02T03:00")
    refill(queue)
    assert ("DAY", 10.0, 0, 0) in rows(
        queue, "period", "denominator", "expected_intervals", "present_intervals"
    )


def test_contract_in_force_on_the_first_day_judges_the_period():
    queue = make_queue()
    old = make_contract(queue.client, version=1, ends_on=date(2026, 3, 16))
    new = make_contract(queue.client, version=2, starts_on=date(2026, 3, 16))
    make_clause(queue, contract=old, target=0.7)
    make_clause(queue, contract=new, target=0.9)
    make_interval(queue, "2026-03-02T09:00", answered=10, within=8)
    make_interval(queue, "2026-04-02T09:00", answered=10, within=8)
    refill(queue, "2026-03-01", "2026-04-30")
    months = SlaResult.objects.filter(queue=queue, period="MONTH").order_by("starts_on")
    assert list(months.values_list("target", "is_met")) == [(0.7, True), (0.9, False)]


def test_contract_that_begins_inside_the_month_judges_it():
    queue = make_queue()
    first = make_contract(queue.client, starts_on=date(2026, 3, 16))
    make_clause(queue, contract=first)
    make_interval(queue, "2026-03-17T09:00")
    refill(queue, "2026-03-17")
    assert SlaResult.objects.get(queue=queue, period="MONTH").is_met is True


def test_goal_gives_the_target_where_no_clause_promises_the_metric():
    queue = make_queue()
    make_goal(queue, level=0.75)
    make_interval(queue, "2026-03-02T09:00")
    refill(queue)
    assert rows(queue, "period", "target", "is_met", "clause") == [
        ("DAY", 0.75, None, None),
        ("MONTH", 0.75, None, None),
        ("WEEK", 0.75, None, None),
    ]


def test_clause_takes_the_place_of_the_goal_for_its_metric():
    queue = make_queue()
    make_goal(queue, level=0.75)
    make_clause(queue, target=0.9)
    make_clause(queue, metric_key="abandonment_rate", target=0.05, threshold_seconds=None)
    make_interval(queue, "2026-03-02T09:00", answered=95, within=90, abandoned=5)
    refill(queue)
    assert rows(queue, "period", "metric_key", "value", "target", "is_met")[2:4] == [
        ("MONTH", "abandonment_rate", 0.05, 0.05, True),
        ("MONTH", SERVICE_LEVEL, 0.9, 0.9, True),
    ]


def test_two_clauses_of_different_thresholds_need_their_own_counts():
    queue = make_queue()
    make_clause(queue, threshold_seconds=60)
    make_interval(queue, "2026-03-02T09:00", threshold_seconds=20)
    make_interval(queue, "2026-03-02T09:15", answered=4, within=3, threshold_seconds=60)
    refill(queue)
    day = SlaResult.objects.get(queue=queue, period="DAY")
    assert (day.numerator, day.denominator, day.present_intervals) == (3, 4, 1)


def test_metric_that_the_history_does_not_hold_is_a_finding_not_a_number():
    queue = make_queue()
    make_clause(queue, metric_key="lost_contacts", target=5, threshold_seconds=None)
    make_interval(queue, "2026-03-02T09:00")
    result = refill(queue)
    assert result.written == 0
    assert result.findings == (
        f"{queue}: lost_contacts cannot be computed, the history has no blocked.",
    )


def test_deferred_items_are_judged_by_their_due_time():
    queue = make_deferred_queue()
    make_clause(queue, metric_key="service_level.deferred", target=0.6, threshold_seconds=None)
    make_item(queue, due_at="2026-03-02T09:00", completed_at="2026-03-02T08:00")
    make_item(queue, due_at="2026-03-02T10:00", completed_at="2026-03-02T12:00")
    make_item(queue, due_at="2026-03-02T11:00")
    make_item(
        queue,
        arrived_at="2026-03-01T11:00",
        due_at="2026-03-10T11:00",
        completed_at="2026-03-02T11:00",
    )
    refill(queue)
    assert rows(queue, "period", "numerator", "denominator", "is_met") == [
        ("DAY", 1, 3, None),
        ("MONTH", 2, 4, False),
        ("WEEK", 1, 3, None),
    ]


def test_simulated_history_marks_its_periods():
    queue = make_queue()
    make_clause(queue)
    make_interval(queue, "2026-03-02T09:00", is_service_simulated=True)
    make_interval(queue, "2026-03-03T09:00")
    refill(queue, "2026-03-02", "2026-03-03")
    days = SlaResult.objects.filter(queue=queue, period="DAY").order_by("starts_on")
    assert list(days.values_list("is_simulated", flat=True)) == [True, False]


def test_running_month_is_not_final():
    queue = make_queue()
    make_clause(queue)
    make_interval(queue, "2026-03-02T09:00")
    refill(queue, as_of=utc("2026-03-10T00:00"))
    assert dict(rows(queue, "period", "is_final")) == {"DAY": True, "WEEK": True, "MONTH": False}


def test_reversed_days_are_refused():
    with pytest.raises(ValueError, match="not after the last"):
        start_sla_results(first=date(2026, 3, 3), last=date(2026, 3, 2), as_of=AFTER)
    assert not Job.objects.exists()
