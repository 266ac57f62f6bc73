"""Zero seconds of difference: the sweep, PostgreSQL's multiranges and an oracle second by second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

import numpy as np

from adherence.core.groups import StateGroup
from adherence.core.sweep import sweep
from adherence.models import ActivityEvent, AdherenceDay, EventFeed
from adherence.queries.agent_days import AgentDays, load_agent_days
from adherence.queries.multirange import multirange_days
from adherence.services import ingest_events, recompute_days, recompute_pending
from adherence.services.keeper import Keeper
from adherence.services.spans import expand_spans
from tests.adherence.oracle import paint_day
from tests.adherence.random_days import ZONES
from tests.adherence.random_rows import write_random_days
from tests.benchmarks.adherence.frame import Options, Row, Watch
from wfm.org.models import ActivityCode
from wfm.org.tenancy import system_tenant

DAYS = 5
AGENTS = 240
COMPARED = (
    "scheduled_seconds",
    "in_seconds",
    "out_seconds",
    "unknown_seconds",
    "excepted_seconds",
    "scheduled_work_seconds",
    "worked_seconds",
)


_Figures = dict[tuple[int, date], tuple[int, ...]]
"""(place of the agent, day) → figures."""


def run(options: Options) -> list[Row]:
    """Random days on the real tables, three ways; then random orders of arrival."""
    wanted = options.pick(smoke=300, full=100_000)
    orders = options.pick(smoke=6, full=1000)
    agents = options.pick(smoke=72, full=AGENTS)
    with Watch() as watch:
        days, seconds = _three_ways(wanted, agents=agents)
    with Watch() as order_watch:
        events, order_seconds = _orders(orders, agents=options.pick(smoke=12, full=12))
    return [
        Row(
            f"{days:,} agent-days in 12 zones with clock changes, split and overnight shifts: "
            "sweep, multirange SQL, oracle",
            f"{seconds} seconds of difference ({watch.wall:,.0f} s)",
            wanted="0 over ≥ 100,000",
            is_met=seconds == 0 and (options.is_smoke or days >= wanted),
        ),
        Row(
            f"{orders:,} random orders of arrival, with duplicates and late events "
            f"({events:,} events)",
            f"{order_seconds} seconds of difference ({order_watch.wall:,.0f} s)",
            wanted="0 over ≥ 1,000",
            is_met=order_seconds == 0,
        ),
    ]


class _UndoError(Exception):
    """Takes a round's rows back."""


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    with suppress(_UndoError), system_tenant():
        yield
        raise _UndoError


def _three_ways(wanted: int, *, agents: int) -> tuple[int, int]:
    """Days with content compared, and the seconds by which any of the three differs."""
    days = seconds = seed = 0
    while days < wanted:
        seed += 1
        with _undone():
            people, events = write_random_days(seed=seed, agents=agents, days=DAYS)
            _write_events(events, people)
            for index, (_zone, first) in enumerate(ZONES):
                own = [agent.pk for agent in people[index :: len(ZONES)]]
                compared, difference = _compare(own, first, seed)
                days += compared
                seconds += difference
    return days, seconds


def _compare(ids: list[int], first: date, seed: int) -> tuple[int, int]:
    last = first + timedelta(days=DAYS - 1)
    until = datetime.combine(last + timedelta(days=5), datetime.min.time(), UTC)
    if seed % 4 == 0:  # also days that are under way
        until = datetime.combine(first + timedelta(days=2), datetime.min.time(), UTC)
        until += timedelta(hours=13, minutes=37, seconds=41)
    recompute_days(agent_ids=ids, first_date=first, last_date=last, at=until)
    stored = {
        (row.agent_id, row.operational_date): row
        for row in AdherenceDay.objects.filter(agent__in=ids, operational_date__range=(first, last))
    }
    difference = 0
    for computed in multirange_days(agent_ids=ids, first_date=first, last_date=last, until=until):
        row = stored.get((computed.agent_id, computed.operational_date))
        difference += sum(
            abs((getattr(row, name) if row else 0) - getattr(computed, name)) for name in COMPARED
        )
    days = load_agent_days(agent_ids=ids, first_date=first, last_date=last, until=until)
    difference += sum(_against_oracle(days, stored))
    return len(stored), difference


