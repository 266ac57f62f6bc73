"""The job: from a published forecast to the rows of the requirement."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from staffing.computations import requirement_run
from staffing.computations.live_plan import path_begins
from staffing.core.definitions import Model
from staffing.core.params import LiveStrategy, RequirementParams
from staffing.core.plan_shape import PlanShape
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY, OPENS_STEADY
from staffing.models import RequirementInterval, RequirementRun
from staffing.services import (
    UnableToPublish,
    UnableToStaffRun,
    create_requirement_run,
    publish_requirement,
)
from tests.factories.org import (
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_work_type,
)
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    add_history,
    add_open_items,
    compute,
    make_forecast,
    make_shrinkage,
    result_of,
    start_without_ringing,
)
from wfm.jobs.models import JobStatus
from wfm.jobs.services import cancel_job
from wfm.org.models import Channel, Handling
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE_HOURS = {"opening": ((540, 1020),), "weekdays": range(5)}


def rows_of(run, queue):
    with system_tenant():
        return list(RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at"))


def staffed(monkeypatch, *queues, forecast=None, **params):
    with system_tenant():
        forecast = forecast or make_forecast(queues)
    run = start_without_ringing(forecast, monkeypatch, **params)
    job = compute(run)
    assert job.status == JobStatus.SUCCEEDED, job.error
    return run


def test_a_voice_queue_is_staffed_by_erlang_a(monkeypatch):
    """750 contacts of 240 s in 15 minutes are 200 erlang: the glossary's check of 176 agents."""
    with system_tenant():
        queue = make_queue(patience_seconds=60)
        make_goal(queue)
        forecast = make_forecast([queue], offered=750)
    run = staffed(monkeypatch, forecast=forecast)
    rows = rows_of(run, queue)
    result = result_of(run, queue)
    assert len(rows) == 96
    assert {row.compared_agents for row in rows} == {176}
    # Where one interval has an agent to spare the next one may do with one fewer.
    assert {row.required_agents for row in rows} == {175, 176}
    assert rows[0].workload_erlangs == pytest.approx(200)
    assert 0.8 <= rows[0].service_level < 0.81
    assert rows[0].abandonment_rate > 0.1
    assert result.model == "A"
    assert result.required_hours == sum(row.required_agents for row in rows) / 4
    assert result.service_level == pytest.approx(0.8, abs=0.01)
    assert result.detail["patience"]["seconds"] == 60


def steep_day(at):
    """Offered contacts that rise to noon and fall again; closed at night."""
    hours = at.hour + at.minute / 60
    return max(0.0, 300.0 * math.exp(-(((hours - 12.0) / 2.0) ** 2)))


def steep_forecast(queue):
    forecast = make_forecast([], days=1)
    add_forecast_queue(forecast, queue, offered=steep_day, aht_seconds=600.0)
    return forecast


def test_a_live_day_is_staffed_so_that_each_interval_keeps_its_level(monkeypatch):
    """By default intervals carry over; the run keeps what the formula alone would have asked for."""
    with system_tenant():
        queue = make_queue(opening=((480, 1080),), patience_seconds=120)
        make_goal(queue)
        forecast = steep_forecast(queue)
    run = staffed(monkeypatch, forecast=forecast)
    rows = [row for row in rows_of(run, queue) if row.is_open]
    assert min(row.service_level for row in rows) > 0.8 - 1e-3
    assert min(row.compared_service_level for row in rows) < 0.75
    assert any(row.required_agents != row.compared_agents for row in rows)
    for row in rows[2:-2]:
        assert row.fewer_service_level < row.service_level < row.more_service_level
        assert row.fewer_service_level < 0.8
    result = result_of(run, queue)
    assert result.detail["strategy"] == "carried_over"
    assert result.detail["worst_level"] == min(row.service_level for row in rows)
    assert result.detail["compared_worst_level"] < 0.75
    compared_hours = result.detail["compared_agents_total"] / 4
    assert result.required_hours == pytest.approx(compared_hours, rel=0.04)


