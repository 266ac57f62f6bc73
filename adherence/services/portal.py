"""Taps of the portal: queued on the device, corrected by its clock's offset, taken once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from adherence.models import EventKind, EventSource
from adherence.services.incoming import IncomingEvent
from adherence.services.ingest import EventOutcome, EventStatus, ingest_events
from adherence.services.telling import tell_of_late_taps
from scheduling.models import Shift
from wfm.org.models import ActivityCode, Agent

STEPPED = timedelta(minutes=1)
"""An offset that changed by more is a clock that was set, not a slow network."""

AROUND = timedelta(hours=1)
"""A tap so long before a shift belongs to it."""


@dataclass(frozen=True, kw_only=True)
class Tap:
    """One tap as the device tells it; `tapped_at` by its own clock. No code: clock out.

    `number` counts the taps of the device; `age` is how long ago the tap was by the time that the
    page ran, which no change of the clock touches but a sleeping phone may stop; `clock_offset` is
    what our clock was ahead of the device's when the tap was made, where that was measured.
    """

    uid: str
    code: str
    tapped_at: datetime
    number: int = 0
    age: timedelta = timedelta()
    clock_offset: timedelta | None = None


@transaction.atomic
def record_taps(
    *, agent: Agent, taps: Sequence[Tap], device_now: datetime, received_at: datetime
) -> list[EventOutcome]:
    """Store taps at the time they were made, by our clock, in the order of their numbers.

    How long ago a tap was is told by the device alone: tap and sending were read from the same
    clock, so one that is wrong does no harm. One that was set between the two is recognised by the
    offset measured at the tap, and by the time that the page ran. A code that the portal does not
    offer is kept aside; the other taps are taken. The leads are told of late taps of a shift that
    is over, once a day.
    """
    offered = set(ActivityCode.objects.for_portal().values_list("key", flat=True))
    moments = _moments(taps, device_now, received_at)
    events = [
        _event(agent, tap, occurred_at, device_now, offered)
        for tap, occurred_at in zip(taps, moments, strict=True)
    ]
    outcomes = ingest_events(events=events, source=EventSource.PORTAL, received_at=received_at)
    late = [
        event.occurred_at
        for event, outcome in zip(events, outcomes, strict=True)
        if outcome.is_late and outcome.status == EventStatus.ACCEPTED and event.occurred_at
    ]
    if late:
        _tell_of_late(agent, late, received_at)
    return outcomes


def _tell_of_late(agent: Agent, late: Sequence[datetime], at: datetime) -> None:
    """Find the shifts that were over when their taps came."""
    held = Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
    over = Shift.objects.filter(
        agent=agent, is_published=True, ends_at__gt=min(late), ends_at__lte=at
    )
    shifts = over.values_list("operational_date", "starts_at", "ends_at")
    days = {
        day
        for day, starts_at, ends_at in shifts
        if any(starts_at - AROUND <= moment <= ends_at for moment in late)
    }
    for day in sorted(days):
        tell_of_late_taps(agent=held, day=day, at=at)


def _moments(taps: Sequence[Tap], device_now: datetime, received_at: datetime) -> list[datetime]:
    """When each tap was made; none after one with a higher number."""
    found = [received_at - _age(tap, device_now, received_at) for tap in taps]
    latest = received_at
    for index in sorted(range(len(taps)), key=lambda index: taps[index].number, reverse=True):
        latest = found[index] = min(found[index], latest)
    return found


def _age(tap: Tap, device_now: datetime, received_at: datetime) -> timedelta:
    by_clock = device_now - tap.tapped_at
    if tap.clock_offset is not None:
        change = tap.clock_offset - (received_at - device_now)
        if abs(change) > STEPPED:
            by_clock -= change
    return max(by_clock, tap.age, timedelta())


def _event(
    agent: Agent, tap: Tap, occurred_at: datetime, device_now: datetime, offered: Collection[str]
) -> IncomingEvent:
    kind = EventKind.STATE if tap.code else EventKind.LOGOUT
    uid = f"{agent.pk}:{tap.uid}"[:80]
    raw: dict[str, Any] = {
        "event_uid": uid,
        "agent_key": agent.employee_number,
        "occurred_at": occurred_at.isoformat(),
        "kind": kind.value,
        "code": tap.code,
        "sequence": tap.number,
        "tapped_at": tap.tapped_at.isoformat(),
        "device_now": device_now.isoformat(),
        "age_seconds": tap.age.total_seconds(),
    }
    if tap.clock_offset is not None:
        raw["clock_offset_seconds"] = tap.clock_offset.total_seconds()
    return IncomingEvent(
        event_uid=uid,
        agent_id=agent.pk,
        occurred_at=occurred_at,
        kind=kind,
        code=tap.code,
        sequence=tap.number,
        device_at=tap.tapped_at,
        not_offered=bool(tap.code) and tap.code not in offered,
        raw=raw,
    )
