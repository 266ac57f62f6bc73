"""What time itself brings: new plans, forgotten clock-outs."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from adherence.core.states import LASTS_SECONDS
from adherence.models import (
    ActivityEvent,
    AgentLive,
    ChangeKind,
    EventFeed,
    EventKind,
    EventSource,
    FollowedPlan,
)
from adherence.queries.retention import oldest_computable
from adherence.queries.spoken import agents_of_feeds
from adherence.services.causes import ChangeCause
from adherence.services.closings import may_close
from adherence.services.days import mark_agent_days
from adherence.services.incoming import IncomingEvent
from adherence.services.ingest import EventStatus, ingest_events
from adherence.services.marks import mark_agents
from adherence.services.telling import tell_of_forgotten
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift, ShiftChangeDay
from wfm.org.models import StateGroup

FORGOTTEN_AFTER = timedelta(hours=4)
UNPLANNED_AFTER = timedelta(hours=12)
ONE_DAY = timedelta(days=1)
LONGEST_STATE = timedelta(seconds=LASTS_SECONDS)
_AFTER_ALL_OTHERS = 2**63 - 1
"""The greatest sequence that can be stored, beyond any that a source may send."""


def follow_plans(*, at: datetime) -> int:
    """Notice schedules published, changed or superseded since the last time; return how many.

    Scheduling knows nothing of adherence: a published schedule is seen here, within one tick. Its
    agents are marked for the keeper and its past days computed again, as far back as their events
    are kept; before that, days keep their figures.
    """
    with transaction.atomic():
        return _follow(at)


def _follow(at: datetime) -> int:
    versions = ScheduleVersion.objects.filter(
        status=ScheduleStatus.PUBLISHED, ends_on__gte=oldest_computable(at)
    )
    current = dict(versions.values_list("pk", "revision"))
    known = dict(FollowedPlan.objects.values_list("version_id", "revision"))
    changed = {pk for pk in current.keys() | known.keys() if current.get(pk) != known.get(pk)}
    if not changed:
        return 0
    in_place = changed & current.keys() & known.keys()
    done = _follow_changes({pk: known[pk] for pk in in_place}, current, at)
    _follow_versions(changed - done, at)
    FollowedPlan.objects.filter(pk__in=changed - current.keys()).delete()
    FollowedPlan.objects.bulk_create(
        [FollowedPlan(pk, current[pk]) for pk in sorted(changed & current.keys())],
        update_conflicts=True,
        unique_fields=["version_id"],
        update_fields=["revision"],
    )
    return len(changed)


def _follow_versions(version_ids: set[int], at: datetime) -> None:
    """Mark everybody of these versions, with all of their past days."""
    today = at.astimezone(UTC).date()
    shifts = Shift.objects.filter(version__in=version_ids)
    past = shifts.filter(operational_date__range=(oldest_computable(at) - ONE_DAY, today + ONE_DAY))
    # A shift also bounds the days before and after its own.
    days = {
        (agent_id, day + timedelta(days=offset))
        for agent_id, day in past.values_list("agent_id", "operational_date")
        for offset in (-1, 0, 1)
    }
    mark_agent_days(days=sorted(days), at=at, cause=ChangeCause(ChangeKind.SCHEDULE))
    near = shifts.filter(operational_date__range=(today - ONE_DAY, today + 2 * ONE_DAY))
    mark_agents(agent_ids=set(near.values_list("agent_id", flat=True)), at=at)


def _follow_changes(known: dict[int, int], current: dict[int, int], at: datetime) -> set[int]:
    """Mark the days of changes made in place, with who and why; return the versions that are done.

    A version whose revisions since the last time are not all told by such rows is left to be
    marked whole.
    """
    rows = ShiftChangeDay.objects.filter(version__in=known).select_related("change")
    since = [row for row in rows if row.version_revision > known[row.version_id]]
    told: defaultdict[int, set[int]] = defaultdict(set)
    for row in since:
        told[row.version_id].add(row.version_revision)
    done = {
        pk for pk, revision in known.items() if told[pk] >= {*range(revision + 1, current[pk] + 1)}
    }
    today = at.astimezone(UTC).date()
    near = set()
    for row in since:
        if row.version_id not in done:
            continue
        day = row.operational_date
        around = [day + offset * ONE_DAY for offset in (-1, 0, 1)]
        past = [one for one in around if oldest_computable(at) <= one <= today + ONE_DAY]
        mark_agent_days(days=[(row.agent_id, one) for one in past], at=at, cause=_cause(row))
        if today - ONE_DAY <= day <= today + 2 * ONE_DAY:
            near.add(row.agent_id)
    mark_agents(agent_ids=near, at=at)
    return done


def _cause(row: ShiftChangeDay) -> ChangeCause:
    """Who changed the shifts, and why."""
    kind = str(row.change.get_kind_display())
    why = f"{kind}: {row.change.why}" if row.change.why else kind
    return ChangeCause(ChangeKind.SCHEDULE, by_id=row.change.changed_by_id, why=why)


@transaction.atomic
def close_forgotten(*, at: datetime) -> int:
    """Clock out agents who left without saying so, at the end of their shift; return how many.

    Forgotten is a state that has gone on for four hours since the shift ended or since the last
    event, whichever was later. Without a shift nobody knows when the work ends: it is believed for
    twelve hours. The event has the source `rule`, so that everyone sees who said it, and gives way
    to what comes later (services.closings). Feeds that must be heard are believed instead. The
    leads are told, each once for all of theirs.
    """
    found = _forgotten(at)
    if not found or not may_close():
        return 0
    closings = _closings(found, at)  # as the events stand now that nobody adds to them
    outcomes = ingest_events(events=closings, source=EventSource.RULE, received_at=at)
    closed = {
        event.agent_id: event.occurred_at
        for event, outcome in zip(closings, outcomes, strict=True)
        if outcome.status == EventStatus.ACCEPTED and event.agent_id and event.occurred_at
    }
    if closed:
        tell_of_forgotten(closed=closed, at=at)
    return len(closed)


def _forgotten(at: datetime) -> list[int]:
    """Agents who have been doing something for hours without a plan."""
    open_rows = AgentLive.objects.filter(planned_code=None).exclude(
        state_group__in=(StateGroup.OFFLINE, StateGroup.UNKNOWN)
    )
    found = open_rows.filter(state_since__lte=at - FORGOTTEN_AFTER)
    agent_ids = set(found.values_list("agent_id", flat=True))
    if agent_ids:
        heard = EventFeed.objects.exclude(silence_limit_seconds=None)
        agent_ids -= agents_of_feeds(heard, at=at)
    return sorted(agent_ids)


def _closings(agent_ids: list[int], at: datetime) -> list[IncomingEvent]:
    last_events = dict(
        ActivityEvent.objects.filter(
            agent__in=agent_ids, occurred_at__lte=at, occurred_at__gt=at - LONGEST_STATE
        )
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
        shift_end = shift_ends.get(agent_id)
        of_shift = shift_end is not None and shift_end > last_event_at - FORGOTTEN_AFTER
        closed_at = max(last_event_at, shift_end) if shift_end and of_shift else last_event_at
        if at - closed_at >= (FORGOTTEN_AFTER if of_shift else UNPLANNED_AFTER):
            closings.append(
                IncomingEvent(
                    event_uid=f"{agent_id}:{int(closed_at.timestamp())}:out",
                    agent_id=agent_id,
                    occurred_at=closed_at,
                    kind=EventKind.LOGOUT,
                    sequence=_AFTER_ALL_OTHERS,
                    raw={"rule": "forgotten_clock_out"},
                )
            )
    return closings
