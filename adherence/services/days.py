"""AdherenceDay: written from the sweep, one row per agent and operational day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from itertools import groupby

import numpy as np
from django.db import connection, transaction

from adherence.core.activity_time import activity_time
from adherence.core.data import SweepResult
from adherence.core.day_texts import matrix_texts, stretch_texts
from adherence.core.days import GRACE_SECONDS
from adherence.core.groups import StateGroup
from adherence.core.projections import FIGURES, day_figures
from adherence.core.states import LASTS_SECONDS
from adherence.core.sweep import cut, sweep
from adherence.models import AdherenceDay, AgentLive, ChangeKind, PendingDay
from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.retention import oldest_computable
from adherence.queries.time_layers import time_layers
from adherence.services.activity_rows import write_activity_times
from adherence.services.causes import (
    EVENTS,
    MANUAL,
    AgentDay,
    CauseTable,
    ChangeCause,
    Mark,
    Marks,
    cause_table,
    marks_of,
    pending_marks,
)
from adherence.services.day_rows import DayRows, write_days
from adherence.services.marks import mark_agents

AGENT_DAYS_AT_ONCE = 10_000
"""What is read, swept and written at once: some 150 MB."""
WRITER_LOCKS = 256
"""Agents are spread over so many locks, so that several may be written at the same time."""
UNPLANNED = ""
"""Key of time without plan in `AdherenceDay.matrix`."""
OFF_DUTY = [StateGroup.OFFLINE, StateGroup.UNKNOWN]

# A state holds until the next event, 31 days at most, so a late one may change several days. The day before and the
# day after are concerned where one of their shifts comes within the grace; see core.days. Each step is materialized:
# folded into one query, an agent's zone would be looked up six times for each span.
MARK_SQL = """
WITH placed AS MATERIALIZED (
    SELECT span.agent_id, span.starts_at, span.ends_at, coalesce((
        SELECT site.timezone FROM org_team team JOIN org_site site ON site.id = team.site_id
        WHERE team.id = (
            SELECT team_id FROM org_agentassignment assignment
            WHERE assignment.agent_id = span.agent_id
                AND assignment.starts_on <= span.starts_at::date
            ORDER BY assignment.starts_on DESC LIMIT 1)), 'UTC') AS zone
    FROM unnest(%(agents)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        AS span(agent_id, starts_at, ends_at)
), lasting AS MATERIALIZED (
    SELECT agent_id, zone, starts_at,
        greatest(starts_at, least(%(at)s, coalesce(ends_at, least((
            SELECT min(occurred_at) FROM adherence_activityevent event
            WHERE event.agent_id = placed.agent_id AND event.occurred_at > placed.starts_at),
            starts_at + %(lasts_seconds)s * interval '1 second')))) AS ends_at
    FROM placed
), local AS MATERIALIZED (
    SELECT agent_id, (starts_at AT TIME ZONE zone)::date AS first,
        (ends_at AT TIME ZONE zone)::date AS last,
        starts_at - %(grace_seconds)s * interval '1 second' AS from_at,
        ends_at + %(grace_seconds)s * interval '1 second' AS until_at
    FROM lasting
)
INSERT INTO adherence_pendingday (agent_id, operational_date, kind, by_id, why, marked_at)
SELECT DISTINCT agent_id, day::date, %(kind)s, %(by_id)s::bigint, %(why)s, %(at)s
FROM local
CROSS JOIN LATERAL generate_series(first - 1, last + 1, interval '1 day') AS day
WHERE day::date BETWEEN first AND last OR EXISTS (
    SELECT 1 FROM scheduling_shift shift
    WHERE shift.agent_id = local.agent_id AND shift.is_published
        AND shift.operational_date = day::date
        AND shift.ends_at > from_at AND shift.starts_at < until_at)
"""


def mark_days(
    *,
    spans: Iterable[tuple[int, datetime, datetime | None]],
    at: datetime,
    cause: ChangeCause = EVENTS,
) -> None:
    """Note that (agent, from, until) must be computed again; without `until` up to the next event."""
    columns = list(zip(*spans, strict=True))
    if not columns:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            MARK_SQL,
            {
                "agents": list(columns[0]),
                "starts": list(columns[1]),
                "ends": list(columns[2]),
                "at": at,
                "grace_seconds": GRACE_SECONDS,
                "lasts_seconds": LASTS_SECONDS,
                "kind": str(cause.kind),
                "by_id": cause.by_id,
                "why": cause.why,
            },
        )


def mark_old_events(
    events: Sequence[tuple[int, datetime]], *, at: datetime, by_id: int | None, why: str
) -> None:
    """Correct the days of events (agent, moment) that are taken long after, with who and why."""
    mark_days(
        spans=[(agent_id, moment, None) for agent_id, moment in events],
        at=at,
        cause=ChangeCause(ChangeKind.OLD_EVENT, by_id=by_id, why=why),
    )
    mark_agents(agent_ids=[agent_id for agent_id, _moment in events], at=at)


def mark_agent_days(*, days: Iterable[AgentDay], at: datetime, cause: ChangeCause = EVENTS) -> None:
    """Note that these operational days must be computed again."""
    PendingDay.objects.bulk_create(
        [
            PendingDay(
                agent_id=agent_id,
                operational_date=day,
                kind=cause.kind,
                by_id=cause.by_id,
                why=cause.why,
                marked_at=at,
            )
            for agent_id, day in days
        ],
        batch_size=5000,
    )


def mark_current(*, at: datetime) -> None:
    """Mark the days that time alone has changed: of everyone who is planned or present now.

    Days that are over are marked until they have been computed after their end.
    """
    under_way = AgentLive.objects.exclude(planned_code=None, state_group=StateGroup.OFFLINE.name)
    mark_days(
        spans=[(agent_id, at, at) for agent_id in under_way.values_list("agent_id", flat=True)],
        at=at,
    )
    ended = AdherenceDay.objects.filter(is_final=False, operational_date__lt=at.date())
    mark_agent_days(days=ended.values_list("agent_id", "operational_date")[:20_000], at=at)


def recompute_pending(*, at: datetime, limit: int = 5000) -> int:
    """Compute the marked days; return how many. Safe in several places at once.

    The marks are taken before the rows are read: what arrives meanwhile leaves a mark of its own.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM adherence_pendingday WHERE id IN (
                    SELECT id FROM adherence_pendingday ORDER BY id LIMIT %s
                    FOR UPDATE SKIP LOCKED)
                RETURNING agent_id, operational_date, kind, by_id, why, marked_at""",
                [limit],
            )
            taken = marks_of(cursor.fetchall())
        _wait_for_other_writers(agent_id for agent_id, _day in taken)
        by_date = sorted(taken, key=lambda agent_day: agent_day[1])
        for day, marked in groupby(by_date, key=lambda agent_day: agent_day[1]):
            chosen = {agent_day: taken[agent_day] for agent_day in marked}
            _recompute(
                agent_ids=sorted(agent_id for agent_id, _day in chosen),
                period=(day, day),
                at=at,
                taken=chosen,
            )
    return len(taken)


def recompute_days(
    *,
    agent_ids: Sequence[int],
    first_date: date,
    last_date: date,
    at: datetime,
    cause: ChangeCause = MANUAL,
) -> int:
    """Compute and write whole operational days as far as they have passed; return the rows.

    Days in which nothing was planned and nothing was done have no row; those whose events are no
    longer kept stay as they are. A finished day whose
    figures change leaves a correction that names the cause, and those that were pending.
    """
    return _recompute(
        agent_ids=sorted(set(agent_ids)),
        period=(first_date, last_date),
        at=at,
        given=Mark(cause, at),
    )


def _recompute(
    *,
    agent_ids: Sequence[int],
    period: tuple[date, date],
    at: datetime,
    given: Mark | None = None,
    taken: Marks | None = None,
) -> int:
    written = 0
    # Days whose events are gone would become absence: they keep the figures that they have.
    first, last = period = max(period[0], oldest_computable(at)), period[1]
    if first > last:
        return 0
    size = max(1, AGENT_DAYS_AT_ONCE // ((last - first).days + 1))
    ordered = sorted(agent_ids, key=_lock_order)
    for start in range(0, len(ordered), size):
        chunk = sorted(ordered[start : start + size])
        with transaction.atomic():
            _wait_for_other_writers(chunk)
            days = load_agent_days(agent_ids=chunk, first_date=first, last_date=last, until=at)
            layers = time_layers(days)
            segments = cut(days.data, also=[layers.time_off])
            rows = _day_rows(days, sweep(days.data, segments), at)
            write_days(
                rows,
                agent_ids=chunk,
                first_date=first,
                last_date=last,
                causes=partial(_causes, chunk, period, given, taken or {}, at),
                at=at,
            )
            write_activity_times(activity_time(days.data, segments, layers), days=days, at=at)
        written += len(rows.agent_id)
    return written


def _causes(
    agent_ids: Sequence[int],
    period: tuple[date, date],
    given: Mark | None,
    taken: Marks,
    at: datetime,
) -> CauseTable:
    """What is known of the causes.

    Asked after the events were read: whatever is in the figures has left its mark by then.
    """
    first, last = period
    own = set(agent_ids)
    return cause_table(
        given=given,
        taken={key: marks for key, marks in taken.items() if key[0] in own},
        pending=pending_marks(agent_ids=agent_ids, first_date=first, last_date=last, at=at),
    )


def independent_parts(agent_ids: Sequence[int], *, size: int) -> list[list[int]]:
    """Cut agents into parts of about this size that may be computed at the same time."""
    by_lock: defaultdict[int, list[int]] = defaultdict(list)
    for agent_id in sorted(agent_ids):
        by_lock[agent_id % WRITER_LOCKS].append(agent_id)
    parts: list[list[int]] = []
    for lock in sorted(by_lock):
        if not parts or len(parts[-1]) >= size:
            parts.append([])
        parts[-1] += by_lock[lock]
    return parts


def _lock_order(agent_id: int) -> tuple[int, int]:
    return agent_id % WRITER_LOCKS, agent_id


def _wait_for_other_writers(agent_ids: Iterable[int]) -> None:
    """Read only once nobody else is writing these agents: the last to write has read the latest.

    Agents share some locks, which everybody takes in the same order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('adherence.days'), lock)"
            " FROM unnest(%s::int[]) AS lock",
            [sorted({agent_id % WRITER_LOCKS for agent_id in agent_ids})],
        )


def _day_rows(days: AgentDays, result: SweepResult, at: datetime) -> DayRows:
    """The days with content, as columns."""
    seconds = result.seconds.copy()
    seconds[:, -1, OFF_DUTY] = 0  # off duty: nothing to tell
    chosen = np.flatnonzero(seconds.any(axis=(1, 2)))
    keys = [*(code.key for code in days.codes.codes), UNPLANNED]
    figures = day_figures(result, days.codes.kinds)
    windows = len(days.data.windows.agent)
    stretches = stretch_texts(result.deviations, keys, days=windows)
    return DayRows(
        agent_id=days.agent_ids[chosen // len(days.dates)],
        operational_date=np.array(days.dates, "datetime64[D]")[chosen % len(days.dates)],
        figures=np.stack([figures[name][chosen] for name in FIGURES], axis=1),
        matrix=matrix_texts(seconds[chosen], keys),
        exceptions=[stretches[row] for row in chosen.tolist()],
        is_final=days.data.windows.ends_at[chosen] < int(at.timestamp()),
    )
