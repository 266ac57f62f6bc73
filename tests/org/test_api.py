"""The organisation over REST."""

import pytest
from rest_framework.test import APIClient

from tests.factories.org import make_agent, make_client, make_goal, make_queue, make_team, make_user
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def login():
    def as_user(role, **scope):
        api = APIClient()
        with system_tenant():
            api.force_login(make_user(role, **scope))
        return api

    return as_user


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def test_a_planner_lists_queues_with_their_goals(login):
    with system_tenant():
        queue = make_queue(name="Voice")
        make_goal(queue, level=0.8, threshold_seconds=20)
    api = login("planner")
    assert names(api.get("/api/v1/queues/")) == ["Voice"]
    goal = api.get("/api/v1/service-goals/", {"queue": queue.pk}).json()["results"][0]
    assert (goal["level"], goal["threshold_seconds"]) == (0.8, 20)


def test_a_planner_of_one_client_lists_only_its_queues(login):
    with system_tenant():
        bank = make_client(name="Bank")
        make_queue(client=bank, name="Bank voice")
        foreign = make_queue(name="Foreign voice")
    api = login("planner", client=bank)
    assert names(api.get("/api/v1/queues/")) == ["Bank voice"]
    assert names(api.get("/api/v1/clients/")) == ["Bank"]
    assert api.get(f"/api/v1/queues/{foreign.pk}/").status_code == 404


def test_a_team_lead_lists_the_own_people(login):
    with system_tenant():
        team = make_team(name="North")
        make_agent(name="Ann", team=team)
        make_agent(name="Bo")
    api = login("team_lead", team=team)
    assert names(api.get("/api/v1/agents/")) == ["Ann"]
    assert names(api.get("/api/v1/teams/")) == ["North"]


@pytest.mark.parametrize("path", ["queues", "agents", "teams", "sites", "skills", "activity-codes"])
def test_an_agent_and_a_stranger_are_refused(login, path):
    assert login("agent").get(f"/api/v1/{path}/").status_code == 403
    assert APIClient().get(f"/api/v1/{path}/").status_code == 401


def test_the_list_costs_the_same_for_one_queue_and_for_three(login, django_assert_num_queries):
    with system_tenant():
        make_queue()
    api = login("planner")
    counts = []
    for _more in range(2):
        with django_assert_num_queries(11, exact=False) as captured:
            api.get("/api/v1/queues/")
        counts.append(len(captured))
        with system_tenant():
            make_queue()
            make_queue()
    assert counts[0] == counts[1]
