"""The design system as Chromium shows it: both themes, both languages, narrow and wide."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from wfm.org.models import User
from wfm.org.tenancy import system_tenant

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.web.gallery_urls"),
]


def violations(page):
    """Return what axe finds, each with the first element that shows it."""
    found = Axe().run(page).response["violations"]
    return {item["id"]: item["nodes"][0]["html"][:200] for item in found}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_login_has_no_violations_and_no_complaints(visit, theme):
    window = visit(theme=theme)

    page = window.go("/login/")

    assert violations(page) == {}
    assert window.complaints == []
    window.keep(f"login-{theme}")


PAGES = {
    "today": "/",
    "settings": "/settings/",
    "people": "/settings/people/",
    "roles": "/settings/roles/",
    "clients": "/settings/clients/",
    "jobs": "/jobs/",
    "preferences": "/preferences/",
    "gallery": "/gallery/",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_have_no_violations_and_no_complaints(visit, people, theme):
    window = visit(theme=theme).log_in(people["admin"])
    found = {}

    for name, path in PAGES.items():
        page = window.go(path)
        window.keep(f"{name}-{theme}")
        found[name] = violations(page)

    assert found == {name: {} for name in PAGES}
    assert window.complaints == []


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_nothing_sticks_out_at_360_pixels(visit, people, locale):
    window = visit(width=360, height=740, locale=locale).log_in(people["admin"])
    found = {}

    for name, path in PAGES.items():
        window.go(path)
        window.keep(f"{name}-360-{locale}")
        found[name] = window.overflow_pixels

    assert found == dict.fromkeys(PAGES, 0)


def test_the_palette_goes_to_a_queue_by_keyboard_alone(visit, people):
    window = visit().log_in(people["planner"])
    page = window.go("/settings/")

    page.keyboard.press("/")
    page.keyboard.type("bank")
    expect(page.get_by_role("option", name=re.compile("Bank voice"))).to_be_visible()
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/forecast/\?queue=\d+"))


def test_enter_waits_for_what_was_typed(visit, people):
    """The answer for the last letters comes late: Enter must not go where the first ones led."""
    page = visit().log_in(people["planner"]).go("/settings/")

    def answer_late(route):
        if "q=bank" in route.request.url:
            page.wait_for_timeout(600)
        route.continue_()

    page.route("**/palette/**", answer_late)
    page.keyboard.press("/")
    page.keyboard.type("b")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.type("ank")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/forecast/\?queue=\d+"))


def test_the_keys_of_the_page_are_listed(visit, people):
    page = visit().log_in(people["planner"]).go("/settings/")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of this page")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys of this page")).to_be_hidden()

    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(re.compile(r"/$"))


def test_the_theme_changes_at_once_and_is_kept(visit, people):
    page = visit().log_in(people["planner"]).go("/settings/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_role("button", name="Theme").click()
    with page.expect_response("**/preferences/quick/"):
        page.get_by_role("button", name="Dark").click()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    with system_tenant():
        assert User.objects.get(pk=people["planner"].pk).theme == "DARK"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != before


def test_the_definition_of_a_number_opens_beside_it(visit, people):
    window = visit().log_in(people["planner"])
    page = window.go("/gallery/")

    page.get_by_role("button", name="Definition of Service level").click()

    popover = page.get_by_role("dialog", name="Definition")
    expect(popover).to_contain_text("answered_within_threshold / (answered + abandoned)")
    expect(popover).to_contain_text("version 1")
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    assert window.complaints == []


def test_charts_are_drawn_named_and_readable_as_tables(visit, people):
    page = visit().log_in(people["planner"]).go("/gallery/")
    chart = page.locator("[data-chart=cover]")

    drawing = chart.get_by_role("img")
    expect(drawing).to_have_accessible_name(
        "Staffed against required. Staffed: 10 – 16; Required: 12 – 12; Forecast: 13 – 13; "
        "Forecast, low: 11 – 11; Forecast, high: 14 – 14; Staffed − Required: −2 – 4."
    )
    inked = chart.locator("canvas").first.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)"
    )
    assert inked

    chart.get_by_role("button", name="Table").click()
    rows = chart.get_by_role("row")
    expect(rows).to_have_count(101)
    labels = chart.locator("tbody th").all_inner_texts()
    assert labels[0].endswith("00:00")
    assert sum("01:00" in label for label in labels) == 2, "the hour that comes twice"
    assert chart.locator("tbody tr").first.locator("td").all_inner_texts() == [
        *("10", "12", "13", "11", "14"),
        "−2",
    ]
    chart.get_by_role("button", name="Chart").click()
    expect(drawing).to_be_visible()


def test_a_chart_without_data_says_so(visit, people):
    page = visit().log_in(people["planner"]).go("/gallery/")

    expect(page.locator("[data-chart=none]")).to_contain_text("Nothing to show for this period.")


def test_dragging_over_hours_zooms_without_leaving_the_page(visit, people):
    window = visit().log_in(people["planner"])
    page = window.go("/gallery/")
    box = page.locator("[data-chart=cover] canvas").first.bounding_box()
    url = page.url

    page.evaluate(
        "document.addEventListener('chart:select', (e) => { window.selected = e.detail; })"
    )
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=8)
    page.mouse.up()
    page.wait_for_function("window.selected")

    selected = page.evaluate("window.selected")
    assert selected["from"] < selected["to"]
    assert selected["from"].startswith("2026-11-01T1")
    assert page.url == url
    page.get_by_role("button", name="Whole period").click()
    expect(page.get_by_role("button", name="Whole period")).to_be_hidden()
    assert window.complaints == []


def test_a_table_sorts_numbers_and_words_and_keeps_the_empty_last(visit, people):
    page = visit().log_in(people["planner"]).go("/gallery/")
    table = page.locator("table[data-name=queues]")
    names = table.locator("tbody th")

    table.get_by_role("button", name="AHT").click()
    assert names.all_inner_texts() == ["=Danger", "Älter", "Cards"]
    expect(table.get_by_role("columnheader", name="AHT")).to_have_attribute(
        "aria-sort", "ascending"
    )
    table.get_by_role("button", name="AHT").click()
    assert names.all_inner_texts() == ["Cards", "Älter", "=Danger"]
    table.get_by_role("button", name="Difference").click()
    assert names.all_inner_texts() == ["Cards", "Älter", "=Danger"]


def test_a_table_is_downloaded_as_a_spreadsheet_reads_it(visit, people):
    page = visit().log_in(people["planner"]).go("/gallery/")

    with page.expect_download() as download:
        page.locator(".panel", has_text="Queues").get_by_role("button", name="Download CSV").click()

    assert download.value.suggested_filename == "queues.csv"
    text = download.value.path().read_text("utf-8-sig")
    assert text.splitlines() == [
        "Queue,AHT s,Difference",
        "Cards,1240,-3",
        "'=Danger,98,",
        "Älter,300,12",
    ]


def test_the_scope_of_the_bar_is_the_url(visit, people):
    page = visit().log_in(people["planner"]).go("/gallery/?from=2026-11-16&to=2026-11-22")

    page.get_by_role("button", name="Scope: Everything").click()
    page.get_by_label("Queue", exact=True).select_option(label="Bank voice")
    page.get_by_role("button", name="Show").first.click()

    page.wait_for_url(re.compile(r"queue=\d+"))
    assert "from=2026-11-16&to=2026-11-22" in page.url
    expect(page.get_by_role("button", name="Scope: Bank voice")).to_be_visible()
    page.get_by_role("link", name="Period after").click()
    page.wait_for_url(re.compile("from=2026-11-23&to=2026-11-29"))


def test_forced_colours_and_print_keep_the_words(visit, people):
    page = visit(forced_colors="active").log_in(people["planner"]).go("/gallery/")
    expect(page.locator(".badge--under").first).to_have_css("border-top-style", "solid")

    page.emulate_media(media="print", forced_colors="none")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
