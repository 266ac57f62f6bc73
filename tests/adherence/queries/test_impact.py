"""What one agent does to each queue: against the published requirement and who is there."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from adherence.core.impact import QueueKind
from adherence.models import LiveFlag
from adherence.queries.impact import queue_impacts
from forecasting.models import WorkItem
from scheduling.models import QueueValue, ShiftActivity
from tests.factories.adherence import make_codes, make_live, make_required, make_shift, make_version
from tests.factories.org import (
    make_agent,
    make_deferred_queue,
    make_employment_contract,
    make_goal,
    make_queue,
    make_team,
)
from wfm.org.tenancy import system_tenant

AT = datetime(2026, 11, 18, 10, 5, tzinfo=UTC)


@pytest.fixture
def floor(db):
    """Ten people planned on one voice queue from 9 to 17, of whom all are there."""
    with system_tenant():
        codes = make_codes()
        team, contract = make_team(), make_employment_contract()
        queue = make_queue(name="Voice")
        make_goal(queue)
        version = make_version(starts_on=AT.date())
        agents = [
            make_agent(team=team, employment_contract=contract, skills=[queue.skill])
            for _ in range(10)
        ]
        begin = AT.replace(hour=9, minute=0)
        for agent in agents:
            make_shift(
                agent,
                (begin, begin + timedelta(hours=8), codes["work"]),
                version=version,
                queue=queue,
            )
            make_live(
                agent, state_group="AVAILABLE", planned_code=codes["work"], planned_queue=queue
            )
        yield SimpleNamespace(
            queue=queue, agents=agents, codes=codes, version=version, team=team, begin=begin
        )


def only(at=AT):
    (found,) = queue_impacts(at=at).queues
    return found


def test_without_a_requirement_nothing_is_told(floor):
    found = queue_impacts(at=AT)
    assert found.queues == ()
    assert found.home_queue == {agent.pk: floor.queue.pk for agent in floor.agents}


def test_more_people_wait_less_and_fewer_wait_longer(floor):
    make_required(floor.queue, at=AT, offered=30, required=10)
    found = only()
    assert (found.kind, found.present, found.planned, found.required) == (
        QueueKind.LIVE,
        10,
        10,
        10,
    )
    assert 0 < found.saved_minutes_per_hour < found.caused_minutes_per_hour
    assert found.level_fewer < found.level < found.level_more
    assert found.asa_fewer_seconds > found.asa_seconds > found.asa_more_seconds


def test_who_is_missing_raises_the_cost_of_the_next(floor):
    make_required(floor.queue, at=AT, offered=30, required=10)
    before = only()
    for agent in floor.agents[:3]:
        make_live(agent, state_group="AWAY", flag=LiveFlag.OUT, severity=3)
    after = only()
    assert (after.present, after.planned) == (7, 10)
    assert after.saved_minutes_per_hour > 2 * before.saved_minutes_per_hour


def test_a_queue_with_plenty_costs_nothing(floor):
    make_required(floor.queue, at=AT, offered=2, required=2)
    found = only()
    assert found.saved_minutes_per_hour < 0.05
    assert found.caused_minutes_per_hour < 0.05


def test_an_overloaded_queue_without_abandonment_has_finite_costs(floor):
    floor.queue.patience_seconds = None
    floor.queue.save(update_fields=["patience_seconds"])
    make_required(floor.queue, at=AT, offered=80, required=25, model="C")
    found = only()
    assert found.saved_minutes_per_hour > 60
    assert found.level < 0.05


@pytest.mark.parametrize(
    ("fields", "present"),
    [
        ({"state_group": "HANDLING"}, 10),
        ({"state_group": "UNKNOWN"}, 10),  # a silent feed is no absence
        ({"state_group": "AWAY"}, 9),
        ({"state_group": "OFFLINE"}, 9),
    ],
)
def test_present_is_who_is_on_position(floor, fields, present):
    make_required(floor.queue, at=AT)
    make_live(floor.agents[0], **fields)
    assert only().present == present


@pytest.mark.parametrize(("flag", "present"), [("IN", 10), ("BUSY_TOO_LONG", 9)])
def test_after_contact_work_is_on_position_within_its_limit(floor, flag, present):
    make_required(floor.queue, at=AT)
    make_live(floor.agents[0], state_group="BUSY", activity_code=floor.codes["wrap-up"], flag=flag)
    assert only().present == present


def test_who_works_during_a_break_helps_the_queue_of_the_shift(floor):
    make_required(floor.queue, at=AT)
    make_live(
        floor.agents[0],
        state_group="AVAILABLE",
        planned_code=floor.codes["break"],
        planned_queue=None,
        flag=LiveFlag.OUT,
        severity=1,
    )
    found = queue_impacts(at=AT)
    assert found.queues[0].present == 10
    assert found.home_queue[floor.agents[0].pk] == floor.queue.pk


def test_work_without_a_queue_goes_to_the_busiest_of_the_skills(floor):
    quiet = make_queue(name="Quiet", skill=floor.queue.skill)
    helper = make_agent(team=floor.team, skills=[floor.queue.skill])
    make_live(helper, state_group="AVAILABLE", planned_code=floor.codes["work"])
    make_required(floor.queue, at=AT, required=12)
    make_required(quiet, at=AT, required=1)
    found = queue_impacts(at=AT)
    assert found.home_queue[helper.pk] == floor.queue.pk
    assert {row.queue_id: row.present for row in found.queues} == {floor.queue.pk: 11, quiet.pk: 0}


def test_money_counts_the_part_of_a_person_that_is_required(floor):
    QueueValue.objects.create(queue=floor.queue, hour_value=40)
    make_required(floor.queue, at=AT, required=10.5)
    found = only()
    assert (found.saved_money_per_hour, found.lost_money_per_hour) == (20, 40)


def test_a_closed_queue_has_a_reason_instead_of_a_figure(floor):
    make_required(floor.queue, at=AT, is_open=False)
    found = only()
    assert (found.note, found.saved_minutes_per_hour) == ("closed", None)


def test_queues_of_a_pool_are_one_stream(floor):
    second = make_queue(name="Second", skill=floor.queue.skill)
    make_required(
        floor.queue, second, at=AT, offered=15, required=5, detail={"pool": {"result": 7}}
    )
    one, other = queue_impacts(at=AT).queues
    assert (one.kind, other.kind) == (QueueKind.POOL, QueueKind.POOL)
    assert one.saved_minutes_per_hour == other.saved_minutes_per_hour > 0
    assert (one.present, one.required, one.level) == (10, 10, None)


def test_a_goal_that_no_live_queue_has_leaves_the_level_open(floor):
    floor.queue.service_goals.update(metric_key="service_level.deferred")
    make_required(floor.queue, at=AT)
    found = only()
    assert found.level is None
    assert found.saved_minutes_per_hour > 0


@pytest.fixture
def office(floor):
    """The ten work on claims that take an hour each, due within eight business hours."""
    queue = make_deferred_queue(name="Claims", default_aht_seconds=3600)
    make_goal(queue)
    for agent in floor.agents:
        make_live(agent, planned_queue=queue, state_group="HANDLING")

    ShiftActivity.objects.update(queue=queue)
    return queue


def open_items(queue, count, *, due_in):
    WorkItem.objects.bulk_create(
        WorkItem(
            queue=queue,
            external_id=f"{queue.pk}-{due_in}-{number}",
            arrived_at=AT - timedelta(hours=5),
            due_at=AT + due_in,
        )
        for number in range(count)
    )


def test_deferred_work_with_slack_costs_nothing(office):
    make_required(office, at=AT, offered=0, aht_seconds=3600, required=5)
    open_items(office, 20, due_in=timedelta(hours=4))
    found = only()
    assert found.kind == QueueKind.DEFERRED
    assert found.slack_hours == pytest.approx(20, abs=0.1)  # 10 people x 4 h - 20 h
    assert (found.saved_minutes_per_hour, found.caused_minutes_per_hour) == (0, 0)


def test_deferred_work_that_runs_late_costs_overdue_minutes(office):
    make_required(office, at=AT, offered=0, aht_seconds=3600, required=5)
    open_items(office, 30, due_in=timedelta(hours=2))
    found = only()
    assert found.slack_hours == pytest.approx(-10, abs=0.1)
    # A person-hour is one item of those that wait until ten more are done: each an hour late.
    assert found.saved_minutes_per_hour > 30
    assert found.caused_minutes_per_hour >= found.saved_minutes_per_hour


def test_deferred_work_that_is_forecast_is_due_by_the_goal(office):
    make_required(office, at=AT, offered=12, aht_seconds=3600, required=48)
    assert only().saved_minutes_per_hour > 0


def test_deferred_work_without_a_due_rule_has_a_reason(office):
    office.service_goals.all().delete()
    make_required(office, at=AT, offered=0)
    assert only().note == "no_goal"


def test_a_deferred_queue_that_never_opens_has_a_reason(office):
    office.opening_hours.all().delete()
    make_required(office, at=AT, offered=5)
    assert only().note == "no_goal"


def test_the_number_of_queries_does_not_grow(floor, django_assert_num_queries):
    make_required(floor.queue, at=AT)
    with django_assert_num_queries(10) as one:
        queue_impacts(at=AT)
    make_required(*[make_queue() for _ in range(4)], at=AT)
    with django_assert_num_queries(len(one.captured_queries)):
        queue_impacts(at=AT)
