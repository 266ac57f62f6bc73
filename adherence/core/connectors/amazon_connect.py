"""Amazon Connect: agent events of the Kinesis stream.

State: the agent's status (`AgentStatus.Name`). Reason: the state of the contacts that the agent
has (`CONNECTED`, `ENDED` = after-contact work, …), empty without any. Times are UTC.
"""

from typing import Any

from adherence.core.connectors.event import (
    CHANNEL_LENGTH,
    KEY_LENGTH,
    Fault,
    ReadOptions,
    SourceEvent,
    SourceKind,
    dig,
    heartbeat,
    parse_instant,
    source_uid,
    text_of,
)
from adherence.core.connectors.json_body import read_messages

AGENT_FIELDS = (
    "CurrentAgentSnapshot.Configuration.Username",
    "AgentARN",
)
# Of several contacts the first of these decides what the agent is doing.
CONTACT_STATES = (
    "CONNECTED",
    "CONNECTED_ONHOLD",
    "PAUSED",
    "CONNECTING",
    "INCOMING",
    "PENDING",
    "ENDED",
    "MISSED",
    "REJECTED",
    "ERROR",
)
_KINDS = {
    "STATE_CHANGE": SourceKind.STATE,
    "LOGIN": SourceKind.LOGIN,
    "LOGOUT": SourceKind.LOGOUT,
}


def read(body: bytes, options: ReadOptions) -> list[SourceEvent]:
    """Read events: single, a list, one per line, or records with base64 data."""
    return [_event(message, options) for message in read_messages(body)]


def _event(message: dict[str, Any], options: ReadOptions) -> SourceEvent:
    occurred_at = parse_instant(message.get("EventTimestamp"))
    kind = _KINDS.get(text_of(message.get("EventType")))
    uid = source_uid(message.get("EventId"), sorted(message.items(), key=str))
    if kind is None and occurred_at is not None:
        return heartbeat(options.received_at, at=occurred_at, uid=uid)
    path = options.agent_field or AGENT_FIELDS[0]
    # A log-out may come without the present snapshot; the one before names the same agent.
    agent_key = dig(message, path) or dig(message, path.replace("Current", "Previous"))
    status = dig(message, "CurrentAgentSnapshot.AgentStatus") or {}
    contacts = dig(message, "CurrentAgentSnapshot.Contacts")
    state, reason, channel = _doing(status, contacts if isinstance(contacts, list) else [])
    return SourceEvent(
        event_uid=uid,
        agent_key=text_of(agent_key, KEY_LENGTH),
        occurred_at=occurred_at,
        kind=kind or SourceKind.STATE,
        state=state,
        reason=reason,
        channel=channel,
        raw=message,
        **_fault(occurred_at, agent_key, state, kind, message),
    )


def _doing(status: object, contacts: list[Any]) -> tuple[str, str, str]:
    """Return status, state of the contact that counts, and its channel."""
    name = text_of(dig(status, "Name"))
    states = {text_of(dig(contact, "State")): contact for contact in reversed(contacts)}
    for wanted in CONTACT_STATES:
        if wanted in states:
            return name, wanted, text_of(dig(states[wanted], "Channel"), CHANNEL_LENGTH).lower()
    return name, "", ""


def _fault(
    occurred_at: object, agent_key: object, state: str, kind: SourceKind | None, message: Any
) -> dict[str, Any]:
    if occurred_at is None:
        told = text_of(message.get("EventTimestamp"))
        return {"fault": Fault.BAD_TIME if told else Fault.NO_TIME, "fault_value": told}
    if not agent_key:
        return {"fault": Fault.NO_AGENT}
    told_by_kind = {SourceKind.LOGIN, SourceKind.LOGOUT}
    return {} if state or kind in told_by_kind else {"fault": Fault.NO_STATE}
