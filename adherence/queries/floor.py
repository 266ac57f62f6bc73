"""Who is where now, by queue: present, planned, and whose queue an agent's work is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from adherence.core.data import Ints
from adherence.models import AgentLive, LiveFlag
from wfm.org.binary_copy import read_columns
from wfm.org.models import AgentSkill, Queue, StateGroup

FloatArray = NDArray[np.float64]
NEAR = timedelta(hours=12)
# The queue of the shift's work that is nearest to now: whose work a break interrupts.
NEAREST_SQL = """
SELECT DISTINCT ON (shift.agent_id) shift.agent_id, act.queue_id
FROM scheduling_shift AS shift
JOIN scheduling_shiftactivity AS act ON act.shift_id = shift.id AND act.queue_id IS NOT NULL
WHERE shift.is_published AND shift.starts_at < %(until)s AND shift.ends_at > %(since)s
ORDER BY shift.agent_id,
         greatest(act.starts_at - %(at)s, %(at)s - act.ends_at, interval '0'), act.starts_at
"""
WORK_SQL = """
SELECT shift.agent_id, coalesce(act.queue_id, 0),
       extract(epoch FROM act.starts_at)::bigint, extract(epoch FROM act.ends_at)::bigint
FROM scheduling_shift AS shift
JOIN scheduling_shiftactivity AS act ON act.shift_id = shift.id
JOIN org_activitycode AS code ON code.id = act.activity_code_id AND code.is_work
WHERE shift.is_published AND shift.starts_at < %(until)s AND shift.ends_at > %(since)s
  AND act.starts_at < %(until)s AND act.ends_at > %(since)s
ORDER BY shift.agent_id, act.starts_at
"""


@dataclass(frozen=True)
class PlannedWork:
    """Stretches of planned work on position; queue 0: any that the agent's skills serve."""

    agent: Ints
    queue: Ints
    starts_at: Ints
    ends_at: Ints

    def people(self, queue_ids: list[int], edges: Ints) -> FloatArray:
        """Mean people on these queues between the edges (seconds since 1970)."""
        rows = np.isin(self.queue, queue_ids)
        worked = _worked_until(np.sort(self.starts_at[rows]), edges)
        worked -= _worked_until(np.sort(self.ends_at[rows]), edges)
        return np.asarray(np.diff(worked) / np.diff(edges))


def _worked_until(moments: Ints, edges: Ints) -> FloatArray:
    """Sum over the moments of the time from each to each edge, none counted before it."""
    sums = np.concatenate([[0], np.cumsum(moments)])
    count = np.searchsorted(moments, edges, side="right")
    return np.asarray(count * edges - sums[count], dtype=np.float64)


@dataclass(frozen=True)
class Floor:
    """The floor at a moment."""

    home_queue: dict[int, int]
    """Whose work an agent's is: by plan, else the nearest of their shift, else by skill."""
    present: dict[int, int]
    """People on position by queue; an unseen agent is believed to be where the plan says."""
    work: PlannedWork


def read_floor(*, at: datetime, until: datetime, load: dict[int, float]) -> Floor:
    """Read it in a fixed number of queries; `load` decides among the queues of one's skills."""
    rows = list(
        AgentLive.objects.filter(agent__is_active=True).values_list(
            "agent_id", "state_group", "flag", "planned_queue_id", "planned_code__is_work",
            "activity_code__is_work",
        )
    )  # fmt: skip
    home = _nearest(at) | {agent: queue for agent, _, _, queue, *_ in rows if queue}
    by_skill = _by_skill(at, load)
    home = {agent: queue for agent, queue in by_skill.items() if agent not in home} | home
    present: dict[int, int] = {}
    for agent, group, flag, _queue, plans_work, does_work in rows:
        works = (
            group in (StateGroup.AVAILABLE, StateGroup.HANDLING)
            or (group == StateGroup.BUSY and does_work and flag != LiveFlag.BUSY_TOO_LONG)
            or (group == StateGroup.UNKNOWN and plans_work)
        )
        if works and agent in home:
            present[home[agent]] = present.get(home[agent], 0) + 1
    return Floor(home, present, _work(at, until, home))


def _nearest(at: datetime) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(NEAREST_SQL, {"at": at, "since": at - NEAR, "until": at + NEAR})
        return dict(cursor.fetchall())


def _by_skill(at: datetime, load: dict[int, float]) -> dict[int, int]:
    """The busiest queue that each agent's skills serve."""
    best: dict[int, int] = {}
    for queue_id, skill_id in Queue.objects.active().values_list("pk", "skill_id").order_by("pk"):
        known = best.get(skill_id)
        if known is None or load.get(queue_id, 0.0) > load.get(known, 0.0):
            best[skill_id] = queue_id
    found: dict[int, int] = {}
    held = AgentSkill.objects.filter(starts_on__lte=at.date(), skill__in=best).exclude(
        ends_on__lte=at.date()
    )
    for agent_id, skill_id in held.values_list("agent_id", "skill_id").order_by("agent_id", "pk"):
        queue_id = best[skill_id]
        if agent_id not in found or load.get(queue_id, 0.0) > load.get(found[agent_id], 0.0):
            found[agent_id] = queue_id
    return found


def _work(at: datetime, until: datetime, home: dict[int, int]) -> PlannedWork:
    since = at - timedelta(hours=2)
    agent, queue, starts_at, ends_at = read_columns(
        WORK_SQL, {"since": since, "until": until}, types=["bigint"] * 4
    )
    owner = np.array([home.get(int(pk), 0) for pk in agent], dtype=np.int64)
    return PlannedWork(agent, np.where(queue == 0, owner, queue), starts_at, ends_at)
