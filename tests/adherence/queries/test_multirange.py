"""Sweep and PostgreSQL's multiranges agree to the second, on the real tables."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from adherence.models import ActivityEvent, AdherenceDay
from adherence.queries.multirange import multirange_days
from adherence.services import ingest_events, recompute_days
from tests.adherence.random_days import ZONES
from tests.adherence.random_rows import write_random_days
from wfm.org.tenancy import system_tenant

COLUMNS = (
    "scheduled_seconds",
    "in_seconds",
    "out_seconds",
    "unknown_seconds",
    "excepted_seconds",
    "scheduled_work_seconds",
    "worked_seconds",
)


def ingest_in_random_order(events, rng):
    """Deliver everything, some of it twice, in no order at all, long after it happened."""
    delivered = [*events, *(events[index] for index in rng.choice(len(events), len(events) // 5))]
    rng.shuffle(delivered)
    by_week = defaultdict(list)  # what is older than 30 days would be kept aside
    for event in delivered:
        by_week[event.occurred_at.isocalendar()[:2]].append(event)
    for batch in by_week.values():
        received_at = max(event.occurred_at for event in batch) + timedelta(minutes=4)
        for start in range(0, len(batch), 500):
            ingest_events(events=batch[start : start + 500], source="acd", received_at=received_at)


def compared(agents, first, last, until):
    """(agent, day) -> seconds, from the stored days and from the multiranges."""
    ids = [agent.pk for agent in agents]
    recompute_days(agent_ids=ids, first_date=first, last_date=last, at=until)
    stored = {
        (row.agent_id, row.operational_date): tuple(getattr(row, name) for name in COLUMNS)
        for row in AdherenceDay.objects.filter(agent__in=ids, operational_date__range=(first, last))
    }
    computed = {
        (row.agent_id, row.operational_date): tuple(getattr(row, name) for name in COLUMNS)
        for row in multirange_days(agent_ids=ids, first_date=first, last_date=last, until=until)
    }
    return stored, {key: value for key, value in computed.items() if any(value) or key in stored}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_random_days_agree_to_the_second(seed):
    days = 5
    with system_tenant():
        people, events = write_random_days(seed=seed, agents=120, days=days)
        ingest_in_random_order(events, np.random.default_rng(seed))
        assert ActivityEvent.objects.count() == len(events)
        total = 0
        for index, (_zone, first) in enumerate(ZONES):
            own = people[index :: len(ZONES)]
            last = first + timedelta(days=days - 1)
            for until in (last + timedelta(days=5), first + timedelta(days=2)):
                moment = datetime.combine(until, time(13, 37, 41), UTC)
                stored, computed = compared(own, first, last, moment)
                assert stored == computed
                total += len(stored)
        assert total > 500
