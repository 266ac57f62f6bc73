"""Which published run is in force when: per queue and instant the newest one that covers it.

A short run that is published later hides a longer one only where it reaches itself; what lies
beyond stays in force. Forecasts and requirements share this rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from wfm.org.models import Queue
from wfm.timeline import day_bounds

# Most runs lie wholly below the newest one of their queue: those go before ranges are joined.
STRETCHES_SQL = """
SELECT queue_id, run_id, result_id, lower(part), upper(part)
FROM (
    SELECT queue_id, run_id, result_id,
           tstzmultirange(wanted)
           - coalesce(range_agg(wanted) OVER newer, '{{}}'::tstzmultirange) AS parts
    FROM (
        SELECT *, covered * tstzrange(%s, %s) AS wanted,
               row_number() OVER newest_first AS place,
               first_value(covered) OVER newest_first AS newest
        FROM ({candidates}) AS candidate
        WINDOW newest_first AS (
            PARTITION BY queue_id ORDER BY published_at DESC, run_id DESC
        )
    ) AS ranked
    WHERE NOT isempty(wanted) AND (place = 1 OR NOT wanted <@ newest)
    WINDOW newer AS (
        PARTITION BY queue_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
) AS remaining, unnest(parts) AS part
ORDER BY queue_id, lower(part)
"""

ROWS_SQL = """
SELECT row.id
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
     AS wanted(run_id, queue_id, starts_at, ends_at)
JOIN {table} AS row
  ON row.run_id = wanted.run_id AND row.queue_id = wanted.queue_id
 AND row.starts_at >= wanted.starts_at AND row.starts_at < wanted.ends_at
"""

DELETE_SQL = """
DELETE FROM {table} AS row
USING unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
      AS gone(run_id, queue_id, starts_at, ends_at)
WHERE row.run_id = gone.run_id AND row.queue_id = gone.queue_id
  AND row.starts_at >= gone.starts_at AND row.starts_at < gone.ends_at
"""


INSTANT = timedelta(microseconds=1)


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


@dataclass(frozen=True)
class RunsInForce:
    """Runs of one kind, of which the newest published one that covers an instant is in force."""

    candidates_sql: str
    """queue_id, run_id, result_id, published_at and covered (a tstzrange) of the published results
    with numbers that begin before %s and end after %s; the tables are called run and result."""
    interval_table: str

    def between(
        self,
        queue_ids: Sequence[int] | None,
        *,
        starts_at: datetime,
        ends_at: datetime,
        published_until: datetime | None = None,
    ) -> list[Stretch]:
        """Which run is in force when in [starts_at, ends_at), by queue and time; None: all queues.

        Uncovered time has no stretch. `published_until` asks what was in force at that moment:
        later publications do not count.
        """
        if starts_at >= ends_at:
            return []
        candidates = self.candidates_sql
        params: list[Any] = [starts_at, ends_at, ends_at, starts_at]
        for condition, value in (
            ("result.queue_id = ANY(%s)", None if queue_ids is None else [*queue_ids]),
            ("run.published_at <= %s", published_until),
        ):
            if value is not None:
                candidates, params = f"{candidates} AND {condition}", [*params, value]
        with connection.cursor() as cursor:
            cursor.execute(STRETCHES_SQL.format(candidates=candidates), params)
            return [Stretch(*row) for row in cursor.fetchall()]

    def at(
        self,
        at: datetime,
        *,
        queue_ids: Sequence[int] | None = None,
        published_until: datetime | None = None,
    ) -> dict[int, Stretch]:
        """Which run is in force at an instant, by queue."""
        found = self.between(
            queue_ids, starts_at=at, ends_at=at + INSTANT, published_until=published_until
        )
        return {stretch.queue_id: stretch for stretch in found}

    def on(self, queue: Queue, *, first_date: date, last_date: date) -> list[Stretch]:
        """Which run is in force when on a queue's own dates, both included."""
        return self.between(
            [queue.pk],
            starts_at=day_bounds(first_date, queue.timezone).starts_at,
            ends_at=day_bounds(last_date, queue.timezone).ends_at,
        )

    def rows(self, found: Sequence[Stretch]) -> RawSQL:
        """The ids of the intervals of these stretches, for a filter by `pk__in`."""
        sql = ROWS_SQL.format(table=self.interval_table)
        return RawSQL(sql, stretch_columns(found))  # noqa: S611 - names of this product's own tables

    def delete(self, gone: Sequence[Stretch]) -> int:
        """Delete the intervals of these stretches; return how many."""
        with connection.cursor() as cursor:
            sql = DELETE_SQL.format(table=self.interval_table)
            cursor.execute(sql, stretch_columns(gone))
            return int(cursor.rowcount)


def stretch_columns(found: Sequence[Stretch]) -> list[list[Any]]:
    """Runs, queues, starts and ends of stretches, as `unnest` takes them."""
    names = ("run_id", "queue_id", "starts_at", "ends_at")
    return [[getattr(stretch, name) for stretch in found] for name in names]


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
