"""The requirement over REST."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.models import RequirementRun
from tests.factories.org import make_deferred_queue, make_goal, make_queue, make_user
from tests.staffing.rows import compute, make_forecast, start_without_ringing
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = {"from": "2026-03-02", "to": "2026-03-02"}
GOLDEN = {"offered": 750, "interval_minutes": 15, "aht_seconds": 240, "patience_seconds": 60}


@pytest.fixture
def api():
    def as_role(role="planner", **fields):
        client = APIClient()
        with system_tenant():
            client.force_login(make_user(role, **fields))
        return client

    return as_role


@pytest.fixture
def voice(monkeypatch):
    with system_tenant():
        queue = make_queue(patience_seconds=60)
        make_goal(queue)
        forecast = make_forecast([queue], offered=750)
    compute(start_without_ringing(forecast, monkeypatch, publish_when_done=True))
    return queue


def test_the_requirement_is_listed_by_interval(api, voice):
    address = reverse("api-requirement-list")
    first = api().get(address, DAY | {"queue": voice.pk, "page_size": 90}).json()
    assert len(first["results"]) == 90
    row = first["results"][0]
    assert (row["starts_at"], row["required_agents"]) == ("2026-03-02T00:00:00Z", 176.0)
    assert 0.8 <= row["service_level"] < 0.81
    rest = api().get(first["next"]).json()
    assert (len(rest["results"]), rest["next"]) == (6, None)


def test_a_run_may_be_named_and_a_wrong_one_is_not_found(api, voice):
    with system_tenant():
        run = RequirementRun.objects.get()
    address, planner = reverse("api-requirement-list"), api()
    named = planner.get(address, DAY | {"queue": voice.pk, "run": run.pk}).json()
    assert len(named["results"]) == 96
    for wrong in (run.pk + 1, "latest", "²", "9" * 19):
        answer = planner.get(address, DAY | {"queue": voice.pk, "run": wrong})
        assert answer.status_code == 404


def test_a_queue_without_a_requirement_has_no_rows(api):
    with system_tenant():
        queue = make_queue()
    assert api().get(reverse("api-requirement-list"), {"queue": queue.pk}).json()["results"] == []


def test_queues_are_named_by_number_and_must_be_visible(api, voice):
    address = reverse("api-requirement-list")
    planner = api()
    for wrong in ("", "cards", "²", "9" * 19):
        assert planner.get(address, {"queue": wrong}).status_code == 400
    assert planner.get(address, {"queue": 999_999}).status_code == 404
    with system_tenant():
        other = make_queue()
    stranger = api("planner", client=other.client)
    assert stranger.get(address, {"queue": voice.pk}).status_code == 404


def test_runs_tell_how_each_queue_was_computed(api, voice):
    planner = api()
    (run,) = planner.get(reverse("api-requirement-runs")).json()["results"]
    assert run["summary"]["queues"] == 1
    one = planner.get(reverse("api-requirement-run", args=[run["id"]])).json()
    assert one == run
    (queue,) = planner.get(reverse("api-requirement-run-queues", args=[run["id"]])).json()
    assert (queue["queue"], queue["model"], queue["is_refused"]) == (voice.pk, "A", False)
    assert queue["goal"]["versions"][0]["level"] == 0.8


def test_a_run_is_started_and_published(api, monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
        forecast = make_forecast([queue])
    planner = api()
    body = {
        "forecast_run": forecast.pk,
        "deferred_shape": "flat",
        "live_strategy": "period_by_period",
    }
    headers = {"Idempotency-Key": "once"}
    answer = planner.post(reverse("api-requirement-runs"), body, format="json", headers=headers)
    assert answer.status_code == 202
    again = planner.post(reverse("api-requirement-runs"), body, format="json", headers=headers)
    assert again.json() == answer.json()
    with system_tenant():
        run = RequirementRun.objects.get()
    assert run.parameters["deferred_shape"] == "flat"
    assert run.parameters["live_strategy"] == "period_by_period"
    publish = reverse("api-requirement-run-publish", args=[run.pk])
    assert planner.post(publish).status_code == 409
    compute(run)
    assert planner.post(publish).json()["published_at"] is not None
    assert planner.post(publish).status_code == 409


def test_what_cannot_be_staffed_is_a_conflict(api, monkeypatch):
    planner = api()
    address = reverse("api-requirement-runs")
    assert planner.post(address, {}, format="json").status_code == 409
    with system_tenant():
        forecast = make_forecast([make_queue()])
        forecast.queue_results.update(flag="REFUSED")
    assert planner.post(address, {}, format="json").status_code == 409
    assert planner.post(address, {"forecast_run": 999_999}, format="json").status_code == 409


def test_only_those_who_may_publish_ask_for_it(api):
    """Finance may look but not start; a client sees nothing of it."""
    address = reverse("api-requirement-runs")
    assert api("finance").post(address, {}, format="json").status_code == 403
    with system_tenant():
        bank = make_queue().client
    assert api("client", client=bank).get(address).status_code == 403
    assert APIClient().get(address).status_code == 401


def test_the_calculator_answers_one_interval(api):
    found = api().post(reverse("api-staffing-calculator"), GOLDEN, format="json").json()
    assert (found["model"], found["erlangs"], found["required_agents"]) == ("A", 200, 176)
    assert found["metric_key"] == "service_level.answered_over_offered"
    assert [step["agents"] for step in found["steps"]] == [175, 176, 177]
    patient = (
        api()
        .post(
            reverse("api-staffing-calculator"),
            GOLDEN | {"patience_seconds": None, "agents": 150},
            format="json",
        )
        .json()
    )
    assert patient["required_agents"] == 209
    assert patient["steps"][0]["asa_seconds"] is None
    assert patient["steps"][0]["abandonment_rate"] is None


def test_the_calculator_refuses_deferred_queues_with_the_reason(api, voice):
    with system_tenant():
        mail = make_deferred_queue()
    address, planner = reverse("api-staffing-calculator"), api()
    answer = planner.post(
        address, GOLDEN | {"queue": mail.pk, "patience_seconds": None}, format="json"
    )
    assert answer.status_code == 400
    assert "Erlang C" in answer.json()["errors"][0]["detail"]
    assert "hours or days" in answer.json()["errors"][0]["detail"]
    assert planner.post(address, GOLDEN | {"queue": voice.pk}, format="json").status_code == 200
    assert planner.post(address, GOLDEN | {"queue": 999_999}, format="json").status_code == 404


def test_an_idle_interval_needs_the_minimum_staff(api):
    asked = GOLDEN | {"offered": 0, "min_agents": 3}
    found = api().post(reverse("api-staffing-calculator"), asked, format="json").json()
    assert (found["erlangs"], found["required_agents"]) == (0, 3)
    asked["min_agents"] = 0
    found = api().post(reverse("api-staffing-calculator"), asked, format="json").json()
    assert found["required_agents"] == 0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"level": 1}, "infinitely many agents"),
        ({"level": 1.01}, "level"),
        ({"level": "nan"}, "level"),
        ({"level": -0.8}, "level"),
        ({"offered": -1}, "offered"),
        ({"aht_seconds": "nan"}, "aht_seconds"),
        ({"aht_seconds": "inf"}, "aht_seconds"),
        ({"patience_seconds": "nan"}, "patience_seconds"),
        ({"patience_seconds": "inf"}, "patience_seconds"),
        ({"patience_seconds": -60}, "patience_seconds"),
        ({"threshold_seconds": "nan"}, "threshold_seconds"),
        ({"threshold_seconds": "inf"}, "threshold_seconds"),
        ({"short_seconds": "nan"}, "short_seconds"),
        ({"max_asa_seconds": "nan"}, "max_asa_seconds"),
        ({"max_asa_seconds": "inf"}, "max_asa_seconds"),
        ({"max_abandonment_rate": "nan"}, "max_abandonment_rate"),
        ({"max_occupancy_rate": "nan"}, "max_occupancy_rate"),
        ({"shrinkage_rate": "nan"}, "shrinkage_rate"),
        ({"min_agents": -1}, "min_agents"),
        ({"aht_seconds": 0}, "aht_seconds"),
        ({"offered": "NaN"}, "offered"),
        ({"metric_key": "service_level.deferred"}, "metric_key"),
        ({"max_occupancy_rate": 0.01, "offered": 1e6, "aht_seconds": 86_400}, ""),
    ],
)
def test_the_calculator_names_what_is_wrong(api, change, word):
    answer = api().post(reverse("api-staffing-calculator"), GOLDEN | change, format="json")
    assert answer.status_code == 400
    assert word in str(answer.json()["errors"][0])
