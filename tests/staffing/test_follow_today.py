"""The day under way: what comes moves forecast, requirement and gap without a hand."""

from datetime import date, timedelta
from importlib import import_module
from time import process_time

import numpy as np
import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from forecasting.computations.refresh_today import refresh_today
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, IntradayForecast, WorkItem
from forecasting.services import ActualRow, record_actuals
from scheduling.queries.board import coverage
from staffing.computations import follow_today
from staffing.computations.refused import QueueRefused
from staffing.models import IntradayRequirement, RequirementInterval, RequirementRun
from staffing.queries.today import updated_series
from staffing.services import LinkTerms, link_queues
from tests.factories.org import make_client, make_deferred_queue, make_goal, make_queue, make_user
from tests.factories.scheduling import make_version
from tests.forecasting.rows import ORIGIN, add_history, add_items, finish
from tests.staffing.rows import compute, start_without_ringing
from wfm.briefing.cover import day_cover
from wfm.org.access import SYSTEM
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
NOON = ORIGIN + timedelta(hours=12)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rested():
    """No queue rests because another test's was refused."""
    cache.clear()


@pytest.fixture
def published(monkeypatch):
    """Forecast and requirement of these queues, both published."""
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)

    def make(*queues, at=ORIGIN):
        with system_tenant():
            forecast = start_forecast(
                queues=list(queues),
                origin_at=at,
                created_by=None,
                days=7,
                publish_when_done=True,
            )
        finish(forecast.job)
        with system_tenant():
            type(forecast).objects.filter(pk=forecast.pk).update(published_at=at)
            forecast.refresh_from_db()
        run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
        compute(run)
        with system_tenant():
            RequirementRun.objects.filter(pk=run.pk).update(published_at=at)
        return run

    return make


@pytest.fixture
def line(published):
    with system_tenant():
        queue = make_queue(name="Line", interval_minutes=30)
        make_goal(queue)
        add_history(queue)
    return queue, published(queue)


def arrive(queue, *, times, since=ORIGIN, until=NOON):
    with system_tenant():
        rows = ForecastInterval.objects.filter(
            queue=queue, starts_at__gte=since, starts_at__lt=until
        )
        record_actuals(
            rows=[ActualRow(queue.pk, row.starts_at, round(row.mean * times)) for row in rows]
        )


def updated(at=NOON):
    with system_tenant():
        refresh_today(at=at)
    return follow_today(at=at)


def rest_of(model, queue):
    """Agents of each interval from noon to midnight."""
    with system_tenant():
        rows = model.objects.filter(queue=queue, starts_at__gte=NOON, starts_at__lt=ORIGIN + DAY)
        return np.array([row.required_agents for row in rows.order_by("starts_at")])


def test_a_loud_morning_asks_for_more_people_in_the_rest_of_the_day(line):
    queue, run = line
    arrive(queue, times=2)
    done = updated()
    assert (done.queues, done.intervals) == (1, 24)
    before, after = rest_of(RequirementInterval, queue), rest_of(IntradayRequirement, queue)
    assert after[0] >= 1.3 * before[0]
    assert (after >= before).all()
    with system_tenant():
        row = IntradayRequirement.objects.order_by("starts_at").first()
        assert (row.run_id, row.known_until) == (run.pk, NOON)
        assert 0.8 <= row.service_level < 1
        assert not IntradayRequirement.objects.filter(starts_at__gte=ORIGIN + DAY).exists()


def test_the_rest_of_an_ordinary_day_begins_in_the_middle_of_it(published):
    """Contacts of half an hour fill a queue for hours: at noon it is not empty."""
    with system_tenant():
        queue = make_queue(name="Long", interval_minutes=30, default_aht_seconds=1800)
        make_goal(queue)
        add_history(queue)
    published(queue)
    arrive(queue, times=1)
    updated()
    before, after = rest_of(RequirementInterval, queue), rest_of(IntradayRequirement, queue)
    assert after[0] >= 0.9 * before[0]
    assert after == pytest.approx(before, rel=0.2, abs=2)


