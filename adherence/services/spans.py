"""From "this agent since then" to days: left by the keeper, expanded once for many batches."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import connection

from adherence.services.days import mark_days
from adherence.services.event_store import array_text
from adherence.services.marks import Mark

TOGETHER = timedelta(hours=12)
"""Spans of one agent that begin within this time before now become one; older ones stay apart, so
that an event of last week does not mark the days since."""


def leave_spans(marks: Iterable[Mark]) -> None:
    """Keep what the marks say of days, in one row, until it is expanded."""
    agents: list[int] = []
    since: list[int] = []
    for mark in marks:
        if not mark.is_whole:
            agents += mark.agent_ids
            since += mark.since_seconds
    if not agents:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO adherence_pendingspan (agent_ids, since_seconds)"
            " VALUES (%s::bigint[], %s::bigint[])",
            [array_text(agents), array_text(since)],
        )


def expand_spans(*, at: datetime) -> int:
    """Mark the days of all spans left so far; return how many spans became of them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM adherence_pendingspan RETURNING agent_ids, since_seconds")
        rows = cursor.fetchall()
    recent = (at - TOGETHER).timestamp()
    first: dict[int, int] = {}
    apart: set[tuple[int, int]] = set()
    for agents, since in rows:
        for agent_id, second in zip(agents, since, strict=True):
            if second < recent:
                apart.add((agent_id, second))
            elif second < first.get(agent_id, second + 1):
                first[agent_id] = second
    spans: list[tuple[int, datetime, datetime | None]] = [
        (agent_id, datetime.fromtimestamp(second, UTC), at) for agent_id, second in first.items()
    ]
    spans += [
        (agent_id, datetime.fromtimestamp(second, UTC), None) for agent_id, second in sorted(apart)
    ]
    mark_days(spans=spans, at=at)
    return len(spans)
