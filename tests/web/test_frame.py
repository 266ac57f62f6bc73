"""The frame shows what the person may see, and nothing of a stranger's."""

import re

import pytest
from django.urls import reverse

from tests.factories import org
from wfm.org.tenancy import system_tenant
from wfm.web.frame import Frame

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


def rail(client, path):
    return re.findall(r'class="rail__link" href="([^"?]+)', client.get(path).content.decode())


@pytest.mark.parametrize(
    ("role", "rooms"),
    [
        (
            "planner",
            [
                *("/", "/history/", "/forecast/", "/staffing/", "/schedule/"),
                *("/adherence/", "/intraday/", "/reports/", "/settings/"),
            ],
        ),
        ("team_lead", ["/", "/schedule/", "/adherence/", "/intraday/", "/reports/", "/settings/"]),
        ("finance", ["/", "/forecast/", "/staffing/", "/schedule/", "/reports/", "/settings/"]),
        ("client", ["/reports/"]),
    ],
)
def test_the_rail_holds_the_rooms_of_the_role(client, role, rooms):
    scope = {"client": org.make_client()} if role == "client" else {}
    client.force_login(org.make_user(role, **scope))

    assert rail(client, reverse("preferences")) == rooms


def test_the_rail_carries_the_scope_on_and_marks_where_one_is(client):
    client.force_login(org.make_user("planner"))

    page = client.get("/settings/", {"from": "2026-11-16", "page": "2"}).content.decode()

    assert 'href="/history/?from=2026-11-16"' in page
    assert re.findall(r'href="([^"]+)" aria-current="page"', page)[0].startswith("/settings/")


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Pia Planner", "PP"), ("Ana", "A"), ("Ana de la Cruz", "AC"), ("王小芳", "小芳"), ("", "")],
)
def test_initials(rf, name, initials):
    request = rf.get("/")
    request.user = name

    assert Frame(request).initials == initials


def find(client, text):
    return [item["label"] for item in client.get(reverse("palette"), {"q": text}).json()["results"]]


def test_the_palette_finds_only_what_is_in_scope(client):
    own_team, other_team = org.make_team(name="North"), org.make_team(name="South")
    org.make_agent(name="Nora Own", team=own_team)
    org.make_agent(name="Nora Other", team=other_team)
    client.force_login(org.make_user("team_lead", team=own_team))

    assert find(client, "nor") == ["North", "Nora Own"]
    assert find(client, "south") == []


def test_a_client_s_person_finds_only_own_queues(client):
    own, _stranger = org.make_queue(name="Own claims"), org.make_queue(name="Strange claims")
    client.force_login(org.make_user("client", client=own.client))

    assert find(client, "claims") == ["Own claims"]
    assert find(client, "") == ["Reports", "Preferences"]


def test_a_definition_is_the_formula_that_computes(client):
    client.force_login(org.make_user("planner"))

    page = client.get("/metrics/service_level.answered_over_offered/definition/").content.decode()

    assert "answered_within_threshold / (answered + abandoned)" in page
    assert client.get("/metrics/no.such.key/definition/").status_code == 404