def test_board_why_and_gap_show_it(line, client):
    queue, run = line
    with system_tenant():
        version = make_version(
            monday=ORIGIN.date(), days=7, requirement_run=run, status="PUBLISHED"
        )
        gap_before = coverage(version).under_hours()
        client.force_login(make_user("planner"))
    arrive(queue, times=2)
    updated()
    expected = rest_of(IntradayRequirement, queue)
    day = {"queue": queue.pk, "from": "2026-03-16", "to": "2026-03-16", "day": "2026-03-16"}
    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("staffing"), day)
        rows = page.context["rows"]
        why = client.get(
            reverse("requirement-why", args=[run.pk, queue.pk, rows[24].epoch])
        ).content.decode()
    assert [row.required_agents for row in rows[24:]] == expected.tolist()
    assert "The rest of that day follows what came until" in page.content.decode()
    assert "updated by what came until" in why
    assert f"<strong>{expected[0]:.0f}</strong>" in why
    more = (expected - rest_of(RequirementInterval, queue)).sum() / 2
    with system_tenant():
        assert coverage(version).under_hours() == pytest.approx(gap_before + more, abs=0.1)
        cover = day_cover(principal=SYSTEM, day=ORIGIN.date(), at=NOON)
    assert cover.queues[0].required_now == pytest.approx(expected[0])


def test_rest_lists_the_rest_of_today(line, client):
    queue, run = line
    arrive(queue, times=2)
    updated()
    with system_tenant():
        client.force_login(make_user("planner"))
    wanted = {"queue": queue.pk, "from": "2026-03-16", "to": "2026-03-17"}
    rows = client.get(reverse("api-requirement-today"), wanted).json()["results"]
    assert [row["required_agents"] for row in rows] == rest_of(IntradayRequirement, queue).tolist()
    assert {(row["run"], row["known_until"]) for row in rows} == {(run.pk, "2026-03-16T12:00:00Z")}


def test_it_follows_each_update_once_and_the_next_one_again(line):
    queue, _run = line
    arrive(queue, times=1.2)
    assert updated().queues == 1
    assert follow_today(at=NOON + timedelta(minutes=1)).queues == 0
    arrive(queue, times=3, since=NOON, until=NOON + timedelta(minutes=30))
    later = NOON + timedelta(minutes=31)
    assert updated(later).queues == 1
    with system_tenant():
        until = IntradayRequirement.objects.order_by("starts_at").values_list(
            "known_until", flat=True
        )
        # What was asked for at noon stays as it was last known.
        assert [moment == NOON for moment in until] == [True] + [False] * 23


def test_a_requirement_published_since_takes_its_place(line, published):
    queue, _run = line
    arrive(queue, times=2)
    updated()
    newer = published(queue, at=ORIGIN + timedelta(hours=1))
    with system_tenant():
        version = make_version(
            monday=ORIGIN.date(), days=7, requirement_run=newer, status="PUBLISHED"
        )
        required = coverage(version).required[queue.pk][48:96:2]
        plain = RequirementInterval.objects.filter(
            run=newer, starts_at__gte=NOON, starts_at__lt=ORIGIN + DAY
        )
        assert required.tolist() == [row.required_fte for row in plain.order_by("starts_at")]
    # Nor is a forecast that is over followed any more.
    assert follow_today(at=NOON).queues == 0


def test_deferred_work_is_planned_anew_from_what_is_open_now(published):
    with system_tenant():
        desk = make_deferred_queue(interval_minutes=60, opening=((540, 1020),))
        make_goal(desk, level=1.0)
        add_items(desk, per_day=96)
        WorkItem.objects.update(completed_at=ORIGIN - timedelta(minutes=1))
    published(desk)
    with system_tenant():
        WorkItem.objects.bulk_create(
            WorkItem(
                queue=desk,
                external_id=f"surge-{number}",
                arrived_at=ORIGIN + timedelta(hours=11, seconds=number),
                due_at=ORIGIN + timedelta(hours=17),
            )
            for number in range(400)
        )
    assert updated().queues == 1
    before, after = rest_of(RequirementInterval, desk), rest_of(IntradayRequirement, desk)
    assert after.sum() * 3600 >= before.sum() * 3600 + 300 * desk.default_aht_seconds
    assert after[5:].sum() == 0  # closed from five on


