"""Connectors, mappings, samples and cures over REST."""

import json
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from adherence.models import ActivityEvent, Connector, QuarantinedEvent, StateMapping
from adherence.services.connectors import take_body
from tests.adherence.api.test_connector_events import message
from tests.adherence.api.test_events import key_client
from tests.factories.adherence import make_connector
from tests.factories.org import make_client
from wfm.org.models import AgentSourceKey
from wfm.org.tenancy import system_tenant

ROOT = "/api/v1/adherence/"


@pytest.fixture
def at_ten(centre):
    with time_machine.travel(centre.start + timedelta(hours=1), tick=False):
        yield centre.start + timedelta(hours=1)


@pytest.fixture
def api(centre, at_ten):
    client = APIClient()
    with system_tenant():
        client.force_login(centre.planner)
    return client


@pytest.fixture
def acd(centre):
    with system_tenant():
        return make_connector("amazon-connect", mappings=[("Available", "", centre.codes["work"])])


def take(connector, centre, *messages):
    with system_tenant():
        take_body(
            connector=connector,
            body=json.dumps(list(messages)).encode(),
            received_at=centre.start + timedelta(hours=1),
        )


def edit(api, url, method="patch", data=None):
    """Edit with the ETag of what was read."""
    etag = api.get(url)["ETag"]
    return getattr(api, method)(url, data, format="json", headers={"If-Match": etag})


def test_a_connector_is_made_read_changed_and_removed(centre, api):
    made = api.post(
        f"{ROOT}connectors/",
        {
            "source": "pbx",
            "kind": "avaya-cms",
            "name": "PBX",
            "timezone": "Europe/London",
            "columns": {"state": "Mode"},
            "silence_limit_seconds": 300,
        },
        format="json",
    )
    assert made.status_code == 201, made.content
    url = f"{ROOT}connectors/pbx/"
    read = api.get(url).json()
    assert read == made.json()
    assert (read["has_secret"], read["silence_limit_seconds"]) == (False, 300)
    changed = edit(api, url, data={"name": "New", "silence_limit_seconds": None, "columns": {}})
    assert changed.status_code == 200, changed.content
    with system_tenant():
        row = Connector.objects.select_related("feed").get()
        assert (row.name, row.timezone, row.columns, row.feed.silence_limit_seconds) == (
            "New", "Europe/London", {}, None,
        )  # fmt: skip
    assert edit(api, url, data={"source": "other"}).json()["errors"][0]["attr"] == "source"
    assert edit(api, url, data={"timezone": "Mars/Olympus"}).json()["errors"][0]["attr"] == "timezone"  # fmt: skip
    assert api.patch(url, {"name": "x"}, format="json").status_code == 428
    assert edit(api, url, "delete").status_code == 204
    assert api.get(url).status_code == 404


def test_a_source_is_taken_once(api, acd):
    wanted = {"source": "acd", "kind": "csv", "name": "Again", "timezone": "UTC"}
    assert api.post(f"{ROOT}connectors/", wanted, format="json").status_code in {400, 409}
    wanted = {"source": "portal", "kind": "csv", "name": "Ours", "timezone": "UTC"}
    answer = api.post(f"{ROOT}connectors/", wanted, format="json")
    assert answer.json()["errors"][0]["attr"] == "source"


def test_a_change_of_a_time_zone_needs_the_etag_of_now(api, acd):
    url = f"{ROOT}connectors/acd/"
    etag = api.get(url)["ETag"]
    edit(api, url, data={"name": "First"})
    answer = api.patch(url, {"name": "Second"}, format="json", headers={"If-Match": etag})
    assert answer.status_code == 412


def test_secrets_are_told_once_and_tokens_never(centre, api, acd):
    made = api.post(f"{ROOT}connectors/acd/secret/", format="json")
    assert made.status_code == 201
    assert made.json()["url"].endswith(f"events/?secret={made.json()['secret']}")
    shown = api.get(f"{ROOT}connectors/acd/")
    assert shown.json()["has_secret"] is True
    assert made.json()["secret"] not in shown.content.decode()
    with system_tenant():
        make_connector("twilio-taskrouter", source="twilio")
    token = "0123456789abcdef0123456789abcdef"
    answer = api.post(f"{ROOT}connectors/twilio/signing-token/", {"token": token}, format="json")
    assert answer.json()["has_signing_token"] is True
    assert token not in answer.content.decode()
    answer = api.post(f"{ROOT}connectors/acd/signing-token/", {"token": token}, format="json")
    assert answer.json()["errors"][0]["attr"] == "token"


def test_health(centre, api, acd):
    take(acd, centre, message(centre, "1", 0), message(centre, "2", 1, "Coaching"))
    found = api.get(f"{ROOT}connectors/acd/health/").json()
    assert (found["events_today"], found["quarantined"], found["is_silent"]) == (1, 1, False)


def test_a_meaning_takes_what_waited_and_is_replaced_by_another(centre, api, acd):
    take(acd, centre, message(centre, "1", 0, "Lunch"))
    wanted = {"connector": "acd", "state": "Lunch", "activity_code": "lunch"}
    made = api.post(f"{ROOT}state-mappings/", wanted, format="json")
    assert (made.status_code, made.json()["taken"]) == (201, 1)
    again = api.post(
        f"{ROOT}state-mappings/",
        {"connector": "acd", "state": "lunch", "reason": "", "meaning": "IGNORED"},
        format="json",
    )
    assert again.json()["id"] == made.json()["id"]
    listed = api.get(f"{ROOT}state-mappings/?connector__source=acd").json()["results"]
    assert {row["state"]: row["meaning"] for row in listed} == {
        "Available": "ACTIVITY",
        "Lunch": "IGNORED",
    }
    answer = api.post(f"{ROOT}state-mappings/", {"connector": "acd", "state": "X"}, format="json")
    assert answer.json()["errors"][0]["attr"] == "activity_code"
    url = f"{ROOT}state-mappings/{made.json()['id']}/"
    assert edit(api, url, "delete").status_code == 204
    with system_tenant():
        assert not StateMapping.objects.filter(state="Lunch").exists()


