"""Sends what the simulated agents do: the past in bulk, the present as an event source would."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from adherence.models import ActivityEvent
from adherence.services import (
    EventKind,
    EventRow,
    IncomingEvent,
    ingest_events,
    mark_agents,
    mark_days,
    store_events,
)
from scheduling.models import Shift
from wfm.demo.calendar import days_between
from wfm.demo.day import DayParams, SimulatedEvent, event_at, positions
from wfm.demo.floor import StateChange, run_floor
from wfm.demo.loading.operation import demo_today
from wfm.demo.loading.today import DayWalker, operation_day, planned_shifts
from wfm.demo.loading.workforce import EVENT_SOURCE, get_agents
from wfm.demo.models import DemoOperation
from wfm.demo.people import DEMO_AGENT_NUMBER
from wfm.demo.walk import Walk
from wfm.org.models import ActivityCode
from wfm.org.tenancy import system_tenant

DELIVERY = timedelta(seconds=2)
LONGEST_SHIFT = timedelta(hours=16)
# Each contact's states are sent for this long before now; further back one state per activity.
CONTACTS_FOR = timedelta(hours=8)
BULK_OLDER_THAN = timedelta(minutes=2)
BATCH = 100
SECOND = timedelta(seconds=1)
PAST_AT_ONCE = 20_000


def send_events(*, until: datetime, walker: DayWalker | None = None) -> int:
    """Send everything that has happened since the last time; return how many events.

    What is older than two minutes is written at once, as if it had arrived in time; the rest goes
    the way of any event source. The demo agent is left to the person who logs in as that agent,
    but for days before today. Sending again changes nothing.
    """
    with system_tenant():
        operation = DemoOperation.objects.get(pk=1)
        after = operation.events_until or _first_start(until)
        cut = until - CONTACTS_FOR
        events = _positions_between(after, min(cut, until), until=until) if after < cut else []
        events += _walked_between(max(after, cut), until, walker or DayWalker())
        past = [event for event in events if event.occurred_at < until - BULK_OLDER_THAN]
        _write_past(past, at=until)
        present = events[len(past) :]
        for start in range(0, len(present), BATCH):
            ingest_events(
                events=[_incoming(event) for event in present[start : start + BATCH]],
                source=EVENT_SOURCE,
                received_at=until,
            )
        operation.events_until = until
        operation.save(update_fields=["events_until"])
        return len(events)


def _first_start(until: datetime) -> datetime:
    first = Shift.objects.filter(is_published=True).order_by("starts_at").first()
    return min(until, first.starts_at - timedelta(hours=1)) if first else until


def _positions_between(after: datetime, last: datetime, *, until: datetime) -> list[SimulatedEvent]:
    """Return what happened in (after, last] long ago: one state per activity, no contacts.

    The demo agent's shift of the moment is left out: a person plays that part.
    """
    shifts = Shift.objects.filter(
        is_published=True,
        ends_at__gt=after - timedelta(hours=1),
        starts_at__lt=last + timedelta(hours=1),
    ).exclude(agent__employee_number=DEMO_AGENT_NUMBER, ends_at__gt=until - LONGEST_SHIFT)
    params = DayParams()
    there = [
        place
        for shift in planned_shifts(shifts.values_list("pk", "agent__employee_number"))
        for place in positions(shift, params=params)
    ]
    return _events(run_floor(there, [], []).changes, after, last)


def _walked_between(after: datetime, until: datetime, walker: DayWalker) -> list[SimulatedEvent]:
    """Return what happens in (after, until], contact by contact, each day by its own walk."""
    found: list[SimulatedEvent] = []
    for day in days_between(demo_today(after), demo_today(until) + timedelta(days=1)):
        bounds = operation_day(day)
        walked, is_new = walker.walk(day)
        first, last = max(after, bounds.starts_at - SECOND), min(until, bounds.ends_at - SECOND)
        events = _events(walked.walk.changes, first, last)
        if is_new:
            known = {(one.agent_number, one.occurred_at) for one in events}
            found += [
                one
                for one in _catching_up(walked.walk, first)
                if (one.agent_number, one.occurred_at) not in known and one.occurred_at <= last
            ]
        found += events
    return sorted(found, key=lambda one: (one.occurred_at, one.event_uid))


def _events(
    changes: Sequence[StateChange], after: datetime, last: datetime
) -> list[SimulatedEvent]:
    return [
        event_at(change.agent_number, change.second, change.code)
        for change in changes
        if after.timestamp() < change.second <= last.timestamp()
    ]


def _catching_up(walk: Walk, at: datetime) -> list[SimulatedEvent]:
    """Return what agents were last heard to do otherwise than this walk has it, set right now.

    A planner who changes what has already begun, or midnight between two walks, may leave somebody
    in a state of the walk before. Who was never heard of is out.
    """
    heard = dict(
        ActivityEvent.objects.filter(
            source=EVENT_SOURCE, occurred_at__gt=at - LONGEST_SHIFT, occurred_at__lte=at
        )
        .exclude(agent__employee_number=DEMO_AGENT_NUMBER)
        .order_by("agent", "-occurred_at", "-pk")
        .distinct("agent")
        .values_list("agent__employee_number", "activity_code__key")
    )
    now_in = walk.states_at(at.timestamp())
    return [
        event_at(number, int(at.timestamp()) + 1, now_in.get(number))
        for number in sorted(heard.keys() | now_in.keys())
        if heard.get(number) != now_in.get(number)
    ]


def _write_past(events: Sequence[SimulatedEvent], *, at: datetime) -> None:
    """Write events that a source would have sent in time, and mark the days that they change."""
    if not events:
        return
    agents = {number: agent.pk for number, agent in get_agents().items()}
    codes = dict(ActivityCode.objects.values_list("key", "pk"))
    for start in range(0, len(events), PAST_AT_ONCE):
        store_events(
            rows=(
                EventRow(
                    agent_id=agents[event.agent_number],
                    occurred_at=event.occurred_at,
                    code_id=codes[event.code] if event.code else None,
                    event_uid=event.event_uid,
                    kind=(EventKind.STATE if event.code else EventKind.LOGOUT).value,
                    received_at=event.occurred_at + DELIVERY,
                    raw={"simulated": True},
                )
                for event in events[start : start + PAST_AT_ONCE]
            ),
            source=EVENT_SOURCE,
            received_at=at,
        )
    spans: dict[str, tuple[datetime, datetime]] = {}
    for event in events:
        first, _last = spans.get(event.agent_number, (event.occurred_at, event.occurred_at))
        spans[event.agent_number] = (first, event.occurred_at)
    mark_days(
        spans=[(agents[number], first, last) for number, (first, last) in spans.items()], at=at
    )
    mark_agents(agent_ids=[agents[number] for number in spans], at=at)


def _incoming(event: SimulatedEvent) -> IncomingEvent:
    return IncomingEvent(
        event_uid=event.event_uid,
        agent_key=event.agent_number,
        occurred_at=event.occurred_at,
        kind=EventKind.STATE if event.code else EventKind.LOGOUT,
        code=event.code or "",
        raw={"simulated": True},
    )