def test_a_fed_queue_reads_what_its_source_finishes_today(published):
    """The source is followed first; what it finishes by its update arrives in the other's rest."""
    with system_tenant():
        client = make_client()
        desk = make_deferred_queue(client=client, interval_minutes=60, opening=((540, 1020),))
        line = make_queue(client=client, name="Line", interval_minutes=30)
        make_goal(desk)
        make_goal(line)
        add_items(desk, per_day=96)
        add_history(line)
        link_queues(
            source=line, target=desk, terms=LinkTerms(share=0.5, starts_on=date(2026, 1, 1))
        )
    run = published(line, desk)
    arrive(line, times=2)
    with system_tenant():
        WorkItem.objects.bulk_create(
            WorkItem(
                queue=desk,
                external_id=f"morning-{number}",
                arrived_at=ORIGIN + timedelta(hours=11, seconds=number),
                due_at=ORIGIN + timedelta(hours=17),
            )
            for number in range(60)
        )
    assert updated().queues == 2
    with system_tenant():
        rows = IntradayRequirement.objects.filter(starts_at__lt=ORIGIN + DAY).order_by("starts_at")
        finished = np.array(rows.filter(queue=line).values_list("finished", flat=True))
        offered = np.array(rows.filter(queue=desk).values_list("offered", flat=True))
        forecast_run = RequirementRun.objects.get(pk=run.pk).forecast_run_id
        own = updated_series(desk, run_id=forecast_run, starts_at=NOON, ends_at=ORIGIN + DAY)
        planned = RequirementInterval.objects.filter(
            queue=line, starts_at__gte=NOON, starts_at__lt=ORIGIN + DAY
        )
        assert finished.sum() > 1.3 * sum(planned.values_list("finished", flat=True))
    assert finished.size == 24
    assert offered - own.final_mean == pytest.approx(0.5 * finished.reshape(12, 2).sum(axis=1))


def test_a_source_that_is_followed_late_still_reaches_what_it_feeds(fed_desk, monkeypatch):
    """The line could not be staffed at first; the desk has followed its own update meanwhile."""
    line, desk = fed_desk(has_forecast=True)
    arrive(line, times=2)
    module = import_module("staffing.computations.follow_today")  # the package holds its function
    staff = module._staff

    def without_line(task, run):
        if task.queue == line:
            raise QueueRefused("Not yet.")
        return staff(task, run)

    monkeypatch.setattr(module, "_staff", without_line)
    with system_tenant():
        WorkItem.objects.create(
            queue=desk, external_id="one", arrived_at=NOON - DAY / 24, due_at=NOON + DAY / 4
        )
    updated()
    before = [row.offered for row in rows_today(desk)]
    monkeypatch.setattr(module, "_staff", staff)
    cache.clear()
    assert follow_today(at=NOON).queues == 2
    after = [row.offered for row in rows_today(desk)]
    assert sum(after) > 1.05 * sum(before)


@pytest.fixture
def fed_desk(published):
    """A desk that a line feeds half of what it finishes; only the line is updated today."""

    def make(*, has_forecast):
        with system_tenant():
            client = make_client()
            desk = make_deferred_queue(client=client, interval_minutes=60, opening=((540, 1020),))
            line = make_queue(client=client, name="Line", interval_minutes=30)
            make_goal(desk)
            make_goal(line)
            add_history(line)
            if has_forecast:
                add_items(desk, per_day=96)
            link_queues(
                source=line, target=desk, terms=LinkTerms(share=0.5, starts_on=date(2026, 1, 1))
            )
        run = published(line, desk) if has_forecast else published(line)
        with system_tenant():
            assert run.queue_results.filter(is_refused=False).count() == 2
        return line, desk

    return make


def half_of_the_rest(queue, until=ORIGIN + DAY):
    """Half of what a queue's update finishes, by the hour."""
    with system_tenant():
        rows = IntradayRequirement.objects.filter(queue=queue, starts_at__lt=until)
        finished = np.array(rows.order_by("starts_at").values_list("finished", flat=True))
    return 0.5 * finished.reshape(-1, 2).sum(axis=1)


def rows_today(queue):
    with system_tenant():
        rows = IntradayRequirement.objects.filter(queue=queue, starts_at__lt=ORIGIN + DAY)
        return list(rows.order_by("starts_at"))


