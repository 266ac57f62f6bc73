"""What a source has said, before anybody maps its words to ours."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

UID_LENGTH = 80
KEY_LENGTH = 120
WORD_LENGTH = 120
CHANNEL_LENGTH = 20
MAX_SEQUENCE = 2**62


class SourceKind(StrEnum):
    """What an event says; the same words as the canonical event."""

    STATE = "state"
    LOGIN = "login"
    RESYNC = "resync"
    LOGOUT = "logout"
    HEARTBEAT = "heartbeat"


class Fault(StrEnum):
    """Why an event cannot be taken as it is."""

    NO_AGENT = "no_agent"
    NO_STATE = "no_state"
    NO_TIME = "no_time"
    BAD_TIME = "bad_time"
    DATE_ORDER = "date_order"
    NO_ZONE = "no_zone"
    TIME_TWICE = "time_twice"
    TIME_NEVER = "time_never"


class Problem(StrEnum):
    """Why a whole body cannot be read."""

    EMPTY = "empty"
    ENCODING = "encoding"
    JSON = "json"
    JSON_DEPTH = "json_depth"
    NO_OBJECT = "no_object"
    BASE64 = "base64"
    XML = "xml"
    XML_DTD = "xml_dtd"
    XML_DEPTH = "xml_depth"
    FORM = "form"
    TABLE = "table"
    NO_HEADER = "no_header"
    COLUMN = "column"
    TOO_MANY = "too_many"


class UnreadableBody(ValueError):  # noqa: N818 - named for what the body is
    """Nothing of the body can be read; `problem` and `values` say why."""

    def __init__(self, problem: Problem, **values: object) -> None:
        super().__init__(f"{problem.value} {values}" if values else problem.value)
        self.problem = problem
        self.values = values


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What a connector knows of its source."""

    received_at: datetime
    zone: str = ""
    """Zone of local times."""
    agent_field: str = ""
    """Where the message names the agent; empty: where this source usually does."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Role -> heading, for tables."""
    date_order: str = ""
    """`ymd`, `dmy` or `mdy`; empty: from the values."""
    max_delay_seconds: int | None = None
    """The source promises to send within so many seconds."""


@dataclass(frozen=True, kw_only=True)
class SourceEvent:
    """One thing that a source has said, in the source's own words."""

    event_uid: str
    agent_key: str = ""
    occurred_at: datetime | None = None
    kind: SourceKind = SourceKind.STATE
    state: str = ""
    reason: str = ""
    label: str = ""
    """What people call the reason, where the source tells."""
    channel: str = ""
    sequence: int = 0
    raw: dict[str, Any] = field(default_factory=dict)
    fault: Fault | None = None
    fault_value: str = ""
    candidates: tuple[datetime, ...] = ()
    """Instants that a local time may mean, where it means two."""


def content_uid(*parts: object) -> str:
    """Return an id made of the content, for sources that give none: the same again, the same id."""
    text = "\x1f".join(part.isoformat() if isinstance(part, datetime) else str(part) for part in parts)  # fmt: skip
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:40]}"


def source_uid(text: object, *parts: object) -> str:
    """Return the source's own id, shortened to a hash where it is too long; without one the content's."""
    own = str(text or "").strip()
    if not own:
        return content_uid(*parts)
    return own if len(own) <= UID_LENGTH else content_uid(own)


def heartbeat(received_at: datetime, *, at: datetime | None = None, uid: str = "") -> SourceEvent:
    """Return the sign of life that a message without anybody's state is."""
    moment = at or received_at
    return SourceEvent(
        event_uid=uid or content_uid("heartbeat", moment),
        occurred_at=moment,
        kind=SourceKind.HEARTBEAT,
    )


def parse_instant(value: object) -> datetime | None:
    """Read an ISO 8601 instant with offset; None where it is none."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        return None if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def from_epoch(value: object, *, per_second: int = 1) -> datetime | None:
    """Read seconds (or with `per_second` 1000 milliseconds) since 1970; None where it is none."""
    try:
        number = float(str(value).strip().replace(",", ".")) / per_second
        return datetime.fromtimestamp(number, UTC) if 0 < number < 4_102_444_800 else None
    except (ValueError, OverflowError):
        return None


def dig(message: object, path: str) -> Any:
    """Follow a dotted path through objects and the first element of lists; None where it ends."""
    found = message
    for name in path.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def text_of(value: object, limit: int = WORD_LENGTH) -> str:
    """Return a short text; objects and nothing are empty."""
    if value is None or isinstance(value, Mapping | list | bool):
        return ""
    return str(value).strip()[:limit]