def test_interval_by_interval_is_kept_as_a_choice_and_told_what_it_gives(monkeypatch):
    with system_tenant():
        queue = make_queue(opening=((480, 1080),), patience_seconds=120)
        make_goal(queue)
        forecast = steep_forecast(queue)
    carried = rows_of(staffed(monkeypatch, forecast=forecast), queue)
    alone = rows_of(
        staffed(monkeypatch, forecast=forecast, live_strategy=LiveStrategy.PERIOD_BY_PERIOD), queue
    )
    assert [row.required_agents for row in alone] == [row.compared_agents for row in carried]
    assert [row.compared_agents for row in alone] == [row.required_agents for row in carried]
    shown = [row for row in alone if row.is_open]
    assert min(row.service_level for row in shown) < 0.75, "no promise that the day does not keep"


@pytest.mark.parametrize(
    ("rows", "is_open", "is_open_before", "begins"),
    [
        ([], [False] * 4, True, []),
        ([2, 3, 5], [0, 0, 1, 1, 0, 1], True, ["empty", "on", "empty"]),
        ([4, 5], [1] * 6, False, ["steady", "on"]),
        ([0, 1], [1] * 4, True, ["steady", "on"]),
        ([0, 1], [1, 1, 0, 0], False, ["empty", "on"]),
    ],
)
def test_a_stretch_begins_empty_where_the_queue_opens(rows, is_open, is_open_before, begins):
    names = {CONTINUES: "on", OPENS_EMPTY: "empty", OPENS_STEADY: "steady"}
    found = path_begins(
        np.array(rows, dtype=int),
        is_open=np.array(is_open, dtype=bool),
        is_open_before=is_open_before,
    )
    assert [names[code] for code in found] == begins


def test_a_queue_whose_contacts_never_leave_is_staffed_by_erlang_c(monkeypatch):
    with system_tenant():
        queue = make_queue(work_type=make_work_type(contacts_abandon=False), patience_seconds=None)
        make_goal(queue)
        forecast = make_forecast([queue], offered=750)
    run = staffed(monkeypatch, forecast=forecast)
    assert {row.required_agents for row in rows_of(run, queue)} == {209}
    assert rows_of(run, queue)[0].abandonment_rate is None


def test_closed_intervals_need_nobody_and_open_ones_the_minimum(monkeypatch):
    with system_tenant():
        queue = make_queue(opening=((600, 660),), min_agents=2)
        make_goal(queue)
        forecast = make_forecast([queue], offered=0)
    rows = rows_of(staffed(monkeypatch, forecast=forecast), queue)
    assert [row.required_agents for row in rows if row.is_open] == [2] * 4
    assert {row.required_agents for row in rows if not row.is_open} == {0}
    assert {row.service_level for row in rows} == {None}


def test_a_new_goal_version_holds_from_its_date_on(monkeypatch):
    tuesday = date(2026, 3, 3)
    with system_tenant():
        queue = make_queue()
        make_goal(queue, level=0.5, ends_on=tuesday)
        make_goal(queue, version=2, starts_on=tuesday, level=0.95)
        forecast = make_forecast([queue], days=2)
    run = staffed(monkeypatch, forecast=forecast)
    rows = rows_of(run, queue)
    monday_agents = {row.required_agents for row in rows[:96]}
    tuesday_agents = {row.required_agents for row in rows[96:]}
    assert max(monday_agents) < min(tuesday_agents)
    assert [goal["version"] for goal in result_of(run, queue).goal["versions"]] == [1, 2]


def test_a_queue_goes_on_where_a_new_goal_version_begins(monkeypatch):
    """At midnight the goal is written anew as it was: the numbers are those of one version."""
    tuesday = date(2026, 3, 3)
    with system_tenant():
        client = make_client()
        same = make_queue(client=client, name="Same")
        renewed = make_queue(client=client, name="Renewed")
        make_goal(same, level=0.8, max_asa_seconds=60)
        make_goal(renewed, level=0.8, max_asa_seconds=60, ends_on=tuesday)
        make_goal(renewed, version=2, starts_on=tuesday, level=0.8, max_asa_seconds=60)
        forecast = make_forecast(
            [same, renewed],
            offered=lambda at: 40 if at.date() < tuesday else 5,
            aht_seconds=1800,
            days=2,
        )
    run = staffed(monkeypatch, forecast=forecast)
    figures = [
        [
            (row.required_agents, row.service_level, row.asa_seconds, row.abandonment_rate)
            for row in rows_of(run, queue)
        ]
        for queue in (same, renewed)
    ]
    assert figures[0] == figures[1]
    assert len({row[0] for row in figures[0]}) > 2, "the day ends busier than the next begins"
    versions = result_of(run, renewed).goal["versions"]
    assert [version["version"] for version in versions] == [1, 2]


