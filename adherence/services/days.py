"""AdherenceDay: written from the sweep, one row per agent and operational day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from adherence.core.data import Ints, SweepResult
from adherence.core.days import GRACE_SECONDS
from adherence.core.groups import StateGroup
from adherence.core.sweep import sweep
from adherence.models import AdherenceDay, AgentLive, PendingDay
from adherence.queries.agent_days import AgentDays, load_agent_days

METRIC_VERSION = 1
AGENTS_AT_ONCE = 1000
UNPLANNED = ""
"""Key of time without plan in `AdherenceDay.matrix`."""

# A state holds until the next event, so a late one may change several days. The day before and the
# day after are concerned where one of their shifts comes within the grace; see core.days.
MARK_SQL = """
INSERT INTO adherence_pendingday (agent_id, operational_date)
SELECT DISTINCT span.agent_id, day::date
FROM unnest(%(agents)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
    AS span(agent_id, starts_at, ends_at)
CROSS JOIN LATERAL (
    SELECT coalesce((
        SELECT site.timezone FROM org_agentassignment assignment
        JOIN org_team team ON team.id = assignment.team_id
        JOIN org_site site ON site.id = team.site_id
        WHERE assignment.agent_id = span.agent_id AND assignment.starts_on <= span.starts_at::date
        ORDER BY assignment.starts_on DESC LIMIT 1), 'UTC') AS zone
) place
CROSS JOIN LATERAL (
    SELECT greatest(span.starts_at, least(%(at)s, coalesce(span.ends_at, (
        SELECT min(occurred_at) FROM adherence_activityevent event
        WHERE event.agent_id = span.agent_id AND event.occurred_at > span.starts_at), %(at)s))
    ) AS ends_at
) state
CROSS JOIN LATERAL (
    SELECT (span.starts_at AT TIME ZONE place.zone)::date AS first,
        (state.ends_at AT TIME ZONE place.zone)::date AS last
) local
CROSS JOIN LATERAL generate_series(local.first - 1, local.last + 1, interval '1 day') AS day
WHERE day::date BETWEEN local.first AND local.last OR EXISTS (
    SELECT 1 FROM scheduling_shift shift
    WHERE shift.agent_id = span.agent_id AND shift.is_published
        AND shift.operational_date = day::date
        AND shift.ends_at > span.starts_at - %(grace_seconds)s * interval '1 second'
        AND shift.starts_at < state.ends_at + %(grace_seconds)s * interval '1 second')
"""


def mark_days(*, spans: Iterable[tuple[int, datetime, datetime | None]], at: datetime) -> None:
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
            },
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
    PendingDay.objects.bulk_create(
        [
            PendingDay(agent_id=agent_id, operational_date=day)
            for agent_id, day in ended.values_list("agent_id", "operational_date")[:20_000]
        ],
        batch_size=5000,
    )


def recompute_pending(*, at: datetime, limit: int = 5000) -> int:
    """Compute the marked days; return how many. Safe in several places at once.

    The marks are taken before the rows are read: what arrives meanwhile leaves a mark of its own.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM adherence_pendingday WHERE id IN (
                    SELECT id FROM adherence_pendingday ORDER BY id LIMIT %s
                    FOR UPDATE SKIP LOCKED) RETURNING agent_id, operational_date""",
                [limit],
            )
            marked = set(cursor.fetchall())
        agents_of: defaultdict[date, list[int]] = defaultdict(list)
        for agent_id, day in marked:
            agents_of[day].append(agent_id)
        for day, agent_ids in sorted(agents_of.items()):
            recompute_days(agent_ids=agent_ids, first_date=day, last_date=day, at=at)
    return len(marked)


def recompute_days(
    *, agent_ids: Sequence[int], first_date: date, last_date: date, at: datetime
) -> int:
    """Compute and write whole operational days as far as they have passed; return the rows.

    Days in which nothing was planned and nothing was done have no row.
    """
    written = 0
    ids = sorted(set(agent_ids))
    for start in range(0, len(ids), AGENTS_AT_ONCE):
        with transaction.atomic():
            _wait_for_other_writers()
            days = load_agent_days(
                agent_ids=ids[start : start + AGENTS_AT_ONCE],
                first_date=first_date,
                last_date=last_date,
                until=at,
            )
            result = sweep(days.data)
            chosen = _rows_with_content(days, result)
            _write(_day_rows(days, result, chosen, at), days)
        written += len(chosen)
    return written


def _wait_for_other_writers() -> None:
    """Read only once no other writer is under way: the last to write must have read the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('adherence.days'))")


