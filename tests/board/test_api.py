"""The board over REST: the page's figures, and nobody else's names."""

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.board.floors import BEFORE, MONDAY, SUNDAY, at, look, make_floors, work
from tests.factories import org
from tests.factories.staffing import make_pool
from tests.staffing.rows import add_open_items
from wfm.board.sums import sums_of, total_of
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
URL = "/api/v1/board/"
WEEK = {"from": MONDAY.isoformat(), "to": SUNDAY.isoformat()}


@pytest.fixture(autouse=True)
def _sunday_noon():
    with time_machine.travel(BEFORE, tick=False):
        yield


@pytest.fixture
def floors():
    with system_tenant():
        floors = make_floors()
        for day in range(5):
            for _ in range(4):
                work(floors, floors.north, floors.voice, day=day)
            work(floors, floors.south, floors.mail, day=day)
    return floors


@pytest.fixture
def api():
    def login(role, **scope):
        found = APIClient()
        with system_tenant():
            found.force_login(org.make_user(role, **scope))
        return found

    return login


def test_it_tells_what_the_page_tells(api, floors):
    body = api("planner").get(URL, WEEK).json()
    with system_tenant():
        board = look()
    assert [row["name"] for row in body["queues"]] == ["Mail", "Voice"]
    for line, row in zip(board.lines, body["queues"], strict=True):
        assert row["queue"] == line.queue.pk
        assert row["total"] == pytest.approx(total_of([line], board).at(0))
        sums = sums_of(line, board)
        assert [cell["scheduled_hours"] for cell in row["columns"]] == sums.of(
            "scheduled_hours"
        ).tolist()
    assert [team["name"] for team in body["teams"]] == ["North", "South"]
    assert body["total"] == pytest.approx(total_of(board.lines, board).at(0))
    assert body["predicted_from"] == "2026-03-01T12:00:00Z"
    assert len(body["columns"]) == 7
    assert body["look_here"][0]["queue"] == board.looks[0].queue.pk


def test_intervals_of_some_days(api, floors):
    body = api("planner").get(URL, WEEK | {"granularity": "interval"}).json()
    assert len(body["columns"]) == 7 * 96
    assert body["columns"][1]["starts_at"] == "2026-03-02T00:15:00Z"
    voice = next(row for row in body["queues"] if row["is_live"])
    assert voice["columns"][32]["scheduled_hours"] == 1.0
    assert voice["columns"][0]["service_level"] is None


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"granularity": "hour"}, "granularity"),
        ({"from": "2026-03-01", "to": "2026-05-31"}, "to"),
        ({"from": "2026-03-01", "to": "2026-03-09", "granularity": "interval"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"queue": "voice"}, "queue"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(api, floors, params, field):
    answer = api("planner").get(URL, params)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == field


def test_without_dates_it_is_this_week(api, floors):
    body = api("planner").get(URL).json()
    assert body["columns"][0]["starts_at"] == "2026-02-23T00:00:00Z"
    assert len(body["columns"]) == 7


def test_scope_narrows_it(api, floors):
    body = api("planner").get(URL, WEEK | {"queue": floors.voice.pk}).json()
    assert [row["name"] for row in body["queues"]] == ["Voice"]
    assert [team["name"] for team in body["teams"]] == ["North"]
    south = api("planner").get(URL, WEEK | {"team": floors.south.pk}).json()
    assert [row["name"] for row in south["queues"]] == ["Mail"]
    assert south["timezone"] == "Asia/Shanghai"


def test_another_clients_rows_are_not_there(api, floors):
    with system_tenant():
        other = make_floors(prefix="Secret ", with_week=False)
        other.week = floors.week
        work(other, other.south, other.voice)
    planner = api("planner", client=floors.client)
    answer = planner.get(URL, WEEK)
    assert "Secret" not in answer.content.decode()
    assert [row["name"] for row in answer.json()["queues"]] == ["Mail", "Voice"]
    foreign = planner.get(URL, WEEK | {"queue": other.voice.pk})
    missing = planner.get(URL, WEEK | {"queue": 999_999_999})
    assert (foreign.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize(("role", "status"), [("client", 403), ("agent", 403), ("team_lead", 200)])
def test_who_may_ask(api, floors, role, status):
    scope = {"client": floors.client} if role == "client" else {}
    assert api(role, **scope).get(URL, WEEK).status_code == status


def test_pools_and_the_ages_of_open_work_are_told_too(api, floors):
    with system_tenant():
        make_pool(floors.voice, floors.mail, name="Desk")
        add_open_items(floors.mail, due_at=at(0, 12), count=7, arrived_at=at(-3))
        add_open_items(floors.mail, due_at=at(-2), count=2, arrived_at=at(-4))
        add_open_items(floors.mail, due_at=at(1, 9), count=3, arrived_at=at(-3))
        add_open_items(floors.mail, due_at=at(5, 9), count=4, arrived_at=at(-3))
        add_open_items(floors.mail, due_at=at(20), count=5, arrived_at=at(-3))
    body = api("planner").get(URL, WEEK).json()
    (pool,) = body["pools"]
    assert (pool["name"], set(pool["queues"])) == ("Desk", {floors.voice.pk, floors.mail.pk})
    queues = {row["queue"]: row for row in body["queues"]}
    for name in ("scheduled_hours", "counted", "late"):
        assert pool["total"][name] == pytest.approx(
            sum(row["total"][name] for row in queues.values())
        )
    assert len(pool["columns"]) == 7
    backlog = queues[floors.mail.pk]["backlog"]
    # The mailbox is followed from Monday's opening on.
    assert backlog["items"] == 21.0
    ages = ("overdue", "today", "tomorrow", "week", "later")
    assert [backlog[f"{age}_items"] for age in ages] == [2.0, 7.0, 3.0, 4.0, 5.0]


def test_a_team_has_its_part_of_demand_and_service(api, floors):
    body = api("planner").get(URL, WEEK).json()
    voice = next(row for row in body["queues"] if row["is_live"])
    north, south = body["teams"]
    # North is alone on voice on five of seven days.
    assert north["total"]["live_workload_hours"] == pytest.approx(
        sum(column["workload_hours"] for column in voice["columns"][:5])
    )
    assert north["total"]["deferred_workload_hours"] == 0.0
    assert south["total"]["deferred_workload_hours"] > 0.0
    counted, in_time = (
        sum(column[name] for column in voice["columns"][:5]) for name in ("counted", "in_time")
    )
    assert north["total"]["service_level"] == pytest.approx(in_time / counted)
    assert north["columns"][5]["service_level"] is None
