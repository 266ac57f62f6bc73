"""Sends what the simulated agents do: the past in bulk, the present as an event source would."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from adherence.services import (
    EventKind,
    EventRow,
    IncomingEvent,
    ingest_events,
    mark_agents,
    mark_days,
    store_events,
)
from scheduling.models import Shift, ShiftActivity
from wfm.demo.day import PlannedShift, PlannedStretch, SimulatedEvent, events_between
from wfm.demo.loading.workforce import EVENT_SOURCE, get_agents
from wfm.demo.models import DemoOperation
from wfm.demo.people import DEMO_AGENT_NUMBER
from wfm.org.models import ActivityCode
from wfm.org.tenancy import system_tenant

DELIVERY = timedelta(seconds=2)
LONGEST_SHIFT = timedelta(hours=16)
# Each contact's states are sent for this long before now; further back one state per activity.
CONTACTS_FOR = timedelta(hours=8)
BULK_OLDER_THAN = timedelta(minutes=2)
BATCH = 100
PAST_AT_ONCE = 20_000


def send_events(*, until: datetime) -> int:
    """Send everything that has happened since the last time; return how many events.

    What is older than two minutes is written at once, as if it had arrived in time; the rest goes
    the way of any event source. The demo agent is left to the person who logs in as that agent,
    but for days before today. Sending again changes nothing.
    """
    with system_tenant():
        operation = DemoOperation.objects.get(pk=1)
        after = operation.events_until or _first_start(until)
        events = events_between(
            planned_shifts(after=after, until=until),
            after=after,
            until=until,
            contacts_after=until - CONTACTS_FOR,
        )
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


def planned_shifts(*, after: datetime, until: datetime) -> list[PlannedShift]:
    """Return the published shifts that touch (after, until], with their activities.

    The demo agent's shift of the moment is left out: a person plays that part.
    """
    shifts = Shift.objects.filter(
        is_published=True,
        ends_at__gt=after - timedelta(hours=1),
        starts_at__lt=until + timedelta(hours=1),
    ).exclude(agent__employee_number=DEMO_AGENT_NUMBER, ends_at__gt=until - LONGEST_SHIFT)
    numbers = dict(shifts.values_list("pk", "agent__employee_number"))
    stretches: dict[int, list[PlannedStretch]] = {}
    rows = ShiftActivity.objects.filter(shift__in=numbers).order_by("shift", "starts_at")
    for shift_id, code, is_work, starts_at, ends_at in rows.values_list(
        "shift", "activity_code__key", "activity_code__is_work", "starts_at", "ends_at"
    ):
        stretches.setdefault(shift_id, []).append(PlannedStretch(code, is_work, starts_at, ends_at))
    return [PlannedShift(numbers[pk], tuple(parts)) for pk, parts in stretches.items()]


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
