"""A large centre as rows: agents in twelve zones who all work on every day of a period.

One in seven works nights, one in seven splits the day around an unpaid gap. About twenty events a
day: mostly what the plan says, a little early or late, now and then much too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.db import connection, transaction

from adherence.core.data import Ints
from tests.adherence.random_days import ZONES, local_midnights
from tests.factories.adherence import make_codes, make_version
from tests.factories.org import LONG_AGO, make_agent, make_employment_contract, make_site, make_team
from wfm.org.binary_copy import write_columns
from wfm.org.models import Agent, AgentAssignment

# (from minute, to minute, code) of a shift.
WHOLE = (
    (0, 120, "work"), (120, 135, "break"), (135, 240, "claims"), (240, 270, "lunch"),
    (270, 390, "work"), (390, 405, "break"), (405, 510, "work"),
)  # fmt: skip
SPLIT = (
    (0, 120, "work"), (120, 135, "break"), (135, 240, "claims"),
    (360, 480, "work"), (480, 495, "break"), (495, 600, "work"),
)  # fmt: skip
NIGHT_MINUTE = 22 * 60
FIRST_DATE = date(2025, 10, 13)
"""The clocks of Europe and America change within the four weeks that follow."""

EVENTS_SQL = """
INSERT INTO adherence_activityevent (agent_id, occurred_at, activity_code_id, source, event_uid,
    sequence, received_at, is_late, raw)
SELECT agent_id, at, nullif(code_id, 0), 'acd', 'e' || row_number() OVER (), 0, at, false, '{}'
FROM bench_event
"""
SHIFTS_SQL = """
INSERT INTO scheduling_shift (version_id, agent_id, operational_date, starts_at, ends_at, place,
    paid_minutes, is_locked, is_published, revision)
