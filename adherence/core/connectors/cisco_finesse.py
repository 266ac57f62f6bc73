"""Cisco Finesse: notifications of users, in XML or the same in JSON.

State: the user's state (`READY`, `NOT_READY`, `TALKING`, `WORK`, …). Reason: `reasonCodeId`, or
the code of the reason where there is no id. Times are UTC.
"""

from collections.abc import Iterator
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
from adherence.core.connectors.xml_body import read_xml

AGENT_FIELDS = ("loginId", "loginName")
NO_REASON = {"", "-1"}


def read(body: bytes, options: ReadOptions) -> list[SourceEvent]:
    """Read one update or many; those of dialogs and queues are signs of life."""
    is_json = body.lstrip()[:1] in {b"{", b"["}
    documents = read_messages(body) if is_json else [read_xml(body)]
    updates = [update for document in documents for update in _updates(document)]
    return [event for update in updates for event in _events(update, options)]


def _updates(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    outer = next(iter(document.values())) if len(document) == 1 else document
    if isinstance(outer, dict) and "Update" in outer:
        outer = outer["Update"]
    for update in outer if isinstance(outer, list) else [outer]:
        if isinstance(update, dict):
            yield update


def _events(update: dict[str, Any], options: ReadOptions) -> Iterator[SourceEvent]:
    data = update["data"] if isinstance(update.get("data"), dict) else update
    users = list(_users(data))
    is_list = len(users) > 1 or "team" in {str(name).lower() for name in data}
    request = text_of(update.get("requestId"))
    for user in users:
        yield _event(user, request, options, is_list=is_list)
    if not users:
        yield heartbeat(options.received_at)


def _users(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The users of an update: itself, one under `user`, or those of a team."""
    if "loginId" in data and "state" in data:
        yield data
        return
    for name, value in data.items():
        if name.lower() in {"user", "users", "team"}:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    yield from _users(item)


def _event(
    user: dict[str, Any], request: str, options: ReadOptions, *, is_list: bool
) -> SourceEvent:
    state = text_of(user.get("state")).upper()
    reason = text_of(user.get("reasonCodeId"))
    if reason in NO_REASON:
        reason = text_of(dig(user, "ReasonCode.id") or dig(user, "ReasonCode.code"))
    told = text_of(user.get("stateChangeTime"))
    changed_at = parse_instant(told)
    agent_key = text_of(dig(user, options.agent_field or AGENT_FIELDS[0]), KEY_LENGTH)
    is_logout = state == "LOGOUT"
    mark: object = changed_at
    if is_logout and not told:
        # Finesse leaves the time of a log-out empty: it is told as it happens.
        changed_at = options.received_at
        mark = request or changed_at.replace(microsecond=0)
    fault = (
        Fault.NO_AGENT
        if not agent_key
        else Fault.NO_STATE
        if not state
        else None
        if changed_at is not None
        else Fault.BAD_TIME
        if told
        else Fault.NO_TIME
    )
    kind = SourceKind.RESYNC if is_list else SourceKind.STATE
    return SourceEvent(
        event_uid=content_uid("finesse", user.get("loginId"), state, reason, mark),
        agent_key=agent_key,
        occurred_at=changed_at,
        kind=SourceKind.LOGOUT if is_logout else kind,
        state=state,
        reason="" if reason in NO_REASON else reason,
        label=text_of(dig(user, "ReasonCode.label")),
        raw=user,
        fault=fault,
        fault_value=told if fault == Fault.BAD_TIME else "",
    )
