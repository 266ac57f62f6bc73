"""What waited is taken once its cause is gone: at once, once, and only then."""

import json
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adherence.models import ActivityEvent, Connector, EventFeed, QuarantinedEvent, StateMapping
from adherence.parsing import parse_event
from adherence.services import ingest_events
from adherence.services.connectors import (
    ConnectorDetails,
    MappingChoice,
    UnableToConnect,
    UnableToCure,
    add_agent_key,
    choose_hour,
    create_connector,
    delete_connector,
    dismiss,
    map_states,
    reopen,
    replay,
    retry_cured,
    set_signing_token,
    take_body,
    unmap_state,
    update_connector,
)
from tests.adherence.api.test_connector_events import message
from tests.factories.adherence import make_connector
from tests.factories.org import make_activity_code
from wfm.org.models import AgentSourceKey
from wfm.org.tenancy import system_tenant

_numbers = count(1)


@pytest.fixture
def acd(centre):
    with system_tenant():
        yield make_connector("amazon-connect", mappings=[("Available", "", centre.codes["work"])])


def at(centre, minutes=60):
    return centre.start + timedelta(minutes=minutes)


def take(connector, centre, *messages, minutes=60):
    body = json.dumps(list(messages)).encode()
    return take_body(connector=connector, body=body, received_at=at(centre, minutes))


def open_rows(**wanted):
    return QuarantinedEvent.objects.filter(resolved_at=None, **wanted)


def stored(agent):
    found = ActivityEvent.objects.filter(agent=agent).order_by("occurred_at", "event_uid")
    return list(found.values_list("event_uid", "activity_code__key"))


def choice(state, code=None, *, reason="", meaning="ACTIVITY"):
    return MappingChoice(state, reason, meaning, code)


# -- mappings -------------------------------------------------------------------------------------


def test_mapping_a_state_takes_what_waited_for_it_at_once(centre, acd):
    take(acd, centre, message(centre, "1", 0, "Lunch"), message(centre, "2", 30, "Training"))
    lunch = centre.codes["lunch"]
    assert map_states(connector=acd, choices=[choice("lunch", lunch)], at=at(centre, 90)) == 1
    assert stored(centre.agent) == [("1", "lunch")]
    assert [row.event_uid for row in open_rows()] == ["2"]
    # Again, nothing more happens, and our own tries are not counted as arrivals.
    assert map_states(connector=acd, choices=[choice("Lunch", lunch)], at=at(centre, 91)) == 0
    assert open_rows().get().times_seen == 1
    assert StateMapping.objects.filter(connector=acd).count() == 2


def test_a_reason_of_its_own_goes_before_the_state(centre, acd):
    claims = centre.codes["claims"]
    map_states(
        connector=acd, choices=[choice("Available", claims, reason="CONNECTED")], at=at(centre)
    )
    take(
        acd,
        centre,
        message(centre, "1", 0, contacts=["CONNECTED"]),
        message(centre, "2", 1, contacts=["ENDED"]),
    )
    assert stored(centre.agent) == [("1", "claims"), ("2", "work")]


def test_a_state_may_clock_out_or_change_nothing(centre, acd):
    take(acd, centre, message(centre, "1", 0, "Offline"), message(centre, "2", 5, "Initial"))
    map_states(
        connector=acd,
        choices=[choice("Offline", meaning="CLOCKED_OUT"), choice("Initial", meaning="IGNORED")],
        at=at(centre),
    )
    assert stored(centre.agent) == [("1", None)]
    assert not open_rows().exists()


def test_a_logout_clocks_out_whatever_the_state_is_mapped_to(centre, acd):
    take(acd, centre, message(centre, "1", 0, "Available", EventType="LOGOUT"))
    assert stored(centre.agent) == [("1", None)]


