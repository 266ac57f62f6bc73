"""What the names in a batch of events stand for, in one query: agents and activity codes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# A source's own key goes before an employee number.
NAMES_SQL = """
SELECT 0, key, id FROM org_activitycode WHERE is_active
UNION ALL
SELECT 1, employee_number, id FROM org_agent WHERE employee_number = ANY(%(keys)s::text[])
UNION ALL
SELECT 2, key, agent_id FROM org_agentsourcekey
WHERE source = %(source)s AND key = ANY(%(keys)s::text[])
"""
PLANNED_SQL = """
SELECT wanted.place, activity.activity_code_id
FROM unnest(%(places)s::int[], %(agents)s::bigint[], %(moments)s::timestamptz[])
    AS wanted(place, agent_id, at)
JOIN scheduling_shift shift ON shift.agent_id = wanted.agent_id AND shift.is_published
    AND shift.starts_at <= wanted.at AND shift.ends_at > wanted.at
JOIN scheduling_shiftactivity activity ON activity.shift_id = shift.id
    AND activity.starts_at <= wanted.at AND activity.ends_at > wanted.at
"""
FIRST_WORK_SQL = """
SELECT id FROM org_activitycode WHERE is_active AND is_work
ORDER BY portal_position NULLS LAST, key LIMIT 1
"""


@dataclass(frozen=True)
class Names:
    """Ids by name. Read anew for each batch: what was added a second ago is known."""

    codes: dict[str, int]
    agents: dict[str, int]


def read_names(*, source: str, agent_keys: Collection[str]) -> Names:
    """Return all active codes, and the agents of these keys in this source."""
    codes: dict[str, int] = {}
    numbers: dict[str, int] = {}
    own: dict[str, int] = {}
    into = (codes, numbers, own)
    with connection.cursor() as cursor:
        cursor.execute(NAMES_SQL, {"source": source, "keys": list(agent_keys)})
        for kind, name, pk in cursor.fetchall():
            into[kind][name] = pk
    return Names(codes=codes, agents=numbers | own)


def codes_of_logins(logins: Sequence[tuple[int, datetime]]) -> list[int | None]:
    """What a log-in without code declares: the code planned at its moment, else the first work code.

    None where there is no work code at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            PLANNED_SQL,
            {
                "places": list(range(len(logins))),
                "agents": [agent_id for agent_id, _moment in logins],
                "moments": [moment for _agent_id, moment in logins],
            },
        )
        planned = dict(cursor.fetchall())
        cursor.execute(FIRST_WORK_SQL)
        found = cursor.fetchone()
    otherwise = found[0] if found else None
    return [planned.get(place, otherwise) for place in range(len(logins))]
