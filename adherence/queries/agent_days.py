"""Everything a sweep needs of some agents and operational days, in seven queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import (
    DayWindows,
    Ints,
    PlannedActivities,
    Spans,
    SweepData,
)
from adherence.core.days import ShiftSpans, clip_days, operational_days
from adherence.core.live import NEVER
from adherence.core.silence import NOT_AGAIN, feed_silences
from adherence.core.states import DeclaredStates, declared_states
from adherence.queries.arrays import copy_integers
from adherence.queries.codes import CodeTable, code_table
from adherence.queries.spoken import spoken_for
from wfm.org.models import AgentAssignment
from wfm.timeline import day_bounds

ONE_DAY = timedelta(days=1)
FAR_AHEAD = 2**33

# A state lasts 31 days at most (core.states), so no older partition is touched; `first` and `last` say
# so to the planner, which cannot see the agents' own bounds.
# The one order of events: when they occurred, then the source's sequence, then their uid. What
# arrives late or twice changes nothing about it. Agent by agent the index has almost that order, so
# that nothing large is sorted. Instants are read as they are stored; see `copy_integers`.
EVENTS_SQL = """
SELECT wanted.agent_id, event.occurred_at, coalesce(event.activity_code_id, -1)
FROM unnest(%(agents)s::bigint[], %(begins)s::bigint[], %(ends)s::bigint[])
    AS wanted(agent_id, begins, ends)
CROSS JOIN LATERAL (
    (SELECT occurred_at, activity_code_id FROM adherence_activityevent
    WHERE agent_id = wanted.agent_id AND occurred_at < to_timestamp(wanted.begins)
        AND occurred_at >= to_timestamp(wanted.begins) - interval '31 days'
        AND occurred_at >= %(first)s::timestamptz - interval '31 days' AND occurred_at < %(last)s
    ORDER BY occurred_at DESC, sequence DESC, event_uid COLLATE "C" DESC, source COLLATE "C" DESC
    LIMIT 1)
    UNION ALL
    (SELECT occurred_at, activity_code_id FROM adherence_activityevent
    WHERE agent_id = wanted.agent_id AND occurred_at >= to_timestamp(wanted.begins)
        AND occurred_at < to_timestamp(wanted.ends)
        AND occurred_at >= %(first)s AND occurred_at < %(last)s
    ORDER BY occurred_at, sequence, event_uid COLLATE "C", source COLLATE "C")
) event
"""
# The fence (OFFSET 0) keeps PostgreSQL from reading all activities there are.
PLAN_SQL = """
SELECT shift.agent_id, activity.starts_at, activity.ends_at, activity.activity_code_id,
    coalesce(activity.queue_id, -1), (shift.operational_date - %(first_date)s::date)::bigint,
    (shift.place = 'HOME')::int::bigint
FROM scheduling_shift shift
CROSS JOIN LATERAL (SELECT * FROM scheduling_shiftactivity
    WHERE shift_id = shift.id OFFSET 0) activity
WHERE shift.is_published AND shift.agent_id = ANY(%(agents)s)
    AND shift.operational_date BETWEEN %(first_date)s::date - 1 AND %(last_date)s::date + 1
"""
EXCUSED_SQL = """
SELECT agent_id, starts_at, ends_at
FROM adherence_adherenceexception
WHERE status = 'APPROVED' AND agent_id = ANY(%(agents)s)
    AND starts_at < %(ends_at)s AND ends_at > %(starts_at)s
