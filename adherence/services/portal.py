"""Taps of the portal: queued on the device, corrected by its clock's offset, taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adherence.models import EventKind, EventSource
from adherence.services.incoming import IncomingEvent
from adherence.services.ingest import EventOutcome, ingest_events
from wfm.org.models import Agent


@dataclass(frozen=True)
class Tap:
    """One tap as the device tells it; times by the device's own clock. No code: clock out."""

    uid: str
    code: str
    tapped_at: datetime


def record_taps(
    *, agent: Agent, taps: Sequence[Tap], device_now: datetime, received_at: datetime
) -> list[EventOutcome]:
    """Store taps at the time they were made, by our clock.

    How long ago a tap was is told by the device's clock alone (tap and sending were read from the
    same clock), so a clock that is wrong does no harm; when "now" is tells ours.
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
    return ingest_events(events=events, source=EventSource.PORTAL, received_at=received_at)