@pytest.mark.parametrize("has_forecast", [True, False])
def test_the_update_of_a_source_alone_staffs_the_queue_that_it_feeds(fed_desk, has_forecast):
    line, desk = fed_desk(has_forecast=has_forecast)
    arrive(line, times=2)
    assert updated().queues == 2
    with system_tenant():
        assert not IntradayForecast.objects.filter(queue=desk).exists()
        planned = list(RequirementInterval.objects.filter(queue=desk, starts_at__gte=NOON))
    before = {row.starts_at: row.offered for row in planned}
    rows = rows_today(desk)
    assert [row.starts_at for row in rows] == [NOON + timedelta(hours=hour) for hour in range(12)]
    assert {row.known_until for row in rows} == {NOON}
    assert sum(row.offered for row in rows) > 1.1 * sum(before[row.starts_at] for row in rows)
    if not has_forecast:
        assert [row.offered for row in rows] == pytest.approx(half_of_the_rest(line))
    # Nothing is updated since: nobody is staffed again.
    assert follow_today(at=NOON + timedelta(minutes=1)).queues == 0


def test_the_next_update_of_the_source_is_followed_as_well(fed_desk):
    line, desk = fed_desk(has_forecast=False)
    arrive(line, times=2)
    updated()
    later = NOON + timedelta(minutes=90)
    arrive(line, times=3, since=NOON, until=later)
    assert updated(at=later).queues == 2
    rows = rows_today(desk)
    # The desk plans by the hour: the one that holds half past one is planned anew.
    hour = NOON + timedelta(hours=1)
    assert {row.known_until for row in rows if row.starts_at >= hour} == {hour}
    assert [row.offered for row in rows][2:] == pytest.approx(half_of_the_rest(line)[2:])


def test_an_update_that_the_source_cannot_follow_leaves_the_queue_that_it_feeds(fed_desk, caplog):
    line, desk = fed_desk(has_forecast=True)
    arrive(line, times=2)
    with system_tenant():
        line.service_goals.all().delete()
    assert updated().queues == 0
    assert "Unable to staff the rest of today of Line" in caplog.text
    assert rows_today(desk) == []


def test_a_queue_that_cannot_be_staffed_stops_no_other(line, published, caplog):
    queue, _run = line
    with system_tenant():
        other = make_queue(name="Other", interval_minutes=30)
        goal = make_goal(other)
        add_history(other)
    published(other)
    arrive(queue, times=1.5)
    arrive(other, times=1.5)
    with system_tenant():
        goal.delete()
    assert updated().queues == 1
    assert "Unable to staff the rest of today of Other" in caplog.text
    # It rests until its forecast is updated again.
    caplog.clear()
    assert follow_today(at=NOON + timedelta(minutes=1)).queues == 0
    assert not caplog.text
    with system_tenant():
        make_goal(other)
    arrive(other, times=1.5, since=NOON, until=NOON + timedelta(minutes=30))
    assert updated(NOON + timedelta(minutes=31)).queues == 1
    assert rest_of(IntradayRequirement, other).size == 23


def test_an_update_of_an_interval_that_is_not_forecast_changes_no_other(line):
    queue, _run = line
    arrive(queue, times=2)
    with system_tenant():
        refresh_today(at=NOON)
        missing, after = NOON + timedelta(hours=1), NOON + timedelta(minutes=90)
        IntradayForecast.objects.filter(queue=queue, starts_at=after).delete()
        forecast = ForecastInterval.objects.filter(queue=queue)
        forecast.filter(starts_at=missing).delete()
        own = forecast.get(starts_at=after)
        series = updated_series(queue, run_id=own.run_id, starts_at=NOON, ends_at=ORIGIN + DAY)
    assert series.starts_at.size == 23
    assert series.final_mean[2] == pytest.approx(own.final_mean)
    assert series.final_mean[3] > 1.3 * own.final_mean


def test_beat_rings_for_it():
    entry = settings.CELERY_BEAT_SCHEDULE["staffing-follow-today"]
    assert entry["task"] == "staffing.follow_today_tick"
    assert entry["schedule"] <= 60


def test_many_queues_take_seconds(published):
    with system_tenant():
        queues = [make_queue(interval_minutes=30) for _ in range(20)]
        for seed, queue in enumerate(queues):
            make_goal(queue)
            add_history(queue, days=28, seed=seed)
    published(*queues)
    for queue in queues:
        arrive(queue, times=1.5)
    with system_tenant():
        refresh_today(at=NOON)
    began = process_time()
    assert follow_today(at=NOON).queues == 20
    assert process_time() - began < 2
