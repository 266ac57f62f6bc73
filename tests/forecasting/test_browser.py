"""The forecast room in a real browser: the button of the day does its work."""

from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import expect, sync_playwright

from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastRun, IntradayForecast
from forecasting.services import ActualRow, publish_forecast, record_actuals
from tests.factories.org import make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.jobs.models import Job
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOON = ORIGIN + timedelta(hours=12)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def line():
    """A queue with a published forecast and twice as many contacts as expected until noon."""
    with system_tenant():
        queue = make_queue(name="Line", interval_minutes=30)
        add_history(queue)
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=7)
    finish(run.job)
    with system_tenant():
        run = ForecastRun.objects.select_related("job").get(pk=run.pk)
        publish_forecast(run=run, published_at=ORIGIN, published_by=None)
        rows = ForecastInterval.objects.filter(run=run, starts_at__lt=NOON)
        record_actuals(
            rows=[ActualRow(queue.pk, row.starts_at, round(2 * row.mean)) for row in rows]
        )
    return queue


@pytest.fixture
def open_page(live_server, client):
    """Open an address at noon as someone of a role; no fault may stand on the console."""
    faults = []

    def open_it(path, role):
        with system_tenant():
            client.force_login(make_user(role))
        context = browser.new_context(base_url=live_server.url)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda entry: faults.append(entry.text) if entry.type == "error" else None
        )
        page.goto(path, wait_until="networkidle")
        return page

    with (
        time_machine.travel(NOON, tick=True),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield open_it
        browser.close()
    assert faults == []


def test_the_button_updates_the_rest_of_today(line, open_page):
    page = open_page(f"/forecast/today/?queue={line.pk}", "planner")
    expect(page.get_by_text("nothing of today is known yet")).to_be_visible()
    button = page.get_by_role("button", name="Update all queues now")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_text("The rest of today is being forecast")).to_be_visible()
    with system_tenant():
        job = Job.objects.get(kind="forecasting.refresh_today")
    assert finish(job).result == {"queues": 1, "intervals": 24}
    page.goto(f"/forecast/today/?queue={line.pk}", wait_until="networkidle")
    expect(page.get_by_text("from what came until")).to_be_visible()
    with system_tenant():
        rest = sum(IntradayForecast.objects.values_list("mean", flat=True))
        morning = sum(
            ForecastInterval.objects.filter(
                starts_at__gte=NOON, starts_at__lt=ORIGIN + timedelta(days=1)
            ).values_list("mean", flat=True)
        )
    assert rest > 1.1 * morning


def test_who_may_not_run_forecasts_has_no_button(line, open_page):
    page = open_page(f"/forecast/today/?queue={line.pk}", "finance")
    expect(page.get_by_text("Forecast of the morning").first).to_be_visible()
    assert page.get_by_role("button", name="Update all queues now").count() == 0
