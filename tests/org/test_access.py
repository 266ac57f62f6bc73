"""Who sees which people and clients."""

from datetime import date

import pytest

from tests.factories.org import make_agent, make_client, make_queue, make_team, make_user
from wfm.org.access import ALL_PERMISSIONS, BUILTIN_ROLES, NOBODY, SYSTEM, access_of
from wfm.org.models import Agent, AgentAssignment, Client, Queue
from wfm.org.services.roles import UnableToSaveRole, ensure_builtin_roles, grant_role
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything_visible():
    """Only the querysets decide here; row-level security has its own tests."""
    with system_tenant():
        yield


def test_a_team_lead_sees_the_own_team_and_nobody_else():
    north, south = make_team(name="North"), make_team(name="South")
    make_agent(name="Ann", team=north)
    make_agent(name="Bo", team=south)
    lead = make_user("team_lead", team=north)
    assert [agent.name for agent in Agent.objects.visible_to(lead)] == ["Ann"]


def test_an_agent_who_left_the_team_is_no_longer_seen_by_its_lead():
    north, south = make_team(name="North"), make_team(name="South")
    moved = make_agent(name="Moved", team=north)
    AgentAssignment.objects.filter(agent=moved).update(ends_on=date(2026, 1, 1))
    AgentAssignment.objects.create(
        agent=moved,
        team=south,
        employment_contract=moved.assignments.get().employment_contract,
        work_mode="HOME",
        starts_on=date(2026, 1, 1),
    )
    assert not Agent.objects.visible_to(make_user("team_lead", team=north)).exists()
    assert Agent.objects.visible_to(make_user("team_lead", team=south)).get() == moved


def test_an_agent_sees_only_oneself():
    me = make_agent(name="Me")
    make_agent(name="Other")
    assert Agent.objects.visible_to(make_user("agent", agent=me)).get() == me


def test_a_clients_person_sees_no_agents_and_only_the_own_client():
    bank, insurer = make_client(name="Bank"), make_client(name="Insurer")
    make_queue(client=bank, name="Bank voice")
    make_queue(client=insurer, name="Insurer voice")
    make_agent()
    person = make_user("client", client=bank)
    assert Client.objects.visible_to(person).get() == bank
    assert [queue.name for queue in Queue.objects.visible_to(person)] == ["Bank voice"]
    assert not Agent.objects.visible_to(person).exists()


def test_a_stranger_sees_nothing():
    make_queue()
    assert access_of(None) == NOBODY
    assert not Queue.objects.visible_to(make_user()).exists()
    assert not Client.objects.visible_to(None).exists()


def test_read_only_roles_hold_only_views():
    for role in BUILTIN_ROLES:
        if role.key in {"finance", "hr", "client"}:
            assert {name.partition(".")[2] for name in role.permissions} == {"view"}


def test_the_client_role_needs_a_client():
    ensure_builtin_roles()
    with pytest.raises(UnableToSaveRole, match="name the client"):
        grant_role(user=make_user(), role_key="client")


def test_an_unknown_permission_is_a_programming_error():
    with pytest.raises(ValueError, match=r"schedule\.pubish"):
        SYSTEM.can("schedule.pubish")


def test_administrators_may_do_everything():
    assert make_user("admin").access.permissions == ALL_PERMISSIONS


def test_an_administrator_cannot_be_limited_to_a_client():
    ensure_builtin_roles()
    with pytest.raises(UnableToSaveRole, match="has no limits"):
        grant_role(user=make_user(), role_key="admin", client=make_client())
