"""The day in hand in a real browser: what it looks like, keys, and a suggestion accepted."""

from datetime import datetime, timedelta

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from adherence.models import Measure
from staffing.models import RequirementInterval
from tests.board.floors import make_floors, work
from tests.factories import org
from tests.factories.intraday import make_alert, make_duty, make_playbook
from tests.factories.reporting import make_interval, make_item
from tests.staffing.test_browser import ARTIFACTS, chromium, open_page  # noqa: F401 - fixtures
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = 60_000
PAGES = {
    "day": "/intraday/",
    "alerts": "/intraday/alerts/",
    "playbooks": "/intraday/playbooks/",
    "contingency": "/intraday/contingency/",
    "duties": "/intraday/duties/",
    "briefing": "/briefing/",
    "today": "/",
}


def shot(page, name):
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"intraday-{name}.png", full_page=True)


@pytest.fixture(autouse=True)
def _noon():
    """Noon of today: the day has as much behind it as ahead, whenever the tests run."""
    noon = now().replace(hour=12, minute=5, second=0)
    with time_machine.travel(noon, tick=True):
        yield


@pytest.fixture
def floor():
    """Both floors today: the queues are asked for people all day."""
    at = now()
    monday = at.date() - timedelta(days=at.weekday())
    day = at.weekday()
    midnight = datetime(at.year, at.month, at.day, tzinfo=at.tzinfo)
    with system_tenant():
        floors = make_floors(monday=monday)
        open_all_day(floors)
        work(floors, floors.north, floors.voice, day=day, hours=(6, 14))
        for number in range(3):
            work(floors, floors.north, floors.voice, day=day, hours=(0, 24))
            work(
                floors, floors.south, floors.mail, day=day, hours=(0, 24),
                skills=[floors.mail.skill, floors.voice.skill],
            )  # fmt: skip
            make_alert(
                (floors.voice, floors.mail, None)[number], at=at - timedelta(minutes=9 * number),
                kind=("SERVICE_AT_RISK", "BACKLOG_BREACH", "FEED_SILENT")[number],
                value=(0.1, 3, 4)[number], source="" if number < 2 else "acd",
            )  # fmt: skip
        for quarter in range((at - midnight) // timedelta(minutes=15)):
            make_interval(
                floors.voice, midnight + quarter * timedelta(minutes=15),
                answered=9 + quarter % 5, within=7 + quarter % 3, abandoned=1,
            )  # fmt: skip
        for _ in range(300):
            make_item(
                floors.mail, arrived_at=(at - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M"),
                due_at=(at + timedelta(minutes=50)).strftime("%Y-%m-%dT%H:%M"),
            )  # fmt: skip
        make_duty(org.make_user("team_lead", display_name="Lena Lead"), queue=floors.voice)
        make_playbook("Call the carrier", "Write to the client", name="Line down")
    return floors


def open_all_day(floors):
    for queue in (floors.voice, floors.mail):
        queue.opening_hours.all().delete()
        for weekday in range(7):
            queue.opening_hours.create(weekday=weekday, opens_minute=0, closes_minute=1440)
    rows = RequirementInterval.objects.filter(queue__in=[floors.voice, floors.mail])
    rows.update(is_open=True)
    rows.filter(queue=floors.voice).update(
        offered=16, workload_erlangs=4.3, required_agents=6, required_fte=7
    )
    rows.filter(queue=floors.mail).update(
        offered=4, workload_erlangs=1.1, required_agents=1.5, required_fte=1.5
    )


def test_every_page_is_accessible_and_looks_right(open_page, floor):  # noqa: F811 - a fixture
    for name, path in PAGES.items():
        page = open_page(path, viewport={"width": 1440, "height": 900})
        page.set_default_timeout(LONG)
        page.wait_for_load_state("networkidle")
        shot(page, name)
        found = Axe().run(page)
        assert found.violations_count == 0, (name, found.generate_report())


def test_it_works_at_360_pixels_in_the_dark_and_in_chinese(open_page, floor):  # noqa: F811
    for name in ("day", "alerts", "briefing"):
        page = open_page(PAGES[name], viewport={"width": 360, "height": 740}, color_scheme="dark")
        page.set_default_timeout(LONG)
        page.wait_for_load_state("networkidle")
        shot(page, f"{name}-360-dark")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, (name, width)
    with system_tenant():
        User.objects.update(language="zh-hans")
    page = open_page(PAGES["day"], viewport={"width": 1280, "height": 900}, color_scheme="dark")
    page.wait_for_load_state("networkidle")
    shot(page, "day-zh-dark")


def test_keys_lead_to_a_window_and_a_suggestion_is_accepted(open_page, floor):  # noqa: F811
    page = open_page("/intraday/")
    page.set_default_timeout(LONG)
    page.keyboard.press("j")
    expect(page.locator("#todo-1")).to_be_focused(timeout=LONG)
    page.keyboard.press("?")
    expect(page.locator("#keys").get_by_text("Next window at risk")).to_be_visible(timeout=LONG)
    page.keyboard.press("Escape")
    page.locator("tr", has_text="Voice").locator("[data-risk]").first.click()
    accept = page.get_by_role("button", name="Accept").first
    expect(accept).to_be_visible(timeout=LONG)
    shot(page, "options")
    accept.click()
    expect(page.get_by_text("The day counts with it.")).to_be_visible(timeout=LONG)
    with system_tenant():
        assert Measure.objects.count() == 1