def test_unknown_patience_is_measured_from_history(monkeypatch):
    """7,200 s waited by all, 100 abandoned: 72 s."""
    with system_tenant():
        queue = make_queue(patience_seconds=None)
        make_goal(queue)
        add_history(queue, wait_seconds_total=7200.0, abandoned=100)
    result = result_of(staffed(monkeypatch, queue), queue)
    assert result.detail["patience"] == {
        "seconds": 72.0,
        "is_measured": True,
        "measured_seconds": 72.0,
        "abandoned": 100.0,
    }


def test_gross_counts_absence_and_leaves_out_what_the_schedule_places(monkeypatch):
    """20 % sickness and leave, 12 % breaks: scheduled = net / 0.8, paid = net / 0.68."""
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
        make_shrinkage(queue, (0.15, False), (0.05, False), (0.12, True))
    run = staffed(monkeypatch, queue)
    row, result = rows_of(run, queue)[0], result_of(run, queue)
    assert row.required_fte == pytest.approx(row.required_agents / 0.8)
    assert row.shrinkage_rate == pytest.approx(0.2)
    assert result.paid_hours == pytest.approx(result.required_hours / 0.68)


def test_chat_needs_fewer_agents_than_voice_but_not_half(monkeypatch):
    with system_tenant():
        chat_type = make_work_type(channel=Channel.CHAT, concurrency=2)
        chat, voice = make_queue(work_type=chat_type), make_queue()
        make_goal(chat)
        make_goal(voice)
    run = staffed(monkeypatch, chat, voice)
    on_chat, on_voice = rows_of(run, chat)[0], rows_of(run, voice)[0]
    assert on_voice.required_agents / 2 <= on_chat.required_agents < on_voice.required_agents
    assert result_of(run, chat).model == "chat"
    assert on_chat.service_level >= 0.8


def test_deferred_work_is_staffed_by_due_time(monkeypatch):
    """8 items of 900 s an hour, day and night, due in 8 open hours.

    48 hours of work a day; what has arrived by Friday's close, 226 hours, is all that can be done. The
    rest is the buffer for chance: 100 % is planned so that one item in a thousand is late.
    """
    with system_tenant():
        queue = make_deferred_queue(**OFFICE_HOURS)
        make_goal(queue, level=1.0)
        forecast = make_forecast([queue], offered=2, aht_seconds=900, days=7)
    run = staffed(monkeypatch, forecast=forecast)
    rows, result = rows_of(run, queue), result_of(run, queue)
    assert result.model == "deferred"
    assert {row.required_agents for row in rows if not row.is_open} == {0}
    hours = sum(row.required_agents for row in rows) * 0.25
    assert 226 <= hours <= 226 * 1.2
    assert hours < result.detail["flat_agents"] * 40
    assert result.detail["flat_agents"] > result.detail["unbuffered_agents"]
    assert 0.999 <= result.service_level <= result.ceiling_level <= 1.0
    assert result.detail["simulated_level"] == pytest.approx(result.service_level, abs=0.005)


def test_the_opening_backlog_is_staffed_by_its_own_due_times(monkeypatch):
    """400 items of 900 s due by Monday's close: 102 hours of work with the overdue, in 8 open hours.

    That is 12.75 people; two more keep what chance adds (five hours are one standard deviation).
    """
    with system_tenant():
        queue = make_deferred_queue(**OFFICE_HOURS)
        make_goal(queue, level=1.0)
        forecast = make_forecast([queue], offered=0.0001, aht_seconds=900, days=5)
        add_open_items(queue, due_at=MONDAY.replace(hour=17), count=400)
        add_open_items(queue, due_at=MONDAY - timedelta(days=1), count=8)
        add_open_items(
            queue, due_at=MONDAY.replace(hour=12), count=5, completed_at=MONDAY - timedelta(hours=9)
        )
    run = staffed(monkeypatch, forecast=forecast, deferred_shape=PlanShape.FLAT)
    result = result_of(run, queue)
    assert result.detail["backlog_items"] == 408
    assert result.detail["overdue_items"] == 8
    assert result.detail["unbuffered_agents"] == pytest.approx(12.75, abs=0.01)
    assert {row.required_agents for row in rows_of(run, queue) if row.is_open} == {15}
    assert result.detail["opening_by_due"] == {
        "overdue": 8,
        "today": 400,
        "tomorrow": 0,
        "later": 0,
        "at": MONDAY.isoformat(),
    }
    assert result.detail["cleared_level"] > 0.99


