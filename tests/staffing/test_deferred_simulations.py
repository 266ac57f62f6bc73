"""A deferred requirement lived through item by item: its job, its page, over REST."""

from datetime import timedelta

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.computations import simulate_requirement
from staffing.jobs import start_simulation
from staffing.models import RequirementInterval, RequirementQueueResult, RequirementSimulation
from tests.factories.org import make_deferred_queue, make_goal, make_user
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    add_open_items,
    compute,
    make_forecast,
    result_of,
    start_without_ringing,
)
from tests.staffing.test_simulations import lived
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import JobContext
from wfm.jobs.runner import run as run_job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = MONDAY.date()
FRIDAY = DAY + timedelta(days=4)


def staffed_office(monkeypatch, *, level=0.95, backlog=20, days=7, offered=None, **goal):
    """Mail from nine to five in London, due in one open hour, with a backlog on Monday morning."""
    with system_tenant():
        queue = make_deferred_queue(
            name="Mail", interval_minutes=30, opening=((540, 1020),), weekdays=range(5)
        )
        make_goal(queue, level=level, **({"due_unit": "business_minutes", "due_amount": 60} | goal))
        add_open_items(queue, due_at=MONDAY.replace(hour=12), count=backlog)
        forecast = make_forecast([], days=days)
        add_forecast_queue(
            forecast,
            queue,
            offered=offered or (lambda at: 6.0 if 8 <= at.hour < 17 and at.weekday() < 5 else 0.2),
            aht_seconds=600,
        )
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    return queue, run


def test_what_the_requirement_promises_is_what_the_items_get(monkeypatch):
    queue, run = staffed_office(monkeypatch)
    result = result_of(run, queue)
    simulation, job = lived(run, queue, ends_on=FRIDAY, repeats=400)
    assert job.status == JobStatus.SUCCEEDED, job.error
    figures = simulation.figures
    assert figures["mean"] == pytest.approx(result.service_level, abs=0.01)
    assert result.detail["simulated_level"] == pytest.approx(result.service_level, abs=0.01)
    assert figures["low"] < figures["mean"] <= figures["high"]
    assert 0.5 < figures["reached_share"] <= 1
    assert 0.5 < figures["period_reached_share"] <= 1
    assert [row["day"] for row in figures["days"]] == [
        (DAY + timedelta(days=number)).isoformat() for number in range(5)
    ]
    monday = figures["days"][0]
    assert monday["due_items"] > figures["days"][1]["due_items"] / 2
    assert monday["goal"] == 0.95
    assert len(figures["intervals"]["backlog"]) == 5 * 48
    assert figures["intervals"]["backlog"][18] < 20 + 6 * 3
    assert job.result["mean"] == figures["mean"]


def test_days_in_the_middle_are_lived_through_from_the_backlog_on(monkeypatch):
    queue, run = staffed_office(monkeypatch)
    whole, _job = lived(run, queue, ends_on=FRIDAY, repeats=200)
    part, _job = lived(
        run, queue, starts_on=DAY + timedelta(days=2), ends_on=DAY + timedelta(days=2), repeats=200
    )
    (wednesday,) = part.figures["days"]
    in_whole = whole.figures["days"][2]
    assert wednesday["mean"] == pytest.approx(in_whole["mean"], abs=0.02)
    assert wednesday["due_items"] == pytest.approx(in_whole["due_items"], rel=0.05)


def test_the_same_seed_gives_the_same_weeks(monkeypatch):
    queue, run = staffed_office(monkeypatch)
    first, again, other = (
        lived(run, queue, repeats=40, seed=seed)[0].figures for seed in (1, 1, 2)
    )
    assert first == again != other


def test_each_day_is_judged_by_the_goal_of_that_day(monkeypatch):
    tuesday = DAY + timedelta(days=1)
    with system_tenant():
        queue = make_deferred_queue(interval_minutes=30, opening=((540, 1020),))
        make_goal(queue, level=0.8, ends_on=tuesday, due_unit="business_days", due_amount=0)
        make_goal(
            queue, version=2, starts_on=tuesday, level=0.9, due_unit="calendar_days", due_amount=1
        )
        forecast = make_forecast([queue], offered=4.0, aht_seconds=300, days=4)
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    simulation, job = lived(run, queue, ends_on=DAY + timedelta(days=2), repeats=60)
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert [row["goal"] for row in simulation.figures["days"]] == [0.8, 0.9, 0.9]
    due = [row["due_items"] for row in simulation.figures["days"]]
    # What came on Tuesday morning after Monday's close is due on Tuesday, the rest a day later.
    assert due[0] < due[2] < 4.0 * 48 * 1.1


def test_days_on_which_nothing_is_due_are_refused_with_a_sentence(monkeypatch):
    queue, run = staffed_office(monkeypatch, backlog=0)
    sunday = DAY + timedelta(days=6)
    _simulation, job = lived(run, queue, starts_on=sunday, ends_on=sunday, repeats=20)
    assert job.status == JobStatus.FAILED
    assert job.error == "Nothing is due on these days; choose others."


def test_a_requirement_with_holes_is_refused_with_a_sentence(monkeypatch):
    queue, run = staffed_office(monkeypatch)
    with system_tenant():
        RequirementInterval.objects.filter(
            run=run, queue=queue, starts_at=MONDAY + timedelta(days=2)
        ).delete()
    _simulation, job = lived(run, queue, repeats=20)
    assert job.status == JobStatus.FAILED
    assert "were deleted since" in job.error


