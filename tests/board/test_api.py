"""The board over REST: the page's figures, and nobody else's names."""

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.board.floors import BEFORE, MONDAY, SUNDAY, look, make_floors, work
from tests.factories import org
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
