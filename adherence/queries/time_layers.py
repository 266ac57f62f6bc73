"""What the time by activity needs beside a sweep's data, in two queries."""

from collections.abc import Iterable

import numpy as np

from adherence.core.activity_time import CodeFacts, TimeLayers, ZoneClock, nearest_queues
from adherence.core.axis import take
from adherence.core.data import Ints, Spans
from adherence.core.groups import StateGroup
from adherence.core.time_cells import MOST_CODES, MOST_QUEUES
from adherence.queries.agent_days import AgentDays
from adherence.queries.arrays import copy_integers
from adherence.queries.codes import CodeTable
from wfm.org.models import Queue
from wfm.timeline.grid import local_offsets_seconds

QUARTER_HOUR = 900
TIME_OFF_SQL = """
SELECT agent_id, floor(extract(epoch FROM starts_at))::bigint,
    floor(extract(epoch FROM ends_at))::bigint, activity_code_id
FROM scheduling_timeoff
WHERE status = 'APPROVED' AND agent_id = ANY(%(agents)s)
    AND starts_at < to_timestamp(%(ends_at)s) AND ends_at > to_timestamp(%(starts_at)s)
ORDER BY agent_id, starts_at, id
"""


def time_layers(days: AgentDays) -> TimeLayers:
    """Return the names of states, the queues of the plan and time off of these days."""
    plan, detail, windows = days.data.plan, days.plan_detail, days.data.windows
    bounds = (int(windows.starts_at.min()), int(windows.ends_at.max()))
    code_ids = days.codes.ids
    _check_ids(code_ids, MOST_CODES, "activity codes")
    agent, starts_at, ends_at, off_code = copy_integers(
        TIME_OFF_SQL,
        {"agents": days.agent_ids.tolist(), "starts_at": bounds[0], "ends_at": bounds[1]},
        columns=4,
    )
    queue = nearest_queues(
        owner=plan.agent * (len(days.dates) + 4) + detail.day + 2,
        queue=np.maximum(detail.queue_id, 0),
    )
    _check_ids(queue, MOST_QUEUES, "queues")
    clock, clocks = _clocks(queue, bounds)
    return TimeLayers(
        codes=_facts(days.codes),
        declared=np.where(days.declared.code >= 0, take(code_ids, days.declared.code), 0),
        queue=queue,
        clock=clock,
        clocks=clocks,
        time_off=Spans(
            agent=np.searchsorted(days.agent_ids, agent), starts_at=starts_at, ends_at=ends_at
        ),
        time_off_code=off_code,
    )


def zone_clock(zone: str, *, first: int, last: int) -> ZoneClock:
    """Return a zone's offsets between two moments; they change on quarter hours at the finest."""
    at = np.arange(first // QUARTER_HOUR, last // QUARTER_HOUR + 1) * QUARTER_HOUR
    offset = local_offsets_seconds(at.astype("datetime64[s]"), zone)
    changes = np.flatnonzero(np.diff(offset, prepend=offset[0] - 1))
    return ZoneClock(since=at[changes], offset=offset[changes])


def _clocks(queue: Ints, bounds: tuple[int, int]) -> tuple[Ints, tuple[ZoneClock, ...]]:
    """The clock of each planned row: that of its queue's zone; -1 without queue."""
    zone_of = dict(
        Queue.objects.filter(pk__in=np.unique(queue).tolist()).values_list("pk", "timezone")
    )
    zones = sorted(set(zone_of.values()))
    known, place = np.unique(queue, return_inverse=True)
    numbers = [zones.index(zone_of[pk]) if pk in zone_of else -1 for pk in known.tolist()]
    clocks = tuple(zone_clock(zone, first=bounds[0], last=bounds[1]) for zone in zones)
    return take(np.array(numbers, np.int64), place), clocks


def _facts(codes: CodeTable) -> CodeFacts:
    return CodeFacts(
        id=codes.ids,
        is_paid=codes.kinds.is_paid,
        is_on_position=codes.rules.is_on_position,
        accepts_offline=(codes.rules.accepted_mask >> int(StateGroup.OFFLINE) & 1).astype(np.bool_),
    )


def _check_ids(ids: Iterable[int] | Ints, limit: int, what: str) -> None:
    largest = int(np.max(np.asarray(ids), initial=0))
    if largest >= limit:
        msg = f"Expected ids of {what} below {limit:,}, got {largest:,}: widen core.time_cells."
        raise ValueError(msg)
