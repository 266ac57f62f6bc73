"""Job pages: who sees them, how progress is told, who may cancel."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from tests.factories import org
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.progress import readable, seconds_left
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


def make_job(**fields):
    defaults = {
        "kind": "test.sleep",
        "title": "Forecast of week 48",
        "status": JobStatus.RUNNING,
        "progress": 0.25,
        "message": "Backtest of Claims",
        "started_at": now() - timedelta(seconds=30),
        "lease_until": now() + timedelta(seconds=60),
    }
    return Job.objects.create(**defaults | fields)


@pytest.fixture
def planner(client):
    user = org.make_user("planner")
    client.force_login(user)
    return user


def test_a_running_job_shows_share_message_time_left_and_cancel(client, planner):
    job = make_job()

    page = client.get(reverse("job", args=[job.pk])).content.decode()

    assert "25\u202f%" in page
    assert "Backtest of Claims" in page
    assert re.search("1\u202fmin 3\\d\u202fs left", page)
    assert f'action="{reverse("job-cancel", args=[job.pk])}"' in page
    assert 'hx-trigger="every 1s"' in page


def test_the_page_stops_asking_when_the_job_has_ended(client, planner):
    running, ended = make_job(), make_job(status=JobStatus.SUCCEEDED, finished_at=now())

    assert client.get(reverse("job-progress", args=[running.pk])).status_code == 200
    answer = client.get(reverse("job-progress", args=[ended.pk]))

    assert answer.status_code == 286
    told = json.loads(answer["HX-Trigger"])["job:ended"]
    assert told == {"id": ended.pk, "status": "SUCCEEDED"}
    assert "every 1s" not in client.get(reverse("job", args=[ended.pk])).content.decode()


def test_cancelling_is_asked_for_once_and_said(client, planner):
    job = make_job()

    answer = client.post(reverse("job-cancel", args=[job.pk]), headers={"HX-Request": "true"})

    job.refresh_from_db()
    assert job.cancel_requested_at is not None
    assert "stopping" in answer.content.decode()
    assert "job-cancel" not in answer.content.decode()


def test_an_ended_job_cannot_be_cancelled_and_the_reason_is_shown(client, planner):
    job = make_job(status=JobStatus.SUCCEEDED, finished_at=now())

    answer = client.post(reverse("job-cancel", args=[job.pk]), headers={"HX-Request": "true"})

    assert "has already ended" in answer.content.decode()


def test_without_the_permission_one_cancels_only_one_s_own(client):
    lead = org.make_user("team_lead")
    client.force_login(lead)
    own, other = make_job(created_by=lead), make_job(created_by=org.make_user())

    assert client.post(reverse("job-cancel", args=[other.pk])).status_code == 403
    assert client.post(reverse("job-cancel", args=[own.pk])).status_code == 302


def test_a_client_s_person_sees_no_job(client):
    customer = org.make_client()
    job = make_job(client=customer)
    client.force_login(org.make_user("client", client=customer))

    assert client.get(reverse("job", args=[job.pk])).status_code == 404
    assert "Forecast of week 48" not in client.get(reverse("jobs")).content.decode()


def test_a_planner_of_one_client_sees_no_other_s_job(client):
    own, other = org.make_client(), org.make_client()
    make_job(client=own, title="Own forecast")
    make_job(client=other, title="Other forecast")
    client.force_login(org.make_user("planner", client=own))

    page = client.get(reverse("jobs")).content.decode()

    assert "Own forecast" in page
    assert "Other forecast" not in page


def test_the_top_bar_says_once_when_one_s_own_job_has_ended(client, planner):
    make_job(status=JobStatus.SUCCEEDED, finished_at=now(), created_by=planner)
    make_job(status=JobStatus.SUCCEEDED, finished_at=now(), title="Another person's")
    before, after = now() - timedelta(seconds=9), now() + timedelta(seconds=9)
    url = reverse("jobs-button")

    told = json.loads(client.get(url, {"since": int(before.timestamp())})["HX-Trigger"])

    assert told == {"toast": {"message": "Forecast of week 48: done."}}
    assert "HX-Trigger" not in client.get(url, {"since": int(after.timestamp())})
    assert "HX-Trigger" not in client.get(url, {"since": "nonsense"})


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_many_as_for_one(
    client, planner, rows, django_assert_max_num_queries
):
    for _number in range(rows):
        make_job(created_by=org.make_user())

    with django_assert_max_num_queries(16):
        assert client.get(reverse("jobs")).status_code == 200


def test_nothing_is_promised_before_the_pace_is_known():
    assert seconds_left(make_job(progress=0.01), at=now()) is None
    assert seconds_left(make_job(status=JobStatus.QUEUED), at=now()) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        ([], "–"),
        ({"shifts": 556, "gap": 0.02134}, "shifts: 556, gap: 0.02134"),
        (["2026-11-16", None], "2026-11-16, –"),
        (True, "True"),
    ],
)
def test_results_are_told_without_brackets(value, words):
    assert readable(value) == words
