"""An event as it comes, before it is judged."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adherence.models import EventKind


@dataclass(kw_only=True, slots=True)
class IncomingEvent:
    """One event as its source tells it. Not frozen: thousands are made each second.

    `agent_key` is the source's name for the agent, else the employee number; `agent_id` instead
    where we know the person (the portal). `malformed` says what is wrong with its form;
    `not_offered` that whoever declared the code may not choose it.
    """

    event_uid: str = ""
    agent_key: str = ""
    agent_id: int | None = None
    occurred_at: datetime | None = None
    kind: EventKind = EventKind.STATE
    code: str = ""
    reason: str = ""
    channel: str = ""
    sequence: int = 0
    device_at: datetime | None = None
    malformed: str = ""
    not_offered: bool = False
    raw: dict[str, Any] = field(default_factory=dict)
