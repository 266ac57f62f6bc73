"""The planner's grid in a real browser: by drag, by click, by keyboard, on a phone, in the dark."""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from scheduling.models import ScheduleStatus, ScheduleVersion, Shift
from tests.factories import scheduling as make
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, client):
    faults, contexts = [], []

    def open_as(user, path, **context):
        client.force_login(user)
        found = chromium.new_context(base_url=live_server.url, **context)
        contexts.append(found)
        cookie = client.cookies["sessionid"].value
        found.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = found.new_page()
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert faults == []


def shot(page, name):
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"schedule-{name}.png", full_page=True)


def open_grid(open_page, week, **context):
    page = open_page(week.planner, f"/schedule/{week.version.pk}/?day=2026-03-02", **context)
    page.locator("[data-schedule-grid][data-ready]").wait_for()
    return page


def stored(shift):
    with system_tenant():
        return Shift.objects.get(pk=shift.pk)


def test_keys_move_resize_undo_and_delete_a_shift(open_page, week):
    page = open_grid(open_page, week, viewport={"width": 1280, "height": 900})
    shot(page, "grid-day")
    shift = week.shifts["Ada Day", 0]
    block = page.locator(f"[data-body] [data-shift='{shift.pk}']")
    block.click()
    page.keyboard.press("Alt+ArrowRight")
    expect(block).to_have_attribute("aria-label", "Ada Day, Mon 2 Mar 07:15–15:45, office")
    assert stored(shift).starts_at == make.at(0, 7, 15)
    page.keyboard.press("Shift+ArrowRight")
    expect(block).to_have_attribute("aria-label", "Ada Day, Mon 2 Mar 07:15–16:00, office. "
        "A shift of 8.8 h is none of the contract's.")  # fmt: skip
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(block).to_have_attribute("aria-label", "Ada Day, Mon 2 Mar 07:00–15:30, office")
    assert stored(shift).starts_at == make.at(0, 7)
    page.keyboard.press("Delete")
    expect(block).to_have_count(0)
    with system_tenant():
        assert not Shift.objects.filter(pk=shift.pk).exists()
    page.locator("[data-undo]").click()
    expect(page.locator("[data-body] [aria-label^='Ada Day']")).to_have_count(1)


def test_a_drag_moves_a_shift_and_says_what_it_does_to_the_shortage(open_page, week):
    page = open_grid(open_page, week, viewport={"width": 1280, "height": 900})
    shift = week.shifts["Ben Early", 0]
    block = page.locator(f"[data-body] [data-shift='{shift.pk}']")
    box = block.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + 10, steps=4)
    expect(page.locator("[data-selected]")).to_contain_text("h short")
    page.mouse.up()
    expect(block).not_to_have_attribute("aria-label", "Ben Early, Mon 2 Mar 08:00–16:30, office")
    assert stored(shift).starts_at > make.at(0, 8)
    expect(page.locator("[data-under-change]")).to_contain_text("since you opened the page")


def test_the_strip_stays_above_the_rows_and_only_rows_in_sight_exist(open_page, week):
    page = open_grid(open_page, week, viewport={"width": 1280, "height": 420})
    frame = page.locator("[data-frame]")
    frame.evaluate("frame => { frame.scrollTop = 120; }")
    head, box = page.locator("[data-head]").bounding_box(), frame.bounding_box()
    assert abs(head["y"] - box["y"]) <= 2
    assert page.locator("[data-head] canvas").count() >= 1


def test_publish_is_the_one_primary_button_and_makes_the_grid_read_only(open_page, week):
    page = open_grid(open_page, week)
    primary = page.locator("main .button--primary")
    expect(primary).to_have_count(1)
    primary.click()
    page.locator("[data-schedule-grid][data-ready]").wait_for()
    with system_tenant():
        assert ScheduleVersion.objects.get(pk=week.version.pk).status == ScheduleStatus.PUBLISHED
    assert page.locator("[data-schedule-grid]").get_attribute("data-can-edit") == ""


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("phone", {"viewport": {"width": 360, "height": 740}}),
        ("dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}),
        ("chinese", {"viewport": {"width": 1280, "height": 900}, "locale": "zh-CN"}),
    ],
)
def test_the_page_fits_and_shows_everyone(open_page, week, name, context):
    page = open_grid(open_page, week, **context)
    shot(page, name)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= context["viewport"]["width"]
    where = "[data-list]" if name == "phone" else "[data-body]"
    expect(page.locator(where)).to_contain_text("Ada Day")


def test_week_list_solve_page_and_people_pages_open(open_page, week):
    page = open_page(week.planner, "/schedule/", viewport={"width": 1280, "height": 900})
    shot(page, "weeks")
    expect(page.locator("h1")).to_contain_text("weeks")
    page.goto("/schedule/solve/?week=2026-03-02")
    expect(page.locator(".findings, .finding").first).to_be_visible()
    shot(page, "solve")
    for path in ("/schedule/time-off/", "/schedule/availability/"):
        page.goto(path)
        expect(page.locator("form.panel")).to_be_visible()
        shot(page, path.strip("/").replace("/", "-"))