def _against_oracle(days: AgentDays, stored: dict[tuple[int, date], AdherenceDay]) -> Iterator[int]:
    """Seconds by which each day differs from the one painted second by second."""
    result = sweep(days.data)
    keys = [code.key for code in days.codes.codes]
    for row in range(len(days.data.windows.agent)):
        painted = paint_day(days.data, row)
        sums = (painted.matched, painted.tolerated, painted.excused, painted.out, painted.unknown)
        swept = (result.matched, result.tolerated, result.excused, result.out, result.unknown)
        yield sum(abs(int(a[row].sum()) - b) for a, b in zip(swept, sums, strict=True))
        key = (int(days.agent_ids[row // len(days.dates)]), days.dates[row % len(days.dates)])
        if key in stored:
            yield _cells_apart(stored[key].matrix, painted.seconds, keys)


def _cells_apart(matrix, painted: dict[tuple[int, int], int], keys: list[str]) -> int:
    """Seconds by which the stored cells differ from the painted ones; off duty is not stored."""
    told = defaultdict(int, {
        (code, group): seconds for code, cell in matrix.items() for group, seconds in cell.items()
    })  # fmt: skip
    for (code, group), seconds in painted.items():
        if code < 0 and group in (StateGroup.OFFLINE, StateGroup.UNKNOWN):
            continue
        told[keys[code] if code >= 0 else "", StateGroup(group).name] -= seconds
    return sum(map(abs, told.values()))


def _orders(count: int, *, agents: int) -> tuple[int, int]:
    """Deliver the same events in ever other orders, some twice, some a day late."""
    delivered = difference = 0
    expected: _Figures = {}
    for number in range(count):
        with _undone():
            people, events = write_random_days(seed=9, agents=agents, days=2)
            EventFeed.objects.all().delete()
            delivered += _deliver(events, np.random.default_rng(number))
            found = _figures([agent.pk for agent in people])
        assert found
        expected = expected or found
        difference += _apart(expected, found)
    return delivered, difference


def _apart(one: _Figures, other: _Figures) -> int:
    """Seconds by which two rounds differ."""
    nothing = (0,) * len(COMPARED)
    return sum(
        abs(first - second)
        for key in one.keys() | other.keys()
        for first, second in zip(one.get(key, nothing), other.get(key, nothing), strict=True)
    )


def _deliver(events, rng) -> int:
    """In no order at all, a fifth twice; days are computed in between, so that most come late."""
    delivered = [*events, *(events[index] for index in rng.choice(len(events), len(events) // 5))]
    rng.shuffle(delivered)
    by_week = defaultdict(list)  # what is older than 30 days would be kept aside
    for event in delivered:
        by_week[event.occurred_at.isocalendar()[:2]].append(event)
    for batch in by_week.values():
        received_at = max(event.occurred_at for event in batch) + timedelta(days=1)
        for part in np.array_split(np.arange(len(batch)), 2):
            ingest_events(
                events=[batch[index] for index in part.tolist()],
                source="acd",
                received_at=received_at,
            )
            Keeper().step(at=received_at)
            expand_spans(at=received_at + timedelta(days=3))
            recompute_pending(at=received_at + timedelta(days=3), limit=100_000)
    return len(delivered)


def _figures(ids: list[int]) -> _Figures:
    rows = AdherenceDay.objects.filter(agent__in=ids, scheduled_seconds__gt=0)
    return {
        (ids.index(agent_id), day): tuple(figures)
        for agent_id, day, *figures in rows.values_list("agent_id", "operational_date", *COMPARED)
    }


def _write_events(events, people) -> None:
    """In no order, as rows: intake has its own part below."""
    agents = {agent.employee_number: agent.pk for agent in people}
    by_key = _codes()
    rows = [
        ActivityEvent(
            agent_id=agents[event.agent_key],
            occurred_at=event.occurred_at,
            activity_code_id=by_key[event.code] if event.code else None,
            source="acd",
            event_uid=event.event_uid,
            sequence=event.sequence,
            received_at=event.occurred_at,
        )
        for event in events
    ]
    np.random.default_rng(len(rows)).shuffle(rows)
    ActivityEvent.objects.bulk_create(rows, batch_size=5000)


def _codes() -> dict[str, int]:
    return dict(ActivityCode.objects.values_list("key", "pk"))
