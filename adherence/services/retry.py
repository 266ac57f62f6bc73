"""Quarantined events once more, after what was missing has been added."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from adherence.models import ActivityEvent, QuarantinedEvent
from adherence.parsing import parse_event
from adherence.queries.retention import oldest_computable
from adherence.services.days import mark_old_events
from adherence.services.event_store import EventRow, store_events
from adherence.services.incoming import IncomingEvent
from adherence.services.ingest import (
    MAX_AGE,
    EventStatus,
    ingest_events,
    judge_events,
)
from adherence.services.quarantine import QuarantineReason
from wfm.org.models import User


class UnableToTake(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The event cannot be taken after all; the message says why."""


def retry_quarantined(
    *, event_ids: Sequence[int], at: datetime, taken_by_id: int | None = None
) -> int:
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
                events=events,
                source=source,
                received_at=received_at,
                processed_at=at,
                taken_by_id=taken_by_id,
            )
            taken += sum(outcome.status != EventStatus.QUARANTINED for outcome in outcomes)
    return taken


def take_after_all(
    *, event: QuarantinedEvent, reason: str, taken_by: User | None, at: datetime
) -> ActivityEvent:
    """Take an event that was refused for its age, on someone's word; its days are corrected.

    Raises UnableToTake without a reason, for an event that is not too old or has been taken
    meanwhile, for one that cannot be taken for another reason, and when the events of its day have
    been dropped.
    """
    if not reason.strip():
        raise UnableToTake(_("Give a reason: it is kept with the event and the correction."))
    with transaction.atomic():
        kept = QuarantinedEvent.objects.select_for_update().get(pk=event.pk)
        if kept.resolved_at is not None or kept.reason_code != QuarantineReason.TOO_OLD:
            raise UnableToTake(_("Only events that were refused for their age are taken this way."))
        row = _old_row(kept, at)
        taken = store_events(rows=[row], source=kept.source, received_at=kept.received_at)
        own = ActivityEvent.objects.filter(
            agent=row.agent_id,
            occurred_at=row.occurred_at,
            source=kept.source,
            event_uid=row.event_uid,
        )
        if not taken or own.count() > 1:
            raise UnableToTake(_("This event has been taken before."))
        kept.resolved_at, kept.resolved_by, kept.resolution = at, taken_by, reason.strip()
        kept.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        mark_old_events(
            [(row.agent_id, row.occurred_at)],
            at=at,
            by_id=taken_by.pk if taken_by else None,
            why=reason.strip(),
        )
        return own.get()


def _old_row(kept: QuarantinedEvent, at: datetime) -> EventRow:
    parsed = parse_event(kept.raw)
    if parsed.occurred_at is None:
        raise UnableToTake(_("It has no occurred_at."))
    if parsed.occurred_at.date() < oldest_computable(at):
        raise UnableToTake(
            _("The events around that day are no longer kept; it cannot be corrected.")
        )
    # Judged as if it had come at the last moment at which it is taken without a word.
    (judged,) = judge_events([parsed], kept.source, parsed.occurred_at + MAX_AGE)
    if not isinstance(judged, EventRow):
        raise UnableToTake(getattr(judged, "reason", "") or _("It changes nothing."))
    return judged
