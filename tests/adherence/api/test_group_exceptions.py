"""Exceptions for many people at once over REST."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from adherence.models import AdherenceException, GroupException
from tests.factories.org import make_agent, make_queue, make_team

pytestmark = pytest.mark.django_db
URL = "/api/v1/adherence/group-exceptions/"


@pytest.fixture(autouse=True)
def _at_two(centre):
    with time_machine.travel(centre.start + timedelta(hours=5), tick=False):
        yield


@pytest.fixture
def api(centre):
    found = APIClient()
    found.force_login(centre.lead)
    return found


def body(centre, **changes):
    return {
        "team": centre.team.pk,
        "starts_at": (centre.start + timedelta(hours=1)).isoformat(),
        "ends_at": (centre.start + timedelta(minutes=90)).isoformat(),
        "reason": "Fire drill",
    } | changes


def post(api, data, path="", **headers):
    return api.post(f"{URL}{path}", data, format="json", headers=headers)


def detail(answer):
    return answer.json()["errors"][0]["detail"]


def test_preview_approve_read_and_withdraw(centre, api):
    make_agent(team=centre.team)
    counts = {
        "people": 2,
        "at_work": 1,
        "already_excused": 0,
        "to_excuse": 1,
        "left_out": 1,
        "is_own_left_out": False,
    }
    assert post(api, body(centre), "preview/").json() == counts
    assert not GroupException.objects.exists()
    made = post(api, body(centre))
    assert made.status_code == 201, made.content
    group = made.json()["group"]
    assert {name: made.json()[name] for name in counts} == counts
    assert (group["scope"], group["scope_name"], group["people"], group["excused"]) == (
        "TEAM",
        centre.team.name,
        1,
        1,
    )
    assert api.get(f"{URL}{group['id']}/").json() == group
    assert [row["id"] for row in api.get(f"{URL}?scope=TEAM").json()["results"]] == [group["id"]]
    rows = api.get(f"/api/v1/adherence/exceptions/?group={group['id']}").json()["results"]
    assert [(row["agent"], row["group"], row["status"]) for row in rows] == [
        (centre.agent.pk, group["id"], "APPROVED")
    ]
    withdrawn = post(api, {}, f"{group['id']}/withdraw/")
    assert (withdrawn.status_code, withdrawn.json()["excused"]) == (200, 0)
    again = post(api, {}, f"{group['id']}/withdraw/")
    assert (again.status_code, detail(again)) == (409, "This has been withdrawn before.")


def test_the_same_key_excuses_once_and_a_second_request_finds_them_excused(centre, api):
    first, again = (post(api, body(centre), **{"Idempotency-Key": "a"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = post(api, body(centre))
    assert (other.status_code, "1 person is excused already" in detail(other)) == (409, True)
    assert GroupException.objects.count() == AdherenceException.objects.count() == 1


def test_a_lead_cannot_name_what_is_out_of_scope(centre, api):
    foreign = centre.stranger.assignments.get().team
    for change in ({"team": foreign.pk}, {"team": None, "site": foreign.site_id}):
        asked = {name: value for name, value in body(centre, **change).items() if value}
        for path in ("", "preview/"):
            answer = post(api, asked, path)
            assert (answer.status_code, "does not exist" in detail(answer)) == (400, True)
    named = body(centre, agents=[centre.agent.pk, centre.stranger.pk])
    del named["team"]
    answer = post(api, named)
    assert answer.status_code == 400
    assert detail(answer) == f"There is no agent {centre.stranger.pk} that you may decide about."
    assert not AdherenceException.objects.exists()


def test_what_others_excused_is_not_there_for_who_sees_none_of_them(centre, api):
    theirs = centre.stranger.assignments.get().team
    planner = APIClient()
    planner.force_login(centre.planner)
    pk = post(planner, body(centre, team=theirs.pk)).json()["group"]["id"]
    assert api.get(URL).json()["results"] == []
    assert api.get(f"{URL}{pk}/").status_code == 404
    assert post(api, {}, f"{pk}/withdraw/").status_code == 404
    assert api.get(f"/api/v1/adherence/exceptions/?group={pk}").status_code == 400
    both = body(centre, agents=[centre.agent.pk, centre.stranger.pk])
    both |= {"starts_at": centre.start.isoformat()}
    del both["team"]
    pk = post(planner, both).json()["group"]["id"]
    assert api.get(f"{URL}{pk}/").json()["people"] == 1
    assert planner.get(f"{URL}{pk}/").json()["people"] == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"team": None}, "Name a team, a site, a queue or agents."),
        ({"queue": "a queue"}, "Name one of team, site and queue, not several."),
        ({"ends_at": "2026-11-18T09:00:00Z"}, "The exception must end after it begins."),
        (
            {"starts_at": "2026-05-18T09:00:00Z", "ends_at": "2026-05-18T10:00:00Z"},
            "no longer kept",
        ),
        ({"agents": []}, "empty"),
    ],
)
def test_what_is_refused(centre, api, change, sentence):
    if change.get("queue"):
        change = {"queue": make_queue().pk}
    asked = {name: value for name, value in body(centre, **change).items() if value is not None}
    for path in ("", "preview/"):
        answer = post(api, asked, path)
        assert (answer.status_code, sentence in detail(answer)) == (400, True)


def test_agents_and_an_empty_team(centre, api):
    asked = body(centre, agents=[centre.agent.pk])
    del asked["team"]
    group = post(api, asked).json()["group"]
    assert (group["scope"], group["scope_name"]) == ("AGENTS", "")
    empty = make_team()
    planner = APIClient()
    planner.force_login(centre.planner)
    answer = post(planner, body(centre, team=empty.pk))
    assert (answer.status_code, detail(answer)) == (
        409,
        "Nobody of them was at work in this stretch.",
    )


def test_who_may_only_look_may_not_excuse(centre):
    api = APIClient()
    api.force_login(centre.agent_user)
    assert post(api, body(centre)).status_code == 403
    assert api.get(URL).status_code == 403
