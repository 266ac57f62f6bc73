"""Append to the feed of changes, and keep it from growing without end."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from wfm.integration.models import Change, ChangeFeedState
from wfm.integration.models.change import FeedPosition
from wfm.integration.queries.change_feed import horizon_now

logger = logging.getLogger(__name__)
# Neither columns with defaults in the database nor the row itself is read back: whoever records a
# change need not be allowed to read the feed.
_INSERT = (
    "INSERT INTO integration_change (kind, key, payload, client_id) VALUES (%s, %s, %s::jsonb, %s)"
)
MAX_KIND, MAX_KEY = 60, 120
ROWS_PER_STEP = 10_000


def record_change(
    *, kind: str, key: str, payload: Mapping[str, Any], client_id: int | None = None
) -> None:
    """Append a change in the caller's transaction; with it, it is told or never happened.

    `kind` is `<family>.<what>` such as `schedule.published`, `key` names the thing, such as
    `schedule-version:7`: changes of one key are told in their order when the caller holds the
    thing's row (`select_for_update`, or an UPDATE before). `client_id` lets that client read the
    payload too, so it may hold only what is theirs; without it the change is for our own people.
    """
    if not connection.in_atomic_block:
        msg = f"The change {kind!r} needs the transaction of what it tells."
        raise RuntimeError(msg)
    if not 0 < len(kind) <= MAX_KIND or not 0 < len(key) <= MAX_KEY:
        msg = (
            f"Expected a kind of 1 to {MAX_KIND} and a key of 1 to {MAX_KEY} characters, got"
            f" {kind!r} and {key!r}."
        )
        raise ValueError(msg)
    content = json.dumps(payload, cls=DjangoJSONEncoder, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [kind, key, content, client_id])


def clear_changes(*, at: datetime) -> int:
    """Delete the changes older than the retention, in steps; return how many.

    What a running transaction may still come before stays. Safe to run twice and at any moment.
    """
    limit = at - timedelta(days=settings.CHANGE_RETENTION_DAYS)
    deleted = 0
    while step := _clear_step(limit):
        deleted += step
    return deleted


@transaction.atomic
def _clear_step(limit: datetime) -> int:
    state, _made = ChangeFeedState.objects.get_or_create(pk=1)
    state = ChangeFeedState.objects.select_for_update().get(pk=1)
    rows = (
        Change.objects.filter(position__lt=horizon_now())
        .order_by("position", "pk")
        .values_list("position", "pk", "at")[:ROWS_PER_STEP]
    )
    old = []
    for position, pk, recorded_at in rows:
        if recorded_at >= limit:
            break
        old.append((position, pk))
    if not old:
        return 0
    state.cleared_position, state.cleared_id = old[-1]
    state.save(update_fields=["cleared_position", "cleared_id"])
    Change.objects.filter(pk__in=[pk for _position, pk in old]).delete()
    return len(old)


@transaction.atomic
def adopt_restored_changes() -> int:
    """Renumber changes that came from another database by a dump; return how many.

    Their positions lie ahead of this database's transactions and would hide what comes now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (next_transaction,) = cursor.fetchone()
    foreign = Change.objects.filter(position__gt=next_transaction)
    if not foreign.exists():
        return 0
    adopted = foreign.update(position=FeedPosition())
    ChangeFeedState.objects.filter(cleared_position__gt=next_transaction).update(
        cleared_position=0, cleared_id=0
    )
    logger.warning("%d changes of a restored database were numbered anew.", adopted)
    return adopted