def test_a_requirement_of_before_due_rules_is_refused_with_a_sentence(monkeypatch):
    queue, run = staffed_office(monkeypatch)
    with system_tenant():
        result = RequirementQueueResult.objects.get(run=run, queue=queue)
        for goal in result.goal["versions"]:
            goal.pop("due_unit")
        result.save(update_fields=["goal"])
    _simulation, job = lived(run, queue, repeats=20)
    assert "compute a new one" in job.error


def test_a_cancelled_simulation_stops_and_writes_nothing(monkeypatch):
    queue, run = staffed_office(monkeypatch)
    with system_tenant():
        simulation = start_simulation(
            run=run, queue=queue, created_by=None, starts_on=DAY, ends_on=DAY, repeats=5000
        )
    steps = []
    progress = JobContext.progress

    def cancel_after_two(ctx, share, message="", **detail):
        steps.append(share)
        if len(steps) == 2:
            ctx._cancelled.set()
        return progress(ctx, share, message, **detail)

    monkeypatch.setattr(JobContext, "progress", cancel_after_two)
    run_job(simulation.job_id, simulate_requirement)
    with system_tenant():
        simulation.refresh_from_db()
        assert Job.objects.get(pk=simulation.job_id).status == JobStatus.CANCELLED
    assert simulation.figures == {}
    assert len(steps) < 10


def test_it_is_asked_for_on_the_queue_page_and_read_on_its_own(monkeypatch, client):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    queue, run = staffed_office(monkeypatch)
    with system_tenant():
        client.force_login(make_user("planner"))
    week = {"from": "2026-03-02", "to": "2026-03-08", "queue": queue.pk}
    page = client.get(reverse("staffing"), week).content.decode()
    assert "item by item" in page
    sent = {"queue": queue.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-06", "repeats": 40}
    started = client.post(reverse("requirement-simulate", args=[run.pk]), sent)
    with system_tenant():
        simulation = RequirementSimulation.objects.get()
    assert started.url == reverse("requirement-simulation", args=[simulation.pk])
    run_job(simulation.job_id, simulate_requirement)
    page = client.get(started.url).content.decode()
    assert "Open items, mean of all repeats" in page
    assert "Open at its end" in page
    assert "The whole period reaches it" in page


def test_it_is_asked_for_and_read_over_rest(monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    queue, run = staffed_office(monkeypatch)
    planner = APIClient()
    with system_tenant():
        planner.force_login(make_user("planner"))
    started = planner.post(
        f"/api/v1/staffing/runs/{run.pk}/simulate/",
        {"queue": queue.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-03", "repeats": 40},
        format="json",
    )
    assert started.status_code in {201, 202}, started.content
    with system_tenant():
        simulation = RequirementSimulation.objects.get()
    run_job(simulation.job_id, simulate_requirement)
    read = planner.get(f"/api/v1/staffing/simulations/{simulation.pk}/").json()
    assert read["figures"]["definition"] == "deferred"
    assert len(read["figures"]["days"]) == 2


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_the_ceiling_is_shown_whether_the_goal_is_below_or_above_it(monkeypatch, client, level):
    """Twelve calendar hours over a night and a weekend: many items are due while it is closed."""
    queue, run = staffed_office(
        monkeypatch, level=level, backlog=0, due_unit="calendar_minutes", due_amount=18 * 60
    )
    result = result_of(run, queue)
    assert 0.8 < result.ceiling_level < 0.99
    assert result.service_level == pytest.approx(result.detail["simulated_level"], abs=0.01)
    with system_tenant():
        client.force_login(make_user("planner"))
    week = {"from": "2026-03-02", "to": "2026-03-08"}
    shown = f"{result.ceiling_level * 100:.1f}"
    board = client.get(reverse("staffing"), week).content.decode()
    assert f"ceiling {shown}" in board
    page = client.get(reverse("staffing"), week | {"queue": queue.pk}).content.decode()
    assert "Best reachable level" in page
    assert shown in page
    assert ("No team can do better than" in page) == (level > result.ceiling_level)
    answer = APIClient()
    with system_tenant():
        answer.force_login(make_user("planner"))
    read = answer.get(f"/api/v1/staffing/runs/{run.pk}/queues/").json()
    rows = read["results"] if isinstance(read, dict) else read
    assert rows[0]["ceiling_level"] == result.ceiling_level


def test_the_backlog_is_told_by_its_due_times(monkeypatch, client):
    with system_tenant():
        client.force_login(make_user("planner"))
    queue, run = staffed_office(monkeypatch, backlog=12)
    with system_tenant():
        add_open_items(queue, due_at=MONDAY - timedelta(hours=3), count=5)
        add_open_items(queue, due_at=MONDAY + timedelta(days=1, hours=11), count=7)
        add_open_items(queue, due_at=MONDAY + timedelta(days=30), count=9)
    again = start_without_ringing(run.forecast_run, monkeypatch, publish_when_done=True)
    compute(again)
    detail = result_of(again, queue).detail
    assert {name: detail["opening_by_due"][name] for name in ("overdue", "today", "tomorrow", "later")} == {
        "overdue": 5, "today": 12, "tomorrow": 7, "later": 9,
    }  # fmt: skip
    # What comes over the weekend is due on Monday, the day on which the period ends; the nine of next
    # month keep their due time, unless done in idle time.
    closing = detail["closing_by_due"]
    assert closing["overdue"] < 5
    assert 15 < closing["today"] < 40
    assert closing["tomorrow"] == 0
    assert closing["later"] <= 9
    week = {"from": "2026-03-02", "to": "2026-03-08", "queue": queue.pk}
    page = client.get(reverse("staffing"), week).content.decode()
    assert "Backlog by due time" in page
