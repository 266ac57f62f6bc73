"""Reads of the keeper: agents as it remembers them, and what has been added since."""

from array import array
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from adherence.core.data import Ints
from adherence.core.days import operational_days
from adherence.core.groups import StateGroup, accepted_groups
from adherence.core.memory import (
    NO_CODE,
    AgentMemory,
    CodeKinds,
    EventMemory,
    FeedMemory,
    PlanMemory,
)
from adherence.core.silence import NOT_AGAIN
from adherence.queries.agent_days import (
    read_events,
    read_excused,
    read_midnights,
    read_plan,
)
from adherence.queries.arrays import copy_integers
from adherence.queries.codes import CodeTable
from adherence.queries.spoken import feeds_by_agent

ONE_DAY = timedelta(days=1)
AHEAD = timedelta(minutes=10)
"""Events are at most five minutes ahead when they come."""
EPOCH = date(1970, 1, 1)

# One index scan per agent, whatever the planner thinks of a partition that is an hour old: the
# order inside keeps the subquery a subquery.
NEW_EVENTS_SQL = """
SELECT event.agent_id, event.second, event.code_id
FROM unnest(%(agents)s::bigint[], %(since)s::bigint[]) WITH ORDINALITY
    AS wanted(agent_id, second, place)
CROSS JOIN LATERAL (
    SELECT agent_id, floor(extract(epoch FROM occurred_at))::bigint AS second,
        coalesce(activity_code_id, -1) AS code_id
    FROM adherence_activityevent
    WHERE agent_id = wanted.agent_id AND occurred_at >= to_timestamp(wanted.second)
        AND occurred_at >= %(first)s AND occurred_at < %(last)s
    ORDER BY occurred_at, sequence, event_uid COLLATE "C", source COLLATE "C"
) event
"""
FEEDS_SQL = """
WITH feed AS MATERIALIZED (
    SELECT id, silence_limit_seconds AS limit_seconds, coalesce(
        (SELECT max(heard_at) FROM adherence_feedheartbeat
         WHERE feed_id = adherence_eventfeed.id AND heard_at < %(starts_at)s), %(starts_at)s) AS since
    FROM adherence_eventfeed WHERE silence_limit_seconds IS NOT NULL
),
heard AS (
    SELECT feed.id, feed.limit_seconds, beat.heard_at,
        lead(beat.heard_at) OVER (PARTITION BY feed.id ORDER BY beat.heard_at) AS again_at
    FROM feed JOIN adherence_feedheartbeat beat ON beat.feed_id = feed.id
        AND beat.heard_at >= feed.since AND beat.heard_at < %(ends_at)s
)
SELECT id, floor(extract(epoch FROM heard_at))::bigint,
    coalesce(floor(extract(epoch FROM again_at))::bigint, -1), limit_seconds::bigint
FROM heard
WHERE again_at IS NULL OR again_at - heard_at > limit_seconds * interval '1 second'
ORDER BY id, heard_at
"""


def events_since(at: datetime) -> datetime:
    """From when on events are remembered; the same as a sweep of yesterday to tomorrow reads."""
    return datetime.combine(at.astimezone(UTC).date() - 3 * ONE_DAY, datetime.min.time(), UTC)


def day_number(at: datetime) -> int:
    """The UTC day as days since 1970."""
    return (at.astimezone(UTC).date() - EPOCH).days


def load_agents(
    *, agent_ids: Collection[int], codes: CodeTable, at: datetime
) -> dict[int, AgentMemory]:
    """Read agents whole: plan, operational days, events, exceptions, feeds."""
    ids = np.unique(np.fromiter(agent_ids, np.int64))
    found = load_plans(agent_ids=ids.tolist(), codes=codes, at=at)
    begins = np.full(len(ids), int(events_since(at).timestamp()))
    ends = np.full(len(ids), int(np.ceil((at + AHEAD).timestamp())))
    agent, second, code_id = _last_of_second(*read_events(ids, begins=begins, ends=ends))
    for agent_id, first, last in _runs(agent):
        found[agent_id].events = EventMemory(
            _longs(second[first:last]), _longs(code_id[first:last])
        )
    for agent_id, feeds in feeds_by_agent(found, at=at).items():
        found[agent_id].feeds = feeds
    return found


