"""Rows whose time could not be read, once more with what the connector says of its source now."""

import csv
import io
import json
from typing import Any

from adherence.models import Connector, ConnectorKind, QuarantinedEvent
from adherence.services.connectors.reading import (
    Canonical,
    StateMap,
    UnableToRead,
    canonical,
    options_of,
    read_events,
)


def read_again(
    *, connector: Connector, row: QuarantinedEvent, mappings: StateMap
) -> Canonical | None:
    """Read the source's own message again; None where it is still at fault.

    A zone, an order of dates or a column that has been chosen since may be all that was missing.
    The event gets the id that it would get if it were sent again.
    """
    said = row.raw.get("raw")
    if not isinstance(said, dict):
        return None
    options = options_of(connector, received_at=row.received_at)
    try:
        read = read_events(kind=connector.kind, body=_body(connector.kind, said), options=options)
    except UnableToRead:
        return None
    if len(read) != 1 or read[0].fault is not None:
        return None
    return canonical(
        read[0],
        mappings=mappings,
        zone=connector.timezone,
        default_channel=connector.default_channel,
    )


def _body(kind: str, said: dict[str, Any]) -> bytes:
    """The message as its kind is read; a row of a table becomes a table of one row."""
    if kind != ConnectorKind.CSV:
        return json.dumps(said).encode()
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t")
    writer.writerow(said)
    writer.writerow(said.values())
    return text.getvalue().encode()
