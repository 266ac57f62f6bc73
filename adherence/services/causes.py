"""Why days are computed again: who and why travel with the mark into the correction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from adherence.models import ChangeKind, PendingDay
from wfm.org.models import User

AgentDay = tuple[int, date]


@dataclass(frozen=True, order=True)
class ChangeCause:
    """One cause of a change: what kind, and where a person decided it, who and why."""

    kind: str
    by_id: int | None = None
    why: str = ""


EVENTS = ChangeCause(ChangeKind.EVENTS)
MANUAL = ChangeCause(ChangeKind.MANUAL)


@dataclass(frozen=True)
class Mark:
    """A cause of one day, and when it was noted."""

    cause: ChangeCause
    at: datetime

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes two marks the same for a reader."""
        return (self.cause.kind, self.cause.by_id or 0, self.cause.why)


Marks = dict[AgentDay, list[Mark]]


def marks_of(rows: Iterable[tuple[int, date, str, int | None, str, datetime]]) -> Marks:
    """Group rows of PendingDay by their day."""
    marks: defaultdict[AgentDay, list[Mark]] = defaultdict(list)
    for agent_id, day, kind, by_id, why, at in rows:
        marks[agent_id, day].append(Mark(ChangeCause(kind, by_id, why), at))
    return dict(marks)


# What intake has left and nobody has turned into days yet; the day of a zone is at most one beside.
UNEXPANDED_SQL = """
SELECT left_over.agent_id, day::date, 'EVENTS', NULL::bigint, '', %(at)s::timestamptz
FROM (
    SELECT unnest(agent_ids) AS agent_id, unnest(since_seconds) AS since
    FROM adherence_livemark WHERE NOT is_whole
    UNION ALL
    SELECT unnest(agent_ids), unnest(since_seconds) FROM adherence_pendingspan
) left_over
CROSS JOIN LATERAL (SELECT (to_timestamp(since) AT TIME ZONE 'UTC')::date AS on_day) began
CROSS JOIN LATERAL generate_series(on_day - 1, on_day + 1, interval '1 day') AS day
WHERE left_over.agent_id = ANY(%(agents)s::bigint[]) AND day::date BETWEEN %(first)s AND %(last)s
"""


def pending_marks(
    *, agent_ids: Sequence[int], first_date: date, last_date: date, at: datetime
) -> Marks:
    """Return the marks that wait for these days, without taking them.

    Also those of events that the keeper has not come to yet: what has been stored is in the figures.
    """
    rows = PendingDay.objects.filter(
        agent__in=agent_ids, operational_date__range=(first_date, last_date)
    )
    waiting = rows.values_list("agent_id", "operational_date", "kind", "by_id", "why", "marked_at")
    with connection.cursor() as cursor:
        cursor.execute(
            UNEXPANDED_SQL,
            {"agents": list(agent_ids), "first": first_date, "last": last_date, "at": at},
        )
        return marks_of([*waiting, *cursor.fetchall()])


@dataclass(frozen=True)
class CauseTable:
    """The distinct sets of causes, numbered, and which one each day has; others have set 0."""

    kinds: list[list[str]]
    causes: list[list[dict[str, Any]]]
    number_of: dict[AgentDay, int]


def cause_table(*, given: Mark | None, taken: Marks, pending: Marks) -> CauseTable:
    """Put together what is known of each day's causes."""
    everywhere = [given] if given else []
    numbers: dict[tuple[tuple[str, int, str], ...], int] = {}
    sets: list[list[Mark]] = []

    def number(marks: list[Mark]) -> int:
        # Of the same cause noted several times, the first.
        earliest: dict[tuple[str, int, str], Mark] = {}
        for mark in sorted(marks, key=lambda one: (one.key, one.at)):
            earliest.setdefault(mark.key, mark)
        found = numbers.setdefault(tuple(earliest), len(sets))
        if found == len(sets):
            sets.append(list(earliest.values()))
        return found

    number(everywhere)
    number_of = {
        day: number([*everywhere, *taken.get(day, []), *pending.get(day, [])])
        for day in taken.keys() | pending.keys()
    }
    names = _names({mark.cause.by_id for marks in sets for mark in marks})
    return CauseTable(
        kinds=[sorted({mark.cause.kind for mark in marks}) for marks in sets],
        causes=[[_told(mark, names) for mark in marks] for marks in sets],
        number_of=number_of,
    )


def _told(mark: Mark, names: dict[int, str]) -> dict[str, Any]:
    cause = mark.cause
    return {
        "kind": str(cause.kind),
        "by_id": cause.by_id,
        "by": names.get(cause.by_id or 0, ""),
        "why": cause.why,
        "at": mark.at.isoformat(),
    }


def _names(ids: set[int | None]) -> dict[int, str]:
    known = [user_id for user_id in ids if user_id is not None]
    return {user.pk: str(user) for user in User.objects.filter(pk__in=known)} if known else {}
