"""Marks: what the keeper must look at, left in the transaction that changed it.

A mark is a row that is only added, so nobody waits; the keeper takes it away when it has looked.
The bell in Redis only shortens its sleep: a mark without a bell is found half a second later.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from adherence.services.bus import ring
from adherence.services.event_store import array_text

HEARTBEAT_GRAIN_SECONDS = 10
LATE_AFTER = timedelta(minutes=2)
LEAVE_SQL = """
INSERT INTO adherence_livemark
    (source, agent_ids, since_seconds, heard_seconds, events, is_whole, received_at)
VALUES (%s, %s::bigint[], %s::bigint[], %s::bigint[], %s, %s, %s)
"""
TAKE_SQL = """
DELETE FROM adherence_livemark WHERE id IN (
    SELECT id FROM adherence_livemark WHERE id > %s ORDER BY id LIMIT %s)
RETURNING id, source, agent_ids, since_seconds, heard_seconds, events, is_whole, received_at
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one batch or one act has left; see `LiveMark`."""

    pk: int
    source: str
    agent_ids: list[int]
    since_seconds: list[int]
    heard_seconds: list[int]
    events: int
    is_whole: bool
    received_at: datetime


def mark_events(
    *,
    source: str,
    changed: Sequence[tuple[int, datetime]],
    heard: Iterable[datetime],
    received_at: datetime,
) -> None:
    """Leave one mark for a batch: (agent, moment) of each new event, and when the source was heard."""
    late_before = (received_at - LATE_AFTER).timestamp()
    first: dict[int, int] = {}
    late: list[tuple[int, int]] = []
    for agent_id, moment in changed:
        second = int(moment.timestamp())
        if second < late_before:
            late.append((agent_id, second))  # each by itself: the days between are not concerned
        elif second < first.get(agent_id, second + 1):
            first[agent_id] = second
    spans = [*first.items(), *late]
    seconds = _thinned(heard)
    if spans or seconds:
        _leave(source, spans, seconds, len(changed), is_whole=False, at=received_at)


def mark_agents(*, agent_ids: Collection[int], at: datetime) -> None:
    """Have the keeper look at these agents anew: their plan, exceptions, name or team changed."""
    if agent_ids:
        second = int(at.timestamp())
        spans = [(agent_id, second) for agent_id in sorted(set(agent_ids))]
        _leave("", spans, [], 0, is_whole=True, at=at)


def take_marks(*, above: int, limit: int) -> list[Mark]:
    """Take marks away in the order of their ids, as far as they are committed."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SQL, [above, limit])
        return sorted((Mark(*row) for row in cursor.fetchall()), key=lambda mark: mark.pk)


def _leave(
    source: str,
    spans: list[tuple[int, int]],
    heard: list[int],
    events: int,
    *,
    is_whole: bool,
    at: datetime,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            LEAVE_SQL,
            [
                source,
                array_text([agent_id for agent_id, _second in spans]),
                array_text([second for _agent_id, second in spans]),
                array_text(heard),
                events,
                is_whole,
                at,
            ],
        )
    transaction.on_commit(ring, robust=True)


def _thinned(moments: Iterable[datetime]) -> list[int]:
    """The last moment as it is, of the others one in ten seconds: limits are at least thirty."""
    seconds = {int(moment.timestamp()) for moment in moments}
    if not seconds:
        return []
    return sorted({heartbeat_grain(second) for second in seconds} | {max(seconds)})


def heartbeat_grain(second: int) -> int:
    """The ten seconds that a heartbeat stands for."""
    return second - second % HEARTBEAT_GRAIN_SECONDS
