"""Skills that are asked for now and that nobody who is here has."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# Here: on position, busy or on a planned break, though clocked out for it; who is late, gone or
# clocked out otherwise is not. An unseen agent is believed, since silence is no absence.
GAPS_SQL = """
WITH holder AS (
    SELECT held.skill_id, live.agent_id, live.flag_since,
        live.planned_code_id IS NOT NULL AS is_planned,
        live.flag = 'IN' OR (live.state_group <> 'OFFLINE' AND live.flag NOT IN ('LATE', 'NO_SHOW')
            AND NOT (live.flag = 'OUT' AND live.severity >= 3)) AS is_here
    FROM org_agentskill AS held
    JOIN adherence_agentlive AS live ON live.agent_id = held.agent_id
    JOIN org_agent AS agent ON agent.id = held.agent_id AND agent.is_active
    WHERE held.starts_on <= %(today)s AND (held.ends_on IS NULL OR held.ends_on > %(today)s)
), counted AS (
    SELECT skill_id, count(*) FILTER (WHERE is_here) AS here, count(*) AS holders,
        coalesce(array_agg(agent_id ORDER BY agent_id) FILTER (WHERE is_planned), '{}') AS planned,
        min(flag_since) FILTER (WHERE is_planned AND NOT is_here) AS since
    FROM holder GROUP BY skill_id
)
SELECT skill.id, skill.name, coalesce(counted.planned, '{}'), counted.since,
    coalesce(counted.holders, 0),
    (SELECT array_agg(queue.id ORDER BY queue.id) FROM org_queue AS queue
     WHERE queue.skill_id = skill.id AND queue.is_active)
FROM org_skill AS skill LEFT JOIN counted ON counted.skill_id = skill.id
WHERE coalesce(counted.here, 0) = 0
  AND EXISTS (SELECT FROM org_queue WHERE skill_id = skill.id AND is_active)
  AND (cardinality(counted.planned) > 0 OR skill.id IN (
        SELECT skill_id FROM org_queue WHERE id = ANY(%(asking)s)))
ORDER BY cardinality(counted.planned) = 1 DESC, skill.name
"""


@dataclass(frozen=True)
class SkillGap:
    """A skill that nobody here has. One planned holder: the sole one is absent."""

    skill_id: int
    skill: str
    planned_agent_ids: list[int]
    since: str | None
    holders: int
    queue_ids: list[int]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def skill_gaps(*, at: datetime, asking_queue_ids: list[int]) -> list[SkillGap]:
    """Return them, one query for the whole floor; asking queues require people now."""
    with connection.cursor() as cursor:
        cursor.execute(GAPS_SQL, {"today": at.date(), "asking": asking_queue_ids})
        return [
            SkillGap(
                skill_id,
                skill,
                planned,
                since.isoformat().replace("+00:00", "Z") if since else None,
                holders,
                queue_ids,
            )
            for skill_id, skill, planned, since, holders, queue_ids in cursor.fetchall()
        ]
