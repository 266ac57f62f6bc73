"""Sources send their own messages: who may, what is taken, what waits."""

import base64
import hashlib
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.utils.timezone import now
from rest_framework.test import APIClient

from adherence.core.connectors.form_body import twilio_signature
from adherence.models import ActivityEvent, QuarantinedEvent
from adherence.services.connectors import make_secret, set_signing_token
from tests.adherence.api.test_events import key_client
from tests.factories.adherence import make_connector
from tests.factories.org import make_client
from wfm.org.models import AgentSourceKey
from wfm.org.tenancy import system_tenant

URL = "/api/v1/adherence/connectors/acd/events/"


@pytest.fixture
def at_ten(centre):
    with time_machine.travel(centre.start + timedelta(hours=1), tick=False):
        yield centre.start + timedelta(hours=1)


@pytest.fixture
def connector(centre):
    with system_tenant():
        return make_connector(
            "amazon-connect",
            mappings=[
                ("Available", "", centre.codes["work"]),
                ("Available", "CONNECTED", centre.codes["claims"]),
                ("Lunch", "", centre.codes["lunch"]),
                ("Offline", "", None),
            ],
        )


@pytest.fixture
def acd(connector):
    return key_client()


def message(centre, uid, minutes, status="Available", *, contacts=(), username=None, **fields):
    at = centre.start + timedelta(minutes=minutes)
    return {
        "EventId": uid,
        "EventType": "STATE_CHANGE",
        "EventTimestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "CurrentAgentSnapshot": {
            "AgentStatus": {"Name": status},
            "Configuration": {"Username": username or centre.agent.employee_number},
            "Contacts": [{"State": state, "Channel": "VOICE"} for state in contacts],
        },
    } | fields


def send(api, *messages, url=URL, content_type="application/json", **headers):
    body = b"\n".join(
        item if isinstance(item, bytes) else json.dumps(item).encode() for item in messages
    )
    return api.generic("POST", url, body, content_type=content_type, headers=headers)


def counts(answer):
    assert answer.status_code == 200, answer.content
    data = answer.json()
    return {name: data[name] for name in ("accepted", "duplicates", "quarantined", "ignored")}


def waiting(**wanted):
    with system_tenant():
        return list(
            QuarantinedEvent.objects.filter(resolved_at=None, **wanted).order_by("event_uid")
        )


def codes_of(agent):
    with system_tenant():
        return list(
            ActivityEvent.objects.filter(agent=agent)
            .order_by("occurred_at", "sequence", "event_uid")
            .values_list("activity_code__key", flat=True)
        )


def test_messages_become_events_of_the_mapped_codes(centre, acd, at_ten):
    answer = send(
        acd,
        message(centre, "1", 0),
        message(centre, "2", 5, contacts=["CONNECTED"]),
        message(centre, "3", 9, contacts=["ENDED"]),
        message(centre, "4", 20, "Offline"),
        message(centre, "5", 30, "Lunch"),
        message(centre, "6", 31, EventType="HEART_BEAT"),
        message(centre, "7", 40, EventType="LOGOUT"),
    )
    assert counts(answer) == {"accepted": 6, "duplicates": 0, "quarantined": 0, "ignored": 1}
    assert codes_of(centre.agent) == ["work", "claims", "work", None, "lunch", None]
    with system_tenant():
        assert ActivityEvent.objects.get(event_uid="2").raw["raw"]["EventId"] == "2"


def test_sent_again_nothing_changes(centre, acd, at_ten):
    batch = [message(centre, "1", 0), message(centre, "2", 30, "Lunch")]
    send(acd, *batch)
    assert counts(send(acd, *reversed(batch))) == {
        "accepted": 0, "duplicates": 2, "quarantined": 0, "ignored": 0,
    }  # fmt: skip


def test_a_state_that_nobody_has_mapped_waits_and_is_counted(centre, acd, at_ten):
    for _time in range(3):
        answer = send(acd, message(centre, "1", 0, "Coaching"))
    assert counts(answer)["quarantined"] == 1
    (kept,) = waiting()
    assert (kept.reason_code, kept.times_seen, kept.raw["state"]) == (
        "unmapped_state",
        3,
        "Coaching",
    )
    assert "Coaching" in kept.reason
    assert answer.json()["results"][0]["reason_code"] == "unmapped_state"


def test_an_unmapped_log_in_is_not_taken_for_what_was_planned(centre, acd, at_ten):
    assert (
        counts(send(acd, message(centre, "1", 0, "Coaching", EventType="LOGIN")))["quarantined"]
        == 1
    )
    assert codes_of(centre.agent) == []


