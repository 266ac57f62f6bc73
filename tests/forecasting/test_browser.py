"""The forecast room in a real browser: today's button, and a day taken apart and changed."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastRun, IntradayForecast
from forecasting.services import ActualRow, publish_forecast, record_actuals
from tests.factories.org import make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, finish
from tests.forecasting.test_snapshots import DAY, frozen, scored
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


@pytest.fixture
def draft():
    """A queue with a week of judged forecasts, and a draft of the week ahead."""
    with system_tenant():
        queue = make_queue(name="Cards", interval_minutes=30)
        add_history(queue)
    frozen(queue, origin_at=ORIGIN - 7 * DAY)
    scored(since=ORIGIN - 7 * DAY, until=ORIGIN)
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=7)
    finish(run.job)
    return run, queue


def value(cell):
    """The number that a cell shows."""
    return float(cell.inner_text().replace(",", "").rstrip("\u202f%"))


def totals(page):
    """The day's contacts of the system and with changes, as the table shows them."""
    cells = page.locator("table[data-name=components] tfoot td")
    return value(cells.nth(-2)), value(cells.nth(-1))


def override(page, **fields):
    """Fill in the form of overrides and send it."""
    for name in ("starts_at", "ends_at", "value", "reason"):
        page.locator(f"#overrides [name={name}]").fill(fields[name])
    for name in ("component", "kind"):
        page.locator(f"#overrides [name={name}]").select_option(fields[name])
    page.get_by_role("button", name="Override", exact=True).click()


def test_a_planner_reads_a_day_changes_a_factor_and_takes_it_back(draft, open_page):
    run, queue = draft
    page = open_page(reverse("forecast-queue", args=[run.pk, queue.pk]), "planner")
    page.locator("#day-date").fill("2026-03-18")
    page.locator("#day").get_by_role("button", name="Show").click()
    expect(page.locator("#day-title")).to_have_text("Wed 18 Mar 2026, taken apart")
    page.locator("#day").get_by_role("link", name="10:00", exact=True).click()
    why = page.locator("#why-number")
    expect(why).to_contain_text("Wed 18 Mar 2026 10:00: level")
    expect(why).to_contain_text("of the day at 10:00 = ")
    row = page.locator("table[data-name=components] tr[aria-current=true] td")
    level, weekday, share, special, driver, today, mean = (value(row.nth(i)) for i in range(7))
    product = level * weekday * share / 100 * special * driver * today
    assert product == pytest.approx(mean, rel=0.02)
    system, final = totals(page)
    assert system == final > 500
    override(
        page, component="LEVEL", kind="SCALE", value="1.25", reason="Letters go out",
        starts_at="2026-03-18T00:00", ends_at="2026-03-19T00:00",
    )  # fmt: skip
    expect(page.get_by_text("The forecast is changed.")).to_be_visible()
    expect(page.locator("#day-title")).to_have_text("Wed 18 Mar 2026, taken apart")
    expect(why).to_contain_text("Changed by hand to")
    assert totals(page) == (system, pytest.approx(1.25 * system, rel=0.002))
    logged = page.locator("table[data-name=overrides] tbody tr")
    expect(logged).to_have_count(1)
    expect(logged).to_contain_text("Letters go out")
    expect(logged).to_contain_text("not judged yet")
    logged.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The override is undone.")).to_be_visible()
    expect(logged).to_contain_text("undone by")
    assert totals(page) == (system, system)
    with system_tenant():
        rows = ForecastInterval.objects.filter(run=run).values_list("mean", "final_mean")
        assert all(mean == pytest.approx(final) for mean, final in rows)


def test_a_planner_reads_accuracy_by_horizon_beside_chance(draft, open_page):
    run, queue = draft
    page = open_page(reverse("forecast-queue", args=[run.pk, queue.pk]), "planner")
    table = page.locator("table[data-name=accuracy-by-horizon]")
    heads = [
        text.split("\n")[0].strip() for text in table.locator("th[scope=col]").all_inner_texts()
    ]
    rows = table.locator("tbody tr")
    names = rows.locator("th").all_inner_texts()
    assert names == ["next day", "days 2–7", "all horizons"]
    for index in range(len(names)):
        cells = dict(zip(heads[1:], rows.nth(index).locator("td").all(), strict=True))
        assert 0 < value(cells["Noise floor"]) < 40
        assert value(cells["WAPE"]) == pytest.approx(value(cells["Noise floor"]), rel=0.4)
        assert 0 <= value(cells["Over-dispersion"]) < 0.1
    table.locator("[data-metric=noise_floor]").click()
    expect(page.get_by_text("what Poisson arrivals around a perfect forecast")).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(fits)
    page.locator("#realized-title").scroll_into_view_if_needed()
    expect(table.get_by_text("next day")).to_be_visible()
