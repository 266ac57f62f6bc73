"""One working day in a real browser: from a file of real calls to the client's SLA report.

The steps build on each other, so they are one test; each keeps a screenshot in test-artifacts/.
"""

import json
import os
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest
from django.utils.timezone import now
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from forecasting.models import ForecastRun, IntervalActual
from scheduling.models import ScheduleVersion, Shift
from staffing.models import RequirementRun
from tests.e2e import operation
from tests.e2e.stack import CHECKOUT, Stack, running_browser, running_stack
from wfm.demo.calendar import WEEK, monday_of
from wfm.demo.loading.relief import ensure_shift_now
from wfm.integration.services import create_api_key
from wfm.org.models import Client, User
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARTIFACTS = Path(os.environ.get("WFM_ARTIFACTS", CHECKOUT / "test-artifacts"))
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}
JOB_MILLISECONDS = 90_000
WATCHED_MILLISECONDS = 6_000


class Walk:
    """The browser, the pages' address, and a camera."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self.browser, self.stack = browser, stack
        self.faults: list[str] = []

    @contextmanager
    def person(self, name: str, *, viewport=DESKTOP, **context) -> Iterator[Page]:
        """Log in as one of the four and stay logged in for the block."""
        opened: BrowserContext = self.browser.new_context(viewport=viewport, **context)
        page = opened.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda line: self._listen(page, line))
        page.goto(self.stack.url)
        page.fill("input[name=username]", f"{name}@demo.example")
        page.fill("input[name=password]", operation.PASSWORD)
        page.click("main button[type=submit]")
        expect(page).not_to_have_url(re.compile("/login/"))
        yield page
        opened.close()

    def _listen(self, page: Page, line) -> None:
        if line.type == "error":
            self.faults.append(f"{page.url}: {line.text}")

    def picture(self, page: Page, name: str) -> None:
        """Keep a screenshot, and see that the page fits its window."""
        ARTIFACTS.mkdir(exist_ok=True)
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{name}: the page is {wide} pixels wider than its window"


@pytest.fixture
def walk(transactional_db, redis_client, tmp_path) -> Iterator[Walk]:
    operation.create_small_operation()
    with running_stack(tmp_path) as stack, running_browser() as browser:
        yield Walk(browser, stack)


def test_a_file_of_real_calls_becomes_shifts_adherence_and_an_sla_report(walk, tmp_path):
    calls = operation.write_bank_calls(tmp_path)
    with walk.person("planner") as page:
        upload(walk, page, calls)
        upload_again(walk, page, calls)
        forecast(walk, page)
        requirement(walk, page)
        schedule(walk, page, monday_of(operation.today()) + WEEK, picture="07-next-week")
        schedule(walk, page, monday_of(operation.today()), picture="08-this-week")
        compute_sla(walk, page, calls)
    give_the_agent_a_shift()
    clock_in_while_the_lead_watches(walk)
    fetch_the_report_over_rest(walk, calls)
    read_the_report_as_the_client(walk)
    look_at_it_dark_and_in_chinese(walk)
    assert walk.faults == []


def upload(walk: Walk, page: Page, calls: operation.Calls) -> None:
    page.goto(f"{walk.stack.url}/history/imports/new/")
    page.set_input_files("input[name=file]", calls.path)
    page.select_option("select[name=queue]", label="Bank voice")
    page.click("main form button.button--primary")
    expect(page.get_by_text("The first rows as understood")).to_be_visible()
    page.select_option("select[name=column_answered]", label="Taken")
    page.select_option("select[name=column_answered_within]", label="Answered within SL")
    if page.locator("select[name=date_order]").input_value() == "":
        page.select_option("select[name=date_order]", "ymd")
    page.fill("input[name=threshold_seconds]", "20")
    walk.picture(page, "01-import-preview")
    page.get_by_role("button", name="Check the whole file").click()
    apply = page.get_by_role(
        "button", name=re.compile(f"Import {calls.rows:,}|Import {calls.rows}")
    )
    wait_for_job(page, apply)
    walk.picture(page, "02-import-checked")
    apply.click()
    wait_for_job(page, page.get_by_text("The next forecast uses it."))
    with system_tenant():
        offered = IntervalActual.objects.filter(queue__key="bank-voice").values_list("offered")
        assert (len(offered), sum(row[0] for row in offered)) == (calls.rows, calls.offered)


def upload_again(walk: Walk, page: Page, calls: operation.Calls) -> None:
    page.goto(f"{walk.stack.url}/history/imports/new/")
    page.set_input_files("input[name=file]", calls.path)
    page.select_option("select[name=queue]", label="Bank voice")
    page.click("main form button.button--primary")
    page.select_option("select[name=column_answered]", label="Taken")
    page.select_option("select[name=column_answered_within]", label="Answered within SL")
    page.fill("input[name=threshold_seconds]", "20")
    page.get_by_role("button", name="Check the whole file").click()
    wait_for_job(page, page.get_by_text("Nothing new"))
    walk.picture(page, "03-same-file-again")


def forecast(walk: Walk, page: Page) -> None:
    page.goto(f"{walk.stack.url}/forecast/")
    page.get_by_role("button", name="Start forecast").click()
    publish = page.get_by_role("button", name="Publish")
    wait_for_job(page, publish)
    walk.picture(page, "04-forecast")
    publish.click()
    expect(page.get_by_text("it is final")).to_be_visible()
    with system_tenant():
        result = ForecastRun.objects.all().published().first().queue_results.get()
        assert result.wape < result.wape_seasonal_naive


def requirement(walk: Walk, page: Page) -> None:
    page.goto(f"{walk.stack.url}/staffing/runs/")
    page.get_by_role("button", name="Compute").click()
    publish = page.get_by_role("button", name="Publish")
    wait_for_job(page, publish)
    publish.click()
    with system_tenant():
        run = RequirementRun.objects.get()
    assert run.is_published
    page.goto(f"{walk.stack.url}/staffing/")
    walk.picture(page, "05-requirement")


def schedule(walk: Walk, page: Page, week: date, *, picture: str) -> None:
    page.goto(f"{walk.stack.url}/schedule/solve/?week={week}")
    page.select_option("select[name=time_limit_seconds]", index=0)
    page.get_by_role("button", name="Solve", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.wait_for_timeout(WATCHED_MILLISECONDS)
    walk.picture(page, f"{picture}-while-solving")
    publish = page.get_by_role("button", name="Publish")
    wait_for_job(page, publish)
    walk.picture(page, picture)
    publish.click()
    expect(publish).to_have_count(0)
    with system_tenant():
        version = ScheduleVersion.objects.get(starts_on=week)
        assert version.status == "PUBLISHED"
        assert Shift.objects.filter(version=version, is_published=True).count() > 100


def compute_sla(walk: Walk, page: Page, calls: operation.Calls) -> None:
    first = monday_of(calls.last_day) - 4 * WEEK
    page.goto(f"{walk.stack.url}/reports/?from={first}&to={calls.last_day}")
    page.get_by_role("button", name="Compute again").click()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        page.goto(f"{walk.stack.url}/reports/?from={first}&to={calls.last_day}")
        if page.get_by_role("cell", name="Bank voice").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"No SLA result came:\n{walk.stack.log('worker-default')}")


def give_the_agent_a_shift() -> None:
    """The relief agent is called in: a shift that covers now, published by the planner."""
    with system_tenant():
        planner = User.objects.get(email="planner@demo.example")
    assert ensure_shift_now(at=now(), published_by=planner)


def clock_in_while_the_lead_watches(walk: Walk) -> None:
    with walk.person("lead") as desk, walk.person("agent", viewport=PHONE, has_touch=True) as phone:
        desk.goto(f"{walk.stack.url}/adherence/?show=all")
        row = desk.locator("tr[data-agent]").filter(has_text="Rosa Lindqvist")
        expect(row.locator("[data-cell=state]")).to_contain_text("Clocked out")
        expect(desk.locator("[data-live-status]")).to_contain_text("Live")
        walk.picture(phone, "09-portal-before")
        phone.get_by_role("button", name=re.compile("Clock in")).tap()
        expect(phone.locator("[data-now-state]")).to_have_text("On the queue")
        tapped = time.monotonic()
        expect(row.locator("[data-cell=state]")).to_contain_text("On the queue", timeout=2_000)
        assert time.monotonic() - tapped < 2
        walk.picture(phone, "10-portal-clocked-in")
        phone.locator("button[data-tap=break]").tap()
        expect(row.locator("[data-cell=state]")).to_contain_text("Break", timeout=2_000)
        walk.picture(desk, "11-lead-sees-the-break")


def fetch_the_report_over_rest(walk: Walk, calls: operation.Calls) -> None:
    with system_tenant():
        made = create_api_key(
            name="Client",
            scopes=["sla.view", "metric.view"],
            client=Client.objects.get(key="northlake"),
            created_by=None,
        )
    answer = get_json(f"{walk.stack.url}/api/v1/sla/results/?period=week", key=made.text)
    rows = [row for row in answer["results"] if row["starts_on"] == str(monday_of(calls.last_day))]
    assert rows, answer
    assert all(0 < row["numerator"] <= row["denominator"] for row in rows), rows
    with pytest.raises(urllib.error.HTTPError, match="401"):
        get_json(f"{walk.stack.url}/api/v1/sla/results/", key="wfm_aaaaaaaa_" + "x" * 43)


def read_the_report_as_the_client(walk: Walk) -> None:
    with walk.person("client") as page:
        expect(page.get_by_role("heading", level=1)).to_contain_text("SLA report")
        expect(page.locator("main")).to_contain_text("Bank voice")
        expect(page.locator("main")).to_contain_text("Northlake Bank")
        expect(page.locator("main")).not_to_contain_text("Harbourline")
        walk.picture(page, "12-client-report")
        refused = page.goto(f"{walk.stack.url}/adherence/")
        assert refused is not None
        assert refused.status in {403, 404}
    walk.faults = [fault for fault in walk.faults if "/adherence/" not in fault]


def look_at_it_dark_and_in_chinese(walk: Walk) -> None:
    with system_tenant():
        User.objects.filter(email="planner@demo.example").update(language="zh-hans", theme="DARK")
    with walk.person("planner", color_scheme="dark") as page:
        for path, word in (
            ("/schedule/", "排班"),
            ("/reports/", "服务水平"),
            ("/adherence/", "遵时"),
        ):
            page.goto(f"{walk.stack.url}{path}")
            assert page.locator("html").get_attribute("lang") == "zh-Hans"
            expect(page.locator("body")).to_contain_text(word)
            walk.picture(page, f"13-dark-chinese-{path.strip('/')}")
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(int(part) for part in re.findall(r"\d+", background)[:3]) < 90


def wait_for_job(page: Page, sign) -> None:
    """Wait while a job's progress is shown; reload once it has ended, until the sign is there."""
    deadline = time.monotonic() + JOB_MILLISECONDS / 1000
    while time.monotonic() < deadline:
        if sign.count() and sign.first.is_visible():
            return
        page.wait_for_timeout(700)
        if not page.locator(".progress progress").count():
            with suppress(PlaywrightError):  # the page may be about to reload itself
                page.goto(page.url)
    raise AssertionError(
        f"{page.url} shows no {sign} after {JOB_MILLISECONDS} ms:\n{page.inner_text('main')}"
    )


def get_json(url: str, *, key: str) -> dict:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)
