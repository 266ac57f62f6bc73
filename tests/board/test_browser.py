"""The board's keys in a real browser: what the cells show, and days or intervals as columns."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from tests.board.floors import make_floors, work
from tests.staffing.test_browser import chromium, open_page  # noqa: F401 - fixtures
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = 60_000


def last_monday():
    """A week that is over by the browser's clock, whatever that says: nothing is predicted of it."""
    today = now().date()
    return today - timedelta(days=today.weekday() + 7)


@pytest.fixture
def floors():
    with system_tenant():
        floors = make_floors(monday=last_monday())
        for _ in range(3):
            work(floors, floors.north, floors.voice)
        work(floors, floors.south, floors.mail)
    return floors


def day_of(floors):
    return f"/staffing/board/?from={floors.monday}&to={floors.monday}&by=day"


def current(page, name):
    return page.get_by_role("navigation", name=name).locator("[aria-current=true]")


def test_keys_choose_what_the_cells_show(open_page, floors):  # noqa: F811 - a fixture
    page = open_page(day_of(floors))
    page.set_default_timeout(LONG)
    for key, label in (("s", "Service"), ("t", "Transferable"), ("d", "Difference")):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f"show={label.lower()}"), timeout=LONG)
        expect(current(page, "Cells show")).to_have_text(label, timeout=LONG)
        page.wait_for_load_state("networkidle")


def test_keys_choose_days_or_intervals_and_are_listed(open_page, floors):  # noqa: F811
    page = open_page(day_of(floors))
    page.set_default_timeout(LONG)
    expect(page.locator(".board-strip tbody tr").nth(1).locator("td")).to_have_count(
        1, timeout=LONG
    )
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile("by=interval"), timeout=LONG)
    expect(current(page, "Columns")).to_have_text("Intervals", timeout=LONG)
    expect(page.locator(".board-strip tbody tr").nth(1).locator("td")).to_have_count(
        96, timeout=LONG
    )
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    keys = page.locator("#keys")
    expect(keys.get_by_text("Columns are days")).to_be_visible(timeout=LONG)
    expect(keys.get_by_text("Cells show: Service")).to_be_visible(timeout=LONG)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden(timeout=LONG)
    page.keyboard.press("y")
    expect(page).to_have_url(re.compile("by=day"), timeout=LONG)
