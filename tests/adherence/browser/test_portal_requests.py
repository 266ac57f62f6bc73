"""Weeks, swaps and requests on a phone, in a real browser."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from scheduling.models import OpenShift, Shift, ShiftSwap, TimeOff, TimeOffEntitlement, TimeOffKind
from tests.adherence.browser.floor import TORONTO, make_floor
from tests.adherence.browser.test_pages import page_of, shot
from tests.adherence.live.processes import running_pages
from tests.factories.org import make_activity_code
from wfm.org.models import Site, StateGroup
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def floor(transactional_db, redis_client):
    found = make_floor()
    with system_tenant():
        own = Shift.objects.filter(agent=found.agents[0], starts_at__gt=now()).order_by("starts_at")
        found.shift = own.first()
        other = Shift.objects.filter(agent=found.agents[2], starts_at__gt=now()).first()
        ShiftSwap.objects.create(
            offered_by=found.agents[2],
            shift=other,
            shift_revision=other.revision,
            to_agent=found.agents[0],
            operational_date=other.operational_date,
            starts_at=other.starts_at,
            ends_at=other.ends_at,
            message="My sister marries that day",
            requested_at=now(),
        )
        for days, fields in ((5, {}), (6, {"rank_rule": "FAIRNESS"})):
            starts_at = now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
            OpenShift.objects.create(
                version=other.version,
                kind="OPEN",
                operational_date=starts_at.date(),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=8),
                closes_at=starts_at - timedelta(days=2),
                price_per_hour="4.50",
                created_at=now(),
                **fields,
            )
        vacation = make_activity_code(
            key="vacation", name="Vacation", letter="V", state_group=StateGroup.OFFLINE
        )
        kind = TimeOffKind.objects.create(activity_code=vacation)
        year = now().year
        TimeOffEntitlement.objects.create(
            kind=kind,
            agent=found.agents[0],
            starts_on=f"{year}-01-01",
            ends_on=f"{year + 1}-01-01",
            granted=25,
        )
    return found


@pytest.fixture
def pages(floor, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh-hans", "dark")])
def test_the_pages_fit_a_phone_and_break_no_rule_of_accessibility(floor, pages, language, scheme):
    with system_tenant():
        floor.agent_user.language = language
        floor.agent_user.save(update_fields=["language"])
    with page_of(pages, floor.agent_user, scheme=scheme, **PHONE) as page:
        for path in (
            "shifts",
            f"shifts/{floor.shift.pk}",
            "days",
            f"days/{floor.start.astimezone(TORONTO).date()}",
            "requests",
            "requests/time-off",
            "requests/availability",
            "requests/wish",
        ):
            page.goto(f"/portal/{path}/")
            shot(page, f"portal-{path.replace('/', '-')}-{language}-{scheme}")
            fits(page)
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


def test_a_shift_is_offered_and_taken_back_with_the_thumb(floor, pages):
    with page_of(pages, floor.agent_user, **PHONE) as page:
        page.goto("/portal/")
        page.get_by_role("link", name="Shifts").click()
        page.locator(f'a[href$="/portal/shifts/{floor.shift.pk}/"]').click()
        page.get_by_role("button", name="Offer", exact=True).click()
        expect(page.get_by_text("You offer it to everybody at your site.")).to_be_visible()
        page.get_by_role("button", name="Take back").click()
        expect(page.get_by_text("Taken back.")).to_be_visible()


def test_the_exchange_of_a_shift_says_where_the_rules_allow_none(floor, pages):
    colleague = floor.agents[2]
    with system_tenant():
        Shift.objects.update(site=Site.objects.get())
    with page_of(pages, floor.agent_user, **PHONE) as page:
        page.goto(f"/portal/shifts/{floor.shift.pk}/")
        page.get_by_label("With").select_option(label=str(colleague))
        page.get_by_role("button", name="Show the shifts").click()
        shot(page, "portal-exchange")
        fits(page)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        expect(page.get_by_text(f"{colleague} has no shift within two weeks")).to_be_visible()


def test_time_off_is_judged_while_it_is_typed(floor, pages):
    first = (now() + timedelta(days=30)).date().isoformat()
    with page_of(pages, floor.agent_user, **PHONE) as page:
        page.goto("/portal/requests/")
        page.get_by_role("link", name="Ask for time off").click()
        page.get_by_label("First day").fill(first)
        page.get_by_label("First day").blur()
        expect(page.locator("#outcome")).to_contain_text(re.compile("Granted|Sent|waitlist"))
        with system_tenant():
            assert not TimeOff.objects.exists()
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page).to_have_url(re.compile("/portal/requests/$"))
        with system_tenant():
            assert TimeOff.objects.get().agent == floor.agents[0]


def test_hours_of_a_weekday_appear_only_where_they_are_asked_for(floor, pages):
    with page_of(pages, floor.agent_user, **PHONE) as page:
        page.goto("/portal/requests/availability/")
        tuesday = page.locator("fieldset", has_text="Tuesday")
        expect(tuesday.locator("input").first).to_be_hidden()
        tuesday.get_by_role("combobox").select_option("hours")
        expect(tuesday.locator("input").first).to_be_visible()
