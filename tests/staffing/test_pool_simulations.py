"""“Would it hold?” of a pooled queue: its whole pool is lived through, by page, REST and job."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.computations import simulate_requirement
from staffing.jobs import start_simulation
from staffing.models import RequirementInterval, RequirementPoolResult, RequirementSimulation
from staffing.services.skill_groups import GroupTerms, set_skill_groups
from tests.factories.org import (
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_user,
)
from tests.factories.staffing import make_pool
from tests.staffing.rows import MONDAY, add_open_items
from tests.staffing.test_pool_job import staffed
from tests.staffing.test_simulations import lived
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run as run_job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ((480, 1080),)
DAY = MONDAY.date()


def live(name, **fields):
    queue = make_queue(name=name, interval_minutes=30, opening=OPEN, patience_seconds=120, **fields)
    make_goal(queue)
    return queue


@pytest.fixture
def twins(monkeypatch):
    """Two queues of ten erlangs each: together they need 25 people, which the rows share."""
    with system_tenant():
        queues = live("Orders"), live("Returns")
        make_pool(*queues, name="Desk")
    return queues, staffed(monkeypatch, *((queue, 60, 300.0) for queue in queues), days=2)


def by_queue(figures):
    return {row["queue"]: row for row in figures["pool"]["queues"]}


def test_the_whole_pool_keeps_what_its_rows_alone_would_miss(twins):
    (orders, returns), run = twins
    with system_tenant():
        heads = RequirementInterval.objects.filter(run=run, queue=orders, offered__gt=0)
        assert max(heads.values_list("required_agents", flat=True)) < 14, "its share of the pool"
    for queue in (orders, returns):
        simulation, job = lived(run, queue)
        assert job.status == JobStatus.SUCCEEDED, job.error
        figures = simulation.figures
        assert figures["mean"] > 0.79
        assert figures["low"] < figures["mean"] < figures["high"]
        assert set(by_queue(figures)) == {orders.pk, returns.pk}
        assert by_queue(figures)[queue.pk]["mean"] == figures["mean"]
        said = [value for value in figures["intervals"]["said"] if value is not None]
        came = [value for value in figures["intervals"]["level"] if value is not None]
        assert len(said) == len(came) == 20
        assert sum(came) / 20 == pytest.approx(sum(said) / 20, abs=0.02)
    # Both ask for the same days of the same pool.
    again, _job = lived(run, orders)
    assert by_queue(again.figures) == by_queue(figures)


def test_the_second_day_is_that_of_both_days(twins):
    (orders, _returns), run = twins
    tuesday = DAY.replace(day=3)
    both, _job = lived(run, orders, ends_on=tuesday)
    alone, _job = lived(run, orders, starts_on=tuesday, ends_on=tuesday)
    assert [row["day"] for row in both.figures["days"]] == ["2026-03-02", "2026-03-03"]
    (row,) = alone.figures["days"]
    assert row["mean"] == pytest.approx(both.figures["days"][1]["mean"], abs=0.02)


@pytest.mark.parametrize("is_interruptible", [True, False])
def test_deferred_work_is_done_in_the_idle_time_of_live_queues(monkeypatch, is_interruptible):
    with system_tenant():
        voice = live("Voice")
        mail = make_deferred_queue(name="Mail", interval_minutes=30, opening=OPEN)
        make_goal(mail, level=0.9, due_amount=480)
        add_open_items(mail, due_at=MONDAY.replace(hour=12), count=5)
        make_pool(voice, mail, is_interruptible=is_interruptible, max_occupancy_rate=0.95)
    run = staffed(monkeypatch, (voice, 120, 300.0), (mail, 20, 90.0), days=3)
    with system_tenant():
        assert RequirementPoolResult.objects.get(run=run).is_blended
    tuesday = DAY.replace(day=3)
    simulation, job = lived(run, mail, ends_on=tuesday, repeats=100)
    assert job.status == JobStatus.SUCCEEDED, job.error
    figures = simulation.figures
    assert figures["mean"] > 0.88
    assert by_queue(figures)[voice.pk]["mean"] > 0.78
    assert len(figures["intervals"]["backlog"]) == 2 * 48
    monday, after = figures["days"]
    assert monday["due_items"] > 0
    # 400 items come a day and may take until the next one.
    assert 0.0 < after["backlog_items"] < 200.0
    assert 0.0 <= figures["period_reached_share"] <= 1.0


def test_a_pool_with_groups_is_lived_through_group_by_group(monkeypatch):
    with system_tenant():
        client = make_client()
        orders, returns = live("Orders", client=client), live("Returns", client=client)
        desk = make_pool(orders, returns, name="Desk")
        groups = [
            GroupTerms("Both", [(returns, 1), (orders, 2)]),
            GroupTerms("Only orders", [(orders, 1)]),
        ]
        set_skill_groups(pool=desk, groups=groups)
    run = staffed(monkeypatch, (orders, 60, 300.0), (returns, 30, 300.0), days=1)
    with system_tenant():
        found = RequirementPoolResult.objects.get(run=run)
        goal_kept = {row["id"]: row["level"] for row in found.figures["queues"]}
    simulation, job = lived(run, orders)
    assert job.status == JobStatus.SUCCEEDED, job.error
    for queue in (orders, returns):
        level = by_queue(simulation.figures)[queue.pk]["mean"]
        assert level == pytest.approx(goal_kept[queue.pk], abs=0.03)
        assert level > 0.78


def test_a_cancelled_one_stops_and_writes_nothing(twins, monkeypatch):
    (orders, _returns), run = twins
    with system_tenant():
        simulation = start_simulation(
            run=run, queue=orders, created_by=None, starts_on=DAY, ends_on=DAY, repeats=5000
        )
    steps = []

    def cancel_after_two(ctx, share, message="", **detail):
        steps.append(message)
        if len(steps) == 2:
            ctx._cancelled.set()

    monkeypatch.setattr("wfm.jobs.runner.JobContext.progress", cancel_after_two)
    run_job(simulation.job_id, simulate_requirement)
    with system_tenant():
        simulation.refresh_from_db()
        assert Job.objects.get(pk=simulation.job_id).status == JobStatus.CANCELLED
    assert simulation.figures == {}
    assert steps[0] == "the whole pool, repeat 1 of 5000"
    assert len(steps) == 2


def test_page_and_rest_say_that_it_was_the_whole_pool(planner, twins, monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    (orders, returns), run = twins
    sent = {"queue": orders.pk, "starts_on": "2026-03-02", "ends_on": "2026-03-02", "repeats": 40}
    started = planner.post(reverse("requirement-simulate", args=[run.pk]), sent)
    with system_tenant():
        simulation = RequirementSimulation.objects.get()
        pool = RequirementPoolResult.objects.get(run=run)
    run_job(simulation.job_id, simulate_requirement)
    page = planner.get(started.url).content.decode()
    assert "the whole pool was lived through" in page
    assert reverse("requirement-pool", args=[pool.pk]) in page
    assert "Returns" in page.split('id="pool-head"')[1].split("</section>")[0]

    api = APIClient()
    with system_tenant():
        api.force_login(make_user("planner"))
    body = api.get(reverse("api-requirement-simulation", args=[simulation.pk])).json()["figures"]
    assert body["pool"]["result"] == pool.pk
    assert {row["queue"] for row in body["pool"]["queues"]} == {orders.pk, returns.pk}


def test_who_sees_one_queue_of_the_pool_sees_no_other(client, twins):
    """The pool of two clients: a planner of one reads the own queue and nothing of the other."""
    (orders, returns), run = twins
    simulation, _job = lived(run, orders, repeats=20)
    with system_tenant():
        assert orders.client_id != returns.client_id
        planner = make_user("planner", client=orders.client)
    client.force_login(planner)
    api = APIClient()
    api.force_login(planner)
    answer = api.get(reverse("api-requirement-simulation", args=[simulation.pk]))
    if answer.status_code == 404:
        pytest.fail("a simulation of the own queue is not there")
    pool = answer.json()["figures"]["pool"]
    assert pool["result"] is None
    assert [row["queue"] for row in pool["queues"]] == [orders.pk]
    page = client.get(reverse("requirement-simulation", args=[simulation.pk])).content.decode()
    assert "Returns" not in page
    assert "the whole pool was lived through" in page


def test_a_page_of_them_costs_the_same_for_one_and_for_three(twins):
    (orders, returns), run = twins
    with system_tenant():
        pool = RequirementPoolResult.objects.get(run=run)
    api = APIClient()
    with system_tenant():
        api.force_login(make_user("planner"))
    costs = []
    for more in (1, 2):
        with system_tenant():
            for _ in range(more):
                RequirementSimulation.objects.create(
                    run=run,
                    queue=orders,
                    starts_on=DAY,
                    ends_on=DAY,
                    figures={
                        "pool": {
                            "result": pool.pk,
                            "queues": [{"queue": orders.pk}, {"queue": returns.pk}],
                        }
                    },
                )
        with CaptureQueriesContext(connection) as captured:
            found = api.get(reverse("api-requirement-simulations")).json()["results"]
        costs.append(len(captured))
    assert len(found) == 3
    assert {row["figures"]["pool"]["result"] for row in found} == {pool.pk}
    assert [len(row["figures"]["pool"]["queues"]) for row in found] == [2, 2, 2]
    assert costs[0] == costs[1]