def test_a_state_that_is_unmapped_waits_from_then_on(centre, acd):
    take(acd, centre, message(centre, "1", 0))
    unmap_state(mapping=acd.mappings.get())
    take(acd, centre, message(centre, "2", 1))
    assert stored(centre.agent) == [("1", "work")]
    assert open_rows(reason_code="unmapped_state").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (choice(" ", None), "state"),
        (choice("Lunch", None), "activity_code"),
    ],
)
def test_a_mapping_without_its_parts_is_refused(centre, acd, wrong, field):
    with pytest.raises(UnableToConnect) as caught:
        map_states(connector=acd, choices=[wrong], at=at(centre))
    assert caught.value.field_name == field


def test_a_code_with_another_meaning_is_refused(centre, acd):
    with pytest.raises(UnableToConnect):
        map_states(
            connector=acd,
            choices=[choice("Off", centre.codes["work"], meaning="CLOCKED_OUT")],
            at=at(centre),
        )


# -- keys, codes ----------------------------------------------------------------------------------


def test_adding_a_key_takes_what_waited_for_the_agent_at_once(centre, acd):
    take(acd, centre, *(message(centre, str(place), place, username="ann") for place in range(3)))
    take(acd, centre, message(centre, "x", 5, username="bob"))
    taken = add_agent_key(source="acd", key="ann", agent=centre.agent, at=at(centre))
    assert taken == 3
    assert [uid for uid, _code in stored(centre.agent)] == ["0", "1", "2"]
    assert [row.raw["agent_key"] for row in open_rows()] == ["bob"]
    assert add_agent_key(source="acd", key="ann", agent=centre.agent, at=at(centre)) == 0


def test_what_waited_for_the_agent_and_the_state_waits_for_the_state_then(centre, acd):
    take(acd, centre, message(centre, "1", 0, "Coaching", username="ann"))
    add_agent_key(source="acd", key="ann", agent=centre.agent, at=at(centre))
    assert open_rows().get().reason_code == "unmapped_state"
    map_states(connector=acd, choices=[choice("Coaching", centre.codes["break"])], at=at(centre))
    assert stored(centre.agent) == [("1", "break")]


def test_a_key_of_somebody_else_is_refused(centre, acd):
    AgentSourceKey.objects.create(agent=centre.stranger, source="acd", key="ann")
    with pytest.raises(UnableToCure, match="belongs to"):
        add_agent_key(source="acd", key="ann", agent=centre.agent, at=at(centre))
    with pytest.raises(UnableToCure, match="no key"):
        add_agent_key(source="acd", key="", agent=centre.agent, at=at(centre))


def test_causes_that_went_away_elsewhere_are_noticed(centre, acd):
    """A code made in the settings, a key made with the people, a mapping written by a program."""
    take(acd, centre, message(centre, "1", 0, username="ann"), message(centre, "2", 1, "Lunch"))
    plain = {
        "event_uid": "3",
        "agent_key": centre.agent.employee_number,
        "occurred_at": at(centre, 2).isoformat(),
        "code": "later",
    }
    ingest_events(events=[parse_event(plain)], source="crm", received_at=at(centre))
    assert retry_cured(at=at(centre)) == 0
    AgentSourceKey.objects.create(agent=centre.agent, source="acd", key="ann")
    StateMapping.objects.create(connector=acd, state="LUNCH", activity_code=centre.codes["lunch"])
    make_activity_code(key="later")
    assert retry_cured(at=at(centre)) == 3
    assert stored(centre.agent) == [("1", "work"), ("2", "lunch"), ("3", "later")]
    assert retry_cured(at=at(centre)) == 0
    assert not open_rows().exists()


def test_events_keep_the_time_at_which_they_were_received(centre, acd):
    """A month later they are not too old: they came in time."""
    take(acd, centre, message(centre, "1", 0, "Lunch"))
    later = at(centre) + timedelta(days=40)
    assert (
        map_states(connector=acd, choices=[choice("Lunch", centre.codes["lunch"])], at=later) == 1
    )


