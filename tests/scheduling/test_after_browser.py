"""Reasons, prices and the curve in a real browser: asked by click and by key, on a phone, in the dark."""

import pytest
from playwright.sync_api import expect

from scheduling import computations_after
from scheduling.jobs_after import start_reoptimise, start_rule_prices
from scheduling.models import Shift
from scheduling.services.reoptimise_options import Absence, ReoptimiseOptions
from tests.factories import scheduling as make
from tests.scheduling.after_week import planned_week
from tests.scheduling.test_browser import chromium, open_page, shot  # noqa: F401
from wfm.jobs.runner import run
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAIT = 60_000


@pytest.fixture
def made():
    return planned_week()


def open_version(open_page, made, **context):  # noqa: F811
    page = open_page(made.planner, f"/schedule/{made.version.pk}/?day=2026-03-03", **context)
    page.locator("[data-schedule-grid][data-ready]").wait_for(timeout=WAIT)
    return page


def test_a_shift_that_is_picked_says_why_and_what_a_day_off_costs(open_page, made):  # noqa: F811
    page = open_version(open_page, made, viewport={"width": 1280, "height": 1000})
    with system_tenant():
        shift = Shift.objects.get(agent=made.agents[0], operational_date="2026-03-03")

    page.locator("[data-why] summary").click()
    page.locator(f"[data-body] [data-shift='{shift.pk}']").click()

    answer = page.locator("#why-answer")
    expect(answer).to_contain_text("This shift saves", timeout=WAIT)
    answer.get_by_role("button", name="Price the wish").click()
    expect(answer).to_contain_text("Keeping this wish costs", timeout=WAIT)
    shot(page, "why-day")


def test_a_short_interval_is_explained_by_its_button_and_in_the_strip(open_page, made):  # noqa: F811
    page = open_version(open_page, made, viewport={"width": 1280, "height": 1000})
    answer = page.locator("#why-answer")

    page.locator("[data-why] summary").press("Enter")
    page.locator("#why-shortest button").first.press("Enter")
    expect(answer).to_contain_text("are missing", timeout=WAIT)
    shot(page, "why-interval")
    page.locator(".sgrid__strip-canvas").first.click(position={"x": 5, "y": 5})
    expect(answer).to_contain_text("The interval is not short", timeout=WAIT)


def drawn(made):
    with system_tenant():
        absences = tuple(
            Absence(agent_id=agent.pk, first=make.MONDAY, last=make.MONDAY.replace(day=4))
            for agent in made.agents[:2]
        )
        options = ReoptimiseOptions(absences=absences, frozen_until=make.at(0))
        curve = start_reoptimise(
            version=made.version, options=options, at=make.at(0), created_by=made.planner
        )
        prices = start_rule_prices(version=made.version, created_by=made.planner)
    run(curve.pk, computations_after.reoptimise_version)
    run(prices.pk, computations_after.price_rules)


def test_a_point_of_the_curve_becomes_a_draft_by_one_click(open_page, made):  # noqa: F811
    drawn(made)
    page = open_page(made.planner, f"/schedule/{made.version.pk}/reoptimise/")
    expect(page.locator(".curve__point").first).to_be_visible(timeout=WAIT)
    shot(page, "reoptimise")

    page.get_by_role("button", name="Make a draft").last.click()

    page.locator("[data-schedule-grid][data-ready]").wait_for(timeout=WAIT)
    with system_tenant():
        assert Shift.objects.exclude(version=made.version).exists()


@pytest.mark.parametrize("name", ["reoptimise", "rule-prices", "service"])
@pytest.mark.parametrize(
    "context",
    [
        {"viewport": {"width": 360, "height": 800}},
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        {"viewport": {"width": 1280, "height": 900}, "locale": "zh-CN"},
    ],
    ids=["phone", "dark", "zh"],
)
def test_pages_fit_the_screen(open_page, made, name, context, request):  # noqa: F811
    drawn(made)
    page = open_page(made.planner, f"/schedule/{made.version.pk}/{name}/", **context)
    page.wait_for_load_state("networkidle")
    shot(page, f"{name}-{request.node.callspec.id}")

    width = context["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
