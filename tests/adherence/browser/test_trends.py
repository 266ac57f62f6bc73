"""Trends and measured shrinkage in a real browser: charts, tables, and the way to staffing."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from staffing.models import ShrinkageProfile
from tests.adherence import week as w
from tests.adherence.browser.test_pages import page_of, shot
from tests.adherence.live.processes import running_pages
from tests.adherence.week import make_week
from tests.factories.scheduling import make_requirement
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SPAN = f"from={w.MONDAY}&to={w.LAST}"


@pytest.fixture
def week(transactional_db, redis_client):
    with system_tenant():
        found = make_week()
        make_requirement(queue=found.queue, people=10, monday=now().date())
        profile = ShrinkageProfile.objects.create(
            queue=found.queue, name="Usual", starts_on="2026-01-01"
        )
        profile.rates.create(activity_code=found.codes["sick"], rate=0.05)
        return found


@pytest.fixture
def pages(week, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


LOOKS = (
    ("light", {}),
    ("dark", {"scheme": "dark"}),
    ("phone", {"width": 360, "height": 740}),
    ("chinese", {"scheme": "dark"}),
)


def test_both_pages_look_right_everywhere(week, pages):
    for name, look in LOOKS:
        if name == "chinese":
            with system_tenant():
                week.planner.language = "zh-hans"
                week.planner.save(update_fields=["language"])
        with page_of(pages, week.planner, **look) as page:
            for address in ("trends", "trends/shrinkage"):
                page.goto(f"/adherence/{address}/?{SPAN}&step=day")
                expect(page.locator(".chart__canvas canvas").first).to_be_visible()
                assert (
                    page.evaluate("document.documentElement.scrollWidth")
                    <= page.viewport_size["width"]
                )
                shot(page, f"{address.replace('/', '-')}-{name}")


def test_each_chart_reads_as_a_table_and_nothing_is_inaccessible(week, pages):
    with page_of(pages, week.planner) as page:
        page.goto(f"/adherence/trends/?{SPAN}&by=agent")
        chart = page.locator("[data-chart=trend-waterfall]")
        chart.get_by_role("button", name="Table").click()
        expect(chart.get_by_role("row", name="Handling")).to_contain_text(str(w.HANDLING // 3600))
        page.locator('[data-metric="unrecorded_rate"]').click()
        expect(page.get_by_text("Planned paid time without any state").first).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [fault["id"] for fault in found] == []


def test_shrinkage_is_taken_over_on_purpose(week, pages):
    with page_of(pages, week.planner) as page:
        page.goto(f"/adherence/trends/shrinkage/?{SPAN}&queue={week.queue.pk}")
        row = page.get_by_role("row", name="Late")
        row.get_by_role("checkbox").first.uncheck()
        page.get_by_role("button", name="Show the effect").click()
        expect(page.get_by_text("Hours to schedule")).to_be_visible()
        expect(
            page.get_by_role("row", name="Late").get_by_role("checkbox").first
        ).not_to_be_checked()
        with system_tenant():
            assert ShrinkageProfile.objects.count() == 1
        page.get_by_role("button", name="Take over from this date").click()
        expect(page.get_by_text("the next requirement is computed with it")).to_be_visible()
        with system_tenant():
            assert ShrinkageProfile.objects.count() == 2
        found = Axe().run(page).response["violations"]
        assert [fault["id"] for fault in found] == []
