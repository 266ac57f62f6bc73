"""Pages of connectors: set-up in three steps, health, meanings, secrets."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from adherence.core.connectors.registry import SOURCES
from adherence.models import ActivityEvent, Connector, EventFeed, QuarantinedEvent, StateMapping
from adherence.services.connectors import take_body
from tests.adherence.api.test_connector_events import message
from tests.factories.adherence import make_connector
from wfm.org.tenancy import system_tenant

NEW = "/adherence/connectors/new/?kind={kind}"


@pytest.fixture
def at_ten(centre):
    with time_machine.travel(centre.start + timedelta(hours=1), tick=False):
        yield centre.start + timedelta(hours=1)


@pytest.fixture
def page(centre, at_ten):
    client = Client()
    with system_tenant():
        client.force_login(centre.planner)
    return client


@pytest.fixture
def acd(centre):
    with system_tenant():
        return make_connector(
            "amazon-connect",
            mappings=[("Available", "", centre.codes["work"])],
            silence_limit_seconds=60,
        )


def body(centre, *messages):
    return json.dumps([message(centre, *each) for each in messages])


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def details(**fields):
    return {"name": "Phones", "source": "phones", "default_channel": "voice"} | fields


def test_a_lead_sees_none_of_it(centre, at_ten):
    client = Client()
    with system_tenant():
        client.force_login(centre.lead)
    for path in ("connectors/", "connectors/new/", "quarantine/", "quarantine/agents/"):
        assert client.get(f"/adherence/{path}").status_code == 403
    assert "/adherence/connectors/" not in text(client.get("/adherence/"))


def test_the_list_says_how_connectors_are(centre, page, acd):
    assert "not heard yet" not in text(page.get("/adherence/connectors/"))  # it has a limit: silent
    with system_tenant():
        take_body(
            connector=acd,
            body=body(centre, ("1", 30), ("2", 59, "Coaching")).encode(),
            received_at=centre.start + timedelta(hours=1),
        )
        EventFeed.objects.filter(source="acd").update(
            last_heard_at=centre.start + timedelta(hours=1)
        )
        make_connector("csv", source="off", is_active=False, timezone="UTC")
        make_connector("csv", source="fresh", timezone="UTC")
    shown = text(page.get("/adherence/connectors/"))
    for word in ("heard", "switched off", "not heard yet", "?source=acd", "1 event of Acd waits"):
        assert word in shown, word


def test_an_empty_list_offers_the_next_step(page):
    assert "No system is connected yet" in text(page.get("/adherence/connectors/"))


def test_the_queries_of_the_list_do_not_grow(page, acd):
    with CaptureQueriesContext(connection) as one:
        page.get("/adherence/connectors/")
    with system_tenant():
        for number in range(3):
            make_connector("csv", source=f"more-{number}", timezone="UTC")
    with CaptureQueriesContext(connection) as four:
        page.get("/adherence/connectors/")
    assert len(four) == len(one)


def test_the_first_step_offers_every_system(page):
    shown = text(page.get("/adherence/connectors/new/"))
    assert all(f"?kind={kind}" in shown for kind in SOURCES)
    assert "?kind=avaya-cms" in text(page.get("/adherence/connectors/new/?kind=nonsense"))


def test_the_second_and_third_step_show_what_is_understood_and_save_nothing(centre, page):
    url = NEW.format(kind="amazon-connect")
    assert "Insert an example" in text(page.get(url))
    sample = body(centre, ("1", 0), ("2", 5, "Lunch"), ("3", 6, "Wellness"))
    shown = text(page.post(url, details(sample=sample, act="look")))
    assert "Events understood" in shown
    assert "waits for a meaning" in shown
    assert '<option value="code:lunch" selected>' in shown
    assert '<option value="code:work" selected>' in shown
    assert shown.count("proposed</span>") == 2
    assert not Connector.objects.exists()
    assert not ActivityEvent.objects.exists()


def test_saving_makes_the_connector_with_its_meanings(centre, page):
    saved = page.post(
        NEW.format(kind="amazon-connect"),
        details(
            act="save",
            silence_limit_seconds="300",
            **{
                "state-0": "Available",
                "target-0": "code:work",
                "state-1": "Available",
                "reason-1": "CONNECTED",
                "target-1": "code:claims",
                "state-2": "Break",
                "reason-2": "CONNECTED",
                "target-2": "code:break",
                "any-2": "1",
                "state-3": "Offline",
                "target-3": "CLOCKED_OUT",
                "state-4": "Odd",
                "target-4": "",
            },
        ),
        follow=True,
    )
    assert "is set up" in text(saved)
    with system_tenant():
        connector = Connector.objects.select_related("feed").get()
        found = connector.mappings.order_by("state", "reason")
        assert list(found.values_list("state", "reason", "meaning", "activity_code__key")) == [
            ("Available", "", "ACTIVITY", "work"),
            ("Available", "CONNECTED", "ACTIVITY", "claims"),
            ("Break", "", "ACTIVITY", "break"),
            ("Offline", "", "CLOCKED_OUT", None),
        ]
    assert (connector.feed.silence_limit_seconds, connector.default_channel) == (300, "voice")


def test_a_file_may_be_uploaded_in_another_encoding(centre, page):
    rows = f"工号,时间,状态\n{centre.agent.employee_number},2026-11-18 09:30,午餐\n"
    upload = SimpleUploadedFile("states.csv", rows.encode("gb18030"))
    url = NEW.format(kind="csv")
    shown = text(page.post(url, details(timezone="Asia/Shanghai", file=upload, act="look")))
    assert "午餐" in shown
    assert '<option value="code:lunch" selected>' in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sample": "{", "act": "look"}, "It is no JSON; line 1 cannot be read."),
        ({"act": "look"}, "Paste a message or choose a file first."),
        ({"sample": "{}", "source": "", "act": "look"}, "This field is required."),
        ({"act": "save", "source": "portal"}, "is ours"),
        ({"act": "save", "source": "acd"}, "already"),
        ({"act": "save", "state-0": "Lunch", "target-0": "code:gone"}, "Choose an activity code"),
        ({"act": "save", "state-0": "Lunch", "target-0": "NONSENSE"}, "Choose an activity code"),
    ],
)
def test_what_is_wrong_is_said_beside_its_cause(page, acd, fields, sentence):
    answer = page.post(NEW.format(kind="amazon-connect"), details(**fields))
    assert sentence in text(answer)
    assert Connector.objects.count() == 1


def test_a_sample_of_half_a_megabyte_is_too_much(page):
    upload = SimpleUploadedFile("big.csv", b"x" * 500_001)
    url = NEW.format(kind="csv")
    assert "500 kB at most" in text(
        page.post(url, details(timezone="UTC", file=upload, act="look"))
    )


def test_a_table_needs_its_zone(page):
    answer = page.post(NEW.format(kind="csv"), details(act="save"))
    assert "This field is required." in text(answer)


# -- one connector --------------------------------------------------------------------------------

ONE = "/adherence/connectors/acd/"


def test_the_page_tells_where_to_send_and_what_states_mean(centre, page, acd):
    shown = text(page.get(ONE))
    assert "POST http://testserver/api/v1/adherence/connectors/acd/events/" in shown
    assert "Firehose" in shown
    assert '<option value="code:work" selected>' in shown
    assert page.get("/adherence/connectors/none/").status_code == 404


def test_a_sample_shows_only_the_states_that_mean_nothing_yet(centre, page, acd):
    shown = text(page.post(ONE, {"sample": body(centre, ("1", 0), ("2", 5, "Lunch"))}))
    assert 'name="state-0" value="Lunch"' in shown
    assert "Save these meanings" in shown
    assert "It is no JSON" in text(page.post(ONE, {"sample": "{"}))


def test_meanings_are_saved_changed_and_forgotten(centre, page, acd):
    with system_tenant():
        take_body(
            connector=acd,
            body=body(centre, ("1", 0, "Lunch")).encode(),
            received_at=centre.start + timedelta(hours=1),
        )
    fields = {"state-0": "Lunch", "reason-0": "", "target-0": "code:lunch", "state-1": "Available", "target-1": "IGNORED"}  # fmt: skip
    shown = text(page.post(f"{ONE}map/", fields, follow=True))
    assert "Saved; 1 event that waited is taken." in shown
    with system_tenant():
        assert dict(acd.mappings.values_list("state", "meaning")) == {
            "Available": "IGNORED",
            "Lunch": "ACTIVITY",
        }
        lunch = StateMapping.objects.get(state="Lunch")
    page.post(f"{ONE}map/", {"forget": [lunch.pk, "x"]})
    with system_tenant():
        assert list(acd.mappings.values_list("state", flat=True)) == ["Available"]
    shown = text(page.post(f"{ONE}map/", {"state-0": "X", "target-0": "code:no"}, follow=True))
    assert "Choose an activity code" in shown


def test_details_are_changed(page, acd):
    with system_tenant():
        table = make_connector(
            "csv", source="table", timezone="UTC", columns={"agent": "who"}, max_delay_minutes=5
        )
    shown = text(page.get("/adherence/connectors/table/edit/"))
    assert 'value="who"' in shown
    fields = {"name": "Files", "timezone": "Asia/Shanghai", "column_agent": "", "date_order": "dmy"}
    answer = page.post("/adherence/connectors/table/edit/", fields, follow=True)
    assert "Saved." in text(answer)
    table.refresh_from_db()
    assert (table.name, table.timezone, table.columns, table.date_order, table.is_active) == (
        "Files", "Asia/Shanghai", {}, "dmy", False,
    )  # fmt: skip
    answer = page.post(f"{ONE}edit/", {"name": "A", "silence_limit_seconds": "5"})
    assert "30" in text(answer)


def test_a_detail_that_only_the_service_refuses_is_said(page, acd):
    """A name of blanks passes the form's field and is refused with the connector's own words."""
    answer = page.post(f"{ONE}edit/", {"name": "x" * 80, "agent_field": "elsewhere"})
    assert "elsewhere" in text(answer)


def test_the_secret_is_shown_once(page, acd):
    first = text(page.post(f"{ONE}secret/"))
    acd.refresh_from_db()
    assert "events/?secret=" in first
    assert acd.secret_sha256
    assert "secret=" not in text(page.get(ONE))
    assert "a new one ends it" in text(page.get(ONE))
    assert page.get(f"{ONE}secret/").status_code == 405


def test_a_token_is_kept_and_never_shown(page, acd):
    with system_tenant():
        twilio = make_connector("twilio-taskrouter", source="twilio")
    url = "/adherence/connectors/twilio/"
    assert "16 to 200" in text(page.post(f"{url}token/", {"token": "short"}, follow=True))
    token = "0123456789abcdef0123456789abcdef"
    assert "Only signed" in text(page.post(f"{url}token/", {"token": token}, follow=True))
    twilio.refresh_from_db()
    assert twilio.signing_token == token
    assert token not in text(page.get(url))
    assert "no longer" in text(page.post(f"{url}token/", {"token": ""}, follow=True))
    assert page.post(f"{ONE}token/", {"token": token}).status_code == 404


def test_the_lists_link_of_the_dashboard_leads_here(centre, page, acd):
    with system_tenant():
        QuarantinedEvent.objects.create(
            source="acd", event_uid="1", reason_code="future", reason="x",
            received_at=centre.start,
        )  # fmt: skip
    shown = text(page.get("/adherence/"))
    assert 'href="/adherence/quarantine/"' in shown
    assert 'href="/adherence/connectors/"' in shown
