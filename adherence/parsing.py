"""Events as they come, to events as we take them. What is malformed is kept, never refused."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from adherence.models import EventKind
from adherence.services.incoming import IncomingEvent

MAX_SEQUENCE = 2**62
MAX_REASON = 80
MAX_CHANNEL = 40
_KINDS = {kind.value: kind for kind in EventKind}


def parse_event(raw: object) -> IncomingEvent:
    """Read one event of a batch; `malformed` says what is wrong with it."""
    if not isinstance(raw, dict):
        return IncomingEvent(malformed=_("It is no object."), raw={"event": raw})
    faults: list[str] = []
    name = raw.get("kind") or "state"
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        faults.append(_("There is no kind %(kind)r.") % {"kind": name})
        kind = EventKind.STATE
    uid = raw.get("event_uid")
    if not isinstance(uid, str | int) or not 0 < len(str(uid)) <= 80:
        faults.append(_("Its event_uid must be 1 to 80 characters long."))
        uid = ""
    sequence = raw.get("sequence")
    if sequence is None:
        sequence = 0
    if not isinstance(sequence, int) or isinstance(sequence, bool) or abs(sequence) > MAX_SEQUENCE:
        faults.append(_("Its sequence must be a whole number."))
        sequence = 0
    return IncomingEvent(
        event_uid=str(uid),
        agent_key=str(raw.get("agent_key") or ""),
        occurred_at=_instant(raw.get("occurred_at"), faults),
        kind=kind,
        code=str(raw.get("code") or ""),
        reason=str(raw.get("reason") or "")[:MAX_REASON],
        channel=str(raw.get("channel") or "")[:MAX_CHANNEL],
        sequence=sequence,
        malformed=" ".join(faults),
        raw=raw,
    )


def _instant(value: object, faults: list[str]) -> datetime | None:
    try:
        parsed = _read(value) if isinstance(value, str) else None
        if parsed is not None and parsed.tzinfo is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    faults.append(
        _("Its occurred_at must be an instant with offset, such as 2026-03-29T01:30:00Z.")
    )
    return None


def _read(text: str) -> datetime | None:
    """ISO 8601, by the fast reader of Python where it can, else by Django's, which knows more."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parse_datetime(text)
