"""A requirement lived through many times: over REST, in its job and on its page."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.computations import simulate_requirement
from staffing.jobs import start_simulation
from staffing.models import RequirementSimulation
from staffing.services import UnableToSimulate
from tests.factories.org import make_client, make_goal, make_queue, make_user, make_work_type
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    start_without_ringing,
)
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run as run_job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = MONDAY.date()


def staffed_run(monkeypatch, *, level=0.8, metric_key=None, quiet_day=None, **fields):
    """A live queue from eight to six with a morning rush, staffed and published."""
    with system_tenant():
        queue = make_queue(opening=((480, 1080),), patience_seconds=120, **fields)
        make_goal(queue, level=level, **({"metric_key": metric_key} if metric_key else {}))
        forecast = make_forecast([], days=2)
        add_forecast_queue(
            forecast,
            queue,
            offered=lambda at: 0.0 if at.day == quiet_day else 40.0 if 9 <= at.hour < 12 else 20.0,
            aht_seconds=300,
        )
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    return queue, run


def lived(run, queue, **asked):
    with system_tenant():
        simulation = start_simulation(
            run=run,
            queue=queue,
            created_by=None,
            **({"starts_on": DAY, "ends_on": DAY, "repeats": 200} | asked),
        )
    run_job(simulation.job_id, simulate_requirement)
    with system_tenant():
        simulation.refresh_from_db()
        return simulation, Job.objects.get(pk=simulation.job_id)


def test_what_the_requirement_promises_is_what_the_days_give(monkeypatch):
    queue, run = staffed_run(monkeypatch)
    simulation, job = lived(run, queue)
    assert job.status == JobStatus.SUCCEEDED, job.error
    figures = simulation.figures
    said = [value for value in figures["intervals"]["said"] if value is not None]
    came = [value for value in figures["intervals"]["level"] if value is not None]
    assert len(said) == len(came) == 40
    assert max(abs(a - b) for a, b in zip(said, came, strict=True)) < 0.03
    assert figures["low"] < figures["mean"] < figures["high"]
    assert figures["mean"] == pytest.approx(sum(said) / len(said), abs=0.02)
    assert 0.4 < figures["reached_share"] <= 1
    assert [row["day"] for row in figures["days"]] == [DAY.isoformat()]
    assert job.result["mean"] == figures["mean"]


def test_the_same_seed_gives_the_same_days(monkeypatch):
    queue, run = staffed_run(monkeypatch)
    first, again, other = (
        lived(run, queue, repeats=40, seed=seed)[0].figures for seed in (1, 1, 2)
    )
    assert first == again != other


def test_chats_are_lived_through_agent_by_agent(monkeypatch):
    with system_tenant():
        work_type = make_work_type(concurrency=3)
    queue, run = staffed_run(monkeypatch, work_type=work_type)
    simulation, job = lived(run, queue, repeats=100)
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert simulation.figures["mean"] > 0.78


def test_a_day_on_which_nothing_comes_is_refused_with_a_sentence(monkeypatch):
    queue, run = staffed_run(monkeypatch, quiet_day=3)
    tuesday = DAY.replace(day=3)
    _simulation, job = lived(run, queue, starts_on=tuesday, ends_on=tuesday)
    assert job.status == JobStatus.FAILED
    assert job.error == "Nothing is offered on these days; choose others."


def test_days_beyond_the_requirement_are_named(monkeypatch):
    queue, run = staffed_run(monkeypatch)
    with pytest.raises(UnableToSimulate, match="covers 2026-03-02 to 2026-03-03"):
        lived(run, queue, ends_on=DAY.replace(day=4))


def test_each_day_is_judged_by_the_goal_of_that_day(monkeypatch):
    tuesday = DAY.replace(day=3)
    with system_tenant():
        queue = make_queue(opening=((480, 1080),), patience_seconds=120)
        make_goal(queue, level=0.7, ends_on=tuesday)
        make_goal(queue, version=2, starts_on=tuesday, level=0.9)
        forecast = make_forecast([], days=2)
        add_forecast_queue(forecast, queue, offered=30.0, aht_seconds=300)
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    figures = lived(run, queue, ends_on=tuesday)[0].figures
    monday, after = figures["days"]
    assert (monday["goal"], after["goal"]) == (0.7, 0.9)
    assert monday["mean"] < 0.85 < after["mean"]
    assert min(monday["reached_share"], after["reached_share"]) > 0.4
    assert set(figures["intervals"]["goal"]) == {0.7, 0.9}


def test_who_waits_at_closing_is_still_answered(monkeypatch):
    """Agents stay for those who called in time, as the plan takes it."""
    queue, run = staffed_run(monkeypatch)
    figures = lived(run, queue, repeats=1000)[0].figures
    last = [
        (said, came)
        for said, came in zip(
            figures["intervals"]["said"], figures["intervals"]["level"], strict=True
        )
        if said is not None
    ][-1]
    assert last[1] == pytest.approx(last[0], abs=0.02)


def test_a_level_that_nobody_can_count_is_refused_by_name(monkeypatch):
    queue, run = staffed_run(monkeypatch, metric_key="service_level.virtual")
    _simulation, job = lived(run, queue, repeats=20)
    assert job.status == JobStatus.FAILED
    assert "“virtual” cannot be counted on single contacts" in job.error


def test_a_cancelled_simulation_stops_and_writes_nothing(monkeypatch):
    queue, run = staffed_run(monkeypatch)
    with system_tenant():
        simulation = start_simulation(
            run=run, queue=queue, created_by=None, starts_on=DAY, ends_on=DAY, repeats=5000
        )
    steps = []

    def cancel_after_two(ctx, share, message="", **detail):
        steps.append(share)
        if len(steps) == 2:
            ctx._cancelled.set()

    monkeypatch.setattr("wfm.jobs.runner.JobContext.progress", cancel_after_two)
    run_job(simulation.job_id, simulate_requirement)
    with system_tenant():
        simulation.refresh_from_db()
        assert Job.objects.get(pk=simulation.job_id).status == JobStatus.CANCELLED
    assert simulation.figures == {}
    assert len(steps) == 2


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"repeats": 5}, "Repeat each day from 20 to 5000 times, not 5."),
        ({"ends_on": DAY.replace(month=6)}, "Simulate from 1 to 31 days, not 93."),
        ({"ends_on": DAY.replace(day=1)}, "Simulate from 1 to 31 days, not 0."),
    ],
)
def test_what_cannot_be_simulated_is_said(monkeypatch, asked, sentence):
    queue, run = staffed_run(monkeypatch)
    with pytest.raises(UnableToSimulate) as error:
        lived(run, queue, **asked)
    assert str(error.value) == sentence
    with system_tenant():
        other = make_queue(name="Other")
    with pytest.raises(UnableToSimulate, match="holds no numbers of Other"):
        lived(run, other)


def test_a_simulation_is_asked_for_and_read_over_rest(monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    queue, run = staffed_run(monkeypatch)
    planner = APIClient()
    with system_tenant():
        planner.force_login(make_user("planner"))
    body = {"queue": queue.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-03", "repeats": 40}
    answer = planner.post(
        reverse("api-requirement-run-simulate", args=[run.pk]), body, format="json"
    )
    assert answer.status_code == 202
    with system_tenant():
        simulation = RequirementSimulation.objects.get()
    address = reverse("api-requirement-simulation", args=[simulation.pk])
    assert planner.get(address).json()["figures"] == {}
    run_job(simulation.job_id, simulate_requirement)
    found = planner.get(address).json()["figures"]
    assert [row["day"] for row in found["days"]] == ["2026-03-02", "2026-03-03"]
    listed = planner.get(reverse("api-requirement-simulations")).json()
    assert [row["id"] for row in listed["results"]] == [simulation.pk]
    too_many = body | {"ends_on": "2026-09-01"}
    refused = planner.post(
        reverse("api-requirement-run-simulate", args=[run.pk]), too_many, format="json"
    )
    assert refused.status_code == 409


def test_a_stranger_meets_no_simulation_and_can_ask_for_none(client, monkeypatch):
    """Another client's planner: by page and by REST there is no such simulation, run or queue."""
    queue, run = staffed_run(monkeypatch)
    simulation, _job = lived(run, queue, repeats=20)
    with system_tenant():
        stranger = make_user("planner", client=make_client())
        count = RequirementSimulation.objects.count()
    client.force_login(stranger)
    api = APIClient()
    api.force_login(stranger)
    assert client.get(reverse("requirement-simulation", args=[simulation.pk])).status_code == 404
    assert api.get(f"/api/v1/staffing/simulations/{simulation.pk}/").status_code == 404
    assert api.get("/api/v1/staffing/simulations/").json()["results"] == []
    asked = {"queue": queue.pk, "starts_on": DAY.isoformat(), "ends_on": DAY.isoformat()}
    assert api.post(
        f"/api/v1/staffing/runs/{run.pk}/simulate/", asked | {"repeats": 20}, format="json"
    ).status_code in {400, 404}
    page = client.post(reverse("requirement-simulate", args=[run.pk]), asked | {"repeats": 20})
    assert page.status_code in {404, 422}
    with system_tenant():
        assert RequirementSimulation.objects.count() == count


