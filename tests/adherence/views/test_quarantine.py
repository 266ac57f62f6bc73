"""The quarantine page: what waits, why, and the cure beside it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from adherence.models import ActivityEvent, QuarantinedEvent
from adherence.parsing import parse_event
from adherence.services import ingest_events
from adherence.services.connectors import take_body
from adherence.tasks import retry_cured
from tests.adherence.views.test_connectors import body, text
from tests.factories.adherence import make_connector
from tests.factories.org import make_activity_code, make_agent
from wfm.org.tenancy import system_tenant

URL = "/adherence/quarantine/"


@pytest.fixture
def waiting(centre):
    """Of the ACD: two unmapped lunches, one coaching, an unknown agent; of a table: a doubled hour."""
    with time_machine.travel(centre.start + timedelta(hours=1), tick=False), system_tenant():
        acd = make_connector("amazon-connect", mappings=[("Available", "", centre.codes["work"])])
        take_body(
            connector=acd,
            body=body(centre, ("1", 1, "Lunch"), ("2", 2, "Lunch"), ("3", 3, "Coaching")).encode(),
            received_at=centre.start + timedelta(minutes=10),
        )
        unknown = body(centre, ("4", 4)).replace(centre.agent.employee_number, "ann")
        take_body(
            connector=acd, body=unknown.encode(), received_at=centre.start + timedelta(minutes=11)
        )
        take_body(connector=acd, body=b"{", received_at=centre.start + timedelta(minutes=12))
        plain = {"event_uid": "5", "agent_key": centre.agent.employee_number, "code": "yoga"}
        plain["occurred_at"] = centre.start.isoformat()
        ingest_events(
            events=[parse_event(plain)],
            source="crm",
            received_at=centre.start + timedelta(minutes=13),
        )
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
        yield


@pytest.fixture
def page(centre, waiting):
    client = Client()
    client.force_login(centre.planner)
    return client


def open_uids():
    with system_tenant():
        return set(
            QuarantinedEvent.objects.filter(resolved_at=None).values_list("event_uid", flat=True)
        )


def test_causes_are_counted_with_their_cures(centre, page):
    shown = text(page.get(URL))
    for word in (
        "State not mapped: <b>Lunch</b>",
        "Agent not known: <b>ann</b>",
        "Activity code not known: <b>yoga</b>",
        "Time that occurred twice",
        "Cannot be read",
        "Map and take",
        "Add and take",
        "All the first hour",
        "Mend it in the sending system",
        "7 events, the newest first",
    ):
        assert word in shown, word
    assert '<option value="code:lunch" selected>' in shown


def test_filters_are_in_the_address(centre, page):
    shown = text(page.get(f"{URL}?source=acd&reason_code=unmapped_state&state=Lunch"))
    assert "2 events, the newest first" in shown
    assert "Only those about “Lunch”" in shown
    assert "1 event, the newest first" in text(page.get(f"{URL}?agent_key=ann"))
    assert "No event fits" in text(page.get(f"{URL}?source=none&shown=nonsense"))


def test_the_raw_message_is_readable(centre, page):
    shown = text(page.get(f"{URL}?reason_code=unmapped_state&state=Coaching"))
    assert "&quot;EventType&quot;: &quot;STATE_CHANGE&quot;" in shown


def test_mapping_a_state_takes_its_events_and_comes_back_to_the_same_picture(centre, page):
    answer = page.post(
        f"{URL}map/",
        {
            "source": "acd",
            "state": "Lunch",
            "reason": "",
            "target": "code:lunch",
            "next": "source=acd",
        },
    )
    assert answer["Location"] == f"{URL}?source=acd"
    assert "2 events are taken." in text(page.get(answer["Location"]))
    assert {"1", "2"}.isdisjoint(open_uids())


def test_a_key_is_added_by_choosing_the_agent(centre, page):
    found = text(page.get(f"{URL}agents/?agent={centre.agent.employee_number}"))
    assert f"{centre.agent.name} · {centre.agent.employee_number}" in found
    answer = page.post(
        f"{URL}key/",
        {"source": "acd", "agent_key": "ann", "agent": f"{centre.agent.name} · {centre.agent.employee_number}"},
        follow=True,
    )  # fmt: skip
    assert f"ann is {centre.agent.name} from now on. 1 event is taken." in text(answer)
    assert "4" not in open_uids()


@pytest.mark.parametrize("who", ["", "nobody at all", "Twin"])
def test_an_agent_who_is_not_exactly_one_is_asked_for_again(centre, page, who):
    with system_tenant():
        make_agent(name="Twin")
        make_agent(name="Twin")
    answer = page.post(
        f"{URL}key/", {"source": "acd", "agent_key": "ann", "agent": who}, follow=True
    )
    assert "is not exactly one" in text(answer)
    assert "4" in open_uids()


def test_the_name_alone_is_enough_where_it_is_the_only_one(centre, page):
    page.post(f"{URL}key/", {"source": "acd", "agent_key": "ann", "agent": centre.agent.name})
    assert "4" not in open_uids()


def test_the_hour_is_chosen_for_one_event(centre, page):
    with system_tenant():
        row = QuarantinedEvent.objects.get(reason_code="time_twice")
    page.post(f"{URL}hour/", {"id": row.pk, "hour": "second"})
    with system_tenant():
        event = ActivityEvent.objects.get(source="table")
    assert event.occurred_at.isoformat() == "2026-10-25T01:30:00+00:00"


def test_a_code_that_is_added_elsewhere_is_taken_by_a_retry_or_by_itself(centre, page):
    retry = {"source": "crm", "reason_code": "unknown_code", "code": "yoga"}
    assert "Nothing could be taken yet" in text(page.post(f"{URL}retry/", retry, follow=True))
    with system_tenant():
        make_activity_code(key="yoga")
    assert "1 event is taken." in text(page.post(f"{URL}retry/", retry, follow=True))
    with system_tenant():
        make_activity_code(key="tai-chi")
        QuarantinedEvent.objects.filter(event_uid="5").update(
            resolved_at=None,
            event_uid="6",
            raw={"event_uid": "6", "agent_key": centre.agent.employee_number, "code": "tai-chi",
                 "occurred_at": centre.start.isoformat()},
        )  # fmt: skip
    retry_cured()
    assert "6" not in open_uids()


def test_dismissed_events_keep_who_and_why_and_can_wait_again(centre, page):
    chosen = {"source": "acd", "reason_code": "unmapped_state", "state": "Lunch"}
    assert "Say why" in text(page.post(f"{URL}dismiss/", chosen | {"why": " "}, follow=True))
    answer = page.post(f"{URL}dismiss/", chosen | {"why": "A vendor's test"}, follow=True)
    assert "2 events are dismissed" in text(answer)
    shown = text(page.get(f"{URL}?shown=dismissed&source=acd"))
    assert "A vendor&#x27;s test" in shown
    assert "Let all of these wait again" in shown
    with system_tenant():
        one = QuarantinedEvent.objects.get(event_uid="1")
    page.post(f"{URL}reopen/", {"id": one.pk})
    assert "1" in open_uids()
    page.post(f"{URL}reopen/", {"shown": "dismissed", "source": "acd"})
    assert {"1", "2"} <= open_uids()


def test_what_was_taken_later_can_still_be_seen(centre, page):
    page.post(f"{URL}map/", {"source": "acd", "state": "Lunch", "target": "code:lunch"})
    assert "2 events, the newest first" in text(page.get(f"{URL}?shown=settled"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "crm", "state": "x", "target": "code:work"}, "has no connector"),
        ({"source": "acd", "state": "x", "target": "code:none"}, "Choose an activity code"),
    ],
)
def test_a_cure_that_cannot_be_says_why(centre, page, fields, sentence):
    assert sentence in text(page.post(f"{URL}map/", fields, follow=True))


def test_pages_of_many_events_do_not_ask_more_questions(centre, page):
    with CaptureQueriesContext(connection) as few:
        page.get(f"{URL}?source=acd&reason_code=unmapped_state")
    with system_tenant():
        QuarantinedEvent.objects.bulk_create(
            QuarantinedEvent(
                source="acd",
                event_uid=f"more-{number}",
                reason_code="unmapped_state",
                reason="x",
                raw={"state": f"S{number}", "reason": ""},
                received_at=centre.start,
            )
            for number in range(60)
        )
    with CaptureQueriesContext(connection) as many:
        shown = text(page.get(f"{URL}?source=acd&reason_code=unmapped_state"))
    assert len(many) == len(few)
    assert "Next page" in shown


def test_nothing_waits(centre, page):
    with system_tenant():
        QuarantinedEvent.objects.all().delete()
    assert "Nothing waits" in text(page.get(URL))
