"""The agent's page over HTTP."""

import json
import re
from datetime import timedelta

import pytest
import time_machine

from adherence.models import ActivityEvent, AgentLive, QuarantinedEvent
from adherence.services import keep_once
from tests.factories.adherence import make_event
from tests.factories.integration import make_link, make_news
from tests.factories.org import make_client, make_user
from wfm.org.tenancy import system_tenant


@pytest.fixture
def now(centre):
    at = centre.start + timedelta(hours=1)
    with time_machine.travel(at, tick=False):
        yield at


def tap(client, *taps, device_now):
    return client.post(
        "/portal/taps/",
        json.dumps({"device_now": device_now.isoformat(), "taps": list(taps)}),
        content_type="application/json",
    )


def one(uid, code, at):
    return {"uid": uid, "code": code, "tapped_at": at.isoformat()}


def test_the_page_says_what_is_now_and_next(centre, now, client):
    client.force_login(centre.agent_user)
    page = client.get("/portal/").content.decode()
    assert "Clocked out" in page
    assert "Planned: Work until 11:00" in page
    assert 'data-countdown="2026-11-18T11:00:00+00:00"' in page
    assert "Clock in" in page


def test_a_tap_is_recorded_at_our_time(centre, now, client):
    client.force_login(centre.agent_user)
    answer = tap(client, one("u1", "work", now), device_now=now).json()
    assert (answer["results"][0]["uid"], answer["results"][0]["status"]) == ("u1", "accepted")
    event = ActivityEvent.objects.get()
    assert (event.agent, event.occurred_at, event.is_late) == (centre.agent, now, False)
    keep_once(at=now)
    assert AgentLive.objects.get(agent=centre.agent).flag == "IN"


def test_a_wrong_clock_is_corrected_and_late_taps_are_flagged(centre, now, client):
    """The device is an hour ahead; the tap waited 20 minutes for a network."""
    client.force_login(centre.agent_user)
    device_now = now + timedelta(hours=1)
    tapped_at = device_now - timedelta(minutes=20)
    tap(client, one("u1", "break", tapped_at), device_now=device_now)
    event = ActivityEvent.objects.get()
    assert event.occurred_at == now - timedelta(minutes=20)
    assert (event.device_at, event.received_at, event.is_late) == (tapped_at, now, True)


def test_a_tap_from_the_devices_future_is_taken_as_now(centre, now, client):
    client.force_login(centre.agent_user)
    tap(client, one("u1", "break", now + timedelta(minutes=3)), device_now=now)
    assert ActivityEvent.objects.get().occurred_at == now


def test_a_tap_sent_twice_is_recorded_once(centre, now, client):
    client.force_login(centre.agent_user)
    first = tap(client, one("u1", "work", now), device_now=now)
    second = tap(client, one("u1", "work", now), device_now=now + timedelta(seconds=9))
    assert [answer.json()["results"][0]["status"] for answer in (first, second)] == [
        "accepted", "duplicate",
    ]  # fmt: skip
    assert ActivityEvent.objects.count() == 1


def test_an_empty_code_clocks_out(centre, now, client):
    make_event(centre.agent, centre.start, centre.codes["work"])
    client.force_login(centre.agent_user)
    tap(client, one("u1", "", now), device_now=now)
    keep_once(at=now)
    live = AgentLive.objects.get(agent=centre.agent)
    assert (live.state_group, live.activity_code) == ("OFFLINE", None)


def test_a_tap_that_cannot_be_taken_is_kept_and_told(centre, now, client):
    client.force_login(centre.agent_user)
    result = tap(client, one("u1", "no-such-code", now), device_now=now).json()["results"][0]
    assert (result["status"], result["reason_code"]) == ("quarantined", "unknown_code")
    assert QuarantinedEvent.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"taps": []}',
        '{"device_now": "2026-11-18T10:00:00Z", "taps": []}',
        '{"device_now": "2026-11-18T10:00:00", "taps": [{"uid": "a", "code": "work", "tapped_at": "x"}]}',
        '{"device_now": "2026-11-18T10:00:00Z", "taps": [{"uid": "a"}]}',
        '{"device_now": "2026-11-18T10:00:00Z", "taps": ["a"]}',
    ],
)
def test_a_malformed_request_is_refused_without_a_trace(centre, now, client, body):
    client.force_login(centre.agent_user)
    answer = client.post("/portal/taps/", body, content_type="application/json")
    assert answer.status_code == 400
    assert ActivityEvent.objects.count() == 0


def test_an_agent_sees_only_themselves(centre, now, client):
    make_event(centre.stranger, centre.start, centre.codes["break"])
    client.force_login(centre.agent_user)
    page = client.get("/portal/day/").content.decode()
    assert "nothing recorded yet" in page
    assert client.get("/adherence/").status_code == 403
    assert client.get(f"/adherence/agents/{centre.stranger.pk}/").status_code == 403


def test_who_is_no_agent_is_told_so(centre, now, client):
    with system_tenant():
        client.force_login(make_user("agent"))
    answer = client.get("/portal/")
    assert answer.status_code == 404
    assert "belongs to no agent" in answer.content.decode()
    assert tap(client, one("u1", "work", now), device_now=now).status_code == 404


def test_a_client_has_no_portal(centre, now, client):
    with system_tenant():
        client.force_login(make_user("client", client=make_client()))
    assert client.get("/portal/").status_code == 403


def test_own_adherence_is_shown_with_why(centre, now, client):
    make_event(centre.agent, centre.start + timedelta(minutes=15), centre.codes["work"])
    client.force_login(centre.agent_user)
    page = client.get("/portal/day/").content.decode().replace("\u202f", " ")
    assert "75.0" in page  # 45 of 60 minutes
    assert "counts whole, longer than the tolerance of 5 min" in page


def test_a_policy_is_acknowledged_in_the_portal(centre, now, client):
    with system_tenant():
        make_news(title="No phones at the desk", needs_acknowledgement=True)
    client.force_login(centre.agent_user)
    fragment = client.get("/portal/day/").content.decode()
    assert "No phones at the desk" in fragment
    entry = re.search(r'action="(/news/\d+/acknowledge/)"', fragment).group(1)
    answer = client.post(entry, {"version": "1", "next": "/portal/"})
    assert answer["Location"] == "/portal/"
    assert 'value="/portal/"' in fragment  # not the fragment's own address
    assert "I have read this" not in client.get("/portal/").content.decode()


def test_links_help_with_what_is_done_now(centre, now, client):
    with system_tenant():
        make_link(title="How to close a claim", activity_code=centre.codes["claims"])
        make_link(title="Where to rest", activity_code=centre.codes["break"])
    client.force_login(centre.agent_user)
    tap(client, one("u1", "claims", now), device_now=now)
    page = client.get("/portal/").content.decode()
    assert "How to close a claim" in page
    assert "Where to rest" not in page