def load_plans(
    *, agent_ids: Sequence[int], codes: CodeTable, at: datetime
) -> dict[int, AgentMemory]:
    """Read plan, operational days and exceptions of agents around a moment, nothing else."""
    ids = np.unique(np.asarray(agent_ids, dtype=np.int64))
    today = at.astimezone(UTC).date()
    dates = (today - ONE_DAY, today, today + ONE_DAY)
    bounds: dict[str, object] = {
        "agents": ids.tolist(),
        "first_date": dates[0],
        "last_date": dates[-1],
        "starts_at": events_since(at),
    }
    plan, detail, shifts = read_plan(ids, codes, bounds)
    windows = operational_days(midnights=read_midnights(ids, dates), shifts=shifts)
    starts = windows.starts_at.reshape(len(ids), len(dates)).tolist()
    ends = windows.ends_at.reshape(len(ids), len(dates)).tolist()
    found = {
        agent_id: AgentMemory(
            plan=PlanMemory(),
            events=EventMemory(),
            windows=list(zip(starts[index], ends[index], strict=True)),
            excuses=[],
            feeds=(),
            day=day_number(at),
        )
        for index, agent_id in enumerate(ids.tolist())
    }
    code_ids = codes.ids[plan.code] if len(plan.code) else plan.code
    for agent_id, first, last in _runs(ids[plan.agent]):
        own = found[agent_id].plan
        own.starts_at = _longs(plan.starts_at[first:last])
        own.ends_at = _longs(plan.ends_at[first:last])
        own.code_id = _longs(code_ids[first:last])
        own.queue_id = _longs(detail.queue_id[first:last])
        own.is_home = _longs(detail.is_home[first:last].astype(np.int64))
        own.find_shifts()
    excused = read_excused(ids, bounds, dates[-1])
    for index, start, end in zip(
        excused.agent.tolist(), excused.starts_at.tolist(), excused.ends_at.tolist(), strict=True
    ):
        found[int(ids[index])].excuses.append((start, end))
    return found


def new_events(
    *, since: dict[int, int], at: datetime
) -> dict[int, tuple["array[int]", "array[int]"]]:
    """Read the events of each agent from the agent's second on, in their order."""
    if not since:
        return {}
    first = datetime.fromtimestamp(min(since.values()), UTC)
    params = {
        "agents": list(since),
        "since": list(since.values()),
        "first": first,
        "last": max(at, first) + AHEAD,
    }
    agent, second, code_id = _last_of_second(*copy_integers(NEW_EVENTS_SQL, params, columns=3))
    return {
        agent_id: (_longs(second[start:end]), _longs(code_id[start:end]))
        for agent_id, start, end in _runs(agent)
    }


def load_feeds(*, at: datetime) -> dict[int, FeedMemory]:
    """Read when every feed that must be heard was heard, as far as it matters now."""
    feed, heard_at, again_at, limit = copy_integers(
        FEEDS_SQL, {"starts_at": events_since(at), "ends_at": at + timedelta(seconds=1)}, columns=4
    )
    found: dict[int, FeedMemory] = {}
    rows = zip(feed.tolist(), heard_at.tolist(), again_at.tolist(), limit.tolist(), strict=True)
    for feed_id, heard, again, seconds in rows:
        memory = found.setdefault(feed_id, FeedMemory(limit_seconds=seconds, heard_at=heard))
        memory.heard_at = heard
        if again != NOT_AGAIN:
            memory.silences.append((heard + seconds, again))
    return found


def code_kinds(codes: CodeTable) -> CodeKinds:
    """Sort the codes for the search for the beginning of a state."""
    busy = {StateGroup.BUSY, StateGroup.HANDLING}  # after-contact work is first one, then the other
    groups = {code.pk: StateGroup[code.state_group] for code in codes.codes}
    possible = {
        code.pk: busy if groups[code.pk] == StateGroup.BUSY else {groups[code.pk]}
        for code in codes.codes
    }
    possible[NO_CODE] = {StateGroup.OFFLINE}
    return CodeKinds(
        kinds={pk: int(StateGroup.BUSY if group in busy else group) for pk, group in groups.items()}
        | {NO_CODE: int(StateGroup.OFFLINE)},
        fitting={
            code.pk: frozenset(
                pk
                for pk, own in possible.items()
                if own
                <= set(accepted_groups(groups[code.pk], is_work=code.is_work, is_paid=code.is_paid))
            )
            for code in codes.codes
        },
    )


def _last_of_second(agent: Ints, second: Ints, code_id: Ints) -> tuple[Ints, Ints, Ints]:
    """The last event of a second decides it; the others are as if they had not been."""
    last = np.ones(len(agent), np.bool_)
    last[:-1] = (agent[1:] != agent[:-1]) | (second[1:] != second[:-1])
    return agent[last], second[last], code_id[last]


def _runs(agent: Ints) -> Iterable[tuple[int, int, int]]:
    """Each agent of a sorted column with its first row and the row after its last."""
    if len(agent) == 0:
        return []
    first = np.flatnonzero(np.append(True, agent[1:] != agent[:-1]))
    last = np.append(first[1:], len(agent))
    return zip(agent[first].tolist(), first.tolist(), last.tolist(), strict=True)


def _longs(values: Ints) -> "array[int]":
    return array("q", np.ascontiguousarray(values, np.int64).tobytes())
