"""The portal and the live list in a real browser, against the real processes."""

import os
import re
import signal
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect, sync_playwright

from adherence.models import ActivityEvent
from adherence.services import IncomingEvent, ingest_events
from tests.adherence.browser.floor import make_floor
from tests.adherence.live.processes import running_pages
from tests.factories.org import make_user
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARTIFACTS = Path(__file__).resolve().parents[3] / "test-artifacts" / "adherence"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
KEPT = "async () => Boolean(await (await caches.open('wfm-portal-pages')).match('/portal/'))"
UNTIL_KEPT = (
    f"async () => {{ while (!await ({KEPT})()) await new Promise((go) => setTimeout(go, 50)) }}"
)


@pytest.fixture
def floor(transactional_db, redis_client):
    return make_floor()


@pytest.fixture
def pages(floor, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


@contextmanager
def page_of(pages, user, *, width=1280, height=860, language="en", scheme="light"):
    """A browser page with the person's session; it fails on any script error."""
    client = Client()
    client.force_login(user)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme=scheme,
            base_url=pages.url,
        )
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": pages.url}]
        )
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: faults.append(line.text) if "Content Security" in line.text else None,
        )
        yield page
        assert faults == []
        browser.close()


def shot(page, name):
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


def events_of(agent, source="portal"):
    with system_tenant():
        return list(
            ActivityEvent.objects.filter(agent=agent, source=source)
            .order_by("occurred_at")
            .values_list("activity_code__key", flat=True)
        )


def test_a_tap_is_recorded_and_shown_as_confirmed(floor, pages):
    agent = floor.agents[0]
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.goto("/portal/")
        shot(page, "portal")
        page.get_by_role("button", name="Break").click()
        expect(page.locator("[data-now-state]")).to_have_text("Break")
        expect(page.locator("[data-now-since]")).to_contain_text("recorded by the server")
        expect(page.get_by_role("button", name="Break")).to_have_attribute("aria-pressed", "true")
        assert events_of(agent) == ["break"]
        page.keyboard.press("0")  # clock out
        expect(page.get_by_role("button", name="Clock in")).to_be_visible()
        assert events_of(agent) == ["break", None]
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_tap_without_network_waits_and_says_so(floor, pages):
    agent = floor.agents[0]
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.goto("/portal/")
        page.context.set_offline(True)
        page.get_by_role("button", name="Lunch").click()
        expect(page.locator("[data-waiting]")).to_contain_text("One tap is not yet sent")
        expect(page.locator("[data-waiting]")).to_contain_text("No connection")
        expect(page.locator("[data-now-since]")).to_contain_text("not yet sent")
        shot(page, "portal-offline")
        assert events_of(agent) == []
        page.context.set_offline(False)
        expect(page.locator("[data-waiting]")).to_be_hidden(timeout=15_000)
        expect(page.locator("[data-now-since]")).to_contain_text("recorded by the server")
        assert events_of(agent) == ["lunch"]


def test_the_portal_opens_without_network_and_takes_taps(floor, pages):
    agent = floor.agents[0]
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.goto("/portal/")
        page.evaluate(UNTIL_KEPT)
        page.context.set_offline(True)
        page.goto("/portal/")
        page.get_by_role("button", name="Lunch").click()
        expect(page.locator("[data-waiting]")).to_contain_text("No connection")
        shot(page, "portal-opened-offline")
        page.context.set_offline(False)
        expect(page.locator("[data-waiting]")).to_be_hidden(timeout=15_000)
        assert events_of(agent) == ["lunch"]


SETTABLE_CLOCK = """
window.aheadMs = 0;
const Real = Date;
window.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + window.aheadMs); }
  static now() { return Real.now() + window.aheadMs; }
};
"""


def test_a_clock_that_is_set_while_taps_wait_moves_none_of_them(floor, pages):
    agent = floor.agents[0]
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.add_init_script(SETTABLE_CLOCK)
        page.goto("/portal/")
        page.context.set_offline(True)
        page.evaluate("window.aheadMs = 3 * 3600 * 1000")
        began = now()
        for name in ("Lunch", "Break"):
            page.get_by_role("button", name=name).click()
        expect(page.locator("[data-waiting]")).to_contain_text("2 taps are not yet sent")
        page.wait_for_function(
            "began => performance.now() > began + 1500", arg=page.evaluate("performance.now()")
        )
        done = now() - timedelta(seconds=1)
        page.evaluate("window.aheadMs = 0")
        page.context.set_offline(False)
        expect(page.locator("[data-waiting]")).to_be_hidden(timeout=15_000)
        with system_tenant():
            events = ActivityEvent.objects.filter(agent=agent, source="portal").order_by(
                "occurred_at", "sequence"
            )
            found = [(row.activity_code.key, row.occurred_at) for row in events]
        assert [key for key, _at in found] == ["lunch", "break"]
        assert all(began - timedelta(seconds=1) < at < done for _key, at in found)