def _rows_with_content(days: AgentDays, result: SweepResult) -> Ints:
    offline = result.seconds[:, -1, [StateGroup.OFFLINE, StateGroup.UNKNOWN]].sum(axis=1)
    return np.flatnonzero(result.seconds.sum(axis=(1, 2)) > offline)


def _day_rows(
    days: AgentDays, result: SweepResult, chosen: Ints, at: datetime
) -> list[AdherenceDay]:
    keys = [*(code.key for code in days.codes.codes), UNPLANNED]
    stretches = _stretches(days, result)
    columns = {
        "scheduled_seconds": result.scheduled_seconds,
        "in_seconds": result.in_seconds,
        "out_seconds": result.out_seconds,
        "unknown_seconds": result.unknown_seconds,
        "excepted_seconds": result.excused.sum(axis=1),
        "scheduled_work_seconds": result.scheduled_on_position_seconds,
        "worked_seconds": result.worked_on_position_seconds,
        "handling_seconds": result.seconds[:, :, StateGroup.HANDLING].sum(axis=1),
        "available_seconds": result.seconds[:, :, StateGroup.AVAILABLE].sum(axis=1),
    }
    matrices: defaultdict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    seconds = result.seconds.copy()
    seconds[:, -1, [StateGroup.OFFLINE, StateGroup.UNKNOWN]] = 0  # off duty: nothing to tell
    for row, code, group in np.argwhere(seconds):
        cell = matrices[int(row)].setdefault(keys[code], {})
        cell[StateGroup(int(group)).name] = int(seconds[row, code, group])
    final = days.data.windows.ends_at < int(at.timestamp())
    return [
        AdherenceDay(
            agent_id=int(days.agent_ids[row // len(days.dates)]),
            operational_date=days.dates[row % len(days.dates)],
            matrix=matrices[row],
            exceptions=stretches[row],
            is_final=bool(final[row]),
            computed_at=at,
            metric_version=METRIC_VERSION,
            **{name: int(values[row]) for name, values in columns.items()},
        )
        for row in chosen.tolist()
    ]


def _stretches(days: AgentDays, result: SweepResult) -> defaultdict[int, list[dict[str, Any]]]:
    """Deviations of each day in the words of the page, those within tolerance included."""
    found = result.deviations
    by_row: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for index in range(len(found.window)):
        by_row[int(found.window[index])].append(
            {
                "starts_at": datetime.fromtimestamp(int(found.starts_at[index]), UTC).isoformat(),
                "seconds": int(found.ends_at[index] - found.starts_at[index]),
                "planned": days.codes.codes[found.code[index]].key,
                "group": StateGroup(int(found.first_group[index])).name,
                "counts": bool(found.counts[index]),
            }
        )
    return by_row


def _write(rows: list[AdherenceDay], days: AgentDays) -> None:
    """Replace the days: rows that have lost their content go."""
    agents = days.agent_ids.tolist()
    kept = {(row.agent_id, row.operational_date) for row in rows}
    existing = AdherenceDay.objects.filter(
        agent__in=agents, operational_date__range=(days.dates[0], days.dates[-1])
    ).values_list("pk", "agent_id", "operational_date")
    stale = [pk for pk, agent_id, day in existing if (agent_id, day) not in kept]
    if stale:
        AdherenceDay.objects.filter(pk__in=stale).delete()
    AdherenceDay.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["agent", "operational_date"],
        update_fields=[
            field.name
            for field in AdherenceDay._meta.concrete_fields  # noqa: SLF001 - documented API
            if field.name not in {"id", "agent", "operational_date"}
        ],
    )
