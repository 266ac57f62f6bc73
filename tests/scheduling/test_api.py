"""Versions and shifts over REST: codes, ETags, tenants."""

from datetime import timedelta

import pytest

from scheduling.models import ScheduleVersion, Shift
from tests.factories import scheduling as make
from wfm.jobs.models import Job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/scheduling"


@pytest.fixture
def planner(client, week):
    client.force_login(week.planner)
    return client


def patch(client, shift, body, etag=None):
    headers = {"If-Match": etag} if etag else {}
    return client.patch(
        f"{BASE}/shifts/{shift.pk}/", body, content_type="application/json", headers=headers
    )


def test_an_edit_needs_the_etag_that_was_read(planner, week):
    shift = week.shifts["Ada Day", 0]
    body = {"starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T16:30:00Z"}
    assert patch(planner, shift, body).status_code == 428
    read = planner.get(f"{BASE}/shifts/{shift.pk}/")
    assert read.json()["activities"][0]["queue"] == week.queue.pk
    done = patch(planner, shift, body, read["ETag"])
    assert done.status_code == 200
    assert done.json()["starts_at"] == "2026-03-02T08:00:00Z"
    assert done["ETag"] != read["ETag"]
    late = patch(planner, shift, body, read["ETag"])
    assert late.status_code == 412
    assert "changed this shift meanwhile" in late.json()["errors"][0]["detail"]


def test_delete_and_add_again(planner, week):
    shift = week.shifts["Ada Day", 0]
    etag = planner.get(f"{BASE}/shifts/{shift.pk}/")["ETag"]
    gone = planner.delete(f"{BASE}/shifts/{shift.pk}/", headers={"If-Match": etag})
    assert gone.status_code == 204
    added = planner.post(
        f"{BASE}/shifts/",
        {
            "version": week.version.pk,
            "agent": week.agents[0].pk,
            "starts_at": "2026-03-02T07:00:00Z",
            "ends_at": "2026-03-02T15:30:00Z",
        },
        content_type="application/json",
    )
    assert added.status_code == 201
    assert added.json()["paid_minutes"] == 480


def test_publish_needs_a_key_and_happens_once(planner, week):
    url = f"{BASE}/versions/{week.version.pk}/publish/"
    assert planner.post(url).status_code == 400
    first = planner.post(url, headers={"Idempotency-Key": "a"})
    again = planner.post(url, headers={"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert first.json()["status"] == "PUBLISHED"
    other = planner.post(url, headers={"Idempotency-Key": "b"})
    assert other.status_code == 409
    shift = week.shifts["Ben Early", 0]
    etag = planner.get(f"{BASE}/shifts/{shift.pk}/")["ETag"]
    assert patch(planner, shift, {"is_locked": True}, etag).status_code == 409


def test_copy_makes_a_draft(planner, week):
    made = planner.post(f"{BASE}/versions/{week.version.pk}/copy/")
    assert made.status_code == 201
    assert made.json()["based_on"] == week.version.pk
    with system_tenant():
        assert Shift.objects.filter(version=made.json()["id"]).count() == 30


def test_solve_answers_202_with_a_job_and_409_without_a_requirement(planner, week, monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    body = {"starts_on": "2026-03-02", "ends_on": "2026-03-09", "timezone": "UTC"}
    asked = planner.post(f"{BASE}/solve/", body, content_type="application/json")
    assert asked.status_code == 202
    assert asked["Location"] == asked.json()["job_url"]
    with system_tenant():
        job = Job.objects.get(pk=asked.json()["job_id"])
        version = ScheduleVersion.objects.get(job=job)
        assert version.requirement_run_id == week.requirement.pk
    later = make.MONDAY + timedelta(days=28)
    empty = {"starts_on": later.isoformat(), "ends_on": (later + timedelta(days=7)).isoformat()}
    refused = planner.post(f"{BASE}/solve/", empty, content_type="application/json")
    assert refused.status_code == 409
    assert "no published requirement" in refused.json()["errors"][0]["detail"]
    long = body | {"ends_on": "2026-03-20"}
    assert planner.post(f"{BASE}/solve/", long, content_type="application/json").status_code == 400


def test_lists_filter_and_a_lead_may_look_but_not_touch(client, week):
    client.force_login(week.lead)
    ada = week.agents[0]
    found = client.get(f"{BASE}/shifts/?version={week.version.pk}&agent={ada.pk}").json()
    assert {row["agent"] for row in found["results"]} == {ada.pk}
    assert len(found["results"]) == 5
    assert client.get(f"{BASE}/shifts/?version=x").status_code == 400
    shift = week.shifts["Ada Day", 0]
    assert patch(client, shift, {"is_locked": True}, '"shift-1-0"').status_code == 403


def test_a_clients_person_sees_no_schedule(client, week):
    client.force_login(week.stranger)
    assert client.get(f"{BASE}/versions/").status_code == 403
    assert client.get(f"/schedule/{week.version.pk}/").status_code == 403
