"""Excusing a whole team in a real browser: by keyboard, narrow, dark, in Chinese."""

import pytest
from playwright.sync_api import expect

from adherence.models import AdherenceException, GroupException
from tests.adherence.browser.floor import make_floor
from tests.adherence.browser.test_pages import page_of, shot
from tests.adherence.live.processes import running_pages
from wfm.org.models import Team
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = (("wide", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 360, "light"))


@pytest.fixture
def floor(transactional_db, redis_client):
    return make_floor()


@pytest.fixture
def pages(floor, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


def test_a_team_is_excused_and_the_lot_withdrawn_by_keyboard(floor, pages):
    with system_tenant():
        team = Team.objects.get(name="Bank voice A")
    with page_of(pages, floor.lead) as page:
        page.goto(f"/adherence/?team={team.pk}")
        page.get_by_role("link", name="Excuse a whole team").press("Enter")
        expect(page.get_by_label("For whom")).to_have_value(f"team-{team.pk}")
        page.get_by_label("Reason").fill("Fire drill")
        page.get_by_label("Reason").press("Enter")
        answer = page.get_by_role("status").filter(has_text="at work")
        expect(answer).to_contain_text("20 people; 20 at work")
        for name, width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            shot(page, f"excuse-{name}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_text("Choose one by one").press("Enter")
        page.get_by_role("checkbox", name="Amara Okafor").press("Space")
        page.get_by_role("button", name="Excuse 20 people").press("Enter")
        expect(page.get_by_text("19 people are excused")).to_be_visible()
        shot(page, "excused-narrow")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        with system_tenant():
            assert AdherenceException.objects.filter(group__isnull=False).count() == 19
        page.get_by_role("button", name="Withdraw for all").press("Enter")
        expect(page.get_by_text("Withdrawn for 19 people")).to_be_visible()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto("/adherence/explained/")
        shot(page, "excused-list")
        with system_tenant():
            rows = GroupException.objects.get().rows
            assert set(rows.values_list("status", flat=True)) == {"DECLINED"}
            floor.lead.language = "zh-hans"
            floor.lead.save(update_fields=["language"])
    with page_of(pages, floor.lead, width=360, language="zh-CN") as page:
        page.goto(f"/adherence/exceptions/group/?team={team.pk}")
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        shot(page, "excuse-zh")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
