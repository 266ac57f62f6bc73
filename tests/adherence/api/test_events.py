"""Event intake over HTTP: idempotent, any order, nothing dropped."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils.timezone import now
from rest_framework.test import APIClient

from adherence.models import ActivityEvent, AdherenceDay, AgentLive, PendingDay, QuarantinedEvent
from adherence.services import keep_once, recompute_pending
from tests.factories.org import make_activity_code, make_client
from wfm.integration.models import ApiKey
from wfm.integration.services import create_api_key
from wfm.org.models import AgentSourceKey
from wfm.org.tenancy import system_tenant

URL = "/api/v1/adherence/events/"


def key_client(*, client=None, scopes=("event.ingest",)):
    with system_tenant():
        new = create_api_key(name="ACD", scopes=list(scopes), client=client, created_by=None)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {new.text}")
    return api


@pytest.fixture
def acd(centre):
    return key_client()


@pytest.fixture
def at_ten(centre):
    with time_machine.travel(centre.start + timedelta(hours=1), tick=False):
        yield centre.start + timedelta(hours=1)


def event(centre, uid, minutes, code="work", **fields):
    """An event so many minutes after the plan begins."""
    return {
        "event_uid": uid,
        "agent_key": centre.agent.employee_number,
        "occurred_at": (centre.start + timedelta(minutes=minutes)).isoformat(),
        "code": code,
    } | fields


def send(api, *events, source="acd"):
    answer = api.post(URL, {"source": source, "events": list(events)}, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def live_of(agent):
    with system_tenant():
        keep_once(at=now())
        return AgentLive.objects.get(agent=agent)


def test_an_event_is_stored_and_seen_at_once(centre, acd, at_ten):
    answer = send(acd, event(centre, "e1", 0))
    assert (answer["accepted"], answer["duplicates"], answer["quarantined"]) == (1, 0, 0)
    live = live_of(centre.agent)
    assert (live.flag, live.activity_code, live.planned_code) == (
        "IN", centre.codes["work"], centre.codes["work"],
    )  # fmt: skip


def test_the_same_batch_again_changes_nothing(centre, acd, at_ten):
    batch = [event(centre, "e1", 0), event(centre, "e2", 30, "break")]
    send(acd, *batch)
    version = live_of(centre.agent).version
    again = send(acd, *batch)
    assert [result["status"] for result in again["results"]] == ["duplicate", "duplicate"]
    assert ActivityEvent.objects.count() == 2
    assert live_of(centre.agent).version == version


def test_an_event_twice_in_one_batch_is_taken_once(centre, acd, at_ten):
    answer = send(acd, event(centre, "e1", 0), event(centre, "e1", 0))
    assert [result["status"] for result in answer["results"]] == ["accepted", "duplicate"]


def test_the_same_uid_of_another_source_is_another_event(centre, acd, at_ten):
    send(acd, event(centre, "e1", 0))
    assert send(acd, event(centre, "e1", 10), source="crm")["accepted"] == 1


def test_the_order_of_arrival_plays_no_part(centre, acd, at_ten):
    send(acd, event(centre, "later", 50, "break"))
    send(acd, event(centre, "earlier", 0, "work"))
    assert live_of(centre.agent).activity_code == centre.codes["break"]


def test_the_sequence_decides_within_a_moment(centre, acd, at_ten):
    send(
        acd, event(centre, "a", 10, "break", sequence=2), event(centre, "z", 10, "work", sequence=1)
    )
    assert live_of(centre.agent).activity_code == centre.codes["break"]


def test_a_late_event_is_flagged_and_changes_its_day(centre, acd, at_ten):
    """Away from 09:00 by the feed; that the agent worked comes an hour late."""
    send(acd, event(centre, "e2", 40, "work"))
    with system_tenant():
        keep_once(at=at_ten)
        recompute_pending(at=at_ten)
        assert AdherenceDay.objects.get(agent=centre.agent).out_seconds == 40 * 60
    answer = send(acd, event(centre, "e1", 0, "work"))
    assert answer["results"][0]["is_late"] is True
    with system_tenant():
        keep_once(at=at_ten)
        assert PendingDay.objects.filter(agent=centre.agent).exists()
        recompute_pending(at=at_ten)
        assert AdherenceDay.objects.get(agent=centre.agent).out_seconds == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"agent_key": "nobody"}, "unknown_agent"),
        ({"code": "no-such-code"}, "unknown_code"),
        ({"occurred_at": "2026-11-18T10:05:01Z"}, "future"),
        ({"occurred_at": "2026-10-18T09:59:59Z"}, "too_old"),
        ({"occurred_at": "2026-11-18T09:00:00"}, "malformed"),
        ({"occurred_at": "yesterday"}, "malformed"),
        ({"kind": "dance"}, "malformed"),
        ({"sequence": "first"}, "malformed"),
        ({"event_uid": ""}, "malformed"),
    ],
)
def test_what_cannot_be_taken_is_kept_with_its_reason(centre, acd, at_ten, change, reason):
    answer = send(acd, event(centre, "bad", 0) | change, event(centre, "good", 0))
    assert [result["status"] for result in answer["results"]] == ["quarantined", "accepted"]
    kept = QuarantinedEvent.objects.get()
    assert kept.reason_code == answer["results"][0]["reason_code"] == reason
    assert kept.raw == event(centre, "bad", 0) | change


def test_an_event_five_minutes_ahead_is_still_taken(centre, acd, at_ten):
    assert send(acd, event(centre, "e1", 65))["accepted"] == 1
    assert live_of(centre.agent).activity_code is None  # its moment has not come


def test_what_is_no_event_at_all_is_kept_too(centre, acd, at_ten):
    answer = send(acd, "nonsense", 7, None)
    assert answer["quarantined"] == 3
    assert QuarantinedEvent.objects.count() == 3


def test_a_quarantined_event_that_comes_again_is_counted(centre, acd, at_ten):
    send(acd, event(centre, "bad", 0, "no-such-code"))
    send(acd, event(centre, "bad", 0, "no-such-code"))
    assert QuarantinedEvent.objects.get().times_seen == 2


def test_a_quarantined_event_is_taken_once_its_code_exists(centre, acd, at_ten):
    send(acd, event(centre, "e1", 0, "huddle"))
    with system_tenant():
        make_activity_code(key="huddle")
    assert send(acd, event(centre, "e1", 0, "huddle"))["accepted"] == 1
    assert QuarantinedEvent.objects.get().resolved_at is not None


def test_the_sources_own_name_of_an_agent_is_known(centre, acd, at_ten):
    with system_tenant():
        AgentSourceKey.objects.create(agent=centre.agent, source="acd", key="ext-4711")
    assert send(acd, event(centre, "e1", 0, agent_key="ext-4711"))["accepted"] == 1
    assert send(acd, event(centre, "e2", 0, agent_key="ext-4711"), source="crm")["quarantined"] == 1


def test_a_logout_needs_no_code(centre, acd, at_ten):
    send(acd, event(centre, "e1", 0), event(centre, "e2", 30, "", kind="logout"))
    live = live_of(centre.agent)
    assert (live.flag, live.state_group, live.activity_code) == ("OUT", "OFFLINE", None)


@pytest.mark.parametrize(
    "body",
    [
        {"source": "acd", "events": []},
        {"source": "acd", "events": [{}] * 1001},
        {"source": "acd"},
        {"events": [{}]},
        {"source": "portal", "events": [{}]},
        {"source": "a b", "events": [{}]},
        ["no object"],
    ],
)
def test_a_batch_without_shape_is_refused_whole(centre, acd, body):
    answer = acd.post(URL, body, format="json")
    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"


def test_a_key_without_the_permission_is_refused(centre):
    answer = key_client(scopes=["adherence.view"]).post(URL, {}, format="json")
    assert answer.status_code == 403


def test_a_clients_key_may_not_send_events(centre, at_ten):
    """Not even with the permission: such keys are not made, but a row could be edited."""
    api = key_client()
    with system_tenant():
        ApiKey.objects.update(client=make_client())
    body = {"source": "acd", "events": [event(centre, "e1", 0)]}
    assert api.post(URL, body, format="json").status_code == 403
    with system_tenant():
        assert ActivityEvent.objects.count() == 0


def test_nobody_sends_without_a_key(centre):
    assert APIClient().post(URL, {}, format="json").status_code == 401


def test_the_number_of_queries_does_not_grow_with_the_batch(
    centre, acd, at_ten, django_assert_max_num_queries
):
    send(acd, event(centre, "warm", 0))
    with django_assert_max_num_queries(45) as small:
        send(acd, event(centre, "one", 1))
    stranger = centre.stranger.employee_number
    batch = [
        event(centre, f"many-{n}", 2, agent_key=stranger if n % 2 else centre.agent.employee_number)
        for n in range(100)
    ]
    with django_assert_max_num_queries(len(small.captured_queries) + 1):
        send(acd, *batch)


@pytest.mark.parametrize("number", ["1e999", "-1e999", '{"deep": [1e999]}'])
def test_a_number_beyond_all_bounds_costs_nothing_of_its_batch(centre, acd, at_ten, number):
    good, odd = event(centre, "good", 0), event(centre, "odd", 10, "break", metric="HERE")
    unknown = event(centre, "unknown", 20, "no-such-code", metric="HERE")
    body = json.dumps({"source": "acd", "events": [good, odd, unknown]})
    answer = acd.post(URL, body.replace('"HERE"', number), content_type="application/json")
    assert answer.status_code == 200
    assert [result["status"] for result in answer.json()["results"]] == [
        "accepted", "accepted", "quarantined",
    ]  # fmt: skip
    assert "inf" in json.dumps(ActivityEvent.objects.get(event_uid="odd").raw["metric"])
    assert "inf" in json.dumps(QuarantinedEvent.objects.get().raw["metric"])


def test_a_repeat_is_a_duplicate_though_its_code_has_gone_meanwhile(centre, acd, at_ten):
    taken = event(centre, "e1", 0)
    send(acd, taken, event(centre, "e2", 10, "break"))
    with system_tenant():
        centre.codes["work"].is_active = False
        centre.codes["work"].save(update_fields=["is_active"])
        answer = send(acd, taken, event(centre, "e3", 20), event(centre, "e2", 10, "break"))
    assert [result["status"] for result in answer["results"]] == [
        "duplicate", "quarantined", "duplicate",
    ]  # fmt: skip
    assert QuarantinedEvent.objects.get().event_uid == "e3"


def test_a_repeat_that_is_malformed_is_kept(centre, acd, at_ten):
    send(acd, event(centre, "e1", 0))
    again = send(acd, event(centre, "e1", 0, occurred_at="later"))
    assert again["results"][0]["status"] == "quarantined"


def test_a_sequence_that_is_null_is_none(centre, acd, at_ten):
    answer = send(acd, event(centre, "e1", 0, sequence=None))
    assert answer["accepted"] == 1
    assert ActivityEvent.objects.get().sequence == 0
