"""Where agents stand, computed from plan and events alone; the keeper's rows must equal it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from adherence.core.groups import StateGroup
from adherence.core.live import NEVER, LiveFlag, LiveParams, live_flags
from adherence.core.standing import StandingData, standing
from adherence.core.sweep import sweep
from adherence.models import AgentLive
from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.live_names import name_texts, read_people
from adherence.services.bus import announce
from adherence.services.live_rows import (
    LiveSnapshot,
    LiveValues,
    live_values,
    without_version,
    write_live,
)

PARAMS = LiveParams()
LATER_SQL = """
SELECT agent_id, floor(extract(epoch FROM min(occurred_at)))::bigint FROM adherence_activityevent
WHERE agent_id = ANY(%s) AND occurred_at > %s AND occurred_at < %s GROUP BY agent_id
"""
AHEAD = timedelta(minutes=10)
"""Events are at most five minutes ahead when they come."""


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
    return judge(days, at=at)


def judge(days: AgentDays, *, at: datetime) -> LiveSnapshot:
    """Say where each agent stands and what it means."""
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


def compute_live(*, agent_ids: Sequence[int], at: datetime) -> list[LiveValues]:
    """Compute the rows of these agents from nothing but plan and events."""
    found = read_live(agent_ids=agent_ids, at=at)
    ids = found.days.agent_ids.tolist()
    with connection.cursor() as cursor:
        cursor.execute(LATER_SQL, [ids, at, at + AHEAD])
        later = dict(cursor.fetchall())
    return live_values(
        found,
        people=read_people(agent_ids=ids, day=at.astimezone(UTC).date()),
        names=name_texts(found.days.codes.codes),
        later=later,
    )


def live_now(*, agent_id: int, at: datetime) -> AgentLive:
    """Return one agent's row as it is now, not stored: for the page of someone who has just acted."""
    found = read_live(agent_ids=[agent_id], at=at)
    point = int(found.stands.point[0])
    flag_since = int(found.judged.flag_since[0])
    planned = int(found.stands.planned_row[0])
    queue_id = int(found.days.plan_detail.queue_id[planned]) if planned >= 0 else -1
    return AgentLive(
        agent_id=agent_id,
        planned_queue_id=queue_id if queue_id >= 0 else None,
        activity_code=found.days.codes.at(
            int(found.days.declared.code[point]) if point >= 0 else -1
        ),
        state_group=StateGroup(int(found.stands.live.group[0])).name,
        flag=LiveFlag(int(found.judged.flag[0])).name,
        flag_since=None if abs(flag_since) >= NEVER else datetime.fromtimestamp(flag_since, UTC),
    )


def refresh_live(*, agent_ids: Sequence[int], at: datetime) -> set[int]:
    """Write where these agents stand, computed anew; return those whose row has changed.

    For tools that run while no keeper does: it would not know of it.
    """
    if not agent_ids:
        return set()
    with transaction.atomic():
        rows = compute_live(agent_ids=agent_ids, at=at)
        locked = AgentLive.objects.filter(agent__in=[row.agent_id for row in rows])
        stored = locked.order_by("agent_id").select_for_update().values_list("agent_id", "row_json")
        before = {pk: without_version(text) for pk, text in stored}
        changed = [row for row in rows if before.get(row.agent_id, ("", 0))[0] != row.text]
        versions = [before.get(row.agent_id, ("", 0))[1] + 1 for row in changed]
        texts = write_live(changed, versions=versions, at=at)
        if texts:
            transaction.on_commit(lambda: announce(texts), robust=True)
    return set(texts)
