"""How requests are reviewed, team by team."""

from __future__ import annotations

from django.db.models import Q

from scheduling.models import RequestPolicy
from wfm.org.models import AgentAssignment


def policy_for(assignment: AgentAssignment | None) -> RequestPolicy:
    """How requests of the agent's team are reviewed; the defaults where nothing is set."""
    team = None if assignment is None else assignment.team_id
    rows = {row.team_id: row for row in RequestPolicy.objects.filter(Q(team=team) | Q(team=None))}
    return rows.get(team) or rows.get(None) or RequestPolicy()
