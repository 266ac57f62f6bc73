"""Stored days against the independent multirange computation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from adherence.models import AdherenceDay
from adherence.queries.multirange import multirange_days

COMPARED = (
    "scheduled_seconds",
    "in_seconds",
    "out_seconds",
    "unknown_seconds",
    "excepted_seconds",
    "scheduled_work_seconds",
    "worked_seconds",
)
FAR_AHEAD = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Difference:
    """A stored figure that PostgreSQL computes otherwise."""

    agent_id: int
    operational_date: date
    column: str
    stored: int
    computed: int


def differences(
    *, agent_ids: Sequence[int], first_date: date, last_date: date
) -> Iterator[Difference]:
    """Compare the final days of a period; days still under way are left out."""
    stored = {
        (day.agent_id, day.operational_date): day
        for day in AdherenceDay.objects.filter(
            agent__in=agent_ids, operational_date__range=(first_date, last_date), is_final=True
        )
    }
    for computed in multirange_days(
        agent_ids=agent_ids, first_date=first_date, last_date=last_date, until=FAR_AHEAD
    ):
        day = stored.get((computed.agent_id, computed.operational_date))
        if day is None:
            continue
        for column in COMPARED:
            if getattr(day, column) != getattr(computed, column):
                yield Difference(
                    agent_id=day.agent_id,
                    operational_date=day.operational_date,
                    column=column,
                    stored=getattr(day, column),
                    computed=getattr(computed, column),
                )
