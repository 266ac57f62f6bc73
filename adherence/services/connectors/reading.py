"""From a body to canonical events: read by the kind, mapped by the connector's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adherence.core.connectors.event import ReadOptions, SourceEvent, SourceKind, UnreadableBody
from adherence.core.connectors.registry import SOURCES
from adherence.models import Connector, StateMapping, StateMeaning
from adherence.services.connectors.texts import (
    UNMAPPED_STATE,
    fault_sentence,
    problem_sentence,
    unmapped_sentence,
)


class UnableToRead(ValueError):  # noqa: N818 - domain errors are named for what failed
    """Nothing of a body can be read; the message says why."""


@dataclass(frozen=True)
class Mapped:
    """What a state means; `code` is an activity code's key."""

    meaning: str
    code: str = ""


StateMap = Mapping[tuple[str, str], Mapped]


@dataclass(frozen=True)
class Canonical:
    """An event as `adherence.parsing.parse_event` reads it, and what stands in its way."""

    data: dict[str, Any]
    reason_code: str = ""
    reason: str = ""
    is_unmapped: bool = False


def options_of(connector: Connector, *, received_at: datetime) -> ReadOptions:
    """What the readers need to know of a connector."""
    minutes = connector.max_delay_minutes
    return ReadOptions(
        received_at=received_at,
        zone=connector.timezone,
        agent_field=connector.agent_field,
        columns=connector.columns,
        date_order=connector.date_order,
        max_delay_seconds=None if minutes is None else minutes * 60,
    )


def read_events(*, kind: str, body: bytes, options: ReadOptions) -> list[SourceEvent]:
    """Read a body; raises UnableToRead with a sentence."""
    try:
        return SOURCES[kind].read(body, options)
    except UnreadableBody as error:
        raise UnableToRead(problem_sentence(error.problem, error.values)) from error


def state_map(connector: Connector) -> dict[tuple[str, str], Mapped]:
    """The connector's mappings by state and reason, without regard to case."""
    found = StateMapping.objects.filter(connector=connector).select_related("activity_code")
    return as_map(
        (row.state, row.reason, row.meaning, row.activity_code.key if row.activity_code else "")
        for row in found
    )


def as_map(rows: Iterable[tuple[str, str, str, str]]) -> dict[tuple[str, str], Mapped]:
    """Mappings from rows of state, reason, meaning and code."""
    return {
        (state.casefold(), reason.casefold()): Mapped(meaning, code)
        for state, reason, meaning, code in rows
    }


def find_mapping(mappings: StateMap, *, state: str, reason: str) -> Mapped | None:
    """The mapping of state and reason, else that of the state whatever the reason."""
    word = state.casefold()
    return mappings.get((word, reason.casefold())) or mappings.get((word, ""))


def canonical(
    event: SourceEvent, *, mappings: StateMap, zone: str, default_channel: str
) -> Canonical:
    """Put an event into our words."""
    data: dict[str, Any] = {
        "event_uid": event.event_uid,
        "agent_key": event.agent_key,
        "occurred_at": event.occurred_at.isoformat() if event.occurred_at else "",
        "kind": event.kind.value,
        "code": "",
        "reason": event.reason,
        "channel": event.channel or default_channel,
        "sequence": event.sequence,
        "state": event.state,
        "label": event.label,
        "said": event.kind.value,
        "raw": event.raw,
    }
    if event.fault is not None:
        data |= {
            "fault": event.fault.value,
            "told": event.fault_value,
            "candidates": [moment.isoformat() for moment in event.candidates],
        }
        sentence = fault_sentence(event.fault, value=event.fault_value, zone=zone)
        return Canonical(data, event.fault.value, sentence)
    return apply_mapping(data, mappings)


def apply_mapping(data: dict[str, Any], mappings: StateMap) -> Canonical:
    """Give a canonical event the kind and code that its state is mapped to now."""
    said, state, reason = str(data["said"]), str(data["state"]), str(data["reason"])
    if said in {SourceKind.HEARTBEAT, SourceKind.LOGOUT}:
        return Canonical(data | {"kind": said, "code": ""})
    mapped = find_mapping(mappings, state=state, reason=reason)
    if mapped is not None:
        kind = {
            StateMeaning.CLOCKED_OUT.value: SourceKind.LOGOUT.value,
            StateMeaning.IGNORED.value: SourceKind.HEARTBEAT.value,
        }.get(mapped.meaning, said)
        return Canonical(data | {"kind": kind, "code": mapped.code})
    if said == SourceKind.LOGIN and not state:
        return Canonical(data | {"kind": said, "code": ""})
    # Not as a log-in: one without a code means "as planned", but this one has said what it is.
    words = f"{state} · {reason}" if reason else state
    return Canonical(
        data | {"kind": SourceKind.STATE.value, "code": ""},
        UNMAPPED_STATE,
        unmapped_sentence(words),
        is_unmapped=True,
    )
