"""Requests and open shifts in a real browser: by keyboard, on a phone, in the dark."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from scheduling.models import OpenShift, TimeOff, TimeOffLimit
from scheduling.services.open_shifts import bid_for, publish_offer
from scheduling.services.swaps import offer_swap
from scheduling.services.time_off import ask_time_off
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import Floor
from tests.scheduling.test_browser import chromium, open_page, shot  # noqa: F401
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _a_week_before():
    """The real clock: browsers have no other."""
    return


@pytest.fixture
def room(transactional_db):
    """Requests of each kind for the week after next."""
    now = datetime.now(tz=UTC)
    monday = (now + timedelta(days=14 - now.weekday())).date()
    at = make.at(monday=monday)
    with system_tenant():
        floor = Floor(monday, now)
        floor.vacation.review = "LEAD"
        floor.vacation.save()
        for name in ("Ada Day", "Ben Early"):
            floor.entitle(
                name, starts_on=monday - timedelta(days=100), ends_on=monday + timedelta(days=100)
            )
        first = ask_time_off(
            agent=floor.agents["Ada Day"], kind=floor.vacation, starts_at=at,
            ends_at=at + timedelta(days=1), reason="Sea", at=now,
        )  # fmt: skip
        TimeOffLimit.objects.create(name="Summer", starts_on=now.date(), most_people=0)
        ask_time_off(
            agent=floor.agents["Ben Early"], kind=floor.vacation, starts_at=at,
            ends_at=at + timedelta(days=2), at=now,
        )  # fmt: skip
        offer_swap(agent=floor.agents["Cleo Late"], shift=floor.shifts["Cleo Late", 3], at=now)
        offer = publish_offer(
            OpenShift(
                kind="OPEN", operational_date=monday + timedelta(days=3),
                starts_at=at + timedelta(days=3, hours=8),
                ends_at=at + timedelta(days=3, hours=16, minutes=30), queue=floor.queue,
                rank_rule="RANK", closes_at=at, note="Peak",
            ),
            at=now, by=floor.planner,
        )  # fmt: skip
        bid_for(offer=offer, agent=floor.agents["Dan Night"], rank=1, at=now)
    floor.first, floor.offer = first, offer
    return floor


def test_a_lead_decides_by_keyboard_and_comes_back_to_the_same_list(open_page, room):  # noqa: F811
    page = open_page(
        room.lead, "/schedule/requests/?state=all", viewport={"width": 1280, "height": 900}
    )
    row = page.locator(".request", has_text="Ada Day")
    expect(row).to_contain_text("costs cover")
    shot(page, "requests")
    row.get_by_label("A word to the person").fill("Enjoy")
    row.get_by_role("button", name="Grant", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".request", has_text="Ada Day")).to_contain_text("declined")
    expect(page).to_have_url(re.compile("state=all"))
    with system_tenant():
        assert TimeOff.objects.get(pk=room.first.pk).status == "DECLINED"


@pytest.mark.parametrize(
    ("name", "context", "who"),
    [
        ("phone", {"viewport": {"width": 360, "height": 780}}, "lead"),
        ("dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, "planner"),
        ("chinese", {"viewport": {"width": 1280, "height": 900}, "locale": "zh-CN"}, "planner"),
    ],
)
def test_the_pages_fit_a_phone_the_dark_and_chinese(open_page, room, name, context, who):  # noqa: F811
    page = open_page(getattr(room, who), "/schedule/requests/?state=all", **context)
    for path, what in (
        ("/schedule/requests/?state=all", "requests"),
        ("/schedule/open-shifts/", "open-shifts"),
        (f"/schedule/open-shifts/{room.offer.pk}/", "open-shift"),
        ("/schedule/rules/time-off-balances/", "balances"),
    ):
        page.goto(path)
        shot(page, f"{what}-{name}")
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, path