def test_what_was_taken_in_another_way_is_settled(centre, acd):
    take(acd, centre, message(centre, "1", 0, "Lunch"))
    other = {
        "event_uid": "1",
        "agent_key": centre.agent.employee_number,
        "occurred_at": at(centre, 0).isoformat(),
        "code": "break",
    }
    ingest_events(events=[parse_event(other)], source="acd", received_at=at(centre))
    QuarantinedEvent.objects.update(resolved_at=None)
    map_states(connector=acd, choices=[choice("Lunch", centre.codes["lunch"])], at=at(centre))
    assert stored(centre.agent) == [("1", "break")]
    assert not open_rows().exists()


# -- times ----------------------------------------------------------------------------------------

NIGHT = "agent,time,state\n{agent},{first},Available\n"


@pytest.fixture
def table(centre):
    with system_tenant():
        yield make_connector(
            "csv",
            source="table",
            timezone="Europe/London",
            mappings=[("Available", "", centre.codes["work"])],
        )


def night(connector, agent, *texts, received_at):
    rows = "".join(f"{agent.employee_number},{text},Available\n" for text in texts)
    body = f"agent,time,state\n{rows}".encode()
    return take_body(connector=connector, body=body, received_at=received_at)


def test_a_time_that_occurred_twice_waits_until_somebody_says_which(centre, table):
    received = centre.start.replace(month=10, day=26)
    night(table, centre.agent, "2026-10-25 01:10", "2026-10-25 01:40", received_at=received)
    rows = open_rows(reason_code="time_twice").order_by("pk")
    assert "occurred twice in Europe/London" in rows[0].reason
    first, second = sorted(rows, key=lambda row: row.raw["told"])
    assert choose_hour(events=rows.filter(pk=first.pk), is_second=False, at=received) == 1
    assert choose_hour(events=rows.filter(pk=second.pk), is_second=True, at=received) == 1
    found = ActivityEvent.objects.order_by("occurred_at").values_list("occurred_at", flat=True)
    assert [moment.strftime("%H:%M") for moment in found] == ["00:10", "01:40"]
    assert not open_rows().exists()


def test_a_time_that_never_occurred_waits_and_no_retry_invents_one(centre, table):
    received = centre.start.replace(month=3, day=30)
    night(table, centre.agent, "2026-03-29 01:30", received_at=received)
    row = open_rows().get()
    assert row.reason_code == "time_never"
    assert replay(event_ids=[row.pk], at=received) == 0
    assert choose_hour(events=open_rows(), is_second=True, at=received) == 0
    assert open_rows().get().times_seen == 1


def test_a_zone_or_order_that_is_chosen_later_reads_the_rows_again(centre, table):
    received = centre.start
    Connector.objects.update(timezone="")
    table.refresh_from_db()
    rows = ("10/11/2026 08:00", "11/11/2026 08:00")
    night(table, centre.agent, *rows, received_at=received)
    assert set(open_rows().values_list("reason_code", flat=True)) == {"date_order"}
    ids = list(open_rows().values_list("pk", flat=True))
    assert replay(event_ids=ids, at=received) == 0
    update_connector(
        connector=table,
        details=ConnectorDetails(name="Table", timezone="Asia/Shanghai", date_order="dmy"),
    )
    assert replay(event_ids=ids, at=received) == 2
    assert not open_rows().exists()
    found = ActivityEvent.objects.order_by("occurred_at").values_list("occurred_at", flat=True)
    assert [moment.isoformat() for moment in found] == [
        "2026-11-10T00:00:00+00:00", "2026-11-11T00:00:00+00:00",
    ]  # fmt: skip
    # The file sent again finds them taken.
    taken = night(table, centre.agent, *rows, received_at=received)
    assert [outcome.status for outcome in taken.outcomes] == ["duplicate", "duplicate"]


