"""Live rows agree with the days: who is out now is out in the sweep of now."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from adherence.models import AgentLive, FeedHeartbeat
from adherence.queries import agent_day
from adherence.services import (
    EventKind,
    IncomingEvent,
    ingest_events,
    refresh_due,
    refresh_live,
)
from tests.adherence.random_days import ZONES
from tests.adherence.random_rows import write_random_days
from wfm.org.tenancy import system_tenant

CHOSEN = (9, 10)  # a zone without clock changes and one with half hours, both in May


def state_of(ids):
    rows = AgentLive.objects.filter(agent__in=ids)
    return {row.agent_id: (row.flag, row.severity, row.state_group, row.flag_since) for row in rows}


def heartbeats():
    """The heartbeats of all feeds as events; the rows go."""
    found = [
        (
            source,
            IncomingEvent(event_uid=f"beat-{pk}", occurred_at=heard_at, kind=EventKind.HEARTBEAT),
        )
        for pk, source, heard_at in FeedHeartbeat.objects.values_list(
            "pk", "feed__source", "heard_at"
        )
    ]
    FeedHeartbeat.objects.all().delete()
    return found


def deliver(arrivals, after, at):
    """Send what happened in (after, at], one batch per source."""
    batches = defaultdict(list)
    for source, event in arrivals:
        if after < event.occurred_at <= at:
            batches[source].append(event)
    for source, batch in batches.items():
        ingest_events(events=batch, source=source, received_at=at)


@pytest.mark.django_db
def test_live_rows_kept_by_the_tick_equal_rows_computed_anew(redis_client):
    """Half a day of random agents, the tick every few minutes, against a fresh look each time."""
    rng = np.random.default_rng(5)
    with system_tenant():
        people, events = write_random_days(seed=5, agents=48, days=3)
        chosen = [agent for index, agent in enumerate(people) if index % len(ZONES) in CHOSEN]
        ids, numbers = [agent.pk for agent in chosen], {agent.employee_number for agent in chosen}
        at = datetime.combine(ZONES[9][1] + timedelta(days=1), time(4), UTC)
        arrivals = [("acd", event) for event in events if event.agent_key in numbers]
        arrivals += heartbeats()
        deliver(arrivals, at - timedelta(days=3), at)
        refresh_live(agent_ids=ids, at=at)
        for _step in range(30):
            before, at = at, at + timedelta(seconds=int(rng.integers(30, 1200)))
            deliver(arrivals, before, at)
            refresh_due(at=at)
            kept = state_of(ids)
            refresh_live(agent_ids=ids, at=at)
            assert kept == state_of(ids), at
            for agent_id, (flag, _severity, _group, since) in kept.items():
                if flag == "OUT":
                    last = agent_day(agent_id=agent_id, at=at).stretches[-1]
                    assert (last.starts_at, last.counts) == (since, True)
