"""Forecasting over REST."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from forecasting.jobs import start_forecast
from forecasting.models import ForecastRun, ImportBatch, IntervalActual
from tests.factories.org import make_client, make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.jobs.models import Job
from wfm.org.models import Role
from wfm.org.services.roles import grant_role
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue(key="cards", interval_minutes=30)
        add_history(queue)
    return queue


@pytest.fixture
def api():
    return api_of("planner")


def api_of(role, **limits):
    with system_tenant():
        user = make_user(role, **limits)
    client = APIClient()
    client.force_login(user)
    return client


def finished(answer):
    assert answer.status_code == 202, answer.json()
    with system_tenant():
        job = Job.objects.get(pk=answer.json()["job_id"])
    return finish(job)


def test_a_forecast_is_computed_read_and_published(api, queue):
    job = finished(api.post("/api/v1/forecasting/runs/", {"queues": [queue.pk], "days": 2}))
    run = api.get(f"/api/v1/forecasting/runs/{job.result['run_id']}/").json()
    assert [result["flag"] for result in run["queue_results"]] == ["OK"]
    rows = api.get("/api/v1/forecasting/intervals/", {"queue": queue.pk})
    assert rows.json()["results"] == []  # nothing is published yet
    published = api.post(f"/api/v1/forecasting/runs/{run['id']}/publish/").json()
    assert published["published_at"] is not None
    assert api.post(f"/api/v1/forecasting/runs/{run['id']}/publish/").status_code == 409


@pytest.mark.parametrize(
    ("permissions", "asked", "started", "published"),
    [
        (["forecast.view", "forecast.run"], True, 403, 403),
        (["forecast.view", "forecast.run"], False, 202, 403),
        (["forecast.view", "forecast.run", "forecast.publish"], True, 202, 409),
        (["forecast.view", "forecast.publish"], False, 403, 409),
    ],
)
def test_publishing_takes_a_permission_of_its_own(queue, permissions, asked, started, published):
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=1)
        user = make_user()
        role = Role.objects.create(key="half", name="Half a planner", permissions=permissions)
        grant_role(user=user, role_key=role.key)
    half = APIClient()
    half.force_login(user)
    body = {"queues": [queue.pk], "days": 1, "publish_when_done": asked}
    answer = half.post("/api/v1/forecasting/runs/", body, format="json")
    assert answer.status_code == started
    if asked and started == 403:
        assert "Your roles do not include 'forecast.publish'." in answer.content.decode()
    answer = half.post(f"/api/v1/forecasting/runs/{run.pk}/publish/")
    assert answer.status_code == published  # 409: it is not complete yet


def test_intervals_come_in_pages_of_one_run(api, queue):
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=3)
    finish(run.job)
    ask = {
        "queue": queue.pk,
        "run": run.pk,
        "from": "2026-03-16",
        "to": "2026-03-17",
        "page_size": 50,
    }
    first = api.get("/api/v1/forecasting/intervals/", ask).json()
    second = api.get(first["next"]).json()
    rows = first["results"] + second["results"]
    assert (len(first["results"]), len(rows), second["next"]) == (50, 96, None)
    assert rows[0]["starts_at"] == "2026-03-16T00:00:00Z"
    assert all(row["quantile_10"] <= row["mean"] <= row["quantile_90"] for row in rows)


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        ({}, 400),
        ({"queue": "x"}, 400),
        ({"queue": "999999"}, 404),
        ({"run": "999999"}, 404),
        ({"run": "²"}, 404),
        ({"run": "9" * 19}, 404),
    ],
)
def test_a_wrong_question_is_answered_with_its_reason(api, queue, ask, status):
    ask = {"queue": queue.pk} | ask if "run" in ask else ask
    assert api.get("/api/v1/forecasting/intervals/", ask).status_code == status


def test_an_override_is_made_listed_and_undone(api, queue):
    sent = {
        "queue": queue.pk, "starts_at": "2026-03-17T10:00:00Z", "ends_at": "2026-03-17T12:00:00Z",
        "kind": "ADD", "value": -3, "reason": "Website is down",
    }  # fmt: skip
    made = api.post("/api/v1/forecasting/overrides/", sent)
    assert made.status_code == 201
    listed = api.get("/api/v1/forecasting/overrides/", {"queue": queue.pk}).json()["results"]
    assert [row["reason"] for row in listed] == ["Website is down"]
    undo = f"/api/v1/forecasting/overrides/{made.json()['id']}/undo/"
    assert api.post(undo).json()["revoked_at"] is not None
    assert api.post(undo).status_code == 409
    refused = api.post("/api/v1/forecasting/overrides/", sent | {"kind": "SET"})
    assert (refused.status_code, "negative" in str(refused.json())) == (400, True)


def test_a_file_is_imported_in_one_request(api, queue):
    content = b"queue,starts_at,offered\ncards,2026-03-16T09:00Z,5\ncards,2026-03-16T09:30Z,6\n"
    file = SimpleUploadedFile("calls.csv", content)
    job = finished(api.post("/api/v1/forecasting/imports/", {"file": file}, format="multipart"))
    assert job.result == {"batch_id": job.params["batch_id"], "status": "DONE", "rows": 2}
    batch = api.get(f"/api/v1/forecasting/imports/{job.params['batch_id']}/").json()
    assert (batch["inserted_count"], batch["findings"]) == (2, [])


def test_a_file_can_be_checked_only(api, queue):
    file = SimpleUploadedFile("calls.csv", b"a;b\n16.03.2026 09:00;5\n")
    sent = {
        "file": file,
        "queue": queue.pk,
        "apply": "false",
        "columns": '{"starts_at": 0, "offered": 1}',
    }
    job = finished(api.post("/api/v1/forecasting/imports/", sent, format="multipart"))
    assert job.result["status"] == "CHECKED"
    with system_tenant():
        assert not IntervalActual.objects.filter(starts_at__gte=ORIGIN).exists()


@pytest.mark.parametrize(
    ("content", "extra", "words"),
    [
        (b"a,b\n1,2\n", {}, "Choose the column with the queue"),
        (b"", {}, "empty"),
        (b"queue,start,offered\nx,01/02/2026 09:00,1\n", {}, "Every date can be read both ways"),
        (b"queue,start,offered\nx,2026-01-02 09:00,1\n", {"columns": "[1]"}, "object of field"),
        (b"queue,start,offered\nx,2026-01-02 09:00,1\n", {"columns": '{"queue": 7}'}, "3 columns"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_at_once(api, queue, content, extra, words):
    sent = {"file": SimpleUploadedFile("calls.csv", content), **extra}
    answer = api.post("/api/v1/forecasting/imports/", sent, format="multipart")
    assert (answer.status_code, words in str(answer.json())) == (400, True)
    with system_tenant():
        assert not ImportBatch.objects.exists()


def test_intervals_are_recorded_once_however_often_they_are_sent(api, queue):
    rows = [{"queue": queue.pk, "starts_at": "2026-03-16T09:00:00Z", "offered": 5, "answered": 4}]
    counts = [api.post("/api/v1/forecasting/actuals/", {"rows": rows}).json() for _ in range(2)]
    assert [row["inserted"] for row in counts] == [1, 0]
    assert counts[1]["unchanged"] == 1
    rows[0] = {**rows[0], "offered": 6}
    assert api.post("/api/v1/forecasting/actuals/", {"rows": rows}).json()["changed"] == 1


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"starts_at": "2026-03-16T09:07:00Z"}, "starts_at"),
        ({"starts_at": "2026-03-16T09:00:00"}, "starts_at"),
        ({"offered": -1}, "offered"),
        ({"answered": 3, "answered_within": 4}, "answered_within"),
        ({"queue": 999_999}, "queue"),
    ],
)
def test_wrong_intervals_are_refused(api, queue, change, attr):
    row = {"queue": queue.pk, "starts_at": "2026-03-16T09:00:00Z", "offered": 5} | change
    answer = api.post("/api/v1/forecasting/actuals/", {"rows": [row]})
    assert (answer.status_code, attr in answer.json()["errors"][0]["attr"]) == (400, True)


def test_an_interval_that_stands_twice_is_refused(api, queue):
    row = {"queue": queue.pk, "starts_at": "2026-03-16T09:00:00Z", "offered": 5}
    assert api.post("/api/v1/forecasting/actuals/", {"rows": [row, row]}).status_code == 400


def test_special_days_are_declared(api, queue):
    sent = {"queue": queue.pk, "date": "2026-04-03", "kind": "CLOSED", "name": "Good Friday"}
    assert api.post("/api/v1/forecasting/special-days/", sent).status_code == 201
    assert api.post("/api/v1/forecasting/special-days/", sent).status_code == 201
    listed = api.get("/api/v1/forecasting/special-days/").json()["results"]
    assert [row["date"] for row in listed] == ["2026-04-03"]
    bad = sent | {"kind": "SCALED"}
    assert api.post("/api/v1/forecasting/special-days/", bad).status_code == 400


def test_another_clients_queue_does_not_exist(queue):
    with system_tenant():
        other = make_client()
    api = api_of("planner", client=other)
    assert api.get("/api/v1/forecasting/intervals/", {"queue": queue.pk}).status_code == 404
    answer = api.post("/api/v1/forecasting/runs/", {"queues": [queue.pk]})
    assert answer.status_code == 400
    with system_tenant():
        assert not ForecastRun.objects.exists()


def test_reading_is_not_running(queue):
    api = api_of("finance")
    assert api.get("/api/v1/forecasting/runs/").status_code == 200
    assert api.post("/api/v1/forecasting/runs/", {}).status_code == 403
    assert api.get(reverse("api-import-list")).status_code == 403
