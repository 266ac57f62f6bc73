"""Pools in a real browser: the order by keyboard, and the picture of a run."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from staffing.models import PoolQueue, RequirementPoolResult
from tests.factories.org import make_deferred_queue, make_goal, make_queue
from tests.factories.staffing import make_pool
from tests.staffing.rows import add_forecast_queue, compute, make_forecast, start_without_ringing
from tests.staffing.test_browser import ARTIFACTS, chromium, open_page  # noqa: F401 - fixtures
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN = ((480, 1080),)


@pytest.fixture
def pool():
    with system_tenant():
        voice = make_queue(name="Voice", interval_minutes=30, opening=OPEN)
        mail = make_deferred_queue(name="Mail", interval_minutes=30, opening=OPEN)
        make_goal(voice)
        make_goal(mail, level=0.9, due_amount=240)
        return make_pool(voice, mail, name="Desk", is_interruptible=True, max_occupancy_rate=0.95)


@pytest.fixture
def result(pool, monkeypatch):
    with system_tenant():
        queues = [member.queue for member in pool.members.order_by("priority")]
        forecast = make_forecast([])
        forecast.parameters = {"queue_ids": [queue.pk for queue in queues]}
        forecast.save()
        for queue, volume, aht in zip(queues, (40, 6), (300.0, 480.0), strict=True):
            add_forecast_queue(
                forecast,
                queue,
                offered=lambda at, volume=volume: volume if 8 <= at.hour < 18 else 0.0,
                aht_seconds=aht,
            )
    assert compute(start_without_ringing(forecast, monkeypatch)).status == "SUCCEEDED"
    with system_tenant():
        return RequirementPoolResult.objects.get()


def test_the_order_is_changed_with_the_keyboard(open_page, pool):  # noqa: F811 - a fixture
    page = open_page(f"/staffing/pools/{pool.pk}/")
    page.get_by_label("Voice").fill("2")
    page.keyboard.press("Tab")
    page.get_by_label("Mail").fill("1")
    page.get_by_label("Mail").press("Enter")
    expect(page.get_by_text("1. Mail, 2. Voice")).to_be_visible()
    with system_tenant():
        order = PoolQueue.objects.order_by("priority").values_list("queue__name", flat=True)
        assert list(order) == ["Mail", "Voice"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_result_shows_people_together_and_apart(open_page, result, scheme):  # noqa: F811
    page = open_page(f"/staffing/pool-results/{result.pk}/", color_scheme=scheme)
    expect(page.locator("#pool-chart").first).to_be_attached()
    expect(page.get_by_text("together", exact=False).first).to_be_visible()
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"pool-{scheme}.png", full_page=True)
    assert not [item["id"] for item in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("address", ["/staffing/pools/", "/staffing/pools/new/", "result"])
def test_pages_of_pools_fit_a_telephone(open_page, result, address):  # noqa: F811
    if address == "result":
        address = f"/staffing/pool-results/{result.pk}/"
    page = open_page(address, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    name = address.strip("/").replace("/", "-")
    page.screenshot(path=ARTIFACTS / f"{name}-360.png", full_page=True)
