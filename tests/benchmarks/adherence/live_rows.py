"""Intake with live rows, and reading them for a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adherence.models import ActivityEvent
from adherence.queries import live_texts
from adherence.services import EventKind, IncomingEvent, ingest_events, read_live
from adherence.services.live import refresh_live
from tests.adherence.random_rows import write_random_days
from tests.benchmarks.adherence.frame import Options, Row, Watch
from tests.factories.org import make_user
from wfm.org.tenancy import system_tenant


def run(options: Options) -> list[Row]:
    """Batches of 100 events, each followed by the refresh of the live rows of its agents."""
    agents, batches = options.pick(smoke=(48, 3), full=(480, 30))
    with system_tenant():
        reader = make_user("planner")
        people, _events = write_random_days(seed=4, agents=agents, days=1)
        at = datetime(2026, 5, 1, 3, tzinfo=UTC)
        ids = [agent.pk for agent in people]
        refresh_live(agent_ids=ids, at=at)
        with Watch() as intake:
            for batch in range(batches):
                ingest_events(
                    events=[_tap(people, batch, number, at) for number in range(100)],
                    source="acd",
                    received_at=at + timedelta(minutes=1),
                )
        stored = ActivityEvent.objects.count()
        with Watch() as stands:
            read_live(agent_ids=ids, at=at + timedelta(minutes=2))
        with Watch() as rows:
            found = live_texts(principal=reader)
    return [
        Row(f"intake of {stored:,} events at batch 100 with live rows", _each(intake, stored)),
        Row(f"standing of {agents:,} agents computed anew", _each(stands, agents)),
        Row(f"{len(found):,} live rows read for a page", _each(rows, len(found))),
    ]


def _each(watch: Watch, count: int) -> str:
    return f"{watch.text()}, {1e6 * watch.cpu / count:,.0f} µs CPU each"


def _tap(people, batch, number, at):
    return IncomingEvent(
        event_uid=f"{batch}-{number}",
        agent_key=people[(batch * 100 + number) % len(people)].employee_number,
        occurred_at=at + timedelta(seconds=batch),
        kind=EventKind.STATE,
        code=("work", "break", "claims")[(batch + number) % 3],
    )
