"""What live rows say of people, codes and queues: the parts of their JSON that seldom change."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from wfm.org.models import ActivityCode, Queue

# The assignment in force decides; where two overlap, the later one.
PEOPLE_SQL = """
SELECT DISTINCT ON (agent.id) agent.id, agent.name, agent.sort_key, agent.employee_number,
    team.id, coalesce(team.name, ''), site.id, coalesce(site.name, ''), coalesce(site.timezone, 'UTC')
FROM org_agent agent
LEFT JOIN org_agentassignment assignment ON assignment.agent_id = agent.id
    AND assignment.starts_on <= %(day)s AND (assignment.ends_on IS NULL OR assignment.ends_on > %(day)s)
LEFT JOIN org_team team ON team.id = assignment.team_id
LEFT JOIN org_site site ON site.id = team.site_id
WHERE agent.id = ANY(%(agents)s)
ORDER BY agent.id, assignment.starts_on DESC
"""


@dataclass(frozen=True, slots=True)
class PersonText:
    """An agent's team and site of today, and the beginning of the row."""

    text: str
    team_id: int | None
    site_id: int | None


@dataclass(frozen=True)
class NameTexts:
    """JSON of activity codes (by their row in the code table) and of queues (by id)."""

    codes: tuple[str, ...]
    queues: dict[int, str]


def read_people(*, agent_ids: Collection[int], day: date) -> dict[int, PersonText]:
    """Return the people with their team and site of that day."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_SQL, {"agents": list(agent_ids), "day": day})
        rows = cursor.fetchall()
    return {
        pk: PersonText(
            text=write(
                {
                    "agent_id": pk,
                    "name": name,
                    "sort_key": sort_key,
                    "employee_number": number,
                    "team_id": team_id,
                    "team": team,
                    "site_id": site_id,
                    "site": site,
                    "timezone": zone,
                }
            )[:-1],
            team_id=team_id,
            site_id=site_id,
        )
        for pk, name, sort_key, number, team_id, team, site_id, site, zone in rows
    }


def name_texts(codes: Collection[ActivityCode]) -> NameTexts:
    """Write out the codes, and all queues."""
    return NameTexts(
        codes=tuple(
            write({"key": code.key, "name": code.name, "letter": code.letter, "color": code.color})
            for code in codes
        ),
        queues={pk: write(name) for pk, name in Queue.objects.values_list("pk", "name")},
    )


write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