def test_a_preview_says_what_is_understood_and_saves_nothing(centre, api, acd):
    sample = json.dumps(
        [
            message(centre, "1", 0),
            message(centre, "2", 5, "Lunch", username="ann"),
            message(centre, "3", 6, EventType="HEART_BEAT"),
            message(centre, "4", 7, EventTimestamp="noon"),
        ]
    )
    found = api.post(f"{ROOT}connectors/acd/preview/", {"sample": sample}, format="json").json()
    assert (found["total"], found["faulty"], found["alive"]) == (4, 1, 1)
    assert found["unknown_agents"] == ["ann"]
    assert [state["state"] for state in found["unmapped"]] == ["Lunch"]
    assert found["unmapped"][0]["suggestion"] == {"meaning": "ACTIVITY", "code": "lunch"}
    assert [event["problem_code"] for event in found["events"]] == [
        "", "unmapped_state", "", "bad_time",
    ]  # fmt: skip
    assert [event["code"] for event in found["events"]] == ["work", "", "", ""]
    with system_tenant():
        assert not ActivityEvent.objects.exists()
        assert not QuarantinedEvent.objects.exists()


def test_a_preview_needs_no_connector(centre, api):
    wanted = {
        "kind": "csv",
        "sample": "who,time,state\nE1,03/04/2026 09:00,Odd\n",
        "timezone": "Europe/London",
        "columns": {"agent": "who"},
        "date_order": "mdy",
    }
    found = api.post(f"{ROOT}connector-preview/", wanted, format="json").json()
    assert found["events"][0]["occurred_at"].startswith("2026-03-04T09:00:00")
    assert found["states"][0]["suggestion"] is None
    for wrong in ({"sample": "x"}, {"timezone": "Mars/Olympus"}):
        answer = api.post(f"{ROOT}connector-preview/", wanted | wrong, format="json")
        assert answer.status_code == 400, answer.content


def test_cures_over_rest(centre, api, acd):
    take(
        acd,
        centre,
        message(centre, "1", 0, username="ann"),
        message(centre, "2", 1, "Coaching"),
        message(centre, "3", 2, "Yoga"),
    )
    counts = api.get(f"{ROOT}quarantine/counts/").json()
    assert {row["reason_code"]: row["count"] for row in counts} == {
        "unmapped_state": 2,
        "unknown_agent": 1,
    }
    key = {"source": "acd", "key": "ann", "agent": centre.agent.pk}
    assert api.post(f"{ROOT}agent-keys/", key, format="json").json() == {"count": 1}
    other = key | {"agent": centre.stranger.pk}
    assert api.post(f"{ROOT}agent-keys/", other, format="json").status_code == 409
    with system_tenant():
        StateMapping.objects.create(
            connector=acd, state="Coaching", activity_code=centre.codes["break"]
        )
    retry = {"source": "acd", "reason_code": "unmapped_state"}
    assert api.post(f"{ROOT}quarantine/retry/", retry, format="json").json() == {"count": 1}
    with system_tenant():
        left = QuarantinedEvent.objects.get(resolved_at=None)
    dismiss = {"ids": [left.pk], "reason": "No such state any more"}
    assert api.post(f"{ROOT}quarantine/dismiss/", dismiss, format="json").json() == {"count": 1}
    left.refresh_from_db()
    assert (left.dismissed_by, left.dismissed_reason) == (centre.planner, dismiss["reason"])
    assert api.post(f"{ROOT}quarantine/reopen/", {"ids": [left.pk]}, format="json").json() == {"count": 1}  # fmt: skip
    nobody = api.post(f"{ROOT}quarantine/retry/", {}, format="json")
    assert nobody.json()["errors"][0]["attr"] == "ids"


def test_an_hour_is_chosen_over_rest(centre, api):
    with system_tenant():
        table = make_connector(
            "csv",
            source="table",
            timezone="Europe/London",
            mappings=[("Available", "", centre.codes["work"])],
        )
        rows = f"agent,time,state\n{centre.agent.employee_number},2026-10-25 01:30,Available\n"
        take_body(
            connector=table, body=rows.encode(), received_at=centre.start.replace(month=10, day=26)
        )
    wanted = {"source": "table", "hour": "first"}
    assert api.post(f"{ROOT}quarantine/hour/", wanted, format="json").json() == {"count": 1}
    with system_tenant():
        assert ActivityEvent.objects.get().occurred_at.hour == 0


def test_a_program_may_cure_but_a_client_may_not(centre, at_ten, acd):
    ours = key_client(scopes=("adherence.edit", "people.view"))
    assert ours.get(f"{ROOT}connectors/").json()["results"][0]["source"] == "acd"
    with system_tenant():
        client = make_client()
        client_user = APIClient()
    theirs = key_client(client=client, scopes=("sla.view",))
    for path in ("connectors/", "connectors/acd/health/", "quarantine/counts/", "state-mappings/"):
        assert theirs.get(f"{ROOT}{path}").status_code == 403
        assert client_user.get(f"{ROOT}{path}").status_code == 401
    with system_tenant():
        assert not AgentSourceKey.objects.exists()
