"""Which days a rotation makes days of work or days off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q

from scheduling.models import RotationAssignment
from scheduling.models.rotation import FREE
from wfm.org.models import AgentAssignment


def rotation_letters(
    assignments: Sequence[AgentAssignment], *, first: date, last: date
) -> dict[int, str]:
    """Per agent in a rotation one letter for each date of [first, last): W, O or -.

    An agent's own rotation goes before that of the team; outside of both the day is free.
    """
    rows = (
        RotationAssignment.objects.filter(rotation__is_active=True, starts_on__lt=last)
        .filter(Q(ends_on=None) | Q(ends_on__gt=first))
        .select_related("rotation")
    )
    of_agent: dict[int, list[RotationAssignment]] = defaultdict(list)
    of_team: dict[int, list[RotationAssignment]] = defaultdict(list)
    for row in rows:
        if row.agent_id is not None:
            of_agent[row.agent_id].append(row)
        elif row.team_id is not None:
            of_team[row.team_id].append(row)
    found = {}
    for person in assignments:
        own = [*of_agent.get(person.agent_id, ()), *of_team.get(person.team_id, ())]
        if own:
            days = range((last - first).days)
            found[person.agent_id] = "".join(_letter(own, first + timedelta(n)) for n in days)
    return found


def _letter(rows: Sequence[RotationAssignment], day: date) -> str:
    for row in rows:
        if row.starts_on <= day and (row.ends_on is None or day < row.ends_on):
            pattern = row.rotation.pattern
            return pattern[(day - row.starts_on).days % len(pattern)]
    return FREE
