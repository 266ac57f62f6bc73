"""People by skill in a real browser: light, dark, Chinese and on a telephone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from staffing.services.skill_groups import set_skill_groups
from tests.staffing.skills import staffed, two_groups
from tests.staffing.test_browser import ARTIFACTS, chromium, open_page  # noqa: F401 - fixtures
from tests.staffing.test_skill_groups import desk, queues  # noqa: F401 - fixtures
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "zh": {"locale": "zh-CN"},
    "360": {"viewport": {"width": 360, "height": 740}},
}


def test_the_page_is_right_in_every_look(open_page, desk, queues, monkeypatch):  # noqa: F811
    with system_tenant():
        set_skill_groups(pool=desk, groups=two_groups(queues, most=2))
    staffed(monkeypatch, queues)
    ARTIFACTS.mkdir(exist_ok=True)
    for name, look in LOOKS.items():
        page = open_page(f"/staffing/skills/{desk.pk}/", **look)
        expect(page.locator("#skills-chart").first).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        page.screenshot(path=ARTIFACTS / f"skills-{name}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in found] == []


def test_a_group_is_typed_with_the_keyboard(open_page, desk):  # noqa: F811
    page = open_page(f"/staffing/skills/{desk.pk}/")
    row = page.locator("table tbody tr").first
    row.get_by_label("Group").fill("All")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Desk has 1 group now", exact=False)).to_be_visible()
