"""Which published run is in force when: per queue and instant the newest one that covers it.

A short run that is published later hides a longer one only where it reaches itself; what lies
beyond stays in force. Forecasts and requirements share this rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# {candidates}: queue_id, run_id, result_id, published_at and covered (a tstzrange) of every
# published run that could be in force.
STRETCHES_SQL = """
SELECT queue_id, run_id, result_id, lower(part), upper(part)
FROM (
    SELECT queue_id, run_id, result_id,
           tstzmultirange(covered * tstzrange(%s, %s))
           - coalesce(range_agg(covered) OVER newer, '{{}}'::tstzmultirange) AS parts
    FROM ({candidates}) AS candidate
    WINDOW newer AS (
        PARTITION BY queue_id ORDER BY published_at DESC, run_id DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
) AS remaining, unnest(parts) AS part
ORDER BY queue_id, lower(part)
"""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a queue's time and the published run that is in force there."""

    queue_id: int
    run_id: int
    result_id: int
    """The run's result of this queue."""
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Stretch) -> bool:
        """Whether both hold the same instant of the same queue."""
        return (
            self.queue_id == other.queue_id
            and self.starts_at < other.ends_at
            and self.ends_at > other.starts_at
        )


def stretches(
    candidates: str, params: Sequence[Any], *, starts_at: datetime, ends_at: datetime
) -> list[Stretch]:
    """The stretches of [starts_at, ends_at) by queue and time; uncovered time has none."""
    if starts_at >= ends_at:
        return []
    with connection.cursor() as cursor:
        sql = STRETCHES_SQL.format(candidates=candidates)
        cursor.execute(sql, [starts_at, ends_at, *params])
        return [Stretch(*row) for row in cursor.fetchall()]


Span = tuple[datetime, datetime]


def gaps(starts_at: datetime, ends_at: datetime, kept: Iterable[Span]) -> list[Span]:
    """The parts of [starts_at, ends_at) that none of these spans holds."""
    found, reached = [], starts_at
    for begin, end in sorted(kept):
        if begin > reached:
            found.append((reached, min(begin, ends_at)))
        reached = max(reached, end)
        if reached >= ends_at:
            break
    if reached < ends_at:
        found.append((reached, ends_at))
    return [(begin, end) for begin, end in found if begin < end]