def test_a_tap_that_the_server_cannot_read_is_set_aside_and_the_others_are_sent(floor, pages):
    agent = floor.agents[0]
    spoil = """() => {
      const key = Object.keys(localStorage).find((name) => /^wfm[.]taps[.][0-9]+$/.test(name));
      const taps = JSON.parse(localStorage.getItem(key));
      taps[1].tapped_at = "2026-02-30T10:00:00";
      localStorage.setItem(key, JSON.stringify(taps));
    }"""
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.goto("/portal/")
        page.context.set_offline(True)
        for name in ("Lunch", "Break", "work"):
            page.get_by_role("button", name=name).first.click()
        expect(page.locator("[data-waiting]")).to_contain_text("3 taps are not yet sent")
        page.evaluate(spoil)
        page.context.set_offline(False)
        expect(page.locator("[data-waiting]")).to_be_hidden(timeout=15_000)
        refused = page.locator("[data-aside]")
        expect(refused).to_contain_text("Break: The server cannot read it")
        shot(page, "portal-refused")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert events_of(agent) == ["lunch", "after-work"]
        page.reload()
        expect(refused.get_by_role("button", name="Send again")).to_be_visible()
        refused.get_by_role("button", name="Put away").click()
        expect(refused).to_be_hidden()


def test_a_sending_that_hangs_is_given_up_and_tried_again(floor, pages):
    agent = floor.agents[0]
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.clock.install()
        page.goto("/portal/")
        hung = []
        page.route(
            "**/portal/taps/", lambda route: hung.append(1) if not hung else route.continue_()
        )
        page.get_by_role("button", name="Lunch").click()
        expect(page.locator("[data-waiting]")).to_contain_text("sending")
        page.clock.fast_forward(21_000)
        expect(page.locator("[data-waiting]")).to_contain_text("No connection")
        page.clock.fast_forward(31_000)
        expect(page.locator("[data-waiting]")).to_be_hidden()
        assert events_of(agent) == ["lunch"]


@pytest.mark.parametrize("path", ["", "shifts/", "requests/"])
def test_nothing_personal_stays_on_the_device_after_logging_out(floor, pages, path):
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.goto("/portal/")
        page.evaluate(UNTIL_KEPT)
        page.goto(f"/portal/{path}")
        page.get_by_role("button", name=re.compile("^Menu of")).click()
        page.get_by_role("button", name="Log out").click()
        expect(page).to_have_url(re.compile("/login/"))
        assert page.evaluate(KEPT) is False


UNTIL_GONE = (
    f"async () => {{ while (await ({KEPT})()) await new Promise((go) => setTimeout(go, 50)) }}"
)


def test_a_session_that_ended_or_another_person_leaves_nothing_of_the_first(floor, pages):
    with page_of(pages, floor.agent_user, width=360, height=740) as page:
        page.goto("/portal/")
        page.evaluate(UNTIL_KEPT)
        other = Client()
        with system_tenant():
            other.force_login(make_user("agent", agent=floor.agents[1]))
        cookie = {"name": "sessionid", "value": other.cookies["sessionid"].value}
        page.context.add_cookies([cookie | {"url": pages.url}])
        page.goto("/portal/shifts/")
        page.evaluate(UNTIL_GONE)
        page.goto("/portal/")
        page.evaluate(UNTIL_KEPT)
        page.context.clear_cookies()
        page.goto("/portal/requests/")
        expect(page).to_have_url(re.compile("/login/"))
        page.evaluate(UNTIL_GONE)


def test_taps_survive_the_page(floor, pages):
    with page_of(pages, floor.agent_user, width=360) as page:
        page.goto("/portal/")
        page.context.route("**/portal/taps/", lambda route: route.abort())
        page.get_by_role("button", name="Meeting").click()
        expect(page.locator("[data-waiting]")).to_contain_text("One tap is not yet sent")
        page.context.unroute("**/portal/taps/")
        page.goto("/portal/")
        expect(page.locator("[data-now-state]")).to_have_text("Meeting")
        expect(page.locator("[data-waiting]")).to_be_hidden(timeout=15_000)
        assert events_of(floor.agents[0]) == ["meeting"]


