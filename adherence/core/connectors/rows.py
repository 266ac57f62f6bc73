"""Rows of a table to events: times are read, local ones put into their zone together."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from adherence.core.connectors.clock_text import Moment, parse_moment
from adherence.core.connectors.event import (
    CHANNEL_LENGTH,
    KEY_LENGTH,
    MAX_SEQUENCE,
    Fault,
    ReadOptions,
    SourceEvent,
    SourceKind,
    content_uid,
    source_uid,
    text_of,
)
from adherence.core.connectors.local_time import LocalTime, Resolved, resolve
from forecasting.core.imports.sniff import sniff_date_order

Row = Mapping[str, object]
Wording = Callable[[str, str], tuple[SourceKind, str, str]]
"""State and reason as written -> kind, state, reason."""


@dataclass(frozen=True)
class _Read:
    """A row whose words are read and whose time may still be local."""

    event: SourceEvent
    own_uid: str
    moment: Moment | None
    told: str
    has_sequence: bool
    fault: Fault | None


def read_rows(
    rows: Sequence[Row], *, columns: Mapping[str, str], options: ReadOptions, wording: Wording
) -> list[SourceEvent]:
    """Return one event per row, in the order of the rows."""
    order = _date_order(rows, columns, options)
    read = [_read(row, columns, order, wording) for row in rows]
    at_rows = _instants(read, options)
    seen: Counter[str] = Counter()
    return [_finished(item, found, seen) for item, found in zip(read, at_rows, strict=True)]


def _date_order(rows: Sequence[Row], columns: Mapping[str, str], options: ReadOptions) -> str:
    """`ymd`, `dmy`, `mdy`; empty where every date of the body could be read both ways."""
    if options.date_order:
        return options.date_order
    heading = columns.get("date") or columns.get("time", "")
    return sniff_date_order(text_of(row.get(heading)) for row in rows).order or ""


def _read(row: Row, columns: Mapping[str, str], order: str, wording: Wording) -> _Read:
    def cell(role: str, limit: int = 120) -> str:
        return text_of(row.get(columns[role]), limit) if role in columns else ""

    kind, state, reason = wording(cell("state"), cell("reason"))
    told = f"{cell('date')} {cell('time')}".strip()
    moment = parse_moment(
        cell("time"), date_text=cell("date"), offset_text=cell("offset"), order=order or "dmy"
    )
    sequence = _whole_number(cell("sequence"))
    event = SourceEvent(
        event_uid="",
        agent_key=cell("agent", KEY_LENGTH),
        kind=kind,
        state=state,
        reason=reason,
        label=cell("label"),
        channel=cell("channel", CHANNEL_LENGTH),
        sequence=sequence or 0,
        raw={str(name): value for name, value in row.items()},
    )
    return _Read(
        event, cell("uid"), moment, told, sequence is not None, _fault(event, moment, told, order)
    )


def _fault(event: SourceEvent, moment: Moment | None, told: str, order: str) -> Fault | None:
    if not told:
        return Fault.NO_TIME
    if moment is None:
        return Fault.BAD_TIME
    # Written with the year first, or with an offset in ISO form, a date needs no order.
    if not order and moment.wall is not None and not told[:4].isdigit():
        return Fault.DATE_ORDER
    if not event.agent_key and event.kind != SourceKind.HEARTBEAT:
        return Fault.NO_AGENT
    if not event.state and event.kind not in {SourceKind.LOGOUT, SourceKind.LOGIN}:
        return Fault.NO_STATE
    return None


def _instants(read: Sequence[_Read], options: ReadOptions) -> list[Resolved]:
    """Return the instant of each row; local ones of a body are resolved together."""
    found = [Resolved(item.moment.instant if item.moment else None, item.fault) for item in read]
    local = [
        index
        for index, item in enumerate(read)
        if item.fault is None and item.moment is not None and item.moment.wall is not None
    ]
    if not local:
        return found
    if not options.zone:
        for index in local:
            found[index] = Resolved(None, Fault.NO_ZONE)
        return found
    times = []
    for index in local:
        wall = _wall_of(read[index])
        sequence = read[index].event.sequence if read[index].has_sequence else None
        times.append(LocalTime(wall=wall, agent_key=read[index].event.agent_key, sequence=sequence))
    resolved = resolve(
        times,
        zone=ZoneInfo(options.zone),
        received_at=options.received_at,
        max_delay_seconds=options.max_delay_seconds,
    )
    for index, outcome in zip(local, resolved, strict=True):
        found[index] = outcome
    return found


def _wall_of(item: _Read) -> datetime:
    assert item.moment is not None
    assert item.moment.wall is not None
    return item.moment.wall


def _finished(item: _Read, found: Resolved, seen: "Counter[str]") -> SourceEvent:
    event = item.event
    content = (
        event.agent_key,
        event.kind,
        event.state,
        event.reason,
        event.channel,
        event.sequence,
    )
    uid = source_uid(item.own_uid, found.at or item.told, *content)
    if found.fault is not None:
        # Two rows that say the same and cannot be placed in time may be two events: keep both.
        seen[uid] += 1
        uid = uid if seen[uid] == 1 else content_uid(uid, seen[uid])
    return replace(
        event,
        event_uid=uid,
        occurred_at=found.at,
        fault=found.fault,
        fault_value=item.told if found.fault is not None else "",
        candidates=found.candidates,
    )


def _whole_number(text: str) -> int | None:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if abs(number) <= MAX_SEQUENCE else None