def test_a_feed_without_waits_refuses_its_queue_and_no_other(monkeypatch):
    """Forty gave up and nobody is said to have waited: patience is not known, not zero."""
    with system_tenant():
        silent, voice = make_queue(patience_seconds=None), make_queue(patience_seconds=60)
        for queue in (silent, voice):
            make_goal(queue)
        add_history(silent, wait_seconds_total=0.0, abandoned=40)
        forecast = make_forecast([silent, voice])
    run = staffed(monkeypatch, forecast=forecast)
    assert "their patience is not known" in result_of(run, silent).reason
    assert not result_of(run, voice).is_refused


def test_a_backlog_due_after_the_run_gets_its_part_of_the_run_now(monkeypatch):
    """100 hours of work due an hour after the next opening: 40 open hours now, one more until then."""
    with system_tenant():
        queue = make_deferred_queue(**OFFICE_HOURS)
        make_goal(queue)
        forecast = make_forecast([queue], offered=0.0001, aht_seconds=900, days=5)
        add_open_items(queue, due_at=MONDAY + timedelta(days=7, hours=10), count=400)
    run = staffed(monkeypatch, forecast=forecast, deferred_shape=PlanShape.FLAT)
    assert {row.required_agents for row in rows_of(run, queue) if row.is_open} == {3}
    result = result_of(run, queue)
    assert result.detail["unbuffered_agents"] == pytest.approx(100 / 41, abs=0.01)
    assert result.detail["closing_by_due"]["later"] < 30


def test_erlang_c_for_deferred_work_is_refused_with_the_reason(monkeypatch):
    with system_tenant():
        queue, voice = make_deferred_queue(), make_queue()
        make_goal(queue)
        make_goal(voice)
        forecast = make_forecast([queue, voice])
    run = staffed(monkeypatch, forecast=forecast, models={queue.pk: Model.C})
    refused = result_of(run, queue)
    assert refused.is_refused
    assert "hours or days" in refused.reason
    assert "by due time" in refused.reason
    assert not result_of(run, voice).is_refused
    assert rows_of(run, queue) == []


@pytest.mark.parametrize(
    ("goal", "queue_fields", "reason"),
    [
        (None, {}, "has no service goal on 2026-03-02"),
        ({"level": 1.0}, {}, "infinitely many agents"),
        ({"metric_key": "service_level.deferred"}, {}, "no service level of a live queue"),
        ({}, {"patience_seconds": None}, "patience is not known"),
        (
            {"threshold_seconds": None, "due_unit": "business_minutes", "due_amount": 60},
            {},
            "no threshold in seconds",
        ),
        ({"max_occupancy_rate": 1e-12}, {}, "No number of agents"),
        (
            {"metric_key": "service_level.answered_over_answered"},
            {"work_type": "patient"},
            "Nobody abandons",
        ),
    ],
)
def test_a_queue_that_cannot_be_staffed_is_left_out_with_a_sentence(
    monkeypatch, goal, queue_fields, reason
):
    with system_tenant():
        if queue_fields.get("work_type") == "patient":
            queue_fields = {"work_type": make_work_type(contacts_abandon=False)}
        queue = make_queue(**queue_fields)
        if goal is not None:
            make_goal(queue, **goal)
    run = staffed(monkeypatch, queue)
    result = result_of(run, queue)
    assert result.is_refused
    assert reason in result.reason
    with system_tenant(), pytest.raises(UnableToPublish, match="nothing to publish"):
        publish_requirement(run=run, published_at=MONDAY, published_by=None)