def test_the_portal_speaks_chinese_in_the_dark(floor, pages):
    with system_tenant():
        floor.agent_user.language = "zh-hans"
        floor.agent_user.save(update_fields=["language"])
    with page_of(pages, floor.agent_user, width=360, scheme="dark") as page:
        page.goto("/portal/")
        shot(page, "portal-zh-dark")
        assert page.evaluate("document.documentElement.lang") == "zh-Hans"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_list_changes_by_itself(floor, pages):
    """An event is sent; within two seconds the agent's row has moved to the top."""
    working = floor.agents[8]
    with page_of(pages, floor.lead) as page:
        page.goto("/adherence/")
        expect(page.locator("[data-live-status]")).to_have_text("Live", timeout=10_000)
        shot(page, "dashboard")
        row = page.locator(f'tr[data-agent="{working.pk}"]')
        expect(row).to_contain_text("in adherence")
        with system_tenant():
            ingest_events(
                events=[
                    IncomingEvent(
                        event_uid="leaves",
                        agent_key=working.employee_number,
                        occurred_at=now() - timedelta(minutes=9),
                        code="lunch",
                    )
                ],
                source="acd",
                received_at=now(),
            )
        expect(row).to_contain_text("out of adherence", timeout=2000)
        expect(row).to_contain_text("Lunch")


def test_a_lead_approves_with_a_click_and_takes_it_back(floor, pages):
    with page_of(pages, floor.lead) as page:
        page.goto("/adherence/?show=out")
        expect(page.locator("[data-live-status]")).to_have_text("Live", timeout=10_000)
        row = page.locator("[data-live-rows] tr", has_text=floor.agents[3].name).first
        agent = row.get_attribute("data-agent")
        row.get_by_role("button", name="Exception").click()
        shot(page, "approve")
        page.get_by_role("radio", name=re.compile("^until .*ends$")).check(force=True)
        page.get_by_role("button", name="System trouble").click()
        expect(page.locator(f'tr[data-agent="{agent}"]')).to_have_count(0, timeout=4000)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(f'tr[data-agent="{agent}"]')).to_have_count(1, timeout=4000)


def test_without_the_stream_the_list_polls(floor, pages):
    with page_of(pages, floor.lead) as page:
        page.context.route("**/live/agents/", lambda route: route.abort())
        page.goto("/adherence/")
        expect(page.locator("[data-live-status]")).to_have_text("Updated every 2 s", timeout=10_000)


def test_the_list_says_when_nobody_keeps_it(floor, pages):
    """The stream stays open, and yet nothing would change any more."""
    with page_of(pages, floor.lead) as page:
        page.goto("/adherence/")
        status = page.locator("[data-live-status]")
        expect(status).to_have_text("Live")
        os.kill(pages.pids["keeper"], signal.SIGKILL)
        expect(status).to_contain_text("Not kept up to date since", timeout=60_000)
        shot(page, "list-not-kept")


def test_filters_are_in_the_address(floor, pages):
    with page_of(pages, floor.lead) as page:
        page.goto("/adherence/")
        page.get_by_label("State").select_option("AWAY")
        expect(page).to_have_url(re.compile("state=AWAY"))
        rows = page.locator("[data-live-rows] tr")
        expect(rows).not_to_have_count(40)  # the address changes first, the rows a moment later
        shown = rows.count()
        page.reload()
        expect(rows).to_have_count(shown)
        assert 0 < shown < 40


@pytest.mark.parametrize(
    ("path", "name", "width", "scheme"),
    [
        ("/adherence/", "dashboard-dark", 1280, "dark"),
        ("/adherence/", "dashboard-narrow", 360, "light"),
        ("/adherence/wall/", "wall", 1600, "dark"),
        ("/adherence/days/", "days", 1280, "light"),
        ("/adherence/agents/{agent}/", "agent", 1280, "light"),
        ("/adherence/agents/{agent}/", "agent-narrow", 360, "dark"),
    ],
)
def test_pages_fit_their_screen(floor, pages, path, name, width, scheme):
    with page_of(pages, floor.lead, width=width, scheme=scheme) as page:
        page.goto(path.format(agent=floor.agents[2].pk))
        page.wait_for_timeout(500)
        shot(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_keep_the_rules_of_accessibility(floor, pages, scheme):
    """axe finds nothing on the lead's pages and on the portal."""
    agent = floor.agents[2].pk
    found = {}
    with page_of(pages, floor.lead, scheme=scheme) as page:
        for path in (
            "/adherence/",
            "/adherence/wall/",
            "/adherence/days/",
            f"/adherence/agents/{agent}/",
        ):
            page.goto(path)
            page.wait_for_timeout(300)
            found[path] = _violations(page)
    with page_of(pages, floor.agent_user, width=360, scheme=scheme) as page:
        page.goto("/portal/")
        page.wait_for_timeout(300)
        found["/portal/"] = _violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


def _violations(page):
    results = Axe().run(page).response["violations"]
    return [(item["id"], node["html"][:160]) for item in results for node in item["nodes"][:3]]
