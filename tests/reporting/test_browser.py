"""The pages of reporting and the API's documentation in a real browser."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.factories.org import make_client, make_deferred_queue, make_queue, make_user
from tests.factories.reporting import make_clause, make_result
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, client):
    """Open an address as a person; every test ends with no fault on the console."""
    faults, contexts = [], []

    def open_as(user, path, **context):
        if user is not None:
            client.force_login(user)
        found = chromium.new_context(base_url=live_server.url, **context)
        contexts.append(found)
        if user is not None:
            cookie = client.cookies["sessionid"].value
            found.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = found.new_page()
        page.on(
            "console", lambda entry: faults.append(entry.text) if entry.type == "error" else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: _only_ours(request.url, live_server.url, faults))
        page.goto(path, wait_until="networkidle")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert faults == []


def _only_ours(url, own, faults):
    if not url.startswith((own, "data:", "blob:")):
        faults.append(f"asked another host: {url}")


def shot(page, name):
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


@pytest.fixture
def report():
    """A month of two voice queues and claims of one client, and another client."""
    with system_tenant():
        bank = make_client(name="Northern Bank", timezone="America/New_York")
        calls = make_queue(client=bank, name="Bank calls")
        night = make_queue(client=bank, name="Night line")
        claims = make_deferred_queue(client=bank, name="Claims")
        for queue in (calls, night):
            clause = make_clause(queue, period="MONTH", target=0.8)
            for day in range(31):
                make_result(
                    queue,
                    clause=clause,
                    starts_on=date(2026, 3, 1) + timedelta(days=day),
                    numerator=700 + 13 * ((day * 7 + queue.pk) % 17),
                    denominator=1000 + 3 * day,
                    is_simulated=queue == calls,
                )
            make_result(
                queue,
                clause=clause,
                period="MONTH",
                starts_on=date(2026, 3, 1),
                days=31,
                numerator=25_100 if queue == calls else 26_900,
                denominator=32_395,
                is_met=queue != calls,
            )
        make_result(
            claims,
            metric_key="service_level.deferred",
            numerator=190,
            denominator=200,
            threshold_seconds=None,
            target=0.95,
        )
        make_result(make_queue(client=make_client(name="Insurer"), name="Insurer line"))
        return bank, calls


def test_client_reads_its_report_and_every_number_has_its_definition(open_page, report):
    bank, _calls = report
    with system_tenant():
        person = make_user("client", client=bank)
    page = open_page(person, f"/reports/?{MARCH}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("SLA report")
    expect(page.get_by_text("Insurer")).to_have_count(0)
    expect(page.locator("[data-chart] canvas, [data-chart] svg").first).to_be_visible()
    page.get_by_role("button", name="Definition of Service level", exact=True).first.click()
    expect(
        page.get_by_text("answered_within_threshold / (answered + abandoned)").first
    ).to_be_visible()
    shot(page, "sla-report")


def test_report_reads_well_on_a_narrow_dark_screen(open_page, report):
    with system_tenant():
        person = make_user("planner")
    page = open_page(
        person, f"/reports/?{MARCH}", viewport={"width": 360, "height": 740}, color_scheme="dark"
    )
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"the page is {width} px wide"
    shot(page, "sla-report-narrow-dark")


def test_planner_follows_a_queue_and_a_length_of_period(open_page, report):
    with system_tenant():
        person = make_user("planner")
    page = open_page(person, f"/reports/?{MARCH}")
    page.get_by_role("link", name="Bank calls").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bank calls")
    page.get_by_role("link", name="Months", exact=True).click()
    expect(page).to_have_url(re.compile("by=month"))
    expect(page.get_by_text("missed").first).to_be_visible()


def test_dictionary_finds_while_one_types(open_page):
    with system_tenant():
        person = make_user("planner")
    page = open_page(person, "/metrics/")
    page.get_by_role("searchbox", name="Search definitions").type("patience")
    expect(page.locator("article.metric")).to_have_count(1)
    expect(page.get_by_role("heading", name="Patience", exact=True)).to_be_visible()
    shot(page, "metric-dictionary")


def test_admin_makes_a_key_and_copies_it(open_page, report):
    with system_tenant():
        person = make_user("admin")
    page = open_page(
        person, "/settings/api-keys/new/", permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_label("Name").fill("Report server")
    page.get_by_label("Client").select_option(label="Northern Bank")
    page.get_by_role("button", name="Make the key").click()
    text = page.locator("#api-key-text").inner_text()
    assert re.fullmatch(r"wfm_[a-z0-9]{8}_[\w-]{43}", text.strip())
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text.strip()
    shot(page, "api-key-made")
    answer = page.request.get(
        "/api/v1/sla/report/?" + MARCH, headers={"Authorization": f"Bearer {text.strip()}"}
    )
    assert {line["client"]["name"] for line in answer.json()["lines"]} == {"Northern Bank"}


def test_documentation_of_the_api_opens_without_the_network(open_page):
    page = open_page(None, "/api/docs/")
    expect(page.get_by_role("heading", name="Workforce management API")).to_be_visible()
    expect(page.get_by_role("link", name="scheduling", exact=True)).to_be_visible()
    page.get_by_placeholder("Filter by tag").fill("sla")
    expect(page.get_by_role("link", name="scheduling", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Expand operation").click()
    page.get_by_text("/api/v1/sla/results/", exact=True).first.click()
    expect(page.get_by_text("List SLA results per queue and period").first).to_be_visible()
    shot(page, "api-docs")