"""
# Only where something follows from it: gaps longer than the limit, and the last time heard.
HEARD_SQL = """
WITH feed AS MATERIALIZED (
    SELECT id, silence_limit_seconds AS limit_seconds, coalesce(
        (SELECT max(heard_at) FROM adherence_feedheartbeat
         WHERE feed_id = adherence_eventfeed.id AND heard_at < %(starts_at)s), %(starts_at)s) AS since
    FROM adherence_eventfeed
    WHERE silence_limit_seconds IS NOT NULL
        AND (source IN (SELECT source FROM org_agentsourcekey WHERE agent_id = ANY(%(agents)s))
            OR id IN (SELECT feed_id FROM adherence_feedagent WHERE agent_id = ANY(%(agents)s)))
),
heard AS (
    SELECT feed.id, feed.limit_seconds, beat.heard_at,
        lead(beat.heard_at) OVER (PARTITION BY feed.id ORDER BY beat.heard_at) AS again_at
    FROM feed JOIN adherence_feedheartbeat beat ON beat.feed_id = feed.id
        AND beat.heard_at >= feed.since AND beat.heard_at < %(ends_at)s
)
SELECT id, heard_at, coalesce(again_at, '-infinity'), limit_seconds::bigint
FROM heard
WHERE again_at IS NULL OR again_at - heard_at > limit_seconds * interval '1 second'
ORDER BY id, heard_at
"""


@dataclass(frozen=True)
class PlanDetail:
    """What pages show of each planned row, beside its times and code."""

    day: Ints
    """Index of its operational day in `AgentDays.dates`; -1 and beyond for its neighbours."""
    queue_id: Ints
    """-1 without queue."""
    is_home: NDArray[np.bool_]


@dataclass(frozen=True)
class AgentDays:
    """A sweep's data and what its integers stand for. Agent i is `agent_ids[i]`, day j `dates[j]`."""

    agent_ids: Ints
    dates: tuple[date, ...]
    codes: CodeTable
    data: SweepData
    declared: DeclaredStates
    plan_detail: PlanDetail
    silent_since: Ints
    silent_from: Ints

    def row(self, *, agent: int, day: int) -> int:
        """The row of `data.windows` of this agent and day."""
        return agent * len(self.dates) + day


def load_agent_days(
    *, agent_ids: Sequence[int], first_date: date, last_date: date, until: datetime
) -> AgentDays:
    """Read plan, states, excuses and silences of whole operational days, as far as `until`.

    The plan is read beyond `until`, since the present asks for what comes next.
    """
    ids = np.unique(np.asarray(agent_ids, dtype=np.int64))
    dates = tuple(
        first_date + timedelta(days=offset) for offset in range((last_date - first_date).days + 1)
    )
    bounds = {
        "agents": ids.tolist(),
        "first_date": first_date,
        "last_date": last_date,
        # Wide enough for the operational days of every zone.
        "starts_at": datetime.combine(first_date - 2 * ONE_DAY, datetime.min.time(), UTC),
        "ends_at": min(until, datetime.combine(last_date + 3 * ONE_DAY, datetime.min.time(), UTC)),
    }
    until_second = int(until.timestamp())
    codes = code_table()
    plan, detail, shifts = read_plan(ids, codes, bounds)
    windows = operational_days(midnights=read_midnights(ids, dates), shifts=shifts)
    agent, at, code_id = _events(ids, windows, until)
    declared = declared_states(
        agent=np.searchsorted(ids, agent),
        at=at,
        code=codes.rows(code_id),
        codes=codes.states,
        until=until_second,
    )
    silences, silent_since, silent_from = _silences(ids, bounds, until_second)
    return AgentDays(
        agent_ids=ids,
        dates=dates,
        codes=codes,
        data=SweepData(
            windows=clip_days(windows, until=until_second),
            states=declared.points,
            plan=plan,
            codes=codes.rules,
            excused=read_excused(ids, bounds, last_date),
            silences=silences,
        ),
        declared=declared,
        plan_detail=detail,
        silent_since=silent_since,
        silent_from=silent_from,
    )


