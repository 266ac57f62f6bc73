"""Taps of the portal: queued on the device, corrected by its clock's offset, taken once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adherence.models import EventSource
from adherence.services.ingest import EventKind, EventOutcome, IncomingEvent, ingest_events


@dataclass(frozen=True)
class Tap:
    """One tap as the device tells it; times by the device's own clock. No code: clock out."""

    uid: str
    code: str
    tapped_at: datetime


def record_taps(
    *, agent_id: int, taps: Sequence[Tap], device_now: datetime, received_at: datetime
) -> list[EventOutcome]:
    """Store taps at the time they were made, by our clock.

    How long ago a tap was is told by the device's clock alone (tap and sending were read from the
    same clock), so a clock that is wrong does no harm; when "now" is tells ours.
    """
    events = [
        IncomingEvent(
            event_uid=f"{agent_id}:{tap.uid}"[:80],
            agent_id=agent_id,
            occurred_at=received_at - max(device_now - tap.tapped_at, timedelta()),
            kind=EventKind.STATE if tap.code else EventKind.LOGOUT,
            code=tap.code,
            device_at=tap.tapped_at,
            raw={
                "uid": tap.uid,
                "code": tap.code,
                "tapped_at": tap.tapped_at.astimezone(UTC).isoformat(),
                "device_now": device_now.astimezone(UTC).isoformat(),
            },
        )
        for tap in taps
    ]
    return ingest_events(events=events, source=EventSource.PORTAL, received_at=received_at)
