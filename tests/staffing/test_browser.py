"""The staffing room in a real browser."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect, sync_playwright

from tests.factories.org import make_deferred_queue, make_goal, make_queue, make_user
from tests.staffing.rows import (
    MONDAY,
    add_open_items,
    compute,
    make_forecast,
    make_shrinkage,
    start_without_ringing,
)
from wfm.jobs.models import Job
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WEEK = "from=2026-03-02&to=2026-03-08"


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, client):
    """Open an address as a planner; every test ends with no fault on the console."""
    faults, contexts = [], []
    with system_tenant():
        client.force_login(make_user("planner"))

    def open_it(path, **context):
        found = chromium.new_context(base_url=live_server.url, **context)
        contexts.append(found)
        cookie = client.cookies["sessionid"].value
        found.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = found.new_page()
        page.on(
            "console", lambda entry: faults.append(entry.text) if entry.type == "error" else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path, wait_until="networkidle")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert faults == []


def shot(page, name):
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"staffing-{name}.png", full_page=True)


def faults_for_screen_readers(page):
    found = Axe().run(page).response["violations"]
    return [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found]


@pytest.fixture
def operation(monkeypatch):
    """A voice and a mail queue with a published requirement of one week."""

    def volume(at):
        return 80.0 if 8 <= at.hour < 18 else 6.0

    with system_tenant():
        voice = make_queue(name="Voice", patience_seconds=60)
        mail = make_deferred_queue(name="Mail", opening=((480, 1080),), weekdays=range(5))
        make_goal(voice)
        make_goal(mail, level=0.95)
        make_shrinkage(voice, (0.15, False), (0.1, True))
        add_open_items(mail, due_at=MONDAY.replace(hour=12), count=40)
        forecast = make_forecast([voice, mail], offered=volume, days=7)
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    return voice, mail, run


def test_the_calculator_answers_while_the_slider_moves(open_page):
    page = open_page(
        "/staffing/calculator/?offered=375&patience_seconds=60&shrinkage_rate=0&interval_minutes=15"
    )
    required = page.locator("[data-out=required_agents]")
    before = int(required.inner_text())
    slider = page.get_by_role("slider", name="Contacts per interval")
    slider.fill("750")
    expect(required).to_have_text("176")
    assert before < 176
    expect(page).to_have_url(re.compile("offered=750"))
    expect(page.locator("[data-rows] tr")).to_have_count(3)
    expect(page.locator("[data-out=erlangs]")).to_have_text("200.0")
    page.get_by_label("Patience, seconds").last.fill("")
    expect(page.locator("[data-out=model]")).to_have_text("Erlang C")
    expect(required).to_have_text("209")
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile("offered=751"))
    shot(page, "calculator")


def test_why_this_number_opens_beside_the_row(open_page, operation):
    voice, _mail, _run = operation
    page = open_page(f"/staffing/?{WEEK}&queue={voice.pk}&day=2026-03-03")
    page.get_by_role("link", name="Why").nth(40).click()
    dialog = page.get_by_role("dialog", name="Why this number")
    expect(dialog.get_by_text("Power of one")).to_be_visible()
    expect(dialog.get_by_text("With one agent fewer")).to_be_visible()
    shot(page, "why")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_board_shows_both_kinds_and_leads_to_a_queue(open_page, operation):
    _voice, mail, _run = operation
    page = open_page(f"/staffing/?{WEEK}")
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    shot(page, "board")
    page.get_by_role("link", name="Mail", exact=True).click()
    expect(page).to_have_url(re.compile(f"queue={mail.pk}"))
    expect(page.get_by_text("Least flat team")).to_be_visible()


def test_a_run_shows_its_result_as_soon_as_its_job_has_ended(open_page, monkeypatch):
    with system_tenant():
        queue = make_queue(name="Voice")
        make_goal(queue)
        forecast = make_forecast([queue])
    run = start_without_ringing(forecast, monkeypatch)
    page = open_page(f"/staffing/runs/{run.pk}/")
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    compute(run)
    with system_tenant():
        assert Job.objects.get(pk=run.job_id).finished_at <= now()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(f"Requirement #{run.pk} is published.")).to_be_visible()


def test_a_goal_gets_a_new_version(open_page, operation):
    voice, _mail, _run = operation
    page = open_page(f"/staffing/parameters/?queue={voice.pk}")
    page.get_by_text("New version", exact=True).click()
    page.get_by_label("Target, %").fill("90")
    page.get_by_role("button", name="Begin this version").click()
    expect(page.get_by_text("Version 2 of the goal holds from")).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("90"))).to_be_visible()
    shot(page, "parameters")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_a_phone_and_speak_to_screen_readers(open_page, operation, theme):
    voice, _mail, run = operation
    page = open_page(
        "/staffing/calculator/", viewport={"width": 360, "height": 740}, color_scheme=theme
    )
    for path in (
        "/staffing/calculator/",
        f"/staffing/?{WEEK}",
        f"/staffing/?{WEEK}&queue={voice.pk}&day=2026-03-03",
        "/staffing/runs/",
        f"/staffing/runs/{run.pk}/",
        f"/staffing/parameters/?queue={voice.pk}",
    ):
        page.goto(path, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert faults_for_screen_readers(page) == [], path
