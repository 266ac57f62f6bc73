"""Status of the live path and late taps, over REST and on the page."""

from datetime import timedelta

import pytest
import time_machine
from django.utils.timezone import now
from rest_framework.test import APIClient

from adherence.models import EventFeed, QuarantinedEvent
from adherence.services import (
    IncomingEvent,
    Tap,
    close_forgotten,
    ingest_events,
    record_taps,
    refresh_live,
)
from adherence.services.marks import Mark
from adherence.services.pulse import PulseBook
from tests.factories.adherence import make_event
from tests.factories.org import make_client, make_user
from wfm.org.models import AgentSourceKey
from wfm.org.tenancy import system_tenant

STATUS = "/api/v1/adherence/status/"
LATE = "/api/v1/adherence/late-taps/"
CLOSINGS = "/api/v1/adherence/closings/"


@pytest.fixture
def at_ten(centre):
    at = centre.start + timedelta(hours=1)
    with time_machine.travel(at, tick=False):
        yield at


def get(user, url, **params):
    api = APIClient()
    api.force_login(user)
    answer = api.get(url, params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def seen(at, *, milliseconds, events=1, source="acd"):
    """A mark that was announced so long after its batch was received."""
    received_at = at - timedelta(milliseconds=milliseconds)
    return Mark(1, source, [], [], [], events, is_whole=False, received_at=received_at)


def test_delays_are_told_as_percentiles_within_a_tenth(centre, at_ten):
    book = PulseBook()
    marks = [seen(at_ten, milliseconds=50, events=94), seen(at_ten, milliseconds=200, events=4)]
    book.note([*marks, seen(at_ten, milliseconds=900, events=2)], announced_at=at_ten)
    book.write(at=at_ten, keeper={"process": "here:1"})
    found = get(centre.planner, STATUS)
    assert found["keeper"] == "alive"
    assert found["delays"]["events"] == 100
    for name, seconds in (("p50_seconds", 0.05), ("p95_seconds", 0.2), ("p99_seconds", 0.9)):
        assert seconds <= found["delays"][name] <= 1.1 * seconds
    assert found["events_per_second"] == {"acd": round(100 / 241, 2)}


def test_a_keeper_that_is_not_heard_is_missing_and_marks_wait(centre, at_ten):
    event = IncomingEvent(
        event_uid="e1", agent_id=centre.agent.pk, occurred_at=centre.start, code="work"
    )
    ingest_events(events=[event], source="acd", received_at=at_ten - timedelta(seconds=9))
    found = get(centre.planner, STATUS)
    assert (found["keeper"], found["marks_waiting"]) == ("missing", 1)
    assert (found["delays"]["events"], found["delays"]["p50_seconds"]) == (0, None)
    PulseBook().write(at=at_ten, keeper={})
    assert get(centre.planner, STATUS)["keeper"] == "behind"


def test_feeds_and_quarantine_are_counted(centre, at_ten):
    EventFeed.objects.create(
        source="acd", silence_limit_seconds=60, last_heard_at=at_ten - timedelta(seconds=61)
    )
    EventFeed.objects.create(source="crm")
    AgentSourceKey.objects.create(agent=centre.agent, source="acd", key="x")
    for uid in ("a", "b", "b"):
        event = IncomingEvent(event_uid=uid, agent_key="nobody", occurred_at=at_ten)
        ingest_events(events=[event], source="wfo", received_at=at_ten)
    found = get(centre.planner, STATUS)
    assert [(feed["source"], feed["is_silent"]) for feed in found["feeds"]] == [
        ("acd", True), ("crm", False),
    ]  # fmt: skip
    assert found["quarantine"] == [
        {"source": "wfo", "reason_code": "unknown_agent", "events": 2, "times_seen": 3}
    ]


def test_the_page_says_the_same_and_comes_in_part(centre, at_ten, client):
    PulseBook().write(at=at_ten, keeper={})
    client.force_login(centre.planner)
    page = client.get("/adherence/status/").content.decode()
    assert "at work" in page
    assert "from receipt to announcement, last 5 minutes" in page
    part = client.get("/adherence/status/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Every event was taken." in part


def test_without_redis_the_page_still_answers(centre, at_ten, client, monkeypatch):
    def refuse(**_more):
        raise OSError("refused")

    monkeypatch.setattr("adherence.services.status.read_pulse", refuse)
    client.force_login(centre.planner)
    assert "Redis does not answer" in client.get("/adherence/status/").content.decode()
    assert get(centre.planner, STATUS)["delays"] is None


def test_the_page_is_for_those_who_run_it(centre, client):
    with system_tenant():
        stranger = make_user("client", client=make_client())
    for user in (stranger, centre.agent_user):
        client.force_login(user)
        assert client.get("/adherence/status/").status_code == 403


def test_a_lead_sees_the_late_taps_of_the_own_team(centre, at_ten):
    for agent, minutes in ((centre.agent, 20), (centre.stranger, 30), (centre.agent, 1)):
        tap = Tap(uid=f"t{minutes}", code="break", tapped_at=at_ten - timedelta(minutes=minutes))
        record_taps(agent=agent, taps=[tap], device_now=at_ten, received_at=at_ten)
    rows = get(centre.lead, LATE)["results"]
    assert [(row["employee_number"], row["code"], row["late_seconds"]) for row in rows] == [
        (centre.agent.employee_number, "break", 20 * 60)
    ]
    assert len(get(centre.planner, LATE)["results"]) == 2
    assert get(centre.planner, LATE, to="2026-11-01")["results"] == []


def test_a_lead_sees_the_clock_outs_that_the_rule_set(centre):
    at = centre.start + timedelta(hours=14)
    with time_machine.travel(at, tick=False):
        for agent in (centre.agent, centre.stranger):
            make_event(agent, centre.start, centre.codes["work"])
        refresh_live(agent_ids=[centre.agent.pk, centre.stranger.pk], at=at)
        assert close_forgotten(at=at) == 2
        (row,) = get(centre.lead, CLOSINGS)["results"]
        assert row["employee_number"] == centre.agent.employee_number
        assert row["operational_date"] == centre.start.date().isoformat()
        assert len(get(centre.planner, CLOSINGS)["results"]) == 2
        assert get(centre.planner, CLOSINGS, to="2026-11-01")["results"] == []


def test_an_old_event_is_taken_with_a_reason_once(centre, at_ten):
    raw = {
        "event_uid": "old",
        "agent_key": centre.agent.employee_number,
        "occurred_at": (now() - timedelta(days=31)).isoformat(),
        "code": "work",
    }
    event = IncomingEvent(
        event_uid="old",
        agent_key=raw["agent_key"],
        occurred_at=now() - timedelta(days=31),
        code="work",
        raw=raw,
    )
    ingest_events(events=[event], source="acd", received_at=at_ten)
    kept = QuarantinedEvent.objects.get()
    url = f"/api/v1/adherence/quarantine/{kept.pk}/take/"
    api = APIClient()
    api.force_login(centre.planner)
    assert api.post(url, {}, format="json").status_code == 400
    answer = api.post(url, {"reason": "The feed was down"}, format="json")
    assert (answer.status_code, answer.json()["event_uid"]) == (201, "old")
    again = api.post(url, {"reason": "x"}, format="json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "conflict")
    api.force_login(centre.lead)
    assert api.post(url, {"reason": "x"}, format="json").status_code == 403
