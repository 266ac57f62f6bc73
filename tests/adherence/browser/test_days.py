"""Days by formula and a corrected day in a real browser."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from adherence.models import AdherenceDay
from adherence.services import approve_exception, recompute_days
from scheduling.models import Shift
from tests.adherence.browser.floor import make_floor
from tests.adherence.browser.test_pages import page_of, shot
from tests.adherence.live.processes import running_pages
from tests.factories.adherence import make_event, make_shift
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXCESS = "adherence_rate.excess_only"


@pytest.fixture
def floor(transactional_db, redis_client):
    """The floor, whose first agent came an hour late three days ago and was excused."""
    floor = make_floor()
    with system_tenant():
        agent, work = floor.agents[0], floor.codes["work"]
        start = floor.start - timedelta(days=3)
        version = Shift.objects.filter(agent=agent).first().version
        make_shift(agent, (start, start + timedelta(hours=8), work), version=version)
        make_event(agent, start + timedelta(hours=1), work)
        make_event(agent, start + timedelta(hours=8))
        day = {"first_date": start.date(), "last_date": start.date()}
        recompute_days(agent_ids=[agent.pk], **day, at=now())
        approve_exception(
            agent=agent,
            starts_at=start,
            ends_at=start + timedelta(minutes=50),
            reason="Train did not run",
            approved_by=floor.lead,
            at=now(),
        )
        floor.corrected = AdherenceDay.objects.get(
            agent=agent, operational_date__lt=(floor.start - timedelta(days=2)).date()
        ).operational_date
    return floor


@pytest.fixture
def pages(floor, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


def faults_of(page):
    return [
        (found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]
    ]


def test_choosing_a_formula_keeps_the_address(floor, pages):
    with page_of(pages, floor.lead) as page:
        page.goto("/adherence/days/")
        expect(page.get_by_label("Formula")).to_have_value("adherence_rate")
        page.get_by_label("Formula").select_option(EXCESS)
        page.wait_for_url(re.compile("metric=adherence_rate.excess_only"))
        expect(page.get_by_label("Formula")).to_have_value(EXCESS)
        assert page.locator(f"[data-metric='{EXCESS}']").count() == 1
        assert faults_of(page) == []
        shot(page, "days-formula")
        page.get_by_role("link", name=floor.agents[0].name).click()
        page.wait_for_url(re.compile(r"agents/\d+/.*metric=adherence_rate.excess_only"))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark-zh", {"scheme": "dark", "language": "zh-CN"}),
        ("360", {"width": 360, "height": 780}),
    ],
)
def test_a_corrected_day_tells_both_figures(floor, pages, name, options):
    with page_of(pages, floor.lead, **options) as page:
        page.goto(f"/adherence/agents/{floor.agents[0].pk}/?from={floor.corrected}")
        expect(page.locator("body")).to_contain_text("Train did not run")
        expect(page.locator("body")).to_contain_text("Lena Lead")
        assert faults_of(page) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= options.get("width", 1280)
        shot(page, f"corrected-{name}")
