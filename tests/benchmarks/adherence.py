"""How fast adherence is, against a naive baseline. Run by test_adherence.py beside it.

CPU is this process's; PostgreSQL's comes on top in both cases.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adherence.core.sweep import sweep
from adherence.models import ActivityEvent, AdherenceDay, EventFeed
from adherence.queries import LiveFilter, live_rows
from adherence.services import EventKind, IncomingEvent, ingest_events, read_live, recompute_days
from adherence.services.live import refresh_live
from scheduling.models import Shift
from tests.adherence.random_days import random_days
from tests.adherence.random_rows import write_random_days
from tests.benchmarks.naive_adherence import recompute_naively
from wfm.org.models import ActivityCode
from wfm.org.tenancy import system_tenant


class Stopwatch:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *error):
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu


def _line(what, watch, per, unit="agent-day"):
    each = f"{1e6 * watch.cpu / per:,.1f} µs CPU per {unit}"
    return f"{what}: {watch.wall:.2f} s, {watch.cpu:.2f} s CPU, {each}"


@dataclass(frozen=True)
class Figures:
    lines: list[str]
    cpu_ratio: float = 0.0
    """Naive over ours, per agent-day."""
    different_days: int = 0


def sweep_alone(*, agents: int) -> Figures:
    """Arrays in, seconds out."""
    data = random_days(seed=1, agents=agents, days=4).data
    count = len(data.windows.agent)
    with Stopwatch("sweep") as watch:
        sweep(data)
    size = f"{count:,} agent-days with {len(data.states.at):,} states"
    return Figures([_line(f"sweep alone, {size}", watch, count)])


def days_against_a_loop(*, agents: int, days: int) -> Figures:
    """Rows in, rows out, by the sweep and by the loop of naive_adherence.py."""
    with system_tenant():
        people, events = write_random_days(seed=3, agents=agents, days=days)
        EventFeed.objects.update(silence_limit_seconds=None)  # the loop knows no silence
        _write(events, people)
        ids = [agent.pk for agent in people]
        until = datetime(2027, 1, 30, tzinfo=UTC)
        spans = _runs(sorted(set(Shift.objects.values_list("operational_date", flat=True))))
        with Stopwatch("ours") as ours:
            written = sum(
                recompute_days(agent_ids=ids, first_date=first, last_date=last, at=until)
                for first, last in spans
            )
        kept = _out_seconds(people)
        AdherenceDay.objects.all().delete()
        with Stopwatch("naive") as naive:
            for first, last in spans:
                recompute_naively(
                    agents=people, first_date=first, days=(last - first).days + 1, until=until
                )
        theirs = _out_seconds(people)
    different = sum(kept.get(key) != value for key, value in theirs.items())
    ratio = (naive.cpu / len(theirs)) / (ours.cpu / written)
    return Figures(
        [
            _line(
                f"days from rows to rows, {written:,} of them, {len(events):,} events",
                ours,
                written,
            ),
            _line(
                f"the same by a loop over model instances, {len(theirs):,} days", naive, len(theirs)
            ),
            f"the loop takes {ratio:.0f} times the CPU; {different} days differ",
        ],
        cpu_ratio=ratio,
        different_days=different,
    )


def intake_and_live_rows(*, agents: int, batches: int) -> Figures:
    """Batches of 100 events, each followed by the refresh of the live rows of its agents."""
    with system_tenant():
        people, _events = write_random_days(seed=4, agents=agents, days=1)
        at = datetime(2026, 5, 1, 3, tzinfo=UTC)
        ids = [agent.pk for agent in people]
        refresh_live(agent_ids=ids, at=at)
        with Stopwatch("intake") as intake:
            for batch in range(batches):
                ingest_events(
                    events=[_tap(people, batch, number, at) for number in range(100)],
                    source="acd",
                    received_at=at + timedelta(minutes=1),
                )
        stored = ActivityEvent.objects.count()
        with Stopwatch("standing") as stands:
            read_live(agent_ids=ids, at=at + timedelta(minutes=2))
        with Stopwatch("rows") as rows:
            found = live_rows(agent_ids=None, chosen=LiveFilter(), at=at)
    return Figures(
        [
            _line(
                f"intake of {stored:,} events at batch 100 with live rows", intake, stored, "event"
            ),
            _line(f"standing of {agents:,} agents computed anew", stands, agents, "agent"),
            _line(f"{len(found):,} live rows read for a page", rows, len(found), "row"),
        ]
    )


def _tap(people, batch, number, at):
    return IncomingEvent(
        event_uid=f"{batch}-{number}",
        agent_key=people[(batch * 100 + number) % len(people)].employee_number,
        occurred_at=at + timedelta(seconds=batch),
        kind=EventKind.STATE,
        code=("work", "break", "claims")[(batch + number) % 3],
    )


def _write(events, people):
    agents = {agent.employee_number: agent.pk for agent in people}
    codes = dict(ActivityCode.objects.values_list("key", "pk"))
    ActivityEvent.objects.bulk_create(
        [
            ActivityEvent(
                agent_id=agents[event.agent_key],
                occurred_at=event.occurred_at,
                activity_code_id=codes[event.code] if event.code else None,
                source="acd",
                event_uid=event.event_uid,
                sequence=event.sequence,
                received_at=event.occurred_at,
            )
            for event in events
        ],
        batch_size=5000,
    )


def _runs(dates):
    """Unbroken runs of dates."""
    runs = []
    for day in dates:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _out_seconds(people):
    rows = AdherenceDay.objects.filter(agent__in=people, scheduled_seconds__gt=0)
    return {(row.agent_id, row.operational_date): row.out_seconds for row in rows}
