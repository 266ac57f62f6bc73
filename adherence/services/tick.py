"""What time itself changes: planned boundaries, limits, new plans, forgotten clock-outs."""

import json
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Q

from adherence.models import ActivityEvent, AgentLive, ChangeKind, EventFeed, EventSource
from adherence.services.bus import connection as redis_connection
from adherence.services.causes import ChangeCause
from adherence.services.days import mark_agent_days
from adherence.services.ingest import EventKind, IncomingEvent, ingest_events
from adherence.services.live import refresh_due, refresh_live
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift
from wfm.org.models import AgentSourceKey, StateGroup

FORGOTTEN_AFTER = timedelta(hours=4)
PLANS_BACK = timedelta(days=31)
_PLANS_KEY = "adherence:plans"
_AFTER_ALL_OTHERS = 2**31


def tick(*, at: datetime) -> dict[str, int]:
    """Bring live rows up to date with the clock. Cheap: only agents whose moment has come.

    Of several ticks at once one works, the others leave.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('adherence.tick'))")
            if cursor.fetchone() != (True,):
                return {}
        return {
            "replanned": follow_plans(at=at),
            "refreshed": len(refresh_due(at=at)),
            "closed": close_forgotten(at=at),
        }


def follow_plans(*, at: datetime) -> int:
    """Notice schedules published, changed or superseded since the last time; return how many.

    Scheduling knows nothing of adherence: a published schedule is seen here, within one tick. Its
    agents are refreshed and its past days computed again.
    """
    today = at.astimezone(UTC).date()
    versions = ScheduleVersion.objects.filter(
        status=ScheduleStatus.PUBLISHED, ends_on__gt=today - PLANS_BACK
    )
    current = {str(pk): revision for pk, revision in versions.values_list("pk", "revision")}
    known = json.loads(str(redis_connection().get(_PLANS_KEY) or "{}"))
    changed = {int(pk) for pk in current.keys() | known.keys() if current.get(pk) != known.get(pk)}
    if not changed:
        return 0
    shifts = Shift.objects.filter(version__in=changed)
    past = shifts.filter(operational_date__range=(today - PLANS_BACK, today + timedelta(days=1)))
    # A shift also bounds the days before and after its own.
    days = {
        (agent_id, day + timedelta(days=offset))
        for agent_id, day in past.values_list("agent_id", "operational_date")
        for offset in (-1, 0, 1)
    }
    mark_agent_days(days=sorted(days), at=at, cause=ChangeCause(ChangeKind.SCHEDULE))
    near = shifts.filter(
        operational_date__range=(today - timedelta(days=1), today + timedelta(days=2))
    )
    refresh_live(agent_ids=list(near.values_list("agent_id", flat=True).distinct()), at=at)
    transaction.on_commit(
        lambda: redis_connection().set(_PLANS_KEY, json.dumps(current)), robust=True
    )
    return len(changed)


def close_forgotten(*, at: datetime) -> int:
    """Clock out agents who left without saying so, at the end of their shift; return how many.

    Forgotten is a state that has gone on for four hours since the shift ended or since the last
    event, whichever was later. The event has the source `rule`, so that everyone sees who said it.
    Feeds that must be heard are believed instead.
    """
    heard = EventFeed.objects.exclude(silence_limit_seconds=None).values("source")
    ends = ~Q(agent__in=AgentSourceKey.objects.filter(source__in=heard).values("agent"))
    open_rows = AgentLive.objects.filter(ends, planned_code=None).exclude(
        state_group__in=(StateGroup.OFFLINE, StateGroup.UNKNOWN)
    )
    agent_ids = list(
        open_rows.filter(state_since__lte=at - FORGOTTEN_AFTER).values_list("agent_id", flat=True)
    )
    if not agent_ids:
        return 0
    last_events = dict(
        ActivityEvent.objects.filter(agent__in=agent_ids, occurred_at__lte=at)
        .values_list("agent_id")
        .annotate(Max("occurred_at"))
    )
    shift_ends = dict(
        Shift.objects.filter(agent__in=agent_ids, is_published=True, ends_at__lte=at)
        .filter(ends_at__gt=at - timedelta(days=7))
        .values_list("agent_id")
        .annotate(Max("ends_at"))
    )
    closings = []
    for agent_id, last_event_at in last_events.items():
        closed_at = max(last_event_at, shift_ends.get(agent_id, last_event_at))
        if at - closed_at >= FORGOTTEN_AFTER:
            closings.append(
                IncomingEvent(
                    event_uid=f"{agent_id}:{int(closed_at.timestamp())}",
                    agent_id=agent_id,
                    occurred_at=closed_at,
                    kind=EventKind.LOGOUT,
                    sequence=_AFTER_ALL_OTHERS,
                    raw={"rule": "forgotten_clock_out"},
                )
            )
    ingest_events(events=closings, source=EventSource.RULE, received_at=at)
    return len(closings)
