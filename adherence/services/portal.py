"""Taps of the portal: queued on the device, corrected by its clock's offset, taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from adherence.models import EventKind, EventSource
from adherence.services.ingest import EventOutcome, EventStatus, IncomingEvent, ingest_events
from adherence.services.telling import tell_of_late_taps
from scheduling.models import Shift
from wfm.org.models import Agent

AROUND = timedelta(hours=1)
"""A tap so long before a shift belongs to it."""


@dataclass(frozen=True)
class Tap:
    """One tap as the device tells it; times by the device's own clock. No code: clock out."""

    uid: str
    code: str
    tapped_at: datetime


@transaction.atomic
def record_taps(
    *, agent: Agent, taps: Sequence[Tap], device_now: datetime, received_at: datetime
) -> list[EventOutcome]:
    """Store taps at the time they were made, by our clock.

    How long ago a tap was is told by the device's clock alone (tap and sending were read from the
    same clock), so a clock that is wrong does no harm; when "now" is tells ours. The leads are told of late taps of a
    shift that is over, once a day.
    """
    events = []
    for tap in taps:
        kind = EventKind.STATE if tap.code else EventKind.LOGOUT
        occurred_at = received_at - max(device_now - tap.tapped_at, timedelta())
        uid = f"{agent.pk}:{tap.uid}"[:80]
        events.append(
            IncomingEvent(
                event_uid=uid,
                agent_id=agent.pk,
                occurred_at=occurred_at,
                kind=kind,
                code=tap.code,
                device_at=tap.tapped_at,
                raw={
                    "event_uid": uid,
                    "agent_key": agent.employee_number,
                    "occurred_at": occurred_at.isoformat(),
                    "kind": kind.value,
                    "code": tap.code,
                    "tapped_at": tap.tapped_at.isoformat(),
                    "device_now": device_now.isoformat(),
                },
            )
        )
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
