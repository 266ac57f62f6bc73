"""The board as a planner and a team lead meet it."""

import json
import re

import pytest
import time_machine
from django.urls import reverse

from tests.board.floors import BEFORE, at, make_floors, work
from tests.factories import org
from tests.factories.staffing import make_pool
from tests.staffing.rows import add_open_items
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = {"from": "2026-03-02", "to": "2026-03-08"}
DAY = {"from": "2026-03-02", "to": "2026-03-02"}


@pytest.fixture(autouse=True)
def _sunday_noon():
    with time_machine.travel(BEFORE, tick=False):
        yield


@pytest.fixture
def floors():
    with system_tenant():
        floors = make_floors()
        for day in range(5):
            for _ in range(3):
                work(floors, floors.north, floors.voice, day=day)
            for _ in range(4):
                work(
                    floors,
                    floors.south,
                    floors.mail,
                    day=day,
                    skills=[floors.voice.skill, floors.mail.skill],
                )
        add_open_items(floors.mail, due_at=at(0, 12), count=7, arrived_at=at(-3))
        add_open_items(floors.mail, due_at=at(-2), count=2, arrived_at=at(-4))
    return floors


def page_of(browser, **params):
    response = browser.get(reverse("board"), params)
    assert response.status_code == 200
    return response.content.decode()


