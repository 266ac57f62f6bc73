"""Connecting a system and curing what waits, in a real browser."""

import json
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from adherence.models import ActivityEvent, Connector, QuarantinedEvent
from adherence.services.connectors import take_body
from tests.adherence.browser.floor import make_floor
from tests.adherence.browser.test_pages import page_of, shot
from tests.adherence.live.processes import running_pages
from tests.factories.adherence import make_connector
from tests.factories.org import make_user
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def floor(transactional_db, redis_client):
    found = make_floor()
    with system_tenant():
        found.planner = make_user("planner")
    return found


@pytest.fixture
def pages(floor, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


def event(uid, username, status, minutes, *contacts):
    at = now() - timedelta(minutes=minutes)
    return {
        "EventId": uid,
        "EventType": "STATE_CHANGE",
        "EventTimestamp": at.isoformat(),
        "CurrentAgentSnapshot": {
            "AgentStatus": {"Name": status},
            "Configuration": {"Username": username},
            "Contacts": [{"State": state, "Channel": "VOICE"} for state in contacts],
        },
    }


@pytest.fixture
def waiting(floor):
    """A connector with unmapped states, an unknown agent and a time that occurred twice."""
    number = floor.agents[8].employee_number
    with system_tenant():
        acd = make_connector("amazon-connect", silence_limit_seconds=60, name="Phones Leeds")
        messages = [event(f"e{place}", number, "Wellness hour", place) for place in range(1, 9)]
        messages += [
            event("n1", "wang.fang", "Available", 3),
            event("c1", number, "Available", 2, "CONNECTED"),
        ]
        take_body(connector=acd, body=json.dumps(messages).encode(), received_at=now())
        table = make_connector(
            "csv", source="old-pbx", timezone="Europe/London", name="Old exchange"
        )
        rows = f"agent,time,state\n{number},2026-10-25 01:30,Available\n"
        october = now().replace(year=2026, month=10, day=26)
        take_body(connector=table, body=rows.encode(), received_at=october)
    return acd


def test_a_system_is_connected_in_three_steps(floor, pages):
    agent = floor.agents[8]
    sample = json.dumps(
        [
            event("1", agent.employee_number, "Available", 20),
            event("2", agent.employee_number, "Available", 15, "CONNECTED"),
            event("3", "somebody", "Wellness hour", 5),
        ]
    )
    with page_of(pages, floor.planner) as page:
        page.goto("/adherence/connectors/")
        page.get_by_role("link", name="Connect a system").first.click()
        shot(page, "connector-step-1")
        page.get_by_role("link", name="Amazon Connect").click()
        page.get_by_role("button", name="Insert an example").click()
        assert "EventTimestamp" in page.get_by_label("Paste a message").input_value()
        page.get_by_label("Name", exact=True).fill("Phones Leeds")
        page.get_by_label("Source", exact=True).fill("phones-leeds")
        page.get_by_label("Paste a message").fill(sample)
        shot(page, "connector-step-2")
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_role("heading", name="As it is understood")).to_be_visible()
        expect(page.locator('[aria-current="step"]')).to_contain_text("Say what its states mean")
        shot(page, "connector-step-3")
        means = page.get_by_label("What Wellness hour means")
        expect(means).to_have_value("")
        means.select_option("code:break")
        page.get_by_role("button", name="Save the connector").click()
        expect(page.locator("#messages")).to_contain_text("Phones Leeds is set up")
        shot(page, "connector")
        page.get_by_role("button", name="Make a secret address").click()
        address = page.get_by_label("Secret address").text_content()
        shot(page, "connector-secret")
        answer = page.request.post(
            address, data=sample, headers={"Content-Type": "application/json"}
        )
        told = answer.json()
        assert (told["accepted"], told["quarantined"]) == (2, 1)
        page.goto("/adherence/quarantine/?source=phones-leeds")
        who = page.get_by_label("Who somebody is")
        who.press_sequentially(agent.employee_number)
        expect(page.locator("datalist option")).to_have_count(1)
        who.fill(f"{agent.name} · {agent.employee_number}")
        page.get_by_role("button", name="Add and take").click()
        expect(page.locator("#messages")).to_contain_text("1 event is taken")
    with system_tenant():
        assert Connector.objects.get().mappings.count() == 3
        found = ActivityEvent.objects.filter(source="phones-leeds").order_by("occurred_at")
        assert list(found.values_list("activity_code__key", flat=True))[-1] == "break"


def test_what_waits_is_cured_beside_its_cause(floor, pages, waiting):
    with page_of(pages, floor.planner) as page:
        page.goto("/adherence/quarantine/")
        shot(page, "quarantine")
        cause = page.locator(".cause", has_text="Wellness hour")
        expect(cause).to_contain_text("8")
        cause.get_by_label("What Wellness hour means").select_option("code:meeting")
        cause.get_by_role("button", name="Map and take").click()
        expect(page.locator("#messages")).to_contain_text("8 events are taken")
        page.locator(".cause", has_text="wang.fang").get_by_text("Dismiss …").click()
        page.get_by_label("Why they are dismissed").locator("visible=true").fill(
            "No longer with us"
        )
        page.get_by_role("button", name="Dismiss 1 event").locator("visible=true").click()
        expect(page.locator("#messages")).to_contain_text("1 event is dismissed")
        page.get_by_label("Shown").select_option("dismissed")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator(".kept-event")).to_contain_text("No longer with us")
        page.get_by_text("What was sent").click()
        expect(page.locator(".raw")).to_contain_text("wang.fang")
        shot(page, "quarantine-dismissed")
        page.get_by_role("button", name="Let it wait again").click()
        expect(page.locator("#messages")).to_contain_text("1 event waits again")
    with system_tenant():
        assert QuarantinedEvent.objects.filter(resolved_at=None, event_uid="n1").exists()


def test_pages_fit_their_screen_and_keep_the_rules(floor, pages, waiting):
    """Light, dark, Chinese, 360 px; axe finds nothing."""
    paths = {
        "list": "/adherence/connectors/",
        "step-1": "/adherence/connectors/new/",
        "step-2": "/adherence/connectors/new/?kind=csv",
        "one": "/adherence/connectors/acd/",
        "edit": "/adherence/connectors/old-pbx/edit/",
        "quarantine": "/adherence/quarantine/",
    }
    found = {}
    for width, scheme, language in (
        (1280, "light", "en"), (1280, "dark", "zh-hans"), (360, "dark", "en"), (360, "light", "zh-hans"),
    ):  # fmt: skip
        with system_tenant():
            floor.planner.language = language
            floor.planner.save(update_fields=["language"])
        with page_of(pages, floor.planner, width=width, scheme=scheme) as page:
            for name, path in paths.items():
                page.goto(path)
                shot(page, f"connectors-{name}-{width}-{scheme}-{language}")
                overflow = page.evaluate("document.documentElement.scrollWidth") - width
                faults = [
                    (item["id"], node["html"][:160])
                    for item in Axe().run(page).response["violations"]
                    for node in item["nodes"][:3]
                ]
                if overflow > 0 or faults:
                    found[name, width, scheme] = (overflow, faults)
    assert found == {}
