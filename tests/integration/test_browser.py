"""Notices, news and webhooks in a real browser: live bell, no fault of script, style or access."""

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect, sync_playwright

from tests.adherence.live.processes import running_pages
from tests.factories.integration import make_link, make_news, make_webhook
from tests.factories.org import make_activity_code, make_agent, make_team, make_user
from wfm.integration.models import DeliveryStatus, WebhookDelivery
from wfm.integration.services import notify
from wfm.integration.services.news import acknowledge_news
from wfm.integration.services.webhooks import send_test
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts" / "integration"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture
def rows(transactional_db, redis_client):
    with system_tenant():
        team = make_team(name="Bank voice A")
        agents = [make_agent(name=name, team=team) for name in ("Amara Okafor", "Chen Wei")]
        people = [
            make_user("agent", agent=agent, display_name=agent.name, timezone="Europe/London")
            for agent in agents
        ]
        admin = make_user("admin", display_name="Ada Admin", timezone="Europe/London")
        policy = make_news(
            title="Headsets are cleaned at the end of each shift",
            body="Use the wipes at the door.\n\nA headset that is broken goes into the red box.",
            kind="POLICY", needs_acknowledgement=True, link_title="Hygiene at the desk",
            link_url="https://wiki.example/hygiene", at=now() - timedelta(days=3), by=admin,
        )  # fmt: skip
        make_news(
            title="The canteen opens at 07:00 from Monday", at=now() - timedelta(days=1), by=admin
        )
        acknowledge_news(entry_id=policy.pk, number=1, user=people[1], at=now())
        make_link(title="Returns, step by step", activity_code=make_activity_code(name="Returns"))
        endpoint = make_webhook(name="Chat of the floor", owner=admin, kinds=("schedule.*",))
        for _number in range(3):
            send_test(endpoint=endpoint, at=now())
        first, second, third, _last = WebhookDelivery.objects.order_by("pk")
        for row, status, error in (
            (first, DeliveryStatus.DELIVERED, ""),
            (second, DeliveryStatus.DEAD, "It answered with a redirect (302); none is followed."),
            (third, DeliveryStatus.PENDING, "It did not answer within 15 seconds."),
        ):
            row.status, row.error, row.attempts, row.last_attempt_at = status, error, 1, now()
            row.response_status = 200 if not error else None
            row.save()
        for user in (*people, admin):
            notify(user_ids=[user.pk], kind="request.decided", subject="Your day off on Friday is granted", body="Three of four places were taken.", url="/notices/", at=now() - timedelta(hours=5))  # fmt: skip
            notify(user_ids=[user.pk], kind="schedule.published", subject="Your schedule for week 48 is published", body="", at=now())  # fmt: skip
    return {"agent": people[0], "admin": admin, "policy": policy, "endpoint": endpoint}


@pytest.fixture
def pages(rows, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


@contextmanager
def page_of(pages, user, *, width=1280, height=860, language="en", scheme="light"):
    """A browser page with the person's session; it fails on any script or policy error."""
    with system_tenant():
        type(user).objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(user)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, base_url=pages.url
        )
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": pages.url}]
        )
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: faults.append(line.text) if "Content Security" in line.text else None,
        )
        yield page
        assert faults == []
        browser.close()


LOOKS = {
    "light": {},
    "dark": {"scheme": "dark"},
    "chinese": {"language": "zh-hans"},
    "narrow": {"width": 360, "height": 740},
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_whole_in_every_look(rows, pages, look):
    entry, endpoint = rows["policy"].pk, rows["endpoint"].pk
    of_admin = {
        "notices": "/notices/",
        "choices": "/notices/choices/",
        "webhooks": "/settings/webhooks/",
        "webhook": f"/settings/webhooks/{endpoint}/",
        "webhook-new": "/settings/webhooks/new/",
        "news-entries": "/settings/news/",
        "news-entry": f"/settings/news/{entry}/",
        "news-form": f"/settings/news/{entry}/edit/",
        "knowledge": "/settings/knowledge/",
        "today": "/",
    }
    of_agent = {
        "portal-news": "/news/",
        "portal-notices": "/notices/",
        "portal-choices": "/notices/choices/",
    }
    for user, paths in ((rows["admin"], of_admin), (rows["agent"], of_agent)):
        with page_of(pages, user, **LOOKS[look]) as page:
            for name, path in paths.items():
                page.goto(path)
                page.screenshot(path=ARTIFACTS / f"{name}-{look}.png", full_page=True)
                found = Axe().run(page)
                assert found.violations_count == 0, (name, look, found.generate_report())
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= page.viewport_size["width"], (name, look)


def test_the_bell_counts_live_and_an_acknowledgement_takes_one_tap(rows, pages):
    agent = rows["agent"]
    with page_of(pages, agent, width=360, height=740) as page:
        page.clock.install()
        page.goto("/news/")
        bell = page.locator("#bell")
        expect(bell).to_have_attribute("aria-label", "Notices: 2 unread")
        with system_tenant():
            notify(user_ids=[agent.pk], kind="message.sent", subject="Call me", body="", at=now())
        page.clock.run_for(31_000)
        expect(bell).to_have_attribute("aria-label", "Notices: 3 unread")
        page.get_by_role("button", name="I have read this").click()
        expect(page.locator(".news__done")).to_contain_text("You acknowledged this")


def test_a_bell_without_network_stays_silent(rows, pages):
    with page_of(pages, rows["agent"], width=360, height=740) as page:
        page.clock.install()
        page.goto("/news/")
        page.context.set_offline(True)
        failed = []
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.clock.run_for(31_000)
        expect(page.locator("#bell")).to_be_visible()
        page.wait_for_function("() => true")
        assert any("/notices/bell/" in url for url in failed)
        expect(page.locator("#toasts")).to_be_empty()
        page.context.set_offline(False)


def test_only_the_chosen_audiences_list_is_shown(rows, pages):
    with page_of(pages, rows["admin"]) as page:
        page.goto("/settings/news/new/")
        expect(page.get_by_label("Team", exact=True)).to_be_hidden()
        page.get_by_label("For", exact=True).select_option("TEAM")
        expect(page.get_by_label("Team", exact=True)).to_be_visible()
        expect(page.get_by_label("Site", exact=True)).to_be_hidden()