SELECT %s, agent_id, day, min(starts_at), max(ends_at), 'OFFICE', 480, false, true, 0
FROM bench_plan GROUP BY agent_id, day
"""
ACTIVITIES_SQL = """
INSERT INTO scheduling_shiftactivity (shift_id, activity_code_id, starts_at, ends_at)
SELECT shift.id, plan.code_id, plan.starts_at, plan.ends_at
FROM bench_plan plan
JOIN scheduling_shift shift ON shift.agent_id = plan.agent_id AND shift.operational_date = plan.day
"""


@dataclass(frozen=True)
class Centre:
    """Whom and what was written."""

    agent_ids: list[int]
    first_date: date
    last_date: date
    events: int

    @property
    def days(self) -> int:
        """Agent-days with a shift."""
        return len(self.agent_ids) * ((self.last_date - self.first_date).days + 1)

    @property
    def after(self) -> datetime:
        """A moment at which all of it is over."""
        return datetime.combine(self.last_date + timedelta(days=4), datetime.min.time(), UTC)


def write_centre(*, agents: int, days: int, seed: int = 1) -> Centre:
    """Write agents, a published plan and their events."""
    rng = np.random.default_rng(seed)
    codes = {key: code.pk for key, code in make_codes().items()}
    ids = np.array(_write_agents(agents))
    version = make_version(starts_on=FIRST_DATE, ends_on=FIRST_DATE + timedelta(days=days))
    events = 0
    kind = np.arange(agents) % 7  # 0: nights, 1: split
    for block in np.array_split(np.arange(agents), max(1, agents * days // 30_000)):
        midnights = np.stack(
            [local_midnights(*_zone(index, days)) for index in block.tolist()]
        )  # [agent, day]
        plan = _plan(rng, ids[block], midnights, kind[block], codes)
        with transaction.atomic():
            _write_plan(plan, version.pk)
            events += _write_events(rng, plan, codes)
    with connection.cursor() as cursor:
        for table in ("adherence_activityevent", "scheduling_shift", "scheduling_shiftactivity"):
            cursor.execute(f"ANALYZE {table}")
    return Centre(
        agent_ids=ids.tolist(),
        first_date=FIRST_DATE,
        last_date=FIRST_DATE + timedelta(days=days - 1),
        events=events,
    )


def _zone(index: int, days: int) -> tuple[str, date, int]:
    return ZONES[index % len(ZONES)][0], FIRST_DATE, days


def _write_agents(count: int) -> list[int]:
    contract = make_employment_contract()
    teams = [make_team(site=make_site(timezone=zone)) for zone, _first in ZONES]
    made = make_agent(team=teams[0], employment_contract=contract)
    people = Agent.objects.bulk_create(
        Agent(employee_number=f"B{number:06d}", name=f"Agent {number}", sort_key=f"{number:06d}")
        for number in range(1, count)
    )
    AgentAssignment.objects.bulk_create(
        AgentAssignment(
            agent=agent,
            team=teams[number % len(teams)],
            employment_contract=contract,
            starts_on=LONG_AGO,
        )
        for number, agent in enumerate(people, start=1)
    )
    return [made.pk, *(agent.pk for agent in people)]


@dataclass(frozen=True)
class _Plan:
    """Planned activities, one row each, of whole shifts."""

    agent_id: Ints
    day: Ints
    starts_at: Ints
    ends_at: Ints
    code_id: Ints
    is_last: Ints


def _plan(rng, ids: Ints, midnights: Ints, kind: Ints, codes: dict[str, int]) -> _Plan:
    agents, days = midnights.shape
    minute = np.where(kind == 0, NIGHT_MINUTE, rng.integers(24, 44, agents) * 15)
    start = midnights + minute[:, None] * 60
    found = []
    for template, chosen in ((SPLIT, kind == 1), (WHOLE, kind != 1)):
        own = np.flatnonzero(chosen)
        for place, (first, last, key) in enumerate(template):
            at = start[own].ravel()
            found.append(
                (
                    np.repeat(ids[own], days),
                    np.tile(np.arange(days), len(own)),
                    at + first * 60,
                    at + last * 60,
                    np.full(len(at), codes[key]),
                    np.full(len(at), place == len(template) - 1),
                )
            )
    return _Plan(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _write_plan(plan: _Plan, version_id: int) -> None:
    first = np.datetime64(FIRST_DATE)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_plan (agent_id bigint, day date, starts_at timestamptz,"
            " ends_at timestamptz, code_id bigint) ON COMMIT DROP"
        )
        write_columns(
            "bench_plan",
            {
                "agent_id": ("bigint", plan.agent_id),
                "day": ("date", first + plan.day.astype("timedelta64[D]")),
                "starts_at": ("timestamptz", plan.starts_at.astype("datetime64[s]")),
                "ends_at": ("timestamptz", plan.ends_at.astype("datetime64[s]")),
                "code_id": ("bigint", plan.code_id),
            },
        )
        cursor.execute(SHIFTS_SQL, [version_id])
        cursor.execute(ACTIVITIES_SQL)
        cursor.execute("DROP TABLE bench_plan")


def _write_events(rng, plan: _Plan, codes: dict[str, int]) -> int:
    """The planned code near its start, contacts inside work, a clock-out near the end."""
    rows = len(plan.agent_id)
    late = np.where(rng.random(rows) < 0.04, rng.integers(400, 1500, rows), 0)
    begins = plan.starts_at + np.rint(rng.normal(0, 90, rows)).astype(np.int64) + late
    parts = [(plan.agent_id, begins, plan.code_id)]
    length = plan.ends_at - plan.starts_at
    for share, key in ((0.3, "claims"), (0.45, "wrap-up"), (0.6, "work")):
        work = np.flatnonzero(length > 3600)
        jitter = rng.integers(-300, 300, len(work))
        at = plan.starts_at[work] + (length[work] * share).astype(np.int64) + jitter
        parts.append((plan.agent_id[work], at, np.full(len(work), codes[key])))
    last = np.flatnonzero(plan.is_last)
    left = plan.ends_at[last] + np.rint(rng.normal(0, 200, len(last))).astype(np.int64)
    parts.append((plan.agent_id[last], left, np.zeros(len(last), np.int64)))
    agent_id, at, code_id = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(at, kind="stable")  # as they would have come
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_event (agent_id bigint, at timestamptz, code_id bigint)"
            " ON COMMIT DROP"
        )
        write_columns(
            "bench_event",
            {
                "agent_id": ("bigint", agent_id[order]),
                "at": ("timestamptz", at[order].astype("datetime64[s]")),
                "code_id": ("bigint", code_id[order]),
            },
        )
        cursor.execute(_own_uids())
        cursor.execute("DROP TABLE bench_event")
    return len(order)


_blocks = iter(range(1, 1_000_000))


def _own_uids() -> str:
    return EVENTS_SQL.replace("'e' ||", f"'e{next(_blocks)}-' ||")
