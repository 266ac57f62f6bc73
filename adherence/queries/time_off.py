"""Paid time off as seconds per agent, day and queue: paid time that is in no plan."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from adherence.core.shares import in_parts
from adherence.queries.arrays import copy_integers
from wfm.org.models import AgentSkill, Queue

EPOCH = date(1970, 1, 1)

# The paid minutes of a grant are shared out over its length, by the days of the agent's site. What
# of them is still planned (`off_seconds`) is in the plan's own paid time already.
_OFF_SQL = """
WITH off AS (
    SELECT time_off.agent_id, day::date AS day, time_off.activity_code_id AS code_id,
        coalesce(place.team_id, 0) AS team_id, coalesce(place.site_id, 0) AS site_id,
        time_off.paid_minutes * 60.0 * extract(epoch FROM
            least(time_off.ends_at, (day + interval '1 day') AT TIME ZONE place.zone)
            - greatest(time_off.starts_at, day AT TIME ZONE place.zone))
        / extract(epoch FROM time_off.ends_at - time_off.starts_at) AS seconds
    FROM scheduling_timeoff time_off
    CROSS JOIN LATERAL (
        SELECT max(assignment.team_id) AS team_id, max(team.site_id) AS site_id,
            coalesce(max(site.timezone), 'UTC') AS zone
        FROM org_agentassignment assignment
        JOIN org_team team ON team.id = assignment.team_id
        JOIN org_site site ON site.id = team.site_id
        WHERE assignment.agent_id = time_off.agent_id
            AND assignment.starts_on <= time_off.starts_at::date
            AND (assignment.ends_on IS NULL OR assignment.ends_on > time_off.starts_at::date)
    ) place
    CROSS JOIN LATERAL generate_series(
        (time_off.starts_at AT TIME ZONE place.zone)::date::timestamp,
        ((time_off.ends_at - interval '1 microsecond') AT TIME ZONE place.zone)::date::timestamp,
        interval '1 day') AS day
    WHERE time_off.status = 'APPROVED' AND time_off.paid_minutes > 0
        AND time_off.agent_id IN ({agents})
        AND time_off.starts_at < %s::date + 2 AND time_off.ends_at > %s::date - 2
        AND day BETWEEN %s AND %s
        AND (%s::bigint IS NULL OR place.team_id = %s)
        AND (%s::bigint IS NULL OR place.site_id = %s)
)
SELECT off.agent_id, (off.day - date '1970-01-01')::bigint, off.code_id, off.team_id, off.site_id,
    round(sum(off.seconds) * greatest(0, 1 - max(coalesce(told.off_seconds, 0)) / total.seconds))
        ::bigint
FROM off
JOIN (SELECT agent_id, day, sum(seconds) AS seconds FROM off GROUP BY agent_id, day) total
    USING (agent_id, day)
LEFT JOIN adherence_activitytime told
    ON told.agent_id = off.agent_id AND told.operational_date = off.day
GROUP BY off.agent_id, off.day, off.code_id, off.team_id, off.site_id, total.seconds
ORDER BY off.agent_id, off.day, off.code_id
"""
_QUEUES_SQL = """
SELECT time.agent_id, part.cell >> 38, sum(part.seconds)::bigint
FROM adherence_activitytime time
CROSS JOIN LATERAL unnest(time.cells, time.seconds) AS part(cell, seconds)
WHERE time.operational_date BETWEEN %s AND %s AND time.agent_id = ANY(%s)
    AND part.cell >> 38 > 0 AND part.cell >> 21 & 1 = 1
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class OffRow:
    """Paid time off of an agent on a day, as far as one queue (0: none) bears it."""

    agent_id: int
    day: date
    code_id: int
    team_id: int
    site_id: int
    queue_id: int
    client_id: int
    seconds: int


def off_rows(
    agents: QuerySet[Any],
    *,
    first: date,
    last: date,
    team_id: int | None = None,
    site_id: int | None = None,
) -> list[OffRow]:
    """Return the paid time off of these agents, shared out over their queues.

    A queue bears as much of an agent's time off as it has of the agent's planned time in the
    period; of who had none, the queues of the agent's skills bear it in equal parts.
    """
    sql, params = agents.query.sql_with_params()
    agent, day, code, team, site, seconds = copy_integers(
        _OFF_SQL.format(agents=sql),
        [*params, last, first, first, last, team_id, team_id, site_id, site_id],
        columns=6,
    )
    weights = _weights(sorted(set(agent.tolist())), first, last)
    clients = dict(Queue.objects.values_list("pk", "client_id")) if len(agent) else {}
    return [
        OffRow(
            agent_id=row[0],
            day=EPOCH + timedelta(days=row[1]),
            code_id=row[2],
            team_id=row[3],
            site_id=row[4],
            queue_id=queue,
            client_id=clients.get(queue, 0),
            seconds=part,
        )
        for row in zip(*(c.tolist() for c in (agent, day, code, team, site, seconds)), strict=True)
        for queue, part in in_parts(row[5], weights.get(row[0], {0: 1})).items()
        if part
    ]


def _weights(agent_ids: Sequence[int], first: date, last: date) -> dict[int, dict[int, int]]:
    """How much of each agent's time each queue has."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    if not agent_ids:
        return found
    columns = copy_integers(_QUEUES_SQL, [first, last, list(agent_ids)], columns=3)
    for agent, queue, seconds in zip(*(column.tolist() for column in columns), strict=True):
        found[agent][queue] = seconds
    skilled = AgentSkill.objects.filter(agent__in=set(agent_ids) - set(found))
    in_force = skilled.filter(starts_on__lte=last).exclude(ends_on__lte=first)
    pairs = in_force.filter(skill__queues__is_active=True).values_list("agent", "skill__queues")
    for agent, queue in pairs.distinct():
        found[agent][queue] = 1
    return found