def test_the_agents_own_key_in_the_source_counts(centre, acd, at_ten):
    with system_tenant():
        AgentSourceKey.objects.create(agent=centre.agent, source="acd", key="ann@acd")
    assert counts(send(acd, message(centre, "1", 0, username="ann@acd")))["accepted"] == 1


def test_unknown_agents_future_and_age_wait_for_their_own_reasons(centre, acd, at_ten):
    send(
        acd,
        message(centre, "a", 0, username="nobody"),
        message(centre, "b", 0, "Coaching", username="nobody"),
        message(centre, "c", 90),
        message(centre, "d", -60 * 24 * 31),
        message(centre, "e", 0, EventTimestamp="noon"),
        message(centre, "f", 0, ""),
        message(centre, "g", 0, CurrentAgentSnapshot={"AgentStatus": {"Name": "Lunch"}}),
    )
    assert {kept.event_uid: kept.reason_code for kept in waiting()} == {
        "a": "unknown_agent",
        "b": "unknown_agent",
        "c": "future",
        "d": "too_old",
        "e": "bad_time",
        "f": "no_state",
        "g": "no_agent",
    }


def test_a_body_that_cannot_be_read_is_refused_and_its_beginning_kept(centre, acd, at_ten):
    answers = [send(acd, b'{"EventId": \x00 broken') for _time in range(2)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["errors"][0]["code"] == "unreadable_body"
    (kept,) = waiting()
    assert (kept.reason_code, kept.times_seen) == ("unreadable_body", 2)
    assert kept.raw == {"body": '{"EventId": \ufffd broken', "bytes": 20}


def test_what_postgres_cannot_keep_does_no_harm(centre, acd, at_ten):
    body = json.dumps(message(centre, "1", 0)).replace("VOICE", "x").encode()
    body = body.replace(b'"EventType"', b'"odd": ["\\u0000", "\\ud83d", 1e999], "EventType"')
    assert counts(send(acd, body))["accepted"] == 1


# -- who may --------------------------------------------------------------------------------------


def secret_of(connector):
    with system_tenant():
        return make_secret(connector=connector, at=now())


def test_the_secret_in_the_address_opens_its_own_connector_only(centre, connector, at_ten):
    secret = secret_of(connector)
    with system_tenant():
        make_connector("amazon-connect", source="other")
        connector.refresh_from_db()
        assert secret not in connector.secret_sha256
    api = APIClient()
    assert counts(send(api, message(centre, "1", 0), url=f"{URL}?secret={secret}"))["accepted"] == 1
    for url in (
        f"{URL}?secret={secret}x",
        f"{URL}?secret=",
        URL.replace("acd", "other") + f"?secret={secret}",
        URL.replace("acd", "none") + f"?secret={secret}",
    ):
        assert send(api, message(centre, "2", 0), url=url).status_code == 401, url


def test_a_new_secret_closes_the_old_one(centre, connector, at_ten):
    old, new = secret_of(connector), secret_of(connector)
    answers = [
        send(APIClient(), message(centre, "1", 0), url=f"{URL}?secret={secret}").status_code
        for secret in (old, new)
    ]
    assert answers == [401, 200]


def test_an_empty_secret_opens_nothing_where_none_was_made(centre, connector, at_ten):
    assert send(APIClient(), message(centre, "1", 0), url=f"{URL}?secret=x").status_code == 401


def test_firehose_shows_its_access_key_and_gets_the_answer_it_wants(centre, connector, at_ten):
    data = base64.b64encode(json.dumps(message(centre, "1", 0)).encode()).decode()
    body = {"requestId": "r-1", "timestamp": 1, "records": [{"data": data}]}
    headers = {
        "X-Amz-Firehose-Request-Id": "r-1",
        "X-Amz-Firehose-Access-Key": secret_of(connector),
    }
    answer = send(APIClient(), body, **headers)
    assert answer.status_code == 200
    assert answer.json() == {"requestId": "r-1", "timestamp": int(at_ten.timestamp() * 1000)}
    assert codes_of(centre.agent) == ["work"]


def test_firehose_may_show_an_api_key_instead(centre, acd, connector, at_ten):
    key = acd._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    for text, status in ((key, 200), (key[:-1] + "~", 401)):
        answer = send(APIClient(), message(centre, "1", 0), **{"X-Amz-Firehose-Access-Key": text})
        assert answer.status_code == status


def test_a_clients_key_and_a_person_may_not_send(centre, connector, at_ten):
    with system_tenant():
        client = make_client()
    theirs = key_client(client=client, scopes=("sla.view",))
    assert send(theirs, message(centre, "1", 0)).status_code == 403
    person = APIClient()
    person.force_login(centre.planner)
    assert send(person, message(centre, "1", 0)).status_code == 403


def test_a_connector_that_is_switched_off_or_not_there_is_not_found(centre, acd, connector, at_ten):
    connector.is_active = False
    with system_tenant():
        connector.save(update_fields=["is_active"])
    assert send(acd, message(centre, "1", 0)).status_code == 404
    assert send(acd, message(centre, "1", 0), url=URL.replace("acd", "none")).status_code == 404


def test_more_than_five_megabytes_are_refused_unread(centre, acd, at_ten):
    answer = send(acd, b" " * (5 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "body_too_large")
    assert waiting() == []


def test_fifty_megabytes_are_refused_before_the_key_is_looked_at(centre, connector):
    answer = APIClient().generic("POST", URL, b"", CONTENT_LENGTH=str(50 * 1024 * 1024))
    assert answer.status_code == 413


# -- Twilio ---------------------------------------------------------------------------------------

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def twilio(centre):
    with system_tenant():
        connector = make_connector(
            "twilio-taskrouter",
            source="twilio",
            mappings=[("Break", "", centre.codes["break"])],
        )
        set_signing_token(connector=connector, token=TOKEN)
        return connector


def callback(centre, **fields):
    return {
        "EventType": "worker.activity.update",
        "Sid": "EV1",
        "Timestamp": str(int(centre.start.timestamp())),
        "WorkerName": centre.agent.employee_number,
        "WorkerActivityName": "Break",
        "Reason": "Kaffee & Kuchen",
    } | fields


def post_callback(url, fields, *, signed_url=None, token=TOKEN, signature=None):
    body = urlencode(fields).encode()
    signature = signature or twilio_signature(
        url=signed_url or f"http://testserver{url}", body=body, is_form=True, token=token
    )
    return APIClient().generic(
        "POST",
        url,
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


TWILIO_URL = "/api/v1/adherence/connectors/twilio/events/"


def test_twilios_signature_is_the_one_its_documentation_computes():
    """The worked example of the vendor's documentation of request validation."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    assert (
        twilio_signature(
            url="https://mycompany.com/myapp.php?foo=1&bar=2",
            body=urlencode(fields).encode(),
            is_form=True,
            token="12345",
        )
        == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    )


@pytest.mark.parametrize("port", ["", ":80"])
def test_a_signed_callback_is_taken(centre, twilio, at_ten, port):
    answer = post_callback(
        TWILIO_URL, callback(centre), signed_url=f"http://testserver{port}{TWILIO_URL}"
    )
    assert counts(answer)["accepted"] == 1
    assert codes_of(centre.agent) == ["break"]


def test_a_wrong_signature_is_refused(centre, twilio, at_ten):
    assert post_callback(TWILIO_URL, callback(centre), token="another").status_code == 401
    assert post_callback(TWILIO_URL, callback(centre), signature="x").status_code == 401
    signed = twilio_signature(
        url=f"http://testserver{TWILIO_URL}",
        body=urlencode(callback(centre)).encode(),
        is_form=True,
        token=TOKEN,
    )
    changed = callback(centre, WorkerActivityName="Available")
    assert post_callback(TWILIO_URL, changed, signature=signed).status_code == 401


def test_where_requests_are_signed_the_secret_alone_is_not_enough(centre, twilio, at_ten):
    secret = secret_of(twilio)
    url = f"{TWILIO_URL}?secret={secret}"
    body = urlencode(callback(centre)).encode()
    form = "application/x-www-form-urlencoded"
    assert APIClient().generic("POST", url, body, content_type=form).status_code == 401
    assert counts(post_callback(url, callback(centre)))["accepted"] == 1


def test_a_signed_json_body_is_covered_by_its_hash(centre, twilio, at_ten):
    payload = {
        "sid": "EV9",
        "eventtype": "worker.activity.update",
        "timestamp": centre.start.isoformat(),
        "worker_name": centre.agent.employee_number,
        "worker_activity_name": "Break",
    }
    body = json.dumps([{"id": "EZ1", "data": {"payload": payload}}]).encode()
    for covered, status in ((body, 200), (b"another", 401)):
        url = f"{TWILIO_URL}?bodySHA256={hashlib.sha256(covered).hexdigest()}"
        signature = twilio_signature(
            url=f"http://testserver{url}", body=body, is_form=False, token=TOKEN
        )
        answer = send(APIClient(), body, url=url, **{"X-Twilio-Signature": signature})
        assert answer.status_code == status, answer.content
