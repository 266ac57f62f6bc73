"""Keep AgentLive right: one row per agent, written by intake, decisions and the tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Min

from adherence.core.groups import StateGroup
from adherence.core.live import NEVER, LiveFlag, LiveParams, LiveResult, live_flags
from adherence.core.standing import Standing, StandingData, standing
from adherence.core.sweep import sweep
from adherence.models import ActivityEvent, AgentLive
from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.services.bus import announce_after_commit
from scheduling.models import ShiftPlace
from wfm.org.models import Agent

PARAMS = LiveParams()
CHECK_AT_LEAST_EVERY = timedelta(minutes=15)
"""Also without a planned change, so that edited codes and limits arrive."""

# Column of AgentLive -> its SQL type; the first is the key, the last changes without a new version.
COLUMNS = {
    "agent_id": "bigint",
    "activity_code_id": "bigint",
    "state_group": "text",
    "state_since": "timestamptz",
    "planned_code_id": "bigint",
    "planned_queue_id": "bigint",
    "planned_since": "timestamptz",
    "planned_until": "timestamptz",
    "next_code_id": "bigint",
    "next_starts_at": "timestamptz",
    "shift_place": "text",
    "flag": "text",
    "flag_since": "timestamptz",
    "severity": "int",
    "next_check_at": "timestamptz",
}
SHOWN = tuple(COLUMNS)[1:-1]


@dataclass(frozen=True)
class LiveSnapshot:
    """Where agents stand at one moment, computed and not yet written."""

    days: AgentDays
    stands: Standing
    judged: LiveResult
    at: datetime


def read_live(*, agent_ids: Sequence[int], at: datetime) -> LiveSnapshot:
    """Compute where these agents stand at that moment from plan and events."""
    today = at.astimezone(UTC).date()
    # A sweep of [.., at] ends one second after `at`, so that this second is in it.
    days = load_agent_days(
        agent_ids=agent_ids,
        first_date=today - timedelta(days=1),
        last_date=today + timedelta(days=1),
        until=at.replace(microsecond=0) + timedelta(seconds=1),
    )
    second = int(at.timestamp())
    stands = standing(
        StandingData(
            sweep=days.data,
            result=sweep(days.data),
            agents=len(days.agent_ids),
            declared=days.declared,
            codes=days.codes.states,
            silent_since=days.silent_since,
            silent_from=days.silent_from,
        ),
        at=second,
    )
    return LiveSnapshot(
        days=days, stands=stands, judged=live_flags(stands.live, at=second, params=PARAMS), at=at
    )


def refresh_live(*, agent_ids: Sequence[int], at: datetime, skip_locked: bool = False) -> set[int]:
    """Write where these agents stand; return those whose row has changed.

    Rows are locked in the order of agents, so that two refreshes follow each other. With
    `skip_locked` rows that someone else is refreshing are left to them.
    """
    if not agent_ids:
        return set()
    with transaction.atomic():
        AgentLive.objects.bulk_create(
            [AgentLive(agent_id=pk) for pk in sorted(set(agent_ids))], ignore_conflicts=True
        )
        locked = AgentLive.objects.filter(agent__in=set(agent_ids)).order_by("agent_id")
        rows = locked.select_for_update(skip_locked=skip_locked).values("agent_id", *SHOWN)
        before = {row["agent_id"]: row for row in rows}
        if not before:
            return set()
        after = _rows(read_live(agent_ids=list(before), at=at))
        changed = {
            row["agent_id"]
            for row in after
            if any(row[name] != before[row["agent_id"]][name] for name in SHOWN)
        }
        _write(after, changed, at)
        announce_after_commit(changed)
    return changed


def refresh_due(*, at: datetime, limit: int = 5000) -> set[int]:
    """Refresh the agents for whom a planned boundary or a limit has passed, and new agents."""
    missing = Agent.objects.active().filter(live=None).values_list("pk", flat=True)[:limit]
    due = AgentLive.objects.filter(next_check_at__lte=at).values_list("agent_id", flat=True)
    return refresh_live(agent_ids=[*missing, *due[:limit]], at=at, skip_locked=True)


def _rows(found: LiveSnapshot) -> list[dict[str, Any]]:
    days, stands, judged, live = found.days, found.stands, found.judged, found.stands.live
    plan, detail = days.data.plan, days.plan_detail
    later = _later_events(days.agent_ids.tolist(), found.at)
    rows = []
    for agent, agent_id in enumerate(days.agent_ids.tolist()):
        point, planned, following = (
            int(stands.point[agent]),
            int(stands.planned_row[agent]),
            int(stands.next_row[agent]),
        )
        queue_id = int(detail.queue_id[planned]) if planned >= 0 else -1
        place = ShiftPlace.HOME if planned >= 0 and detail.is_home[planned] else ShiftPlace.OFFICE
        checks = [
            _moment(judged.next_change_at[agent]),
            later.get(agent_id),
            found.at + CHECK_AT_LEAST_EVERY,
        ]
        rows.append(
            {
                "agent_id": agent_id,
                "activity_code_id": _code_id(days, days.declared.code, point),
                "state_group": StateGroup(int(live.group[agent])).name,
                "state_since": _moment(stands.state_since[agent]),
                "planned_code_id": _code_id(days, plan.code, planned),
                "planned_queue_id": queue_id if queue_id >= 0 else None,
                "planned_since": _moment(live.activity_starts_at[agent]),
                "planned_until": _moment(live.plan_changes_at[agent]) if planned >= 0 else None,
                "next_code_id": _code_id(days, plan.code, following),
                "next_starts_at": _moment(plan.starts_at[following]) if following >= 0 else None,
                "shift_place": place if planned >= 0 else "",
                "flag": LiveFlag(int(judged.flag[agent])).name,
                "flag_since": _moment(judged.flag_since[agent]),
                "severity": int(judged.severity[agent]),
                "next_check_at": min(moment for moment in checks if moment is not None),
            }
        )
    return rows


def _code_id(days: AgentDays, rows: Any, index: int) -> int | None:
    code = int(rows[index]) if index >= 0 else -1
    return int(days.codes.ids[code]) if code >= 0 else None


def _moment(second: int | np.int64) -> datetime | None:
    return None if abs(int(second)) >= NEVER else datetime.fromtimestamp(int(second), UTC)


def _later_events(agent_ids: list[int], at: datetime) -> dict[int, datetime]:
    """The first event of each agent that a clock ahead of ours has dated after now."""
    found = ActivityEvent.objects.filter(agent__in=agent_ids, occurred_at__gt=at)
    return dict(found.values_list("agent_id").annotate(Min("occurred_at")))


def _write(rows: list[dict[str, Any]], changed: set[int], at: datetime) -> None:
    names = ", ".join(f"{name} = new.{name}" for name in SHOWN)
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in COLUMNS.items())
    params = {name: [row[name] for row in rows] for name in COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE adherence_agentlive live SET {names}, next_check_at = new.next_check_at,
                version = live.version + (live.agent_id = ANY(%(changed)s::bigint[]))::int,
                updated_at = CASE WHEN live.agent_id = ANY(%(changed)s::bigint[]) THEN %(at)s
                    ELSE live.updated_at END
            FROM unnest({arrays}) AS new({", ".join(COLUMNS)})
            WHERE live.agent_id = new.agent_id""",  # noqa: S608 - names and types are constants
            params | {"changed": sorted(changed), "at": at},
        )
