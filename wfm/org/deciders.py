"""Who answers for a person: the people to whom a request or an anomaly of theirs is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from wfm.org.models import AgentAssignment, RoleGrant, User
from wfm.org.tenancy import system_tenant


def deciders_of(
    agent_ids: Collection[int], *, permission: str, on: date
) -> dict[int, frozenset[int]]:
    """Return per agent the logins of those who may decide, the nearest first.

    Where somebody holds a role for the agent's very team, they are told; else those whose scope is
    everyone; else the owners of the installation. Nobody decides for themselves. The number of
    queries does not grow with the agents.
    """
    with system_tenant():
        teams = dict(
            AgentAssignment.objects.effective_on(on)
            .filter(agent__in=agent_ids)
            .order_by("starts_on")
            .values_list("agent_id", "team_id")
        )
        own = dict(User.objects.filter(agent__in=agent_ids).values_list("agent_id", "pk"))
        near, everywhere, owners = _holders(permission)
    found = {}
    for agent_id in agent_ids:
        themselves = {own.get(agent_id)}
        of_team = near.get(teams.get(agent_id, 0), set()) - themselves
        found[agent_id] = frozenset(of_team or everywhere - themselves or owners - themselves)
    return found


def _holders(permission: str) -> tuple[dict[int, set[int]], set[int], set[int]]:
    """Who has the permission: by team, for everyone, and the owners."""
    may = RoleGrant.objects.filter(role__permissions__contains=[permission]).values("user")
    grants = RoleGrant.objects.filter(user__in=may, user__is_active=True, role__is_internal=True)
    near: defaultdict[int, set[int]] = defaultdict(set)
    everywhere: set[int] = set()
    for user_id, team_id in grants.values_list("user_id", "team_id"):
        if team_id is None:
            everywhere.add(user_id)
        else:
            near[team_id].add(user_id)
    owners = User.objects.filter(is_active=True, is_superuser=True)
    return near, everywhere, set(owners.values_list("pk", flat=True))
