"""The pages answer: what they show, what they refuse, how many queries they need."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from scheduling.core import findings, rule_marks
from scheduling.models import (
    Availability,
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    TimeOff,
    TimeOffStatus,
)
from scheduling.queries.versions import staleness
from scheduling.services import publish_schedule
from scheduling.texts import FINDING_TEXTS, MARK_TEXTS
from tests.factories import scheduling as make
from wfm.jobs.services import start_job
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planner(client, week):
    client.force_login(week.planner)
    return client


def test_every_sentence_of_the_core_is_marked_for_translation():
    assert set(FINDING_TEXTS) == set(findings.TEXTS.values())
    assert set(MARK_TEXTS) == set(rule_marks.TEXTS.values())


def test_grid_data_needs_the_same_number_of_queries_for_more_shifts(planner, week):
    url = f"/schedule/{week.version.pk}/grid.json"
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            data = planner.get(url).json()
        counts.append(len(queries))
        with system_tenant():
            for agent in week.agents:
                make.make_shift(
                    version=week.version, agent=agent, starts_at=make.at(6, 8),
                    ends_at=make.at(6, 16), queue=week.queue,
                )  # fmt: skip
    assert counts[0] == counts[1]
    assert len(data["shifts"]) == 36
    assert len(data["required"][str(week.queue.pk)]) == 672
    assert sum(data["staffed"][str(week.queue.pk)]) == 30 * 34 + 6 * 32


def test_the_team_in_the_address_limits_the_rows(planner, week):
    url = f"/schedule/{week.version.pk}/grid.json?team={week.team.pk}"
    assert len(planner.get(url).json()["agents"]) == 6


def test_solve_form_starts_a_job_and_shows_it(planner, week, monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    answer = planner.post(
        "/schedule/solve/",
        {
            "week": "2026-03-04",
            "time_limit_seconds": "15",
            "start_band_minutes": "120",
            "under_cost_ratio": "10",
            "seed": "1",
        },
    )
    with system_tenant():
        version = ScheduleVersion.objects.latest("pk")
        assert (version.starts_on, version.job.is_open) == (make.MONDAY, True)
    assert answer["Location"] == f"/schedule/{version.pk}/"
    assert b"data-solving" in planner.get(answer["Location"]).content
    live = planner.get(f"/schedule/{version.pk}/live.json").json()
    assert (live["is_open"], live["status"]) == (True, "QUEUED")


def test_a_week_without_requirement_is_refused_with_the_reason(planner):
    answer = planner.post(
        "/schedule/solve/",
        {
            "week": "2027-03-04",
            "time_limit_seconds": "15",
            "start_band_minutes": "120",
            "under_cost_ratio": "10",
            "seed": "1",
        },
    )
    assert b"There is no published requirement to schedule against" in answer.content


def test_publish_copy_and_delete_by_page(planner, week):
    url = f"/schedule/{week.version.pk}/"
    assert planner.post(f"{url}publish/").status_code == 302
    with system_tenant():
        week.version.refresh_from_db()
    assert week.version.status == ScheduleStatus.PUBLISHED
    copied = planner.post(f"{url}copy/")["Location"]
    assert copied != url
    planner.post(f"{copied}delete/")
    assert planner.get(copied).status_code == 404
    refused = planner.post(f"{url}publish/", follow=True)
    assert b"has been published before" in refused.content


def test_an_open_job_keeps_its_draft_from_being_published_or_deleted(planner, week):
    with system_tenant():
        week.version.job = start_job(kind="probe", title="Solve", params={})
        week.version.save(update_fields=["job"])
    url = f"/schedule/{week.version.pk}/"
    for act in ("publish", "delete"):
        planner.post(f"{url}{act}/")
    with system_tenant():
        week.version.refresh_from_db()
        assert week.version.status == ScheduleStatus.DRAFT


def test_a_lead_reads_but_sees_no_button_to_publish(client, week):
    client.force_login(week.lead)
    page = client.get(f"/schedule/{week.version.pk}/").content.decode()
    assert 'data-can-edit=""' in page
    assert "/publish/" not in page
    assert client.post(f"/schedule/{week.version.pk}/publish/").status_code == 403


def test_time_off_is_requested_decided_once_and_takes_the_published_shift_away(planner, week):
    with system_tenant():
        publish_schedule(version=week.version, published_at=now(), published_by=None)
        assert staleness(week.version) == []
        row = TimeOff.objects.create(
            agent=week.agents[0],
            activity_code=week.codes["break"],
            starts_at=make.at(1, 0),
            ends_at=make.at(2, 0),
        )
    assert b"Ada Day" in planner.get("/schedule/time-off/").content
    planner.post(f"/schedule/time-off/{row.pk}/decide/", {"decision": "approve"})
    again = planner.post(
        f"/schedule/time-off/{row.pk}/decide/", {"decision": "decline"}, follow=True
    )
    assert b"decided before" in again.content
    with system_tenant():
        row.refresh_from_db()
        assert row.status == TimeOffStatus.APPROVED
        assert not Shift.objects.filter(pk=week.shifts["Ada Day", 1].pk).exists()
        week.version.refresh_from_db()
        assert staleness(week.version) == []


def test_a_schedule_is_stale_beside_time_off_and_a_newer_requirement(week):
    with system_tenant():
        publish_schedule(version=week.version, published_at=now(), published_by=None)
        make.make_time_off(week.agents[0], day=1)
        assert len(staleness(week.version)) == 1
        make.make_requirement(queue=week.queue, people=9)
        assert len(staleness(week.version)) == 2


def test_a_planner_enters_time_off_and_availability(planner, week):
    ada = week.agents[0]
    planner.post(
        "/schedule/time-off/",
        {
            "agent": ada.pk,
            "activity_code": week.codes["break"].pk,
            "starts_at": "2026-03-03T00:00",
            "ends_at": "2026-03-04T00:00",
            "paid_minutes": "480",
        },
    )
    planner.post(
        "/schedule/availability/",
        {"agent": ada.pk, "weekday": "4", "is_available": "on", "starts": "22:00", "ends": "06:00"},
    )
    with system_tenant():
        assert TimeOff.objects.get().status == TimeOffStatus.APPROVED
        row = Availability.objects.get()
        assert (row.starts_minute, row.ends_minute) == (1320, 1800)
    page = planner.get("/schedule/availability/").content.decode()
    assert "22:00–06:00" in page
    planner.post(f"/schedule/availability/{row.pk}/delete/")
    with system_tenant():
        assert not Availability.objects.exists()


def test_week_list_names_the_next_step(planner, week):
    with system_tenant():
        today = now().date()
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
        make.make_requirement(queue=week.queue, monday=monday)
    page = planner.get("/schedule/").content.decode()
    assert f"?week={monday.isoformat()}" in page
