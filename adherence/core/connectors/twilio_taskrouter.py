"""Twilio TaskRouter: callbacks of a workspace (forms), and events of an event stream (JSON).

State: the worker's activity. Reason: empty for a change of activity, else what happened to a
reservation (`reservation.accepted`, `reservation.wrapup`, …). Times are UTC.
"""

import json
from typing import Any

from adherence.core.connectors.event import (
    KEY_LENGTH,
    Fault,
    ReadOptions,
    SourceEvent,
    dig,
    from_epoch,
    heartbeat,
    parse_instant,
    source_uid,
    text_of,
)
from adherence.core.connectors.form_body import read_form
from adherence.core.connectors.json_body import clean, read_messages

AGENT_FIELDS = ("WorkerName", "WorkerSid", "WorkerAttributes.contact_uri", "WorkerAttributes.email")
ACTIVITY_UPDATE = "worker.activity.update"
CHANNEL = "TaskChannelUniqueName"


def read(body: bytes, options: ReadOptions) -> list[SourceEvent]:
    """Read a form, or CloudEvents in JSON."""
    if body.lstrip()[:1] in {b"{", b"["}:
        return [_event(_from_stream(message), options) for message in read_messages(body)]
    return [_event(read_form(body), options)]


def _from_stream(message: dict[str, Any]) -> dict[str, Any]:
    """Name the fields of a CloudEvent's payload as the callbacks do."""
    payload = dig(message, "data.payload")
    if not isinstance(payload, dict):
        return message
    fields = {_pascal(name): value for name, value in payload.items()}
    kind = text_of(payload.get("eventtype"))
    return fields | {"EventType": kind, "Sid": payload.get("sid") or message.get("id")}


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _event(fields: dict[str, Any], options: ReadOptions) -> SourceEvent:
    kind = text_of(fields.get("EventType"))
    occurred_at = (
        from_epoch(fields.get("TimestampMs"), per_second=1000)
        or from_epoch(fields.get("Timestamp"))
        or parse_instant(fields.get("Timestamp"))
    )
    is_update = kind == ACTIVITY_UPDATE
    if not is_update and not kind.startswith("reservation."):
        # Tasks, queues and workflows: nobody's state, but a sign that Twilio speaks.
        return heartbeat(options.received_at, at=occurred_at)
    agent_key = text_of(dig(_opened(fields), options.agent_field or AGENT_FIELDS[0]), KEY_LENGTH)
    state = text_of(fields.get("WorkerActivityName"))
    told = text_of(fields.get("Timestamp") or fields.get("TimestampMs"))
    fault = (
        (Fault.BAD_TIME if told else Fault.NO_TIME)
        if occurred_at is None
        else Fault.NO_AGENT
        if not agent_key
        else None
        if state
        else Fault.NO_STATE
    )
    return SourceEvent(
        event_uid=source_uid(fields.get("Sid"), sorted(fields.items(), key=str)),
        agent_key=agent_key,
        occurred_at=occurred_at,
        state=state,
        reason="" if is_update else kind,
        channel=text_of(fields.get(CHANNEL), 20).lower(),
        raw=fields,
        fault=fault,
        fault_value=told if fault == Fault.BAD_TIME else "",
    )


def _opened(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the worker's attributes read, which are JSON inside the form."""
    told = fields.get("WorkerAttributes")
    if not isinstance(told, str):
        return fields
    try:
        return fields | {"WorkerAttributes": clean(json.loads(told))}
    except (ValueError, RecursionError):
        return fields
