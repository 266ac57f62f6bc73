"""A real Chromium on a live server, with what it complains about."""

from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import sync_playwright

from tests.factories import org
from wfm.org.tenancy import system_tenant

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "a long passphrase"
ARTEFACTS = Path(__file__).resolve().parents[2] / "test-artifacts" / "web"


# By module: a browser that lived on would keep other rooms in the same worker from starting theirs.
@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """One person's browser window: pages, and every complaint of the console."""

    def __init__(self, page, base_url):
        self.page = page
        self.base_url = base_url
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)

    def _listen(self, message):
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def go(self, path):
        """Open the page and wait until nothing is asked for any more."""
        self.page.goto(self.base_url + path, wait_until="networkidle")
        return self.page

    def log_in(self, user):
        """Log in through the form."""
        self.go("/login/")
        self.page.fill("[name=username]", user.email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("button[type=submit].button--primary")
        self.page.wait_for_url(lambda url: "/login/" not in url)
        return self

    def keep(self, name):
        """Keep a picture as a test artefact."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    @property
    def overflow_pixels(self):
        """How far the page is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


@pytest.fixture
def visit(chromium, live_server):
    """Return a function that opens a window: `visit(theme="dark", width=360, locale="zh-CN")`."""
    cache.clear()
    contexts = []

    def open_window(*, theme="light", width=1440, height=900, locale="en-GB", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=locale,
            **options,
        )
        contexts.append(context)
        return Visit(context.new_page(), live_server.url)

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def people(transactional_db):
    """Return an administrator and a planner among some rows."""
    with system_tenant():
        queue = org.make_queue(name="Bank voice", timezone="America/Toronto")
        org.make_goal(queue)
        team = org.make_team(name="Maple 1")
        org.make_agent(name="Ana Bell", team=team, skills=[queue.skill])
        return {
            "admin": org.make_user("admin", email="admin@example.com", password=PASSWORD),
            "planner": org.make_user("planner", email="planner@example.com", password=PASSWORD),
        }
