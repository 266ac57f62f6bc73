"""Jobs over REST as a person's script meets them."""

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from tests.factories.org import make_client, make_user
from wfm.jobs.models import Job, JobStatus
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_job():
    def make(**fields):
        with system_tenant():
            return Job.objects.create(
                **{"kind": "probe.count", "title": "Count", "params": {}} | fields
            )

    return make


@pytest.fixture
def as_role():
    def login(role, **scope):
        api = APIClient()
        with system_tenant():
            if role == "client":
                scope = {"client": make_client()}
            api.force_login(make_user(role, **scope))
        return api

    return login


def test_a_planner_watches_a_job(as_role, make_job):
    job = make_job(progress=0.4, message="solving", detail={"gap": 0.02})
    answer = as_role("planner").get(f"/api/v1/jobs/{job.pk}/")
    assert answer.status_code == 200
    assert (answer.json()["progress"], answer.json()["detail"]) == (0.4, {"gap": 0.02})
    assert answer.headers["Retry-After"] == "1"


def test_a_planner_cancels_a_waiting_job(as_role, make_job):
    job = make_job()
    answer = as_role("planner").post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert (answer.status_code, answer.json()["status"]) == (202, "CANCELLED")


def test_an_ended_job_answers_409_with_the_reason(as_role, make_job):
    job = make_job(status=JobStatus.SUCCEEDED, finished_at=now())
    answer = as_role("planner").post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert answer.status_code == 409
    assert "already ended" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("client", 403), ("finance", 403)])
def test_others_may_not_look(as_role, make_job, role, status):
    job = make_job()
    assert as_role(role).get(f"/api/v1/jobs/{job.pk}/").status_code == status


def test_without_login_there_is_nothing(make_job):
    job = make_job()
    assert APIClient().get(f"/api/v1/jobs/{job.pk}/").status_code == 401


def test_a_planner_of_one_client_does_not_find_anothers_job(as_role, make_job):
    with system_tenant():
        own, foreign = make_client(), make_client()
    mine, other = make_job(client=own), make_job(client=foreign)
    api = as_role("planner", client=own)
    assert api.get(f"/api/v1/jobs/{mine.pk}/").status_code == 200
    assert api.get(f"/api/v1/jobs/{other.pk}/").status_code == 404
    assert [row["id"] for row in api.get("/api/v1/jobs/").json()["results"]] == [mine.pk]