def test_rows_in_json_are_read_again_too(centre):
    """Of Avaya, whose rows come in JSON: the zone is chosen after they came."""
    with system_tenant():
        avaya = make_connector(
            "avaya-cms", source="cms", mappings=[("AVAIL", "", centre.codes["work"])]
        )
        number = centre.agent.employee_number
        row = {"LOGID": number, "STARTTIME": "2026-11-10 08:00", "WORKMODE": "AVAIL"}
        take_body(connector=avaya, body=json.dumps([row]).encode(), received_at=centre.start)
        waits = open_rows(reason_code="no_zone").get()
        Connector.objects.update(timezone="UTC", columns={"state": "gone"})
        assert replay(event_ids=[waits.pk], at=centre.start) == 0
        QuarantinedEvent.objects.update(raw={"said": "state", "fault": "no_zone", "raw": 7})
        assert replay(event_ids=[waits.pk], at=centre.start) == 0
        QuarantinedEvent.objects.update(raw=waits.raw)
        Connector.objects.update(columns={})
        assert replay(event_ids=[waits.pk], at=centre.start) == 1
        assert stored(centre.agent)[0][1] == "work"


def test_rows_read_anew_that_wait_for_something_else_wait_once(centre, table):
    Connector.objects.update(timezone="")
    table.refresh_from_db()
    body = b"agent,time,state\nnobody,2026-11-10 08:00,Available\n"
    take_body(connector=table, body=body, received_at=centre.start)
    row = open_rows(reason_code="no_zone").get()
    Connector.objects.update(timezone="UTC")
    assert replay(event_ids=[row.pk], at=centre.start) == 0
    assert [waiting.reason_code for waiting in open_rows()] == ["unknown_agent"]


def test_a_body_nobody_could_read_stays_until_it_is_dismissed(centre, acd):
    take_body(connector=acd, body=b"{", received_at=at(centre))
    row = open_rows().get()
    assert replay(event_ids=[row.pk], at=at(centre)) == 0
    assert open_rows().exists()


# -- dismiss --------------------------------------------------------------------------------------


def test_dismissed_events_stay_readable_with_who_and_why_and_come_back(centre, acd):
    take(acd, centre, message(centre, "1", 0, "Lunch"), message(centre, "2", 1, "Lunch"))
    with pytest.raises(UnableToCure):
        dismiss(events=open_rows(), reason=" ", dismissed_by=None, at=at(centre))
    count = dismiss(
        events=open_rows(),
        reason="A test of the vendor",
        dismissed_by=centre.planner,
        at=at(centre),
    )
    assert count == 2
    row = QuarantinedEvent.objects.first()
    assert (row.dismissed_by, row.dismissed_reason) == (centre.planner, "A test of the vendor")
    assert dismiss(events=open_rows(), reason="x", dismissed_by=None, at=at(centre)) == 0
    assert reopen(events=QuarantinedEvent.objects.filter(pk=row.pk)) == 1
    assert open_rows().count() == 1
    map_states(connector=acd, choices=[choice("Lunch", centre.codes["lunch"])], at=at(centre))
    assert len(stored(centre.agent)) == 1


def test_dismissed_events_that_the_source_sends_again_wait_again(centre, acd):
    take(acd, centre, message(centre, "1", 0, "Lunch"))
    dismiss(events=open_rows(), reason="noise", dismissed_by=None, at=at(centre))
    take(acd, centre, message(centre, "1", 0, "Lunch"))
    assert open_rows().get().times_seen == 2


# -- set-up ---------------------------------------------------------------------------------------


def test_a_connector_made_later_takes_nothing_that_it_cannot_understand(centre):
    """Events that were sent to the plain intake before wait as they are."""
    with system_tenant():
        plain = {"event_uid": "1", "agent_key": "x", "occurred_at": at(centre).isoformat()}
        ingest_events(events=[parse_event(plain)], source="pbx", received_at=at(centre))
        connector = create_connector(
            kind="avaya-cms",
            source="pbx",
            details=ConnectorDetails(
                name=" PBX ", timezone="Europe/London", silence_limit_seconds=300
            ),
            mappings=[choice("AVAIL", centre.codes["work"])],
            at=at(centre),
        )
        assert (connector.name, connector.feed.silence_limit_seconds) == ("PBX", 300)
        assert open_rows().count() == 1


