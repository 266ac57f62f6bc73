"""What the board reads: requirement, scheduled people and open items, in a fixed number of queries.

Rows come as arrays grouped in SQL; nothing here grows with the number of queues but the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from staffing.core.board_people import Slots, people_on_grid
from staffing.core.kernels import FloatArray
from wfm.org.binary_copy import read_columns
from wfm.org.in_force import Stretch, stretch_columns

MINUTE_SECONDS = 60
FIGURES = (
    "offered",
    "aht_seconds",
    "workload_erlangs",
    "required_agents",
    "required_fte",
    "shrinkage_rate",
)
# The update of the day stands before the number it corrects, as on the requirement's own page.
REQUIRED_SQL = """
SELECT row.queue_id, extract(epoch FROM row.starts_at)::bigint, row.is_open, {figures}
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(run_id, queue_id, starts_at, ends_at)
JOIN staffing_requirementinterval AS row
  ON row.run_id = wanted.run_id AND row.queue_id = wanted.queue_id
 AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at
LEFT JOIN staffing_intradayrequirement AS today
  ON today.queue_id = row.queue_id AND today.starts_at = row.starts_at
 AND today.run_id = row.run_id
ORDER BY row.queue_id, row.starts_at
"""
# Comings and goings of people by team, queue and skills; the team and the skills of the shift's day.
# Both are looked up per shift: joins of such lists go wrong where statistics are older than the rows.
PEOPLE_SQL = """
WITH shift AS MATERIALIZED (
    SELECT id,
        (SELECT array_agg(held.skill_id ORDER BY held.skill_id) FROM org_agentskill AS held
         WHERE held.agent_id = day.agent_id AND held.starts_on <= day.operational_date
           AND (held.ends_on IS NULL OR held.ends_on > day.operational_date)) AS skills,
        (SELECT assigned.team_id FROM org_agentassignment AS assigned
         WHERE assigned.agent_id = day.agent_id AND assigned.starts_on <= day.operational_date
           AND (assigned.ends_on IS NULL OR assigned.ends_on > day.operational_date)) AS team_id
    FROM scheduling_shift AS day
    WHERE day.is_published AND day.ends_at > %(starts_at)s AND day.starts_at < %(ends_at)s
), work AS (
    SELECT shift.team_id, act.queue_id, shift.skills,
           greatest(act.starts_at, %(starts_at)s) AS starts_at,
           least(act.ends_at, %(ends_at)s) AS ends_at
    FROM shift
    JOIN scheduling_shiftactivity AS act ON act.shift_id = shift.id
     AND act.ends_at > %(starts_at)s AND act.starts_at < %(ends_at)s
    JOIN org_activitycode AS code ON code.id = act.activity_code_id
    WHERE act.queue_id = ANY(%(queues)s) OR (act.queue_id IS NULL AND code.is_work)
), change AS (
    SELECT team_id, queue_id, skills, at, sum(people) AS people FROM (
        SELECT team_id, queue_id, skills, starts_at AS at, 1 AS people FROM work
        UNION ALL
        SELECT team_id, queue_id, skills, ends_at, -1 FROM work
    ) AS moment GROUP BY 1, 2, 3, 4
)
SELECT team_id, queue_id, skills,
       array_agg(extract(epoch FROM at)::bigint ORDER BY at), array_agg(people::int ORDER BY at)
FROM change GROUP BY 1, 2, 3
"""
BACKLOG_SQL = """
SELECT item.queue_id,
       floor(extract(epoch FROM item.due_at - origin.at) / 60)::bigint, count(*)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS origin(queue_id, at)
JOIN forecasting_workitem AS item ON item.queue_id = origin.queue_id
 AND item.arrived_at < origin.at
 AND (item.completed_at IS NULL OR item.completed_at >= origin.at)
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class RequiredRows:
    """The requirement in force of one queue, interval by interval; NaN where there is no figure."""

    starts_at: NDArray[np.int64]
    """Seconds since 1970."""
    is_open: NDArray[np.bool_]
    offered: FloatArray
    aht_seconds: FloatArray
    workload_erlangs: FloatArray
    required_agents: FloatArray
    required_fte: FloatArray
    shrinkage_rate: FloatArray
    callbacks: FloatArray
    """Of the offered, those who take a callback, as the run said."""

    def take(self, rows: slice) -> RequiredRows:
        """Return the chosen intervals."""
        return RequiredRows(**{name: values[rows] for name, values in vars(self).items()})


def required_rows(found: Sequence[Stretch]) -> dict[int, RequiredRows]:
    """Return the intervals of these stretches by queue, the rest of today as it was updated."""
    figures = ", ".join(
        f"coalesce(CASE WHEN today.id IS NULL THEN row.{name} ELSE today.{name} END, 'NaN'::float8)"
        for name in FIGURES
    )
    figures += ", coalesce(row.callbacks, 0)"
    queue_ids, *columns = read_columns(
        REQUIRED_SQL.format(figures=figures),
        stretch_columns(found),
        types=["bigint", "bigint", "boolean", *["float8"] * (len(FIGURES) + 1)],
    )
    edges = [*np.flatnonzero(np.diff(queue_ids, prepend=-1)).tolist(), queue_ids.size]
    return {
        int(queue_ids[first]): RequiredRows(*(column[first:end] for column in columns))
        for first, end in pairwise(edges)
    }


@dataclass(frozen=True)
class People:
    """People of one team with the same skills on one queue, by slot.

    `queue_id` is None for those on work without a queue; `team_id` for those without a team.
    """

    team_id: int | None
    queue_id: int | None
    skills: frozenset[int]
    by_slot: FloatArray


def people_rows(
    slots: Slots, *, queue_ids: Sequence[int], starts_at: datetime, ends_at: datetime
) -> list[People]:
    """Return who is scheduled on these queues, or on work without a queue, in published shifts."""
    with connection.cursor() as cursor:
        cursor.execute(
            PEOPLE_SQL, {"queues": [*queue_ids], "starts_at": starts_at, "ends_at": ends_at}
        )
        rows = cursor.fetchall()
    return [
        People(
            team_id,
            queue_id,
            frozenset(skills or ()),
            people_on_grid(slots, at=np.array(at), change=np.array(change)),
        )
        for team_id, queue_id, skills, at, change in rows
    ]


@dataclass(frozen=True)
class OpenItems:
    """Items open at a moment: whole minutes from it to their due times, and how many."""

    due: NDArray[np.int64]
    items: FloatArray


def open_items(origins: Mapping[int, datetime]) -> dict[int, OpenItems]:
    """Return the open items of each queue at its moment, by due time."""
    with connection.cursor() as cursor:
        cursor.execute(BACKLOG_SQL, [[*origins], [*origins.values()]])
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    return {
        queue_id: OpenItems(
            rows[rows[:, 0] == queue_id, 1], rows[rows[:, 0] == queue_id, 2].astype(np.float64)
        )
        for queue_id in origins
    }