def row_of(page, name, table):
    """The cells of a row of the table with this heading id."""
    section = page.split(f'aria-labelledby="{table}"')[1].split("</section>")[0]
    row = re.search(
        rf'<tr><th scope="row"[^>]*>(?:<a[^>]*>)?{name}\s*<.*?</tr>', section, re.DOTALL
    )
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[0], re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def payload(page, name):
    return json.loads(re.search(rf'<script id="{name}"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def test_both_floors_stand_on_one_page(planner, floors):
    page = page_of(planner, **WEEK)
    voice = row_of(page, "Voice", "queues-head")
    assert voice[0] == "2,800"
    # Asked for: 2 people x 10 h x 7 days; there: 3 x 10 x 5.
    assert voice[3:7] == ["140.0", "150.0", "+10.0", "40.0"]
    assert row_of(page, "North", "teams-head")[:3] == ["150.0", "150.0", "0.0"]
    assert row_of(page, "South", "teams-head")[:3] == ["200.0", "0.0", "200.0"]
    assert row_of(page, "Mail", "ages-head")[0] == "9"
    assert row_of(page, "Mail", "ages-head")[2:5] == ["2", "7", "0"], "from Monday on"
    for metric in ("sla_risk", "transferable_hours", "expected_late", "required_fte"):
        assert f'data-metric="{metric}"' in page
    live, deferred = payload(page, "live-demand"), payload(page, "deferred-demand")
    assert live["difference"] == ["staffed", "required"]
    assert len(live["x"]) == 7 * 96
    assert max(live["series"][0]["values"]) == 3.0
    assert deferred["series"][-1]["key"] == "backlog"


def test_cells_say_by_letter_and_number_what_colour_says(planner, floors):
    page = page_of(planner, **WEEK)
    cells = row_of(page, "Voice", "strip-head")
    assert cells[0] == "+++10.0"
    assert cells[5] == "−−−20.0"
    assert cells[6] == "−−−20.0"
    served = row_of(page_of(planner, **WEEK, show="service"), "Voice", "strip-head")
    assert re.fullmatch(r"(=|−|−−)\d+\u202f%", served[0])
    assert row_of(page_of(planner, **WEEK, show="nonsense"), "Voice", "strip-head") == cells
    assert row_of(page_of(planner, **WEEK, show="transferable"), "Mail", "strip-head")[0][0] == "+"


def test_a_day_opens_its_intervals(planner, floors):
    page = page_of(planner, **WEEK)
    assert "from=2026-03-02&amp;to=2026-03-02&amp;by=interval" in page
    day = page_of(planner, **DAY, by="interval")
    cells = row_of(day, "Voice", "strip-head")
    assert len(cells) == 96
    assert [cells[slot][0] for slot in (31, 32, 71, 72)] == ["·", "+", "+", "·"]
    assert len(row_of(page_of(planner, **DAY, by="day"), "Voice", "strip-head")) == 1
    assert len(row_of(page_of(planner, **DAY), "Voice", "strip-head")) == 96
    one = page_of(planner, **DAY, queue=floors.voice.pk)
    assert len(re.findall(r'<tr><th scope="row">\d\d:\d\d</th>', one)) == 96


def test_it_says_where_to_look_and_who_could_help(planner, floors):
    page = " ".join(page_of(planner, **WEEK).split())
    look = page.split('id="look-head"')[1].split("</section>")[0]
    assert "Voice, Sat 7 Mar 2026 08:00–18:00" in look
    assert "20.0 h short" in look
    assert "Nobody scheduled elsewhere with this skill has hours to give." in look
    monday = look.split("Voice, Mon 2 Mar 2026")[1].split("</li>")[0]
    assert re.search(r"team South has [\d.]+ transferable hours on Mail", monday)


def test_scope_narrows_queues_and_teams(planner, floors):
    page = page_of(planner, **WEEK, team=floors.north.pk)
    assert "Voice</a>" in page
    assert "Mail</a>" not in page
    assert "South</a>" not in page
    page = page_of(planner, **WEEK, client=floors.client.pk)
    assert "Mail</a>" in page
    assert planner.get(reverse("board"), {"queue": 999_999}).status_code == 404


POOLS_HEAD = '<th scope="rowgroup">Pools</th>'


def test_pools_stand_in_a_group_of_their_own(planner, floors):
    assert POOLS_HEAD not in page_of(planner, **WEEK)
    with system_tenant():
        make_pool(floors.voice, floors.mail, name="Both floors' people")
    page = page_of(planner, **WEEK)
    assert POOLS_HEAD in page
    row = row_of(page, "Both floors&#x27; people", "queues-head")
    assert row[4] == "350.0"
    assert row_of(page, "Voice", "queues-head")[4] == "150.0"
    total = page.split('aria-labelledby="queues-head"')[1].split("<tfoot>")[1].split("</tfoot>")[0]
    assert ">350.0<" in total, "a pool is not counted beside its queues"


def test_nothing_published_says_so(planner):
    page = page_of(planner, **WEEK)
    assert "Nothing is asked for and nobody is scheduled here" in page
    with system_tenant():
        make_floors(with_week=False)
    page = page_of(planner, **WEEK)
    assert "No schedule is published for these days" in page
    assert "Nothing is predicted here" in page


def test_a_period_that_is_too_long_is_refused_in_words(planner, floors):
    page = page_of(planner, **{"from": "2026-03-01", "to": "2026-05-31"})
    assert "The board looks at 35 days at most; these are 92." in page


@pytest.mark.parametrize(
    ("role", "status"),
    [("team_lead", 200), ("finance", 200), ("hr", 200), ("client", 403), ("agent", 403)],
)
def test_who_may_look(client, floors, role, status):
    with system_tenant():
        scope = {"client": floors.client} if role == "client" else {}
        client.force_login(org.make_user(role, **scope))
    assert client.get(reverse("board"), WEEK).status_code == status


def test_a_lead_meets_no_other_teams_name_and_no_room_that_is_closed(client, floors):
    with system_tenant():
        client.force_login(org.make_user("team_lead", team=floors.north))
    page = page_of(client, **WEEK)
    assert "North" in page
    assert "South" not in page
    assert "Other people" in page
    assert reverse("staffing-parameters") not in page


def test_a_planner_finds_it_from_every_side(planner, floors):
    address = reverse("board")
    assert address in planner.get(reverse("staffing")).content.decode()
    assert address in planner.get(reverse("schedule")).content.decode()
    found = planner.get(reverse("palette"), {"q": "boar"}).json()["results"]
    assert address in {entry["url"] for entry in found}


def test_it_only_reads(planner):
    assert planner.post(reverse("board")).status_code == 405


def test_the_strip_by_team_shows_service_where_service_is_asked_for(planner, floors):
    page = page_of(planner, **WEEK, show="service")
    section = page.split('aria-labelledby="team-strip-head"')[1].split("</section>")[0]
    north = section.split("North")[1].split("</tr>")[0]
    numbers = re.findall(r'board-cell__number">([^<]*)<', north)
    assert all(number.strip().endswith("%") for number in numbers[:5])
    level = row_of(page, "North", "teams-head")[8]
    assert level.endswith("%")
    assert "in the share of its people there at that moment" in page
