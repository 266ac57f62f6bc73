"""What PostgreSQL cannot hold, replaced by a sign for it: an event is never lost to one character."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adherence.services.event_store import encode_json
from adherence.services.incoming import IncomingEvent

# NUL, half a surrogate pair, and numbers beyond what a float can say (`1e999` is read as infinite).
_SUSPECT = ("\\u0000", "\\ud", "Infinity", "NaN")


def storable(events: Sequence[IncomingEvent]) -> Sequence[IncomingEvent]:
    """The same events, with what cannot be stored in text or jsonb replaced."""
    text = encode_json(
        [(event.event_uid, event.agent_key, event.code, event.raw) for event in events]
    )
    if not any(sign in text for sign in _SUSPECT):
        return events
    return [
        replace(
            event,
            event_uid=_clean(event.event_uid),
            agent_key=_clean(event.agent_key),
            code=_clean(event.code),
            reason=_clean(event.reason),
            channel=_clean(event.channel),
            raw=_clean(event.raw),
        )
        for event in events
    ]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "\ufffd")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value
