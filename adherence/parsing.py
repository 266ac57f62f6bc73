"""Events as they come, to events as we take them. What is malformed is kept, never refused."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from adherence.services.ingest import EventKind, IncomingEvent

MAX_SEQUENCE = 2**62


def parse_event(raw: object) -> IncomingEvent:
    """Read one event of a batch; `malformed` says what is wrong with it."""
    if not isinstance(raw, dict):
        return IncomingEvent(malformed=_("It is no object."), raw={"event": raw})
    faults: list[str] = []
    kind = str(raw.get("kind") or EventKind.STATE)
    if kind not in set(EventKind):
        faults.append(_("There is no kind %(kind)r.") % {"kind": kind})
        kind = EventKind.STATE
    uid = raw.get("event_uid")
    if not isinstance(uid, str | int) or not 0 < len(str(uid)) <= 80:
        faults.append(_("Its event_uid must be 1 to 80 characters long."))
        uid = ""
    sequence = raw.get("sequence", 0)
    if not isinstance(sequence, int) or isinstance(sequence, bool) or abs(sequence) > MAX_SEQUENCE:
        faults.append(_("Its sequence must be a whole number."))
        sequence = 0
    return IncomingEvent(
        event_uid=str(uid),
        agent_key=str(raw.get("agent_key") or ""),
        occurred_at=_instant(raw.get("occurred_at"), faults),
        kind=EventKind(kind),
        code=str(raw.get("code") or ""),
        sequence=sequence,
        malformed=" ".join(faults),
        raw=raw,
    )


def _instant(value: object, faults: list[str]) -> datetime | None:
    try:
        parsed = parse_datetime(value) if isinstance(value, str) else None
        if parsed is not None and parsed.tzinfo is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    faults.append(
        _("Its occurred_at must be an instant with offset, such as 2026-03-29T01:30:00Z.")
    )
    return None
