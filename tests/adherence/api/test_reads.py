"""Live rows, days, exceptions and quarantine over HTTP, for those who may see them."""

from datetime import timedelta

import pytest
import redis
import time_machine
from rest_framework.test import APIClient

from adherence.models import AdherenceException, AgentLive
from adherence.services import keep_once, recompute_days, refresh_live
from tests.factories.adherence import make_event
from tests.factories.org import make_client, make_user
from wfm.org.tenancy import system_tenant

LIVE = "/api/v1/adherence/live/"
DAYS = "/api/v1/adherence/days/"
EXCEPTIONS = "/api/v1/adherence/exceptions/"
QUARANTINE = "/api/v1/adherence/quarantine/"


@pytest.fixture
def half_past_nine(centre):
    """The agent works, the stranger never came; 30 minutes into the shift."""
    at = centre.start + timedelta(minutes=30)
    with time_machine.travel(at, tick=False):
        make_event(centre.agent, centre.start, centre.codes["work"])
        refresh_live(agent_ids=[centre.agent.pk, centre.stranger.pk], at=at)
        yield at


def login(user):
    api = APIClient()
    api.force_login(user)
    return api


def get(user, url, **query):
    answer = login(user).get(url, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_live_rows_come_worst_first(centre, half_past_nine):
    answer = get(centre.planner, LIVE)
    assert answer["is_complete"] is True
    assert [(row["agent_id"], row["flag"], row["severity"]) for row in answer["rows"]] == [
        (centre.stranger.pk, "NO_SHOW", 4),
        (centre.agent.pk, "IN", 0),
    ]


def test_a_team_lead_sees_only_the_own_team(centre, half_past_nine):
    assert [row["agent_id"] for row in get(centre.lead, LIVE)["rows"]] == [centre.agent.pk]
    assert get(centre.lead, LIVE, team=centre.team.pk + 1)["rows"] == []


def test_with_a_cursor_only_changed_rows_come(
    centre, half_past_nine, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        refresh_live(agent_ids=[centre.agent.pk], at=half_past_nine + timedelta(minutes=100))
    cursor = get(centre.planner, LIVE)["cursor"]
    assert get(centre.planner, LIVE, since=cursor)["rows"] == []
    with django_capture_on_commit_callbacks(execute=True):
        refresh_live(agent_ids=[centre.agent.pk], at=half_past_nine)
    answer = get(centre.planner, LIVE, since=cursor)
    assert (answer["is_complete"], [row["agent_id"] for row in answer["rows"]]) == (
        False, [centre.agent.pk],
    )  # fmt: skip


def test_where_very_many_have_changed_all_rows_come(
    centre, half_past_nine, monkeypatch, django_capture_on_commit_callbacks
):
    cursor = get(centre.planner, LIVE)["cursor"]
    with django_capture_on_commit_callbacks(execute=True):
        refresh_live(agent_ids=[centre.agent.pk], at=half_past_nine + timedelta(minutes=100))
    monkeypatch.setattr("adherence.services.bus.MOST_CHANGED", 0)
    answer = get(centre.planner, LIVE, since=cursor)
    assert (answer["is_complete"], len(answer["rows"])) == (True, 2)


def test_without_redis_all_rows_come_and_who_keeps_them_is_not_known(
    centre, half_past_nine, monkeypatch
):
    def gone():
        raise redis.ConnectionError("down")

    monkeypatch.setattr("adherence.services.bus.connection", gone)
    answer = get(centre.planner, LIVE, since="any:5")
    assert (answer["is_complete"], answer["is_kept"], len(answer["rows"])) == (True, None, 2)


def test_rows_say_whether_somebody_keeps_them(centre, half_past_nine, redis_client):
    assert get(centre.planner, LIVE)["is_kept"] is False
    redis_client.set("adherence:keeper", "{}")
    assert get(centre.planner, LIVE)["is_kept"] is True


@pytest.mark.parametrize("cursor", ["", "nonsense", "other-epoch:1", ":", "x:9999999"])
def test_with_a_void_cursor_all_rows_come(centre, half_past_nine, cursor):
    answer = get(centre.planner, LIVE, since=cursor)
    assert answer["is_complete"] is True
    assert len(answer["rows"]) == 2


def test_live_rows_take_a_constant_number_of_queries(
    centre, half_past_nine, django_assert_num_queries
):
    api = login(centre.planner)
    api.get(LIVE)
    with django_assert_num_queries(7) as two:
        api.get(LIVE)
    AgentLive.objects.filter(agent=centre.stranger).delete()
    with django_assert_num_queries(len(two.captured_queries)):
        api.get(LIVE)


def test_a_day_comes_with_its_definition(centre, half_past_nine):
    with system_tenant():
        day = half_past_nine.date()
        ids = [centre.agent.pk, centre.stranger.pk]
        recompute_days(agent_ids=ids, first_date=day, last_date=day, at=half_past_nine)
    answer = get(centre.planner, DAYS, **{"from": day.isoformat(), "to": day.isoformat()})
    rows = {row["agent"]: row for row in answer["results"]}
    present, absent = rows[centre.agent.pk], rows[centre.stranger.pk]
    assert (present["metric_key"], present["metric_version"]) == ("adherence_rate", 1)
    assert (present["scheduled_seconds"], present["adherence_rate"]) == (1800, 1.0)
    assert (absent["out_seconds"], absent["adherence_rate"]) == (1800, 0.0)
    assert present["matrix"] == {"work": {"AVAILABLE": 1800}}


def test_an_approved_exception_counts_as_in(centre, half_past_nine):
    body = {
        "agent": centre.stranger.pk,
        "starts_at": centre.start.isoformat(),
        "ends_at": (half_past_nine + timedelta(minutes=5)).isoformat(),
        "reason": "Power failure at home",
    }
    with system_tenant():
        lead, onlooker = make_user("team_lead"), make_user("hr")
    assert login(onlooker).post(EXCEPTIONS, body, format="json").status_code == 403
    answer = login(lead).post(EXCEPTIONS, body, format="json")
    assert answer.status_code == 201, answer.content
    day = half_past_nine.date().isoformat()
    row = get(centre.planner, DAYS, agent=centre.stranger.pk, **{"from": day})["results"][0]
    assert (row["excepted_seconds"], row["out_seconds"], row["adherence_rate"]) == (1800, 0, 1.0)
    keep_once(at=half_past_nine)
    assert AgentLive.objects.get(agent=centre.stranger).flag == "IN"
    assert AdherenceException.objects.get().decided_by == lead


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, 400),
        ({"ends_at": "2026-11-18T08:00:00Z"}, 400),
        ({"ends_at": "2026-11-30T09:00:00Z"}, 400),
        ({"starts_at": "2026-11-18T09:00:00"}, 400),
    ],
)
def test_a_senseless_exception_is_refused(centre, half_past_nine, change, code):
    body = {
        "agent": centre.agent.pk,
        "starts_at": "2026-11-18T09:00:00Z",
        "ends_at": "2026-11-18T09:10:00Z",
        "reason": "x",
    } | change
    assert login(centre.lead).post(EXCEPTIONS, body, format="json").status_code == code
    assert AdherenceException.objects.count() == 0


def test_a_lead_cannot_approve_for_another_team(centre, half_past_nine):
    body = {
        "agent": centre.stranger.pk,
        "starts_at": "2026-11-18T09:00:00Z",
        "ends_at": "2026-11-18T09:10:00Z",
        "reason": "x",
    }
    assert login(centre.lead).post(EXCEPTIONS, body, format="json").status_code == 400
    assert AdherenceException.objects.count() == 0


@pytest.mark.parametrize("url", [LIVE, DAYS, EXCEPTIONS, QUARANTINE])
@pytest.mark.parametrize("role", ["agent", "client", None])
def test_strangers_are_refused(centre, half_past_nine, url, role):
    with system_tenant():
        user = make_user(
            role,
            agent=centre.stranger if role == "agent" else None,
            client=make_client() if role == "client" else None,
        )
    assert login(user).get(url).status_code == 403


def test_only_editors_see_the_quarantine(centre, half_past_nine):
    assert login(centre.lead).get(QUARANTINE).status_code == 403
    assert get(centre.planner, QUARANTINE)["results"] == []
