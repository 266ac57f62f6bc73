"""Random agent-days as rows of the real tables, events in random order and partly twice."""

from datetime import date, timedelta

import numpy as np

from adherence.models import AdherenceException, EventFeed, FeedHeartbeat
from adherence.services import EventKind, IncomingEvent
from scheduling.models import Shift, ShiftActivity
from tests.adherence.random_days import ZONES, random_days
from tests.factories.adherence import make_codes, make_version, moment
from tests.factories.org import make_agent, make_employment_contract, make_site, make_team
from wfm.org.models import AgentSourceKey

# The codes of random_days, and for each state group a code that declares it.
PLANNED_KEYS = ("work", "break", "lunch", "trouble")
DECLARED_KEYS = ("work", "claims", "trouble", "break", None)
FIRST_DATES = [first for _zone, first in ZONES]


def write_random_days(*, seed: int, agents: int, days: int):
    """Write the plan; return (agents, events) with the events still to be ingested."""
    found = random_days(seed=seed, agents=agents, days=days)
    data, rng = found.data, np.random.default_rng(seed)
    codes = make_codes()
    contract = make_employment_contract()
    teams = [make_team(site=make_site(timezone=zone)) for zone, _first in ZONES]
    people = [
        make_agent(team=teams[index % len(ZONES)], employment_contract=contract)
        for index in range(agents)
    ]
    version = make_version(starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1))
    _write_shifts(found, people, codes, version)
    AdherenceException.objects.bulk_create(
        AdherenceException(
            agent=people[agent], starts_at=moment(start), ends_at=moment(end), reason="random",
            status=rng.choice(["APPROVED", "APPROVED", "DECLINED"]),
        )
        for agent, start, end in zip(
            data.excused.agent, data.excused.starts_at, data.excused.ends_at, strict=True
        )
        if start < end
    )  # fmt: skip
    _write_feeds(people, rng, days)
    events = [
        _event(people[agent], int(at), group, number)
        for number, (agent, at, group) in enumerate(
            zip(data.states.agent, data.states.at, data.states.group, strict=True)
        )
    ]
    return people, events


def _event(agent, second, group, number):
    key = DECLARED_KEYS[group]
    if key == "claims" and number % 3 == 0:
        key = "wrap-up"  # handling until its limit, busy beyond
    return IncomingEvent(
        event_uid=f"e{number:06d}",
        agent_key=agent.employee_number,
        occurred_at=moment(second) + timedelta(microseconds=number % 3 * 300_000),
        kind=EventKind.STATE if key else EventKind.LOGOUT,
        code=key or "",
        sequence=number % 2,
    )


def _write_shifts(found, people, codes, version):
    plan, shifts = found.data.plan, found.shifts
    written = Shift.objects.bulk_create(
        Shift(
            version=version,
            agent=people[agent],
            operational_date=ZONES[agent % len(ZONES)][1] + timedelta(days=int(day)),
            starts_at=moment(start),
            ends_at=moment(end),
            paid_minutes=(end - start) // 60,
            is_published=True,
        )
        for agent, day, start, end in zip(
            shifts.agent, shifts.day, shifts.starts_at, shifts.ends_at, strict=True
        )
    )
    activities = []
    for row, (agent, start, end, code) in enumerate(
        zip(plan.agent, plan.starts_at, plan.ends_at, plan.code, strict=True)
    ):
        own = (shifts.agent == agent) & (shifts.starts_at <= start) & (end <= shifts.ends_at)
        assert own.sum() == 1, row
        activities.append(
            ShiftActivity(
                shift=written[int(np.flatnonzero(own)[0])],
                activity_code=codes[PLANNED_KEYS[code]],
                starts_at=moment(start),
                ends_at=moment(end),
            )
        )
    ShiftActivity.objects.bulk_create(activities)


def _write_feeds(people, rng, days):
    """Every third agent is spoken for by a feed that falls silent now and then."""
    for index, agent in enumerate(people[::3]):
        feed, is_new = EventFeed.objects.get_or_create(
            source=f"feed-{index % 24}", defaults={"silence_limit_seconds": 600}
        )
        AgentSourceKey.objects.create(agent=agent, source=feed.source, key=agent.employee_number)
        if is_new:
            begin = (
                int(moment(0).timestamp())
                + (FIRST_DATES[index * 3 % 12] - date(1970, 1, 1)).days * 86400
            )
            gaps = np.where(rng.random(days * 400) < 0.02, rng.integers(600, 9000, days * 400), 300)
            heard = begin - 90_000 + np.cumsum(gaps) // 10 * 10
            FeedHeartbeat.objects.bulk_create(
                FeedHeartbeat(feed=feed, heard_at=moment(second)) for second in np.unique(heard)
            )
