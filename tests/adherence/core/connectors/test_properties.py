"""Whatever a source repeats or mixes up: the same message is the same event."""

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from adherence.core.connectors.event import Fault, UnreadableBody
from adherence.core.connectors.registry import SOURCES
from tests.adherence.core.connectors.test_samples import (
    CALLBACK,
    RECEIVED,
    activity,
    connect_event,
    connect_snapshot,
    finesse,
    genesys,
    read,
)


def as_set(events):
    return {
        (event.event_uid, event.agent_key, event.occurred_at, event.kind, event.state, event.reason)
        for event in events
    }


BODIES = {
    "amazon-connect": [
        json.dumps(
            connect_event(
                EventId=f"e-{number}",
                EventTimestamp=f"2026-11-18T09:{number:02d}:00.000Z",
                CurrentAgentSnapshot=connect_snapshot("Available" if number % 2 else "Lunch"),
            )
        )
        for number in range(8)
    ],
    "genesys-cloud": [
        json.dumps(
            genesys(
                "v2.users.u-1.activity",
                activity(
                    "ON_QUEUE",
                    ("IDLE", "INTERACTING")[number % 2],
                    presence_at="2026-11-18T09:00:00Z",
                    status_at=f"2026-11-18T09:{number:02d}:00Z",
                ),
            )
        )
        for number in range(8)
    ],
    "cisco-finesse": [
        finesse(state, changed=f"2026-11-18T09:{number:02d}:00.000Z")
        for number, state in enumerate(("READY", "TALKING", "WORK", "NOT_READY"))
    ],
    "twilio-taskrouter": [
        CALLBACK.format(kind="worker.activity.update").replace("Sid=EV1", f"Sid=EV{number}")
        for number in range(4)
    ],
}


@given(data=st.data(), kind=st.sampled_from(sorted(BODIES)))
def test_any_order_and_repetition_gives_the_same_events(data, kind):
    bodies = BODIES[kind]
    sent = data.draw(st.permutations(bodies)) + data.draw(
        st.lists(st.sampled_from(bodies), max_size=6)
    )
    delay = timedelta(seconds=data.draw(st.integers(0, 86_400)))
    first = as_set(event for body in bodies for event in read(kind, body))
    again = as_set(
        event for body in sent for event in read(kind, body, received_at=RECEIVED + delay)
    )
    assert first == again
    assert len({row[0] for row in first}) == len(bodies)


@given(rows=st.permutations([f"E{number};2026-11-18 09:0{number}:00;work" for number in range(8)]))
def test_rows_of_a_table_are_the_same_in_any_order(rows):
    heading = "agent;time;state\n"
    body = heading + "\n".join(rows)
    assert as_set(read("csv", body, zone="Europe/London")) == as_set(
        read("csv", heading + "\n".join(sorted(rows) + rows[:3]), zone="Europe/London")
    )


def test_rows_that_cannot_be_placed_in_time_are_kept_apart():
    """Twice the same words in the doubled hour may be two events; sent again they are the same."""
    body = "agent,time,state\nE1,2026-10-25 01:30,work\nE1,2026-10-25 01:30,work\n"
    received = RECEIVED.replace(month=10, day=26)
    first = read("csv", body, zone="Europe/London", received_at=received)
    again = read("csv", body, zone="Europe/London", received_at=received)
    assert {event.fault for event in first} == {Fault.TIME_TWICE}
    assert len({event.event_uid for event in first}) == 2
    assert [event.event_uid for event in first] == [event.event_uid for event in again]


@given(kind=st.sampled_from(sorted(SOURCES)), body=st.binary(max_size=300))
def test_random_bytes_never_crash_a_reader(kind, body):
    try:
        events = read(kind, body, zone="UTC")
    except UnreadableBody:
        return
    assert all(0 < len(event.event_uid) <= 80 for event in events)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["eventBody", "detail", "topicName", "data", "user", "state", "loginId",
                         "presence", "routingStatus", "CurrentAgentSnapshot", "AgentStatus",
                         "Contacts", "EventTimestamp", "records", "payload", "id"]),
        inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@given(kind=st.sampled_from(["amazon-connect", "genesys-cloud", "cisco-finesse", "twilio-taskrouter", "avaya-cms"]), message=_JSON)  # fmt: skip
def test_any_json_is_read_or_refused(kind, message):
    try:
        events = read(
            kind, json.dumps({"topicName": "v2.users.u.activity", "event": message}), zone="UTC"
        )
        events += read(kind, json.dumps([message, {"detail": message}]), zone="UTC")
    except UnreadableBody:
        return
    assert all(0 < len(event.event_uid) <= 80 for event in events)
