"""The lead's list and wall in a real browser, on a floor of hundreds."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from adherence.models import AdherenceException, BusyCase, Note
from adherence.services import IncomingEvent, close_busy_case, ingest_events
from adherence.services.marks import mark_agents
from tests.adherence.browser.lead_floor import make_lead_floor
from tests.adherence.browser.test_pages import _violations, page_of, shot
from tests.adherence.live.processes import running_pages
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def floor(transactional_db, redis_client):
    return make_lead_floor()


@pytest.fixture
def pages(floor, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "name", "width", "scheme", "language"),
    [
        ("/adherence/", "lead-list", 1440, "light", ""),
        ("/adherence/", "lead-list-dark", 1440, "dark", ""),
        ("/adherence/", "lead-list-zh", 1440, "light", "zh-hans"),
        ("/adherence/", "lead-list-narrow", 360, "light", ""),
        ("/adherence/wall/", "lead-wall", 1920, "dark", ""),
        ("/adherence/wall/?theme=light", "lead-wall-light", 1920, "light", "zh-hans"),
        ("/adherence/wall/", "lead-wall-narrow", 360, "light", ""),
    ],
)
def test_pages_look_right_with_hundreds(floor, pages, path, name, width, scheme, language):
    with system_tenant():
        floor.lead.language = language
        floor.lead.save(update_fields=["language"])
    with page_of(
        pages, floor.lead, width=width, height=1080 if width > 400 else 740, scheme=scheme
    ) as page:
        page.goto(path)
        page.wait_for_timeout(1500)
        shot(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if "wall" not in path:
            page.locator("[data-live-rows] a[data-card]").first.click()
            page.wait_for_timeout(1000)
            page.screenshot(path=f"test-artifacts/adherence/{name}-card.png")


@pytest.fixture
def small(transactional_db, redis_client):
    return make_lead_floor(48)


@pytest.fixture
def small_pages(small, tmp_path):
    with running_pages(tmp_path) as found:
        yield found


def open_list(page, query=""):
    page.goto(f"/adherence/{query}")
    expect(page.locator("[data-live-status]")).to_have_text("Live", timeout=10_000)


def order(page):
    return page.locator("[data-live-rows] tr").evaluate_all(
        "rows => rows.map((row) => Number(row.dataset.agent))"
    )


def row_of(page, agent):
    return page.locator(f'[data-live-rows] tr[data-agent="{agent.pk}"]')


def test_the_list_is_ranked_by_cost_and_says_so_in_words(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        words = page.locator('[data-live-rows] [data-cell="impact"]').all_inner_texts()
        costs = [
            float(found[1]) if (found := re.search(r"costs ([\d.]+) min/h", text)) else 0.0
            for text in words
        ]
        assert costs == sorted(costs, reverse=True)
        assert costs[0] > 0
        assert words[0].startswith("−")
        page.get_by_role("columnheader", name="Cost to service").get_by_role(
            "button", name="Definition"
        ).click()
        expect(page.locator("#definition")).to_contain_text("Minutes that customers wait")


def test_the_server_and_the_page_rank_alike(small, small_pages):
    """Without script the server's order stands; the page's own is the same."""
    with page_of(small_pages, small.lead) as page:
        page.context.route("**/live-table.js", lambda route: route.abort())
        page.goto("/adherence/?show=all")
        served = order(page)
        impacts = page.locator('[data-cell="impact"]').all_inner_texts()
        page.context.unroute("**/live-table.js")
        open_list(page, "?show=all")
        assert order(page) == served
        assert page.locator('[data-cell="impact"]').all_inner_texts() == impacts


def test_a_break_given_up_on_a_short_queue_helps(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        with system_tenant():
            agent = Agent.objects.get(pk=small.agents[10].pk)
            shift = agent.shifts.get()
            shift.activities.filter(starts_at__lte=small.at, ends_at__gt=small.at).update(
                activity_code=small.codes["break"], queue=None
            )
            mark_agents(agent_ids=[agent.pk], at=now())  # as the keeper hears of a changed shift
            ingest_events(
                events=[IncomingEvent(event_uid="back", agent_key=agent.employee_number, occurred_at=now() - timedelta(minutes=6), code="handling")],
                source="acd",
                received_at=now(),
            )  # fmt: skip
        expect(row_of(page, agent).locator('[data-cell="impact"]')).to_contain_text(
            "helps", timeout=10_000
        )


def test_filters_and_order_are_in_the_address(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        page.get_by_label("Flag").select_option("NO_SHOW")
        page.get_by_label("Impact").select_option("negative")
        page.get_by_role("button", name="Agent", exact=True).click()
        expect(page).to_have_url(re.compile("flag=NO_SHOW&impact=negative&sort=name"))
        expect(page.locator('[data-live-table] th[aria-sort="ascending"]')).to_contain_text("Agent")
        chosen = order(page)
        names = page.locator('[data-live-rows] [data-cell="name"]').all_inner_texts()
        assert names == sorted(names, key=str.lower)
        assert chosen
        page.reload()
        expect(page.locator("[data-live-status]")).to_have_text("Live", timeout=10_000)
        assert order(page) == chosen
        page.goto(f"/adherence/?team={small.teams[0].pk}&show=all&place=HOME")
        shown = set(page.locator('[data-live-rows] [data-cell="team"]').all_inner_texts())
        assert shown == {small.teams[0].name}


def test_a_note_is_written_by_key_and_stands_beside_the_agent(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        page.keyboard.press("j")
        page.keyboard.press("ArrowDown")
        agent = order(page)[1]
        page.keyboard.press("n")
        dialog = page.get_by_role("dialog", name=re.compile("Note on"))
        dialog.get_by_label("What to note").fill("Line down at home")
        dialog.get_by_label("Tags").fill("line, 网络")
        dialog.get_by_role("button", name="Keep the note").click()
        marks = page.locator(f'tr[data-agent="{agent}"] [data-cell="notes"]')
        expect(marks).to_contain_text("1 note")
        expect(marks).to_contain_text("网络")
        page.get_by_label("Tag", exact=True).select_option("网络")
        expect(page.locator("[data-live-rows] tr")).to_have_count(1)
        with system_tenant():
            note = Note.objects.get(agent=agent, text="Line down at home")
            assert (note.kind, note.author_id, note.tags) == (
                "STRETCH",
                small.lead.pk,
                ["line", "网络"],
            )
        page.locator("[data-live-rows] a[data-card]").press("Enter")
        card = page.locator("#agent-card")
        expect(card).to_contain_text("Line down at home")
        card.get_by_role("button", name="Edit").click()
        dialog.or_(page.get_by_role("dialog", name="Edit the note")).get_by_label(
            "What to note"
        ).fill("Line is back")
        page.get_by_role("button", name="Keep the note").click()
        expect(card).to_contain_text("Line is back")
        card.get_by_role("button", name="Delete").click()
        expect(card).not_to_contain_text("Line is back")


def test_a_note_on_an_interval_stands_beside_the_queue(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        page.get_by_text("What one agent costs now").click()
        queues = page.get_by_role("table", name="What one agent costs now")
        queues.get_by_role("row", name=re.compile("Bank voice")).get_by_role(
            "button", name="Note"
        ).click()
        dialog = page.get_by_role("dialog", name=re.compile("Note on Bank voice"))
        dialog.get_by_label("What to note").fill("Mailing went out")
        dialog.get_by_role("button", name="Keep the note").click()
        expect(queues).to_contain_text("Mailing went out")
        page.wait_for_timeout(11_000)  # drawn anew meanwhile: what was opened stays open
        expect(queues).to_be_visible()


def test_the_card_opens_beside_the_list_by_click(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page, "?show=all")
        row_of(page, small.agents[0]).get_by_role("link").click()
        card = page.locator("#agent-card")
        expect(card.get_by_role("heading", name=small.agents[0].name)).to_be_visible()
        expect(card.get_by_role("link", name="+1 416 555 0100")).to_have_attribute(
            "href", "tel:+14165550100"
        )
        expect(card.get_by_role("link", name="amara@demo.example")).to_be_visible()
        expect(card.get_by_role("link", name="Messenger")).to_be_visible()
        expect(card.locator("[data-timeline]")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/adherence/\?show=all$"))
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()


def test_an_exception_and_a_message_are_one_key_away(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page, "?show=out")
        page.keyboard.press("j")
        agent = order(page)[0]
        page.keyboard.press("e")
        page.get_by_role("button", name="System trouble").click()
        expect(page.locator(f'tr[data-agent="{agent}"]')).to_have_count(0, timeout=4000)
        with system_tenant():
            assert AdherenceException.objects.filter(agent=agent, reason="System trouble").exists()
        page.goto("/adherence/?show=all")
        row_of(page, small.agents[0]).get_by_role("button", name="Message").click()
        dialog = page.get_by_role("dialog", name=re.compile("Message to"))
        dialog.get_by_label("Message").fill("Please call me")
        dialog.get_by_role("button", name="Send").click()
        expect(page.get_by_text(f"Sent to {small.agents[0].name}.")).to_be_visible()
        row_of(page, small.agents[1]).get_by_role("button", name="Message").click()
        dialog.get_by_label("Message").fill("Please call me")
        dialog.get_by_role("button", name="Send").click()
        expect(dialog.get_by_role("alert")).to_contain_text("has no login")


def test_two_leads_close_the_same_case_and_one_wins(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        cases = page.get_by_role("table", name="Busy too long, outcome to be named")
        expect(cases).to_contain_text("Tom Techniker")
        first = cases.get_by_role("row").nth(1)
        first.get_by_role("button", name="I go").click()
        expect(first).to_contain_text("Lena Lead")
        first.get_by_role("button", name="Outcome").click()
        number = int(first.get_attribute("id").removeprefix("case-"))
        with system_tenant():
            close_busy_case(
                case_id=number, outcome="HELPED", comment="", closed_by=small.helper, at=now()
            )
        dialog = page.locator("#case-dialog")
        dialog.get_by_role("button", name="technical fault, passed on").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Tom Techniker has closed this case")
        page.keyboard.press("Escape")
        page.evaluate("document.body.dispatchEvent(new Event('marks'))")
        expect(page.locator(f"#case-{number}")).to_have_count(0)
        second = cases.get_by_role("row").nth(1)
        number = int(second.get_attribute("id").removeprefix("case-"))
        second.get_by_role("button", name="Outcome").click()
        dialog.get_by_role("button", name="technical fault, passed on").click()
        expect(page.locator(f"#case-{number}")).to_have_count(0)
        with system_tenant():
            assert BusyCase.objects.get(pk=number).closed_by_id == small.lead.pk
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(f"#case-{number}")).to_have_count(1)


def test_the_only_holder_of_a_skill_is_a_line_of_its_own(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        gap = page.get_by_role("list", name="Skills that nobody here has")
        expect(gap).to_contain_text("The only holder of “Mortgages in French” is absent")
        gap.get_by_role("link", name=small.sole.name).click()
        expect(
            page.locator("#agent-card").get_by_role("heading", name=small.sole.name)
        ).to_be_visible()


def test_keys_are_listed_and_news_are_seldom(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys of this page")).to_contain_text(
            "Note on the agent"
        )
        page.keyboard.press("Escape")
        news = page.locator("[data-live-news]")
        assert news.inner_text() == ""
        page.evaluate(
            "window.said = 0; new MutationObserver(() => { window.said += 1; }).observe(document.querySelector('[data-live-news]'), { childList: true, characterData: true, subtree: true })"
        )
        for index in (8, 10, 11):
            with system_tenant():
                ingest_events(
                    events=[IncomingEvent(event_uid=f"away-{index}", agent_key=small.agents[index].employee_number, occurred_at=now() - timedelta(minutes=9), code="lunch")],
                    source="acd", received_at=now(),
                )  # fmt: skip
            expect(row_of(page, small.agents[index])).to_contain_text(
                "out of adherence", timeout=5000
            )
        expect(news).to_contain_text("New:")
        assert page.evaluate("window.said") == 1


def test_the_busy_trend_has_a_table(small, small_pages):
    with page_of(small_pages, small.lead) as page:
        open_list(page)
        chart = page.locator('[data-chart="busy-trend"]')
        chart.get_by_role("button", name="Table").click()
        expect(chart.get_by_role("columnheader", name=re.compile("Busy, home"))).to_be_visible()


def test_the_wall_rotates_and_says_when_the_connection_is_lost(small, small_pages):
    with page_of(small_pages, small.lead, width=1920, height=1080) as page:
        page.goto(
            f"/adherence/wall/?rotate=team-{small.teams[0].pk},site-{small.sites[1].pk},all,team-0&every=5"
        )
        scope = page.locator("[data-wall-scope]")
        expect(scope).to_have_text("Bank voice A · 1/3")
        expect(page.locator('[data-count="planned"]')).to_have_text("12")
        expect(scope).to_have_text("Halifax · 2/3", timeout=8000)
        expect(page.locator('[data-count="planned"]')).to_have_text("24")
        expect(scope).to_have_text("Everyone · 3/3", timeout=8000)
        expect(page.locator("#wall-summary li").first).to_contain_text(
            "costs", use_inner_text=False
        )
        page.context.set_offline(True)
        page.evaluate("window.dispatchEvent(new Event('online'))")  # ask now rather than in seconds
        expect(page.locator("[data-live-status]")).to_contain_text(
            "No connection since", timeout=15_000
        )
        shot(page, "lead-wall-offline")


def test_the_wall_draws_everybody(small, small_pages):
    with page_of(small_pages, small.lead, width=1920, height=1080) as page:
        page.goto("/adherence/wall/")
        expect(page.locator("[data-live-status]")).to_have_text("Live", timeout=10_000)
        place = page.evaluate(
            """async () => {
            const { layout } = await import('/static/js/adherence/wall-layout.js');
            return [[0, 0], [0, 5000], [400, 4600], [5000, 0], [3, 9]].map(([large, small]) =>
              ({ large, small, ...layout({ width: 1880, height: 820, screenHeight: 1080, large, small }) }));
            }"""
        )
        for found in place:
            assert found["drawn"] + found["fits"] == found["large"] + found["small"], found
            assert found["name"] >= 38


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lead_pages_keep_the_rules_of_accessibility(small, small_pages, scheme):
    found = {}
    with page_of(small_pages, small.lead, scheme=scheme) as page:
        for path in ("/adherence/?show=all", f"/adherence/wall/?theme={scheme}"):
            page.goto(path)
            page.wait_for_timeout(800)
            found[path] = _violations(page)
        page.goto("/adherence/?show=all")
        page.get_by_text("What one agent costs now").click()
        row_of(page, small.agents[12]).get_by_role("link").click()
        page.wait_for_timeout(500)
        found["card"] = _violations(page)
        page.keyboard.press("n")
        page.locator("#agent-card").get_by_role("button", name="Note").click()
        found["note"] = _violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
