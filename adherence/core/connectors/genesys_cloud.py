"""Genesys Cloud: notifications of activity, presence and routing status, also by EventBridge.

State: the system presence (`BREAK`, `MEAL`, `ON_QUEUE`, …). Reason: on queue the routing status
(`IDLE`, `INTERACTING`, …), else the id of the presence that the organisation has defined. A
routing status alone (topic routingStatus) has the state `ROUTING_STATUS`. Times are UTC.
"""

import re
from datetime import datetime
from typing import Any

from adherence.core.connectors.event import (
    KEY_LENGTH,
    Fault,
    ReadOptions,
    SourceEvent,
    SourceKind,
    content_uid,
    dig,
    heartbeat,
    parse_instant,
    text_of,
)
from adherence.core.connectors.json_body import read_messages

AGENT_FIELDS = ("topic", "detail.eventBody.id", "eventBody.id")
ROUTING_STATUS = "ROUTING_STATUS"
ON_QUEUE = "ON_QUEUE"
_TOPIC = re.compile(r"v2\.users\.(?P<user>[^.]+)\.(?P<about>activity|presence|routingStatus)")
_LOWER_THEN_UPPER = re.compile(r"(?<=[a-z])(?=[A-Z])|[\s-]+")


def read(body: bytes, options: ReadOptions) -> list[SourceEvent]:
    """Read notifications: single or many, bare or as EventBridge wraps them."""
    return [_event(message, options) for message in read_messages(body)]


def _event(message: dict[str, Any], options: ReadOptions) -> SourceEvent:
    inner = message.get("detail") if isinstance(message.get("detail"), dict) else message
    assert isinstance(inner, dict)
    topic = text_of(inner.get("topicName") or message.get("detail-type"))
    match = _TOPIC.fullmatch(topic)
    told = _told_at(message, inner)
    body = inner.get("eventBody")
    if match is None or not isinstance(body, dict):
        return heartbeat(options.received_at, at=told)
    path = options.agent_field
    user = match["user"] if path in {"", "topic"} else dig(message, path)
    if user in {"{id}", "+"}:  # the name of a topic of all users
        user = body.get("id") or body.get("userId") or dig(body, "routingStatus.userId")
    state, reason, label, changed_at = _doing(body, told)
    agent_key = text_of(user, KEY_LENGTH)
    fault = (
        Fault.NO_AGENT
        if not agent_key
        else Fault.NO_STATE
        if not state
        else Fault.NO_TIME
        if changed_at is None
        else None
    )
    return SourceEvent(
        # Each notification has an id of its own; the same state told again must be the same event.
        event_uid=content_uid("genesys", match["user"], state, reason, changed_at or body),
        agent_key=agent_key,
        occurred_at=changed_at,
        kind=SourceKind.LOGOUT if state == "OFFLINE" else SourceKind.STATE,
        state=state,
        reason=reason,
        label=label,
        raw=message,
        fault=fault,
    )


def _told_at(message: dict[str, Any], inner: dict[str, Any]) -> datetime | None:
    return parse_instant(inner.get("timestamp")) or parse_instant(message.get("time"))


def _doing(body: dict[str, Any], told: datetime | None) -> tuple[str, str, str, datetime | None]:
    """Return presence, routing status or own presence, its label, and since when."""
    presence = body.get("presence") if isinstance(body.get("presence"), dict) else body
    definition = dig(presence, "presenceDefinition")
    routing = body.get("routingStatus")
    state = _word(dig(definition, "systemPresence"))
    status = _word(dig(routing, "status"))
    label = text_of(dig(definition, "languageLabels.en_US") or dig(definition, "label"))
    moments = [
        moment
        for moment in (
            parse_instant(dig(presence, "modifiedDate")) if state else None,
            parse_instant(dig(routing, "startTime")) if status else None,
        )
        if moment is not None
    ]
    since = max(moments, default=told)
    if not state and status:
        return ROUTING_STATUS, status, "", since
    if state == ON_QUEUE:
        return state, status, label, since
    return state, text_of(dig(definition, "id")) if state else "", label, since


def _word(value: object) -> str:
    """`On Queue`, `OnQueue` and `ON_QUEUE` are one presence."""
    return _LOWER_THEN_UPPER.sub("_", text_of(value)).upper()