@pytest.mark.parametrize(
    ("kind", "source", "details", "field"),
    [
        ("csv", "portal", {}, "source"),
        ("csv", "new", {}, "source"),
        ("csv", "acd", {}, "source"),
        ("csv", "fresh", {"timezone": ""}, "timezone"),
        ("csv", "fresh", {"timezone": "Mars/Olympus"}, "timezone"),
        ("csv", "fresh", {"columns": {"colour": "x"}}, "columns"),
        ("csv", "not a slug", {}, "source"),
        ("csv", "fresh", {"name": " "}, "name"),
        ("csv", "fresh", {"silence_limit_seconds": 5}, "__all__"),
        ("csv", "fresh", {"max_delay_minutes": 9999}, "__all__"),
        ("amazon-connect", "fresh", {"columns": {"agent": "x"}}, "columns"),
    ],
)
def test_what_would_be_wrong_is_refused(centre, acd, kind, source, details, field):
    with pytest.raises(UnableToConnect) as caught:
        create_connector(
            kind=kind,
            source=source,
            details=ConnectorDetails(**{"name": "New", "timezone": "UTC"} | details),
            at=at(centre),
        )
    assert caught.value.field_name == field
    assert not Connector.objects.exclude(source="acd").exists()
    assert EventFeed.objects.count() == 1


def test_only_a_source_that_signs_has_a_token(centre, acd):
    with pytest.raises(UnableToConnect, match="does not sign"):
        set_signing_token(connector=acd, token="x" * 32)
    twilio = make_connector("twilio-taskrouter", source="twilio")
    with pytest.raises(UnableToConnect, match="16 to 200"):
        set_signing_token(connector=twilio, token="short")
    set_signing_token(connector=twilio, token="x" * 32)
    set_signing_token(connector=twilio, token="")
    assert Connector.objects.get(source="twilio").signing_token == ""


def test_a_removed_connector_leaves_its_events_and_what_waits(centre, acd):
    take(acd, centre, message(centre, "1", 0), message(centre, "2", 1, "Lunch"))
    delete_connector(connector=acd)
    assert ActivityEvent.objects.filter(source="acd").count() == 1
    row = open_rows().get()
    assert replay(event_ids=[row.pk], at=at(centre)) == 0
    assert open_rows().get().times_seen == 1


# -- any order ------------------------------------------------------------------------------------


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_order_of_messages_mappings_and_keys_gives_the_same_events(centre, acd, data):
    """Steps in any order, messages twice: in the end the same is stored and nothing waits."""
    number = next(_numbers)
    messages = [
        message(centre, f"{number}-{place}", place, status, username=f"ann-{number}")
        for place, status in enumerate(["Available", "Lunch", "Available", "Break"])
    ]
    steps = [("send", item) for item in messages * 2]
    steps += [("map", "lunch"), ("map", "break"), ("key", None)]
    acd.mappings.exclude(state="Available").delete()
    for kind, what in data.draw(st.permutations(steps)):
        if kind == "send":
            take(acd, centre, what)
        elif kind == "map":
            map_states(connector=acd, choices=[choice(what, centre.codes[what])], at=at(centre))
        else:
            key = f"ann-{number}"
            add_agent_key(source="acd", key=key, agent=centre.agent, at=at(centre))
    own = [(uid, code) for uid, code in stored(centre.agent) if uid.startswith(f"{number}-")]
    assert sorted(own) == [
        (f"{number}-0", "work"),
        (f"{number}-1", "lunch"),
        (f"{number}-2", "work"),
        (f"{number}-3", "break"),
    ]
    assert not open_rows().exists()