def test_a_queue_that_never_closes_is_warm_on_the_first_day_of_its_run(monkeypatch):
    with system_tenant():
        queue = make_queue(patience_seconds=None, work_type=make_work_type(contacts_abandon=False))
        make_goal(queue)
        forecast = make_forecast([queue], offered=60.0, aht_seconds=1800.0)
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    figures = lived(run, queue, repeats=300)[0].figures["intervals"]
    # From empty the first half hour would answer all at once: 1,800 s of handling fill slowly.
    assert figures["level"][0] == pytest.approx(figures["said"][0], abs=0.06)
    assert len(figures["level"]) == 96


def test_a_planner_starts_one_from_the_queues_page_and_sees_the_spread(planner, monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    queue, run = staffed_run(monkeypatch)
    week = {"from": "2026-03-02", "to": "2026-03-08", "queue": queue.pk}
    page = planner.get(reverse("staffing"), week).content.decode()
    assert reverse("requirement-simulate", args=[run.pk]) in page
    sent = {"queue": queue.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-02", "repeats": 40}
    started = planner.post(reverse("requirement-simulate", args=[run.pk]), sent)
    with system_tenant():
        simulation = RequirementSimulation.objects.get()
    assert started.url == reverse("requirement-simulation", args=[simulation.pk])
    assert "progress" in planner.get(started.url).content.decode()
    run_job(simulation.job_id, simulate_requirement)
    page = planner.get(started.url).content.decode()
    assert "Days that reach the goal" in page
    assert "simulation-chart" in page
    wrong = planner.post(
        reverse("requirement-simulate", args=[run.pk]), sent | {"repeats": 3}, follow=True
    )
    assert "Times each day" in wrong.content.decode()