@pytest.mark.parametrize(
    ("goal", "queue_fields", "reason"),
    [
        ({"threshold_seconds": 20, "due_unit": "", "due_amount": None}, {}, "no due time; set one"),
        ({}, {"weekdays": ()}, "no opening hours"),
    ],
)
def test_deferred_work_without_hours_or_due_time_is_left_out(
    monkeypatch, goal, queue_fields, reason
):
    with system_tenant():
        queue = make_deferred_queue(**queue_fields)
        make_goal(queue, **goal)
    assert reason in result_of(staffed(monkeypatch, queue), queue).reason


def test_a_worker_that_takes_over_goes_on_and_each_row_is_there_once(monkeypatch):
    with system_tenant():
        first, second = make_queue(), make_queue()
        make_goal(first)
        make_goal(second)
        forecast = make_forecast([first, second])
    run = start_without_ringing(forecast, monkeypatch)
    compute_once = requirement_run._staff
    seen = []

    def dies_after_the_first(run, queue, **rest):
        seen.append(queue.pk)
        if len(seen) == 2:
            raise MemoryError("killed")
        return compute_once(run, queue, **rest)

    monkeypatch.setattr(requirement_run, "_staff", dies_after_the_first)
    compute(run)
    job = compute(run)
    assert job.status == JobStatus.SUCCEEDED
    assert job.attempts == 2
    assert seen == [first.pk, second.pk, second.pk]
    assert (len(rows_of(run, first)), len(rows_of(run, second))) == (96, 96)


def test_a_cancelled_job_stops_before_the_next_queue(monkeypatch):
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
        forecast = make_forecast([queue])
    run = start_without_ringing(forecast, monkeypatch)
    with system_tenant():
        cancel_job(job=run.job, at=MONDAY)
    assert compute(run).status == JobStatus.CANCELLED
    assert rows_of(run, queue) == []


def test_published_is_final_and_only_complete_runs_are_published(monkeypatch):
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
        forecast = make_forecast([queue])
    run = start_without_ringing(forecast, monkeypatch)
    with system_tenant(), pytest.raises(UnableToPublish, match="not complete"):
        publish_requirement(run=run, published_at=MONDAY, published_by=None)
    compute(run)
    with system_tenant():
        run = RequirementRun.objects.select_related("job").get(pk=run.pk)
        published = publish_requirement(run=run, published_at=MONDAY, published_by=None)
        assert published.published_at == MONDAY
        with pytest.raises(UnableToPublish, match="already published"):
            publish_requirement(run=run, published_at=MONDAY, published_by=None)


def test_a_run_may_publish_itself_as_its_last_act(monkeypatch):
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
    run = staffed(monkeypatch, queue, publish_when_done=True)
    with system_tenant():
        assert RequirementRun.objects.get(pk=run.pk).is_published


def test_a_run_needs_a_published_forecast_with_its_queues():
    with system_tenant():
        queue, stranger = make_queue(), make_queue(name="Strange voice", client=make_client())
        draft = make_forecast([queue], is_published=False)
        forecast = make_forecast([queue])
        ask = {"params": RequirementParams(), "created_by": None}
        with pytest.raises(UnableToStaffRun, match="is not published"):
            create_requirement_run(forecast_run=draft, **ask)
        with pytest.raises(UnableToStaffRun, match="Strange voice"):
            create_requirement_run(forecast_run=forecast, queues=[stranger], **ask)
        forecast.queue_results.update(flag="REFUSED")
        with pytest.raises(UnableToStaffRun, match="nothing to staff"):
            create_requirement_run(forecast_run=forecast, **ask)


def test_a_forecast_of_two_handlings_is_staffed_in_one_run(monkeypatch):
    with system_tenant():
        voice, mail = make_queue(), make_deferred_queue()
        make_goal(voice)
        make_goal(mail)
    run = staffed(monkeypatch, voice, mail)
    assert (result_of(run, voice).model, result_of(run, mail).model) == ("A", "deferred")
    assert voice.work_type.handling == Handling.LIVE
    with system_tenant():
        summary = RequirementRun.objects.get(pk=run.pk).summary
    assert (summary["queues"], summary["refused"]) == (2, 0)
    assert summary["required_hours"] == pytest.approx(
        result_of(run, voice).required_hours + result_of(run, mail).required_hours, abs=0.01
    )
