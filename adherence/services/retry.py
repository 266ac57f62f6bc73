"""Quarantined events once more, after what was missing has been added."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from adherence.models import QuarantinedEvent
from adherence.parsing import parse_event
from adherence.services.ingest import EventStatus, IncomingEvent, ingest_events


def retry_quarantined(*, event_ids: Sequence[int], at: datetime) -> int:
    """Ingest these events again as they came; return how many are taken now.

    They keep the time at which they were received, so that age and future are judged as then.
    """
    rows = QuarantinedEvent.objects.filter(pk__in=event_ids, resolved_at=None).order_by("pk")
    batches: defaultdict[tuple[str, datetime], list[IncomingEvent]] = defaultdict(list)
    for row in rows:
        batches[row.source, row.received_at].append(parse_event(row.raw))
    taken = 0
    with transaction.atomic():
        for (source, received_at), events in batches.items():
            outcomes = ingest_events(
                events=events, source=source, received_at=received_at, processed_at=at
            )
            taken += sum(outcome.status != EventStatus.QUARANTINED for outcome in outcomes)
    return taken