def _events(ids: Ints, windows: DayWindows, until: datetime) -> list[Ints]:
    """Each agent's events in their order: those of the agent's own days, and the last before."""
    days = max(len(windows.agent) // max(len(ids), 1), 1)
    last = int(np.ceil(until.timestamp()))
    return read_events(
        ids,
        begins=np.minimum(windows.starts_at[::days], last),
        ends=np.minimum(windows.ends_at[days - 1 :: days], last),
    )


def read_events(ids: Ints, *, begins: Ints, ends: Ints) -> list[Ints]:
    """Read agent, second and code (-1: clocked out) of each agent's events of [begins, ends), in their order.

    The last event before `begins`, at most 31 days old, comes first.
    """
    bounds = {
        "agents": ids.tolist(),
        "begins": begins.tolist(),
        "ends": ends.tolist(),
        "first": datetime.fromtimestamp(int(begins.min(initial=FAR_AHEAD)), UTC),
        "last": datetime.fromtimestamp(int(ends.max(initial=0)), UTC),
    }
    return copy_integers(EVENTS_SQL, bounds, columns=3, instants=[1])


def read_plan(
    ids: Ints, codes: CodeTable, bounds: dict[str, object]
) -> tuple[PlannedActivities, PlanDetail, ShiftSpans]:
    """Read the planned activities of agents (ids ascending), as rows and as spans of their shifts."""
    columns = copy_integers(PLAN_SQL, bounds, columns=7, instants=[1, 2])
    order = np.lexsort((columns[1], columns[0]))
    agent_id, starts_at, ends_at, code_id, queue_id, day, is_home = (
        column[order] for column in columns
    )
    agent = np.searchsorted(ids, agent_id)
    plan = PlannedActivities(
        agent=agent, starts_at=starts_at, ends_at=ends_at, code=codes.rows(code_id)
    )
    # An activity stands for its shift here: the days only ask for first starts and last ends.
    shifts = ShiftSpans(agent=agent, day=day, starts_at=starts_at, ends_at=ends_at)
    return plan, PlanDetail(day=day, queue_id=queue_id, is_home=is_home == 1), shifts


def read_midnights(ids: Ints, dates: tuple[date, ...]) -> Ints:
    """Local midnights of each agent, in the zone of the site of the team of that day."""
    columns = (*dates, dates[-1] + ONE_DAY)
    assignments = (
        AgentAssignment.objects.filter(agent__in=ids.tolist(), starts_on__lt=columns[-1])
        .order_by("agent_id", "starts_on")
        .values_list("agent_id", "starts_on", "team__site__timezone")
    )
    by_zone: dict[str, Ints] = {}
    midnights = np.empty((len(ids), len(columns)), np.int64)
    midnights[:] = _zone_midnights("UTC", columns)
    begun: set[int] = set()
    for agent_id, starts_on, zone in assignments:
        if zone not in by_zone:
            by_zone[zone] = _zone_midnights(zone, columns)
        # Before their first assignment agents live in its zone too.
        first = max((starts_on - columns[0]).days, 0) if agent_id in begun else 0
        begun.add(agent_id)
        midnights[np.searchsorted(ids, agent_id), first:] = by_zone[zone][first:]
    return midnights


def _zone_midnights(zone: str, days: Sequence[date]) -> Ints:
    starts = [int(day_bounds(day, zone).starts_at.timestamp()) for day in days]
    return np.array(starts, dtype=np.int64)


def read_excused(ids: Ints, bounds: dict[str, object], last_date: date) -> Spans:
    """Read the approved exceptions of agents (ids ascending)."""
    # Also those of later today: the present asks when the next one begins.
    ends_at = datetime.combine(last_date + 3 * ONE_DAY, datetime.min.time(), UTC)
    agent, starts_at, ends = copy_integers(
        EXCUSED_SQL, bounds | {"ends_at": ends_at}, columns=3, instants=[1, 2]
    )
    return Spans(agent=np.searchsorted(ids, agent), starts_at=starts_at, ends_at=ends)


def _silences(ids: Ints, bounds: dict[str, object], until: int) -> tuple[Spans, Ints, Ints]:
    """Silences of the feeds that speak for these agents; since when and from when, per agent."""
    since, following = np.full(len(ids), NEVER), np.full(len(ids), NEVER)
    feed, heard_at, again_at, limit = copy_integers(HEARD_SQL, bounds, columns=4, instants=[1, 2])
    if len(feed) == 0:
        return Spans.none(), since, following
    starts_at, ends_at = feed_silences(
        heard_at=heard_at,
        next_heard_at=np.where(again_at < heard_at, NOT_AGAIN, again_at),
        limit_seconds=limit,
        until=until,
    )
    found: list[tuple[Ints, Ints, Ints]] = []
    for feed_id, spoken in spoken_for(ids).items():
        rows = np.flatnonzero(feed == feed_id)
        if len(rows) == 0:
            continue
        silent = rows[starts_at[rows] < ends_at[rows]]
        starts = np.maximum(np.tile(starts_at[silent], len(spoken.agent)), spoken.times(silent)[0])
        ends = np.minimum(np.tile(ends_at[silent], len(spoken.agent)), spoken.times(silent)[1])
        agents = np.repeat(spoken.agent, len(silent))
        found.append((agents[starts < ends], starts[starts < ends], ends[starts < ends]))
        last = int(starts_at[rows[-1]])
        target = since if last < until else following
        now = spoken.agent[(spoken.begins <= until) & (spoken.ends > until)]
        target[now] = np.minimum(target[now], last)
    agent, starts, ends = (np.concatenate(column) for column in zip(*found, strict=True))
    return Spans(agent=agent, starts_at=starts, ends_at=ends), since, following
