"""The agent's page over HTTP."""

import html
import json
import re
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import time_machine

from adherence.models import ActivityEvent, AdherenceException, AgentLive, QuarantinedEvent
from adherence.services import keep_once
from tests.factories.adherence import make_event
from tests.factories.integration import make_link, make_news
from tests.factories.org import make_client, make_user
from wfm.org.models import ActivityCode
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


def test_the_page_opens_outside_the_shift_and_on_a_day_off(centre, client):
    for at in (centre.start - timedelta(hours=3), centre.start + timedelta(days=40)):
        with time_machine.travel(at, tick=False):
            client.force_login(centre.agent_user)
            answers = [client.get(address) for address in ("/portal/", "/portal/day/")]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert all("Nothing is planned now" in answer.content.decode() for answer in answers)


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


def numbered(number, code, at, **more):
    return one(f"u{number}", code, at) | {"number": number, **more}


def recorded():
    """(code, when, late) of what is stored, in the order that counts."""
    rows = ActivityEvent.objects.order_by("occurred_at", "sequence", "event_uid")
    return [(row.activity_code.key, row.occurred_at, row.is_late) for row in rows]


def test_a_fast_clock_set_right_before_sending_keeps_age_and_order(centre, now, client):
    """Three hours fast at the taps, right at the sending: the page's own time says how long ago."""
    ahead = timedelta(hours=3)
    made = [(1, "work", 40), (2, "break", 25), (3, "claims", 10)]
    taps = [
        numbered(number, code, now + ahead - timedelta(minutes=ago), age_ms=ago * 60_000)
        for number, code, ago in made
    ]
    client.force_login(centre.agent_user)
    tap(client, *taps, device_now=now)
    assert recorded() == [(code, now - timedelta(minutes=ago), True) for _, code, ago in made]


def test_the_offset_measured_at_the_tap_finds_a_clock_that_was_set(centre, now, client):
    """Also where the phone slept, so that the page's own time stood still."""
    client.force_login(centre.agent_user)
    slow, fast = timedelta(hours=-2), timedelta(hours=3)
    taps = [
        numbered(
            number,
            code,
            now + ahead - timedelta(minutes=ago),
            clock_offset_ms=int(-ahead.total_seconds() * 1000),
        )
        for number, code, ahead, ago in ((1, "work", slow, 50), (2, "break", fast, 20))
    ]
    tap(client, *taps, device_now=now)
    assert recorded() == [
        ("work", now - timedelta(minutes=50), True),
        ("break", now - timedelta(minutes=20), True),
    ]


def test_a_phone_that_slept_is_told_by_its_clock(centre, now, client):
    client.force_login(centre.agent_user)
    slept = numbered(1, "work", now - timedelta(minutes=50), age_ms=5_000, clock_offset_ms=800)
    tap(client, slept, device_now=now)
    assert recorded() == [("work", now - timedelta(minutes=50), True)]


def test_taps_of_one_instant_count_in_the_order_of_their_numbers(centre, now, client):
    """Nothing tells how long ago these were: the last one tapped is what holds, whatever its id."""
    client.force_login(centre.agent_user)
    ahead = now + timedelta(hours=3)
    taps = [
        one(uid, code, ahead) | {"number": number}
        for uid, code, number in (("z", "work", 7), ("m", "break", 8), ("a", "claims", 9))
    ]
    tap(client, *reversed(taps), device_now=now)
    assert recorded() == [(code, now, False) for code in ("work", "break", "claims")]
    keep_once(at=now)
    assert AgentLive.objects.get(agent=centre.agent).activity_code == centre.codes["claims"]


def test_no_tap_is_later_than_one_made_after_it(centre, now, client):
    client.force_login(centre.agent_user)
    first = numbered(1, "work", now + timedelta(hours=3))  # of an unknown age
    second = numbered(2, "break", now + timedelta(hours=3), age_ms=600_000)
    tap(client, first, second, device_now=now)
    ago = now - timedelta(minutes=10)
    assert recorded() == [("work", ago, True), ("break", ago, True)]


def test_taps_without_numbers_count_in_the_order_they_are_sent(centre, now, client):
    client.force_login(centre.agent_user)
    tap(client, one("z", "work", now), one("a", "break", now), device_now=now)
    assert [code for code, *_ in recorded()] == ["work", "break"]


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


def test_a_code_without_a_button_is_kept_aside_and_the_other_taps_are_taken(centre, now, client):
    ActivityCode.objects.filter(key="claims").update(portal_position=None)
    client.force_login(centre.agent_user)
    taps = [one(f"u{i}", code, now) for i, code in enumerate(("work", "claims", "break", ""))]
    results = tap(client, *taps, device_now=now).json()["results"]
    assert [row["status"] for row in results] == [
        "accepted", "quarantined", "accepted", "accepted",
    ]  # fmt: skip
    assert results[1]["reason"] == "The portal does not offer the activity code 'claims'."
    kept = QuarantinedEvent.objects.get()
    assert (kept.reason_code, kept.raw["code"]) == ("not_offered", "claims")


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
        (
            '{"device_now": "2026-11-18T10:00:00Z", "taps": [{"uid": "a", "code": "work",'
            ' "tapped_at": "2026-11-18T10:00:00Z", "age_ms": -1}]}'
        ),
        (
            '{"device_now": "2026-11-18T10:00:00Z", "taps": [{"uid": "a", "code": "work",'
            ' "tapped_at": "2026-11-18T10:00:00Z", "number": "1"}]}'
        ),
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


def test_a_day_can_be_opened_and_explained_after_midnight(centre, now, client):
    make_event(centre.agent, centre.start + timedelta(minutes=15), centre.codes["work"])
    client.force_login(centre.agent_user)
    with time_machine.travel(centre.start + timedelta(days=3), tick=False):
        client.force_login(centre.agent_user)
        listed = client.get("/portal/days/").content.decode()
        assert "/portal/days/2026-11-18/" in listed
        assert "out of adherence in" in listed
        page = client.get("/portal/days/2026-11-18/").content.decode().replace("\u202f", " ")
        assert "counts whole, longer than the tolerance of 5 min" in page
        explain = re.search(r'href="(/portal/requests/explain/[^"]+)"', page).group(1)
        address, _, query = html.unescape(explain).partition("?")
        asked = dict(parse_qsl(query)) | {"reason": "The lift was stuck"}
        client.post(address, asked)
        row = AdherenceException.objects.get()
        assert (row.starts_at, row.ends_at, row.agent) == (
            centre.start, centre.start + timedelta(minutes=15), centre.agent,
        )  # fmt: skip
    with time_machine.travel(centre.start + timedelta(days=14), tick=False):
        client.force_login(centre.agent_user)
        assert "2026-11-18" not in client.get("/portal/days/").content.decode()


@pytest.mark.parametrize("day", ["2026-10-18", "2027-01-01", "yesterday", "2026-02-30"])
def test_days_that_are_not_shown_are_not_found(centre, now, client, day):
    client.force_login(centre.agent_user)
    assert client.get(f"/portal/days/{day}/").status_code == 404
    assert client.get("/portal/days/2026-11-17/").status_code == 200


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
