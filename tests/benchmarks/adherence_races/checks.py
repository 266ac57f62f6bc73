"""What the tables say after the race, by SQL that shares nothing with the services."""

from __future__ import annotations

import os
from contextlib import closing

import psycopg2

CHECKS = {
    "people with two shifts at once": """
        SELECT count(*) FROM scheduling_shift a JOIN scheduling_shift b
        ON a.agent_id = b.agent_id AND a.id < b.id AND a.is_published AND b.is_published
        AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "open shifts given to more than there are places": """
        SELECT count(*) FROM scheduling_openshift o WHERE o.people <
        (SELECT count(*) FROM scheduling_shiftbid b
         WHERE b.open_shift_id = o.id AND b.status = 'WON')""",
    "swaps done whose shift is somebody else's": """
        SELECT count(*) FROM scheduling_shiftswap w JOIN scheduling_shift s ON s.id = w.shift_id
        WHERE w.status = 'DONE' AND s.agent_id <> w.accepted_by_id""",
    "exchanges done of which one half is missing": """
        SELECT count(*) FROM scheduling_shiftswap w
        JOIN scheduling_shift s ON s.id = w.return_shift_id
        WHERE w.status = 'DONE' AND w.is_exchange AND s.agent_id <> w.offered_by_id""",
    "shifts whose activities do not fill them": """
        SELECT count(*) FROM scheduling_shift s WHERE s.is_published AND s.ends_at - s.starts_at <>
        (SELECT coalesce(sum(a.ends_at - a.starts_at), interval '0')
         FROM scheduling_shiftactivity a WHERE a.shift_id = s.id)""",
    "revisions of the version without a change": """
        SELECT count(*) FROM scheduling_scheduleversion v WHERE v.revision <>
        (SELECT count(DISTINCT d.version_revision) FROM scheduling_shiftchangeday d
         WHERE d.version_id = v.id)""",
}
COUNTS = {
    "done": "SELECT count(*) FROM scheduling_shiftswap WHERE status = 'DONE'",
    "won": "SELECT count(*) FROM scheduling_shiftbid WHERE status = 'WON'",
    "changes": "SELECT count(*) FROM scheduling_shiftchange",
    "shifts": "SELECT count(*) FROM scheduling_shift WHERE is_published",
}


def faults() -> dict[str, int]:
    """Each rule with the rows that break it."""
    return _counted(CHECKS)


def counts() -> dict[str, int]:
    """What there is."""
    return _counted(COUNTS)


def _counted(queries: dict[str, str]) -> dict[str, int]:
    with (
        closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT set_config('wfm.clients', '*', false)")
        cursor.execute("SELECT set_config('wfm.internal', 'on', false)")
        found = {}
        for name, query in queries.items():
            cursor.execute(query)
            found[name] = int(cursor.fetchone()[0])
    return found
