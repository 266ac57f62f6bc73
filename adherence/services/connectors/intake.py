"""Take a body as a source has sent it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from adherence.models import Connector
from adherence.parsing import parse_event
from adherence.services import EventKind, EventOutcome, EventStatus, ingest_events
from adherence.services.connectors.reading import (
    Canonical,
    UnableToRead,
    canonical,
    options_of,
    read_events,
    state_map,
)
from adherence.services.connectors.texts import UNREADABLE_BODY
from adherence.services.quarantine import QuarantineReason, Refusal, keep_aside

AT_ONCE = 1000
KEPT_OF_BODY = 4000
# Which refusal of the intake a sentence of ours explains better.
_EXPLAINED = {
    "no_agent": {QuarantineReason.UNKNOWN_AGENT, QuarantineReason.MALFORMED},
    "no_state": {QuarantineReason.UNKNOWN_CODE},
    "unmapped_state": {QuarantineReason.UNKNOWN_CODE},
}
EXPLAIN_SQL = """
UPDATE adherence_quarantinedevent kept SET reason_code = new.reason_code, reason = new.reason
FROM unnest(%(uids)s::text[], %(codes)s::text[], %(reasons)s::text[])
    AS new(event_uid, reason_code, reason)
WHERE kept.source = %(source)s AND kept.event_uid = new.event_uid AND kept.resolved_at IS NULL
"""


@dataclass(frozen=True)
class Taken:
    """What has become of a body; outcomes follow the order of its events."""

    outcomes: list[EventOutcome]
    ignored: int = 0
    """Events that change nobody's state: signs of life, and states mapped so."""
    unreadable: str = ""
    """Why nothing of it could be read."""

    def count(self, status: EventStatus) -> int:
        """How many events have become that; those that change nothing are counted apart."""
        found = Counter(outcome.status for outcome in self.outcomes)[status]
        return found - self.ignored if status == EventStatus.ACCEPTED else found


def take_body(*, connector: Connector, body: bytes, received_at: datetime) -> Taken:
    """Read a body, map its states and take its events, all in one transaction.

    What cannot be taken is quarantined with the reason; of a body that cannot be read its
    beginning is. Sent again, the same body changes nothing.
    """
    options = options_of(connector, received_at=received_at)
    try:
        read = read_events(kind=connector.kind, body=body, options=options)
    except UnableToRead as error:
        _keep_unreadable(connector.source, body, str(error), received_at)
        return Taken([], unreadable=str(error))
    mappings = state_map(connector)
    events = [
        canonical(
            event,
            mappings=mappings,
            zone=connector.timezone,
            default_channel=connector.default_channel,
        )
        for event in read
    ]
    outcomes: list[EventOutcome] = []
    with transaction.atomic():
        for start in range(0, len(events), AT_ONCE):
            part = events[start : start + AT_ONCE]
            outcomes += ingest(part, source=connector.source, received_at=received_at)
    ignored = sum(
        event.data["kind"] == EventKind.HEARTBEAT and outcome.status == EventStatus.ACCEPTED
        for event, outcome in zip(events, outcomes, strict=True)
    )
    return Taken(outcomes, ignored=ignored)


def ingest(
    events: Sequence[Canonical],
    *,
    source: str,
    received_at: datetime,
    processed_at: datetime | None = None,
    taken_by_id: int | None = None,
) -> list[EventOutcome]:
    """Ingest mapped events; what is quarantined says why in the words of the connector."""
    outcomes = ingest_events(
        events=[parse_event(event.data) for event in events],
        source=source,
        received_at=received_at,
        processed_at=processed_at,
        taken_by_id=taken_by_id,
    )
    told = [
        replace(outcome, reason_code=event.reason_code, reason=event.reason)
        if _explains(event, outcome)
        else outcome
        for event, outcome in zip(events, outcomes, strict=True)
    ]
    _explain(
        [new for new, old in zip(told, outcomes, strict=True) if new is not old], source=source
    )
    return told


def _explains(event: Canonical, outcome: EventOutcome) -> bool:
    """Whether our sentence tells the cause that the intake has met."""
    if outcome.status != EventStatus.QUARANTINED or not event.reason_code:
        return False
    return outcome.reason_code in _EXPLAINED.get(event.reason_code, {QuarantineReason.MALFORMED})


def _explain(outcomes: Sequence[EventOutcome], *, source: str) -> None:
    if not outcomes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            EXPLAIN_SQL,
            {
                "source": source,
                "uids": [outcome.event_uid for outcome in outcomes],
                "codes": [outcome.reason_code for outcome in outcomes],
                "reasons": [outcome.reason for outcome in outcomes],
            },
        )


def _keep_unreadable(source: str, body: bytes, reason: str, received_at: datetime) -> None:
    uid = f"body:{hashlib.sha256(body).hexdigest()[:40]}"
    text = body[:KEPT_OF_BODY].decode("utf-8", "replace").replace("\0", "\ufffd")
    raw = {"body": text, "bytes": len(body)}
    with transaction.atomic():
        keep_aside(
            refusals=[Refusal(uid, QuarantineReason.MALFORMED, reason, raw)],
            source=source,
            received_at=received_at,
        )
        _explain(
            [
                EventOutcome(
                    uid, EventStatus.QUARANTINED, reason_code=UNREADABLE_BODY, reason=reason
                )
            ],
            source=source,
        )
